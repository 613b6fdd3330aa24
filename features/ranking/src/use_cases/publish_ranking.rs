use super::{Outcome, load};
use crate::entities::{DocumentNumber, Ranking};
use crate::store;
use ::store::{Fail, Tx};
use kernel::Id;
use serde_json::json;
use web::Actor;

/// 公布: an act with a name and a date, once the days to object are over and every objection is
/// answered. Takes the document number, if the ranking has a code.
pub async fn publish_ranking(
    tx: &Tx,
    actor: &Actor,
    (id, version): (Id, i64),
    first_number: Option<i64>,
) -> Outcome<Option<DocumentNumber>> {
    let ranking = load(tx, actor, id, version).await?;
    let unanswered = store::open_count(tx, id).await?;
    if let Some(refusal) = ranking.obstacle(tx.today(), unanswered) {
        return Err(Fail::Refused(refusal));
    }
    let document = make_public(tx, &ranking, ranking.edition, first_number).await?;
    store::set_published(tx, id, version).await?;
    let detail = json!({
        "edition": ranking.edition, "number": document.as_ref().map(DocumentNumber::words),
    });
    tx.audit("publish_ranking", ("ranking", id), &ranking.path, detail)
        .await?;
    Ok(document)
}

/// Marks an edition as published under the next number, and tells its audience.
pub(super) async fn make_public(
    tx: &Tx,
    ranking: &Ranking,
    edition: i64,
    first_number: Option<i64>,
) -> Outcome<Option<DocumentNumber>> {
    let document = match ranking.prefix.as_str() {
        "" => None,
        prefix => {
            let year = i64::from(tx.today().year());
            let first = first_number
                .filter(|n| (1..100_000).contains(n))
                .unwrap_or(1);
            // The register of sheets: one code never gives a number twice.
            let number = task::store::take_number(tx, prefix, year, first).await?;
            let prefix = prefix.to_owned();
            Some(DocumentNumber {
                prefix,
                year,
                number,
            })
        }
    };
    store::set_edition_published(tx, ranking.id, edition, document.as_ref()).await?;
    let payload = json!({ "ranking": ranking.id, "edition": edition });
    let key = format!("{}:{edition}", ranking.id);
    tx.enqueue("ranking_published", &payload, tx.now(), Some(&key))
        .await?;
    Ok(document)
}
