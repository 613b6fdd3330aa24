//! 名册 as a workbook: what the roster shows, narrowed as it is, everybody and not a page of them.
//! Numbers stay masked; in clear only for a reason, which the audit log keeps.

use super::roster::{Asked, again, visible};
use crate::id_number::mask;
use crate::store::{self as rows, Filter, Member};
use crate::words;
use axum::extract::{Path, Query, State};
use kernel::{Id, TreePath};
use office::xlsx::{Column, Kind, SheetOut, Value};
use org::{Lineage, Node};
use std::collections::HashMap;
use store::{Error, Keys};
use web::sheet::{self, Export};
use web::{Actor, App, Form, Reach, Result, Right};

/// What a row is written with.
struct Ground {
    above: Lineage,
    posts: HashMap<i64, String>,
    /// Where numbers stand in clear.
    clear: Reach,
}

/// GET /members/list/export
pub async fn everybody(State(app): State<App>, actor: Actor, Query(asked): Query<Asked>) -> Result {
    let filter = asked.filter(None, app.store.today());
    export(&app, &actor, None, filter, None).await
}

/// GET /organisations/{id}/members/export
pub async fn of_organisation(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Id>,
    Query(asked): Query<Asked>,
) -> Result {
    let node = visible(&app, &actor, id).await?;
    let filter = asked.filter(Some(&node.path), app.store.today());
    export(&app, &actor, Some(node), filter, None).await
}

/// POST /members/list/export: what was found by name, which has no place in an address; and numbers
/// in clear, for a reason.
pub async fn asked_for(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let node = match form.id("organisation") {
        Some(id) => Some(visible(&app, &actor, id).await?),
        None => None,
    };
    let asked = Asked::of_form(&form);
    let mut filter = asked.filter(node.as_ref().map(|n| &n.path), app.store.today());
    let needle: String = form.text("q").chars().take(40).collect();
    filter.name = Some(needle).filter(|needle| !needle.is_empty());
    let reason: String = form.text("reason").chars().take(200).collect();
    if !form.has("reason") {
        return export(&app, &actor, node, filter, None).await;
    }
    if reason.chars().count() < 2 {
        let words = "请写明导出完整号码的理由，会记入审计日志。".to_owned();
        return again(&app, &actor, node, asked, words).await;
    }
    export(&app, &actor, node, filter, Some(reason)).await
}

async fn export(
    app: &App,
    actor: &Actor,
    node: Option<Node>,
    filter: Filter,
    reason: Option<String>,
) -> Result {
    let (db, reach) = (app.store.db(), actor.reach(Right::SeeMembers));
    let ground = Ground {
        above: Lineage::load(db, &reach).await?,
        posts: posts(app).await?,
        clear: match reason {
            Some(_) => actor.reach(Right::UnmaskMembers),
            None => Reach::default(),
        },
    };
    let unit = match &node {
        Some(node) => node.name.clone(),
        None => sheet::unit(app, actor),
    };
    let out = columns(sheet::title(app, &format!("{unit}党员名册")), &ground.above);
    let export = Export::begin(app, &unit, "党员名册", out);
    let (mut told, mut after) = (0, None);
    loop {
        let most = sheet::CHUNK as i64;
        let found = rows::roster(db, &reach, &filter, after.as_ref(), most).await?;
        let Some(last) = found.last() else { break };
        after = Some((last.path.clone(), last.rank, last.pinyin.clone(), last.id));
        told += found.len();
        let cells = found.iter().map(|m| row(&app.store.keys, m, &ground));
        export
            .rows(cells.collect::<std::result::Result<_, _>>()?)
            .await?;
    }
    let (id, path) = node.map_or((Id(0), TreePath::default()), |n| (n.id, n.path));
    let (action, detail) = match reason {
        Some(reason) => (
            "export_unmasked_members",
            serde_json::json!({ "rows": told, "reason": reason }),
        ),
        None => ("export_members", serde_json::json!({ "rows": told })),
    };
    sheet::tell(app, actor, action, ("organisation", id, &path), detail).await?;
    export.reply().await
}

async fn posts(app: &App) -> Result<HashMap<i64, String>> {
    let kinds = org::store::post_kinds(app.store.db()).await?;
    Ok(kinds
        .into_iter()
        .map(|kind| (kind.rank, kind.name))
        .collect())
}

/// The columns bear the names of the import's, so that the file may come back as it is; what the
/// import does not know it leaves alone.
fn columns(title: Option<String>, above: &Lineage) -> SheetOut {
    let mut columns = above.columns();
    if let Some(own) = columns.last_mut() {
        "单位".clone_into(&mut own.title);
    }
    columns.extend([
        Column::text("姓名", 12),
        Column::text("职务", 14),
        Column::text("性别", 6),
        Column::text("公民身份号码", 22),
        Column::text("出生日期", 12).of(Kind::Day),
        Column::text("民族", 8),
        Column::text("学历", 14),
        Column::text("党员身份", 12),
        Column::text("党员类别", 12),
        Column::text("入党日期", 12).of(Kind::Day),
        Column::text("转正日期", 12).of(Kind::Day),
        Column::text("岗位", 18),
        Column::text("电话", 16),
    ]);
    SheetOut {
        name: "党员".to_owned(),
        title,
        columns,
        ..SheetOut::default()
    }
}

fn row(keys: &Keys, m: &Member, ground: &Ground) -> std::result::Result<Vec<Value>, Error> {
    let clear = ground.clear.covers(&m.place());
    let shown = |text: String, head| if clear { text } else { mask(&text, head, 4) };
    let number = m.open_id_number(keys)?.map(|n| shown(n, 6));
    let phone = m.open_phone(keys)?.map(|p| shown(p, 3));
    let branch = ground.above.name(&m.path).unwrap_or_default();
    let mut cells = ground.above.cells(&m.path, m.zone, branch);
    cells.extend([
        m.name.as_str().into(),
        ground.posts.get(&m.rank).map(String::as_str).into(),
        words::name_of(words::SEXES, &m.sex).into(),
        number.into(),
        m.birth.into(),
        m.ethnic.clone().into(),
        m.education.clone().into(),
        words::name_of(words::STAGES, &m.stage).into(),
        words::name_of(words::CATEGORIES, &m.category).into(),
        m.joined_on.into(),
        m.full_on.into(),
        m.job.clone().into(),
        phone.into(),
    ]);
    Ok(cells)
}
