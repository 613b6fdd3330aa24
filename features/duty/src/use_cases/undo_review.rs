use super::may_review;
use crate::maintain::{Scope, refresh};
use crate::store::{Key, NewFact, append_fact, facts_of, find_duty, find_requirement};
use ::store::{Fail, Tx};
use kernel::Refusal;
use std::borrow::Cow;
use web::Actor;

/// 可撤销时间: for so many milliseconds a judgement can be taken back, and the school is told of a
/// return only after them.
pub const UNDO_MS: i64 = 10 * 60_000;

/// Why a judgement was not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoRefusal {
    /// The ten minutes are over.
    TooLate,
    /// Nothing of theirs stands to be undone: undone already, handed in again, or somebody else's.
    NothingToUndo,
    /// The sheet was closed.
    SheetClosed,
}

impl Refusal for UndoRefusal {
    fn code(&self) -> &'static str {
        match self {
            UndoRefusal::TooLate => "undo_too_late",
            UndoRefusal::NothingToUndo => "nothing_to_undo",
            UndoRefusal::SheetClosed => "sheet_closed",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            UndoRefusal::TooLate => {
                "审核结论只能在十分钟内撤销，现在已经过了。通过的可以联系学校重新办理，退回的等学校补正。".into()
            }
            UndoRefusal::NothingToUndo => {
                "没有可撤销的审核结论：可能已经撤销，或学校已重新报送，或不是您审核的。".into()
            }
            UndoRefusal::SheetClosed => "这份交办单已经结束，不能再撤销审核。".into(),
        }
    }
}

/// 撤销审核: the reviewer's own acceptance or return, within ten minutes and as long as nothing was
/// handed in since. How many.
pub async fn undo_review(tx: &Tx, actor: &Actor, keys: &[Key]) -> Result<usize, Fail<UndoRefusal>> {
    for key in keys {
        let duty = find_duty(tx, *key).await?.ok_or(Fail::NotFound)?;
        if !may_review(actor, &duty) {
            return Err(Fail::NotFound);
        }
        let requirement = find_requirement(tx, key.requirement)
            .await?
            .ok_or(Fail::NotFound)?;
        if requirement.closed_at.is_some() {
            return Err(Fail::Refused(UndoRefusal::SheetClosed));
        }
        must_be_own_and_fresh(tx, actor, *key).await?;
        append_fact(
            tx,
            *key,
            &NewFact {
                kind: "review_undone",
                ..NewFact::default()
            },
        )
        .await?;
        let detail = serde_json::json!({ "organisation": key.organisation });
        tx.audit(
            "undo_review",
            ("requirement", key.requirement),
            &duty.path,
            detail,
        )
        .await?;
    }
    refresh(tx, &Scope::Keys(keys.to_vec())).await?;
    Ok(keys.len())
}

async fn must_be_own_and_fresh(tx: &Tx, actor: &Actor, key: Key) -> Result<(), Fail<UndoRefusal>> {
    const TURNS: [&str; 5] = [
        "submitted",
        "withdrawn",
        "accepted",
        "returned",
        "review_undone",
    ];
    let facts = facts_of(tx, key).await?;
    let last = facts
        .iter()
        .rev()
        .find(|fact| TURNS.contains(&fact.kind.as_str()));
    let judged = last.filter(|fact| {
        matches!(fact.kind.as_str(), "accepted" | "returned")
            && fact.by_account == Some(actor.account)
    });
    match judged {
        None => Err(Fail::Refused(UndoRefusal::NothingToUndo)),
        Some(fact) if tx.now().0 - fact.at.0 > UNDO_MS => Err(Fail::Refused(UndoRefusal::TooLate)),
        Some(_) => Ok(()),
    }
}
