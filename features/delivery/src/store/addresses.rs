//! Where and when people want to be told.

use crate::entities::Hours;
use ::store::{Db, Error, Fail, Store, Tx, params, placeholders, row};
use kernel::{Id, Instant};
use std::collections::BTreeSet;

row! {
    struct Kept {
        email: String,
        wants_email: bool,
        verified_at: Option<Instant>,
        from_hour: i64,
        to_hour: i64,
        code: String,
        code_until: Instant,
        code_tries: i64,
        code_sent_at: Instant,
        code_trouble: Option<String>,
        codes: i64,
        codes_on: String,
        version: i64,
    }
}

/// 提醒设置 of one account.
#[derive(Clone, Debug)]
pub struct AddressRow {
    pub email: String,
    pub wants_email: bool,
    pub verified_at: Option<Instant>,
    pub hours: Hours,
    pub code: String,
    pub code_until: Instant,
    pub code_tries: i64,
    pub code_sent_at: Instant,
    pub code_trouble: Option<String>,
    /// Codes asked for on `codes_on`.
    pub codes: i64,
    pub codes_on: String,
    pub version: i64,
}

impl AddressRow {
    /// Whether letters go there.
    pub fn is_open(&self) -> bool {
        self.wants_email && self.verified_at.is_some() && !self.email.is_empty()
    }
}

fn place(account: Id) -> String {
    format!("address/email/{account}")
}

/// What that account has set.
pub async fn address(db: &Db, store: &Store, account: Id) -> Result<Option<AddressRow>, Error> {
    let sql = "SELECT email, wants_email, verified_at, from_hour, to_hour, code, code_until,
               code_tries, code_sent_at, code_trouble, codes, codes_on, version
               FROM address WHERE account = $1";
    let Some(kept) = db.find::<Kept>(sql, params![account]).await? else {
        return Ok(None);
    };
    let email = match kept.email.as_str() {
        "" => String::new(),
        sealed => store.keys.open(&place(account), sealed)?,
    };
    Ok(Some(AddressRow {
        email,
        wants_email: kept.wants_email,
        verified_at: kept.verified_at,
        hours: Hours::within_widest(kept.from_hour, kept.to_hour),
        code: kept.code,
        code_until: kept.code_until,
        code_tries: kept.code_tries,
        code_sent_at: kept.code_sent_at,
        code_trouble: kept.code_trouble,
        codes: kept.codes,
        codes_on: kept.codes_on,
        version: kept.version,
    }))
}

/// Keeps what was typed; another address is unverified. Whoever turns letters on is told of what
/// comes from then on.
pub async fn keep_address<R>(
    tx: &Tx,
    account: Id,
    version: i64,
    email: &str,
    same: bool,
    wants: bool,
    hours: Hours,
) -> Result<(), Fail<R>> {
    let sealed = match email {
        "" => String::new(),
        email => tx
            .store()
            .keys
            .seal(&tx.store().context, &place(account), email)?,
    };
    if version == 0 {
        let sql =
            "INSERT INTO address (account, email, wants_email, from_hour, to_hour, told_until)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account) DO NOTHING";
        let values = params![account, sealed, wants, hours.from, hours.to, tx.now()];
        return tx.exec_one(sql, values).await;
    }
    let sql = "UPDATE address SET email = $3, wants_email = $4, from_hour = $5, to_hour = $6,
         verified_at = CASE WHEN $7 THEN verified_at ELSE NULL END,
         code = CASE WHEN $7 THEN code ELSE '' END,
         code_trouble = CASE WHEN $7 THEN code_trouble ELSE NULL END,
         code_sent_at = CASE WHEN $7 THEN code_sent_at ELSE 0 END,
         told_until = CASE WHEN wants_email THEN told_until ELSE $8 END,
         version = version + 1 WHERE account = $1 AND version = $2";
    let values = params![
        account,
        version,
        sealed,
        wants,
        hours.from,
        hours.to,
        same,
        tx.now()
    ];
    tx.exec_one(sql, values).await
}

/// Counts a code asked for; none when as many as a day has were asked for already.
pub async fn count_code(tx: &Tx, account: Id, most: i64) -> Result<bool, Error> {
    let today = tx.today().to_string();
    let sql = "UPDATE address SET codes = CASE WHEN codes_on = $2 THEN codes + 1 ELSE 1 END,
         codes_on = $2, code_trouble = NULL
         WHERE account = $1 AND (codes_on <> $2 OR codes < $3)";
    Ok(tx.exec(sql, params![account, today, most]).await? == 1)
}

/// Keeps the blind value of a fresh code.
pub async fn keep_code(tx: &Tx, account: Id, code: &str, until: Instant) -> Result<(), Error> {
    let sql = "UPDATE address SET code = $2, code_until = $3, code_tries = 0 WHERE account = $1";
    tx.exec(sql, params![account, code, until]).await?;
    Ok(())
}

/// The code is on its way.
pub async fn note_code_sent(tx: &Tx, account: Id) -> Result<(), Error> {
    let sql = "UPDATE address SET code_sent_at = $2, code_trouble = NULL WHERE account = $1";
    tx.exec(sql, params![account, tx.now()]).await?;
    Ok(())
}

/// The code did not go out.
pub async fn note_code_trouble(tx: &Tx, account: Id, words: &str) -> Result<(), Error> {
    let sql = "UPDATE address SET code = '', code_trouble = $2 WHERE account = $1";
    tx.exec(sql, params![account, words]).await?;
    Ok(())
}

/// Counts a wrong code.
pub async fn count_try(tx: &Tx, account: Id) -> Result<(), Error> {
    let sql = "UPDATE address SET code_tries = code_tries + 1 WHERE account = $1";
    tx.exec(sql, params![account]).await?;
    Ok(())
}

/// The address is theirs: told of what comes from now on.
pub async fn verify_address(tx: &Tx, account: Id) -> Result<(), Error> {
    let sql =
        "UPDATE address SET verified_at = $2, told_until = $2, code = '', version = version + 1
               WHERE account = $1";
    tx.exec(sql, params![account, tx.now()]).await?;
    Ok(())
}

row! {
    /// Somebody with something unread to be told of.
    pub struct Told {
        pub account: Id,
        pub from_hour: i64,
        pub to_hour: i64,
    }
}

/// Whom something has become visible to since their last letter, who wants letters, and who has
/// had none that day.
pub async fn to_be_told(db: &Db, channel: Id, now: Instant) -> Result<Vec<Told>, Error> {
    let sql = "SELECT a.account, a.from_hour, a.to_hour FROM address a
        JOIN account c ON c.id = a.account AND c.suspended_at IS NULL
        WHERE a.wants_email = TRUE AND a.verified_at IS NOT NULL
        AND EXISTS (SELECT 1 FROM notice n WHERE n.account = a.account AND n.read_at IS NULL
                    AND n.show_at <= $1 AND n.show_at > a.told_until)
        AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.account = a.account AND d.channel = $2 AND d.day = $3)
        ORDER BY a.account";
    db.all(sql, params![now, channel, now.day()]).await
}

/// Told of everything visible up to then.
pub async fn set_told(tx: &Tx, account: Id, until: Instant) -> Result<(), Error> {
    let sql = "UPDATE address SET told_until = $2 WHERE account = $1 AND told_until < $2";
    tx.exec(sql, params![account, until]).await?;
    Ok(())
}

row! {
    struct Notice { kind: String, words: String, dedupe: String, link: String }
}

row! {
    struct Fact { id: Id, kind: String, settled: bool }
}

/// First lines of what an account has not read and was not told of: without reminders (the digest
/// says the same, as of now), without sheets taken back, without decisions about a duty that has
/// been settled since.
pub async fn noticed(db: &Db, account: Id, now: Instant) -> Result<Vec<String>, Error> {
    let sql = "SELECT n.kind, n.words, n.dedupe, n.link FROM notice n JOIN address a ON a.account = n.account
        WHERE n.account = $1 AND n.read_at IS NULL AND n.show_at <= $2 AND n.show_at > a.told_until
        AND n.kind <> 'reminder' ORDER BY n.id LIMIT 20";
    let notices: Vec<Notice> = db.all(sql, params![account, now]).await?;
    let stale_facts = stale_facts(db, &ids(&notices, "fact:")).await?;
    let open_sheets = open_sheets(db, &ids(&notices, "sheet:")).await?;
    let lives = |notice: &&Notice| match notice.kind.as_str() {
        "duty" => id_of(notice, "fact:").is_none_or(|id| !stale_facts.contains(&id)),
        "sheet" => id_of(notice, "sheet:").is_none_or(|id| open_sheets.contains(&id)),
        _ => true,
    };
    let line = |notice: &Notice| notice.words.lines().next().unwrap_or_default().to_owned();
    Ok(notices.iter().filter(lives).map(line).collect())
}

fn id_of(notice: &Notice, start: &str) -> Option<Id> {
    notice.dedupe.strip_prefix(start)?.parse().ok()
}

fn ids(notices: &[Notice], start: &str) -> Vec<Id> {
    notices.iter().filter_map(|n| id_of(n, start)).collect()
}

/// Those of the decisions that asked for something which has been done, excused or sent since.
async fn stale_facts(db: &Db, ids: &[Id]) -> Result<BTreeSet<Id>, Error> {
    let sql = format!(
        "SELECT f.id, f.kind, NOT ({}) AS settled FROM fact f JOIN duty d
         ON d.requirement = f.requirement AND d.organisation = f.organisation WHERE f.id IN ({})",
        supervision::store::OWED,
        placeholders(1, ids.len())
    );
    let values = ids.iter().flat_map(|id| params![*id]).collect();
    let facts: Vec<Fact> = db.all(&sql, values).await?;
    let stale = facts.iter().filter(|f| f.settled && f.kind != "exempted");
    Ok(stale.map(|fact| fact.id).collect())
}

async fn open_sheets(db: &Db, ids: &[Id]) -> Result<BTreeSet<Id>, Error> {
    let sql = format!(
        "SELECT id FROM sheet WHERE voided = FALSE AND closed_at IS NULL AND id IN ({})",
        placeholders(1, ids.len())
    );
    let values = ids.iter().flat_map(|id| params![*id]).collect();
    Ok(db.column::<Id>(&sql, values).await?.into_iter().collect())
}

/// Whether an account may still sign in, and its name.
pub async fn open_account(db: &Db, account: Id) -> Result<Option<String>, Error> {
    let sql = "SELECT name FROM account WHERE id = $1 AND suspended_at IS NULL";
    let found: Option<(String,)> = db.find(sql, params![account]).await?;
    Ok(found.map(|(name,)| name))
}

/// Whether an account has an unread reminder it was not told of.
pub async fn is_reminded(db: &Db, account: Id, now: Instant) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM notice n JOIN address a ON a.account = n.account
        WHERE n.account = $1 AND n.kind = 'reminder' AND n.read_at IS NULL
        AND n.show_at <= $2 AND n.show_at > a.told_until";
    Ok(db.scalar::<i64>(sql, params![account, now]).await? > 0)
}
