//! One's own notices, and who owes, as workbooks.

use crate::sheets;
use crate::store;
use axum::extract::{Path, State};
use kernel::Id;
use office::xlsx::SheetOut;
use org::{Lineage, Node};
use std::collections::HashMap;
use web::sheet::{self, Export};
use web::{Actor, App, Right};

/// `GET /notices/export`
pub async fn unread(State(app): State<App>, actor: Actor) -> web::Result {
    notices(&app, &actor, false).await
}

/// `GET /notices/read/export`
pub async fn read(State(app): State<App>, actor: Actor) -> web::Result {
    notices(&app, &actor, true).await
}

async fn notices(app: &App, actor: &Actor, is_read: bool) -> web::Result {
    let (db, now) = (app.store.db(), app.store.now());
    let content = if is_read { "已阅" } else { "待阅" };
    let out = sheets::notices(sheet::title(app, content));
    let export = Export::begin(app, &sheet::unit(app, actor), content, out);
    let mut before = None;
    loop {
        let rows = store::notices(db, actor.account, is_read, now, before, sheet::CHUNK).await?;
        let Some(last) = rows.last() else { break };
        before = Some(last.id);
        export
            .rows(rows.iter().map(sheets::notice).collect())
            .await?;
    }
    export.reply().await
}

/// `GET /progress/{sheet}/remind/export`: who owes what of an open sheet.
pub async fn owing(State(app): State<App>, actor: Actor, Path(sheet): Path<String>) -> web::Result {
    let (db, reach) = (app.store.db(), actor.reach(Right::SendReminders));
    let sheet = super::board::find(&app, &reach, &sheet)
        .await?
        .open()
        .ok_or(web::Failure::NotFound)?;
    let owed = store::owed(db, Some(&reach), Some(sheet.id), None).await?;
    let last = store::last_reminded(db).await?;
    let above = Lineage::load(db, &reach).await?;
    let mut ids: Vec<Id> = owed.iter().map(|row| row.organisation).collect();
    ids.dedup();
    let nodes = org::store::nodes(db, &ids).await?;
    let nodes: HashMap<Id, Node> = nodes.into_iter().map(|node| (node.id, node)).collect();
    let rows = owed.chunk_by(|a, b| a.organisation == b.organisation);
    let rows = rows.filter_map(|rows| {
        let node = nodes.get(&rows.first()?.organisation)?;
        Some(sheets::owed(
            node,
            rows,
            last.get(&node.id).copied(),
            &above,
        ))
    });
    let content = format!("{}欠交名单", sheet.label());
    let out = SheetOut {
        rows: rows.collect(),
        ..sheets::owing(sheet::title(&app, &content), &above)
    };
    sheet::file(&app, &sheet::unit(&app, &actor), &content, vec![out])
}
