//! Messages of a day: written before they are sent.

use crate::entities::{BUSY_MS, State};
use ::store::{Db, Error, Tx, params, row};
use kernel::{Day, Id, Instant};

row! {
    /// One message to one person, or one group, on one day.
    #[derive(Clone, Debug)]
    pub struct DeliveryRow {
        pub id: Id,
        pub channel: Id,
        /// None (0) for a group.
        pub account: Id,
        pub day: Day,
        pub state: String,
        pub attempts: i64,
        /// Tries repeated without knowing what became of the one before.
        pub blind: i64,
        pub next_at: Instant,
        pub busy_until: Instant,
    }
}

const DELIVERY: &str = "id, channel, account, day, state, attempts, blind, next_at, busy_until";

/// One.
pub async fn find_delivery(db: &Db, id: Id) -> Result<Option<DeliveryRow>, Error> {
    let sql = format!("SELECT {DELIVERY} FROM delivery WHERE id = $1");
    db.find(&sql, params![id]).await
}

/// The job's kind.
pub const DELIVER: &str = "deliver";

/// Opens the message of that day and queues its sending; nothing where there is one already.
pub async fn open_delivery(tx: &Tx, channel: Id, account: Id, at: Instant) -> Result<bool, Error> {
    let id = tx.new_id();
    let sql = "INSERT INTO delivery (id, channel, account, day, state, attempts, blind, next_at, busy_until, reason, at)
         VALUES ($1, $2, $3, $4, 'queued', 0, 0, $5, 0, '', $6)
         ON CONFLICT (channel, account, day) DO NOTHING";
    let values = params![id, channel, account, at.day(), at, tx.now()];
    if tx.exec(sql, values).await? == 0 {
        return Ok(false);
    }
    queue(tx, id, at).await?;
    Ok(true)
}

/// Queues a try.
async fn queue(tx: &Tx, id: Id, at: Instant) -> Result<(), Error> {
    let payload = serde_json::json!({ "delivery": id });
    tx.enqueue(DELIVER, &payload, at, None).await
}

/// Claims it for one try: none when somebody else did, or when it is settled.
pub async fn claim(tx: &Tx, row: &DeliveryRow, blind: i64) -> Result<bool, Error> {
    let sql = "UPDATE delivery SET state = 'sending', attempts = attempts + 1, blind = $5, busy_until = $6
         WHERE id = $1 AND state = $2 AND attempts = $3 AND busy_until <= $4";
    let busy = tx.now().plus_ms(BUSY_MS);
    let values = params![row.id, &row.state, row.attempts, tx.now(), blind, busy];
    Ok(tx.exec(sql, values).await? == 1)
}

/// Tried again later; what was said is kept.
pub async fn requeue(tx: &Tx, row: &DeliveryRow, at: Instant, reason: &str) -> Result<(), Error> {
    let sql = "UPDATE delivery SET state = 'queued', next_at = $3, busy_until = 0, reason = $4
         WHERE id = $1 AND attempts = $2 AND state IN ('queued', 'sending')";
    let values = params![row.id, row.attempts, at, reason];
    if tx.exec(sql, values).await? == 1 {
        queue(tx, row.id, at).await?;
    }
    Ok(())
}

/// Another look once its present worker must be done or dead.
pub async fn waiting(tx: &Tx, row: &DeliveryRow) -> Result<(), Error> {
    queue(tx, row.id, row.busy_until).await
}

/// The end of it, for now.
pub async fn settle(tx: &Tx, row: &DeliveryRow, state: State, reason: &str) -> Result<(), Error> {
    let sql = "UPDATE delivery SET state = $3, reason = $4, settled_at = $5, busy_until = 0
         WHERE id = $1 AND attempts = $2 AND state IN ('queued', 'sending')";
    let values = params![row.id, row.attempts, state.code(), reason, tx.now()];
    tx.exec(sql, values).await?;
    Ok(())
}

/// Nothing was to be said: as if it had not been opened, so that the day may still have one.
pub async fn forget(tx: &Tx, row: &DeliveryRow) -> Result<(), Error> {
    let sql = "DELETE FROM delivery WHERE id = $1 AND attempts = $2 AND state = 'queued'";
    tx.exec(sql, params![row.id, row.attempts]).await?;
    Ok(())
}

/// Whether the channel has a message for them on that day, that one aside.
pub async fn has_other_on(db: &Db, row: &DeliveryRow, day: Day) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM delivery WHERE channel = $1 AND account = $2 AND day = $3 AND id <> $4";
    let values = params![row.channel, row.account, day, row.id];
    Ok(db.scalar::<i64>(sql, values).await? > 0)
}

/// Whether a channel has a message for them on that day.
pub async fn delivery_of_day(db: &Db, channel: Id, account: Id, day: Day) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM delivery WHERE channel = $1 AND account = $2 AND day = $3";
    Ok(db
        .scalar::<i64>(sql, params![channel, account, day])
        .await?
        > 0)
}

/// A person wants it tried again, as of that moment; false when it is not laid aside.
pub async fn retry(tx: &Tx, row: &DeliveryRow, at: Instant) -> Result<bool, Error> {
    let sql =
        "UPDATE delivery SET state = 'queued', day = $2, attempts = 0, blind = 0, next_at = $3,
         busy_until = 0, reason = '', settled_at = NULL WHERE id = $1 AND state = 'failed'";
    if tx.exec(sql, params![row.id, at.day(), at]).await? == 0 {
        return Ok(false);
    }
    queue(tx, row.id, at).await?;
    Ok(true)
}

/// A person leaves it; false when it is not laid aside.
pub async fn abandon(tx: &Tx, id: Id, reason: &str) -> Result<bool, Error> {
    let sql = "UPDATE delivery SET state = 'dropped', reason = $2, settled_at = $3
         WHERE id = $1 AND state = 'failed'";
    Ok(tx.exec(sql, params![id, reason, tx.now()]).await? == 1)
}

row! {
    /// A message laid aside, as its page shows it.
    #[derive(Clone, Debug)]
    pub struct FailedRow {
        pub id: Id,
        pub day: Day,
        pub channel_name: Option<String>,
        pub account_name: Option<String>,
        pub attempts: i64,
        pub reason: String,
    }
}

/// Those laid aside before one of them, the newest first.
pub async fn failed(db: &Db, before: Option<Id>, limit: usize) -> Result<Vec<FailedRow>, Error> {
    let sql = format!(
        "SELECT d.id, d.day, c.name AS channel_name, a.name AS account_name, d.attempts, d.reason
         FROM delivery d LEFT JOIN channel c ON c.id = d.channel LEFT JOIN account a ON a.id = d.account
         WHERE d.state = 'failed' AND d.id < $1 ORDER BY d.id DESC LIMIT {limit}"
    );
    db.all(&sql, params![before.unwrap_or(Id(i64::MAX))]).await
}

/// How many messages stand how: of that day, and all those laid aside. By state, never by person.
pub async fn count_states(db: &Db, day: Day) -> Result<Vec<(String, i64)>, Error> {
    let sql = "SELECT state, COUNT(*) AS n FROM delivery WHERE day = $1 OR state = 'failed'
               GROUP BY state ORDER BY state";
    db.all(sql, params![day]).await
}

/// Forgets what was settled before that day: nobody needs to know who was written to long ago.
pub async fn forget_old(tx: &Tx, before: Day) -> Result<(), Error> {
    let sql = "DELETE FROM delivery WHERE day < $1 AND state IN ('sent', 'dropped')";
    tx.exec(sql, params![before]).await?;
    Ok(())
}
