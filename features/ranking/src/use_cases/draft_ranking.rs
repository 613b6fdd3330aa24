//! 草拟: the choice of period, sheets, days and audience; nothing else is kept.

use super::{Outcome, RankingRefusal, load};
use crate::entities::{Audience, Ranking};
use crate::store;
use ::store::{Fail, Tx};
use kernel::{Day, Id, Period};
use serde_json::json;
use web::{Actor, Place, Right};

/// Characters of a title.
const MOST_TITLE: usize = 80;

/// What a form says of a ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// 评定单位; only asked where there are several.
    pub issuer: Option<Id>,
    /// 标题
    pub title: String,
    /// First day of the period.
    pub from: Option<Day>,
    /// Last day of it.
    pub to: Option<Day>,
    /// Sheets; none for every one of the issuer's own.
    pub sheets: Vec<Id>,
    /// 公布范围
    pub audience: Audience,
    /// 异议期, working days.
    pub objection_days: i64,
    /// 机关代字
    pub prefix: String,
    /// 主送
    pub recipients: String,
    /// 签发人
    pub signer: String,
}

impl Draft {
    fn period(&self) -> Outcome<Period> {
        let both = self.from.zip(self.to);
        let period = both.and_then(|(from, to)| Period::new(from, to));
        let period = period.ok_or(Fail::Refused(RankingRefusal::PeriodMissing))?;
        if period.to > period.from.plus_months(12) {
            return Err(Fail::Refused(RankingRefusal::PeriodTooLong));
        }
        Ok(period)
    }

    /// What holds before and after sending.
    fn check_paper(&self) -> Outcome<()> {
        let refused = match self.title.chars().count() {
            0 => Some(RankingRefusal::TitleMissing),
            n if n > MOST_TITLE => Some(RankingRefusal::TitleTooLong(n)),
            _ if !is_prefix(&self.prefix) => Some(RankingRefusal::Prefix),
            _ => None,
        };
        refused.map_or(Ok(()), |refusal| Err(Fail::Refused(refusal)))
    }

    fn check(&self) -> Outcome<Period> {
        self.check_paper()?;
        let period = self.period()?;
        if !(1..=20).contains(&self.objection_days) {
            return Err(Fail::Refused(RankingRefusal::ObjectionDays));
        }
        Ok(period)
    }

    fn onto(&self, ranking: Ranking) -> Outcome<Ranking> {
        Ok(Ranking {
            title: self.title.clone(),
            sheets: serde_json::to_string(&self.sheets)?,
            audience: self.audience.code().to_owned(),
            objection_days: self.objection_days,
            prefix: self.prefix.clone(),
            recipients: short(&self.recipients),
            signer: short(&self.signer),
            ..ranking
        })
    }
}

/// At most 200 characters of what is printed once.
fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

/// Whether a document number may begin so; empty for none.
fn is_prefix(prefix: &str) -> bool {
    prefix.is_empty() || office::official::DocumentNumber::new(prefix, 2026, 1).is_ok()
}

/// Keeps a new draft; its number.
pub async fn draft_ranking(tx: &Tx, actor: &Actor, draft: &Draft) -> Outcome<Id> {
    let period = draft.check()?;
    let office = issuer(tx, actor, draft.issuer).await?;
    let ranking = draft.onto(Ranking {
        id: tx.new_id(),
        issuer: office.id,
        path: office.path,
        title: String::new(),
        period_from: period.from,
        period_to: period.to,
        sheets: String::new(),
        audience: String::new(),
        objection_days: 0,
        prefix: String::new(),
        recipients: String::new(),
        signer: String::new(),
        edition: 0,
        objections_until: None,
        sent_at: None,
        sent_by: None,
        published_at: None,
        published_by: None,
        withdrawn_at: None,
        withdrawn_by: None,
        withdrawn_why: None,
        created_at: tx.now(),
        created_by_name: tx.by().name.clone(),
        version: 1,
    })?;
    store::insert_ranking(tx, &ranking).await?;
    let detail = json!({ "from": period.from, "to": period.to });
    tx.audit(
        "draft_ranking",
        ("ranking", ranking.id),
        &ranking.path,
        detail,
    )
    .await?;
    Ok(ranking.id)
}

async fn issuer(tx: &Tx, actor: &Actor, chosen: Option<Id>) -> Outcome<org::Node> {
    let none = || Fail::Refused(RankingRefusal::NoOffice);
    let own = actor
        .grants
        .iter()
        .find(|grant| grant.zone.is_none() && Right::RankOrganisations.is_held_by(grant.role));
    let id = chosen.or(own.map(|grant| grant.node)).ok_or_else(none)?;
    let node = org::store::find_node(tx, id).await?.ok_or(Fail::NotFound)?;
    let place = Place::new(&node.path, None);
    if node.category != "organisation" || !actor.can(Right::RankOrganisations, &place) {
        return Err(Fail::NotFound);
    }
    Ok(node)
}

/// Saves a changed draft; of one that was sent, only what the paper says and who reads it.
pub async fn change_ranking(
    tx: &Tx,
    actor: &Actor,
    (id, version): (Id, i64),
    draft: &Draft,
) -> Outcome<()> {
    let ranking = load(tx, actor, id, version).await?;
    if ranking.withdrawn_at.is_some() {
        return Err(Fail::Refused(RankingRefusal::Withdrawn));
    }
    if ranking.published_at.is_some() {
        return Err(Fail::Refused(RankingRefusal::AlreadyPublished));
    }
    if ranking.sent_at.is_some() {
        draft.check_paper()?;
        store::update_paper(tx, &draft.onto(ranking.clone())?).await?;
    } else {
        let period = draft.check()?;
        let changed = Ranking {
            period_from: period.from,
            period_to: period.to,
            ..draft.onto(ranking.clone())?
        };
        store::update_draft(tx, &changed).await?;
    }
    tx.audit("change_ranking", ("ranking", id), &ranking.path, json!({}))
        .await?;
    Ok(())
}

/// Deletes what was never sent.
pub async fn delete_ranking(tx: &Tx, actor: &Actor, id: Id, version: i64) -> Outcome<()> {
    let ranking = load(tx, actor, id, version).await?;
    if ranking.sent_at.is_some() {
        return Err(Fail::Refused(RankingRefusal::AlreadySent));
    }
    store::delete_draft(tx, id, version).await?;
    tx.audit("delete_ranking", ("ranking", id), &ranking.path, json!({}))
        .await?;
    Ok(())
}
