//! 下载模板、导出、导入 of organisations.

use crate::import::{self, Import};
use crate::pages::import_page::{ImportPage, Shown, UploadPage};
use crate::sheets::Ground;
use crate::use_cases::import_organisations;
use crate::{paths, store as rows};
use axum::extract::{Path, Query, State};
use kernel::Id;
use office::xlsx::SheetOut;
use web::reply::XLSX;
use web::{Actor, App, Failure, Form, Frame, Result, Right, reply};

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

fn home_name(app: &App, actor: &Actor) -> String {
    actor
        .home()
        .map_or_else(|| app.county.clone(), |grant| grant.node_name.clone())
}

/// GET /organisations/template
pub async fn template(State(app): State<App>, actor: Actor) -> Result {
    let ground = Ground::load(app.store.db(), app.store.today()).await?;
    sheet_file(
        &app,
        &home_name(&app, &actor),
        "组织导入模板",
        ground.template(),
    )
}

/// GET /organisations/export
pub async fn export(State(app): State<App>, actor: Actor) -> Result {
    let ground = Ground::load(app.store.db(), app.store.today()).await?;
    sheet_file(
        &app,
        &home_name(&app, &actor),
        "组织",
        ground.export(&actor),
    )
}

async fn upload_page(app: &App, actor: &Actor, error: Option<String>) -> Result<UploadPage> {
    let mine = actor.reach(Right::EditOrganisations);
    let latest = import::latest(app.store.db(), "organisation", &mine).await?;
    Ok(UploadPage {
        frame: Frame::new(app, actor, paths::ORGANISATIONS, "导入组织").await?,
        noun: "组织",
        section: paths::ORGANISATIONS,
        action: paths::IMPORT.to_owned(),
        template: "/organisations/template".to_owned(),
        organisation: None,
        error,
        hints: vec!["党组织、单位、片区、其他机构用同一张表。"],
        latest: latest
            .into_iter()
            .map(|one| {
                let path = paths::import(one.id);
                (one, path)
            })
            .collect(),
    })
}

/// GET /organisations/import
pub async fn upload(State(app): State<App>, actor: Actor) -> Result {
    reply::page(&upload_page(&app, &actor, None).await?)
}

/// POST /organisations/import
pub async fn receive(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let Some(file) = form.files.first() else {
        let error = "请选择要导入的表格文件。".to_owned();
        return reply::invalid(&upload_page(&app, &actor, Some(error)).await?);
    };
    let ground = Ground::load(app.store.db(), app.store.today()).await?;
    let sheet = match import::read(&ground.template(), &file.file_name, file.bytes.clone()).await {
        Ok(sheet) => sheet,
        Err(words) => return reply::invalid(&upload_page(&app, &actor, Some(words)).await?),
    };
    let plan = ground.plan(&actor, sheet);
    let roots = rows::organisations(app.store.db(), &actor.reach(Right::EditOrganisations)).await?;
    let root = roots.into_iter().next().ok_or(Failure::NotFound)?;
    let name = file.file_name.clone();
    let receipt = app
        .store
        .write_once::<std::convert::Infallible, _, _>(
            &actor.by(),
            &form.once(&actor),
            |tx| async move {
                let id = import::keep(&tx, "organisation", &root, &name, &plan).await?;
                let detail = serde_json::json!({ "rows": plan.rows.len() });
                tx.audit("prepare_import", ("import", id), &root.path, detail)
                    .await?;
                Ok(paths::import(id))
            },
        )
        .await
        .map_err(never)?;
    reply::see_other(receipt)
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

async fn load(app: &App, actor: &Actor, id: Id) -> Result<Import> {
    let found = import::find(app.store.db(), &app.store.keys, "organisation", id).await?;
    let found = found.ok_or(Failure::NotFound)?;
    if actor.can(Right::EditOrganisations, &found.place()) {
        Ok(found)
    } else {
        Err(Failure::NotFound)
    }
}

/// GET /organisations/import/{id}
pub async fn preview(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Id>,
    Query(query): Query<Said>,
) -> Result {
    let import = load(&app, &actor, id).await?;
    let frame = Frame::new(&app, &actor, paths::ORGANISATIONS, "导入组织").await?;
    let (here, shown) = (paths::import(id), Shown::of(&import.plan));
    let section = paths::ORGANISATIONS;
    reply::page(&ImportPage {
        frame: frame.saying(query.said),
        noun: "组织",
        section,
        here,
        import,
        shown,
    })
}

/// GET /organisations/import/{id}/bad
pub async fn bad(State(app): State<App>, actor: Actor, Path(id): Path<Id>) -> Result {
    let import = load(&app, &actor, id).await?;
    let ground = Ground::load(app.store.db(), app.store.today()).await?;
    let bytes = import
        .plan
        .bad_sheet(&ground.template())
        .map_err(|_| Failure::Broken(store::Error::Schema("a sheet was not written".to_owned())))?;
    let day = app.store.today().to_string().replace('-', "");
    reply::attachment(
        &format!("{}_组织退回行_{day}.xlsx", home_name(&app, &actor)),
        XLSX,
        bytes,
    )
}

/// POST /organisations/import/{id}/apply
pub async fn apply(State(app): State<App>, actor: Actor, Path(id): Path<Id>, form: Form) -> Result {
    let import = load(&app, &actor, id).await?;
    let plan = import
        .plan
        .settled(|row| form.text(&format!("r{row}")).parse().ok());
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            import_organisations::apply(&tx, &import, plan).await?;
            Ok(reply::with_flash(&paths::import(id), "已导入。"))
        })
        .await?;
    reply::see_other(receipt)
}

/// POST /organisations/import/{id}/undo
pub async fn undo(State(app): State<App>, actor: Actor, Path(id): Path<Id>, form: Form) -> Result {
    let import = load(&app, &actor, id).await?;
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            import_organisations::undo(&tx, &import).await?;
            Ok(reply::with_flash(&paths::import(id), "已撤销这次导入。"))
        })
        .await?;
    reply::see_other(receipt)
}
