//! Who owes what, whom that concerns, and the notices they get.

use super::OWED;
use ::store::{Db, Error, Tx, Value, params, placeholders, row};
use kernel::{Day, Id, Instant};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use web::Reach;

row! {
    /// Something still owed, for a reminder.
    #[derive(Clone, Debug)]
    pub struct OwedRow {
        pub requirement: Id,
        pub organisation: Id,
        pub title: String,
        pub name: String,
        pub zone_name: Option<String>,
        pub due: Day,
        pub overdue: bool,
        pub handed_to: Option<Id>,
        pub sheet: Id,
        pub sheet_title: Option<String>,
    }
}

const OWED_ROW: &str = "SELECT d.requirement, d.organisation, r.title, n.name, z.name AS zone_name, d.due, d.overdue,
         d.handed_to, d.sheet, s.title AS sheet_title FROM duty d JOIN requirement r ON r.id = d.requirement
         JOIN node n ON n.id = d.organisation LEFT JOIN node z ON z.id = d.zone LEFT JOIN sheet s ON s.id = d.sheet";

/// Roles that do their organisation's duties.
const WORKING_ROLES: &str = "g.role IN ('secretary', 'committee_member', 'superior_secretary')";

/// What is owed within reach by organisation: of one sheet, or of every open one up to a deadline.
pub async fn owed(
    db: &Db,
    reach: Option<&Reach>,
    sheet: Option<Id>,
    due_to: Option<Day>,
) -> Result<Vec<OwedRow>, Error> {
    let mut values = Vec::new();
    let within = reach.map_or("TRUE".to_owned(), |r| {
        r.sql("d.path", "d.zone", &mut values)
    });
    let mut condition = format!("{OWED} AND r.closed_at IS NULL AND {within}");
    for (sql, value) in [
        ("d.sheet =", sheet.map(|id| Value::from(id.0))),
        ("d.due <=", due_to.map(|day| Value::from(day.to_string()))),
    ] {
        if let Some(value) = value {
            values.push(value);
            condition.push_str(&format!(" AND {sql} ${}", values.len()));
        }
    }
    let sql = format!("{OWED_ROW} WHERE {condition} ORDER BY d.path, d.due, d.rank, d.requirement");
    db.all(&sql, values).await
}

/// What one account is to do, up to a deadline: what was handed on to it, and what its
/// organisations owe and did not hand on to somebody else.
pub async fn owed_by(db: &Db, account: Id, today: Day, due_to: Day) -> Result<Vec<OwedRow>, Error> {
    let sql = format!(
        "{OWED_ROW} LEFT JOIN account h ON h.id = d.handed_to AND h.suspended_at IS NULL
         WHERE {OWED} AND r.closed_at IS NULL AND d.due <= $3 AND (h.id = $1 OR (h.id IS NULL AND d.organisation IN (
            SELECT g.node FROM role_grant g WHERE g.account = $1 AND {WORKING_ROLES}
            AND g.from_day <= $2 AND (g.to_day IS NULL OR g.to_day >= $2))))
         ORDER BY d.due, d.sheet, d.rank, d.requirement, d.path"
    );
    db.all(&sql, params![account, today, due_to]).await
}

/// 办事人: accounts that work for an organisation today, by organisation.
pub async fn workers(db: &Db, today: Day) -> Result<BTreeMap<Id, Vec<Id>>, Error> {
    let sql = format!(
        "SELECT g.node AS organisation, a.id AS account FROM role_grant g
         JOIN account a ON a.id = g.account WHERE a.suspended_at IS NULL AND {WORKING_ROLES}
         AND g.from_day <= $1 AND (g.to_day IS NULL OR g.to_day >= $1) ORDER BY g.node, a.id"
    );
    let mut workers: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
    for (organisation, account) in db.all::<(Id, Id)>(&sql, params![today]).await? {
        let accounts = workers.entry(organisation).or_default();
        if accounts.last() != Some(&account) {
            accounts.push(account);
        }
    }
    Ok(workers)
}

/// Which of those accounts can still sign in.
pub async fn active(db: &Db, accounts: &[Id]) -> Result<Vec<Id>, Error> {
    let sql = format!(
        "SELECT id FROM account WHERE suspended_at IS NULL AND id IN ({})",
        placeholders(1, accounts.len())
    );
    db.column(&sql, accounts.iter().flat_map(|id| params![*id]).collect())
        .await
}

/// When each organisation's people were last reminded.
pub async fn last_reminded(db: &Db) -> Result<HashMap<Id, Instant>, Error> {
    let sql = "SELECT g.node, MAX(n.show_at) AS at FROM notice n
               JOIN role_grant g ON g.account = n.account WHERE n.kind = 'reminder' GROUP BY g.node";
    Ok(db
        .all::<(Id, Instant)>(sql, vec![])
        .await?
        .into_iter()
        .collect())
}

/// 通知, about to be written.
#[derive(Clone, Debug)]
pub struct NewNotice {
    /// Whose.
    pub account: Id,
    /// `reminder`, `sheet`, `duty` or `feedback`.
    pub kind: &'static str,
    /// First line: what; the rest: more.
    pub words: String,
    /// Where it leads.
    pub link: String,
    /// One of that key an account.
    pub dedupe: String,
    /// Shown from then on.
    pub show_at: Instant,
}

/// Job of whoever carries reminders out of the house: run when notices become visible.
pub const CARRY: &str = "plan_deliveries";

/// Writes notices; those an account has already are left as they are. How many were new.
pub async fn add_notices(tx: &Tx, notices: &[NewNotice]) -> Result<u64, Error> {
    let mut added = 0;
    for chunk in notices.chunks(500) {
        let (mut values, mut groups) = (Vec::new(), Vec::new());
        for n in chunk {
            groups.push(format!("({})", placeholders(values.len() + 1, 8)));
            values.extend(params![
                tx.new_id(),
                n.account,
                n.kind,
                &n.words,
                &n.link,
                &n.dedupe,
                tx.now(),
                n.show_at
            ]);
        }
        let sql = format!(
            "INSERT INTO notice (id, account, kind, words, link, dedupe, at, show_at) VALUES {}
             ON CONFLICT (account, dedupe) DO NOTHING",
            groups.join(", ")
        );
        added += tx.exec(&sql, values).await?;
    }
    let moments: BTreeSet<Instant> = notices.iter().map(|notice| notice.show_at).collect();
    for at in moments {
        carry(tx, at).await?;
    }
    Ok(added)
}

/// Queues the carrying of what is visible from that moment on.
pub async fn carry(tx: &Tx, at: Instant) -> Result<(), Error> {
    let nothing = serde_json::json!({});
    tx.enqueue(CARRY, &nothing, at, Some(&at.0.to_string()))
        .await
}

row! {
    /// A notice as shown to its owner.
    pub struct NoticeRow {
        pub id: Id,
        pub words: String,
        pub link: String,
        pub show_at: Instant,
    }
}

/// An account's notices, read or not, before one of them; the newest first.
pub async fn notices(
    db: &Db,
    account: Id,
    read: bool,
    now: Instant,
    before: Option<Id>,
    limit: usize,
) -> Result<Vec<NoticeRow>, Error> {
    let read = if read { "IS NOT NULL" } else { "IS NULL" };
    let sql = format!(
        "SELECT id, words, link, show_at FROM notice WHERE account = $1 AND show_at <= $2
         AND read_at {read} AND id < $3 ORDER BY id DESC LIMIT {limit}"
    );
    db.all(&sql, params![account, now, before.unwrap_or(Id(i64::MAX))])
        .await
}

/// How many an account has not read.
pub async fn unread(db: &Db, account: Id, now: Instant) -> Result<i64, Error> {
    let sql =
        "SELECT COUNT(*) FROM notice WHERE account = $1 AND show_at <= $2 AND read_at IS NULL";
    db.scalar(sql, params![account, now]).await
}

/// Marks an account's own notice, or all it can see, as read; where the one leads.
pub async fn mark_read(tx: &Tx, account: Id, notice: Option<Id>) -> Result<(), Error> {
    let (mut values, mut one) = (params![account, tx.now()], "TRUE".to_owned());
    if let Some(id) = notice {
        values.extend(params![id]);
        one = "id = $3".to_owned();
    }
    let sql = format!(
        "UPDATE notice SET read_at = $2 WHERE account = $1 AND show_at <= $2 AND read_at IS NULL AND {one}"
    );
    tx.exec(&sql, values).await?;
    Ok(())
}

/// Where an account's own notice leads.
pub async fn link_of(db: &Db, account: Id, notice: Id) -> Result<Option<String>, Error> {
    let sql = "SELECT link FROM notice WHERE id = $1 AND account = $2";
    let found: Option<(String,)> = db.find(sql, params![notice, account]).await?;
    Ok(found.map(|(link,)| link))
}
