//! The verbs: each one transaction that appends facts, looks at the duty again and leaves an entry
//! in the audit log.

mod excuse_duty;
mod hand_on_duty;
mod refusal;
mod review_duty;
mod save_draft;
mod submit_duty;
mod tell;
mod undo_review;
mod withdraw_submission;

pub use excuse_duty::{Excuse, excuse_duties};
pub use hand_on_duty::{ask_extension, hand_on_duty};
pub use refusal::DutyRefusal;
pub use review_duty::{Judgement, Reviewed, review_duties};
pub use save_draft::{Draft, discard_draft, find_draft, save_draft};
pub use submit_duty::{Submission, submit_duty};
pub use undo_review::{UNDO_MS, UndoRefusal, undo_review};
pub use withdraw_submission::withdraw_submission;

use crate::maintain::{Scope, refresh};
use crate::store::{DutyRow, Key, RequirementRow, find_duty, find_requirement};
use ::store::{Fail, Tx};
use web::{Actor, Place, Right};

/// What a use case of this feature gives.
pub type Outcome<T> = Result<T, Fail<DutyRefusal>>;

/// A duty with its requirement, loaded for a verb.
pub struct Loaded {
    /// Which.
    pub key: Key,
    /// As kept; brought up to date first if a day has turned.
    pub duty: DutyRow,
    /// What is asked.
    pub requirement: RequirementRow,
}

impl Loaded {
    /// Where it lies.
    pub fn place(&self) -> Place {
        Place::new(&self.duty.path, self.duty.zone)
    }
}

/// Loads a duty for a verb; one that is closed or does not apply can no longer be acted on.
async fn load(tx: &Tx, key: Key) -> Outcome<Loaded> {
    refresh(tx, &Scope::Keys(vec![key])).await?;
    let duty = find_duty(tx, key).await?.ok_or(Fail::NotFound)?;
    let requirement = find_requirement(tx, key.requirement)
        .await?
        .ok_or(Fail::NotFound)?;
    Ok(Loaded {
        key,
        duty,
        requirement,
    })
}

fn must_be_open(loaded: &Loaded) -> Outcome<()> {
    if loaded.requirement.closed_at.is_some() {
        return Err(Fail::Refused(DutyRefusal::SheetClosed));
    }
    if let Some(reason) = &loaded.duty.not_applicable {
        return Err(Fail::Refused(DutyRefusal::DoesNotApply(reason.clone())));
    }
    Ok(())
}

/// 能否办理: by right at the place, or because it was handed on to them.
pub fn may_work(actor: &Actor, duty: &DutyRow) -> bool {
    let place = Place::new(&duty.path, duty.zone);
    actor.can(Right::WorkOnDuties, &place) || duty.handed_to == Some(actor.account)
}

/// 能否审核: by right at the place and at the place of the organisation that reviews, so that a
/// general branch's secretary reviews what is theirs to review and never their own work.
pub fn may_review(actor: &Actor, duty: &DutyRow) -> bool {
    let reach = actor.reach(Right::ReviewDuties);
    reach.covers(&Place::new(&duty.path, duty.zone))
        && reach.covers(&Place::new(&duty.reviewer_path, None))
}

/// 能否查看
pub fn may_see(actor: &Actor, duty: &DutyRow) -> bool {
    let place = Place::new(&duty.path, duty.zone);
    actor.can(Right::SeeDuties, &place) || duty.handed_to == Some(actor.account)
}

/// Loads for somebody who works on it.
async fn load_to_work(tx: &Tx, actor: &Actor, key: Key) -> Outcome<Loaded> {
    let loaded = load(tx, key).await?;
    if !may_work(actor, &loaded.duty) {
        return Err(Fail::NotFound);
    }
    must_be_open(&loaded)?;
    Ok(loaded)
}

/// After a fact: the duty's status anew, and the audit entry.
async fn conclude(tx: &Tx, action: &'static str, loaded: &Loaded) -> Outcome<()> {
    refresh(tx, &Scope::Keys(vec![loaded.key])).await?;
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
