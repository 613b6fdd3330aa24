use super::{DutyRefusal, Loaded, Outcome, load, must_be_open};
use crate::maintain::{Scope, refresh};
use crate::store::{Key, NewFact, append_fact};
use ::store::{Fail, Tx};
use kernel::Day;
use web::{Actor, Right};

/// 宽免: what the office may grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excuse {
    /// 延期 to a day.
    Extend { to: Day, reason: String },
    /// 不同意延期
    RefuseExtension { reason: String },
    /// 免除
    Exempt { reason: String },
    /// 取消免除
    LiftExemption { reason: String },
}

impl Excuse {
    fn reason(&self) -> &str {
        match self {
            Excuse::Extend { reason, .. }
            | Excuse::RefuseExtension { reason }
            | Excuse::Exempt { reason }
            | Excuse::LiftExemption { reason } => reason.trim(),
        }
    }

    fn fact(&self) -> (&'static str, NewFact<'_>) {
        let reason = self.reason();
        let (action, kind, day) = match self {
            Excuse::Extend { to, .. } => ("extend_duty", "extended", Some(*to)),
            Excuse::RefuseExtension { .. } => ("refuse_extension", "extension_refused", None),
            Excuse::Exempt { .. } => ("exempt_duty", "exempted", None),
            Excuse::LiftExemption { .. } => ("lift_exemption", "exemption_lifted", None),
        };
        (
            action,
            NewFact {
                kind,
                reason,
                day,
                ..NewFact::default()
            },
        )
    }
}

/// Grants it to each of the duties; how many.
pub async fn excuse_duties(tx: &Tx, actor: &Actor, keys: &[Key], what: &Excuse) -> Outcome<usize> {
    if what.reason().is_empty() {
        return Err(Fail::Refused(DutyRefusal::ReasonMissing));
    }
    for key in keys {
        let loaded = load(tx, *key).await?;
        if !actor.can(Right::ExcuseDuties, &loaded.place()) {
            return Err(Fail::NotFound);
        }
        must_be_open(&loaded)?;
        must_be_later(tx, &loaded, what)?;
        let (action, fact) = what.fact();
        let id = append_fact(tx, *key, &fact).await?;
        super::tell::tell(tx, id, 0).await?;
        let detail = serde_json::json!({ "organisation": key.organisation });
        tx.audit(
            action,
            ("requirement", key.requirement),
            &loaded.duty.path,
            detail,
        )
        .await?;
    }
    refresh(tx, &Scope::Keys(keys.to_vec())).await?;
    Ok(keys.len())
}

fn must_be_later(tx: &Tx, loaded: &Loaded, what: &Excuse) -> Outcome<()> {
    match what {
        Excuse::Extend { to, .. } if *to < tx.today() || *to <= loaded.requirement.due => {
            Err(Fail::Refused(DutyRefusal::DayTooEarly))
        }
        _ => Ok(()),
    }
}
