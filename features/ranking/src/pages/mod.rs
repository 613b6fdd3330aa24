//! The screens.

mod check;
mod correct;
mod edit;
mod line;
mod list;
mod objection;
mod paper;
mod show;
mod table;

use crate::entities::{Edition, Ranking};
use crate::store::{self, Sight};
use crate::{compute, paths};
use axum::routing::{get, post};
use kernel::Id;
use web::{Actor, App, Failure, Nav, Right, Route};

/// Ways in.
pub fn routes() -> Vec<Route> {
    [seeing(), papers(), ranking(), objecting()].concat()
}

fn seeing() -> Vec<Route> {
    let see = Right::SeeRankings;
    vec![
        Route::get(paths::LIST, see, get(list::show)),
        Route::get("/rankings/export", see, get(list::export)),
        Route::get("/rankings/{id}", see, get(show::standing)),
        Route::get("/rankings/{id}/editions/{number}", see, get(show::edition)),
        Route::get("/rankings/{id}/lines/{organisation}", see, get(line::show)),
    ]
}

fn papers() -> Vec<Route> {
    let see = Right::SeeRankings;
    vec![
        Route::get("/rankings/{id}/bulletin.docx", see, get(paper::word)),
        Route::get("/rankings/{id}/export", see, get(paper::excel)),
        Route::get("/rankings/{id}/print", see, get(paper::print)),
    ]
}

fn ranking() -> Vec<Route> {
    let rank = Right::RankOrganisations;
    const CORRECT: &str = "/rankings/{id}/lines/{organisation}/correct";
    vec![
        Route::get(paths::NEW, rank, get(edit::new)),
        Route::post(paths::NEW, rank, post(edit::create)),
        Route::get("/rankings/{id}/edit", rank, get(edit::show)),
        Route::post("/rankings/{id}/edit", rank, post(edit::save)),
        Route::post("/rankings/{id}/delete", rank, post(edit::delete)),
        Route::get("/rankings/{id}/send", rank, get(check::before_sending)),
        Route::post("/rankings/{id}/send", rank, post(check::send)),
        Route::get(
            "/rankings/{id}/publish",
            rank,
            get(check::before_publishing),
        ),
        Route::post("/rankings/{id}/publish", rank, post(check::publish)),
        Route::get(
            "/rankings/{id}/withdraw",
            rank,
            get(check::before_withdrawing),
        ),
        Route::post("/rankings/{id}/withdraw", rank, post(check::withdraw)),
        Route::get(CORRECT, rank, get(correct::show)),
        Route::post(CORRECT, rank, post(correct::correct)),
    ]
}

fn objecting() -> Vec<Route> {
    const OBJECT: &str = "/rankings/{id}/lines/{organisation}/object";
    const OBJECTION: &str = "/rankings/{id}/objections/{objection}";
    let own = Right::ObjectToRankings;
    vec![
        Route::get(OBJECT, own, get(objection::form)),
        Route::post(OBJECT, own, post(objection::object)),
        Route::get(OBJECTION, Right::SeeRankings, get(objection::show)),
        Route::post(OBJECTION, Right::RankOrganisations, post(objection::answer)),
    ]
}

/// Links of the bar. The number: rankings to check, objections to answer, rankings to publish.
pub fn nav() -> Vec<Nav> {
    vec![Nav {
        order: 65,
        label: "排名",
        path: paths::LIST,
        right: Right::SeeRankings,
        shown: |_| true,
        count: Some(|app, actor| {
            Box::pin(async move {
                let (db, today) = (app.store.db(), app.store.today());
                let mut n = 0;
                if actor.can_anywhere(Right::ObjectToRankings) {
                    n += store::to_check(db, &actor, today).await?.len() as i64;
                }
                if actor.can_anywhere(Right::RankOrganisations) {
                    n += store::to_answer(db, &actor).await?;
                    n += store::to_publish(db, &actor, today).await?;
                }
                Ok(n)
            })
        }),
    }]
}

/// A ranking of the person's own office.
async fn of_office(app: &App, actor: &Actor, id: Id) -> web::Result<Ranking> {
    let found = store::find_ranking(app.store.db(), id).await?;
    let ranking = found.ok_or(Failure::NotFound)?;
    if !actor.can(Right::RankOrganisations, &ranking.place()) {
        return Err(Failure::NotFound);
    }
    Ok(ranking)
}

/// A ranking that the person may know of, with what they read of that edition (of the one that
/// stands when none is named).
async fn seen(
    app: &App,
    actor: &Actor,
    id: Id,
    edition: Option<i64>,
) -> web::Result<(Ranking, Sight)> {
    let db = app.store.db();
    let found = store::find_ranking(db, id).await?;
    let ranking = found.ok_or(Failure::NotFound)?;
    let edition = edition.unwrap_or(ranking.edition);
    let sight = store::sight(db, actor, &ranking, edition).await?;
    if sight.any() {
        Ok((ranking, sight))
    } else {
        Err(Failure::NotFound)
    }
}

/// An edition; of a draft, what it comes to now, and how many duties are not due yet.
async fn edition_of(
    app: &App,
    ranking: &Ranking,
    number: Option<i64>,
) -> web::Result<(Edition, i64)> {
    let db = app.store.db();
    if ranking.sent_at.is_some() {
        let found = store::edition(db, ranking.id, number).await?;
        return Ok((found.ok_or(Failure::NotFound)?, 0));
    }
    if number.is_some() {
        return Err(Failure::NotFound);
    }
    let computed = compute::compute(db, ranking, app.store.today()).await?;
    let not_due = computed.not_due;
    let preview = Edition {
        ranking: ranking.id,
        number: 0,
        title: ranking.title.clone(),
        period: ranking.period(),
        recipients: ranking.recipients.clone(),
        signer: ranking.signer.clone(),
        terms: computed.terms,
        sheets: computed.sheets,
        made_at: app.store.now(),
        made_by: String::new(),
        change: None,
        replaced_by: None,
        published: None,
        document: None,
        lines: computed.lines,
    };
    Ok((preview, not_due))
}
