//! 停用 and 恢复 an account.

use crate::accounts::{AccountRefused, last_administrator};
use crate::store as rows;
use kernel::{Id, TreePath};
use serde_json::json;
use store::{Fail, Tx};

/// Closes the account and ends its sessions; its roles and what it did stay.
pub async fn suspend_account(tx: &Tx, id: Id, version: i64) -> Result<(), Fail<AccountRefused>> {
    let account = rows::account(tx, id).await?.ok_or(Fail::NotFound)?;
    if tx.by().account == Some(id) {
        return Err(Fail::Refused(AccountRefused::OwnAccount));
    }
    if account.suspended_at.is_some() {
        return Err(Fail::Refused(AccountRefused::AlreadySuspended));
    }
    if let Some(role) = last_administrator(tx, id, None).await? {
        return Err(Fail::Refused(AccountRefused::LastAdministrator(role)));
    }
    rows::suspend(tx, id, version, Some(tx.now())).await?;
    rows::end_sessions(tx, id, None).await?;
    tx.audit(
        "suspend_account",
        ("account", id),
        &TreePath::default(),
        json!({}),
    )
    .await?;
    Ok(())
}

/// Opens it again.
pub async fn resume_account(tx: &Tx, id: Id, version: i64) -> Result<(), Fail<AccountRefused>> {
    let account = rows::account(tx, id).await?.ok_or(Fail::NotFound)?;
    if account.suspended_at.is_none() {
        return Err(Fail::Refused(AccountRefused::NotSuspended));
    }
    rows::suspend(tx, id, version, None).await?;
    tx.audit(
        "resume_account",
        ("account", id),
        &TreePath::default(),
        json!({}),
    )
    .await?;
    Ok(())
}
