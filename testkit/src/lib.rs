//! The whole application in process, on either database, for tests that read like sentences: a small
//! county, named callers, a clock that stands.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod caller;
mod county;
pub mod matrix;

pub use caller::{Answer, Caller};
pub use county::{COUNTY_TODAY, County};

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
    _folder: tempfile::TempDir,
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
        };
        let (app, features) = zhibu::application(store, &front, Arc::new(zhibu::ParseHere));
        let router = web::router(&app, &features);
        TestApp {
            app,
            features,
            router,
            clock,
            _folder: folder,
        }
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

/// Migrating takes longer than copying: done once a process.
async fn sqlite_copy(folder: &std::path::Path) -> String {
    static TEMPLATE: tokio::sync::OnceCell<tempfile::TempDir> = tokio::sync::OnceCell::const_new();
    let template = TEMPLATE
        .get_or_init(|| async {
            let folder = tempfile::tempdir().unwrap();
            let database = format!("sqlite://{}", folder.path().join("t.db").display());
            migrated(&Settings {
                database,
                data: folder.path().join("data"),
                connections: 1,
            })
            .await;
            folder
        })
        .await;
    let path = folder.join("t.db");
    std::fs::copy(template.path().join("t.db"), &path).unwrap();
    format!("sqlite://{}", path.display())
}

async fn postgres_copy() -> String {
    static TEMPLATE: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let server = std::env::var("ZHIBU_TEST_POSTGRES").unwrap();
    let unique = format!("{}_{}", std::process::id(), std::process::id() / 7);
    let template = TEMPLATE
        .get_or_init(|| async {
            let name = format!("zhibu_template_{unique}");
            let admin = postgres_admin(&server).await;
            store::db::run_outside(&admin, &format!("CREATE DATABASE {name}"))
                .await
                .unwrap();
            admin.close().await;
            let folder = tempfile::tempdir().unwrap();
            let database = format!("{server}/{name}");
            migrated(&Settings {
                database,
                data: folder.path().to_owned(),
                connections: 1,
            })
            .await;
            name
        })
        .await;
    let n = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("zhibu_test_{unique}_{n}");
    let admin = postgres_admin(&server).await;
    // Two tests may copy the template at once: PostgreSQL refuses the second for a moment.
    for attempt in 0..50 {
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
        match store::db::run_outside(&admin, &sql).await {
            Ok(()) => break,
            Err(error) if attempt == 49 => panic!("{error}"),
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
        }
    }
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
