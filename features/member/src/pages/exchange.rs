//! 下载模板、导出、导入 of members.

use crate::ground::Ground;
use crate::pages::roster::visible;
use crate::paths;
use crate::sheets;
use crate::use_cases::import_members;
use axum::extract::{Path, Query, State};
use kernel::Id;
use org::Node;
use org::import::{self, Import};
use org::pages::exchange::{Said, never, sheet_file};
use org::pages::import_page::{ImportPage, Shown, UploadPage};
use web::reply::XLSX;
use web::{Actor, App, Failure, Form, Frame, Result, Right, reply};

/// What the address may carry.
#[derive(serde::Deserialize)]
pub struct Asked {
    organisation: Option<Id>,
}

fn unit_name(app: &App, actor: &Actor, node: Option<&Node>) -> String {
    match node {
        Some(node) => node.name.clone(),
        None => actor
            .home()
            .map_or_else(|| app.county.clone(), |grant| grant.node_name.clone()),
    }
}

async fn keeps(app: &App, actor: &Actor, id: Option<Id>) -> Result<Option<Node>> {
    let Some(id) = id else { return Ok(None) };
    let node = visible(app, actor, id).await?;
    if actor.can(Right::EditMembers, &node.place()) {
        Ok(Some(node))
    } else {
        Err(Failure::NotFound)
    }
}

/// GET /members/template
pub async fn template(State(app): State<App>, actor: Actor, Query(asked): Query<Asked>) -> Result {
    let node = keeps(&app, &actor, asked.organisation).await?;
    let mine = org::store::organisations(app.store.db(), &actor.reach(Right::EditMembers)).await?;
    let units: Vec<Node> = match &node {
        Some(node) => mine
            .into_iter()
            .filter(|n| n.path.is_within(&node.path))
            .collect(),
        None => mine,
    };
    sheet_file(
        &app,
        &unit_name(&app, &actor, node.as_ref()),
        "党员导入模板",
        sheets::template(&units),
    )
}

/// GET /members/export
pub async fn export(State(app): State<App>, actor: Actor, Query(asked): Query<Asked>) -> Result {
    let node = match asked.organisation {
        Some(id) => Some(visible(&app, &actor, id).await?),
        None => None,
    };
    let reach = actor.reach(Right::SeeMembers);
    let sheet = sheets::export(&app.store, &reach, node.as_ref()).await?;
    sheet_file(
        &app,
        &unit_name(&app, &actor, node.as_ref()),
        "党员名册",
        sheet,
    )
}

async fn upload_page(
    app: &App,
    actor: &Actor,
    organisation: Option<Id>,
    error: Option<String>,
) -> Result<UploadPage> {
    let mine = actor.reach(Right::EditMembers);
    let latest = import::latest(app.store.db(), "member", &mine).await?;
    let section = paths::MEMBERS;
    let query = organisation.map_or_else(String::new, |id| format!("?organisation={id}"));
    Ok(UploadPage {
        frame: Frame::new(app, actor, section, "导入党员").await?,
        noun: "党员",
        section,
        action: paths::IMPORT.to_owned(),
        template: format!("/members/template{query}"),
        organisation,
        error,
        hints: vec!["“单位”一列决定党员归入哪个党支部。"],
        latest: latest
            .into_iter()
            .map(|one| {
                let path = paths::import(one.id);
                (one, path)
            })
            .collect(),
    })
}

/// GET /members/import
pub async fn upload(State(app): State<App>, actor: Actor, Query(asked): Query<Asked>) -> Result {
    let node = keeps(&app, &actor, asked.organisation).await?;
    reply::page(&upload_page(&app, &actor, node.map(|n| n.id), None).await?)
}

/// POST /members/import
pub async fn receive(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let node = keeps(&app, &actor, form.id("organisation")).await?;
    let id = node.as_ref().map(|n| n.id);
    let Some(file) = form.files.first() else {
        let error = "请选择要导入的表格文件。".to_owned();
        return reply::invalid(&upload_page(&app, &actor, id, Some(error)).await?);
    };
    let sheet = match import::read(&sheets::template(&[]), &file.file_name, file.bytes.clone())
        .await
    {
        Ok(sheet) => sheet,
        Err(words) => return reply::invalid(&upload_page(&app, &actor, id, Some(words)).await?),
    };
    let plan = Ground::load(&app.store, &actor, &sheet)
        .await?
        .plan(sheet)?;
    let mine = org::store::organisations(app.store.db(), &actor.reach(Right::EditMembers)).await?;
    let root = node.or(mine.into_iter().next()).ok_or(Failure::NotFound)?;
    let name = file.file_name.clone();
    let receipt = app
        .store
        .write_once::<std::convert::Infallible, _, _>(
            &actor.by(),
            &form.once(&actor),
            |tx| async move {
                let id = import::keep(&tx, "member", &root, &name, &plan).await?;
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

/// The import, if the actor keeps the rosters it touches.
async fn load(app: &App, actor: &Actor, id: Id) -> Result<Import> {
    let found = import::find(app.store.db(), &app.store.keys, "member", id).await?;
    let found = found.ok_or(Failure::NotFound)?;
    if actor.can(Right::EditMembers, &found.place()) {
        Ok(found)
    } else {
        Err(Failure::NotFound)
    }
}

/// GET /members/import/{id}
pub async fn preview(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Id>,
    Query(query): Query<Said>,
) -> Result {
    let import = load(&app, &actor, id).await?;
    let section = paths::MEMBERS;
    let frame = Frame::new(&app, &actor, section, "导入党员")
        .await?
        .saying(query.said);
    let (here, shown) = (paths::import(id), Shown::of(&import.plan));
    reply::page(&ImportPage {
        frame,
        noun: "党员",
        section,
        here,
        import,
        shown,
    })
}

/// GET /members/import/{id}/bad
pub async fn bad(State(app): State<App>, actor: Actor, Path(id): Path<Id>) -> Result {
    let import = load(&app, &actor, id).await?;
    let bytes = import
        .plan
        .bad_sheet(&sheets::template(&[]))
        .map_err(|_| Failure::Broken(store::Error::Schema("a sheet was not written".to_owned())))?;
    let day = app.store.today().to_string().replace('-', "");
    let unit = unit_name(&app, &actor, None);
    reply::attachment(&format!("{unit}_党员退回行_{day}.xlsx"), XLSX, bytes)
}

/// POST /members/import/{id}/apply
pub async fn apply(State(app): State<App>, actor: Actor, Path(id): Path<Id>, form: Form) -> Result {
    let import = load(&app, &actor, id).await?;
    let plan = import
        .plan
        .settled(|row| form.text(&format!("r{row}")).parse().ok());
    let who = actor.clone();
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            import_members::apply(&tx, &who, &import, plan).await?;
            Ok(reply::with_flash(&paths::import(id), "已导入。"))
        })
        .await?;
    reply::see_other(receipt)
}

/// POST /members/import/{id}/undo
pub async fn undo(State(app): State<App>, actor: Actor, Path(id): Path<Id>, form: Form) -> Result {
    let import = load(&app, &actor, id).await?;
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            import_members::undo(&tx, &import).await?;
            Ok(reply::with_flash(&paths::import(id), "已撤销这次导入。"))
        })
        .await?;
    reply::see_other(receipt)
}
