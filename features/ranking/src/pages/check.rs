//! 送核、公布、撤回: each checked on a page of its own before the act.

use super::{edition_of, of_office};
use crate::entities::{Edition, Ranking};
use crate::use_cases::{MOST_WORDS, publish_ranking, send_ranking, withdraw_ranking};
use crate::{paths, store};
use ::store::Fail;
use askama::Template;
use axum::extract::State;
use kernel::{Day, Id, Refusal};
use rules::calendar::WorkingCalendar;
use task::pages::Key;
use web::{Actor, App, FieldErrors, Form, Frame, reply};

#[derive(Template)]
#[template(path = "ranking_send.html")]
struct SendPage {
    frame: Frame,
    ranking: Ranking,
    edition: Edition,
    until: Day,
    obstacle: Option<String>,
}

/// `GET /rankings/{id}/send`
pub async fn before_sending(State(app): State<App>, actor: Actor, Key(id): Key) -> web::Result {
    use crate::use_cases::RankingRefusal as R;
    let ranking = of_office(&app, &actor, id).await?;
    if ranking.sent_at.is_some() {
        return reply::see_other(paths::ranking(id));
    }
    let (edition, _) = edition_of(&app, &ranking, None).await?;
    let today = app.store.today();
    let obstacle = if ranking.period_to >= today {
        Some(R::PeriodNotOver(ranking.period_to))
    } else {
        (edition.ranked() == 0).then_some(R::NothingToRank)
    };
    let days = edition.terms.objection_workdays;
    web::page(&SendPage {
        frame: Frame::new(&app, &actor, paths::LIST, "送核").await?,
        until: WorkingCalendar::national().add_workdays(today, days).day,
        obstacle: obstacle.map(|refusal| refusal.words().into_owned()),
        ranking,
        edition,
    })
}

/// `POST /rankings/{id}/send`
pub async fn send(State(app): State<App>, actor: Actor, Key(id): Key, form: Form) -> web::Result {
    let version = form.version();
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let actor = &actor;
            async move {
                let until = send_ranking(&tx, actor, id, version).await?;
                let said = format!("已送核，各组织可在{}以前提出异议。", until.chinese());
                Ok(reply::with_flash(&paths::ranking(id), &said))
            }
        })
        .await?;
    reply::see_other(receipt)
}

#[derive(Template)]
#[template(path = "ranking_publish.html")]
struct PublishPage {
    frame: Frame,
    ranking: Ranking,
    edition: Edition,
    obstacle: Option<String>,
    objections: usize,
    /// The number it would get; empty without a code.
    number: String,
    /// The code gave no number this year yet.
    begins: bool,
}

/// `GET /rankings/{id}/publish`
pub async fn before_publishing(State(app): State<App>, actor: Actor, Key(id): Key) -> web::Result {
    let db = app.store.db();
    let ranking = of_office(&app, &actor, id).await?;
    if ranking.sent_at.is_none() || ranking.published_at.is_some() {
        return reply::see_other(paths::ranking(id));
    }
    let (edition, _) = edition_of(&app, &ranking, None).await?;
    let unanswered = store::open_count(db, id).await?;
    let obstacle = ranking.obstacle(app.store.today(), unanswered);
    let year = i64::from(app.store.today().year());
    let last = task::store::last_number(db, &ranking.prefix, year).await?;
    let number = match ranking.prefix.as_str() {
        "" => String::new(),
        prefix => format!("{prefix}〔{year}〕{}号", last + 1),
    };
    web::page(&PublishPage {
        frame: Frame::new(&app, &actor, paths::LIST, "公布").await?,
        objections: store::objections(db, id, None).await?.len(),
        obstacle: obstacle.map(|refusal| refusal.words().into_owned()),
        begins: last == 0 && !number.is_empty(),
        number,
        ranking,
        edition,
    })
}

/// `POST /rankings/{id}/publish`
pub async fn publish(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    form: Form,
) -> web::Result {
    let (version, first) = (form.version(), form.number("first_number"));
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let actor = &actor;
            async move {
                let document = publish_ranking(&tx, actor, (id, version), first).await?;
                let said = match document {
                    Some(document) => format!("已公布，编为{}。", document.words()),
                    None => "已公布。".to_owned(),
                };
                Ok(reply::with_flash(&paths::ranking(id), &said))
            }
        })
        .await?;
    reply::see_other(receipt)
}

#[derive(Template)]
#[template(path = "ranking_withdraw.html")]
struct WithdrawPage {
    frame: Frame,
    ranking: Ranking,
    words: String,
    most: usize,
    errors: FieldErrors,
}

/// `GET /rankings/{id}/withdraw`
pub async fn before_withdrawing(State(app): State<App>, actor: Actor, Key(id): Key) -> web::Result {
    let errors = FieldErrors::new();
    web::page(&withdraw_page(&app, &actor, id, String::new(), errors).await?)
}

async fn withdraw_page(
    app: &App,
    actor: &Actor,
    id: Id,
    words: String,
    errors: FieldErrors,
) -> web::Result<WithdrawPage> {
    Ok(WithdrawPage {
        ranking: of_office(app, actor, id).await?,
        frame: Frame::new(app, actor, paths::LIST, "撤回送核").await?,
        most: MOST_WORDS,
        words,
        errors,
    })
}

/// `POST /rankings/{id}/withdraw`
pub async fn withdraw(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    form: Form,
) -> web::Result {
    let (version, words) = (form.version(), form.text("words").to_owned());
    let outcome = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, words) = (&actor, words.as_str());
            async move {
                withdraw_ranking(&tx, actor, (id, version), words).await?;
                Ok(reply::with_flash(
                    &paths::ranking(id),
                    "已撤回，各组织能看到理由。",
                ))
            }
        })
        .await;
    match outcome {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) if refusal.field().is_some() => {
            let errors = FieldErrors::from([("words", refusal.words().into_owned())]);
            reply::invalid(&withdraw_page(&app, &actor, id, words, errors).await?)
        }
        Err(fail) => Err(fail.into()),
    }
}
