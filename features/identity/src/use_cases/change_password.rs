//! 修改密码: one's own, with the present one shown again.

use crate::accounts::AccountRefused;
use crate::back_off::Tried;
use crate::password::{Hashed, hash_password, is_password, judge_password};
use crate::store as rows;
use kernel::{Id, TreePath};
use serde_json::json;
use store::{Fail, OnceKey, Store};
use web::{Actor, reply};

/// What the form says.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// The present password.
    pub present: &'a str,
    /// The new one.
    pub password: &'a str,
    /// The new one again.
    pub again: &'a str,
}

/// Changes it and ends the account's other sessions; where to go then.
pub async fn change_password(
    store: &Store,
    actor: &Actor,
    once: &OnceKey,
    change: &Change<'_>,
) -> Result<String, Fail<AccountRefused>> {
    let credential = rows::credential_of(store.db(), actor.account)
        .await?
        .ok_or(Fail::NotFound)?;
    let account = rows::account(store.db(), actor.account)
        .await?
        .ok_or(Fail::NotFound)?;
    if change.password != change.again {
        return Err(Fail::Refused(AccountRefused::NotRepeated));
    }
    judge_password(&account.username, change.password)
        .map_err(|unfit| Fail::Refused(AccountRefused::Password(unfit)))?;
    let tried = Tried::new(&account.username, "change of password");
    let counting = tried.clone();
    let wait = store
        .housekeeping(|tx| async move { Ok(counting.begin(&tx).await?) })
        .await?;
    if wait.is_some() || !is_password(Some(credential.password_hash), change.present).await? {
        return Err(Fail::Refused(AccountRefused::WrongPassword));
    }
    if change.present == change.password {
        return Err(Fail::Refused(AccountRefused::SamePassword));
    }
    let hashed = hash_password(&store.context, change.password).await?;
    let (account, session) = (actor.account, actor.session);
    store
        .write_once(&actor.by(), once, |tx| async move {
            tried.succeeded(&tx).await?;
            set_password(&tx, account, &hashed, false, Some(session)).await?;
            tx.audit(
                "change_password",
                ("account", account),
                &TreePath::default(),
                json!({}),
            )
            .await?;
            Ok(reply::with_flash(
                "/account",
                "密码已修改，其他设备上的登录已退出。",
            ))
        })
        .await
}

/// Stores the hash and ends the account's sessions but that one.
pub(crate) async fn set_password(
    tx: &store::Tx,
    account: Id,
    hashed: &Hashed,
    must_change: bool,
    but: Option<Id>,
) -> Result<(), store::Error> {
    rows::set_password(tx, account, hashed, must_change).await?;
    rows::end_sessions(tx, account, but).await?;
    Ok(())
}
