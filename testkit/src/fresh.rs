//! Empty places on this machine: what an installation, a restore or a copy begins with.

use crate::{On, postgres_admin, unique};
use store::{Clock, Context, Settings, Store};

/// A data folder and a database that nobody has used. The folder goes with it.
pub struct Fresh {
    /// Where they are.
    pub settings: Settings,
    _folder: tempfile::TempDir,
}

impl Fresh {
    /// An empty folder, and a database without tables.
    pub async fn new(on: On) -> Fresh {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let database = match on {
            On::Sqlite => format!("sqlite://{}", data.join("zhibu.db").display()),
            On::Postgres => {
                let server = std::env::var("ZHIBU_TEST_POSTGRES").unwrap();
                let name = format!("zhibu_fresh_{}", unique());
                let admin = postgres_admin(&server).await;
                store::db::run_outside(&admin, &format!("CREATE DATABASE {name}"))
                    .await
                    .unwrap();
                admin.close().await;
                format!("{server}/{name}")
            }
        };
        let settings = Settings {
            database,
            data,
            connections: 4,
        };
        Fresh {
            settings,
            _folder: folder,
        }
    }

    /// Opens it at that instant.
    pub async fn open(&self, clock: Clock) -> Store {
        Store::open(&self.settings, Context::seeded(clock, 11))
            .await
            .unwrap()
    }
}
