//! 下载模板、导出 of members.

use crate::pages::roster::visible;
use crate::sheets;
use crate::store::{self as rows, Filter};
use axum::extract::{Query, State};
use kernel::Id;
use org::Node;
use org::pages::exchange::sheet_file;
use std::collections::HashMap;
use web::sheet::{CHUNK, Export};
use web::{Actor, App, Failure, Result, Right};

/// What the address may carry.
#[derive(serde::Deserialize)]
pub struct Asked {
    organisation: Option<Id>,
}

fn unit_name(app: &App, actor: &Actor, node: Option<&Node>) -> String {
    node.map_or_else(|| web::sheet::unit(app, actor), |node| node.name.clone())
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

/// GET /members/export: everybody within reach, or below one organisation, row by row.
pub async fn export(State(app): State<App>, actor: Actor, Query(asked): Query<Asked>) -> Result {
    let node = match asked.organisation {
        Some(id) => Some(visible(&app, &actor, id).await?),
        None => None,
    };
    let (db, reach) = (app.store.db(), actor.reach(Right::SeeMembers));
    let units = org::store::organisations(db, &reach).await?;
    let names: HashMap<Id, &str> = units.iter().map(|n| (n.id, n.name.as_str())).collect();
    let unit = unit_name(&app, &actor, node.as_ref());
    let export = Export::begin(&app, &unit, "党员名册", sheets::template(&units));
    let filter = Filter {
        under: node.map(|n| n.path),
        ..Filter::default()
    };
    let mut after = None;
    loop {
        let most = CHUNK as i64;
        let some = rows::roster(db, &reach, &filter, after.as_ref(), most).await?;
        let Some(last) = some.last() else { break };
        after = Some((last.path.clone(), last.rank, last.pinyin.clone(), last.id));
        let is_last = some.len() < CHUNK;
        export
            .rows(sheets::lines(&app.store.keys, &some, &names)?)
            .await?;
        if is_last {
            break;
        }
    }
    export.reply().await
}
