//! 更正: after publication, one item of one line, published anew.

use super::line::line_of;
use super::of_office;
use crate::entities::{Line, Ranking};
use crate::paths;
use crate::use_cases::{MOST_WORDS, correct_ranking};
use ::store::Fail;
use askama::Template;
use axum::extract::State;
use kernel::{Id, Refusal};
use rules::score::Standing;
use task::pages::Pair;
use web::{Actor, App, FieldErrors, Form, Frame, reply};

#[derive(Template)]
#[template(path = "ranking_correct.html")]
struct CorrectPage {
    frame: Frame,
    ranking: Ranking,
    line: Line,
    standings: [Standing; 4],
    item: Option<Id>,
    standing: String,
    words: String,
    most: usize,
    errors: FieldErrors,
}

/// `GET /rankings/{id}/lines/{organisation}/correct`
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Pair(id, organisation): Pair,
) -> web::Result {
    web::page(&page(&app, &actor, id, organisation).await?)
}

async fn page(app: &App, actor: &Actor, id: Id, organisation: Id) -> web::Result<CorrectPage> {
    let ranking = of_office(app, actor, id).await?;
    let (_, line) = line_of(app, &ranking, None, organisation).await?;
    Ok(CorrectPage {
        frame: Frame::new(app, actor, paths::LIST, "更正成绩").await?,
        standings: [
            Standing::OnTime,
            Standing::Late,
            Standing::Owed,
            Standing::Excused,
        ],
        most: MOST_WORDS,
        item: None,
        standing: String::new(),
        words: String::new(),
        errors: FieldErrors::new(),
        ranking,
        line,
    })
}

/// `POST /rankings/{id}/lines/{organisation}/correct`
pub async fn correct(
    State(app): State<App>,
    actor: Actor,
    Pair(id, organisation): Pair,
    form: Form,
) -> web::Result {
    let (item, words) = (form.id("item"), form.text("words").to_owned());
    let standing = Standing::from_code(form.text("standing"));
    let version = form.version();
    let outcome = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, words) = (&actor, words.as_str());
            async move {
                let line = (organisation, item);
                let what = (standing, words);
                let done = correct_ranking(&tx, actor, (id, version), line, what).await?;
                let said = format!("已更正并公布为第 {} 版，旧版仍可查看。", done.edition);
                Ok(reply::with_flash(&paths::ranking(id), &said))
            }
        })
        .await;
    match outcome {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) if refusal.field().is_some() => {
            let field = refusal.field().unwrap_or("words");
            let errors = FieldErrors::from([(field, refusal.words().into_owned())]);
            reply::invalid(&CorrectPage {
                standing: form.text("standing").to_owned(),
                item,
                words,
                errors,
                ..page(&app, &actor, id, organisation).await?
            })
        }
        Err(fail) => Err(fail.into()),
    }
}
