//! 定版: an edition is written once.

use super::{Outcome, RankingRefusal};
use crate::entities::{Change, Correction, Edition, Ranking, corrected};
use crate::store;
use ::store::{Fail, Tx};
use kernel::Id;
use rules::score::Standing;

/// What is to stand differently, and why.
#[derive(Clone, Debug)]
pub(super) struct Amendment<'a> {
    /// Whose line.
    pub organisation: Id,
    /// Which item.
    pub requirement: Id,
    /// How it is to stand.
    pub after: Standing,
    /// Why.
    pub why: &'a str,
    /// The objection behind it.
    pub objection: Option<Id>,
}

/// Freezes the next edition from the one that stands: its own frozen items, one of them corrected.
/// Duties are not looked at again.
pub(super) async fn amend(tx: &Tx, ranking: &Ranking, what: &Amendment<'_>) -> Outcome<i64> {
    let last = store::edition(tx, ranking.id, None).await?;
    let last = last.ok_or(Fail::NotFound)?;
    let number = last.number + 1;
    let missing = || Fail::Refused(RankingRefusal::StandingMissing);
    let line = last.line(what.organisation).ok_or_else(missing)?;
    let item = line
        .substantive()
        .find(|item| item.requirement == what.requirement)
        .ok_or_else(missing)?;
    if item.standing == what.after {
        return Err(Fail::Refused(RankingRefusal::NothingChanged));
    }
    let change = Change {
        organisation: line.organisation,
        name: line.name.clone(),
        requirement: item.requirement,
        title: item.title.clone(),
        before: item.standing,
        after: what.after,
        why: what.why.to_owned(),
        objection: what.objection,
    };
    let correction = Correction {
        edition: number,
        before: item.standing,
        why: what.why.to_owned(),
        by: tx.by().name.clone(),
        at: tx.now(),
    };
    let at = (what.organisation, what.requirement);
    let lines = corrected(last.lines, at, what.after, correction, &last.terms);
    let next = Edition {
        lines: lines.ok_or_else(missing)?,
        number,
        made_at: tx.now(),
        made_by: tx.by().name.clone(),
        change: Some(change),
        published: None,
        document: None,
        ..last
    };
    store::insert_edition(tx, &next).await?;
    store::set_edition(tx, ranking.id, ranking.version, number).await?;
    Ok(number)
}
