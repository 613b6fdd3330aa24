use super::freeze::{Amendment, amend};
use super::publish_ranking::make_public;
use super::{Outcome, RankingRefusal, load, words};
use crate::entities::DocumentNumber;
use ::store::{Fail, Tx};
use kernel::Id;
use rules::score::Standing;
use serde_json::json;
use web::Actor;

/// What became of a correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrected {
    /// The edition it made, published with it.
    pub edition: i64,
    /// Its number.
    pub document: Option<DocumentNumber>,
}

/// 更正: after publication, for what came to light late. A new edition, published in the same act
/// under a number of its own; the old one stays readable.
pub async fn correct_ranking(
    tx: &Tx,
    actor: &Actor,
    (id, version): (Id, i64),
    (organisation, requirement): (Id, Option<Id>),
    (standing, why): (Option<Standing>, &str),
) -> Outcome<Corrected> {
    let ranking = load(tx, actor, id, version).await?;
    if ranking.published_at.is_none() {
        return Err(Fail::Refused(RankingRefusal::NotPublished));
    }
    let missing = || Fail::Refused(RankingRefusal::StandingMissing);
    let what = Amendment {
        organisation,
        requirement: requirement.ok_or_else(missing)?,
        after: standing.ok_or_else(missing)?,
        why: words(why, RankingRefusal::ReasonMissing)?,
        objection: None,
    };
    let edition = amend(tx, &ranking, &what).await?;
    let document = make_public(tx, &ranking, edition, None).await?;
    let detail = json!({ "organisation": organisation, "edition": edition });
    tx.audit("correct_ranking", ("ranking", id), &ranking.path, detail)
        .await?;
    Ok(Corrected { edition, document })
}
