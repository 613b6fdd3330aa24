//! 提醒名单: only those who owe, seen before it goes out.

use super::value;
use crate::paths;
use crate::store::{self, OwedRow, SheetRow};
use crate::use_cases::remind_owing::{digest_words, remind_owing};
use crate::working_time;
use askama::Template;
use axum::extract::{Path, Query, State};
use kernel::Id;
use rules::calendar::WorkingCalendar;
use web::{Actor, App, Failure, Form, Frame, Right, reply};

#[derive(Template)]
#[template(path = "remind.html")]
struct RemindPage {
    frame: Frame,
    board: String,
    action: String,
    label: String,
    sentence: String,
    show_at: String,
    rows: Vec<Owing>,
    ticked: usize,
    sample: Option<(String, String)>,
    error: bool,
}

/// An organisation that owes.
struct Owing {
    id: Id,
    name: String,
    zone: String,
    items: String,
    n: usize,
    last: String,
    ticked: bool,
    reachable: bool,
}

/// `GET /progress/{sheet}/remind`
pub async fn preview(
    State(app): State<App>,
    actor: Actor,
    Path(sheet): Path<String>,
    Query(query): super::Said,
) -> web::Result {
    let only = value(&query, "organisation").parse().ok();
    let page = page(&app, &actor, &sheet, only, false).await?;
    web::page(&page)
}

async fn open_sheet(app: &App, actor: &Actor, sheet: &str) -> web::Result<SheetRow> {
    let reach = actor.reach(Right::SendReminders);
    let sheet = super::board::find(app, &reach, sheet).await?;
    if sheet.closed_at.is_some() {
        Err(Failure::NotFound)
    } else {
        Ok(sheet)
    }
}

async fn page(
    app: &App,
    actor: &Actor,
    sheet: &str,
    only: Option<Id>,
    error: bool,
) -> web::Result<RemindPage> {
    /// Ticked at once: what is late or falls due within so many days.
    const SOON: i32 = 7;
    let db = app.store.db();
    let sheet = open_sheet(app, actor, sheet).await?;
    let reach = actor.reach(Right::SendReminders);
    let owed = store::owed(db, Some(&reach), Some(sheet.id), None).await?;
    let last = store::last_reminded(db).await?;
    let workers = store::workers(db, app.store.today()).await?;
    let soon = app.store.today().plus_days(SOON);
    let mut rows: Vec<Owing> = Vec::new();
    for one in owed.chunk_by(|a, b| a.organisation == b.organisation) {
        let id = one[0].organisation;
        let reachable = workers.contains_key(&id) || one.iter().any(|row| row.handed_to.is_some());
        rows.push(Owing {
            id,
            name: one[0].name.clone(),
            zone: one[0].zone_name.clone().unwrap_or_default(),
            items: named(one),
            n: one.len(),
            last: last.get(&id).map(|at| at.day().short()).unwrap_or_default(),
            ticked: reachable
                && only.map_or_else(|| one.iter().any(|r| r.due <= soon), |o| o == id),
            reachable,
        });
    }
    let sample = sample(&owed, &rows, app.store.today());
    rows.sort_by_key(|row| !row.ticked);
    let now = app.store.now();
    let show_at = working_time::next(&WorkingCalendar::national(), now);
    Ok(RemindPage {
        frame: Frame::new(app, actor, paths::PROGRESS, "提醒名单").await?,
        board: paths::board(sheet.id),
        action: paths::remind(sheet.id),
        label: sheet.label(),
        sentence: match rows.len() {
            0 => "没有欠交的组织，不用提醒。".to_owned(),
            n => format!(
                "只提醒欠交的：{n} 个组织，共 {} 件，每人合并成一条。",
                owed.len()
            ),
        },
        show_at: if show_at == now {
            "马上（工作时间）".to_owned()
        } else {
            show_at.chinese()
        },
        ticked: rows.iter().filter(|row| row.ticked).count(),
        rows,
        sample,
        error,
    })
}

fn named(rows: &[OwedRow]) -> String {
    const MOST: usize = 4;
    let names = rows
        .iter()
        .take(MOST)
        .map(|row| format!("{}（{}）", row.title, row.due.short()));
    let names = names.collect::<Vec<_>>().join("；");
    if rows.len() > MOST {
        format!("{names}等")
    } else {
        names
    }
}

/// What the first of those ticked would read.
fn sample(owed: &[OwedRow], rows: &[Owing], today: kernel::Day) -> Option<(String, String)> {
    let first = rows.iter().find(|row| row.ticked)?;
    let theirs: Vec<&OwedRow> = owed
        .iter()
        .filter(|row| row.organisation == first.id)
        .collect();
    let words = digest_words(&theirs, today);
    let (head, rest) = words.split_once('\n')?;
    Some((head.to_owned(), format!("{}：{rest}", first.name)))
}

/// `POST /progress/{sheet}/remind`
pub async fn send(
    State(app): State<App>,
    actor: Actor,
    Path(sheet): Path<String>,
    form: Form,
) -> web::Result {
    let picked = form.ids("org");
    if picked.is_empty() {
        let page = page(&app, &actor, &sheet, None, true).await?;
        return reply::invalid(&page);
    }
    let sheet = open_sheet(&app, &actor, &sheet).await?;
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, sheet, picked) = (&actor, &sheet, &picked);
            async move {
                let sent = remind_owing(&tx, actor, sheet, picked).await?;
                let had = match sent.had {
                    0 => String::new(),
                    n => format!(" {n} 人当天已有提醒，没有重复发。"),
                };
                let said = format!(
                    "已提醒 {} 个组织，合并 {} 件，发给 {} 人。{had}",
                    sent.organisations, sent.duties, sent.notices
                );
                Ok(reply::with_flash(&paths::board(sheet.id), said.trim()))
            }
        })
        .await;
    match receipt {
        Ok(receipt) => reply::see_other(receipt),
        Err(::store::Fail::Store(error)) => Err(error.into()),
        Err(_) => Err(Failure::NotFound),
    }
}
