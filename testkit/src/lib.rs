//! The whole application in process, on either database, for tests that read like sentences: a small
//! county, named callers, a clock that stands.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod caller;
mod county;
mod delivery;
pub mod duties;
mod fresh;
mod jobs;
pub mod matrix;
mod program;

pub use caller::{Answer, Caller};
pub use county::{COUNTY_TODAY, County};
pub use fresh::Fresh;
pub use program::Program;

use std::sync::Arc;
use store::{Clock, Context, Settings, Store};
use web::App;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// A file of its own.
    Sqlite,
    /// A database of its own on the server that `ZHIBU_TEST_POSTGRES` names.
    Postgres,
}

/// The application of one test.
pub struct TestApp {
    /// Its state, for tests that look beneath the pages.
    pub app: App,
    /// Its features.
    pub features: Vec<web::Feature>,
    router: axum::Router,
    clock: Clock,
    folder: tempfile::TempDir,
}

/// Writes each test twice: once on SQLite, once on PostgreSQL. Without `ZHIBU_TEST_POSTGRES` the
/// second says so and, where `CI` is set, fails.
#[macro_export]
macro_rules! on_both {
    ($(async fn $name:ident($app:ident: TestApp) $body:block)*) => {
        $(mod $name {
            use super::*;
            async fn body($app: $crate::TestApp) $body
            #[tokio::test]
            async fn sqlite() {
                body($crate::TestApp::new($crate::On::Sqlite).await).await;
            }
            #[tokio::test]
            async fn postgres() {
                if $crate::has_postgres() {
                    body($crate::TestApp::new($crate::On::Postgres).await).await;
                }
            }
        })*
    };
}

/// Whether a PostgreSQL server is named; where `CI` is set there must be one.
pub fn has_postgres() -> bool {
    let named = std::env::var("ZHIBU_TEST_POSTGRES").is_ok();
    assert!(
        named || std::env::var("CI").is_err(),
        "ZHIBU_TEST_POSTGRES must be set where CI is"
    );
    if !named {
        eprintln!("skipped: ZHIBU_TEST_POSTGRES names no server");
    }
    named
}

impl TestApp {
    /// An empty, migrated application; today is [`COUNTY_TODAY`], nine in the morning.
    pub async fn new(on: On) -> TestApp {
        let folder = tempfile::tempdir().unwrap();
        let database = match on {
            On::Sqlite => sqlite_copy(folder.path()).await,
            On::Postgres => postgres_copy().await,
        };
        let today: kernel::Day = COUNTY_TODAY.parse().unwrap();
        let clock = Clock::fixed(kernel::Instant::at(today, 9 * 3_600_000));
        let context = Context::seeded(clock.clone(), 7);
        let data = folder.path().join("data");
        let settings = Settings {
            database,
            data,
            connections: 4,
        };
        let store = Store::open(&settings, context).await.unwrap();
        let front = zhibu::Front {
            county: "清禾县教育系统".to_owned(),
            public_url: "http://127.0.0.1".to_owned(),
            ..zhibu::Front::default()
        };
        let (app, features) = zhibu::application(store, &front, Arc::new(zhibu::ParseHere));
        let router = web::router(&app, &features);
        TestApp {
            app,
            features,
            router,
            clock,
            folder,
        }
    }

    /// 数据目录: files and the key.
    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Moves the clock by whole days.
    pub fn pass_days(&self, days: i64) {
        self.pass_ms(days * 86_400_000);
    }

    /// Moves the clock.
    pub fn pass_ms(&self, ms: i64) {
        if let Clock::Fixed(at) = &self.clock {
            at.fetch_add(ms, std::sync::atomic::Ordering::Relaxed);
        }
    }

    /// Somebody without an account.
    pub fn stranger(&self) -> Caller {
        Caller::new(self.router.clone(), None)
    }

    /// A session of that account, without its password.
    pub async fn session_of(&self, account: kernel::Id) -> Caller {
        let minted = self
            .app
            .store
            .housekeeping(|tx| async move { Ok(identity::mint_session(&tx, account).await?) })
            .await
            .unwrap();
        Caller::new(self.router.clone(), Some(minted))
    }
}

async fn migrated(settings: &Settings) {
    let context = Context::seeded(Clock::fixed(kernel::Instant(0)), 1);
    let store = Store::open(settings, context).await.unwrap();
    store.migrate(&zhibu::migrations()).await.unwrap();
    store.close().await;
}

/// Names the schema: another program's template is never copied.
fn schema_name() -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hash = DefaultHasher::new();
    for step in zhibu::migrations() {
        (step.number, step.sql).hash(&mut hash);
    }
    format!("zhibu_template_{:016x}", hash.finish())
}

/// A name that no other test has, in this process or another.
fn unique() -> String {
    Context::system(Clock::fixed(kernel::Instant(0)))
        .unwrap()
        .token()
}

/// Migrating takes longer than copying: done once for each schema, by whichever test comes first.
async fn sqlite_copy(folder: &std::path::Path) -> String {
    let template = std::env::temp_dir().join(format!("{}.db", schema_name()));
    if !template.exists() {
        let made = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}", made.path().join("t.db").display());
        migrated(&Settings {
            database,
            data: made.path().join("data"),
            connections: 1,
        })
        .await;
        let beside = template.with_extension(unique());
        std::fs::copy(made.path().join("t.db"), &beside).unwrap();
        std::fs::rename(&beside, &template).unwrap();
    }
    let path = folder.join("t.db");
    std::fs::copy(&template, &path).unwrap();
    format!("sqlite://{}", path.display())
}

async fn postgres_copy() -> String {
    let server = std::env::var("ZHIBU_TEST_POSTGRES").unwrap();
    let (template, name) = (schema_name(), format!("zhibu_test_{}", unique()));
    let admin = postgres_admin(&server).await;
    // One at a time: the first makes the template, and the server copies it for one at a time.
    let run = |sql: String| {
        let admin = admin.clone();
        async move { store::db::run_outside(&admin, &sql).await }
    };
    run("SELECT pg_advisory_lock(7400313)".to_owned())
        .await
        .unwrap();
    let there: i64 = admin
        .db()
        .scalar(
            "SELECT COUNT(*) FROM pg_database WHERE datname = $1",
            store::params![&template],
        )
        .await
        .unwrap();
    if there == 0 {
        run(format!("CREATE DATABASE {name}_made")).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let database = format!("{server}/{name}_made");
        migrated(&Settings {
            database,
            data: folder.path().to_owned(),
            connections: 1,
        })
        .await;
        run(format!("ALTER DATABASE {name}_made RENAME TO {template}"))
            .await
            .unwrap();
    }
    run(format!("CREATE DATABASE {name} TEMPLATE {template}"))
        .await
        .unwrap();
    admin.close().await;
    format!("{server}/{name}")
}

async fn postgres_admin(server: &str) -> Store {
    let folder = std::env::temp_dir().join(format!("zhibu-admin-{}", std::process::id()));
    let settings = Settings {
        database: format!("{server}/postgres"),
        data: folder,
        connections: 1,
    };
    Store::open(
        &settings,
        Context::seeded(Clock::fixed(kernel::Instant(0)), 1),
    )
    .await
    .unwrap()
}
