use super::{Outcome, RankingRefusal, load, words};
use crate::store;
use ::store::{Fail, Tx};
use kernel::Id;
use serde_json::json;
use web::Actor;

/// 撤回: what was sent goes no further; its editions stay readable to those who saw them.
pub async fn withdraw_ranking(
    tx: &Tx,
    actor: &Actor,
    (id, version): (Id, i64),
    why: &str,
) -> Outcome<()> {
    let ranking = load(tx, actor, id, version).await?;
    let refused = if ranking.sent_at.is_none() {
        Some(RankingRefusal::NotSent)
    } else if ranking.withdrawn_at.is_some() {
        Some(RankingRefusal::Withdrawn)
    } else if ranking.published_at.is_some() {
        Some(RankingRefusal::AlreadyPublished)
    } else {
        None
    };
    if let Some(refusal) = refused {
        return Err(Fail::Refused(refusal));
    }
    let why = words(why, RankingRefusal::ReasonMissing)?;
    store::set_withdrawn(tx, id, version, why).await?;
    tx.audit(
        "withdraw_ranking",
        ("ranking", id),
        &ranking.path,
        json!({}),
    )
    .await?;
    Ok(())
}
