//! The screens.

mod paper;

use crate::compute;
use crate::entities::{Edition, Ranking};
use crate::store::{self, Sight};
use axum::routing::get;
use kernel::Id;
use web::{Actor, App, Failure, Nav, Right, Route};

/// Ways in.
pub fn routes() -> Vec<Route> {
    papers()
}

fn papers() -> Vec<Route> {
    let see = Right::SeeRankings;
    vec![
        Route::get("/rankings/{id}/bulletin.docx", see, get(paper::word)),
        Route::get("/rankings/{id}/export", see, get(paper::excel)),
        Route::get("/rankings/{id}/print", see, get(paper::print)),
    ]
}

/// Links of the bar.
pub fn nav() -> Vec<Nav> {
    vec![]
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
