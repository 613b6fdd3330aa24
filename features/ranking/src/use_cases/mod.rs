//! The verbs: each one transaction with its audit entry.

mod correct_ranking;
mod draft_ranking;
mod freeze;
mod object_to_ranking;
mod publish_ranking;
mod refusal;
mod send_ranking;
pub mod tell;
mod withdraw_ranking;

pub use correct_ranking::{Corrected, correct_ranking};
pub use draft_ranking::{Draft, change_ranking, delete_ranking, draft_ranking};
pub use object_to_ranking::{Answer, answer_objection, object_to_ranking};
pub use publish_ranking::publish_ranking;
pub use refusal::{MOST_WORDS, RankingRefusal};
pub use send_ranking::send_ranking;
pub use withdraw_ranking::withdraw_ranking;

use crate::entities::Ranking;
use crate::store::find_ranking;
use ::store::{Fail, Tx};
use kernel::Id;
use web::{Actor, Right};

/// What a use case of this feature gives.
pub type Outcome<T> = Result<T, Fail<RankingRefusal>>;

/// A ranking that the person may rank, at the version the page showed.
async fn load(tx: &Tx, actor: &Actor, id: Id, version: i64) -> Outcome<Ranking> {
    let ranking = find_ranking(tx, id).await?.ok_or(Fail::NotFound)?;
    if !actor.can(Right::RankOrganisations, &ranking.place()) {
        return Err(Fail::NotFound);
    }
    if ranking.version != version {
        return Err(Fail::Stale);
    }
    Ok(ranking)
}

/// Words that must be there and must not be too many.
fn words(text: &str, missing: RankingRefusal) -> Outcome<&str> {
    match text.chars().count() {
        0 => Err(Fail::Refused(missing)),
        n if n > MOST_WORDS => Err(Fail::Refused(RankingRefusal::TooLong(n))),
        _ => Ok(text),
    }
}
