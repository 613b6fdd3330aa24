//! Evidence and other files: what is taken in, what it is turned into, and who may see it.
//!
//! The road of a file: [`take_file`] outside the transaction (it inflates, decodes and flushes to
//! disk), [`save_taken`] and [`attach`] inside it. Files that came by the resumable road are saved
//! already; [`offered`] gathers both kinds from one form.

mod kind;
mod picture;
mod refusal;
pub(crate) mod store;
mod take;
pub(crate) mod uploads;

pub use kind::FileKind;
pub use refusal::FileRefusal;
pub use store::{
    Attached, FileRow, Held, attach, detach, detach_all, files_of, find_file, may_see, own_files,
    save_taken, share,
};
pub use take::{Accept, MOST_BYTES, Taken, take_file, take_file_of};

use ::store::Tx;
use kernel::Id;
use web::{Actor, App, Form};

/// 表单里的文件: those already on the server under the sender's own name, and those that came with
/// the form itself.
#[derive(Clone, Debug, Default)]
pub struct Offered {
    /// Files of the sender's that are stored already, in the order of the form.
    pub held: Vec<Held>,
    /// Files that came with the form.
    pub taken: Vec<Taken>,
    /// Files that are not taken: their names and why. A form with one is shown again.
    pub refused: Vec<(String, FileRefusal)>,
}

impl Offered {
    /// How many there are, refused ones left out.
    pub fn len(&self) -> usize {
        self.held.len() + self.taken.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names of all of them, to be shown as they would be stored.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.held
            .iter()
            .map(|h| h.name.as_str())
            .chain(self.taken.iter().map(|t| t.name.as_str()))
    }

    /// What to say at the form's field, if a file is not taken.
    pub fn complaint(&self) -> Option<String> {
        let (name, refusal) = self.refused.first()?;
        Some(format!("{name}:{}", kernel::Refusal::words(refusal)))
    }

    /// Saves those that came with the form; the ids of all of them.
    pub async fn save(&self, tx: &Tx) -> Result<Vec<Id>, ::store::Error> {
        let mut ids: Vec<Id> = self.held.iter().map(|held| held.id).collect();
        for taken in &self.taken {
            ids.push(save_taken(tx, taken, tx.by().account).await?);
        }
        Ok(ids)
    }

    /// Saves those that came with a form that is shown again, so that nobody has to choose them
    /// twice: the page carries them on as `upload` fields.
    pub async fn hold(&self, app: &App) -> Result<Vec<Held>, ::store::Error> {
        let mut held = self.held.clone();
        let taken = self.taken.clone();
        let saved = app.store.housekeeping(|tx| async move {
            let mut saved = Vec::new();
            for file in taken {
                let id = save_taken(&tx, &file, file.by).await?;
                saved.push(Held {
                    id,
                    name: file.name,
                    kind: file.kind.code().to_owned(),
                    bytes: file.bytes,
                });
            }
            Ok(saved)
        });
        held.extend(saved.await?);
        Ok(held)
    }
}

/// The files of a form: `upload` fields as the page's script fills them in (own files only; others'
/// ids count as nothing), and the parts of the file input named `field`.
pub async fn offered(
    app: &App,
    actor: &Actor,
    accept: Accept,
    form: &Form,
    field: &str,
) -> Result<Offered, ::store::Error> {
    let asked = form.ids("upload");
    let own = store::own_files(app.store.db(), actor.account, &asked).await?;
    let mut offered = Offered::default();
    for id in asked {
        let Some(file) = own.iter().find(|file| file.id == id) else {
            continue;
        };
        if file.kind == FileKind::Text.code() && accept != Accept::SheetOriginal {
            offered
                .refused
                .push((file.name.clone(), FileRefusal::TextHere));
        } else if !offered.held.contains(file) {
            offered.held.push(file.clone());
        }
    }
    for part in form.files.iter().filter(|part| part.field == field) {
        let (by, bytes) = (Some(actor.account), part.bytes.to_vec());
        match take_file_of(app, accept, by, &part.file_name, bytes).await {
            Ok(taken) => offered.taken.push(taken),
            Err(refusal) => offered
                .refused
                .push((take::shown_name(&part.file_name), refusal)),
        }
    }
    Ok(offered)
}
