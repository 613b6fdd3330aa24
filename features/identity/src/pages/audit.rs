//! 审计日志: the audit administrator reads, verifies and exports it.

use crate::audit_log::{Asked, actions, entries, places, thing_for, words_for};
use crate::paths;
use askama::Template;
use axum::extract::{Query, State};
use kernel::{Day, Id, Instant, TreePath};
use office::xlsx::{self, Column, SheetOut, Value};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use store::Fail;
use store::audit::{Chain, Entry, verify};
use web::{Actor, App, Failure, Form, Frame, Result, reply};

/// Entries on one page.
const PAGE: i64 = 50;
/// Entries fetched at once for an export.
const CHUNK: i64 = 2_000;

/// What the list is narrowed to.
#[derive(Deserialize, Default, Clone)]
pub struct Wanted {
    #[serde(default)]
    actor: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    /// An object's id, as the list shows it.
    #[serde(default)]
    object: String,
    #[serde(default)]
    before: String,
    said: Option<String>,
}

impl Wanted {
    fn asked(&self, limit: i64) -> Asked {
        let day = |text: &str| text.parse::<Day>().ok();
        Asked {
            actor: self.actor.trim().to_owned(),
            action: self.action.trim().to_owned(),
            from: day(&self.from).map(|day| Instant::at(day, 0)),
            until: day(&self.to).map(|day| Instant::at(day.plus_days(1), 0)),
            object: self.object.trim().parse().ok(),
            before: self.before.parse().unwrap_or(Id(i64::MAX)),
            limit,
        }
    }

    fn query(&self) -> String {
        let e = paths::encoded;
        format!(
            "actor={}&action={}&from={}&to={}&object={}",
            e(&self.actor),
            e(&self.action),
            e(&self.from),
            e(&self.to),
            e(&self.object)
        )
    }
}

struct Line {
    at: String,
    actor: String,
    action: String,
    object: String,
    place: String,
    detail: String,
    hash: String,
}

fn line(entry: &Entry, places: &BTreeMap<String, String>) -> Line {
    let (_, _, seconds) = entry.at.clock();
    let hash = entry
        .hash
        .as_deref()
        .map_or_else(|| "待入链".to_owned(), ends_of);
    Line {
        at: format!("{}:{seconds:02}", entry.at.chinese_full()),
        actor: entry.actor.clone(),
        action: words_for(&entry.action),
        object: format!("{} {}", thing_for(&entry.object_kind), entry.object_id),
        place: places.get(&entry.path).cloned().unwrap_or_default(),
        detail: if entry.detail == "{}" {
            String::new()
        } else {
            entry.detail.clone()
        },
        hash,
    }
}

/// The first and last four digits.
fn ends_of(hash: &str) -> String {
    let digits: Vec<char> = hash.chars().collect();
    let (first, last) = (
        &digits[..digits.len().min(4)],
        &digits[digits.len().saturating_sub(4)..],
    );
    format!(
        "{}…{}",
        first.iter().collect::<String>(),
        last.iter().collect::<String>()
    )
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    lines: Vec<Line>,
    wanted: Wanted,
    actions: Vec<(String, String)>,
    query: String,
    next: Option<String>,
}

/// `GET /audit`
pub async fn list(State(app): State<App>, actor: Actor, Query(wanted): Query<Wanted>) -> Result {
    let db = app.store.db();
    let mut found = entries(db, &wanted.asked(PAGE + 1)).await?;
    let more = found.len() as i64 > PAGE;
    found.truncate(PAGE as usize);
    let query = wanted.query();
    let last = found.last().filter(|_| more);
    let next = last.map(|last| format!("{}?{query}&before={}", paths::AUDIT, last.id));
    let places = places(db, &found).await?;
    let actions = actions(db).await?;
    reply::page(&AuditPage {
        frame: Frame::new(&app, &actor, paths::AUDIT, "审计日志")
            .await?
            .saying(wanted.said.clone()),
        lines: found.iter().map(|entry| line(entry, &places)).collect(),
        wanted,
        actions: actions
            .into_iter()
            .map(|code| (words_for(&code), code))
            .collect(),
        query,
        next,
    })
}

/// `POST /audit/verify`: recomputes the whole chain. That it was done is itself an entry.
pub async fn check(State(app): State<App>, actor: Actor, form: Form) -> Result {
    app.store.seal_audit().await?;
    let found = verify(app.store.db()).await?;
    let (said, detail) = match found {
        Chain::Whole { entries, head } => (
            format!("链条完整：共 {entries} 条，链头 {head}。"),
            json!({ "entries": entries, "head": head }),
        ),
        Chain::Broken { seq, id } => (
            format!(
                "链条在第 {seq} 条断开（编号 {id}）：这一条或它之前的内容被改动过。请保留现场，立即报告。"
            ),
            json!({ "broken_at": seq }),
        ),
    };
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            tx.audit(
                "verify_audit",
                ("audit", Id(0)),
                &TreePath::default(),
                detail,
            )
            .await?;
            Ok::<_, Fail<crate::accounts::AccountRefused>>(reply::with_flash(paths::AUDIT, &said))
        })
        .await?;
    reply::see_other(receipt)
}

const TITLES: [&str; 10] = [
    "序号",
    "时间",
    "账号",
    "姓名",
    "动作",
    "对象",
    "对象编号",
    "隶属路径",
    "内容",
    "链值（SM3）",
];

/// `GET /audit/export.xlsx`
pub async fn workbook(
    State(app): State<App>,
    _actor: Actor,
    Query(wanted): Query<Wanted>,
) -> Result {
    let (rows, head) = export(&app, &wanted).await?;
    let widths = [10, 22, 22, 12, 20, 14, 22, 16, 50, 68];
    let columns = TITLES.iter().zip(widths).map(|(title, width)| Column {
        title: (*title).to_owned(),
        width,
        ..Column::default()
    });
    let sheet = SheetOut {
        name: "审计日志".to_owned(),
        title: Some("审计日志".to_owned()),
        notes: vec![head],
        columns: columns.collect(),
        rows: vec![],
    };
    let typed = rows
        .into_iter()
        .map(|row| row.into_iter().map(Value::Text).collect::<Vec<_>>());
    let bytes = xlsx::write_rows(&sheet, typed).map_err(|_| unwritten())?;
    reply::attachment(&file_name(&app, "xlsx"), reply::XLSX, bytes)
}

/// `GET /audit/export.csv`
pub async fn csv(State(app): State<App>, _actor: Actor, Query(wanted): Query<Wanted>) -> Result {
    let (rows, head) = export(&app, &wanted).await?;
    let titles = TITLES.map(str::to_owned).to_vec();
    let all = std::iter::once(titles)
        .chain(rows)
        .chain(std::iter::once(vec![head]));
    let bytes = office::csv::write(all).map_err(|_| unwritten())?;
    reply::attachment(&file_name(&app, "csv"), "text/csv; charset=utf-8", bytes)
}

fn file_name(app: &App, ending: &str) -> String {
    format!("{}_审计日志_{}.{ending}", app.county, app.store.today())
}

fn unwritten() -> Failure {
    Failure::Broken(store::Error::Schema("an export was not written".to_owned()))
}

/// The entries asked for, newest first, and the sentence that names the head of the whole chain.
async fn export(app: &App, wanted: &Wanted) -> Result<(Vec<Vec<String>>, String)> {
    let db = app.store.db();
    app.store.seal_audit().await?;
    let mut asked = wanted.asked(CHUNK);
    let mut rows = Vec::new();
    loop {
        let chunk = entries(db, &asked).await?;
        let Some(last) = chunk.last() else { break };
        asked.before = last.id;
        rows.extend(chunk.into_iter().map(cells));
    }
    let head = match crate::audit_log::head(db).await? {
        Some((seq, hash)) => format!("链头：第 {seq} 条，SM3 {hash}"),
        None => "链头：还没有记录".to_owned(),
    };
    Ok((rows, head))
}

fn cells(entry: Entry) -> Vec<String> {
    let (h, m, s) = entry.at.clock();
    vec![
        entry.seq.map(|seq| seq.to_string()).unwrap_or_default(),
        format!("{} {h:02}:{m:02}:{s:02}", entry.at.day()),
        entry.account.map(|id| id.to_string()).unwrap_or_default(),
        entry.actor,
        words_for(&entry.action),
        entry.object_kind,
        entry.object_id.to_string(),
        entry.path,
        entry.detail,
        entry.hash.unwrap_or_default(),
    ]
}
