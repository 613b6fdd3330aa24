use super::{DutyRefusal, Outcome, conclude, load_to_work, save_draft::restore_draft};
use crate::store::{Key, NewFact, append_fact};
use ::store::{Fail, Tx};
use rules::duty::Status;
use web::Actor;

/// 撤回: before anybody checked it. What was handed in becomes the draft again; undoing a submission
/// within ten minutes is the same.
pub async fn withdraw_submission(tx: &Tx, actor: &Actor, key: Key) -> Outcome<()> {
    let loaded = load_to_work(tx, actor, key).await?;
    if Status::from_code(&loaded.duty.status) != Some(Status::AwaitingReview) {
        return Err(Fail::Refused(DutyRefusal::AlreadyChecked));
    }
    let fact = NewFact {
        kind: "withdrawn",
        ..NewFact::default()
    };
    append_fact(tx, key, &fact).await?;
    if let Some(submission) = loaded.duty.submission {
        restore_draft(tx, actor, key, submission).await?;
    }
    conclude(tx, "withdraw_submission", &loaded).await
}
