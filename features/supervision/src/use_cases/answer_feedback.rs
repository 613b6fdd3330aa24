use super::give_feedback::{FeedbackRefusal, check};
use crate::paths;
use crate::store::{NewNotice, add_notices, find_feedback};
use ::store::{Fail, Tx, params};
use kernel::Id;
use web::{Actor, Place, Right};

/// 答复意见: once, seen by whoever asked.
pub async fn answer_feedback(
    tx: &Tx,
    actor: &Actor,
    id: Id,
    words: &str,
) -> Result<(), Fail<FeedbackRefusal>> {
    let feedback = find_feedback(tx, id).await?.ok_or(Fail::NotFound)?;
    if !actor.can(
        Right::ExcuseDuties,
        &Place::new(&feedback.path, feedback.zone),
    ) {
        return Err(Fail::NotFound);
    }
    check(words).map_err(Fail::Refused)?;
    let changed = tx
        .exec(
            "UPDATE feedback SET answer = $2, answered_at = $3, answered_by = $4
             WHERE id = $1 AND answer IS NULL",
            params![id, words, tx.now(), &actor.name],
        )
        .await?;
    if changed == 0 {
        return Err(Fail::Refused(FeedbackRefusal::AlreadyAnswered));
    }
    let notice = NewNotice {
        account: feedback.account,
        kind: "feedback",
        words: format!("您反映的情况有了答复\n{words}"),
        link: paths::FEEDBACK.to_owned(),
        dedupe: format!("feedback:{id}"),
        show_at: tx.now(),
    };
    add_notices(tx, &[notice]).await?;
    tx.audit(
        "answer_feedback",
        ("feedback", id),
        &feedback.path,
        serde_json::json!({}),
    )
    .await?;
    Ok(())
}
