//! The way of an import: columns, progress, cancel, a kill in the middle, two people at once.

use crate::exchange::import;
use crate::ground::{somebody, write};
use member::use_cases::create_member;
use member::use_cases::import_members::Members;
use org::import::{Kind, apply};
use store::params;
use testkit::{Caller, County, TestApp, on_both};
use web::Actor;

/// So many rows of a roster that differ only in the name.
pub fn many(rows: usize) -> String {
    let mut text = "单位,姓名,性别,出生日期,党员身份\n".to_owned();
    for i in 0..rows {
        let unit = [
            "第一小学党支部",
            "第二小学党支部",
            "高中部党支部",
            "初中部党支部",
        ][i % 4];
        text.push_str(&format!("{unit},党员{i},女,1985-06-15,正式\n"));
    }
    text
}

async fn count(app: &TestApp) -> i64 {
    let sql = "SELECT COUNT(*) FROM member";
    app.app.store.db().scalar(sql, vec![]).await.unwrap()
}

async fn names(app: &TestApp) -> i64 {
    let sql = "SELECT COUNT(DISTINCT name) FROM member";
    app.app.store.db().scalar(sql, vec![]).await.unwrap()
}

fn id(at: &str) -> kernel::Id {
    at.rsplit('/').next().unwrap().parse().unwrap()
}

/// One transaction of an import under way, as a worker does it that is killed right after.
async fn one_chunk(app: &TestApp, who: &Actor, at: &str) {
    let mut ground = Members::ground(&app.app.store, who).await.unwrap();
    apply::one::<Members>(&app.app, who, &mut ground, id(at))
        .await
        .unwrap();
}

async fn officer(app: &TestApp, county: &County) -> (Caller, Actor) {
    let caller = County::call(app, county.officer).await;
    let found = app.app.identify.account(&app.app.store, county.officer);
    (caller, found.await.unwrap().unwrap())
}

on_both! {
    async fn columns_with_other_names_are_asked_once_and_remembered(app: TestApp) {
        let county = County::build(&app).await;
        let secretary = County::call(&app, county.secretary).await;
        let text = "所在单位名称,姓名,性别,生日,身份,备注\n第一小学党支部,甲一,女,1990-02-03,正式,无\n第一小学党支部,乙二,男,1991-02-03,正式,无\n";
        let at = import(&secretary, "一.csv", text.as_bytes()).await;
        assert!(at.ends_with("/columns"), "{at}");
        let page = secretary.get(&at).await;
        let words = page.words();
        assert!(words.contains("栏目对应") && words.contains("第一小学党支部；第一小学党支部"), "{words}");
        assert!(page.text.contains("id=\"c5\""), "the remark is offered too");
        let wrong = secretary.post(&at, &[("c1", "姓名"), ("c2", "姓名")]).await;
        assert_eq!(wrong.status, 422);
        let words = wrong.words();
        assert!(words.contains("“姓名”对应了两列") && words.contains("还没有说明哪一列是“单位”"), "{words}");
        let to = secretary.post(&at, &[("c0", "单位"), ("c1", "姓名"), ("c2", "性别"), ("c3", "出生日期"), ("c4", "党员身份")]).await.led_to();
        let words = secretary.get(&to).await.words();
        assert!(words.contains("读出 2 行：新增 2，更新 0") && words.contains("没有用到的列：备注"), "{words}");
        secretary.post(&format!("{to}/apply"), &[]).await.led_to();
        // The same header again: nobody is asked.
        let again = import(&secretary, "二.csv", text.replace("1991", "1992").as_bytes()).await;
        assert!(!again.ends_with("/columns"), "{again}");
        let words = secretary.get(&again).await.words();
        assert!(words.contains("没有变化 1"), "{words}");
        // Another organisation has not been asked yet.
        let other = County::call(&app, county.second_secretary).await;
        assert!(import(&other, "三.csv", text.as_bytes()).await.ends_with("/columns"));
    }

    async fn a_large_file_can_be_cancelled_while_it_is_checked(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let at = import(&officer, "多.csv", many(1200).as_bytes()).await;
        let page = officer.get(&at).await;
        assert!(page.text.contains("http-equiv=\"refresh\"") && page.words().contains("取消"));
        officer.post(&format!("{at}/cancel"), &[]).await.led_to();
        app.work().await;
        let words = officer.get(&at).await.words();
        assert!(words.contains("已取消") && words.contains("没有写入任何内容"), "{words}");
        assert_eq!(officer.post(&format!("{at}/apply"), &[]).await.status, 409);
        let kept: i64 = app.app.store.db().scalar("SELECT COUNT(*) FROM import_row", vec![]).await.unwrap();
        assert_eq!(kept, 0);
    }

    async fn cancelled_in_the_middle_what_is_in_stays_in_and_can_go_on_or_back(app: TestApp) {
        let county = County::build(&app).await;
        let (officer, who) = officer(&app, &county).await;
        let at = import(&officer, "多.csv", many(2500).as_bytes()).await;
        app.work().await;
        officer.post(&format!("{at}/apply"), &[]).await.led_to();
        one_chunk(&app, &who, &at).await;
        let words = officer.get(&at).await.words();
        assert!(words.contains("已写入 1000 行，共 2500 行"), "{words}");
        officer.post(&format!("{at}/cancel"), &[]).await.led_to();
        app.work().await;
        let words = officer.get(&at).await.words();
        assert!(words.contains("已停止") && words.contains("已写入 1000 行") && words.contains("还有 1500 行没有写入"), "{words}");
        assert_eq!(count(&app).await, 1000);
        officer.post(&format!("{at}/apply"), &[]).await.led_to();
        app.work().await;
        let words = officer.get(&at).await.words();
        assert!(words.contains("已完成") && words.contains("新增 2500，更新 0"), "{words}");
        officer.post(&format!("{at}/undo"), &[]).await.led_to();
        app.work().await;
        assert!(officer.get(&at).await.words().contains("导入的内容已全部撤回"));
        assert_eq!(count(&app).await, 0);
    }

    async fn killed_in_the_middle_each_row_goes_in_once(app: TestApp) {
        let county = County::build(&app).await;
        app.work().await;
        let (officer, who) = officer(&app, &county).await;
        let at = import(&officer, "多.csv", many(2500).as_bytes()).await;
        // The first reading dies with its job claimed.
        app.app.store.claim_job().await.unwrap().unwrap();
        assert!(!app.work_once().await, "the lease holds");
        app.pass_ms(180_000);
        app.work().await;
        officer.post(&format!("{at}/apply"), &[]).await.led_to();
        app.app.store.claim_job().await.unwrap().unwrap();
        one_chunk(&app, &who, &at).await;
        assert!(!app.work_once().await, "the lease holds");
        assert_eq!(count(&app).await, 1000);
        app.pass_ms(180_000);
        app.work().await;
        assert_eq!((count(&app).await, names(&app).await), (2500, 2500));
        let words = officer.get(&at).await.words();
        assert!(words.contains("新增 2500，更新 0"), "{words}");
    }

    async fn two_people_who_import_the_same_rows_make_them_once(app: TestApp) {
        let county = County::build(&app).await;
        let (one, other) = (County::call(&app, county.officer).await, County::call(&app, county.officer).await);
        let text = "单位,姓名,性别,公民身份号码,出生日期,党员身份\n第一小学党支部,甲一,男,990000198506150010,,正式\n第一小学党支部,乙二,女,,1990-02-03,正式\n";
        let first = import(&one, "甲.csv", text.as_bytes()).await;
        let second = import(&other, "乙.csv", text.as_bytes()).await;
        let (first_apply, second_apply) = (format!("{first}/apply"), format!("{second}/apply"));
        let (a, b) = tokio::join!(one.post(&first_apply, &[]), other.post(&second_apply, &[]));
        a.led_to();
        b.led_to();
        assert_eq!(count(&app).await, 2);
        let words = [one.get(&first).await.words(), one.get(&second).await.words()];
        let late: Vec<_> = words.iter().filter(|w| w.contains("有 2 行最后没有写入") && w.contains("核对之后名册上已经有了这个人")).collect();
        assert_eq!(late.len(), 1, "{words:?}");
        let which = if words[0] == *late[0] { &first } else { &second };
        let back = one.get(&format!("{which}/bad")).await;
        let read = office::table::read(&back.bytes, "x.xlsx", 100).unwrap();
        assert_eq!(read.rows.len(), 2);
        assert!(read.rows[0].cells.last().unwrap().contains("请重新导入这一行"));
    }

    async fn lists_go_page_by_page_and_choices_are_kept(app: TestApp) {
        let county = County::build(&app).await;
        write(&app, |tx| async move {
            let mut last = None;
            for i in 0..130 {
                let known = member::NewMember { birth: None, ..somebody(&format!("旧人{i}"), county.first) };
                last = Some(create_member(&tx, known).await?);
            }
            Ok(last.unwrap())
        }).await;
        let officer = County::call(&app, county.officer).await;
        let mut text = "单位,姓名,性别,出生日期,党员身份\n".to_owned();
        for i in 0..130 {
            text.push_str(&format!("第一小学党支部,旧人{i},女,1985-06-15,正式\n"));
        }
        let at = import(&officer, "疑.csv", text.as_bytes()).await;
        let words = officer.get(&at).await.words();
        assert!(words.contains("拿不准 130") && words.contains("逐页选择"), "{words}");
        let list = officer.get(&format!("{at}/rows?kind=doubt")).await;
        assert!(list.words().contains("本页 100 行，共 130 行"), "{}", list.words());
        let next = officer.post(&format!("{at}/choose"), &[("r2", "0"), ("r3", "1"), ("r4", ""), ("after", "101")]).await.led_to();
        assert!(officer.get(&next).await.words().contains("本页 30 行，共 130 行"));
        officer.post(&format!("{at}/choose"), &[("r120", "0")]).await.led_to();
        assert!(officer.get(&at).await.words().contains("导入 3 行"));
        officer.post(&format!("{at}/apply"), &[]).await.led_to();
        let words = officer.get(&at).await.words();
        assert!(words.contains("新增 1，更新 2"), "{words}");
        let back = officer.get(&format!("{at}/bad")).await;
        assert_eq!(office::table::read(&back.bytes, "x.xlsx", 1000).unwrap().rows.len(), 127);
    }

    async fn an_import_of_the_version_before_still_opens(app: TestApp) {
        let county = County::build(&app).await;
        let made = write(&app, |tx| async move { create_member(&tx, somebody("新一", county.first)).await }).await;
        let organisation = org::store::find_node(app.app.store.db(), county.first).await.unwrap().unwrap();
        let plan = r#"{"rows":[
            {"number":2,"title":"新一","cells":["第一小学党支部","新一","女","","","","","","","","","",""],"verdict":{"do":"create"}},
            {"number":3,"title":"坏","cells":["","坏","","","","","","","","","","",""],"verdict":{"do":"bad","reason":"没有单位。"}}]}"#;
        let outcome = format!(r#"{{"created":[[{made},"新一"]],"updated":[],"late":[],"kept":[]}}"#);
        let id = write(&app, |tx| async move {
            let (id, keys, context) = (tx.new_id(), &tx.store().keys, &tx.store().context);
            let plan = keys.seal(context, &format!("import/plan/{id}"), plan)?;
            let outcome = keys.seal(context, &format!("import/outcome/{id}"), &outcome)?;
            let sql = "INSERT INTO import (id, kind, organisation, path, file_name, at, by_name, plan, applied_at, outcome)
                       VALUES ($1, 'member', $2, $3, '旧.xlsx', $4, '某人', $5, $4, $6)";
            tx.exec(sql, params![id, organisation.id, &organisation.path, tx.now(), plan, outcome]).await?;
            Ok(id)
        }).await;
        let secretary = County::call(&app, county.secretary).await;
        let words = secretary.get("/members/import").await.words();
        assert!(words.contains("旧.xlsx 某人 已导入"), "{words}");
        let at = format!("/members/import/{id}");
        let words = secretary.get(&at).await.words();
        assert!(words.contains("已完成") && words.contains("新增 1，更新 0") && words.contains("没有单位"), "{words}");
        secretary.post(&format!("{at}/undo"), &[]).await.led_to();
        assert_eq!(count(&app).await, 0);
    }

    async fn more_rows_than_one_turn_of_the_job_go_in_and_out_and_come_back_unchanged(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let rows = 11_000;
        let at = import(&officer, "多.csv", many(rows).as_bytes()).await;
        app.work().await;
        officer.post(&format!("{at}/apply"), &[]).await.led_to();
        assert!(app.work().await >= 2, "the job lets others have their turn");
        assert_eq!(count(&app).await, rows as i64);
        let out = officer.get("/members/export").await.bytes;
        let again = import(&officer, "回.xlsx", &out).await;
        app.work().await;
        let words = officer.get(&again).await.words();
        assert!(words.contains("读出 11000 行：新增 0，更新 0，拿不准 0，不能导入 0，没有变化 11000"), "{words}");
    }

    async fn a_right_lost_meanwhile_stops_the_work(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let at = import(&officer, "多.csv", many(1200).as_bytes()).await;
        app.work().await;
        officer.post(&format!("{at}/apply"), &[]).await.led_to();
        let account = county.officer;
        write(&app, |tx| async move {
            tx.exec("UPDATE role_grant SET to_day = '2026-11-19' WHERE account = $1", params![account]).await?;
            Ok(account)
        }).await;
        app.work().await;
        assert_eq!(count(&app).await, 0);
        let note: Option<String> = app.app.store.db().scalar("SELECT note FROM import", vec![]).await.unwrap();
        assert!(note.unwrap().contains("权限已变"));
    }
}
