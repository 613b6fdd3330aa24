//! The way of any import through the browser: upload, columns where they are doubtful, preview,
//! progress, outcome. The same handlers for every [`Kind`].

use crate::import::columns::{self, Head, Mapping};
use crate::import::rows::{self, List};
use crate::import::{
    Import, Kind, NotImported, State, apply as carrying_out, back, check, old, undo as taking_back,
};
use crate::pages::columns_page::ColumnsPage;
use crate::pages::exchange::Said;
use crate::pages::import_page::{ImportPage, ListPage, UploadPage};
use crate::store::{self as nodes, Node};
use axum::extract::{Path, Query, State as Of};
use kernel::Id;
use serde_json::json;
use store::Fail;
use web::{Actor, App, Failure, Form, Frame, Result, reply};

/// What the address of the upload may carry.
#[derive(serde::Deserialize)]
pub struct Asked {
    organisation: Option<Id>,
}

/// The organisation an import is for: the one asked for, else the highest of the person's own.
async fn root<K: Kind>(app: &App, actor: &Actor, asked: Option<Id>) -> Result<Node> {
    let db = app.store.db();
    let Some(id) = asked else {
        let mine = nodes::organisations(db, &actor.reach(K::RIGHT)).await?;
        return mine.into_iter().next().ok_or(Failure::NotFound);
    };
    let found = nodes::find_node(db, id).await?;
    let mine = |node: &Node| node.category == "organisation" && actor.can(K::RIGHT, &node.place());
    found.filter(mine).ok_or(Failure::NotFound)
}

async fn frame<K: Kind>(app: &App, actor: &Actor) -> Result<Frame> {
    Frame::new(app, actor, K::SECTION, &format!("导入{}", K::NOUN)).await
}

async fn upload_page<K: Kind>(
    app: &App,
    actor: &Actor,
    organisation: Option<Id>,
    error: Option<String>,
) -> Result<UploadPage> {
    let reach = actor.reach(K::RIGHT);
    let latest = rows::latest(app.store.db(), K::CODE, &reach).await?;
    let query = organisation.map_or_else(String::new, |id| format!("?organisation={id}"));
    Ok(UploadPage {
        frame: frame::<K>(app, actor).await?,
        noun: K::NOUN,
        section: K::SECTION,
        action: format!("{}/import", K::SECTION),
        template: format!("{}/template{query}", K::SECTION),
        organisation,
        error,
        hint: K::HINT,
        most_rows: K::MOST_ROWS,
        latest: latest
            .into_iter()
            .map(|one| (K::path(one.id), one))
            .collect(),
    })
}

/// GET …/import
pub async fn upload<K: Kind>(Of(app): Of<App>, actor: Actor, Query(asked): Query<Asked>) -> Result {
    if asked.organisation.is_some() {
        root::<K>(&app, &actor, asked.organisation).await?;
    }
    reply::page(&upload_page::<K>(&app, &actor, asked.organisation, None).await?)
}

/// POST …/import
pub async fn receive<K: Kind>(Of(app): Of<App>, actor: Actor, form: Form) -> Result {
    let asked = form.id("organisation");
    let root = root::<K>(&app, &actor, asked).await?;
    let refuse = async |words: String| -> Result {
        reply::invalid(&upload_page::<K>(&app, &actor, asked, Some(words)).await?)
    };
    let Some(file) = form.files.first() else {
        return refuse("请选择要导入的表格文件。".to_owned()).await;
    };
    match check::peek::<K>(&app, &file.file_name, file.bytes.to_vec()).await {
        Ok(seen) => take::<K>(&app, &actor, &form, &root, seen).await,
        Err(words) => refuse(words).await,
    }
}

/// Keeps an upload whose beginning was read, and goes on as far as that can be done without asking.
async fn take<K: Kind>(
    app: &App,
    actor: &Actor,
    form: &Form,
    root: &Node,
    seen: check::Seen,
) -> Result {
    let file = form.files.first().ok_or(Failure::NotFound)?;
    let id = app.store.context.new_id();
    let template = K::template(&app.store).await?;
    let (db, keys) = (app.store.db(), &app.store.keys);
    let known = columns::remembered(db, keys, K::CODE, root.id, &seen.header).await?;
    let guess = columns::guess::<K>(&template, &seen.header);
    let is_sure = known.is_some() || guess.is_sure;
    let mapping = known.unwrap_or(guess.mapping);
    let head = check::head_of(&seen).seal(&app.store, id)?;
    let about = seen.about;
    let judged = match is_sure {
        true => check::judge_now::<K>(app, actor, seen, &mapping).await?,
        false => None,
    };
    let digest = check::keep_file(app, id, file.bytes.clone()).await?;
    let kept = digest.clone();
    let path = if is_sure {
        K::path(id)
    } else {
        format!("{}/columns", K::path(id))
    };
    let wanted = path.clone();
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(actor), |tx| async move {
            let new = rows::New {
                id,
                kind: K::CODE,
                organisation: root,
                file_name: &file.file_name,
                file: digest,
                about,
                head,
                mapping: &mapping,
            };
            rows::begin(&tx, new).await?;
            if is_sure {
                check::settle::<K>(&tx, id, &mapping, judged).await?;
            }
            let object = ("import", id);
            tx.audit(
                "prepare_import",
                object,
                &root.path,
                json!({ "rows": about }),
            )
            .await?;
            Ok::<_, Fail<NotImported>>(path)
        })
        .await?;
    if receipt != wanted {
        // Sent twice: the first one's file is the one that counts.
        app.store.files.remove(&kept)?;
    }
    reply::see_other(receipt)
}

/// The import, if the actor has the right where it lies.
async fn load<K: Kind>(app: &App, actor: &Actor, id: Id) -> Result<Import> {
    let found = rows::find(app.store.db(), K::CODE, id).await?;
    let found = found.ok_or(Failure::NotFound)?;
    if actor.can(K::RIGHT, &found.place()) {
        Ok(old::convert(&app.store, found).await?)
    } else {
        Err(Failure::NotFound)
    }
}

/// GET …/import/{id}
pub async fn show<K: Kind>(
    Of(app): Of<App>,
    actor: Actor,
    Path(id): Path<Id>,
    Query(query): Query<Said>,
) -> Result {
    let import = load::<K>(&app, &actor, id).await?;
    if import.state() == State::Columns {
        return reply::see_other(format!("{}/columns", K::path(id)));
    }
    let frame = frame::<K>(&app, &actor).await?.saying(query.said);
    reply::page(&ImportPage::of::<K>(&app, frame, import).await?)
}

/// GET …/import/{id}/columns
pub async fn show_columns<K: Kind>(Of(app): Of<App>, actor: Actor, Path(id): Path<Id>) -> Result {
    let import = load::<K>(&app, &actor, id).await?;
    if import.file.is_none() {
        return reply::see_other(K::path(id));
    }
    let template = K::template(&app.store).await?;
    let head = Head::open(&app.store.keys, &import)?;
    let mapping: Mapping = serde_json::from_str(&import.mapping)?;
    let frame = frame::<K>(&app, &actor).await?;
    reply::page(&ColumnsPage::of::<K>(
        frame, &import, &template, &head, &mapping,
    ))
}

/// POST …/import/{id}/columns
pub async fn set_columns<K: Kind>(
    Of(app): Of<App>,
    actor: Actor,
    Path(id): Path<Id>,
    form: Form,
) -> Result {
    let import = load::<K>(&app, &actor, id).await?;
    let Some(bytes) = check::open_file(&app, &import).await? else {
        return Err(Failure::Refused(Box::new(NotImported::ColumnsFixed)));
    };
    let template = K::template(&app.store).await?;
    let head = Head::open(&app.store.keys, &import)?;
    let (mapping, errors) = ColumnsPage::read(&form, &template, &head);
    if !errors.is_empty() {
        let frame = frame::<K>(&app, &actor).await?;
        let mut page = ColumnsPage::of::<K>(frame, &import, &template, &head, &mapping);
        page.refuse(&form, errors);
        return reply::invalid(&page);
    }
    let judged = match check::peek::<K>(&app, &import.file_name, bytes).await {
        Ok(seen) => check::judge_now::<K>(&app, &actor, seen, &mapping).await?,
        // The job will find the same and say so on the import's page.
        Err(_) => None,
    };
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            check::settle::<K>(&tx, id, &mapping, judged).await?;
            columns::remember(&tx, &import, &head.header, &mapping).await?;
            let object = ("import", id);
            tx.audit("map_import", object, &import.path, json!({}))
                .await?;
            Ok::<_, Fail<NotImported>>(K::path(id))
        })
        .await?;
    reply::see_other(receipt)
}

/// What the address of a list carries.
#[derive(serde::Deserialize)]
pub struct ListAsked {
    kind: Option<String>,
    after: Option<i64>,
    said: Option<String>,
}

/// GET …/import/{id}/rows
pub async fn list<K: Kind>(
    Of(app): Of<App>,
    actor: Actor,
    Path(id): Path<Id>,
    Query(asked): Query<ListAsked>,
) -> Result {
    let import = load::<K>(&app, &actor, id).await?;
    let Some(kind) = asked.kind else {
        return reply::see_other(K::path(id));
    };
    let list = List::of(&kind).ok_or(Failure::NotFound)?;
    let frame = frame::<K>(&app, &actor).await?.saying(asked.said);
    let after = asked.after.unwrap_or(0);
    reply::page(&ListPage::of::<K>(&app, frame, import, list, after).await?)
}

/// What the form says about doubtful rows: `r12=0`.
fn chosen(form: &Form) -> Vec<(usize, Option<usize>)> {
    let rows = form.fields().filter_map(|(name, value)| {
        let number = name.strip_prefix('r')?.parse().ok()?;
        Some((number, value.trim().parse().ok()))
    });
    rows.collect()
}

/// POST …/import/{id}/choose
pub async fn choose<K: Kind>(
    Of(app): Of<App>,
    actor: Actor,
    Path(id): Path<Id>,
    form: Form,
) -> Result {
    let import = load::<K>(&app, &actor, id).await?;
    let picked = chosen(&form);
    let next = match form.number("after") {
        Some(after) => format!("{}/rows?kind=doubt&after={after}", K::path(id)),
        None => K::path(id),
    };
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            if rows::hold(&tx, K::CODE, id, State::Checked)
                .await?
                .is_none()
            {
                return Err(Fail::Refused(NotImported::AlreadyApplied));
            }
            rows::choose(&tx, id, &picked).await?;
            let detail = json!({ "rows": picked.len() });
            tx.audit("settle_import", ("import", id), &import.path, detail)
                .await?;
            Ok(reply::with_flash(&next, "已保存这一页的选择。"))
        })
        .await?;
    reply::see_other(receipt)
}

/// GET …/import/{id}/bad
pub async fn bad<K: Kind>(Of(app): Of<App>, actor: Actor, Path(id): Path<Id>) -> Result {
    let import = load::<K>(&app, &actor, id).await?;
    back::reply::<K>(&app, &web::sheet::unit(&app, &actor), &import).await
}

/// POST …/import/{id}/apply
pub async fn apply<K: Kind>(
    Of(app): Of<App>,
    actor: Actor,
    Path(id): Path<Id>,
    form: Form,
) -> Result {
    let import = load::<K>(&app, &actor, id).await?;
    let file = import.file.clone();
    let (who, picked) = (actor.clone(), chosen(&form));
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            carrying_out::begin::<K>(&tx, &who, &import, &picked).await?;
            Ok::<_, Fail<NotImported>>(K::path(id))
        })
        .await?;
    forget(&app, file)?;
    reply::see_other(receipt)
}

/// POST …/import/{id}/undo
pub async fn undo<K: Kind>(
    Of(app): Of<App>,
    actor: Actor,
    Path(id): Path<Id>,
    form: Form,
) -> Result {
    let import = load::<K>(&app, &actor, id).await?;
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            taking_back::begin::<K>(&tx, &import).await?;
            Ok::<_, Fail<NotImported>>(K::path(id))
        })
        .await?;
    reply::see_other(receipt)
}

/// POST …/import/{id}/cancel
pub async fn cancel<K: Kind>(
    Of(app): Of<App>,
    actor: Actor,
    Path(id): Path<Id>,
    form: Form,
) -> Result {
    let import = load::<K>(&app, &actor, id).await?;
    let file = import.file.clone();
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            carrying_out::stop(&tx, &import).await?;
            Ok::<_, Fail<NotImported>>(K::path(id))
        })
        .await?;
    forget(&app, file)?;
    reply::see_other(receipt)
}

/// A file that is needed no more is taken off the disk.
fn forget(app: &App, file: Option<String>) -> Result<()> {
    if let Some(digest) = file {
        app.store.files.remove(&digest)?;
    }
    Ok(())
}
