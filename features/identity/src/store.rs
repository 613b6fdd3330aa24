//! Every statement of this feature.

use crate::accounts::{NewAccount, NewGrant};
use crate::audit_log::Asked;
use crate::password::Hashed;
use kernel::{Day, Id, Instant, TreePath};
use std::collections::BTreeMap;
use store::audit::Entry;
use store::{Db, Error, Fail, Param, Tx, params, row};
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

row! {
    /// Failures counted under a key.
    pub struct Attempt {
        pub failures: i64,
        pub blocked_until: Instant,
    }
}

pub async fn attempt(db: &Db, key: &str) -> Result<Option<Attempt>, Error> {
    db.find(
        "SELECT failures, blocked_until FROM attempt WHERE key = $1",
        params![key],
    )
    .await
}

/// Counts one failure more, or the first again if the last is forgotten; false while blocked.
pub async fn count_attempt(tx: &Tx, key: &str, forgotten_before: Instant) -> Result<bool, Error> {
    let counted = tx
        .exec(
            "INSERT INTO attempt (key, failures, blocked_until, last_at) VALUES ($1, 1, 0, $2)
             ON CONFLICT (key) DO UPDATE SET last_at = $2,
               failures = CASE WHEN attempt.last_at < $3 THEN 1 ELSE attempt.failures + 1 END
             WHERE attempt.blocked_until <= $2",
            params![key, tx.now(), forgotten_before],
        )
        .await?;
    Ok(counted == 1)
}

pub async fn block_attempts(tx: &Tx, key: &str, until: Instant) -> Result<(), Error> {
    tx.exec(
        "UPDATE attempt SET blocked_until = $2 WHERE key = $1",
        params![key, until],
    )
    .await?;
    Ok(())
}

pub async fn forget_attempts(tx: &Tx, key: &str) -> Result<(), Error> {
    tx.exec("DELETE FROM attempt WHERE key = $1", params![key])
        .await?;
    Ok(())
}

pub async fn take_back_attempt(tx: &Tx, key: &str) -> Result<(), Error> {
    let sql = "UPDATE attempt SET failures = failures - 1 WHERE key = $1 AND failures > 0";
    tx.exec(sql, params![key]).await?;
    Ok(())
}

pub async fn sweep_attempts(tx: &Tx, before: Instant) -> Result<(), Error> {
    tx.exec("DELETE FROM attempt WHERE last_at < $1", params![before])
        .await?;
    Ok(())
}

pub async fn set_password(
    tx: &Tx,
    account: Id,
    hashed: &Hashed,
    must_change: bool,
) -> Result<(), Error> {
    tx.exec(
        "UPDATE account SET password_hash = $2, must_change = $3, version = version + 1
         WHERE id = $1",
        params![account, hashed.0.as_str(), must_change],
    )
    .await?;
    Ok(())
}

pub async fn suspend<R>(
    tx: &Tx,
    account: Id,
    version: i64,
    at: Option<Instant>,
) -> Result<(), Fail<R>> {
    tx.exec_one(
        "UPDATE account SET suspended_at = $3, version = version + 1 WHERE id = $1 AND version = $2",
        params![account, version, at],
    )
    .await
}

row! {
    /// A session as its owner sees it.
    #[derive(Clone, Debug)]
    pub struct SessionLine {
        pub id: Id,
        pub device: String,
        pub created_at: Instant,
        pub seen_at: Instant,
    }
}

pub async fn sessions(
    db: &Db,
    account: Id,
    now: Instant,
    idle_ms: i64,
) -> Result<Vec<SessionLine>, Error> {
    db.all(
        "SELECT id, device, created_at, seen_at FROM session
         WHERE account = $1 AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, id DESC",
        params![account, now, now.plus_ms(-idle_ms)],
    )
    .await
}

/// Ends one session of the account; how many.
pub async fn end_session(tx: &Tx, account: Id, session: Id) -> Result<u64, Error> {
    let sql = "DELETE FROM session WHERE id = $1 AND account = $2";
    tx.exec(sql, params![session, account]).await
}

/// Ends the account's sessions but that one.
pub async fn end_sessions(tx: &Tx, account: Id, but: Option<Id>) -> Result<u64, Error> {
    let sql = "DELETE FROM session WHERE account = $1 AND id <> $2";
    tx.exec(sql, params![account, but.unwrap_or(Id(0))]).await
}

row! {
    /// A grant with the names a page shows.
    #[derive(Clone, Debug)]
    pub struct GrantLine {
        pub id: Id,
        pub account: Id,
        pub account_name: String,
        pub username: String,
        pub role: String,
        pub node: Id,
        pub node_name: String,
        pub path: TreePath,
        pub zone: Option<Id>,
        pub from_day: Day,
        pub to_day: Option<Day>,
        pub reason: String,
        pub revoked_at: Option<Instant>,
    }
}

impl GrantLine {
    /// The role's name.
    pub fn role_words(&self) -> &'static str {
        Role::from_code(&self.role).map_or("未知角色", Role::chinese)
    }

    /// `2026年1月1日起`, `2026年1月1日至2026年8月31日`
    pub fn period_words(&self) -> String {
        match self.to_day {
            None => format!("{}起", self.from_day.chinese()),
            Some(to) if to < self.from_day => "当日收回".to_owned(),
            Some(to) => format!("{}至{}", self.from_day.chinese(), to.chinese()),
        }
    }
}

const GRANT_LINE: &str =
    "SELECT g.id, g.account, a.name AS account_name, a.username, g.role, g.node,
    n.name AS node_name, n.path,
    CASE WHEN n.category = 'zone' THEN n.id ELSE n.zone END AS zone, g.from_day, g.to_day, g.reason, g.revoked_at
    FROM role_grant g JOIN account a ON a.id = g.account JOIN node n ON n.id = g.node";

/// What the list of accounts is narrowed to.
pub struct ListAccounts<'a> {
    /// Part of a name or user name; all when empty.
    pub words: &'a str,
    /// Only those who hold it today.
    pub role: Option<Role>,
    /// User name after which the page begins.
    pub after: &'a str,
    /// Rows at most.
    pub limit: i64,
}

/// `%…%` with the wild cards of the words themselves made plain.
fn containing(words: &str) -> String {
    let plain = words
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{plain}%")
}

pub async fn accounts(
    db: &Db,
    asked: &ListAccounts<'_>,
    today: Day,
) -> Result<Vec<Account>, Error> {
    let mut values = params![asked.after, asked.limit];
    let mut narrower = String::new();
    if !asked.words.is_empty() {
        values.extend(params![
            containing(asked.words),
            containing(&asked.words.to_lowercase())
        ]);
        narrower.push_str(" AND (name LIKE $3 ESCAPE '\\' OR username LIKE $4 ESCAPE '\\')");
    }
    if let Some(role) = asked.role {
        values.extend(params![role.code(), today]);
        let (role, day) = (values.len() - 1, values.len());
        narrower.push_str(&format!(
            " AND id IN (SELECT account FROM role_grant WHERE role = ${role}
               AND from_day <= ${day} AND (to_day IS NULL OR to_day >= ${day}))"
        ));
    }
    let sql = format!(
        "SELECT {ACCOUNT} FROM account WHERE username > $1{narrower} ORDER BY username LIMIT $2"
    );
    db.all(&sql, values).await
}

/// All accounts, and how many of them are suspended.
pub async fn count_accounts(db: &Db) -> Result<(i64, i64), Error> {
    let counted: Option<(i64, i64)> = db
        .find(
            "SELECT COUNT(*) AS n, COUNT(suspended_at) AS s FROM account",
            vec![],
        )
        .await?;
    Ok(counted.unwrap_or((0, 0)))
}

/// Grants of those accounts that hold on the day or later.
pub async fn grants_of(db: &Db, accounts: &[Id], today: Day) -> Result<Vec<GrantLine>, Error> {
    let mut values = params![today];
    values.extend(accounts.iter().flat_map(|id| params![*id]));
    let places = store::placeholders(2, accounts.len());
    let sql = format!(
        "{GRANT_LINE} WHERE g.account IN ({places})
         AND (g.to_day IS NULL OR (g.to_day >= $1 AND g.to_day >= g.from_day)) ORDER BY g.id"
    );
    db.all(&sql, values).await
}

/// What the list of grants is narrowed to.
pub struct ListGrants<'a> {
    /// Part of an organisation's or a holder's name; all when empty.
    pub words: &'a str,
    /// Only this one.
    pub role: Option<Role>,
    /// With those that have ended.
    pub with_ended: bool,
    /// Path and id after which the page begins.
    pub after: (&'a str, Id),
    /// Rows at most.
    pub limit: i64,
}

/// Grants in the order of the tree; zones, which have no path, first.
pub async fn grants(db: &Db, asked: &ListGrants<'_>, today: Day) -> Result<Vec<GrantLine>, Error> {
    let mut values = params![asked.after.0, asked.after.1, asked.limit];
    let mut narrower = String::new();
    if !asked.with_ended {
        values.extend(params![today]);
        narrower.push_str(" AND (g.to_day IS NULL OR g.to_day >= $4)");
    }
    if !asked.words.is_empty() {
        values.extend(params![containing(asked.words)]);
        let at = values.len();
        narrower.push_str(&format!(
            " AND (n.name LIKE ${at} ESCAPE '\\' OR a.name LIKE ${at} ESCAPE '\\'
               OR a.username LIKE ${at} ESCAPE '\\')"
        ));
    }
    if let Some(role) = asked.role {
        values.extend(params![role.code()]);
        narrower.push_str(&format!(" AND g.role = ${}", values.len()));
    }
    let sql = format!(
        "{GRANT_LINE} WHERE (n.path, g.id) > ($1, $2){narrower} ORDER BY n.path, g.id LIMIT $3"
    );
    db.all(&sql, values).await
}

pub async fn grant_line(db: &Db, id: Id) -> Result<Option<GrantLine>, Error> {
    db.find(&format!("{GRANT_LINE} WHERE g.id = $1"), params![id])
        .await
}

/// Paths of the organisations with none above.
pub async fn roots(db: &Db) -> Result<Vec<TreePath>, Error> {
    let sql = "SELECT path FROM node WHERE category = 'organisation' AND LENGTH(path) = $1
               ORDER BY path";
    let level = i64::try_from(TreePath::LABEL).unwrap_or(3);
    db.column(sql, params![level]).await
}

/// Names to choose from while typing.
pub async fn node_names(db: &Db, limit: i64) -> Result<Vec<String>, Error> {
    db.column(
        "SELECT name FROM node WHERE category <> 'body' AND to_day IS NULL ORDER BY path, name LIMIT $1",
        params![limit],
    )
    .await
}

/// The one node of that full or short name; none if there are several.
pub async fn node_named(db: &Db, name: &str) -> Result<Option<Node>, Error> {
    let sql = "SELECT id, name, category, path FROM node
        WHERE (name = $1 OR short_name = $1) AND category <> 'body' AND to_day IS NULL LIMIT 3";
    let mut found: Vec<Node> = db.all(sql, params![name.trim()]).await?;
    let full: Vec<usize> = (0..found.len())
        .filter(|at| found[*at].name == name.trim())
        .collect();
    match (found.len(), full.as_slice()) {
        (1, _) => Ok(found.pop()),
        (_, [only]) => Ok(Some(found.swap_remove(*only))),
        _ => Ok(None),
    }
}

const ENTRY: &str =
    "id, seq, at, account, actor, action, object_kind, object_id, path, detail, hash";

/// Entries asked for, newest first.
pub async fn audit_entries(db: &Db, asked: &Asked) -> Result<Vec<Entry>, Error> {
    let mut values = params![asked.before, asked.limit];
    let mut narrower = String::new();
    if !asked.actor.is_empty() {
        values.extend(params![containing(&asked.actor)]);
        narrower.push_str(" AND actor LIKE $3 ESCAPE '\\'");
    }
    let mut and = |test: &str, value: store::Value| {
        values.push(value);
        narrower.push_str(&format!(" AND {test} ${}", values.len()));
    };
    if !asked.action.is_empty() {
        and("action =", asked.action.as_str().value());
    }
    if let Some(from) = asked.from {
        and("at >=", from.value());
    }
    if let Some(until) = asked.until {
        and("at <", until.value());
    }
    if let Some(object) = asked.object {
        and("object_id =", object.value());
    }
    let sql =
        format!("SELECT {ENTRY} FROM audit WHERE id < $1{narrower} ORDER BY id DESC LIMIT $2");
    db.all(&sql, values).await
}

/// Every code there is.
pub async fn audit_actions(db: &Db) -> Result<Vec<String>, Error> {
    db.column("SELECT DISTINCT action FROM audit ORDER BY action", vec![])
        .await
}

/// The last link of the chain.
pub async fn audit_head(db: &Db) -> Result<Option<(i64, String)>, Error> {
    db.find(
        "SELECT seq, hash FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1",
        vec![],
    )
    .await
}

/// Names of organisations by path.
pub async fn names_of_paths(db: &Db, paths: &[&str]) -> Result<BTreeMap<String, String>, Error> {
    let values = paths.iter().flat_map(|path| params![*path]).collect();
    let places = store::placeholders(1, paths.len());
    let sql = format!(
        "SELECT path, name FROM node WHERE category = 'organisation' AND path IN ({places})"
    );
    Ok(db
        .all::<(String, String)>(&sql, values)
        .await?
        .into_iter()
        .collect())
}
