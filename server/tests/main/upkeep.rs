//! Scheduled backups: once, by one of several processes; kept and removed as configured; failures
//! told. Files that no row names go, others never.

use crate::world::furnish;
use store::params;
use testkit::{TestApp, on_both};
use zhibu::backup::runs::{self, Kind, Run};
use zhibu::backup::schedule::{self, Schedule};
use zhibu::command::Place;
use zhibu::config::Config;

fn config(app: &TestApp, to: &str) -> Config {
    let place = Place {
        data: Some(app.data()),
        ..Place::default()
    };
    let mut config = Config::load(None, &place, None).unwrap();
    config.backup = Some(Schedule {
        to: Some(app.data().join(to)),
        at: "02:30".to_owned(),
        keep_days: 2,
        keep_weeks: 0,
        keep_months: 0,
        age: Vec::new(),
    });
    config
}

async fn done(app: &TestApp) -> Vec<Run> {
    runs::list(app.app.store.db(), 50).await.unwrap()
}

on_both! {
    async fn every_night_once_and_old_ones_go(app: TestApp) {
        furnish(&app).await;
        let (config, store) = (config(&app, "copies"), &app.app.store);
        std::fs::create_dir_all(app.data().join("copies")).unwrap();
        let foreign = app.data().join("copies/zhibu-auto-20200101-023000.tar");
        std::fs::write(&foreign, b"somebody else's").unwrap();
        for _ in 0..3 {
            // Two processes look at the same moment.
            let (a, b) = (store.clone(), store.clone());
            let (a, b) = tokio::join!(schedule::look(&config, &a), schedule::look(&config, &b));
            a.unwrap();
            b.unwrap();
            schedule::look(&config, store).await.unwrap();
            app.pass_days(1);
        }
        let runs = done(&app).await;
        assert_eq!(runs.len(), 3, "{runs:?}");
        assert!(runs.iter().all(|r| r.state == "done" && r.kind == "auto"));
        assert_eq!(runs.iter().filter(|r| r.removed_at.is_some()).count(), 1);
        assert!(runs[2].removed_at.is_some());
        let there = std::fs::read_dir(app.data().join("copies")).unwrap().count();
        assert_eq!(there, 3, "two of ours and the other's");
        assert!(foreign.exists());
    }

    async fn before_its_hour_nothing_happens_and_what_is_asked_for_happens_at_once(app: TestApp) {
        furnish(&app).await;
        let (mut config, store) = (config(&app, "copies"), &app.app.store);
        config.backup.as_mut().unwrap().at = "23:30".to_owned();
        schedule::look(&config, store).await.unwrap();
        assert!(done(&app).await.is_empty());
        store
            .housekeeping(|tx| async move { Ok(runs::ask(&tx, "系统管理员").await?) })
            .await
            .unwrap();
        schedule::look(&config, store).await.unwrap();
        let runs = done(&app).await;
        assert_eq!((runs.len(), runs[0].state.as_str()), (1, "done"));
        assert_eq!(runs[0].asked_by, "系统管理员");
        let place = app.data().join("copies").join(runs[0].name.as_ref().unwrap());
        zhibu::backup::examine::examine(&place, None).unwrap();
    }

    async fn a_failure_is_told_and_tried_again_later(app: TestApp) {
        let (county, ..) = furnish(&app).await;
        let (mut config, store) = (config(&app, "copies"), &app.app.store);
        // A file stands where the folder should be.
        std::fs::write(app.data().join("full"), b"").unwrap();
        config.backup.as_mut().unwrap().to = Some(app.data().join("full"));
        schedule::look(&config, store).await.unwrap();
        schedule::look(&config, store).await.unwrap();
        let runs = done(&app).await;
        assert_eq!((runs.len(), runs[0].state.as_str()), (1, "failed"));
        assert!(runs[0].why.as_ref().unwrap().contains("建不了"), "{runs:?}");
        let told: Vec<String> = store
            .db()
            .column(
                "SELECT words FROM notice WHERE account = $1 AND kind = 'backup'",
                params![county.system_admin],
            )
            .await
            .unwrap();
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("备份没有成功"), "{told:?}");
        config.backup.as_mut().unwrap().to = Some(app.data().join("copies"));
        app.pass_ms(31 * 60_000);
        schedule::look(&config, store).await.unwrap();
        assert_eq!(done(&app).await[0].state, "done");
    }

    async fn a_killed_backup_is_noticed(app: TestApp) {
        furnish(&app).await;
        let (config, store) = (config(&app, "copies"), &app.app.store);
        let taken = runs::take_slot(store, Kind::Auto, "auto-2026-11-20-1", "系统").await.unwrap();
        assert!(taken.is_some());
        schedule::look(&config, store).await.unwrap();
        assert_eq!(done(&app).await.len(), 1, "somebody is at it");
        app.pass_ms(10 * 60_000);
        schedule::look(&config, store).await.unwrap();
        assert_eq!(done(&app).await[0].state, "failed");
        app.pass_ms(31 * 60_000);
        schedule::look(&config, store).await.unwrap();
        assert_eq!(done(&app).await[0].state, "done");
    }

    async fn only_files_that_no_row_names_go_and_only_after_weeks(app: TestApp) {
        let (_, named, _) = furnish(&app).await;
        let store = &app.app.store;
        let orphan = store.files.put(b"nobody names it").unwrap();
        let odd = store.files.put(b"named where nobody would look").unwrap();
        let sql = format!("INSERT INTO setting (name, value, version) VALUES ('logo', '{odd}', 1)");
        store::db::run_outside(store, &sql).await.unwrap();
        let now = store.context.machine_now();
        let after = |days: i64| now.plus_ms(days * 86_400_000);
        assert_eq!(store.collect_files(after(6)).await.unwrap().aside, 0);
        let first = store.collect_files(after(8)).await.unwrap();
        assert_eq!((first.aside, first.removed), (1, 0));
        // Set aside it can still be read, and a row that names it brings it back.
        assert_eq!(store.files.get(&orphan).unwrap(), b"nobody names it");
        let sql = format!(
            "INSERT INTO file (id, digest, media, kind, name, bytes, created_at)
             VALUES (9, '{orphan}', 'a', 'b', 'c', 1, 1)"
        );
        store::db::run_outside(store, &sql).await.unwrap();
        assert_eq!(store.collect_files(after(9)).await.unwrap().back, 1);
        store::db::run_outside(store, "DELETE FROM file WHERE id = 9").await.unwrap();
        assert_eq!(store.collect_files(after(17)).await.unwrap().aside, 1);
        assert_eq!(store.collect_files(after(20)).await.unwrap().removed, 0);
        let last = store.collect_files(after(25)).await.unwrap();
        assert_eq!((last.removed, last.bytes), (1, 15));
        assert!(!store.files.has(&orphan));
        assert!(store.files.is_whole(&named) && store.files.is_whole(&odd));
        assert_eq!(store.files.put(b"nobody names it").unwrap(), orphan);
        assert!(store.files.is_whole(&orphan));
    }
}
