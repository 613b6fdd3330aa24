use super::{DutyRefusal, Outcome, conclude, load_to_work};
use crate::store::{Key, NewFact, append_fact};
use ::store::{Fail, Tx, params};
use kernel::{Day, Id};
use rules::duty::Status;
use web::Actor;

/// 转交: to a colleague with an account in the organisation, one below it or one of its units.
pub async fn hand_on_duty(tx: &Tx, actor: &Actor, key: Key, to: Id, words: &str) -> Outcome<()> {
    let loaded = load_to_work(tx, actor, key).await?;
    let status = Status::from_code(&loaded.duty.status);
    if status.is_none_or(|s| s.is_settled() || s == Status::AwaitingReview) {
        return Err(Fail::Refused(DutyRefusal::AlreadySettled));
    }
    let path = &loaded.duty.path;
    let colleague: Option<(String,)> = tx
        .find(
            "SELECT a.name FROM account a WHERE a.id = $1 AND a.suspended_at IS NULL AND EXISTS (
                SELECT 1 FROM role_grant g JOIN node n ON n.id = g.node
                WHERE g.account = a.id AND g.from_day <= $2 AND (g.to_day IS NULL OR g.to_day >= $2)
                AND n.path >= $3 AND n.path < $4)",
            params![to, tx.today(), path, path.end()],
        )
        .await?;
    let Some((name,)) = colleague else {
        return Err(Fail::Refused(DutyRefusal::NotAColleague));
    };
    let handed = Some((to, name.as_str()));
    append_fact(
        tx,
        key,
        &NewFact {
            kind: "handed_on",
            reason: words,
            handed,
            ..NewFact::default()
        },
    )
    .await?;
    conclude(tx, "hand_on_duty", &loaded).await
}

/// 申请延期: asked of the office, with a reason.
pub async fn ask_extension(tx: &Tx, actor: &Actor, key: Key, to: Day, reason: &str) -> Outcome<()> {
    let loaded = load_to_work(tx, actor, key).await?;
    if reason.trim().is_empty() {
        return Err(Fail::Refused(DutyRefusal::ReasonMissing));
    }
    if to <= loaded.duty.due || to < tx.today() {
        return Err(Fail::Refused(DutyRefusal::DayTooEarly));
    }
    let fact = NewFact {
        kind: "extension_asked",
        reason: reason.trim(),
        day: Some(to),
        ..NewFact::default()
    };
    append_fact(tx, key, &fact).await?;
    conclude(tx, "ask_extension", &loaded).await
}
