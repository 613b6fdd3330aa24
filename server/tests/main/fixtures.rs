//! Databases of released schemas come forward to the newest, on both databases.

use crate::world::{clock, context, databases, wanted};
use std::io::Read;
use std::path::PathBuf;
use store::audit::{Chain, verify};
use store::{Settings, Store};
use testkit::Fresh;
use zhibu::backup::{make, restore, schedule};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// An installation as the program of that schema left it.
async fn released(schema: i64) -> Fresh {
    let place = Fresh::new(testkit::On::Sqlite).await;
    std::fs::create_dir_all(&place.settings.data).unwrap();
    let packed = std::fs::read(fixture(&format!("schema-{schema:02}.db.gz"))).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(&packed[..])
        .read_to_end(&mut bytes)
        .unwrap();
    std::fs::write(place.settings.data.join("zhibu.db"), bytes).unwrap();
    let key = fixture(&format!("schema-{schema:02}.key"));
    std::fs::copy(key, place.settings.data.join("zhibu.key")).unwrap();
    place
}

/// What must be as it was: counts of what people entered, a sealed number, the chain.
async fn is_as_it_was(store: &Store) {
    let count = |table: &str| {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        async move { store.db().scalar::<i64>(&sql, vec![]).await.unwrap() }
    };
    assert_eq!(count("member").await, 309);
    assert_eq!(count("record").await, 223);
    assert_eq!(count("submission").await, 469);
    assert!(
        matches!(verify(store.db()).await.unwrap(), Chain::Whole { entries, .. } if entries >= 1337)
    );
    let (id, sealed): (kernel::Id, String) = store
        .db()
        .find(
            "SELECT id, id_number FROM member WHERE id_number IS NOT NULL ORDER BY id LIMIT 1",
            vec![],
        )
        .await
        .unwrap()
        .unwrap();
    let number = store
        .keys
        .open(&format!("member/id_number/{id}"), &sealed)
        .unwrap();
    assert!(number.starts_with("990000"), "{number}");
    let found = duty::rebuild::check(store).await.unwrap();
    assert_eq!(
        (found.duties, found.different.len(), found.sums),
        (980, 0, 0)
    );
    assert_eq!(store.pending(&zhibu::migrations()).await.unwrap(), 0);
}

fn config(settings: &Settings) -> zhibu::config::Config {
    let place = zhibu::command::Place {
        data: Some(settings.data.clone()),
        database: Some(settings.database.clone()),
        today: None,
    };
    zhibu::config::Config::load(None, &place, None).unwrap()
}

#[tokio::test]
async fn schema_8_comes_forward_after_a_backup() {
    let place = released(8).await;
    let store = place.open(clock()).await;
    assert!(store.pending(&zhibu::migrations()).await.unwrap() > 0);
    let made = schedule::before_upgrade(&config(&place.settings), &store)
        .await
        .unwrap()
        .unwrap();
    assert!(made.name().starts_with("zhibu-before-upgrade-"));
    assert_eq!(made.manifest.head.newest_step(), 8);
    store.migrate(&zhibu::migrations()).await.unwrap();
    is_as_it_was(&store).await;
    // Nothing is to be done the second time.
    let again = schedule::before_upgrade(&config(&place.settings), &store)
        .await
        .unwrap();
    assert!(again.is_none());
    store.close().await;
}

#[tokio::test]
async fn a_backup_of_schema_8_restores_into_either_database() {
    let place = released(8).await;
    let store = place.open(clock()).await;
    let folder = tempfile::tempdir().unwrap();
    let made = make(&store, &wanted(folder.path().to_owned()))
        .await
        .unwrap();
    for on in databases() {
        let target = Fresh::new(on).await;
        let asked = restore::Wanted {
            from: made.place.clone(),
            identity: None,
            settings: target.settings.clone(),
            key: Some(fixture("schema-08.key")),
            files: None,
            without_key: false,
        };
        restore::restore(&asked, context()).await.unwrap();
        let there = target.open(clock()).await;
        is_as_it_was(&there).await;
        there.close().await;
    }
}
