//! 未送达: what was laid aside, with its reason; a person tries again or leaves it.

use super::Asked;
use crate::paths;
use crate::store;
use crate::use_cases::resolve_failed::{self, Resolved};
use ::store::{Fail, jobs};
use askama::Template;
use axum::extract::{Query, State};
use kernel::Id;
use std::convert::Infallible;
use web::{Actor, App, Failure, Form, Frame, reply};

const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "failed.html")]
struct FailedPage {
    frame: Frame,
    error: bool,
    lines: Vec<Line>,
    jobs: Vec<DeadJob>,
    next: Option<String>,
}

struct Line {
    id: Id,
    day: String,
    channel: String,
    whom: String,
    attempts: i64,
    reason: String,
}

/// Another job of the house that was laid aside.
struct DeadJob {
    id: Id,
    what: String,
    at: String,
    error: String,
}

async fn page(
    app: &App,
    actor: &Actor,
    before: Option<Id>,
    error: bool,
) -> web::Result<FailedPage> {
    let db = app.store.db();
    let mut rows = store::failed(db, before, PAGE + 1).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let last = rows.last().filter(|_| more).map(|row| row.id);
    let dead = jobs::dead_jobs(db, 50).await?;
    Ok(FailedPage {
        frame: Frame::new(app, actor, paths::CHANNELS, "未送达").await?,
        error,
        next: last.map(|id| format!("{}?before={id}", paths::FAILED)),
        lines: rows.into_iter().map(line).collect(),
        jobs: dead.into_iter().map(job).collect(),
    })
}

fn line(row: store::FailedRow) -> Line {
    Line {
        id: row.id,
        day: row.day.short(),
        channel: row
            .channel_name
            .unwrap_or_else(|| "已删除的通道".to_owned()),
        whom: row.account_name.unwrap_or_else(|| "工作群".to_owned()),
        attempts: row.attempts,
        reason: row.reason,
    }
}

fn job(job: jobs::DeadJob) -> DeadJob {
    let what = match job.kind.as_str() {
        "remind" => "每日自动提醒",
        "plan_deliveries" => "安排送达",
        "deliver" => "送达一条消息",
        "send_code" => "发邮箱验证码",
        "sheet_issued" => "通知新下发的交办单",
        "duty_fact" => "通知审核结果",
        "turn_of_day" => "换日重算",
        "place_rows" | "places_moved" => "隶属调整后的重算",
        other => other,
    };
    DeadJob {
        id: job.id,
        what: what.to_owned(),
        at: job.run_at.chinese(),
        error: job.error.unwrap_or_default(),
    }
}

/// `GET /settings/channels/failed`
pub async fn show(State(app): State<App>, actor: Actor, Query(asked): Query<Asked>) -> web::Result {
    let mut page = page(&app, &actor, asked.before.parse().ok(), false).await?;
    page.frame = page.frame.saying(asked.said);
    web::page(&page)
}

/// `POST /settings/channels/failed/retry`
pub async fn retry(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let (deliveries, jobs) = (form.ids("delivery"), form.ids("job"));
    if deliveries.is_empty() && jobs.is_empty() {
        return reply::invalid(&page(&app, &actor, None, true).await?);
    }
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            let Resolved { done, had } = resolve_failed::retry(&tx, &deliveries, &jobs).await?;
            let had = match had {
                0 => String::new(),
                n => format!("{n} 件当天已另有一封，没有重复发。"),
            };
            let said = format!("{done} 件重新排队，在送达时段内发出。{had}");
            Ok::<_, Fail<Infallible>>(reply::with_flash(paths::FAILED, &said))
        })
        .await;
    to_receipt(receipt)
}

/// `POST /settings/channels/failed/abandon`
pub async fn abandon(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let (deliveries, jobs) = (form.ids("delivery"), form.ids("job"));
    if deliveries.is_empty() && jobs.is_empty() {
        return reply::invalid(&page(&app, &actor, None, true).await?);
    }
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            let done = resolve_failed::abandon(&tx, &deliveries, &jobs).await?.done;
            let said = format!("{done} 件已放弃，不再发。");
            Ok::<_, Fail<Infallible>>(reply::with_flash(paths::FAILED, &said))
        })
        .await;
    to_receipt(receipt)
}

fn to_receipt(receipt: Result<String, Fail<Infallible>>) -> web::Result {
    match receipt {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Store(error)) => Err(error.into()),
        Err(_) => Err(Failure::NotFound),
    }
}
