//! 待审核 as a workbook.

use super::{Filter, rows};
use crate::sheets;
use axum::extract::{Query, State};
use org::Lineage;
use std::collections::BTreeMap;
use web::sheet::{self, Export};
use web::{Actor, App, Right};

/// Submissions fetched at once: each comes with its records and files.
const CHUNK: usize = 500;

/// `GET /review/export`: the queue as it is narrowed.
pub async fn queue(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<BTreeMap<String, String>>,
) -> web::Result {
    let db = app.store.db();
    let filter = Filter::of(&app, |name| query.get(name).map_or("", String::as_str));
    let above = Lineage::load(db, &actor.reach(Right::ReviewDuties)).await?;
    let sheet = sheets::waiting(sheet::title(&app, "待审核的报送"), &above);
    let export = Export::begin(&app, &sheet::unit(&app, &actor), "待审核", sheet);
    let mut after = String::new();
    loop {
        let (found, next) = rows::page(db, &actor, &filter, &after, CHUNK).await?;
        let cells = found.iter().map(|row| sheets::submission(row, &above));
        export.rows(cells.collect()).await?;
        match next {
            Some(next) => after = next,
            None => break,
        }
    }
    export.reply().await
}
