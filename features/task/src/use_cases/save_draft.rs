//! Saving a draft: many rows at once, each with its own version.

use crate::entities::item::Item;
use crate::entities::plan::Obstacle;
use crate::entities::sheet::Sheet;
use crate::store;
use ::store::{Fail, Tx};
use kernel::Id;
use web::{Actor, App, Right};

/// What a page sends back.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Key of the page: it may save again without knowing its own new versions.
    pub key: String,
    /// The sheet's fields, if anything in them was changed.
    pub sheet: Option<Sheet>,
    /// Items that were changed, with the version the page showed.
    pub items: Vec<Item>,
}

/// Two texts of the same thing, where somebody was quicker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflict {
    /// Place and text as sent.
    pub yours: Vec<(String, String)>,
    /// Place and text as stored.
    pub theirs: Vec<(String, String)>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// Everything is stored.
    Done,
    /// Nothing is stored.
    Stale(Conflict),
}

/// 保存草稿: all of it or, where somebody was quicker, nothing. `by_hand` is false for what the page
/// saves by itself, which is no deed of its own.
pub async fn save_draft(
    app: &App,
    actor: &Actor,
    sheet: Id,
    edit: Edit,
    by_hand: bool,
) -> Result<Saved, Fail<Obstacle>> {
    let who = actor.clone();
    let body = |tx: Tx| async move { save(&tx, &who, sheet, edit, by_hand).await };
    if by_hand {
        app.store.write(&actor.by(), body).await
    } else {
        app.store.housekeep(body).await
    }
}

async fn save(
    tx: &Tx,
    actor: &Actor,
    id: Id,
    edit: Edit,
    by_hand: bool,
) -> Result<Saved, Fail<Obstacle>> {
    let sheet = store::find_sheet(tx, id).await?.ok_or(Fail::NotFound)?;
    if !actor.can(Right::IssueSheets, &sheet.place()) {
        return Err(Fail::NotFound);
    }
    if sheet.issued_at.is_some() {
        return Err(Fail::Refused(Obstacle::NotADraft));
    }
    let stored = store::items(tx, id).await?;
    let conflict = conflicts(&sheet, &stored, &edit);
    if !conflict.yours.is_empty() {
        return Ok(Saved::Stale(conflict));
    }
    if edit.sheet.is_none() && edit.items.is_empty() {
        return Ok(Saved::Done);
    }
    match &edit.sheet {
        Some(sheet) => store::update_sheet(tx, sheet, &edit.key).await?,
        None => store::touch(tx, id).await?,
    }
    for item in &edit.items {
        store::update_item(tx, item, &edit.key).await?;
    }
    if by_hand {
        let detail = serde_json::json!({ "items": edit.items.len() });
        tx.audit("save_sheet_draft", ("sheet", id), &sheet.path, detail)
            .await?;
    }
    Ok(Saved::Done)
}

/// Rows that somebody else saved since the page was made, with both texts.
fn conflicts(sheet: &Sheet, stored: &[Item], edit: &Edit) -> Conflict {
    let mut found = Conflict::default();
    let own = |key: &str| !edit.key.is_empty() && key == edit.key;
    if let Some(sent) = &edit.sheet
        && sent.version != sheet.version
        && !own(&sheet.saved_key)
        && sent.print() != sheet.print()
    {
        found.yours.push(("文件信息".to_owned(), sent.said()));
        found.theirs.push(("文件信息".to_owned(), sheet.said()));
    }
    for sent in &edit.items {
        let Some(now) = stored.iter().find(|i| i.id == sent.id) else {
            found.yours.push((sent.place(), sent.said(sheet.period())));
            found
                .theirs
                .push((sent.place(), "这一项已被别人删去或合并。".to_owned()));
            continue;
        };
        if sent.version != now.version && !own(&now.saved_key) {
            found.yours.push((now.place(), sent.said(sheet.period())));
            found.theirs.push((now.place(), now.said(sheet.period())));
        }
    }
    found
}
