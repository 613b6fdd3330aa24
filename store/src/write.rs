//! The only way to write: one transaction holding the use case, its audit entry and what follows.

use crate::row::Param;
use crate::{Db, Error, Store, audit};
use kernel::{Day, Id, Instant, Refusal, TreePath};
use sea_orm::Value;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// 经办人: who does it, as the audit log names them.
#[derive(Clone, Debug)]
pub struct By {
    /// The account, if a person signed in.
    pub account: Option<Id>,
    /// Name shown beside what they did.
    pub name: String,
}

impl By {
    /// The program itself: jobs, the demo, the command line.
    pub fn system() -> By {
        By {
            account: None,
            name: "系统".to_owned(),
        }
    }
}

/// Why a use case did not happen.
#[derive(Debug)]
pub enum Fail<R> {
    /// A rule said no.
    Refused(R),
    /// There is no such thing, or none the actor may know of.
    NotFound,
    /// Somebody changed it since it was read.
    Stale,
    /// The store failed.
    Store(Error),
}

impl<R> From<Error> for Fail<R> {
    fn from(error: Error) -> Self {
        Fail::Store(error)
    }
}

impl<R> From<serde_json::Error> for Fail<R> {
    fn from(error: serde_json::Error) -> Self {
        Fail::Store(error.into())
    }
}

impl<R: Refusal> Fail<R> {
    /// The refusal as a trait object, for a caller that joins several use cases.
    pub fn boxed(self) -> Fail<Box<dyn Refusal>>
    where
        R: 'static,
    {
        match self {
            Fail::Refused(refusal) => Fail::Refused(Box::new(refusal)),
            Fail::NotFound => Fail::NotFound,
            Fail::Stale => Fail::Stale,
            Fail::Store(error) => Fail::Store(error),
        }
    }
}

/// 幂等键: a form's key; sent twice, the form is done once and both get the same receipt.
#[derive(Clone, Debug)]
pub struct OnceKey {
    /// Who sent it.
    pub account: Id,
    /// The key the form carried.
    pub key: String,
}

/// A transaction under way. Reads and writes; knows who acts and when.
#[derive(Clone)]
pub struct Tx {
    db: Db,
    by: By,
    shared: Arc<Shared>,
}

struct Shared {
    now: Instant,
    store: Store,
    wrote: AtomicBool,
    audited: AtomicBool,
}

impl Deref for Tx {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

impl Tx {
    /// 经办人
    pub fn by(&self) -> &By {
        &self.by
    }

    /// The same transaction in somebody else's name: one deed of many people, as an import or the
    /// demo does it.
    pub fn acting_as(&self, by: &By) -> Tx {
        Tx {
            by: by.clone(),
            ..self.clone()
        }
    }

    /// The instant of this transaction; the same for everything in it.
    pub fn now(&self) -> Instant {
        self.shared.now
    }

    /// 今天
    pub fn today(&self) -> Day {
        self.shared.now.day()
    }

    /// A new id.
    pub fn new_id(&self) -> Id {
        self.shared.store.context.new_id()
    }

    /// The store the transaction belongs to: files, keys, randomness.
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    /// Runs a statement; the number of rows it touched.
    pub async fn exec(&self, sql: &str, values: Vec<Value>) -> Result<u64, Error> {
        self.shared.wrote.store(true, Ordering::Relaxed);
        self.db.run(sql, values).await
    }

    /// Runs a statement that must touch exactly one row, else somebody was quicker: for
    /// `UPDATE … WHERE id = $1 AND version = $2`.
    pub async fn exec_one<R>(&self, sql: &str, values: Vec<Value>) -> Result<(), Fail<R>> {
        if self.exec(sql, values).await? == 1 {
            Ok(())
        } else {
            Err(Fail::Stale)
        }
    }

    /// Inserts many rows, as few statements as the databases' limits on parameters allow.
    pub async fn insert_many(
        &self,
        table: &str,
        columns: &[&str],
        rows: Vec<Vec<Value>>,
    ) -> Result<(), Error> {
        const MOST_PARAMETERS: usize = 30_000;
        let chunk = (MOST_PARAMETERS / columns.len().max(1)).clamp(1, 1000);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut values = Vec::new();
            let mut groups = Vec::new();
            for row in rows.by_ref().take(chunk) {
                groups.push(format!(
                    "({})",
                    crate::placeholders(values.len() + 1, row.len())
                ));
                values.extend(row);
            }
            let sql = format!(
                "INSERT INTO {table} ({}) VALUES {}",
                columns.join(", "),
                groups.join(", ")
            );
            self.exec(&sql, values).await?;
        }
        Ok(())
    }

    /// 逐个进行: waits until no other transaction holds that turn, and holds it until this one ends,
    /// so that what is read from here on is still so when it is written. SQLite has one writer anyway.
    pub async fn take_turn(&self, turn: i64) -> Result<(), Error> {
        if self.db.backend() == crate::Backend::Postgres {
            let sql = "SELECT CAST(CASE WHEN pg_advisory_xact_lock($1) IS NULL THEN 0 ELSE 1 END AS BIGINT)";
            self.db.scalar::<i64>(sql, crate::params![turn]).await?;
        }
        Ok(())
    }

    /// 审计: writes the entry that says what was done to what. `detail` holds no personal data.
    pub async fn audit(
        &self,
        action: &'static str,
        object: (&'static str, Id),
        place: &TreePath,
        detail: serde_json::Value,
    ) -> Result<(), Error> {
        self.shared.audited.store(true, Ordering::Relaxed);
        audit::append(self, action, object, place, &detail).await
    }
}

impl Store {
    /// One transaction: all of it happens or nothing does. It must write an audit entry if it
    /// changes anything.
    pub async fn write<T, R, F, Fut>(&self, by: &By, body: F) -> Result<T, Fail<R>>
    where
        F: FnOnce(Tx) -> Fut,
        Fut: Future<Output = Result<T, Fail<R>>>,
    {
        self.transact(by, true, body).await
    }

    /// For what is no deed of anybody: leases, sign-in bookkeeping, upload offsets, drafts. No audit.
    pub async fn housekeep<T, R, F, Fut>(&self, body: F) -> Result<T, Fail<R>>
    where
        F: FnOnce(Tx) -> Fut,
        Fut: Future<Output = Result<T, Fail<R>>>,
    {
        self.transact(&By::system(), false, body).await
    }

    /// Like [`Store::write`], once for each key: the second sender gets the first one's receipt.
    pub async fn write_once<R, F, Fut>(
        &self,
        by: &By,
        once: &OnceKey,
        body: F,
    ) -> Result<String, Fail<R>>
    where
        F: FnOnce(Tx) -> Fut,
        Fut: Future<Output = Result<String, Fail<R>>>,
    {
        let once = once.clone();
        self.write(by, |tx| async move {
            let fresh = tx
                .db
                .run(
                    "INSERT INTO receipt (account, key, answer, at) VALUES ($1, $2, '', $3)
                     ON CONFLICT (account, key) DO NOTHING",
                    crate::params![once.account, &once.key, tx.now()],
                )
                .await?;
            let keys = || vec![once.account.value(), (&once.key).value()];
            if fresh == 0 {
                let sql = "SELECT answer FROM receipt WHERE account = $1 AND key = $2";
                return Ok(tx.scalar::<String>(sql, keys()).await?);
            }
            let answer = body(tx.clone()).await?;
            let mut values = keys();
            values.push((&answer).value());
            let sql = "UPDATE receipt SET answer = $3 WHERE account = $1 AND key = $2";
            tx.db.run(sql, values).await?;
            Ok(answer)
        })
        .await
    }

    async fn transact<T, R, F, Fut>(&self, by: &By, audited: bool, body: F) -> Result<T, Fail<R>>
    where
        F: FnOnce(Tx) -> Fut,
        Fut: Future<Output = Result<T, Fail<R>>>,
    {
        let begun = tokio::time::Instant::now();
        let (db, transaction) = self.write.begin().await?;
        let shared = Arc::new(Shared {
            now: self.context.now(),
            store: self.clone(),
            wrote: AtomicBool::new(false),
            audited: AtomicBool::new(false),
        });
        let tx = Tx {
            db,
            by: by.clone(),
            shared: Arc::clone(&shared),
        };
        let outcome = body(tx.clone()).await;
        let outcome = match outcome {
            Ok(value) => finish(&tx, audited, value).await,
            Err(fail) => Err(fail),
        };
        drop(tx);
        // Every clone of the handle is gone by now unless the body kept one: then nothing commits.
        let transaction = Arc::try_unwrap(transaction)
            .map_err(|_| Error::Schema("a transaction outlived its use case".to_owned()))?;
        match outcome {
            Ok(value) => {
                transaction.commit().await.map_err(Error::from)?;
                // From asking for the writer to the answer of the disk.
                metrics::histogram!("zhibu_write_seconds").record(begun.elapsed().as_secs_f64());
                Ok(value)
            }
            Err(fail) => {
                transaction.rollback().await.map_err(Error::from)?;
                Err(fail)
            }
        }
    }
}

async fn finish<T, R>(tx: &Tx, audited: bool, value: T) -> Result<T, Fail<R>> {
    let wrote = tx.shared.wrote.load(Ordering::Relaxed);
    if audited && wrote && !tx.shared.audited.load(Ordering::Relaxed) {
        return Err(Fail::Store(Error::Unaudited));
    }
    // One writer at a time: the chain can be linked at once. PostgreSQL's sealer does it after.
    if tx.backend() == crate::Backend::Sqlite && wrote {
        audit::seal(tx).await?;
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Clock, Context, Settings};
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use std::convert::Infallible;
    use std::path::{Path, PathBuf};

    /// Names the folder to the process that writes on a disk that fills up.
    const FOLDER: &str = "ZHIBU_SMALL_DISK";

    async fn opened(folder: &Path) -> Store {
        let settings = Settings {
            database: format!("sqlite://{}", folder.join("t.db").display()),
            data: folder.join("data"),
            connections: 2,
        };
        let context = Context::seeded(Clock::fixed(Instant(1_800_000_000_000)), 7);
        let store = Store::open(&settings, context).await.unwrap();
        store.migrate(&[crate::migrate::STORE]).await.unwrap();
        store
    }

    async fn keep(store: &Store, name: &str) -> Result<(), Fail<Infallible>> {
        store
            .write(&By::system(), |tx| async move {
                let sql = "INSERT INTO setting (name, value, version) VALUES ($1, $2, 1)";
                tx.exec(sql, crate::params![name, "y".repeat(20_000)])
                    .await?;
                let place = TreePath::default();
                tx.audit(
                    "set_setting",
                    ("setting", Id(1)),
                    &place,
                    serde_json::json!({}),
                )
                .await?;
                Ok(())
            })
            .await
    }

    /// Files may grow no further than that, as if the disk were full.
    fn room(bytes: Option<u64>) {
        let maximum = getrlimit(Resource::Fsize).maximum;
        let current = bytes.or(maximum);
        setrlimit(Resource::Fsize, Rlimit { current, maximum }).unwrap();
    }

    /// Run by the test below in a process of its own.
    #[tokio::test]
    async fn on_a_disk_that_fills_up() {
        let Ok(folder) = std::env::var(FOLDER) else {
            return;
        };
        let store = opened(&PathBuf::from(folder)).await;
        for round in 0..4 {
            room(Some(400_000));
            for n in 0..30 {
                if keep(&store, &format!("tight-{round}-{n}")).await.is_ok() {
                    println!("acknowledged tight-{round}-{n}");
                }
            }
            room(None);
            for n in 0..3 {
                if keep(&store, &format!("room-{round}-{n}")).await.is_ok() {
                    println!("acknowledged room-{round}-{n}");
                }
            }
        }
        // No close: as if it were killed.
        std::process::exit(0);
    }

    #[tokio::test]
    async fn after_a_full_disk_what_is_acknowledged_is_there() {
        let folder = tempfile::tempdir().unwrap();
        // The signal that says a file may not grow is ignored; writing then fails as on a full disk.
        let child = std::process::Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
            .arg(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "--nocapture",
                "write::tests::on_a_disk_that_fills_up",
            ])
            .env(FOLDER, folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout).into_owned();
        let acknowledged: Vec<&str> = said
            .lines()
            .filter_map(|line| line.split("acknowledged ").nth(1))
            .collect();
        let count = |kind: &str| acknowledged.iter().filter(|a| a.starts_with(kind)).count();
        assert!(
            count("tight") > 0 && count("tight") < 120,
            "it filled up: {said}"
        );
        assert_eq!(count("room"), 12, "with room again all goes on: {said}");
        let store = opened(folder.path()).await;
        let kept: Vec<String> = store
            .db()
            .column("SELECT name FROM setting", vec![])
            .await
            .unwrap();
        let lost: Vec<_> = acknowledged
            .iter()
            .filter(|a| !kept.iter().any(|k| k == *a))
            .collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        assert_eq!(kept.len(), acknowledged.len(), "and nothing else");
    }
}
