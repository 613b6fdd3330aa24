//! The secretary's first page: what is due, in order, one action each; and what is done.

use super::rows::{self, CardRow};
use crate::paths;
use crate::store::Key;
use ::store::Error;
use askama::Template;
use axum::extract::{Query, State};
use kernel::{Day, Id};
use rules::burden::minutes_words;
use rules::duty::{Line, NextStep, Status};
use serde::Deserialize;
use web::{Actor, App, Frame, Right};

/// Duties of the first page.
const MOST: usize = 300;
/// Duties of a page of what is done.
const PAGE: usize = 30;

/// A row of the list.
pub struct Card {
    href: String,
    title: String,
    source: String,
    /// `今天`, `5 天`, `逾期 2 天`
    distance: String,
    day: String,
    class: &'static str,
    tag: Option<(&'static str, String)>,
    words: String,
    held: bool,
    action: &'static str,
    organisation: Option<String>,
}

/// A sheet's strip: how its duties of this organisation stand.
pub struct Strip {
    label: String,
    boxes: Vec<(usize, &'static str)>,
    width: usize,
    done: usize,
    all: usize,
    words: String,
}

#[derive(Template)]
#[template(path = "todo.html")]
struct TodoPage {
    frame: Frame,
    sentence: String,
    cards: Vec<Card>,
    done: Vec<Card>,
    strips: Vec<Strip>,
    asked: usize,
    answered: usize,
    minutes: String,
    records: bool,
    undo: Option<Undo>,
}

/// What may still be undone.
pub struct Undo {
    href: String,
    title: String,
    seconds: i64,
    words: String,
}

#[derive(Template)]
#[template(path = "done.html")]
struct DonePage {
    frame: Frame,
    sentence: String,
    cards: Vec<Card>,
    more: Option<String>,
}

/// What the address may say.
#[derive(Deserialize)]
pub struct TodoQuery {
    /// The sentence after a deed.
    pub said: Option<String>,
    /// The duty just handed in, for the undo bar.
    pub undo: Option<String>,
    /// Where the next page of the list begins.
    pub before: Option<String>,
}

/// How many duties are owed: the number in the bar.
pub async fn count(app: App, actor: Actor) -> web::Result<i64> {
    Ok(rows::count(app.store.db(), &actor).await?)
}

/// `GET /duties`
pub async fn todo(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<TodoQuery>,
) -> web::Result {
    let today = app.store.today();
    let db = app.store.db();
    let rows = rows::month(db, &actor, today, MOST).await?;
    let several = actor
        .grants
        .iter()
        .filter(|g| Right::WorkOnDuties.is_held_by(g.role))
        .count()
        > 1;
    let open: Vec<&CardRow> = rows.iter().filter(|row| is_open(row)).collect();
    let cards = open
        .iter()
        .map(|row| card(row, &actor, today, several))
        .collect::<Result<_, _>>()?;
    let settled = rows
        .iter()
        .filter(|row| !is_open(row) && row.not_applicable.is_none());
    let done: Vec<Card> = settled
        .clone()
        .map(|row| card(row, &actor, today, several))
        .collect::<Result<_, _>>()?;
    let owed: Vec<&&CardRow> = open
        .iter()
        .filter(|r| r.status != "awaiting_review")
        .collect();
    let seconds: i64 = owed.iter().map(|row| row.effort_seconds).sum();
    let title = format!("{}月该做的事", chinese_month(today.month()));
    let page = TodoPage {
        sentence: sentence(&owed, today, seconds),
        cards,
        asked: rows.iter().filter(|r| r.not_applicable.is_none()).count(),
        answered: settled
            .filter(|r| r.status == "done" && r.next == "nothing")
            .count(),
        minutes: minutes_words(u64::try_from(seconds).unwrap_or(0)),
        done,
        strips: strips(&rows),
        records: actor.can_anywhere(Right::KeepRecords),
        undo: undo(&app, &actor, query.undo.as_deref()).await?,
        frame: Frame::new(&app, &actor, paths::TODO, &title)
            .await?
            .saying(query.said),
    };
    web::page(&page)
}

/// `GET /duties/done`
pub async fn done(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<TodoQuery>,
) -> web::Result {
    let (rows, more) = rows::done(app.store.db(), &actor, query.before.as_deref(), PAGE).await?;
    let more = more.map(|before| format!("{}?before={before}", paths::DONE));
    let today = app.store.today();
    let cards: Vec<Card> = rows
        .iter()
        .map(|row| card(row, &actor, today, false))
        .collect::<Result<_, _>>()?;
    let sentence = match cards.len() {
        0 => "还没有办结的事项。".to_owned(),
        _ => "办结的、免除的和不适用的都在这里，最近的在前。".to_owned(),
    };
    web::page(&DonePage {
        sentence,
        cards,
        more,
        frame: Frame::new(&app, &actor, paths::TODO, "已办").await?,
    })
}

pub(super) fn is_open(row: &CardRow) -> bool {
    let settled = Status::from_code(&row.status).is_some_and(Status::is_settled);
    row.not_applicable.is_none() && row.closed_at.is_none() && !settled
}

/// `5 件待办,其中 1 件今天到期。估算还需约 18 分钟。`
fn sentence(owed: &[&&CardRow], today: Day, seconds: i64) -> String {
    if owed.is_empty() {
        return "没有待办的事项。".to_owned();
    }
    let late = owed.iter().filter(|row| row.overdue).count();
    let now = owed.iter().filter(|row| row.due == today).count();
    let nearest = owed.iter().map(|row| row.due).min().unwrap_or(today);
    let urgent = match (late, now) {
        (0, 0) => format!("最近一件{}到期", nearest.distance_words(today)),
        (0, n) => format!("其中 {n} 件今天到期"),
        (n, 0) => format!("其中 {n} 件已逾期"),
        (n, m) => format!("其中 {n} 件已逾期、{m} 件今天到期"),
    };
    let minutes = minutes_words(u64::try_from(seconds).unwrap_or(0));
    format!("{} 件待办，{urgent}。系统内操作{minutes}。", owed.len())
}

fn chinese_month(month: i8) -> &'static str {
    const MONTHS: [&str; 12] = [
        "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二",
    ];
    MONTHS.get((month - 1) as usize).copied().unwrap_or("本")
}

fn card(row: &CardRow, actor: &Actor, today: Day, several: bool) -> Result<Card, Error> {
    let status = Status::from_code(&row.status).unwrap_or(Status::NotStarted);
    let key = Key {
        requirement: row.requirement,
        organisation: row.organisation,
    };
    let missing: Vec<String> = serde_json::from_str(&row.missing)?;
    let because: Vec<Line> = serde_json::from_str(&row.because)?;
    let next = [
        NextStep::Submit,
        NextStep::Record,
        NextStep::Confirm,
        NextStep::PutRight,
    ]
    .into_iter()
    .find(|step| step.code() == row.next);
    let left = today.days_until(row.due);
    let (distance, day) = when(row, status, today);
    let handed_away = row.handed_to.is_some_and(|to| to != actor.account);
    Ok(Card {
        href: paths::duty(key),
        title: row.title.clone(),
        source: row.source_words.clone(),
        distance,
        day,
        class: match (is_open(row), row.overdue || left == 0, left <= 7) {
            (false, ..) => " is-done",
            (true, true, _) if status != Status::AwaitingReview => " is-late",
            (true, _, true) if status != Status::AwaitingReview => " is-soon",
            _ => "",
        },
        tag: tag(row, status, handed_away),
        words: words(row, status, next, &missing, &because),
        held: next == Some(NextStep::Confirm),
        action: match (status, next) {
            (Status::AwaitingReview, _) => "查看",
            (_, Some(step)) if !handed_away => step.chinese(),
            (_, Some(_)) => "看进展",
            _ => "",
        },
        organisation: several.then(|| row.organisation_name.clone()),
    })
}

fn when(row: &CardRow, status: Status, today: Day) -> (String, String) {
    if status == Status::AwaitingReview {
        let day = row
            .submitted_on
            .map_or(String::new(), |d| format!("{}交", d.short()));
        return ("审核中".to_owned(), day);
    }
    if !is_open(row) {
        let on = row.submitted_on.unwrap_or(row.due).short();
        let how = match row.on_time {
            Some(true) => "按时",
            Some(false) => "逾期",
            None => "—",
        };
        return (on, how.to_owned());
    }
    let left = today.days_until(row.due);
    let distance = match left {
        n if n > 2 => format!("{n} 天"),
        _ => row.due.distance_words(today),
    };
    (distance, format!("{}前", row.due.short()))
}

/// Few tags: the plain case needs none.
fn tag(row: &CardRow, status: Status, handed_away: bool) -> Option<(&'static str, String)> {
    if row.not_applicable.is_some() {
        return Some(("f-na", "不适用".to_owned()));
    }
    if handed_away && is_open(row) {
        let name = row.handed_name.clone().unwrap_or_default();
        return Some(("t-doing", format!("已转交 {name}")));
    }
    let class = crate::pages::tag_class(status);
    (status != Status::NotStarted).then(|| (class, status.chinese().to_owned()))
}

fn words(
    row: &CardRow,
    status: Status,
    next: Option<NextStep>,
    missing: &[String],
    because: &[Line],
) -> String {
    if let Some(reason) = &row.not_applicable {
        return reason.clone();
    }
    let last = because.last().map(|line| line.words.clone());
    match (status, next) {
        (Status::Returned, _) => {
            let returned = because
                .iter()
                .rev()
                .find(|line| line.words.contains("退回"));
            returned
                .map(|line| line.words.clone())
                .or(last)
                .unwrap_or_default()
        }
        (Status::NotStarted | Status::UnderWay, Some(NextStep::Confirm)) => {
            last.unwrap_or_else(|| "已有记录可作佐证，确认即可。".to_owned())
        }
        (Status::NotStarted | Status::UnderWay, _) => missing.first().cloned().unwrap_or_default(),
        (Status::AwaitingReview, _) => "审核前可以撤回修改。".to_owned(),
        _ => last.unwrap_or_default(),
    }
}

/// For each sheet, its duties as a row of boxes.
fn strips(rows: &[CardRow]) -> Vec<Strip> {
    let mut sheets: Vec<Id> = rows.iter().map(|row| row.sheet).collect();
    let mut seen = std::collections::BTreeSet::new();
    sheets.retain(|sheet| seen.insert(*sheet));
    let mut strips = Vec::new();
    for sheet in sheets.into_iter().take(4) {
        let of: Vec<&CardRow> = rows
            .iter()
            .filter(|r| r.sheet == sheet && r.not_applicable.is_none())
            .collect();
        let Some(first) = of.first() else { continue };
        let words = first.source_words.split(' ').next().unwrap_or_default();
        // The year and number are enough beside a strip: 〔2026〕6号.
        let label = words.find('〔').map_or(words, |at| &words[at..]).to_owned();
        strips.push(strip(label, &of));
    }
    strips
}

fn strip(label: String, of: &[&CardRow]) -> Strip {
    const BOX: usize = 12;
    let class = |row: &&CardRow| match Status::from_code(&row.status) {
        Some(status) if status.is_settled() => "k",
        Some(Status::AwaitingReview) => "w",
        _ if row.overdue => "x",
        Some(Status::UnderWay | Status::Returned) => "w",
        _ => "",
    };
    let classes: Vec<&'static str> = of.iter().map(class).collect();
    let tally = |wanted: &str| classes.iter().filter(|c| **c == wanted).count();
    let done = tally("k");
    Strip {
        words: format!(
            "{} 件中办结 {done} 件，进行中 {} 件，逾期 {} 件",
            of.len(),
            tally("w"),
            tally("x")
        ),
        boxes: classes
            .iter()
            .enumerate()
            .map(|(i, c)| (i * (BOX + 3), *c))
            .collect(),
        width: of.len() * (BOX + 3),
        done,
        all: of.len(),
        label,
    }
}

/// The undo bar for a duty handed in less than ten minutes ago and not yet checked.
async fn undo(app: &App, actor: &Actor, key: Option<&str>) -> web::Result<Option<Undo>> {
    const UNDO_MS: i64 = 600_000;
    let Some(key) = key.and_then(|text| text.parse::<Key>().ok()) else {
        return Ok(None);
    };
    let db = app.store.db();
    let Some(duty) = crate::store::find_duty(db, key).await? else {
        return Ok(None);
    };
    if !crate::use_cases::may_work(actor, &duty) || duty.status != Status::AwaitingReview.code() {
        return Ok(None);
    }
    let found = rows::handed_in_at(db, duty.submission).await?;
    let Some((at, title)) = found else {
        return Ok(None);
    };
    let left = UNDO_MS - (app.store.now().0 - at.0);
    Ok((left > 0).then(|| Undo {
        href: paths::verb(key, "withdraw"),
        title,
        seconds: left / 1000,
        words: format!("{} 分 {} 秒", left / 60_000, left / 1000 % 60),
    }))
}
