//! One item of an issued sheet: whom it was frozen for and why, and how each of them stands.

use crate::entities::item::Item;
use crate::entities::sheet::Sheet;
use crate::pages::{Asked, Pair, seen};
use crate::store::{self, TargetLine};
use crate::{paths, store::Standing};
use askama::Template;
use axum::extract::State;
use duty::Key;
use kernel::Id;
use rules::duty::Status;
use serde::Deserialize;
use web::{Actor, App, Failure, Frame, Right, reply};

/// What the address asks for: a status's code, `overdue`, `open` or `not_applicable`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    of: Option<String>,
}

struct Row {
    name: String,
    zone: String,
    asked: String,
    because: String,
    href: String,
    words: &'static str,
    tag: &'static str,
    overdue: bool,
    due: String,
    done: String,
}

struct Tab {
    label: &'static str,
    href: String,
    n: usize,
    on: bool,
}

#[derive(Template)]
#[template(path = "sheet_item.html")]
struct ItemPage {
    frame: Frame,
    sheet: Sheet,
    item: Item,
    sentence: String,
    who_words: String,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
}

/// The tabs: code, words, which lines belong to it.
const TABS: [(&str, &str); 7] = [
    ("", "适用"),
    ("done", "已完成"),
    ("awaiting_review", "待审核"),
    ("overdue", "逾期"),
    ("open", "未完成"),
    ("exempt", "免除"),
    ("not_applicable", "不适用"),
];

fn belongs(line: &TargetLine, tab: &str) -> bool {
    let status = line.status.as_deref().unwrap_or_default();
    if !line.applies {
        return tab == "not_applicable";
    }
    match tab {
        "" => true,
        "done" => matches!(status, "done" | "done_late"),
        "overdue" => line.overdue == Some(true),
        "open" => {
            matches!(status, "not_started" | "under_way" | "returned") && line.overdue != Some(true)
        }
        other => status == other,
    }
}

/// `GET /sheets/{id}/items/{item}`
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Pair(id, item): Pair,
    Asked(query): Asked<Query>,
) -> web::Result {
    let sheet = seen(&app, &actor, id).await?;
    let db = app.store.db();
    let item = store::find_item(db, id, item)
        .await?
        .ok_or(Failure::NotFound)?;
    if sheet.issued_at.is_none() {
        return reply::see_other(paths::who(id, item.id));
    }
    let reach = actor.reach(Right::SeeSheets);
    let mut asked = store::asked(db, id).await?;
    asked.retain(|a| a.item == item.id);
    let one: Option<Id> = query.of.as_deref().and_then(|of| of.parse().ok());
    let mut lines = store::targets_of(db, id, item.id, &reach).await?;
    lines.retain(|l| one.is_none_or(|of| l.requirement == of));
    let chosen = query.status.as_deref().unwrap_or_default();
    let chosen = TABS
        .iter()
        .find(|(code, _)| *code == chosen)
        .map_or("", |(code, _)| code);
    let mut standing = Standing::default();
    for line in lines.iter().filter(|l| l.applies) {
        standing.add(line.status.as_deref().unwrap_or_default(), 1);
    }
    let who_words = asked
        .first()
        .map(|a| a.who_words.clone())
        .unwrap_or_default();
    let several = asked.len() > 1 && one.is_none();
    let shown = lines.iter().filter(|l| belongs(l, chosen));
    let name = |l: &TargetLine| {
        let own = asked
            .iter()
            .find(|a| a.id == l.requirement)
            .filter(|_| several);
        own.map_or_else(String::new, |a| a.title.clone())
    };
    let (owed, done) = (standing.owed, standing.done);
    reply::page(&ItemPage {
        frame: Frame::new(&app, &actor, paths::LIST, &item.title).await?,
        sentence: format!(
            "{} {} · {owed} 件中完成 {done} 件",
            sheet.number_words(),
            item.place()
        ),
        tabs: tabs(&paths::item(id, item.id), one, &lines, chosen),
        rows: shown.map(|l| row(l, name(l), &actor)).collect(),
        sheet,
        item,
        who_words,
    })
}

fn tabs(path: &str, of: Option<Id>, lines: &[TargetLine], chosen: &str) -> Vec<Tab> {
    let of = of.map(|of| format!("&of={of}")).unwrap_or_default();
    let tab = |(code, label): &(&'static str, &'static str)| Tab {
        label,
        href: format!("{path}?status={code}{of}"),
        n: lines.iter().filter(|l| belongs(l, code)).count(),
        on: *code == chosen,
    };
    TABS.iter().map(tab).collect()
}

fn row(line: &TargetLine, asked: String, actor: &Actor) -> Row {
    let status = line.status.as_deref().and_then(Status::from_code);
    let key = Key {
        requirement: line.requirement,
        organisation: line.organisation,
    };
    let opens = line.applies && actor.can_anywhere(Right::SeeDuties);
    Row {
        name: line.name.clone(),
        zone: line.zone_name.clone().unwrap_or_default(),
        asked,
        because: line.because.clone(),
        href: if opens {
            duty::paths::duty(key)
        } else {
            String::new()
        },
        words: match (line.applies, status) {
            (false, _) => "不适用",
            (true, Some(status)) => status.chinese(),
            (true, None) => "",
        },
        tag: match status {
            _ if !line.applies => "f-na",
            Some(Status::UnderWay) => "t-doing",
            Some(Status::Returned) => "t-back",
            Some(Status::AwaitingReview) => "t-wait",
            Some(Status::DoneLate) => "t-late",
            Some(Status::Done) => "t-done",
            Some(Status::Exempt) => "t-free",
            Some(Status::NotStarted) | None => "",
        },
        overdue: line.overdue == Some(true),
        due: line.due.map(|d| d.short()).unwrap_or_default(),
        done: line.submitted_on.map(|d| d.short()).unwrap_or_default(),
    }
}
