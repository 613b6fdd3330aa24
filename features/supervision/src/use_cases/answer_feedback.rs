use super::give_feedback::{FeedbackRefusal, check};
use crate::paths;
use crate::store::{FeedbackRow, NewNotice, add_notices, find_feedback};
use ::store::{Fail, Tx, params};
use kernel::Id;
use web::{Actor, Right};

/// 答复结果: what an answer comes to.
pub const OUTCOMES: [(&str, &str, &str); 2] = [
    ("adopted", "采纳", "会改，答复里写怎样改、什么时候起"),
    ("explained", "说明", "这次不改，答复里写为什么"),
];

/// Words of an outcome; none for what is no outcome.
pub fn outcome_words(code: &str) -> Option<&'static str> {
    let found = OUTCOMES.iter().find(|(known, _, _)| *known == code);
    found.map(|(_, words, _)| *words)
}

async fn find(tx: &Tx, actor: &Actor, id: Id) -> Result<FeedbackRow, Fail<FeedbackRefusal>> {
    let feedback = find_feedback(tx, id).await?;
    feedback
        .filter(|f| actor.can(Right::AnswerFeedback, &f.place()))
        .ok_or(Fail::NotFound)
}

/// 答复意见: once, seen by whoever asked.
pub async fn answer_feedback(
    tx: &Tx,
    actor: &Actor,
    id: Id,
    outcome: &str,
    words: &str,
) -> Result<(), Fail<FeedbackRefusal>> {
    let feedback = find(tx, actor, id).await?;
    let named = outcome_words(outcome).ok_or(Fail::Refused(FeedbackRefusal::NoOutcome))?;
    check(words).map_err(Fail::Refused)?;
    let changed = tx
        .exec(
            "UPDATE feedback SET answer = $2, answered_at = $3, answered_by = $4, outcome = $5,
             seen_at = COALESCE(seen_at, $3), seen_by = COALESCE(seen_by, $4)
             WHERE id = $1 AND answer IS NULL",
            params![id, words, tx.now(), &actor.name, outcome],
        )
        .await?;
    if changed == 0 {
        return Err(Fail::Refused(FeedbackRefusal::AlreadyAnswered));
    }
    let notice = NewNotice {
        account: feedback.account,
        kind: "feedback",
        words: format!("您反映的情况有了答复\n{named}：{words}"),
        link: paths::FEEDBACK.to_owned(),
        dedupe: format!("feedback:{id}"),
        show_at: tx.now(),
    };
    add_notices(tx, &[notice]).await?;
    let detail = serde_json::json!({ "outcome": outcome });
    tx.audit("answer_feedback", ("feedback", id), &feedback.path, detail)
        .await?;
    Ok(())
}

/// 已看: the office has read it and answers later; whoever asked sees that. Once is enough.
pub async fn see_feedback(tx: &Tx, actor: &Actor, id: Id) -> Result<(), Fail<FeedbackRefusal>> {
    let feedback = find(tx, actor, id).await?;
    tx.exec(
        "UPDATE feedback SET seen_at = $2, seen_by = $3 WHERE id = $1 AND seen_at IS NULL",
        params![id, tx.now(), &actor.name],
    )
    .await?;
    let detail = serde_json::json!({});
    tx.audit("see_feedback", ("feedback", id), &feedback.path, detail)
        .await?;
    Ok(())
}
