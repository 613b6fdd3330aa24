//! A damaged backup is refused, the damaged part named, and nothing left behind.

use crate::world::{asked, back_up, context, furnish};
use std::path::Path;
use testkit::{Fresh, On, TestApp};
use zhibu::backup::examine::examine;
use zhibu::backup::restore::restore;

/// Name, start and length of each part's bytes.
fn parts(place: &Path) -> Vec<(String, u64, u64)> {
    let mut archive = tar::Archive::new(std::fs::File::open(place).unwrap());
    let entries = archive.entries().unwrap().map(Result::unwrap);
    entries
        .map(|e| {
            let name = e.path().unwrap().display().to_string();
            (name, e.raw_file_position(), e.size())
        })
        .collect()
}

#[tokio::test]
async fn one_wrong_byte_in_any_part_is_found() {
    let app = TestApp::new(On::Sqlite).await;
    furnish(&app).await;
    let (made, folder) = back_up(&app).await;
    let whole = std::fs::read(&made.place).unwrap();
    let parts = parts(&made.place);
    let named = |start: &str| parts.iter().any(|(name, ..)| name.starts_with(start));
    assert!(named("tables/member/") && named("tables/upload_part/") && named("files/"));
    let copy = folder.path().join("damaged.tar");
    for (name, start, length) in &parts {
        let mut bytes = whole.clone();
        let at = usize::try_from(start + length / 2).unwrap();
        bytes[at] ^= 0x20;
        std::fs::write(&copy, &bytes).unwrap();
        let why = format!("{:#}", examine(&copy, None).unwrap_err());
        let of_the_end = name.starts_with("manifest.json") || name == "zhibu-backup.json";
        let stem = name.strip_prefix("files/").unwrap_or(name);
        assert!(of_the_end || why.contains(stem), "{name}: {why}");
    }
}

#[tokio::test]
async fn a_backup_that_ends_early_is_refused_wherever_it_ends() {
    let app = TestApp::new(On::Sqlite).await;
    furnish(&app).await;
    let (made, folder) = back_up(&app).await;
    let whole = std::fs::read(&made.place).unwrap();
    let copy = folder.path().join("short.tar");
    let parts = parts(&made.place);
    for (_, start, length) in parts.iter().step_by(5) {
        for end in [*start, start + length / 2, start + length] {
            std::fs::write(&copy, &whole[..usize::try_from(end).unwrap()]).unwrap();
            assert!(examine(&copy, None).is_err(), "{end} of {}", whole.len());
        }
    }
    let target = Fresh::new(On::Sqlite).await;
    let mut wanted = asked(&made, &app, &target);
    wanted.from = copy;
    let why = format!("{:#}", restore(&wanted, context()).await.unwrap_err());
    assert!(why.contains("备份"), "{why}");
    assert!(!target.settings.data.exists() || is_empty(&target.settings.data));
}

#[tokio::test]
async fn other_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("other.tar");
    std::fs::write(&place, b"PK\x03\x04 no backup at all").unwrap();
    assert!(examine(&place, None).is_err());
    let mut other = tar::Builder::new(std::fs::File::create(&place).unwrap());
    let mut header = tar::Header::new_gnu();
    header.set_size(2);
    other.append_data(&mut header, "a.txt", &b"hi"[..]).unwrap();
    other.finish().unwrap();
    let why = examine(&place, None).unwrap_err().to_string();
    assert_eq!(why, "这不是支部的备份文件");
}

#[tokio::test]
async fn a_backup_of_a_newer_program_is_refused() {
    let app = TestApp::new(On::Sqlite).await;
    furnish(&app).await;
    let sql = "INSERT INTO schema_version (number, name, digest, at) VALUES (999, 'later', 'x', 0)";
    store::db::run_outside(&app.app.store, sql).await.unwrap();
    let (made, _folder) = back_up(&app).await;
    let target = Fresh::new(On::Sqlite).await;
    let why = restore(&asked(&made, &app, &target), context())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        why.contains("第 999 步") && why.contains("更新的版本"),
        "{why}"
    );
    // Nor does the program work on such a database.
    let why = app
        .app
        .store
        .migrate(&zhibu::migrations())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        why.contains("第 999 步") && why.contains("请启动较新的程序"),
        "{why}"
    );
}

#[tokio::test]
async fn a_missing_file_is_told_and_the_rest_is_kept() {
    let app = TestApp::new(On::Sqlite).await;
    let (_, digest, _) = furnish(&app).await;
    app.app.store.files.remove(&digest).unwrap();
    let (made, _folder) = back_up(&app).await;
    assert_eq!(made.manifest.missing, vec![digest]);
    let target = Fresh::new(On::Sqlite).await;
    let manifest = restore(&asked(&made, &app, &target), context())
        .await
        .unwrap();
    assert_eq!(manifest.missing.len(), 1);
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().count() == 0
}
