//! 待办、已办 as workbooks.

use super::rows::{self, CardRow};
use super::todo::is_open;
use crate::sheets;
use axum::extract::State;
use org::Lineage;
use web::sheet::{self, CHUNK, Export};
use web::{Actor, App, Right};

/// `GET /duties/export`: what the first page shows, open and settled.
pub async fn todo(State(app): State<App>, actor: Actor) -> web::Result {
    let (db, today) = (app.store.db(), app.store.today());
    let above = Lineage::load(db, &actor.reach(Right::WorkOnDuties)).await?;
    let all = rows::month(db, &actor, today, i32::MAX as usize).await?;
    let (open, settled): (Vec<&CardRow>, Vec<&CardRow>) = all
        .iter()
        .filter(|row| row.not_applicable.is_none())
        .partition(|row| is_open(row));
    let title = sheet::title(&app, "待办事项");
    let export = begin(&app, &actor, "待办", sheets::duties("待办", title, &above));
    let shown = open.into_iter().chain(settled);
    export
        .rows(
            shown
                .map(|row| sheets::duty(row, &above))
                .collect::<Result<_, _>>()?,
        )
        .await?;
    export.reply().await
}

/// `GET /duties/done/export`
pub async fn done(State(app): State<App>, actor: Actor) -> web::Result {
    let db = app.store.db();
    let above = Lineage::load(db, &actor.reach(Right::WorkOnDuties)).await?;
    let title = sheet::title(&app, "已办事项");
    let export = begin(&app, &actor, "已办", sheets::duties("已办", title, &above));
    let mut before = None;
    loop {
        let (found, next) = rows::done(db, &actor, before.as_deref(), CHUNK).await?;
        let cells = found.iter().map(|row| sheets::duty(row, &above));
        export.rows(cells.collect::<Result<_, _>>()?).await?;
        before = next;
        if before.is_none() {
            break;
        }
    }
    export.reply().await
}

fn begin(app: &App, actor: &Actor, content: &str, sheet: office::xlsx::SheetOut) -> Export {
    Export::begin(app, &sheet::unit(app, actor), content, sheet)
}
