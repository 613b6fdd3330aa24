//! The issued sheet on paper: print view and Word.

use crate::document::{self, Paper};
use crate::entities::sheet::{Annex, Sheet};
use crate::pages::{Key, seen};
use crate::{paths, store};
use askama::Template;
use axum::extract::State;
use kernel::Id;
use std::collections::HashMap;
use web::{Actor, App, Failure, Frame, reply};

#[derive(Template)]
#[template(path = "sheet_print.html")]
struct PrintPage {
    frame: Frame,
    sheet: Sheet,
    paper: Paper,
    own: usize,
}

/// `GET /sheets/{id}/print`
pub async fn print(State(app): State<App>, actor: Actor, Key(id): Key) -> web::Result {
    let (sheet, annexes, paper) = gather(&app, &actor, id).await?;
    reply::page(&PrintPage {
        frame: Frame::new(&app, &actor, paths::LIST, "打印样子").await?,
        own: annexes.len(),
        sheet,
        paper,
    })
}

/// `GET /sheets/{id}/document.docx`
pub async fn word(State(app): State<App>, actor: Actor, Key(id): Key) -> web::Result {
    let (name, bytes) = official(&app, &actor, id).await?;
    reply::attachment(&name, reply::DOCX, bytes)
}

/// The official document's name and bytes.
pub(crate) async fn official(app: &App, actor: &Actor, id: Id) -> web::Result<(String, Vec<u8>)> {
    let (sheet, annexes, paper) = gather(app, actor, id).await?;
    let official = document::official(&sheet, &paper, &annexes);
    let bytes = office::official::write(&official).map_err(|_| {
        Failure::Broken(::store::Error::Schema("a document was not written".into()))
    })?;
    let name = format!(
        "{}_{}_{}.docx",
        sheet.issuer_words, sheet.title, sheet.doc_date
    );
    Ok((name, bytes))
}

async fn gather(app: &App, actor: &Actor, id: Id) -> web::Result<(Sheet, Vec<Annex>, Paper)> {
    let sheet = seen(app, actor, id).await?;
    if sheet.issued_at.is_none() {
        return Err(Failure::NotFound);
    }
    let db = app.store.db();
    let items = store::items(db, id).await?;
    let annexes = store::annexes(db, id).await?;
    let names = store::frozen_names(db, id).await?;
    let who: HashMap<Id, String> = store::asked(db, id)
        .await?
        .into_iter()
        .map(|a| (a.item, a.who_words))
        .collect();
    let paper = document::paper(&sheet, &items, &annexes, &who, &names);
    Ok((sheet, annexes, paper))
}
