//! 审计日志: the audit administrator reads, verifies and exports it.

use crate::audit_log::{Asked, actions, entries, places, thing_for, words_for};
use crate::paths;
use askama::Template;
use axum::extract::{Query, State};
use kernel::{Day, Id, Instant, TreePath};
use office::xlsx::{Column, Kind, SheetOut, Value};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use store::Fail;
use store::audit::{Chain, Entry, verify};
use web::sheet::{self, Export};
use web::{Actor, App, Failure, Form, Frame, Result, reply};

/// Entries on one page.
const PAGE: i64 = 50;

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

/// Columns of both exports.
fn columns() -> Vec<Column> {
    vec![
        Column::text("序号", 10).of(Kind::Integer),
        Column::text("日期", 12).of(Kind::Day),
        Column::text("时间", 12),
        Column::text("账号", 22),
        Column::text("姓名", 12),
        Column::text("动作", 20),
        Column::text("对象", 14),
        Column::text("对象编号", 22),
        Column::text("所在组织", 28),
        Column::text("内容", 50),
        Column::text("链值（SM3）", 68),
    ]
}

/// `GET /audit/export.xlsx`
pub async fn workbook(
    State(app): State<App>,
    _actor: Actor,
    Query(wanted): Query<Wanted>,
) -> Result {
    let out = SheetOut {
        name: "审计日志".to_owned(),
        title: Some(format!("审计日志（{}）", head(&app).await?)),
        columns: columns(),
        ..SheetOut::default()
    };
    let export = Export::begin(&app, &app.county, "审计日志", out);
    let mut asked = wanted.asked(sheet::CHUNK as i64);
    while let Some(rows) = chunk(&app, &mut asked).await? {
        export.rows(rows).await?;
    }
    export.reply().await
}

/// `GET /audit/export.csv`
pub async fn csv(State(app): State<App>, _actor: Actor, Query(wanted): Query<Wanted>) -> Result {
    let head = head(&app).await?;
    let mut rows = vec![columns().into_iter().map(|column| column.title).collect()];
    let mut asked = wanted.asked(sheet::CHUNK as i64);
    while let Some(chunk) = chunk(&app, &mut asked).await? {
        rows.extend(chunk.into_iter().map(|row| row.iter().map(plain).collect()));
    }
    rows.push(vec![head]);
    let bytes = office::csv::write(rows).map_err(|_| unwritten())?;
    let name = sheet::file_name(&app.county, "审计日志", app.store.today(), "csv");
    reply::attachment(&name, "text/csv; charset=utf-8", bytes)
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Integer(n) | Value::Hundredths(n) => n.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Empty => String::new(),
    }
}

fn unwritten() -> Failure {
    Failure::Broken(store::Error::Schema("an export was not written".to_owned()))
}

/// The sentence that names the head of the whole chain.
async fn head(app: &App) -> Result<String> {
    app.store.seal_audit().await?;
    Ok(match crate::audit_log::head(app.store.db()).await? {
        Some((seq, hash)) => format!("链头：第 {seq} 条，SM3 {hash}"),
        None => "链头：还没有记录".to_owned(),
    })
}

/// The next entries asked for, newest first; none when there are no more.
async fn chunk(app: &App, asked: &mut Asked) -> Result<Option<Vec<Vec<Value>>>> {
    let db = app.store.db();
    let found = entries(db, asked).await?;
    let Some(last) = found.last() else {
        return Ok(None);
    };
    asked.before = last.id;
    let places = places(db, &found).await?;
    Ok(Some(found.into_iter().map(|e| cells(e, &places)).collect()))
}

fn cells(entry: Entry, places: &BTreeMap<String, String>) -> Vec<Value> {
    let (h, m, s) = entry.at.clock();
    vec![
        entry.seq.into(),
        entry.at.day().into(),
        format!("{h:02}:{m:02}:{s:02}").into(),
        entry.account.map(|id| id.to_string()).into(),
        entry.actor.into(),
        words_for(&entry.action).into(),
        thing_for(&entry.object_kind).into(),
        entry.object_id.to_string().into(),
        places.get(&entry.path).cloned().into(),
        entry.detail.into(),
        entry.hash.into(),
    ]
}
