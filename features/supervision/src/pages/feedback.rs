//! 意见反馈: “这件事是负担?”, from every page, with an answer that is tracked.

use super::{id, value};
use crate::paths;
use crate::store::{self, FeedbackRow};
use crate::use_cases::answer_feedback::answer_feedback;
use crate::use_cases::give_feedback::{MOST, give_feedback};
use ::store::Fail;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use kernel::{Id, Refusal};
use web::{Actor, App, FieldErrors, Form, Frame, Right, reply};

#[derive(Template)]
#[template(path = "feedback.html")]
struct FeedbackPage {
    frame: Frame,
    page: String,
    words: String,
    most: usize,
    errors: FieldErrors,
    own: Vec<FeedbackRow>,
    hears: bool,
}

#[derive(Template)]
#[template(path = "feedback_all.html")]
struct AllPage {
    frame: Frame,
    rows: Vec<FeedbackRow>,
    open: usize,
    most: usize,
    error: Option<(Id, String, String)>,
    next: Option<String>,
}

/// What a page of ours is called, by the beginning of its path.
fn page_words(path: &str) -> &'static str {
    const NAMES: [(&str, &str); 13] = [
        ("/duties/done", "已办"),
        ("/duties/", "一件事项"),
        ("/duties", "待办"),
        ("/records", "台账"),
        ("/review", "审核"),
        ("/sheets", "交办单"),
        ("/progress", "进度"),
        ("/rankings", "排名"),
        ("/office", "总览"),
        ("/notices", "待阅"),
        ("/organisations", "组织"),
        ("/members", "党员"),
        ("/account", "账号"),
    ];
    let found = NAMES
        .iter()
        .find(|(beginning, _)| path.starts_with(beginning));
    found.map_or("其他页面", |(_, words)| words)
}

impl FeedbackPage {
    fn page_words(&self, path: &str) -> &'static str {
        page_words(path)
    }
}

impl AllPage {
    fn page_words(&self, path: &str) -> &'static str {
        page_words(path)
    }
}

/// The path of a page of ours, without what follows it.
fn page_of(text: &str) -> String {
    let path = match text.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |n| &rest[n..]),
        None => text,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if path.starts_with('/') && path != paths::FEEDBACK {
        path.chars().take(200).collect()
    } else {
        String::new()
    }
}

/// `GET /feedback`
pub async fn form(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    Query(query): super::Said,
) -> web::Result {
    let from = headers
        .get(header::REFERER)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let said = query.get("said").cloned();
    let page = page(
        &app,
        &actor,
        page_of(from),
        String::new(),
        FieldErrors::new(),
    )
    .await?;
    web::page(&FeedbackPage {
        frame: page.frame.clone().saying(said),
        ..page
    })
}

async fn page(
    app: &App,
    actor: &Actor,
    page: String,
    words: String,
    errors: FieldErrors,
) -> web::Result<FeedbackPage> {
    Ok(FeedbackPage {
        frame: Frame::new(app, actor, paths::FEEDBACK, "这件事是负担？").await?,
        own: store::own_feedback(app.store.db(), actor.account).await?,
        hears: actor.can_anywhere(Right::ExcuseDuties),
        most: MOST,
        page,
        words,
        errors,
    })
}

/// `POST /feedback`
pub async fn give(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let (about, words) = (page_of(form.text("page")), form.text("words").to_owned());
    let outcome = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, about, words) = (&actor, &about, &words);
            async move {
                give_feedback(&tx, actor, about, words).await?;
                let said = "已收到。答复会出现在本页和待阅里。";
                Ok(reply::with_flash(paths::FEEDBACK, said))
            }
        })
        .await;
    match outcome {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            let errors = FieldErrors::from([("words", refusal.words().into_owned())]);
            reply::invalid(&page(&app, &actor, about, words, errors).await?)
        }
        Err(fail) => Err(fail.into()),
    }
}

/// `GET /feedback/all`
pub async fn all(State(app): State<App>, actor: Actor, Query(query): super::Said) -> web::Result {
    let before = value(&query, "before").parse().ok();
    let page = all_page(&app, &actor, before, None).await?;
    let said = query.get("said").cloned();
    web::page(&AllPage {
        frame: page.frame.clone().saying(said),
        ..page
    })
}

async fn all_page(
    app: &App,
    actor: &Actor,
    before: Option<Id>,
    error: Option<(Id, String, String)>,
) -> web::Result<AllPage> {
    const PAGE: usize = 50;
    let reach = actor.reach(Right::ExcuseDuties);
    let mut rows = store::feedback(app.store.db(), &reach, before).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more);
    Ok(AllPage {
        frame: Frame::new(app, actor, paths::OFFICE, "学校怎么说").await?,
        next: next.map(|row| format!("{}?before={}", paths::ALL_FEEDBACK, row.id)),
        open: rows.iter().filter(|row| row.answer.is_none()).count(),
        most: MOST,
        rows,
        error,
    })
}

/// `POST /feedback/{id}/answer`
pub async fn answer(
    State(app): State<App>,
    actor: Actor,
    Path(feedback): Path<String>,
    form: Form,
) -> web::Result {
    let feedback = id(&feedback)?;
    let words = form.text("words").to_owned();
    let outcome = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, words) = (&actor, &words);
            async move {
                answer_feedback(&tx, actor, feedback, words).await?;
                Ok(reply::with_flash(
                    paths::ALL_FEEDBACK,
                    "已答复，对方的待阅里会出现。",
                ))
            }
        })
        .await;
    match outcome {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) if refusal.field().is_some() => {
            let error = (feedback, refusal.words().into_owned(), words);
            reply::invalid(&all_page(&app, &actor, None, Some(error)).await?)
        }
        Err(fail) => Err(fail.into()),
    }
}
