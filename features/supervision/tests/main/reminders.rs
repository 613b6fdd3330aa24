//! Reminders go to those who owe, and once; notices are their owner's.

use crate::world::{excuse, issue, judge, notices, submit};
use duty::use_cases::{Excuse, Judgement};
use store::params;
use testkit::{County, on_both};

on_both! {
    async fn only_those_who_owe_are_reminded_and_once_a_day(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.secretary, sheet.survey(county.first)).await;
        submit(&app, county.secretary, sheet.lecture(county.first)).await;
        let officer = County::call(&app, county.officer).await;
        let path = format!("/progress/{}/remind", sheet.id);
        let preview = officer.get(&path).await.words();
        assert!(preview.contains("第二小学党支部") && !preview.contains("第一小学党支部"), "{preview}");
        assert!(preview.contains("4 个组织，共 7 件"), "{preview}");
        assert!(preview.contains("柳湾联合党支部") && preview.contains("没有账号"), "{preview}");
        let orgs = [county.first.to_string(), county.second.to_string()];
        let led = officer.post(&path, &[("org", &orgs[0]), ("org", &orgs[1])]).await.led_to();
        let said = officer.get(&led).await.words();
        assert!(said.contains("已提醒 1 个组织，合并 2 件，发给 1 人。"), "{said}");
        assert_eq!(notices(&app, county.second_secretary).await, ["提醒：“意见征集”等 2 件还没有办"]);
        assert!(notices(&app, county.secretary).await.is_empty());
        assert!(notices(&app, county.committee_member).await.is_empty());
        let led = officer.post(&path, &[("org", &orgs[1])]).await.led_to();
        assert!(officer.get(&led).await.words().contains("1 人当天已有提醒，没有重复发"));
        assert_eq!(notices(&app, county.second_secretary).await.len(), 1);
        assert_eq!(officer.post(&path, &[]).await.status, 422);
    }

    async fn what_was_handed_on_reminds_the_colleague_alone(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        let secretary = County::call(&app, county.secretary).await;
        let colleague = county.committee_member.to_string();
        let path = format!("/duties/{}/hand-on", sheet.survey(county.first));
        secretary.post(&path, &[("to", &colleague), ("words", "请办")]).await.led_to();
        submit(&app, county.secretary, sheet.lecture(county.first)).await;
        let officer = County::call(&app, county.officer).await;
        let first = county.first.to_string();
        officer.post(&format!("/progress/{}/remind", sheet.id), &[("org", &first)]).await.led_to();
        assert_eq!(notices(&app, county.committee_member).await, ["提醒：“意见征集”还没有办"]);
        assert!(notices(&app, county.secretary).await.is_empty());
    }

    async fn the_day_reminds_by_itself_and_queues_the_next(app: TestApp) {
        let county = County::build(&app).await;
        issue(&app, &county).await;
        app.work().await;
        assert_eq!(notices(&app, county.secretary).await, ["提醒：“意见征集”还没有办"], "due today; the lecture in ten days");
        app.work().await;
        for (days, expected) in [(1, 1), (2, 1), (3, 1), (7, 3), (10, 4)] {
            let today: kernel::Day = "2026-11-20".parse().unwrap();
            let passed = today.days_until(app.app.store.today());
            for _ in passed..days {
                app.pass_days(1);
                app.work().await;
            }
            let had = notices(&app, county.secretary).await;
            assert!(had.len() <= expected, "after {days} days: {had:?}");
        }
        let had = notices(&app, county.secretary).await;
        assert_eq!(had.len(), 3, "on the 20th, the 27th (a week late, and the lecture in three days), the 30th: {had:?}");
        assert_eq!(had[1], "提醒：“意见征集”等 2 件还没有办，其中 1 件已逾期");
        let audited: i64 = app.app.store.db().scalar("SELECT COUNT(*) FROM audit WHERE action = 'send_reminders'", vec![]).await.unwrap();
        assert_eq!(audited, 3);
    }

    async fn a_return_is_told_after_the_time_to_undo(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        app.app.store.housekeeping(|tx| async move { tx.exec("DELETE FROM job WHERE kind = 'remind'", vec![]).await?; Ok(()) }).await.unwrap();
        for (account, org) in [(county.secretary, county.first), (county.second_secretary, county.second)] {
            submit(&app, account, sheet.survey(org)).await;
            let what = Judgement::Return { reason: "缺条数".to_owned(), field: Some("file".to_owned()) };
            judge(&app, county.officer, sheet.survey(org), what).await;
        }
        let officer = County::call(&app, county.officer).await;
        officer.post("/review/undo", &[("key", &sheet.survey(county.second).to_string())]).await.led_to();
        app.pass_ms(9 * 60_000);
        app.work().await;
        assert!(notices(&app, county.secretary).await.is_empty(), "it may still be undone");
        app.pass_ms(2 * 60_000);
        app.work().await;
        assert_eq!(notices(&app, county.secretary).await, ["“意见征集”被退回"]);
        assert!(notices(&app, county.second_secretary).await.is_empty(), "undone");
        excuse(&app, county.officer, sheet.lecture(county.second), Excuse::Exempt { reason: "撤并".to_owned() }).await;
        app.work().await;
        assert_eq!(notices(&app, county.second_secretary).await, ["“讲党课”已免除，不用再办"]);
    }

    async fn a_sheet_is_told_to_those_it_concerns_in_working_time(app: TestApp) {
        let county = County::build(&app).await;
        app.pass_ms(11 * 3_600_000);
        let sheet = issue(&app, &county).await;
        app.app.store.housekeeping(|tx| async move {
            tx.exec("DELETE FROM job WHERE kind = 'remind'", vec![]).await?;
            tx.enqueue("sheet_issued", &serde_json::json!({ "sheet": sheet.id }), tx.now(), None).await?;
            Ok(())
        }).await.unwrap();
        app.work().await;
        assert_eq!(notices(&app, county.secretary).await, ["新下发：第四季度党建工作任务"]);
        assert!(notices(&app, county.officer).await.is_empty());
        let secretary = County::call(&app, county.secretary).await;
        assert!(secretary.get("/notices").await.words().contains("都看过了"), "not on Friday evening");
        app.pass_days(2);
        app.pass_ms(13 * 3_600_000);
        let secretary = County::call(&app, county.secretary).await;
        let words = secretary.get("/notices").await.words();
        assert!(words.contains("新下发：第四季度党建工作任务 清教党〔2026〕9号，涉及本组织 2 件。"), "{words}");
    }

    async fn a_notice_is_read_by_its_owner_and_nobody_else_learns_of_it(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        app.work().await;
        let id: kernel::Id = app.app.store.db().scalar("SELECT id FROM notice WHERE account = $1", params![county.secretary]).await.unwrap();
        let stranger = County::call(&app, county.second_secretary).await;
        for verb in ["open", "read"] {
            assert_eq!(stranger.post(&format!("/notices/{id}/{verb}"), &[]).await.status, 404);
        }
        let audited = "SELECT COUNT(*) FROM audit";
        let before: i64 = app.app.store.db().scalar(audited, vec![]).await.unwrap();
        let secretary = County::call(&app, county.secretary).await;
        let led = secretary.post(&format!("/notices/{id}/open"), &[]).await.led_to();
        assert_eq!(led, format!("/duties/{}", sheet.survey(county.first)));
        assert!(secretary.get("/notices/read").await.words().contains("提醒：“意见征集”还没有办"));
        assert!(secretary.get("/notices").await.words().contains("没有待阅的"));
        stranger.post("/notices/read-all", &[]).await.led_to();
        let after: i64 = app.app.store.db().scalar(audited, vec![]).await.unwrap();
        assert_eq!(before, after, "reading leaves no trace for anybody above");
    }
}
