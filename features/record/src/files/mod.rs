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
    Attached, FileRow, attach, detach, detach_all, files_of, find_file, may_see, save_taken, share,
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
    pub held: Vec<Id>,
    /// Files that came with the form.
    pub taken: Vec<Taken>,
}

impl Offered {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.held.len() + self.taken.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Saves those that came with the form; the ids of all of them.
    pub async fn save(&self, tx: &Tx) -> Result<Vec<Id>, ::store::Error> {
        let mut ids = self.held.clone();
        for taken in &self.taken {
            ids.push(save_taken(tx, taken, tx.by().account).await?);
        }
        Ok(ids)
    }
}

/// The files of a form: `upload` fields as the page's script fills them in (own files only; others'
/// ids count as nothing), and the parts of the file input named `field`.
///
/// # Errors
/// The first file that is not taken; nothing is saved then.
pub async fn offered(
    app: &App,
    actor: &Actor,
    accept: Accept,
    form: &Form,
    field: &str,
) -> Result<Offered, OfferedError> {
    let asked = form.ids("upload");
    let own = store::own_files(app.store.db(), actor.account, &asked).await?;
    let mut offered = Offered::default();
    for id in asked {
        let Some(kind) = own.get(&id).filter(|_| !offered.held.contains(&id)) else {
            continue;
        };
        if kind == FileKind::Text.code() && accept != Accept::SheetOriginal {
            return Err(OfferedError::Refused(FileRefusal::TextHere));
        }
        offered.held.push(id);
    }
    for part in form.files.iter().filter(|part| part.field == field) {
        let (by, bytes) = (Some(actor.account), part.bytes.to_vec());
        let taken = take_file_of(app, accept, by, &part.file_name, bytes).await;
        offered.taken.push(taken.map_err(OfferedError::Refused)?);
    }
    Ok(offered)
}

/// Why the files of a form could not be gathered.
#[derive(Debug)]
pub enum OfferedError {
    /// A file was refused: a sentence for its field.
    Refused(FileRefusal),
    /// The store failed.
    Store(::store::Error),
}

impl From<::store::Error> for OfferedError {
    fn from(error: ::store::Error) -> Self {
        OfferedError::Store(error)
    }
}

impl From<OfferedError> for web::Failure {
    fn from(error: OfferedError) -> Self {
        match error {
            OfferedError::Refused(refusal) => web::Failure::Refused(Box::new(refusal)),
            OfferedError::Store(error) => web::Failure::Broken(error),
        }
    }
}
