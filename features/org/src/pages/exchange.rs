//! 下载模板、导出 of organisations.

use crate::import::Kind;
use crate::sheets::Ground;
use crate::use_cases::import_organisations::Organisations;
use axum::extract::State;
use office::xlsx::SheetOut;
use web::{Actor, App, Failure, Result};

/// What the flash carries.
#[derive(serde::Deserialize)]
pub struct Said {
    /// One sentence.
    pub said: Option<String>,
}

/// A sheet as a file under `单位_内容_日期.xlsx`.
pub fn sheet_file(app: &App, unit: &str, content: &str, sheet: SheetOut) -> Result {
    web::sheet::file(app, unit, content, vec![sheet])
}

/// GET /organisations/template
pub async fn template(State(app): State<App>, actor: Actor) -> Result {
    let sheet = Organisations::template(&app.store).await?;
    sheet_file(&app, &web::sheet::unit(&app, &actor), "组织导入模板", sheet)
}

/// GET /organisations/export
pub async fn export(State(app): State<App>, actor: Actor) -> Result {
    let ground = Ground::load(app.store.db(), app.store.today()).await?;
    let unit = web::sheet::unit(&app, &actor);
    sheet_file(&app, &unit, "组织", ground.export(&actor))
}

/// A write that no rule can refuse, as a failure.
pub fn never(fail: store::Fail<std::convert::Infallible>) -> Failure {
    match fail {
        store::Fail::Refused(never) => match never {},
        store::Fail::NotFound => Failure::NotFound,
        store::Fail::Stale => Failure::Stale {
            yours: vec![],
            theirs: vec![],
        },
        store::Fail::Store(error) => Failure::Broken(error),
    }
}
