//! 学校怎么说: what was called a burden, for the leader to see and for the office to answer.

use super::feedback::{about, steps};
use super::{id, value};
use crate::paths;
use crate::sheets;
use crate::store::{self, FeedbackFilter, FeedbackRow};
use crate::use_cases::answer_feedback::{OUTCOMES, answer_feedback, outcome_words, see_feedback};
use crate::use_cases::give_feedback::{KINDS, MOST, kind_words};
use crate::working_time::age;
use ::store::Fail;
use askama::Template;
use axum::extract::{Path, Query, State};
use kernel::{Id, Refusal};
use org::Lineage;
use rules::calendar::WorkingCalendar;
use std::collections::BTreeMap;
use web::sheet::{self, Export};
use web::{Actor, App, Form, Frame, Right, reply};

/// Messages on one page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "feedback_all.html")]
struct AllPage {
    frame: Frame,
    rows: Vec<Heard>,
    open: i64,
    filter: FeedbackFilter,
    narrowed: bool,
    kinds: [(&'static str, &'static str); 6],
    outcomes: [(&'static str, &'static str, &'static str); 2],
    most: usize,
    problem: Option<Problem>,
    export: String,
    next: Option<String>,
}

/// One message.
struct Heard {
    row: FeedbackRow,
    kind: &'static str,
    about: String,
    /// Where the duty it is about is explained.
    href: Option<String>,
    outcome: &'static str,
    age: i64,
    steps: Vec<(&'static str, String)>,
    may_answer: bool,
}

/// What went wrong with an answer, and what was typed.
struct Problem {
    id: Id,
    words: String,
    outcome: String,
    text: String,
}

impl AllPage {
    fn problem_of(&self, id: &Id) -> Option<&Problem> {
        self.problem.as_ref().filter(|problem| problem.id == *id)
    }
}

fn filter_of(query: &BTreeMap<String, String>) -> FeedbackFilter {
    let (state, kind) = (value(query, "state"), value(query, "kind"));
    FeedbackFilter {
        state: ["open", "answered"]
            .into_iter()
            .find(|known| *known == state)
            .unwrap_or_default()
            .to_owned(),
        kind: kind_words(kind).map_or_else(String::new, |_| kind.to_owned()),
    }
}

/// The list narrowed so, at an address.
fn at(path: &str, filter: &FeedbackFilter, before: Option<Id>) -> String {
    let before = before.map(|id| id.to_string()).unwrap_or_default();
    let pairs = [
        ("state", filter.state.as_str()),
        ("kind", &filter.kind),
        ("before", &before),
    ];
    reply::with_query(path, &pairs)
}

/// `GET /feedback/all`
pub async fn show(State(app): State<App>, actor: Actor, Query(query): super::Said) -> web::Result {
    let before = value(&query, "before").parse().ok();
    let mut page = build(&app, &actor, filter_of(&query), before, None).await?;
    page.frame = page.frame.saying(query.get("said").cloned());
    web::page(&page)
}

async fn build(
    app: &App,
    actor: &Actor,
    filter: FeedbackFilter,
    before: Option<Id>,
    problem: Option<Problem>,
) -> web::Result<AllPage> {
    let (db, reach) = (app.store.db(), actor.reach(Right::SeeFeedback));
    let mut rows = store::feedback(db, &reach, &filter, before, PAGE + 1).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    let (calendar, today) = (WorkingCalendar::national(), app.store.today());
    let heard = |row: FeedbackRow| Heard {
        kind: kind_words(&row.kind).unwrap_or_default(),
        about: about(&row),
        href: row.duty().map(|(sheet, key)| paths::cell(sheet, key)),
        outcome: outcome_words(&row.outcome).unwrap_or_default(),
        age: age(
            &calendar,
            row.at,
            row.answered_at.map_or(today, |at| at.day()),
        ),
        steps: steps(&row),
        may_answer: row.answer.is_none() && actor.can(Right::AnswerFeedback, &row.place()),
        row,
    };
    Ok(AllPage {
        frame: Frame::new(app, actor, paths::OFFICE, "学校怎么说").await?,
        open: store::feedback_open(db, &reach).await?,
        next: next.map(|id| at(paths::ALL_FEEDBACK, &filter, Some(id))),
        export: at(paths::FEEDBACK_EXPORT, &filter, None),
        rows: rows.into_iter().map(heard).collect(),
        narrowed: filter != FeedbackFilter::default(),
        kinds: KINDS,
        outcomes: OUTCOMES,
        most: MOST,
        filter,
        problem,
    })
}

/// `GET /feedback/all/export`
pub async fn export(
    State(app): State<App>,
    actor: Actor,
    Query(query): super::Said,
) -> web::Result {
    let (db, reach) = (app.store.db(), actor.reach(Right::SeeFeedback));
    let above = Lineage::load(db, &reach).await?;
    let filter = filter_of(&query);
    let out = sheets::feedback(sheet::title(&app, "意见反馈"), &above);
    let export = Export::begin(&app, &sheet::unit(&app, &actor), "意见反馈", out);
    let (calendar, today) = (WorkingCalendar::national(), app.store.today());
    let mut before = None;
    loop {
        let rows = store::feedback(db, &reach, &filter, before, sheet::CHUNK).await?;
        let Some(last) = rows.last() else { break };
        before = Some(last.id);
        let cells = rows
            .iter()
            .map(|row| sheets::said(row, &about(row), &above, &calendar, today));
        export.rows(cells.collect()).await?;
    }
    export.reply().await
}

/// `POST /feedback/{id}/answer`
pub async fn answer(
    State(app): State<App>,
    actor: Actor,
    Path(feedback): Path<String>,
    form: Form,
) -> web::Result {
    let feedback = id(&feedback)?;
    let (outcome, text) = (form.text("outcome"), form.text("words"));
    let who = &actor;
    let done = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            answer_feedback(&tx, who, feedback, outcome, text).await?;
            let said = "已答复，对方的待阅里会出现。";
            Ok(reply::with_flash(paths::ALL_FEEDBACK, said))
        })
        .await;
    match done {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) if refusal.field().is_some() => {
            let problem = Problem {
                id: feedback,
                words: refusal.words().into_owned(),
                outcome: outcome.to_owned(),
                text: text.to_owned(),
            };
            let filter = FeedbackFilter::default();
            reply::invalid(&build(&app, &actor, filter, None, Some(problem)).await?)
        }
        Err(fail) => Err(fail.into()),
    }
}

/// `POST /feedback/{id}/seen`
pub async fn seen(
    State(app): State<App>,
    actor: Actor,
    Path(feedback): Path<String>,
    form: Form,
) -> web::Result {
    let feedback = id(&feedback)?;
    let done = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            see_feedback(&tx, &actor, feedback).await?;
            let said = "已记为已看，对方能看到。";
            Ok(reply::with_flash(paths::ALL_FEEDBACK, said))
        })
        .await?;
    reply::see_other(done)
}
