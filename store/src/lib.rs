//! The only room that opens a database. SQLite or PostgreSQL behind one code path; one way to write
//! ([`Store::write`]), the audit chain, jobs, content-addressed files and encrypted fields.

pub mod audit;
pub mod context;
pub mod crypt;
pub mod db;
pub mod files;
pub mod jobs;
pub mod migrate;
pub mod portable;
pub mod row;
mod write;

pub use context::{Clock, Context};
pub use crypt::Keys;
pub use db::{Backend, Db};
pub use files::Files;
pub use migrate::Migration;
pub use row::{FromRow, Param, Row, placeholders};
pub use write::{By, Fail, OnceKey, Tx};

/// The value of a parameter; made by [`params!`].
pub use sea_orm::Value;

use std::path::PathBuf;

/// What can go wrong below the rules: the database, the disk, a key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database said no.
    #[error("database: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// A column could not be read as the type asked for.
    #[error("column {column}: {reason}")]
    Column { column: String, reason: String },
    /// The disk said no.
    #[error("file: {0}")]
    File(#[from] std::io::Error),
    /// Stored JSON does not fit its type.
    #[error("stored json: {0}")]
    Json(#[from] serde_json::Error),
    /// The key file is missing, malformed or not the one the data was sealed with.
    #[error("key: {0}")]
    Key(&'static str),
    /// The database was written by a newer program, or is not Zhibu's.
    #[error("{0}")]
    Schema(String),
    /// The database is ahead of the program.
    #[error(
        "数据库由更新的版本升级过（第 {0} 步），本程序不认识。请启动较新的程序；\
         若要退回本版本，请用升级之前的备份恢复（zhibu restore）"
    )]
    Newer(i64),
    /// A use case changed rows and wrote no audit entry: a defect of the program.
    #[error("a write without an audit entry")]
    Unaudited,
}

impl Error {
    /// Whether a unique index refused the row.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Error::Database(e)
            if matches!(e.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))))
    }
}

/// Where and how to open.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `sqlite:///path/to.db` or `postgres://…`.
    pub database: String,
    /// 数据目录: files, uploads under way, the key.
    pub data: PathBuf,
    /// Read connections (and, on PostgreSQL, writing ones).
    pub connections: u32,
}

/// The store: opened once, cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) read: Db,
    pub(crate) write: Db,
    /// Clock, ids and randomness.
    pub context: Context,
    /// Evidence and other bytes, by content.
    pub files: Files,
    /// Keys of encrypted fields.
    pub keys: Keys,
}

impl Store {
    /// Opens (and on SQLite creates) the database and the data directory. Does not migrate.
    pub async fn open(settings: &Settings, context: Context) -> Result<Store, Error> {
        std::fs::create_dir_all(&settings.data)?;
        let (read, write) = db::open(settings).await?;
        let keys = Keys::load_or_create(&settings.data.join("zhibu.key"), &context)?;
        let files = Files::open(settings.data.join("files"))?;
        // A clock that was set back must not give ids below those given before.
        if portable::names(&read)
            .await?
            .iter()
            .any(|name| name == "audit")
        {
            let newest = "SELECT COALESCE(MAX(id), 0) FROM audit";
            context.rise_above(read.scalar(newest, vec![]).await?);
        }
        Ok(Store {
            read,
            write,
            context,
            files,
            keys,
        })
    }

    /// Like [`Store::open`], for a database that must be there: a mistyped path makes no new one.
    pub async fn open_existing(settings: &Settings, context: Context) -> Result<Store, Error> {
        let path = settings.database.strip_prefix("sqlite://");
        let path = path.map(|path| path.split('?').next().unwrap_or(path));
        if let Some(path) = path.filter(|path| !std::path::Path::new(path).exists()) {
            return Err(Error::Schema(format!("没有数据库文件 {path}")));
        }
        Store::open(settings, context).await
    }

    /// For reading: each statement sees what was committed before it.
    pub fn db(&self) -> &Db {
        &self.read
    }

    /// For reading much: every statement sees the same moment, while others go on writing. Holds one
    /// connection until dropped.
    pub async fn snapshot(&self) -> Result<Db, Error> {
        self.read.begin_snapshot().await
    }

    /// Which database is behind it.
    pub fn backend(&self) -> Backend {
        self.read.backend()
    }

    /// Each side's connections: its name, how many are open, how many of them are idle.
    pub fn connections(&self) -> Vec<(&'static str, u32, u32)> {
        let side = |name, db: &Db| {
            let (open, idle) = db.connections();
            (name, open, idle)
        };
        match self.backend() {
            Backend::Sqlite => vec![side("read", &self.read), side("write", &self.write)],
            Backend::Postgres => vec![side("both", &self.read)],
        }
    }

    /// 现在
    pub fn now(&self) -> kernel::Instant {
        self.context.now()
    }

    /// 今天, in Asia/Shanghai.
    pub fn today(&self) -> kernel::Day {
        self.context.now().day()
    }

    /// Closes the pools; what was acknowledged is on disk.
    pub async fn close(self) {
        self.read.close().await;
        self.write.close().await;
    }
}
