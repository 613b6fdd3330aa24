//! Statements of the second factor.

use kernel::{Day, Id, Instant};
use store::{Db, Error, Tx, params, row};

row! {
    /// An account's second factor, begun or in force.
    #[derive(Clone, Debug)]
    pub struct FactorRow {
        pub secret: String,
        pub confirmed_at: Option<Instant>,
        pub last_step: i64,
    }
}

row! {
    /// A sign-in whose password was right and whose code is awaited.
    #[derive(Clone, Debug)]
    pub struct Half {
        pub account: Id,
        pub name: String,
        pub device: String,
    }
}

pub async fn factor(db: &Db, account: Id) -> Result<Option<FactorRow>, Error> {
    let sql = "SELECT secret, confirmed_at, last_step FROM second_factor WHERE account = $1";
    db.find(sql, params![account]).await
}

/// Since when it is in force; none if it is not.
pub async fn factor_since(db: &Db, account: Id) -> Result<Option<Instant>, Error> {
    Ok(factor(db, account).await?.and_then(|row| row.confirmed_at))
}

/// Keeps a new secret, unless one is in force.
pub async fn begin_factor(tx: &Tx, account: Id, secret: &str) -> Result<bool, Error> {
    let kept = tx
        .exec(
            "INSERT INTO second_factor (account, secret, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (account) DO UPDATE SET secret = $2, created_at = $3, last_step = 0
             WHERE second_factor.confirmed_at IS NULL",
            params![account, secret, tx.now()],
        )
        .await?;
    Ok(kept == 1)
}

pub async fn confirm_factor(tx: &Tx, account: Id) -> Result<bool, Error> {
    let sql =
        "UPDATE second_factor SET confirmed_at = $2 WHERE account = $1 AND confirmed_at IS NULL";
    Ok(tx.exec(sql, params![account, tx.now()]).await? == 1)
}

/// Uses a step up: false if it, or a later one, was used before.
pub async fn use_step(tx: &Tx, account: Id, step: i64) -> Result<bool, Error> {
    let sql = "UPDATE second_factor SET last_step = $2 WHERE account = $1 AND last_step < $2";
    Ok(tx.exec(sql, params![account, step]).await? == 1)
}

pub async fn delete_factor(tx: &Tx, account: Id) -> Result<bool, Error> {
    for sql in [
        "DELETE FROM recovery_code WHERE account = $1",
        "DELETE FROM half_sign_in WHERE account = $1",
    ] {
        tx.exec(sql, params![account]).await?;
    }
    let sql = "DELETE FROM second_factor WHERE account = $1";
    Ok(tx.exec(sql, params![account]).await? == 1)
}

pub async fn replace_codes(tx: &Tx, account: Id, digests: &[String]) -> Result<(), Error> {
    tx.exec(
        "DELETE FROM recovery_code WHERE account = $1",
        params![account],
    )
    .await?;
    let rows = digests.iter().map(|digest| params![account, digest]);
    tx.insert_many("recovery_code", &["account", "digest"], rows.collect())
        .await
}

pub async fn use_code(tx: &Tx, account: Id, digest: &str) -> Result<bool, Error> {
    let sql = "UPDATE recovery_code SET used_at = $3
               WHERE account = $1 AND digest = $2 AND used_at IS NULL";
    Ok(tx.exec(sql, params![account, digest, tx.now()]).await? == 1)
}

pub async fn codes_left(db: &Db, account: Id) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) FROM recovery_code WHERE account = $1 AND used_at IS NULL";
    db.scalar(sql, params![account]).await
}

/// Remembers that the password was right; what is past is swept.
pub async fn begin_half(
    tx: &Tx,
    token_digest: &str,
    account: Id,
    device: &str,
    until: Instant,
) -> Result<(), Error> {
    tx.exec(
        "DELETE FROM half_sign_in WHERE expires_at < $1",
        params![tx.now()],
    )
    .await?;
    tx.exec(
        "INSERT INTO half_sign_in (token_digest, account, device, expires_at)
         VALUES ($1, $2, $3, $4)",
        params![token_digest, account, device, until],
    )
    .await?;
    Ok(())
}

pub async fn half(db: &Db, token_digest: &str, now: Instant) -> Result<Option<Half>, Error> {
    let sql = "SELECT h.account, a.name, h.device FROM half_sign_in h
               JOIN account a ON a.id = h.account
               WHERE h.token_digest = $1 AND h.expires_at > $2 AND a.suspended_at IS NULL";
    db.find(sql, params![token_digest, now]).await
}

pub async fn end_half(tx: &Tx, token_digest: &str) -> Result<bool, Error> {
    let sql = "DELETE FROM half_sign_in WHERE token_digest = $1";
    Ok(tx.exec(sql, params![token_digest]).await? == 1)
}

/// The setting that names the roles which need a second factor.
const ROLES: &str = "second_factor_roles";

/// Codes of those roles as JSON, and the setting's version.
pub async fn asked_roles(db: &Db) -> Result<(String, i64), Error> {
    let sql = "SELECT value, version FROM setting WHERE name = $1";
    let kept: Option<(String, i64)> = db.find(sql, params![ROLES]).await?;
    Ok(kept.unwrap_or_else(|| ("[]".to_owned(), 0)))
}

/// Keeps them; false if somebody was quicker.
pub async fn ask_roles(tx: &Tx, roles: &str, version: i64) -> Result<bool, Error> {
    let sql = "INSERT INTO setting (name, value, version) VALUES ($1, $2, 1)
               ON CONFLICT (name) DO UPDATE SET value = $2, version = setting.version + 1
               WHERE setting.version = $3";
    Ok(tx.exec(sql, params![ROLES, roles, version]).await? == 1)
}

row! {
    /// How many hold a role, and how many of them have a second factor.
    pub struct Holders {
        pub role: String,
        pub holders: i64,
        pub with_factor: i64,
    }
}

pub async fn holders(db: &Db, today: Day) -> Result<Vec<Holders>, Error> {
    let sql = "SELECT g.role, COUNT(DISTINCT a.id) AS holders,
                 COUNT(DISTINCT f.account) AS with_factor
               FROM role_grant g JOIN account a ON a.id = g.account
               LEFT JOIN second_factor f ON f.account = a.id AND f.confirmed_at IS NOT NULL
               WHERE a.suspended_at IS NULL AND g.from_day <= $1
                 AND (g.to_day IS NULL OR g.to_day >= $1) GROUP BY g.role";
    db.all(sql, params![today]).await
}
