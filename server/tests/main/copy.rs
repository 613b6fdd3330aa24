//! Moving from one database to the other.

use crate::world::{clock, databases, furnish, sums};
use testkit::{Fresh, TestApp, on_both};
use zhibu::copy::copy;

on_both! {
    async fn every_table_is_the_same_afterwards(app: TestApp) {
        furnish(&app).await;
        for on in databases() {
            let target = Fresh::new(on).await;
            let to = target.open(clock()).await;
            let copied = copy(&app.app.store, &to).await.unwrap();
            let there = sums(&to).await;
            assert_eq!(there, sums(&app.app.store).await, "{on:?}");
            let told = copied.iter().find(|one| one.table == "member").unwrap();
            assert_eq!((told.sum, told.sum.rows), (there["member"], 1));
            // A second time there is something to lose.
            let why = copy(&app.app.store, &to).await.unwrap_err().to_string();
            assert!(why.contains("已有数据"), "{why}");
            assert_eq!(sums(&to).await, there);
            to.close().await;
        }
    }
}

#[tokio::test]
async fn what_postgresql_cannot_hold_is_named() {
    if !testkit::has_postgres() {
        return;
    }
    let app = TestApp::new(testkit::On::Sqlite).await;
    furnish(&app).await;
    let sql = "UPDATE file SET name = 'a' || char(0) || 'b'";
    store::db::run_outside(&app.app.store, sql).await.unwrap();
    let target = Fresh::new(testkit::On::Postgres).await;
    let to = target.open(clock()).await;
    let why = copy(&app.app.store, &to).await.unwrap_err().to_string();
    assert!(why.contains("file.name of row 1"), "{why}");
    let rows: i64 = to
        .db()
        .scalar("SELECT COUNT(*) FROM account", vec![])
        .await
        .unwrap();
    assert_eq!(rows, 0);
}

#[tokio::test]
async fn a_source_that_waits_for_an_upgrade_is_refused() {
    let (from, to) = (
        Fresh::new(testkit::On::Sqlite).await,
        Fresh::new(testkit::On::Sqlite).await,
    );
    let (from, to) = (from.open(clock()).await, to.open(clock()).await);
    from.migrate(&[store::migrate::STORE]).await.unwrap();
    let why = copy(&from, &to).await.unwrap_err().to_string();
    assert!(why.contains("zhibu migrate"), "{why}");
}
