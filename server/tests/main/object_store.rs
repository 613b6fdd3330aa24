//! Files in an object store, against a real S3 server program that `ZHIBU_TEST_S3` names.

use crate::world::{asked, back_up, clock, context, furnish, sums};
use store::files::ObjectStore;
use store::{Error, Files};
use testkit::{Fresh, On, TestApp};
use zhibu::backup::restore::restore;

/// A prefix of its own in the bucket; none where there is no server.
fn bucket(prefix: &str) -> Option<ObjectStore> {
    let Ok(url) = std::env::var("ZHIBU_TEST_S3") else {
        assert!(
            std::env::var("CI").is_err(),
            "ZHIBU_TEST_S3 must be set where CI is"
        );
        eprintln!("skipped: ZHIBU_TEST_S3 names no server");
        return None;
    };
    let (endpoint, bucket) = url.rsplit_once('/').unwrap();
    let unique = store::Context::system(clock()).unwrap().token();
    Some(ObjectStore {
        bucket: bucket.to_owned(),
        prefix: format!("{prefix}-{unique}"),
        endpoint: Some(endpoint.to_owned()),
        region: "us-east-1".to_owned(),
        key_id: "S3RVER".to_owned(),
        secret: "S3RVER".to_owned(),
        path_style: true,
    })
}

#[test]
fn bytes_come_back_by_their_digest() {
    let Some(wanted) = bucket("plain") else {
        return;
    };
    let files = Files::in_object_store(&wanted).unwrap();
    files.check().unwrap();
    let digest = files.put("会议记录".as_bytes()).unwrap();
    assert_eq!(files.put("会议记录".as_bytes()).unwrap(), digest);
    assert_eq!(files.get(&digest).unwrap(), "会议记录".as_bytes());
    assert!(files.has(&digest) && files.is_whole(&digest));
    // Another process sees it; another prefix does not.
    let same = Files::in_object_store(&wanted).unwrap();
    assert!(same.is_whole(&digest));
    let other = ObjectStore {
        prefix: format!("{}-other", wanted.prefix),
        ..wanted
    };
    assert!(!Files::in_object_store(&other).unwrap().has(&digest));
    files.remove(&digest).unwrap();
    files.remove(&digest).unwrap();
    let nowhere = ObjectStore {
        bucket: "no-such-bucket".to_owned(),
        ..other
    };
    let nowhere = Files::in_object_store(&nowhere).unwrap();
    assert!(nowhere.check().is_err() && nowhere.put(b"minutes").is_err());
    assert!(
        matches!(files.get(&digest), Err(Error::File(e)) if e.kind() == std::io::ErrorKind::NotFound)
    );
}

#[test]
fn a_store_that_is_away_is_an_error_and_no_missing_file() {
    let away = ObjectStore {
        bucket: "zhibu".to_owned(),
        prefix: String::new(),
        endpoint: Some("http://127.0.0.1:9".to_owned()),
        region: "us-east-1".to_owned(),
        key_id: "a".to_owned(),
        secret: "b".to_owned(),
        path_style: true,
    };
    let files = Files::in_object_store(&away).unwrap();
    assert!(files.put(b"minutes").is_err());
    assert!(files.check().is_err());
    let got = files.get(&"0".repeat(64));
    assert!(matches!(got, Err(Error::File(e)) if e.kind() != std::io::ErrorKind::NotFound));
    let told = format!(
        "{:?}",
        ObjectStore {
            secret: "swordfish".to_owned(),
            ..away
        }
    );
    assert!(!told.contains("swordfish"), "a log must not hold it");
}

#[tokio::test]
async fn the_whole_county_lives_in_it_and_moves_out_and_in_by_backup() {
    let Some(first) = bucket("county") else {
        return;
    };
    let Some(second) = bucket("restored") else {
        return;
    };
    let mut app = TestApp::new(On::Sqlite).await;
    app.app.store.files = Files::in_object_store(&first).unwrap();
    let (_, digest, _) = furnish(&app).await;
    let store = &app.app.store;
    assert!(store.files.is_whole(&digest));
    assert!(!app.data().join("files").join(&digest[..2]).exists());
    // What no row names goes in two steps, as on a disk.
    let orphan = store.files.put(b"nobody names it").unwrap();
    let now = store.context.machine_now();
    let after = |days: i64| now.plus_ms(days * 86_400_000);
    assert_eq!(store.collect_files(after(6)).await.unwrap().aside, 0);
    assert_eq!(store.collect_files(after(8)).await.unwrap().aside, 1);
    assert!(store.files.is_whole(&orphan));
    assert_eq!(store.collect_files(after(16)).await.unwrap().removed, 1);
    assert!(!store.files.has(&orphan) && store.files.is_whole(&digest));
    // Out of one, into a folder and into another.
    let (made, _folder) = back_up(&app).await;
    assert_eq!((made.manifest.files, made.manifest.missing.len()), (1, 0));
    for files in [None, Some(second)] {
        let target = Fresh::new(On::Sqlite).await;
        let mut wanted = asked(&made, &app, &target);
        wanted.files = files.clone();
        restore(&wanted, context()).await.unwrap();
        let mut there = target.open(clock()).await;
        assert_eq!(sums(&there).await, sums(store).await);
        if let Some(files) = &files {
            assert!(!there.files.has(&digest));
            there.files = Files::in_object_store(files).unwrap();
        }
        assert_eq!(there.files.get(&digest).unwrap(), "会议记录".as_bytes());
        there.close().await;
    }
}
