//! 清单: duties one by one, behind every figure.

use super::value;
use crate::paths;
use crate::sheets;
use crate::store::{self, ListFilter, ListedRow};
use crate::tally::{Look, look_of};
use askama::Template;
use axum::extract::{Path, Query, State};
use duty::Key;
use kernel::{Id, TreePath};
use org::Lineage;
use std::collections::BTreeMap;
use web::sheet::{self, Export};
use web::{Actor, App, Frame, Right};

const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    frame: Frame,
    action: String,
    back: String,
    sentence: String,
    statuses: Vec<(&'static str, &'static str)>,
    zones: Vec<(Id, String)>,
    items: Vec<(Id, String)>,
    filter: ListFilter,
    rows: Vec<Listed>,
    shown: usize,
    total: i64,
    next: Option<String>,
    export: String,
}

struct Listed {
    href: String,
    name: String,
    zone: String,
    title: String,
    look: Look,
    due: String,
    note: String,
}

const STATUSES: [(&str, &str); 13] = [
    ("", "全部"),
    ("overdue", "逾期"),
    ("owed", "还欠的"),
    ("not_started", "未开始"),
    ("under_way", "进行中"),
    ("returned", "已退回"),
    ("awaiting_review", "待审核"),
    ("settled", "已完成"),
    ("done", "按时完成"),
    ("done_late", "逾期完成"),
    ("exempt", "免除"),
    ("na", "不适用"),
    ("asked", "申请延期"),
];

/// `GET /progress/{sheet}/list`
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Path(sheet): Path<String>,
    Query(query): super::Said,
) -> web::Result {
    let db = app.store.db();
    let reach = actor.reach(Right::SeeProgress);
    let sheet = match sheet.as_str() {
        "all" => None,
        text => Some(super::board::find(&app, &reach, text).await?),
    };
    let filter = filter_of(&query, sheet.as_ref().map(|s| s.id));
    let extent = store::extent(db, &reach, &filter).await?;
    let after = cursor(value(&query, "after"));
    let mut rows = store::listed(db, &reach, &filter, after, PAGE + 1).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let action = paths::list(filter.sheet);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| next_of(&action, &query, row));
    let items = match &sheet {
        Some(sheet) => store::items(db, sheet.id).await?,
        None => Vec::new(),
    };
    let label = sheet
        .as_ref()
        .map_or("在办交办单".to_owned(), |s| s.label());
    let status = STATUSES
        .iter()
        .find(|(code, _)| *code == filter.status)
        .map_or("", |(_, w)| w);
    let today = app.store.today();
    web::page(&ListPage {
        frame: Frame::new(&app, &actor, paths::PROGRESS, &format!("{label}：{status}")).await?,
        back: sheet
            .as_ref()
            .map_or(paths::PROGRESS.to_owned(), |s| paths::board(s.id)),
        sentence: format!("{} 件，{} 个党组织。", extent.duties, extent.organisations),
        zones: store::zones(db, &reach).await?,
        items: items
            .into_iter()
            .map(|item| (item.id, item.title))
            .collect(),
        shown: rows.len(),
        rows: rows.into_iter().map(|row| listed(row, today)).collect(),
        statuses: STATUSES.to_vec(),
        total: extent.duties,
        export: at(&format!("{action}/export"), &query),
        action,
        filter,
        next,
    })
}

/// `GET /progress/{sheet}/list/export`
pub async fn export(
    State(app): State<App>,
    actor: Actor,
    Path(sheet): Path<String>,
    Query(query): super::Said,
) -> web::Result {
    let db = app.store.db();
    let reach = actor.reach(Right::SeeProgress);
    let sheet = match sheet.as_str() {
        "all" => None,
        text => Some(super::board::find(&app, &reach, text).await?),
    };
    let filter = filter_of(&query, sheet.as_ref().map(|s| s.id));
    let above = Lineage::load(db, &reach).await?;
    let status = STATUSES.iter().find(|(code, _)| *code == filter.status);
    let label = sheet.map_or("在办交办单".to_owned(), |s| s.label());
    let content = format!(
        "{label}清单（{}）",
        status.map_or("全部", |(_, words)| words)
    );
    let out = sheets::duties(sheet::title(&app, &content), &above);
    let export = Export::begin(&app, &sheet::unit(&app, &actor), &content, out);
    let mut after = None;
    loop {
        let rows = store::listed(db, &reach, &filter, after, sheet::CHUNK).await?;
        let Some(last) = rows.last() else { break };
        after = Some((last.path.clone(), last.rank, last.requirement));
        export
            .rows(rows.iter().map(|row| sheets::duty(row, &above)).collect())
            .await?;
    }
    export.reply().await
}

fn filter_of(query: &BTreeMap<String, String>, sheet: Option<Id>) -> ListFilter {
    let status = value(query, "status");
    ListFilter {
        sheet,
        status: STATUSES
            .iter()
            .find(|(code, _)| *code == status)
            .map_or("", |(c, _)| c)
            .to_owned(),
        zone: value(query, "zone").parse().ok(),
        item: value(query, "item").parse().ok(),
        organisation: value(query, "organisation").parse().ok(),
        due_to: value(query, "due_to").parse().ok(),
    }
}

/// The same list after its last row.
fn next_of(action: &str, query: &BTreeMap<String, String>, row: &ListedRow) -> String {
    let here = at(action, query);
    let join = if here.contains('?') { '&' } else { '?' };
    format!(
        "{here}{join}after={}.{}.{}",
        row.path, row.rank, row.requirement
    )
}

/// The same narrowing at another address.
fn at(path: &str, query: &BTreeMap<String, String>) -> String {
    let passing = ["after", "said"];
    let pairs = query
        .iter()
        .filter(|(name, _)| !passing.contains(&name.as_str()));
    let pairs: Vec<(&str, &str)> = pairs.map(|(n, v)| (n.as_str(), v.as_str())).collect();
    web::reply::with_query(path, &pairs)
}

fn cursor(text: &str) -> Option<(TreePath, i64, Id)> {
    let mut parts = text.split('.');
    let path = TreePath::new(parts.next()?);
    Some((
        path,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    ))
}

fn listed(row: ListedRow, today: kernel::Day) -> Listed {
    let key = Key {
        requirement: row.requirement,
        organisation: row.organisation,
    };
    let look = look_of(&row.status, row.overdue, row.not_applicable.is_none());
    let missing: Vec<String> = serde_json::from_str(&row.missing).unwrap_or_default();
    let owed = ["not_started", "under_way", "returned"].contains(&row.status.as_str());
    let mut notes: Vec<String> = row.not_applicable.clone().into_iter().collect();
    if row.not_applicable.is_none() && owed {
        notes.push(row.due.distance_words(today));
        notes.extend(missing);
    }
    notes.extend(
        row.extension_asked
            .map(|day| format!("申请延期至{}", day.short())),
    );
    notes.extend(row.handed_name.map(|name| format!("转交 {name}")));
    Listed {
        href: paths::cell(row.sheet, key),
        name: row.name,
        zone: row.zone_name.unwrap_or_default(),
        title: row.title,
        due: row.due.short(),
        note: notes.join("；"),
        look,
    }
}
