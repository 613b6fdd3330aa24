use super::Outcome;
use ::store::Tx;
use kernel::Id;

/// 通知学校: a job `duty_fact` {fact} for whoever keeps notices, once the time to undo is over.
pub(super) async fn tell(tx: &Tx, fact: Id, wait_ms: i64) -> Outcome<()> {
    let payload = serde_json::json!({ "fact": fact });
    tx.enqueue(
        "duty_fact",
        &payload,
        tx.now().plus_ms(wait_ms),
        Some(&fact.to_string()),
    )
    .await?;
    Ok(())
}
