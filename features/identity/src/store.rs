//! Every statement of this feature.

use crate::accounts::{NewAccount, NewGrant};
use kernel::{Day, Id, Instant, TreePath};
use store::{Db, Error, Tx, params, row};
use web::Role;

row! {
    /// An account as pages show it.
    #[derive(Clone, Debug)]
    pub struct Account {
        /// Key.
        pub id: Id,
        /// What they type.
        pub username: String,
        /// Their name.
        pub name: String,
        /// Whether they must choose a new password.
        pub must_change: bool,
        /// Since when it is closed.
        pub suspended_at: Option<Instant>,
        /// Since when it exists.
        pub created_at: Instant,
        /// Rises with each change.
        pub version: i64,
    }
}

row! {
    /// What proves an account's owner.
    #[derive(Clone, Debug)]
    pub struct Credential {
        pub id: Id,
        pub name: String,
        pub password_hash: String,
        pub suspended_at: Option<Instant>,
    }
}

row! {
    /// A node, as far as roles need it.
    #[derive(Clone, Debug)]
    pub struct Node {
        pub id: Id,
        pub name: String,
        pub category: String,
        pub path: TreePath,
    }
}

row! {
    /// A role held, held once or to be held.
    #[derive(Clone, Debug)]
    pub struct GrantRow {
        pub id: Id,
        pub account: Id,
        pub role: String,
        pub node: Id,
        pub from_day: Day,
        pub to_day: Option<Day>,
        pub reason: String,
        pub revoked_at: Option<Instant>,
    }
}

const ACCOUNT: &str = "id, username, name, must_change, suspended_at, created_at, version";
const GRANT: &str = "id, account, role, node, from_day, to_day, reason, revoked_at";

pub async fn account(db: &Db, id: Id) -> Result<Option<Account>, Error> {
    db.find(
        &format!("SELECT {ACCOUNT} FROM account WHERE id = $1"),
        params![id],
    )
    .await
}

pub async fn account_named(db: &Db, username: &str) -> Result<Option<Account>, Error> {
    db.find(
        &format!("SELECT {ACCOUNT} FROM account WHERE username = $1"),
        params![username],
    )
    .await
}

pub async fn credential(db: &Db, username: &str) -> Result<Option<Credential>, Error> {
    let sql = "SELECT id, name, password_hash, suspended_at FROM account WHERE username = $1";
    db.find(sql, params![username]).await
}

pub async fn credential_of(db: &Db, account: Id) -> Result<Option<Credential>, Error> {
    let sql = "SELECT id, name, password_hash, suspended_at FROM account WHERE id = $1";
    db.find(sql, params![account]).await
}

pub async fn insert_account(
    tx: &Tx,
    id: Id,
    username: &str,
    name: &str,
    new: &NewAccount<'_>,
) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO account (id, username, name, password_hash, member, must_change, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            id,
            username,
            name,
            new.password.0.as_str(),
            new.member,
            new.must_change,
            tx.now()
        ],
    )
    .await?;
    Ok(())
}

/// Holds the account's row until the transaction ends, so that two grants see each other.
pub async fn lock_account(tx: &Tx, account: Id) -> Result<(), Error> {
    tx.exec(
        "UPDATE account SET version = version + 1 WHERE id = $1",
        params![account],
    )
    .await?;
    Ok(())
}

pub async fn node(db: &Db, id: Id) -> Result<Option<Node>, Error> {
    db.find(
        "SELECT id, name, category, path FROM node WHERE id = $1",
        params![id],
    )
    .await
}

/// Grants of the account that overlap the period.
pub async fn grants_between(
    db: &Db,
    account: Id,
    from: Day,
    to: Option<Day>,
) -> Result<Vec<GrantRow>, Error> {
    let sql = format!(
        "SELECT {GRANT} FROM role_grant
         WHERE account = $1 AND (to_day IS NULL OR (to_day >= $2 AND to_day >= from_day))
           AND from_day <= $3 ORDER BY id"
    );
    let last = to.map_or_else(|| "9999-12-31".to_owned(), |to| to.to_string());
    db.all(&sql, params![account, from, last]).await
}

pub async fn grant(db: &Db, id: Id) -> Result<Option<GrantRow>, Error> {
    db.find(
        &format!("SELECT {GRANT} FROM role_grant WHERE id = $1"),
        params![id],
    )
    .await
}

pub async fn insert_grant(tx: &Tx, id: Id, new: &NewGrant<'_>) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO role_grant (id, account, role, node, from_day, to_day, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            id,
            new.account,
            new.role.code(),
            new.node,
            new.from,
            new.to,
            new.reason.trim()
        ],
    )
    .await?;
    Ok(())
}

pub async fn end_grant(tx: &Tx, id: Id, last_day: Day, reason: &str) -> Result<(), Error> {
    tx.exec(
        "UPDATE role_grant SET to_day = $2, revoked_at = $3, revoked_reason = $4 WHERE id = $1",
        params![id, last_day, tx.now(), reason],
    )
    .await?;
    Ok(())
}

/// How many other open accounts hold that role today.
pub async fn other_holders(tx: &Tx, role: Role, account: Id) -> Result<i64, Error> {
    tx.scalar(
        "SELECT COUNT(DISTINCT a.id) FROM role_grant g JOIN account a ON a.id = g.account
         WHERE g.role = $1 AND g.account <> $2 AND a.suspended_at IS NULL
           AND g.from_day <= $3 AND (g.to_day IS NULL OR g.to_day >= $3)",
        params![role.code(), account, tx.today()],
    )
    .await
}
