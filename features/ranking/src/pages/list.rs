//! 排名: every ranking one may know of, and what one has to do about it.

use crate::entities::{Ranking, Stage};
use crate::store::{self, Listed};
use crate::{paths, sheets};
use askama::Template;
use axum::extract::State;
use kernel::{Day, Id};
use serde::Deserialize;
use std::collections::HashMap;
use task::pages::Asked;
use web::{Actor, App, Frame, Right, sheet};

/// Rows of a page.
const MOST: usize = 30;

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    before: Option<String>,
    #[serde(default)]
    said: Option<String>,
}

#[derive(Template)]
#[template(path = "rankings.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
    ranks: bool,
    next: Option<String>,
}

struct Row {
    href: String,
    ranking: Ranking,
    stage: Stage,
    /// What is to be done about it, and whether it is urgent.
    todo: String,
}

/// `GET /rankings`
pub async fn show(State(app): State<App>, actor: Actor, Asked(query): Asked<Query>) -> web::Result {
    let (db, today) = (app.store.db(), app.store.today());
    let before: Option<Id> = query.before.as_deref().and_then(|id| id.parse().ok());
    let mut listed = store::listed(db, &actor, before, MOST + 1).await?;
    let more = listed.len() > MOST;
    listed.truncate(MOST);
    let last = listed.last().filter(|_| more).map(|row| row.ranking.id);
    let to_check = store::to_check(db, &actor, today).await?;
    let to_check: HashMap<Id, Day> = to_check.into_iter().collect();
    let row = |listed: Listed| row(&actor, listed, &to_check, today);
    web::page(&ListPage {
        rows: listed.into_iter().map(row).collect(),
        ranks: actor.can_anywhere(Right::RankOrganisations),
        next: last.map(|id| format!("{}?before={id}", paths::LIST)),
        frame: Frame::new(&app, &actor, paths::LIST, "排名")
            .await?
            .saying(query.said),
    })
}

/// `GET /rankings/export`: every ranking one may know of.
pub async fn export(State(app): State<App>, actor: Actor) -> web::Result {
    let (db, today) = (app.store.db(), app.store.today());
    let to_check = store::to_check(db, &actor, today).await?;
    let to_check: HashMap<Id, Day> = to_check.into_iter().collect();
    let mut sheet = sheets::listed(sheet::title(&app, "排名"));
    let mut before = None;
    loop {
        let listed = store::listed(db, &actor, before, sheet::CHUNK).await?;
        before = listed.last().map(|one| one.ranking.id);
        let ended = listed.len() < sheet::CHUNK;
        let rows = listed.into_iter().map(|one| {
            let row = row(&actor, one, &to_check, today);
            vec![
                row.ranking.title.clone().into(),
                row.ranking.period().chinese().into(),
                row.stage.chinese().into(),
                row.ranking.published_at.map(|at| at.day()).into(),
                row.todo.into(),
            ]
        });
        sheet.rows.extend(rows);
        if ended {
            break;
        }
    }
    sheet::file(&app, &sheet::unit(&app, &actor), "排名", vec![sheet])
}

fn row(actor: &Actor, listed: Listed, to_check: &HashMap<Id, Day>, today: Day) -> Row {
    let ranking = listed.ranking;
    let stage = ranking.stage(today);
    let office = actor.can(Right::RankOrganisations, &ranking.place());
    let todo = match (office, stage) {
        (true, Stage::Draft) => "可以送核".to_owned(),
        (true, Stage::Sent | Stage::Closed) if listed.open > 0 => {
            format!("{} 条异议待答复", listed.open)
        }
        (true, Stage::Closed) => "可以公布".to_owned(),
        (_, Stage::Sent) => match (to_check.get(&ranking.id), ranking.objections_until) {
            (Some(last), _) => format!("请核对，可提异议：{}", until_words(*last, today)),
            (None, Some(last)) => format!("异议期到 {}", last.short()),
            (None, None) => String::new(),
        },
        _ => String::new(),
    };
    Row {
        href: paths::ranking(ranking.id),
        ranking,
        stage,
        todo,
    }
}

/// `今天截止`, `还剩 3 天（到 11月27日）`
pub(super) fn until_words(last: Day, today: Day) -> String {
    match today.days_until(last) {
        n if n < 0 => format!("已于 {} 截止", last.short()),
        0 => "今天截止".to_owned(),
        n => format!("还剩 {n} 天（到 {}）", last.short()),
    }
}
