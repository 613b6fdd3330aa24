//! 意见反馈: “这件事是负担？”, from every page, with an answer that is tracked.

use super::value;
use crate::paths;
use crate::sheets;
use crate::store::{self, FeedbackRow};
use crate::use_cases::answer_feedback::outcome_words;
use crate::use_cases::give_feedback::{KINDS, MOST, Said, duty_of, give_feedback, kind_words};
use ::store::Fail;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use duty::Key;
use kernel::{Id, Refusal};
use web::sheet::{self, Export};
use web::{Actor, App, FieldErrors, Form, Frame, Right, reply};

/// Messages of one's own on one page.
const PAGE: usize = 30;

#[derive(Template)]
#[template(path = "feedback.html")]
struct FeedbackPage {
    frame: Frame,
    draft: Draft,
    about: Option<String>,
    kinds: [(&'static str, &'static str); 6],
    most: usize,
    errors: FieldErrors,
    own: Vec<Told>,
    next: Option<String>,
    hears: bool,
}

/// What is being written.
#[derive(Clone, Default)]
struct Draft {
    page: String,
    duty: Option<Key>,
    kind: String,
    words: String,
}

/// One's own message, and what became of it.
struct Told {
    row: FeedbackRow,
    kind: &'static str,
    about: String,
    outcome: &'static str,
    steps: Vec<(&'static str, String)>,
}

/// What a page of ours is called, by the beginning of its path.
pub(super) fn page_words(path: &str) -> &'static str {
    const NAMES: [(&str, &str); 14] = [
        ("/duties/done", "已办"),
        ("/duties/", "一件事项"),
        ("/duties", "待办"),
        ("/records", "台账"),
        ("/review", "审核"),
        ("/sheets", "交办单"),
        ("/progress", "进度"),
        ("/rankings", "排名"),
        ("/burden", "基层负担"),
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

/// What a message is about: its duty, or the page it was given from.
pub(super) fn about(row: &FeedbackRow) -> String {
    match row.duty_words() {
        Some(words) => words,
        None if row.page.is_empty() => String::new(),
        None => page_words(&row.page).to_owned(),
    }
}

/// 经过: received, seen, answered, each with its moment.
pub(super) fn steps(row: &FeedbackRow) -> Vec<(&'static str, String)> {
    let by = |name: &Option<String>| match name {
        Some(name) => format!(" · {name}"),
        None => String::new(),
    };
    let mut steps = vec![("已收到", row.at.chinese())];
    let seen = row.seen_at.filter(|_| row.seen_at != row.answered_at);
    steps.extend(seen.map(|at| ("已看", format!("{}{}", at.chinese(), by(&row.seen_by)))));
    let answered = row.answered_at;
    steps.extend(answered.map(|at| {
        (
            "已答复",
            format!("{}{}", at.chinese(), by(&row.answered_by)),
        )
    }));
    steps
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

/// The duty that a page shows: `/duties/{key}`, `/progress/{sheet}/{key}`.
fn duty_on(page: &str) -> Option<Key> {
    let ours = page.starts_with("/duties/") || page.starts_with("/progress/");
    page.rsplit('/').next().filter(|_| ours)?.parse().ok()
}

/// `GET /feedback`: the page one comes from is said by the browser, a duty by its own link.
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
    let page = page_of(from);
    let draft = Draft {
        duty: value(&query, "duty")
            .parse()
            .ok()
            .or_else(|| duty_on(&page)),
        page,
        ..Draft::default()
    };
    let before = value(&query, "before").parse().ok();
    let mut page = build(&app, &actor, draft, before, FieldErrors::new()).await?;
    page.frame = page.frame.saying(query.get("said").cloned());
    web::page(&page)
}

async fn build(
    app: &App,
    actor: &Actor,
    mut draft: Draft,
    before: Option<Id>,
    errors: FieldErrors,
) -> web::Result<FeedbackPage> {
    let db = app.store.db();
    let mut rows = store::own_feedback(db, actor.account, before, PAGE + 1).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    draft.duty = duty_of(db, actor, draft.duty).await?;
    let about = match draft.duty {
        Some(key) => duty::store::find_requirement(db, key.requirement)
            .await?
            .map(|r| format!("{}“{}”", r.source_words, r.title)),
        None if draft.page.is_empty() => None,
        None => Some(page_words(&draft.page).to_owned()),
    };
    let next = rows.last().filter(|_| more);
    Ok(FeedbackPage {
        frame: Frame::new(app, actor, paths::FEEDBACK, "这件事是负担？").await?,
        next: next.map(|row| format!("{}?before={}", paths::FEEDBACK, row.id)),
        own: rows.into_iter().map(told).collect(),
        hears: actor.can_anywhere(Right::SeeFeedback),
        kinds: KINDS,
        most: MOST,
        about,
        draft,
        errors,
    })
}

fn told(row: FeedbackRow) -> Told {
    Told {
        kind: kind_words(&row.kind).unwrap_or_default(),
        about: about(&row),
        outcome: outcome_words(&row.outcome).unwrap_or_default(),
        steps: steps(&row),
        row,
    }
}

/// `POST /feedback`
pub async fn give(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let draft = Draft {
        page: page_of(form.text("page")),
        duty: form.text("duty").parse().ok(),
        kind: form.text("kind").to_owned(),
        words: form.text("words").to_owned(),
    };
    let outcome = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, draft) = (&actor, &draft);
            async move {
                let said = Said {
                    page: &draft.page,
                    duty: draft.duty,
                    kind: &draft.kind,
                    words: &draft.words,
                };
                give_feedback(&tx, actor, said).await?;
                let words = "已收到。答复会出现在本页和待阅里。";
                Ok(reply::with_flash(paths::FEEDBACK, words))
            }
        })
        .await;
    match outcome {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            let errors = FieldErrors::from([("words", refusal.words().into_owned())]);
            reply::invalid(&build(&app, &actor, draft, None, errors).await?)
        }
        Err(fail) => Err(fail.into()),
    }
}

/// `GET /feedback/export`: one's own.
pub async fn export(State(app): State<App>, actor: Actor) -> web::Result {
    let db = app.store.db();
    let above = org::Lineage::load(db, &actor.reach(Right::SeeFeedback)).await?;
    let out = sheets::feedback(sheet::title(&app, "我的意见反馈"), &above);
    let export = Export::begin(&app, &sheet::unit(&app, &actor), "我的意见反馈", out);
    let (calendar, today) = (
        rules::calendar::WorkingCalendar::national(),
        app.store.today(),
    );
    let mut before = None;
    loop {
        let rows = store::own_feedback(db, actor.account, before, sheet::CHUNK).await?;
        let Some(last) = rows.last() else { break };
        before = Some(last.id);
        let cells = rows
            .iter()
            .map(|row| sheets::said(row, &about(row), &above, &calendar, today));
        export.rows(cells.collect()).await?;
    }
    export.reply().await
}
