//! 异议: raised at school, answered in the office.

use super::line::{line_of, place_of};
use super::list::until_words;
use super::show::about;
use super::{of_office, seen};
use crate::entities::{ItemLine, Line, Ranking, Stage};
use crate::paths;
use crate::store::{self, Objection};
use crate::use_cases::{Answer, MOST_WORDS, answer_objection, object_to_ranking};
use ::store::Fail;
use askama::Template;
use axum::extract::State;
use kernel::{Id, Refusal};
use rules::score::Standing;
use serde::Deserialize;
use task::pages::{Asked, Pair, Said};
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Right, reply};

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    item: Option<String>,
}

#[derive(Template)]
#[template(path = "objection_new.html")]
struct NewPage {
    frame: Frame,
    ranking: Ranking,
    line: Line,
    until: String,
    item: Option<Id>,
    words: String,
    most: usize,
    errors: FieldErrors,
}

/// `GET /rankings/{id}/lines/{organisation}/object`
pub async fn form(
    State(app): State<App>,
    actor: Actor,
    Pair(id, organisation): Pair,
    Asked(query): Asked<Query>,
) -> web::Result {
    let item = query.item.and_then(|id| id.parse().ok());
    let errors = FieldErrors::new();
    web::page(
        &new_page(
            &app,
            &actor,
            (id, organisation),
            (item, String::new()),
            errors,
        )
        .await?,
    )
}

async fn new_page(
    app: &App,
    actor: &Actor,
    (id, organisation): (Id, Id),
    (item, words): (Option<Id>, String),
    errors: FieldErrors,
) -> web::Result<NewPage> {
    let (ranking, sight) = seen(app, actor, id, None).await?;
    let place = place_of(app, organisation).await?;
    if !sight.covers(organisation) || !actor.can(Right::ObjectToRankings, &place) {
        return Err(Failure::NotFound);
    }
    let (_, line) = line_of(app, &ranking, None, organisation).await?;
    let today = app.store.today();
    let until = ranking
        .objections_until
        .map(|last| until_words(last, today));
    Ok(NewPage {
        frame: Frame::new(app, actor, paths::LIST, "提出异议").await?,
        until: until.unwrap_or_default(),
        most: MOST_WORDS,
        ranking,
        line,
        item,
        words,
        errors,
    })
}

/// `POST /rankings/{id}/lines/{organisation}/object`
pub async fn object(
    State(app): State<App>,
    actor: Actor,
    Pair(id, organisation): Pair,
    form: Form,
) -> web::Result {
    let (item, words) = (form.id("item"), form.text("words").to_owned());
    let outcome = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, words) = (&actor, &words);
            async move {
                object_to_ranking(&tx, actor, (id, organisation), item, words).await?;
                let said = "异议已提交。答复会出现在待阅和本页里。";
                Ok(reply::with_flash(&paths::line(id, organisation), said))
            }
        })
        .await;
    match outcome {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            let field = refusal.field().unwrap_or("words");
            let errors = FieldErrors::from([(field, refusal.words().into_owned())]);
            let typed = (item, words);
            reply::invalid(&new_page(&app, &actor, (id, organisation), typed, errors).await?)
        }
        Err(fail) => Err(fail.into()),
    }
}

#[derive(Template)]
#[template(path = "objection.html")]
struct OnePage {
    frame: Frame,
    ranking: Ranking,
    objection: Objection,
    line: Line,
    about: String,
    item: Option<ItemLine>,
    /// Whether the reader is to answer it.
    answers: bool,
    opens: bool,
    given: Given,
    standings: [Standing; 3],
    most: usize,
    errors: FieldErrors,
}

impl OnePage {
    fn key(&self, item: &ItemLine) -> duty::Key {
        item.key(self.objection.organisation)
    }
}

/// What the answer's form holds.
#[derive(Clone, Debug, Default)]
struct Given {
    outcome: String,
    standing: String,
    item: Option<Id>,
    words: String,
}

/// `GET /rankings/{id}/objections/{objection}`
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Pair(id, objection): Pair,
    Asked(query): Asked<Said>,
) -> web::Result {
    let given = Given::default();
    let page = one_page(&app, &actor, (id, objection), given, FieldErrors::new()).await?;
    web::page(&OnePage {
        frame: page.frame.clone().saying(query.said),
        ..page
    })
}

/// Seen by whoever sees the organisation's line as their own or below; not by the audience.
async fn one_page(
    app: &App,
    actor: &Actor,
    (id, objection): (Id, Id),
    given: Given,
    errors: FieldErrors,
) -> web::Result<OnePage> {
    let db = app.store.db();
    let (ranking, _) = seen(app, actor, id, None).await?;
    let found = store::find_objection(db, objection).await?;
    let objection = found
        .filter(|one| one.ranking == id)
        .ok_or(Failure::NotFound)?;
    let place = place_of(app, objection.organisation).await?;
    if !actor.can(Right::SeeRankings, &place) {
        return Err(Failure::NotFound);
    }
    let (_, line) = line_of(
        app,
        &ranking,
        Some(objection.edition),
        objection.organisation,
    )
    .await?;
    let (_, now) = line_of(app, &ranking, None, objection.organisation).await?;
    let open = matches!(
        ranking.stage(app.store.today()),
        Stage::Sent | Stage::Closed
    );
    let item = objection.requirement;
    let item = item.and_then(|id| line.items.iter().find(|one| one.requirement == id));
    Ok(OnePage {
        frame: Frame::new(app, actor, paths::LIST, "异议").await?,
        about: about(Some(&line), objection.requirement),
        item: item.cloned(),
        answers: open
            && objection.upheld.is_none()
            && actor.can(Right::RankOrganisations, &ranking.place()),
        opens: actor.can(Right::SeeDuties, &place),
        standings: [Standing::OnTime, Standing::Late, Standing::Excused],
        most: MOST_WORDS,
        line: now,
        ranking,
        objection,
        given,
        errors,
    })
}

/// `POST /rankings/{id}/objections/{objection}`
pub async fn answer(
    State(app): State<App>,
    actor: Actor,
    Pair(id, objection): Pair,
    form: Form,
) -> web::Result {
    of_office(&app, &actor, id).await?;
    let given = Given {
        outcome: form.text("outcome").to_owned(),
        standing: form.text("standing").to_owned(),
        item: form.id("item"),
        words: form.text("words").to_owned(),
    };
    let answer = answer_of(&given);
    let version = form.version();
    let outcome = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, answer) = (&actor, &answer);
            async move {
                let made = answer_objection(&tx, actor, (id, objection), (version, answer)).await?;
                let said = match made {
                    Some(edition) => format!("已答复，异议成立，重新计算为第 {edition} 版。"),
                    None => "已答复，名次不变。".to_owned(),
                };
                Ok(reply::with_flash(&paths::ranking(id), &said))
            }
        })
        .await;
    match outcome {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) if refusal.field().is_some() => {
            let field = refusal.field().unwrap_or("words");
            let errors = FieldErrors::from([(field, refusal.words().into_owned())]);
            reply::invalid(&one_page(&app, &actor, (id, objection), given, errors).await?)
        }
        Err(Fail::Stale) => Err(Failure::Stale {
            yours: vec![("答复".to_owned(), given.words)],
            theirs: vec![(
                "名次".to_owned(),
                "已有新的一版，请重新打开这条异议核对".to_owned(),
            )],
        }),
        Err(fail) => Err(fail.into()),
    }
}

fn answer_of(given: &Given) -> Answer {
    Answer {
        upheld: match given.outcome.as_str() {
            "upheld" => Some(true),
            "refused" => Some(false),
            _ => None,
        },
        item: given.item,
        standing: Standing::from_code(&given.standing),
        words: given.words.clone(),
    }
}
