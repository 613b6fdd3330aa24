//! Connections and statements.

use crate::row::{FromColumn, FromRow, Row};
use crate::{Error, Settings};
use futures_util::future::BoxFuture;
use sea_orm::sqlx::{self, Connection};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, ExecResult, IsolationLevel, QueryResult, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, Value,
};
use std::sync::Arc;
use std::time::Duration;

/// Which database is behind the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Inside the program, the default.
    Sqlite,
    /// A server of its own.
    Postgres,
}

#[derive(Clone)]
enum Inner {
    Pool(DatabaseConnection),
    Transaction(Arc<DatabaseTransaction>),
}

/// Something that answers statements: the pool, or one transaction. Parameters are `$1`, `$2`, … on
/// both databases.
#[derive(Clone)]
pub struct Db {
    inner: Inner,
    backend: Backend,
}

/// The SQLite that carries the fix of the WAL-reset fault.
const SQLITE_FLOOR: (u32, u32, u32) = (3, 51, 3);

/// Opens the reading and the writing side.
pub(crate) async fn open(settings: &Settings) -> Result<(Db, Db), Error> {
    if settings.database.starts_with("postgres") {
        let pool = Database::connect(options(settings, settings.connections)).await?;
        let db = Db {
            inner: Inner::Pool(pool),
            backend: Backend::Postgres,
        };
        return Ok((db.clone(), db));
    }
    let write = Database::connect(sqlite_options(settings, 1)).await?;
    let read = Database::connect(sqlite_options(settings, settings.connections)).await?;
    let side = |pool| Db {
        inner: Inner::Pool(pool),
        backend: Backend::Sqlite,
    };
    let read = side(read);
    let version: String = read.scalar("SELECT sqlite_version()", vec![]).await?;
    let mut parts = version.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    let found = (
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
    );
    if found < SQLITE_FLOOR {
        return Err(Error::Schema(format!(
            "SQLite {version} is older than 3.51.3"
        )));
    }
    Ok((read, side(write)))
}

fn options(settings: &Settings, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(settings.database.clone());
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(15))
        .sqlx_logging(false)
        .test_before_acquire(false)
        .map_sqlx_postgres_pool_opts(|pool| pool.after_release(|c, _| is_clean(c)));
    options
}

/// Whether a connection may go back to the pool. One whose transaction could be neither committed
/// nor rolled back (a full disk makes SQLite end it on its own) is closed: what comes next would
/// otherwise run inside that transaction, be answered, and never be committed.
fn is_clean<C: Connection>(connection: &mut C) -> BoxFuture<'_, Result<bool, sqlx::Error>> {
    let clean = !connection.is_in_transaction();
    if !clean {
        tracing::warn!("a connection with a transaction left open is closed");
    }
    Box::pin(std::future::ready(Ok(clean)))
}

fn sqlite_options(settings: &Settings, connections: u32) -> ConnectOptions {
    let mut options = options(settings, connections);
    // A connection of SQLite costs memory and gains nothing by closing.
    options
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None);
    options.map_sqlx_sqlite_pool_opts(|pool| pool.after_release(|c, _| is_clean(c)));
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .create_if_missing(true)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            .pragma("temp_store", "MEMORY")
            .statement_cache_capacity(256)
    });
    options
}

impl Db {
    /// Which database is behind it.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    fn statement(&self, sql: &str, values: Vec<Value>) -> Statement {
        let backend = match self.backend {
            Backend::Sqlite => DbBackend::Sqlite,
            Backend::Postgres => DbBackend::Postgres,
        };
        Statement::from_sql_and_values(backend, sql, values)
    }

    pub(crate) async fn query(
        &self,
        sql: &str,
        values: Vec<Value>,
    ) -> Result<Vec<QueryResult>, Error> {
        let statement = self.statement(sql, values);
        Ok(match &self.inner {
            Inner::Pool(pool) => pool.query_all_raw(statement).await,
            Inner::Transaction(tx) => tx.query_all_raw(statement).await,
        }?)
    }

    /// Every row.
    pub async fn all<T: FromRow>(&self, sql: &str, values: Vec<Value>) -> Result<Vec<T>, Error> {
        self.query(sql, values)
            .await?
            .into_iter()
            .map(|row| T::from_row(&Row(row)))
            .collect()
    }

    /// The first row, if any.
    pub async fn find<T: FromRow>(
        &self,
        sql: &str,
        values: Vec<Value>,
    ) -> Result<Option<T>, Error> {
        let statement = self.statement(sql, values);
        let row = match &self.inner {
            Inner::Pool(pool) => pool.query_one_raw(statement).await,
            Inner::Transaction(tx) => tx.query_one_raw(statement).await,
        }?;
        row.map(|row| T::from_row(&Row(row))).transpose()
    }

    /// The first column of every row.
    pub async fn column<T: FromColumn>(
        &self,
        sql: &str,
        values: Vec<Value>,
    ) -> Result<Vec<T>, Error> {
        Ok(self
            .all::<(T,)>(sql, values)
            .await?
            .into_iter()
            .map(|(value,)| value)
            .collect())
    }

    /// The one value a statement must give (a count, a sum).
    pub async fn scalar<T: FromColumn>(&self, sql: &str, values: Vec<Value>) -> Result<T, Error> {
        let found = self.find::<(T,)>(sql, values).await?;
        found.map(|(value,)| value).ok_or(Error::Column {
            column: sql.chars().take(60).collect(),
            reason: "no row".to_owned(),
        })
    }

    pub(crate) async fn run(&self, sql: &str, values: Vec<Value>) -> Result<u64, Error> {
        let statement = self.statement(sql, values);
        let done: ExecResult = match &self.inner {
            Inner::Pool(pool) => pool.execute_raw(statement).await,
            Inner::Transaction(tx) => tx.execute_raw(statement).await,
        }?;
        Ok(done.rows_affected())
    }

    pub(crate) async fn run_script(&self, sql: &str) -> Result<(), Error> {
        match &self.inner {
            Inner::Pool(pool) => pool.execute_unprepared(sql).await,
            Inner::Transaction(tx) => tx.execute_unprepared(sql).await,
        }?;
        Ok(())
    }

    /// Begins a writing transaction: IMMEDIATE on SQLite, where a deferred one fails as soon as it
    /// reads before it writes.
    pub(crate) async fn begin(&self) -> Result<(Db, Arc<DatabaseTransaction>), Error> {
        let Inner::Pool(pool) = &self.inner else {
            return Err(Error::Schema(
                "a transaction inside a transaction".to_owned(),
            ));
        };
        let transaction = match self.backend {
            Backend::Postgres => pool.begin().await?,
            Backend::Sqlite => {
                pool.begin_with_options(TransactionOptions {
                    sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                    ..TransactionOptions::default()
                })
                .await?
            }
        };
        let transaction = Arc::new(transaction);
        let db = Db {
            inner: Inner::Transaction(Arc::clone(&transaction)),
            backend: self.backend,
        };
        Ok((db, transaction))
    }

    /// Connections open, and how many of them are idle.
    pub(crate) fn connections(&self) -> (u32, u32) {
        let Inner::Pool(pool) = &self.inner else {
            return (1, 0);
        };
        let (open, idle) = match self.backend {
            Backend::Sqlite => {
                let pool = pool.get_sqlite_connection_pool();
                (pool.size(), pool.num_idle())
            }
            Backend::Postgres => {
                let pool = pool.get_postgres_connection_pool();
                (pool.size(), pool.num_idle())
            }
        };
        (open, u32::try_from(idle).unwrap_or(open))
    }

    /// Begins a transaction that only reads, and fixes the moment it sees.
    pub(crate) async fn begin_snapshot(&self) -> Result<Db, Error> {
        let Inner::Pool(pool) = &self.inner else {
            return Err(Error::Schema("a snapshot inside a transaction".to_owned()));
        };
        let transaction = match self.backend {
            Backend::Sqlite => pool.begin().await?,
            Backend::Postgres => {
                let (level, mode) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
                pool.begin_with_config(Some(level), Some(mode)).await?
            }
        };
        let db = Db {
            inner: Inner::Transaction(Arc::new(transaction)),
            backend: self.backend,
        };
        // Both databases fix the moment at the first statement, not at BEGIN.
        db.scalar::<i64>("SELECT COUNT(*) FROM schema_version", vec![])
            .await?;
        Ok(db)
    }

    pub(crate) async fn close(self) {
        if let Inner::Pool(pool) = self.inner {
            // Closing twice (one pool for both sides) is harmless.
            let _ = pool.close().await;
        }
    }
}

/// A statement that no transaction may hold (`CREATE DATABASE`); for tests and installation.
pub async fn run_outside(store: &crate::Store, sql: &str) -> Result<(), Error> {
    store.write.run_script(sql).await
}
