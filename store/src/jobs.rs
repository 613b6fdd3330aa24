//! 后台任务: rows that a worker claims with a lease, so that a killed process loses none.

use crate::{Db, Error, Fail, Store, Tx, Value, params, placeholders};
use kernel::{Id, Instant};
use std::convert::Infallible;

/// How long a claim holds before another worker may take the job.
const LEASE_MS: i64 = 120_000;
/// How often a worker renews the claim of a job under way.
pub const RENEW_MS: u64 = 40_000;
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

crate::row! {
    /// A job laid aside after too many tries.
    #[derive(Clone, Debug)]
    pub struct DeadJob {
        /// Key.
        pub id: Id,
        /// Which handler.
        pub kind: String,
        /// What went wrong last.
        pub error: Option<String>,
        /// When it would have been tried again.
        pub run_at: Instant,
    }
}

/// 搁置的任务: jobs laid aside, the oldest first.
pub async fn dead_jobs(db: &Db, limit: i64) -> Result<Vec<DeadJob>, Error> {
    let sql = "SELECT id, kind, error, run_at FROM job WHERE dead = TRUE ORDER BY id LIMIT $1";
    db.all(sql, params![limit]).await
}

impl Tx {
    /// Gives a job laid aside its tries again; false when there is none of that id.
    pub async fn revive_job(&self, id: Id) -> Result<bool, Error> {
        let sql =
            "UPDATE job SET dead = FALSE, attempts = 0, lease_until = 0, run_at = $2, error = NULL
             WHERE id = $1 AND dead = TRUE";
        Ok(self.exec(sql, params![id, self.now()]).await? == 1)
    }

    /// Throws a job laid aside away; false when there is none of that id.
    pub async fn drop_job(&self, id: Id) -> Result<bool, Error> {
        let sql = "DELETE FROM job WHERE id = $1 AND dead = TRUE";
        Ok(self.exec(sql, params![id]).await? == 1)
    }

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

/// 车道: which kinds of job a worker takes. Kinds that wait for other machines have workers of their
/// own, so that a slow one delays nothing else.
#[derive(Clone, Copy, Debug)]
pub enum Lane<'a> {
    /// Every kind.
    Any,
    /// These alone.
    Only(&'a [&'static str]),
    /// Every kind but these.
    AllBut(&'a [&'static str]),
}

impl Lane<'_> {
    /// A condition on `kind`, its parameters added to `values`.
    fn sql(self, values: &mut Vec<Value>) -> String {
        let (word, kinds) = match self {
            Lane::Any | Lane::AllBut([]) => return "TRUE".to_owned(),
            Lane::Only(kinds) => ("IN", kinds),
            Lane::AllBut(kinds) => ("NOT IN", kinds),
        };
        let places = placeholders(values.len() + 1, kinds.len());
        values.extend(kinds.iter().flat_map(|kind| params![*kind]));
        format!("kind {word} ({places})")
    }
}

impl Store {
    /// Claims the next due job of any kind, if one.
    pub async fn claim_job(&self) -> Result<Option<Job>, Error> {
        self.claim_job_of(Lane::Any).await
    }

    /// Claims the next due job of a lane, if one. A job whose workers died on it as often as it
    /// may be tried is laid aside instead.
    pub async fn claim_job_of(&self, lane: Lane<'_>) -> Result<Option<Job>, Error> {
        while self.is_job_due(lane).await? {
            let Some(job) = self.claim_next(lane).await? else {
                return Ok(None);
            };
            if job.attempts <= MOST_ATTEMPTS {
                return Ok(Some(job));
            }
            self.fail_job(&job, "办理它的程序多次中断").await?;
        }
        Ok(None)
    }

    /// Asked of the reading side, so that an idle worker takes no turn from the writers.
    async fn is_job_due(&self, lane: Lane<'_>) -> Result<bool, Error> {
        let mut values = params![self.now()];
        let kinds = lane.sql(&mut values);
        let sql = format!(
            "SELECT id FROM job WHERE run_at <= $1 AND lease_until <= $1 AND dead = FALSE AND {kinds} LIMIT 1"
        );
        Ok(self.db().find::<(Id,)>(&sql, values).await?.is_some())
    }

    async fn claim_next(&self, lane: Lane<'_>) -> Result<Option<Job>, Error> {
        let now = self.now();
        let skip = match self.backend() {
            crate::Backend::Sqlite => "",
            crate::Backend::Postgres => " FOR UPDATE SKIP LOCKED",
        };
        let mut values = params![now, now.plus_ms(LEASE_MS)];
        let kinds = lane.sql(&mut values);
        let sql = format!(
            "UPDATE job SET attempts = attempts + 1, lease_until = $2 WHERE id = (
                SELECT id FROM job WHERE run_at <= $1 AND lease_until <= $1 AND dead = FALSE AND {kinds}
                ORDER BY run_at, id LIMIT 1{skip})
             RETURNING id, kind, payload, attempts"
        );
        self.housekeeping(|tx| async move { Ok(tx.find::<Job>(&sql, values).await?) })
            .await
    }

    /// 续租: holds the job longer. False when it is no longer this worker's: its lease ran out and
    /// another has claimed it.
    pub async fn renew_job(&self, job: &Job) -> Result<bool, Error> {
        let (id, attempts, until) = (job.id, job.attempts, self.now().plus_ms(LEASE_MS));
        self.housekeeping(|tx| async move {
            let sql =
                "UPDATE job SET lease_until = $3 WHERE id = $1 AND attempts = $2 AND dead = FALSE";
            Ok(tx.exec(sql, params![id, attempts, until]).await? == 1)
        })
        .await
    }

    /// The job is done: its row goes, unless another worker has it by now.
    pub async fn finish_job(&self, job: &Job) -> Result<(), Error> {
        let (id, attempts) = (job.id, job.attempts);
        self.housekeeping(|tx| async move {
            let sql = "DELETE FROM job WHERE id = $1 AND attempts = $2";
            tx.exec(sql, params![id, attempts]).await?;
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
            let sql = "UPDATE job SET run_at = $3, lease_until = 0, dead = $4, error = $5
                 WHERE id = $1 AND attempts = $2";
            let dead = attempts >= MOST_ATTEMPTS;
            tx.exec(sql, params![id, attempts, again, dead, why])
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
