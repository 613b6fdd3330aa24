//! 后台任务: rows that a worker claims with a lease, so that a killed process loses none.

use crate::{Error, Fail, Store, Tx, params};
use kernel::{Id, Instant};
use std::convert::Infallible;

/// How long a claim holds before another worker may take the job.
const LEASE_MS: i64 = 120_000;
/// Tries before a job is laid aside for a person.
const MOST_ATTEMPTS: i64 = 5;

crate::row! {
    /// A job as claimed.
    #[derive(Clone, Debug)]
    pub struct Job {
        /// Key.
        pub id: Id,
        /// Which handler.
        pub kind: String,
        /// JSON for it.
        pub payload: String,
        /// Tries so far, this one included.
        pub attempts: i64,
    }
}

impl Tx {
    /// Queues a job in the same transaction as what it follows from. With a `dedupe` key, one job
    /// of that kind and key waits at most.
    pub async fn enqueue(
        &self,
        kind: &'static str,
        payload: &serde_json::Value,
        run_at: Instant,
        dedupe: Option<&str>,
    ) -> Result<(), Error> {
        let id = self.new_id();
        let dedupe = dedupe.map_or_else(|| id.to_string(), str::to_owned);
        self.exec(
            "INSERT INTO job (id, kind, payload, dedupe, run_at, attempts, lease_until)
             VALUES ($1, $2, $3, $4, $5, 0, 0) ON CONFLICT (kind, dedupe) DO NOTHING",
            params![id, kind, payload.to_string(), dedupe, run_at],
        )
        .await?;
        Ok(())
    }
}

impl Store {
    /// Claims the next due job, if one.
    pub async fn claim_job(&self) -> Result<Option<Job>, Error> {
        let now = self.now();
        let skip = match self.backend() {
            crate::Backend::Sqlite => "",
            crate::Backend::Postgres => " FOR UPDATE SKIP LOCKED",
        };
        let sql = format!(
            "UPDATE job SET attempts = attempts + 1, lease_until = $2 WHERE id = (
                SELECT id FROM job WHERE run_at <= $1 AND lease_until <= $1 AND dead = FALSE
                ORDER BY run_at, id LIMIT 1{skip})
             RETURNING id, kind, payload, attempts"
        );
        self.housekeeping(|tx| async move {
            Ok(tx
                .find::<Job>(&sql, params![now, now.plus_ms(LEASE_MS)])
                .await?)
        })
        .await
    }

    /// The job is done: its row goes.
    pub async fn finish_job(&self, job: &Job) -> Result<(), Error> {
        let id = job.id;
        self.housekeeping(|tx| async move {
            tx.exec("DELETE FROM job WHERE id = $1", params![id])
                .await?;
            Ok(())
        })
        .await
    }

    /// The job failed: later again, or laid aside after too many tries.
    pub async fn fail_job(&self, job: &Job, why: &str) -> Result<(), Error> {
        let (id, attempts) = (job.id, job.attempts);
        let why: String = why.chars().take(500).collect();
        let again = self.now().plus_ms(1000 << attempts.clamp(0, 10));
        self.housekeeping(|tx| async move {
            let sql =
                "UPDATE job SET run_at = $2, lease_until = 0, dead = $3, error = $4 WHERE id = $1";
            tx.exec(sql, params![id, again, attempts >= MOST_ATTEMPTS, why])
                .await?;
            Ok(())
        })
        .await
    }

    /// [`Store::housekeep`] for bodies that no rule can refuse.
    pub async fn housekeeping<T, F, Fut>(&self, body: F) -> Result<T, Error>
    where
        F: FnOnce(Tx) -> Fut,
        Fut: Future<Output = Result<T, Fail<Infallible>>>,
    {
        self.housekeep(body).await.map_err(|fail| match fail {
            Fail::Store(error) => error,
            Fail::Refused(never) => match never {},
            Fail::NotFound | Fail::Stale => Error::Schema("housekeeping found nothing".to_owned()),
        })
    }
}
