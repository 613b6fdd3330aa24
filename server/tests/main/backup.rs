//! A backup restores on an empty machine, into either database, and refuses what it must.

use crate::world::{ODD_WORDS, asked, back_up, clock, context, databases, furnish, sums, wanted};
use store::audit::{Chain, verify};
use store::{By, Fail, params};
use testkit::{Fresh, TestApp, on_both};
use zhibu::backup::restore::restore;
use zhibu::backup::{examine::examine, make};

on_both! {
    async fn everything_comes_back_in_either_database(app: TestApp) {
        let (_, digest, member) = furnish(&app).await;
        let (made, _folder) = back_up(&app).await;
        assert!(made.manifest.missing.is_empty());
        for on in databases() {
            let target = Fresh::new(on).await;
            restore(&asked(&made, &app, &target), context()).await.unwrap();
            let there = target.open(clock()).await;
            assert_eq!(sums(&there).await, sums(&app.app.store).await, "{on:?}");
            assert_eq!(there.files.get(&digest).unwrap(), "会议记录".as_bytes());
            let name: String = there.db().scalar("SELECT name FROM file", vec![]).await.unwrap();
            assert_eq!(name, ODD_WORDS);
            let sealed: String = there
                .db()
                .scalar("SELECT id_number FROM member WHERE id = $1", params![member])
                .await
                .unwrap();
            let opened = there.keys.open("member/id_number/77", &sealed).unwrap();
            assert_eq!(opened, "990000198506150010");
            assert!(matches!(verify(there.db()).await.unwrap(), Chain::Whole { .. }));
            // It is an installation like any other: the next backup of it is the same.
            assert_eq!(there.pending(&zhibu::migrations()).await.unwrap(), 0);
            let again = tempfile::tempdir().unwrap();
            let second = make(&there, &wanted(again.path().to_owned())).await.unwrap();
            let table_sums = |made: &zhibu::backup::Made| {
                let tables = made.manifest.tables.iter();
                tables.map(|t| (t.name.clone(), t.sum.clone())).collect::<Vec<_>>()
            };
            assert_eq!(table_sums(&second), table_sums(&made));
            there.close().await;
        }
    }

    async fn a_backup_is_one_moment_while_others_write(app: TestApp) {
        furnish(&app).await;
        let store = app.app.store.clone();
        let writing = tokio::spawn(async move {
            for n in 0..60i64 {
                let done: Result<(), Fail<std::convert::Infallible>> = store
                    .write(&By::system(), |tx| async move {
                        // Two rows that belong together: a backup holds both or neither.
                        for table in ["setting", "receipt"] {
                            let sql = match table {
                                "setting" => "INSERT INTO setting (name, value, version) VALUES ($1, 'x', 1)",
                                _ => "INSERT INTO receipt (account, key, answer, at) VALUES (1, $1, '', 0)",
                            };
                            tx.exec(sql, params![format!("both-{n}")]).await?;
                        }
                        let place = kernel::TreePath::default();
                        tx.audit("set_setting", ("setting", kernel::Id(n)), &place, serde_json::json!({}))
                            .await?;
                        Ok(())
                    })
                    .await;
                done.unwrap();
            }
        });
        let mut seen = Vec::new();
        for _ in 0..3 {
            let (made, _folder) = back_up(&app).await;
            let rows = |name: &str| {
                let table = made.manifest.tables.iter().find(|t| t.name == name);
                table.unwrap().rows
            };
            assert_eq!(rows("setting"), rows("receipt"));
            seen.push(rows("setting"));
            examine(&made.place, None).unwrap();
        }
        writing.await.unwrap();
        assert!(seen.windows(2).all(|pair| pair[0] <= pair[1]), "{seen:?}");
    }

    async fn what_is_in_use_is_never_overwritten(app: TestApp) {
        furnish(&app).await;
        let (made, _folder) = back_up(&app).await;
        for on in databases() {
            let target = Fresh::new(on).await;
            restore(&asked(&made, &app, &target), context()).await.unwrap();
            let there = target.open(clock()).await;
            let before = sums(&there).await;
            there.close().await;
            let why = restore(&asked(&made, &app, &target), context()).await.unwrap_err();
            assert!(why.to_string().contains("恢复只写入空目录"), "{why:#}");
            // Nor a used database beside an empty folder.
            let mut other = Fresh::new(on).await;
            other.settings.database = target.settings.database.clone();
            let why = restore(&asked(&made, &app, &other), context()).await.unwrap_err();
            let why = format!("{why:#}");
            assert!(why.contains("已有数据") || why.contains("已存在"), "{why}");
            let there = target.open(clock()).await;
            assert_eq!(sums(&there).await, before);
            there.close().await;
        }
    }

    async fn the_right_key_is_asked_for(app: TestApp) {
        furnish(&app).await;
        let (made, _folder) = back_up(&app).await;
        let target = Fresh::new(testkit::On::Sqlite).await;
        let mut wanted = asked(&made, &app, &target);
        wanted.key = None;
        let why = restore(&wanted, context()).await.unwrap_err().to_string();
        assert!(why.contains("备份里不含密钥") && why.contains(app.app.store.keys.id()), "{why}");
        let foreign = Fresh::new(testkit::On::Sqlite).await;
        let stranger = foreign.open(clock()).await;
        wanted.key = Some(foreign.settings.data.join("zhibu.key"));
        let why = restore(&wanted, context()).await.unwrap_err().to_string();
        assert!(why.contains(stranger.keys.id()) && why.contains("请找出原来的"), "{why}");
        assert!(!target.settings.data.join("zhibu.db").exists());
        // Lost for good: the rest still comes back.
        (wanted.key, wanted.without_key) = (None, true);
        restore(&wanted, context()).await.unwrap();
        let there = target.open(clock()).await;
        assert_eq!(sums(&there).await, sums(&app.app.store).await);
        assert_ne!(there.keys.id(), app.app.store.keys.id());
        there.close().await;
    }
}

#[tokio::test]
async fn an_encrypted_backup_opens_with_its_key_only() {
    let app = TestApp::new(testkit::On::Sqlite).await;
    furnish(&app).await;
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (
        age::x25519::Identity::generate(),
        age::x25519::Identity::generate(),
    );
    let mut sealed = wanted(folder.path().to_owned());
    sealed.recipients = vec![own.to_public().to_string()];
    let made = make(&app.app.store, &sealed).await.unwrap();
    assert!(made.name().ends_with(".tar.age"));
    let bytes = std::fs::read(&made.place).unwrap();
    let clear = "周倩".as_bytes();
    assert!(!bytes.windows(clear.len()).any(|w| w == clear));
    let keep = |name: &str, identity: &age::x25519::Identity| {
        use age::secrecy::ExposeSecret;
        let path = folder.path().join(name);
        let text = format!(
            "# made for a test\n{}\n",
            identity.to_string().expose_secret()
        );
        std::fs::write(&path, text).unwrap();
        path
    };
    let (own, other) = (keep("own", &own), keep("other", &other));
    let why = examine(&made.place, None).unwrap_err().to_string();
    assert!(why.contains("--identity"), "{why}");
    let why = examine(&made.place, Some(&other)).unwrap_err().to_string();
    assert!(why.contains("不是这份备份的私钥"), "{why}");
    let target = Fresh::new(testkit::On::Sqlite).await;
    let mut wanted = asked(&made, &app, &target);
    wanted.identity = Some(own);
    restore(&wanted, context()).await.unwrap();
    let there = target.open(clock()).await;
    assert_eq!(sums(&there).await, sums(&app.app.store).await);
    sealed.recipients = vec!["age1nonsense".to_owned()];
    let why = make(&app.app.store, &sealed).await.unwrap_err().to_string();
    assert!(why.contains("不是 age 公钥"), "{why}");
}
