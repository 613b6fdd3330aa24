//! 撤销纪实: within ten minutes without a word, later with a reason. The row stays, marked.

use super::RecordRefusal;
use super::keep_record::{audit, change_of, is_fresh};
use crate::store;
use ::store::{Fail, Tx, params};
use kernel::Id;
use web::App;

/// As long as that it may be taken back without a reason.
pub const UNDO_MS: i64 = 10 * 60_000;

/// What is taken back, and why.
#[derive(Clone, Copy, Debug)]
pub struct Removal<'a> {
    /// The record.
    pub record: Id,
    /// The version the page showed.
    pub version: i64,
    /// Why; may be empty within ten minutes.
    pub reason: &'a str,
}

/// Takes a record back: what it answered is open again.
///
/// # Errors
/// [`RecordRefusal::NoReason`] after ten minutes, [`RecordRefusal::Removed`] the second time; stale.
pub async fn remove_record(
    app: &App,
    tx: &Tx,
    removal: Removal<'_>,
) -> Result<(), Fail<RecordRefusal>> {
    let record = store::find(tx, removal.record)
        .await?
        .ok_or(Fail::NotFound)?;
    if record.removed_at.is_some() {
        return Err(Fail::Refused(RecordRefusal::Removed));
    }
    let reason: String = removal.reason.trim().chars().take(200).collect();
    if reason.is_empty() && !is_fresh(&record, tx.now()) {
        return Err(Fail::Refused(RecordRefusal::NoReason));
    }
    tx.exec_one(
        "UPDATE record SET removed_at = $3, version = version + 1
         WHERE id = $1 AND version = $2 AND removed_at IS NULL",
        params![record.id, removal.version, tx.now()],
    )
    .await?;
    let words = if reason.is_empty() {
        "撤销".to_owned()
    } else {
        format!("撤销：{reason}")
    };
    store::tell(tx, record.id, &words).await?;
    app.record_changed(tx, &change_of(&record)).await?;
    audit(tx, "remove_record", &record, 0).await?;
    Ok(())
}
