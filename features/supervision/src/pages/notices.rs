//! 待阅、已阅: one's own notices. Who has read what is nobody else's affair: reading leaves no entry
//! in the audit log, and no page counts it.

use super::{id, value};
use crate::{paths, store};
use askama::Template;
use axum::extract::{Path, Query, State};
use kernel::{Day, Id};
use web::{Actor, App, Failure, Form, Frame, Right, Role, reply};

const PAGE: usize = 30;

#[derive(Template)]
#[template(path = "notices.html")]
struct NoticesPage {
    frame: Frame,
    is_read: bool,
    sentence: String,
    rows: Vec<Notice>,
    tabs: Tabs,
    next: Option<String>,
}

/// 待办、已办、待阅、已阅, as far as the person has them.
struct Tabs {
    works: bool,
    office: bool,
    unread: i64,
}

struct Notice {
    id: Id,
    title: String,
    rest: String,
    link: String,
    ago: String,
    day: String,
}

/// `GET /notices`
pub async fn unread(
    State(app): State<App>,
    actor: Actor,
    Query(query): super::Said,
) -> web::Result {
    show(&app, &actor, &query, false).await
}

/// `GET /notices/read`
pub async fn read(State(app): State<App>, actor: Actor, Query(query): super::Said) -> web::Result {
    show(&app, &actor, &query, true).await
}

async fn show(
    app: &App,
    actor: &Actor,
    query: &std::collections::BTreeMap<String, String>,
    is_read: bool,
) -> web::Result {
    let (db, now) = (app.store.db(), app.store.now());
    let before = value(query, "before").parse().ok();
    let mut rows = store::notices(db, actor.account, is_read, now, before, PAGE + 1).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let (title, path) = if is_read {
        ("已阅", paths::READ)
    } else {
        ("待阅", paths::NOTICES)
    };
    let unread = store::unread(db, actor.account, now).await?;
    web::page(&NoticesPage {
        sentence: match (is_read, unread) {
            (true, _) => "看过的都在这里。".to_owned(),
            (false, 0) => "没有待阅的。".to_owned(),
            (false, n) => format!("{n} 件，看过即可，不用回。"),
        },
        next: rows
            .last()
            .filter(|_| more)
            .map(|row| format!("{path}?before={}", row.id)),
        rows: rows.into_iter().map(|row| notice(row, now.day())).collect(),
        tabs: Tabs {
            works: actor.can_anywhere(Right::WorkOnDuties) || actor.is(Role::Principal),
            office: actor.is(Role::Officer) || actor.is(Role::Leader),
            unread,
        },
        frame: Frame::new(app, actor, paths::NOTICES, title)
            .await?
            .saying(query.get("said").cloned()),
        is_read,
    })
}

fn notice(row: store::NoticeRow, today: Day) -> Notice {
    let (title, rest) = row.words.split_once('\n').unwrap_or((&row.words, ""));
    let ago = match row.show_at.day().days_until(today) {
        0 => "今天".to_owned(),
        1 => "昨天".to_owned(),
        n => format!("{n} 天前"),
    };
    Notice {
        id: row.id,
        title: title.to_owned(),
        rest: rest.to_owned(),
        link: row.link,
        day: row.show_at.day().short(),
        ago,
    }
}

async fn mark(app: &App, account: Id, notice: Option<Id>) -> web::Result<()> {
    app.store
        .housekeeping(|tx| async move { Ok(store::mark_read(&tx, account, notice).await?) })
        .await?;
    Ok(())
}

/// `POST /notices/read-all`
pub async fn read_all(State(app): State<App>, actor: Actor, _: Form) -> web::Result {
    mark(&app, actor.account, None).await?;
    reply::done(paths::NOTICES, "全部标为已阅。")
}

/// `POST /notices/{id}/read`
pub async fn read_one(
    State(app): State<App>,
    actor: Actor,
    Path(notice): Path<String>,
    _: Form,
) -> web::Result {
    let notice = id(&notice)?;
    link(&app, actor.account, notice).await?;
    mark(&app, actor.account, Some(notice)).await?;
    reply::see_other(paths::NOTICES)
}

/// `POST /notices/{id}/open`: read, and on to what it is about.
pub async fn open(
    State(app): State<App>,
    actor: Actor,
    Path(notice): Path<String>,
    _: Form,
) -> web::Result {
    let notice = id(&notice)?;
    let link = link(&app, actor.account, notice).await?;
    mark(&app, actor.account, Some(notice)).await?;
    reply::see_other(link)
}

async fn link(app: &App, account: Id, notice: Id) -> web::Result<String> {
    store::link_of(app.store.db(), account, notice)
        .await?
        .ok_or(Failure::NotFound)
}
