use super::{Outcome, RankingRefusal, load};
use crate::compute::compute;
use crate::entities::Edition;
use crate::store;
use ::store::{Fail, Tx};
use duty::maintain::{Scope, refresh};
use kernel::{Day, Id};
use rules::calendar::WorkingCalendar;
use serde_json::json;
use web::Actor;

/// 送核: the first edition is frozen, every organisation in it is told, and the days to object
/// begin on the next working day. The last of them.
pub async fn send_ranking(tx: &Tx, actor: &Actor, id: Id, version: i64) -> Outcome<Day> {
    let ranking = load(tx, actor, id, version).await?;
    if ranking.sent_at.is_some() {
        return Err(Fail::Refused(RankingRefusal::AlreadySent));
    }
    if ranking.period_to >= tx.today() {
        return Err(Fail::Refused(RankingRefusal::PeriodNotOver(
            ranking.period_to,
        )));
    }
    refresh(tx, &Scope::TurnOf(tx.today())).await?;
    let computed = compute(tx, &ranking, tx.today()).await?;
    if !computed.lines.iter().any(|line| line.ranks.is_some()) {
        return Err(Fail::Refused(RankingRefusal::NothingToRank));
    }
    let days = computed.terms.objection_workdays;
    let until = WorkingCalendar::national()
        .add_workdays(tx.today(), days)
        .day;
    let edition = Edition {
        ranking: id,
        number: 1,
        title: ranking.title.clone(),
        period: ranking.period(),
        recipients: ranking.recipients.clone(),
        signer: ranking.signer.clone(),
        terms: computed.terms,
        sheets: computed.sheets,
        made_at: tx.now(),
        made_by: tx.by().name.clone(),
        change: None,
        replaced_by: None,
        published: None,
        document: None,
        lines: computed.lines,
    };
    store::insert_edition(tx, &edition).await?;
    store::set_sent(tx, id, version, until).await?;
    tx.enqueue(
        "ranking_sent",
        &json!({ "ranking": id }),
        tx.now(),
        Some(&id.to_string()),
    )
    .await?;
    let detail = json!({ "organisations": edition.lines.len(), "until": until });
    tx.audit("send_ranking", ("ranking", id), &ranking.path, detail)
        .await?;
    Ok(until)
}
