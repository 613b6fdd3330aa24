//! 异议: raised by an organisation's secretary about its own line, answered by the office.

use super::freeze::{Amendment, amend};
use super::{Outcome, RankingRefusal, load, words};
use crate::entities::Ranking;
use crate::store::{self, NewObjection, find_ranking};
use ::store::{Fail, Tx};
use kernel::Id;
use rules::score::Standing;
use serde_json::json;
use web::{Actor, Right};

/// 提出异议: about one item, or the line as a whole.
pub async fn object_to_ranking(
    tx: &Tx,
    actor: &Actor,
    (ranking, organisation): (Id, Id),
    item: Option<Id>,
    text: &str,
) -> Outcome<Id> {
    let ranking = find_ranking(tx, ranking).await?.ok_or(Fail::NotFound)?;
    let line = store::line(tx, ranking.id, ranking.edition, organisation).await?;
    let (_, line) = line.ok_or(Fail::NotFound)?;
    let node = org::store::find_node(tx, organisation).await?;
    let place = node.ok_or(Fail::NotFound)?.place();
    if !actor.can(Right::ObjectToRankings, &place) {
        return Err(Fail::NotFound);
    }
    must_be_open(tx, &ranking)?;
    let text = words(text, RankingRefusal::ObjectionEmpty)?;
    if item.is_some_and(|id| !line.items.iter().any(|own| own.requirement == id)) {
        return Err(Fail::NotFound);
    }
    let before = store::objections(tx, ranking.id, Some(organisation)).await?;
    if before
        .iter()
        .any(|o| o.upheld.is_none() && o.requirement == item)
    {
        return Err(Fail::Refused(RankingRefusal::AlreadyObjected));
    }
    let new = NewObjection {
        ranking: ranking.id,
        edition: ranking.edition,
        organisation,
        requirement: item,
        words: text,
    };
    let id = store::insert_objection(tx, &new).await?;
    let detail = json!({ "ranking": ranking.id });
    tx.audit("object_to_ranking", ("objection", id), &place.path, detail)
        .await?;
    Ok(id)
}

fn must_be_open(tx: &Tx, ranking: &Ranking) -> Outcome<()> {
    let refused = match ranking.objections_until {
        _ if ranking.withdrawn_at.is_some() => Some(RankingRefusal::Withdrawn),
        None => Some(RankingRefusal::NotSent),
        Some(last) if tx.today() > last || ranking.published_at.is_some() => {
            Some(RankingRefusal::ObjectionsOver(last))
        }
        Some(_) => None,
    };
    refused.map_or(Ok(()), |refusal| Err(Fail::Refused(refusal)))
}

/// 答复: upheld with what is right for an item, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 成立 or not; none where nothing was chosen.
    pub upheld: Option<bool>,
    /// The item to correct; the one objected to, where one was named.
    pub item: Option<Id>,
    /// How it is to stand.
    pub standing: Option<Standing>,
    /// In the office's words.
    pub words: String,
}

/// Answers an objection, once. An upheld one makes a new edition; its number.
pub async fn answer_objection(
    tx: &Tx,
    actor: &Actor,
    (ranking, objection): (Id, Id),
    (version, answer): (i64, &Answer),
) -> Outcome<Option<i64>> {
    let found = store::find_objection(tx, objection).await?;
    let found = found
        .filter(|one| one.ranking == ranking)
        .ok_or(Fail::NotFound)?;
    let ranking = find_ranking(tx, ranking).await?.ok_or(Fail::NotFound)?;
    if !actor.can(Right::RankOrganisations, &ranking.place()) {
        return Err(Fail::NotFound);
    }
    if found.upheld.is_some() {
        return Err(Fail::Refused(RankingRefusal::AlreadyAnswered));
    }
    if ranking.withdrawn_at.is_some() {
        return Err(Fail::Refused(RankingRefusal::Withdrawn));
    }
    // The page names the edition it was made from: another one has come since.
    let ranking = load(tx, actor, ranking.id, version).await?;
    let outcome = Fail::Refused(RankingRefusal::OutcomeMissing);
    let upheld = answer.upheld.ok_or(outcome)?;
    let text = words(&answer.words, RankingRefusal::AnswerEmpty)?;
    let made = match upheld {
        false => None,
        true => {
            let missing = || Fail::Refused(RankingRefusal::StandingMissing);
            let item = found.requirement.or(answer.item).ok_or_else(missing)?;
            let what = Amendment {
                organisation: found.organisation,
                requirement: item,
                after: answer.standing.ok_or_else(missing)?,
                why: text,
                objection: Some(objection),
            };
            Some(amend(tx, &ranking, &what).await?)
        }
    };
    store::answered(tx, (objection, found.version), upheld, text, made).await?;
    let payload = json!({ "objection": objection });
    let key = objection.to_string();
    tx.enqueue("objection_answered", &payload, tx.now(), Some(&key))
        .await?;
    let detail = json!({ "ranking": ranking.id, "upheld": upheld, "edition": made });
    tx.audit(
        "answer_objection",
        ("objection", objection),
        &ranking.path,
        detail,
    )
    .await?;
    Ok(made)
}
