use super::{DutyRefusal, Loaded, Outcome, load, may_review};
use crate::maintain::{Scope, refresh};
use crate::store::{Key, NewFact, append_fact};
use ::store::{Fail, Tx};
use rules::duty::Status;
use web::Actor;

/// 审核结论
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// 通过
    Accept,
    /// 退回, with the reason and the field it lands on (`text`, `file` or `record`).
    Return {
        reason: String,
        field: Option<String>,
    },
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// Judged.
    pub done: Vec<Key>,
    /// No longer waiting: withdrawn, or judged by somebody else meanwhile.
    pub skipped: Vec<Key>,
}

/// Judges submissions that wait. One that no longer waits is skipped and named; one alone that no
/// longer waits is refused.
pub async fn review_duties(
    tx: &Tx,
    actor: &Actor,
    keys: &[Key],
    judgement: &Judgement,
) -> Outcome<Reviewed> {
    if matches!(judgement, Judgement::Return { reason, .. } if reason.trim().is_empty()) {
        return Err(Fail::Refused(DutyRefusal::ReasonMissing));
    }
    let mut reviewed = Reviewed::default();
    for key in keys {
        let loaded = load(tx, *key).await?;
        if !may_review(actor, &loaded.duty) {
            return Err(Fail::NotFound);
        }
        if loaded.duty.status != Status::AwaitingReview.code()
            || loaded.requirement.closed_at.is_some()
        {
            reviewed.skipped.push(*key);
            continue;
        }
        judge(tx, &loaded, judgement).await?;
        reviewed.done.push(*key);
    }
    if reviewed.done.is_empty() {
        return Err(Fail::Refused(DutyRefusal::NothingToReview));
    }
    refresh(tx, &Scope::Keys(reviewed.done.clone())).await?;
    Ok(reviewed)
}

async fn judge(tx: &Tx, loaded: &Loaded, judgement: &Judgement) -> Outcome<()> {
    let submission = loaded.duty.submission;
    let (action, fact) = match judgement {
        Judgement::Accept => (
            "accept_submission",
            NewFact {
                kind: "accepted",
                submission,
                ..NewFact::default()
            },
        ),
        Judgement::Return { reason, field } => (
            "return_submission",
            NewFact {
                kind: "returned",
                reason: reason.trim(),
                field: field.as_deref(),
                submission,
                ..NewFact::default()
            },
        ),
    };
    let id = append_fact(tx, loaded.key, &fact).await?;
    if let Judgement::Return { .. } = judgement {
        super::tell::tell(tx, id, super::UNDO_MS).await?;
    }
    let detail = serde_json::json!({ "organisation": loaded.key.organisation });
    tx.audit(
        action,
        ("requirement", loaded.key.requirement),
        &loaded.duty.path,
        detail,
    )
    .await?;
    Ok(())
}
