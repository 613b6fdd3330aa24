//! 下级组织 and 任职 as workbooks: an organisation with all that lies below it.

use crate::store as rows;
use axum::extract::{Path, State};
use kernel::{Id, TreePath};
use office::xlsx::{Column, Kind, SheetOut, Value};
use org::store::HeldPost;
use org::{Lineage, Node};
use rules::organisation::Staffing;
use std::collections::HashMap;
use web::sheet;
use web::{Actor, App, Failure, Result, Right};

/// The organisation, if the actor may see it.
async fn visible(app: &App, actor: &Actor, id: Id) -> Result<Node> {
    let node = org::store::find_node(app.store.db(), id).await?;
    node.filter(|n| n.category == "organisation" && actor.can(Right::SeeOrganisations, &n.place()))
        .ok_or(Failure::NotFound)
}

/// What a row of the organisations is written with.
struct Ground {
    above: Lineage,
    kinds: HashMap<String, String>,
    secretaries: HashMap<Id, org::store::Post>,
    units: HashMap<Id, i64>,
    members: HashMap<TreePath, i64>,
}

impl Ground {
    async fn load(app: &App, actor: &Actor, below: &[Node]) -> Result<Ground> {
        let (db, today) = (app.store.db(), app.store.today());
        let posts = org::store::posts_of_kind(db, "secretary", today).await?;
        let mut units: HashMap<Id, i64> = HashMap::new();
        for edge in org::store::edges(db, "coverage", today).await? {
            *units.entry(edge.parent).or_default() += 1;
        }
        let own: HashMap<Id, i64> = rows::counts_on(db, today).await?.into_iter().collect();
        let mut members: HashMap<TreePath, i64> = HashMap::new();
        for node in below {
            let n = own.get(&node.id).copied().unwrap_or(0);
            for path in node.path.ancestors().chain([node.path.clone()]) {
                *members.entry(path).or_default() += n;
            }
        }
        Ok(Ground {
            above: Lineage::load(db, &actor.reach(Right::SeeOrganisations)).await?,
            kinds: org::store::kind_names(db).await?,
            secretaries: posts.into_iter().map(|post| (post.node, post)).collect(),
            units,
            members,
        })
    }
}

/// GET /organisations/{id}/below/export
pub async fn below(State(app): State<App>, actor: Actor, Path(id): Path<Id>) -> Result {
    let node = visible(&app, &actor, id).await?;
    let reach = actor.reach(Right::SeeOrganisations);
    let mut below = org::store::organisations(app.store.db(), &reach).await?;
    below.retain(|one| one.path != node.path && one.path.is_within(&node.path));
    let ground = Ground::load(&app, &actor, &below).await?;
    let number = |title: &str| Column::text(title, 8).of(Kind::Integer);
    let mut columns = ground.above.columns();
    columns.extend([
        Column::text("简称", 16),
        Column::text("类别", 14),
        Column::text("组织代码", 18),
        Column::text("成立日期", 12).of(Kind::Day),
        Column::text("书记", 12),
        Column::text("配备方式", 12),
        number("单位"),
        number("党员"),
    ]);
    let counts = actor.reach(Right::SeeMembers);
    let row = |one: &Node| {
        let secretary = ground.secretaries.get(&one.id);
        let staffing = secretary.and_then(|post| post.staffing.as_deref());
        let mut cells = ground.above.cells(&one.path, one.zone, &one.name);
        cells.extend([
            one.short_name.as_str().into(),
            ground.kinds.get(&one.kind).map(String::as_str).into(),
            one.issued_code.clone().into(),
            one.from_day.into(),
            secretary.map(|post| post.holder.as_str()).into(),
            staffing
                .and_then(Staffing::from_code)
                .map(Staffing::chinese)
                .into(),
            ground.units.get(&one.id).copied().unwrap_or(0).into(),
            match counts.covers(&one.place()) {
                true => ground.members.get(&one.path).copied().unwrap_or(0).into(),
                false => Value::Empty,
            },
        ]);
        cells
    };
    let out = SheetOut {
        name: "下级组织".to_owned(),
        title: sheet::title(&app, &format!("{}下级组织", node.name)),
        rows: below.iter().map(row).collect(),
        columns,
        ..SheetOut::default()
    };
    sheet::file(&app, &node.name, "下级组织", vec![out])
}

/// GET /organisations/{id}/posts/export
pub async fn posts(State(app): State<App>, actor: Actor, Path(id): Path<Id>) -> Result {
    let node = visible(&app, &actor, id).await?;
    let (db, today) = (app.store.db(), app.store.today());
    let reach = actor.reach(Right::SeeOrganisations);
    let above = Lineage::load(db, &reach).await?;
    let held = org::store::posts_below(db, &reach, &node.path, today).await?;
    let mut columns = above.columns();
    columns.extend([
        Column::text("职务", 16),
        Column::text("姓名", 12),
        Column::text("配备方式", 12),
        Column::text("任职日期", 12).of(Kind::Day),
        Column::text("届满日期", 12).of(Kind::Day),
    ]);
    let row = |post: &HeldPost| {
        let staffing = post.staffing.as_deref().and_then(Staffing::from_code);
        let mut cells = above.cells(&post.path, post.zone, &post.node_name);
        cells.extend([
            post.word.as_str().into(),
            post.holder.as_str().into(),
            staffing.map(Staffing::chinese).into(),
            post.from_day.into(),
            post.term_to.into(),
        ]);
        cells
    };
    let out = SheetOut {
        name: "任职".to_owned(),
        title: sheet::title(&app, &format!("{}任职", node.name)),
        rows: held.iter().map(row).collect(),
        columns,
        ..SheetOut::default()
    };
    let detail = serde_json::json!({ "rows": held.len() });
    let object = ("organisation", node.id, &node.path);
    sheet::tell(&app, &actor, "export_posts", object, detail).await?;
    sheet::file(&app, &node.name, "任职", vec![out])
}
