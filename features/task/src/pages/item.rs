//! One item of an issued sheet: whom it was frozen for and why, and how each of them stands.

use crate::entities::item::Item;
use crate::entities::sheet::Sheet;
use crate::pages::{Asked, Pair, seen};
use crate::store::{self, TargetLine};
use crate::{paths, sheets, store::Standing};
use askama::Template;
use axum::extract::State;
use duty::Key;
use kernel::Id;
use office::xlsx::SheetOut;
use org::Lineage;
use rules::duty::Status;
use serde::Deserialize;
use web::sheet;
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
    export: String,
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

/// What an address asks of an item's list.
struct Shown {
    asked: Vec<store::Asked>,
    lines: Vec<TargetLine>,
    /// One instance of a recurring item.
    one: Option<Id>,
    /// Code of the tab.
    chosen: &'static str,
}

async fn shown(app: &App, actor: &Actor, sheet: Id, item: Id, query: &Query) -> web::Result<Shown> {
    let (db, reach) = (app.store.db(), actor.reach(Right::SeeSheets));
    let mut asked = store::asked(db, sheet).await?;
    asked.retain(|a| a.item == item);
    let one: Option<Id> = query.of.as_deref().and_then(|of| of.parse().ok());
    let mut lines = store::targets_of(db, sheet, item, &reach).await?;
    lines.retain(|l| one.is_none_or(|of| l.requirement == of));
    let chosen = query.status.as_deref().unwrap_or_default();
    let chosen = TABS.iter().find(|(code, _)| *code == chosen);
    Ok(Shown {
        asked,
        lines,
        one,
        chosen: chosen.map_or("", |(code, _)| code),
    })
}

fn title_of(asked: &[store::Asked], line: &TargetLine) -> String {
    let own = asked.iter().find(|a| a.id == line.requirement);
    own.map_or_else(String::new, |a| a.title.clone())
}

/// `GET /sheets/{id}/items/{item}/export`: the organisations of the tab.
pub async fn export(
    State(app): State<App>,
    actor: Actor,
    Pair(id, item): Pair,
    Asked(query): Asked<Query>,
) -> web::Result {
    let sheet = seen(&app, &actor, id).await?;
    let db = app.store.db();
    let item = store::find_item(db, id, item)
        .await?
        .filter(|_| sheet.issued_at.is_some())
        .ok_or(Failure::NotFound)?;
    let found = shown(&app, &actor, id, item.id, &query).await?;
    let above = Lineage::load(db, &actor.reach(Right::SeeSheets)).await?;
    let title = sheet::title(&app, &format!("{} {}", sheet.number_words(), item.title));
    let rows = found.lines.iter().filter(|l| belongs(l, found.chosen));
    let rows = rows.map(|l| sheets::target(l, title_of(&found.asked, l), &above));
    let out = SheetOut {
        rows: rows.collect(),
        ..sheets::targets(title, &above)
    };
    let unit = sheet::unit(&app, &actor);
    sheet::file(&app, &unit, &item.title, vec![out])
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
    let Shown {
        asked,
        lines,
        one,
        chosen,
    } = shown(&app, &actor, id, item.id, &query).await?;
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
    let name = |l: &TargetLine| match several {
        true => title_of(&asked, l),
        false => String::new(),
    };
    let path = paths::item(id, item.id);
    let of = one.map(|of| format!("&of={of}")).unwrap_or_default();
    let (owed, done) = (standing.owed, standing.done);
    reply::page(&ItemPage {
        frame: Frame::new(&app, &actor, paths::LIST, &item.title).await?,
        sentence: format!(
            "{} {} · {owed} 件中完成 {done} 件",
            sheet.number_words(),
            item.place()
        ),
        tabs: tabs(&path, one, &lines, chosen),
        export: format!("{path}/export?status={chosen}{of}"),
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
