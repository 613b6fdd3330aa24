//! 重置密码: the system administrator gives a new one, which its owner must change.

use crate::accounts::AccountRefused;
use crate::password::Hashed;
use crate::store as rows;
use crate::use_cases::change_password::set_password;
use kernel::{Id, TreePath};
use serde_json::json;
use store::{Fail, Tx};

/// Gives the account that password, to be changed at the next sign-in; its sessions end. The
/// name's waiting is forgotten too.
pub async fn reset_password(
    tx: &Tx,
    account: Id,
    hashed: &Hashed,
) -> Result<(), Fail<AccountRefused>> {
    rows::account(tx, account).await?.ok_or(Fail::NotFound)?;
    set_password(tx, account, hashed, true, None).await?;
    tx.audit(
        "reset_password",
        ("account", account),
        &TreePath::default(),
        json!({}),
    )
    .await?;
    Ok(())
}
