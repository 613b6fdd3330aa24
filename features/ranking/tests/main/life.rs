//! From draft to publication and after.

use crate::world::{FIELDS, act, draft, edition, issue, object, objection, send, told, version};
use duty::use_cases::{Excuse, Judgement};
use store::params;
use testkit::duties::{excuse, judge, notices, submit};
use testkit::{County, on_both};

on_both! {
    async fn what_was_sent_does_not_follow_the_duties(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.secretary, sheet.key(sheet.survey, county.first)).await;
        app.pass_days(14);
        let officer = County::call(&app, county.officer).await;
        let id = send(&app, &officer, &[]).await;
        let line = format!("/rankings/{id}/lines/{}", county.second);
        let (before, page) = (edition(&app, id, None).await, officer.get(&line).await.words());
        assert!(page.contains("得分 = 合计得分 0 ÷ 合计权重 4 × 100 = 0.0"), "{page}");
        submit(&app, county.second_secretary, sheet.key(sheet.survey, county.second)).await;
        judge(&app, county.officer, sheet.key(sheet.survey, county.second), Judgement::Accept).await;
        excuse(&app, county.officer, sheet.key(sheet.lecture, county.first), Excuse::Exempt { reason: "停办".to_owned() }).await;
        app.pass_ms(1);
        duty::rebuild::rebuild(&app.app.store).await.unwrap();
        assert_eq!(edition(&app, id, None).await.lines, before.lines);
        let later = officer.get(&line).await.words();
        assert!(later.contains("合计得分 0 ÷ 合计权重 4"), "{later}");
        // A new draft of the same period does follow them.
        let other = draft(&officer, &[]).await;
        let words = officer.get(&format!("/rankings/{other}/lines/{}", county.second)).await.words();
        assert!(words.contains("合计得分 1 ÷ 合计权重 4"), "{words}");
    }

    async fn it_is_published_after_the_days_and_the_answers(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        app.pass_days(14);
        let officer = County::call(&app, county.officer).await;
        let id = send(&app, &officer, &[]).await;
        let early = act(&app, &officer, id, "publish", &[]).await;
        assert_eq!(early.status, 409);
        assert!(early.words().contains("异议期到2026年11月27日为止，还没有结束，现在不能公布。请在11月28日以后公布"), "{}", early.words());
        let secretary = County::call(&app, county.secretary).await;
        object(&secretary, id, county.first, sheet.survey, "11月5日已当面交过").await;
        app.pass_days(8);
        let officer = County::call(&app, county.officer).await;
        let check = officer.get(&format!("/rankings/{id}/publish")).await.words();
        assert!(check.contains("还有 1 条异议没有答复，现在不能公布"), "{check}");
        assert_eq!(act(&app, &officer, id, "publish", &[]).await.status, 409);
        let answer = format!("objections/{}", objection(&app, id).await);
        let fields = [("outcome", "refused"), ("words", "签收簿上没有记录")];
        act(&app, &officer, id, &answer, &fields).await.led_to();
        let check = officer.get(&format!("/rankings/{id}/publish")).await.words();
        assert!(check.contains("清教党〔2026〕10号"), "after the sheet's number 9: {check}");
        let stale = version(&app, id).await.to_string();
        let led = act(&app, &officer, id, "publish", &[]).await.led_to();
        assert!(led.contains("said="));
        let published = edition(&app, id, None).await;
        assert_eq!(published.document.unwrap().words(), "清教党〔2026〕10号");
        assert_eq!(published.published.unwrap().by, "何清");
        let words = officer.get(&format!("/rankings/{id}")).await.words();
        assert!(words.contains("2026年11月28日由何清公布，清教党〔2026〕10号"), "{words}");
        let path = format!("/rankings/{id}/publish");
        assert_eq!(officer.post(&path, &[("_version", &stale)]).await.status, 409);
        let withdrawn = act(&app, &officer, id, "withdraw", &[("words", "有误")]).await;
        assert!(withdrawn.words().contains("已经公布，不能撤回"), "{}", withdrawn.words());
        app.work().await;
        let told = notices(&app, county.secretary).await;
        assert_eq!(told[0], "排名公布：十一月排名");
        assert_eq!(told[1], "对排名的异议有了答复：不成立");
    }

    async fn a_correction_after_publication_is_published_anew(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.second_secretary, sheet.key(sheet.survey, county.second)).await;
        app.pass_days(14);
        let officer = County::call(&app, county.officer).await;
        let id = send(&app, &officer, &[]).await;
        let path = format!("lines/{}/correct", county.first);
        let item = sheet.survey.to_string();
        let fields = [("item", item.as_str()), ("standing", "late"), ("words", "补查到签收记录")];
        assert_eq!(act(&app, &officer, id, &path, &fields).await.status, 409, "not before publication");
        app.pass_days(8);
        let officer = County::call(&app, county.officer).await;
        act(&app, &officer, id, "publish", &[]).await.led_to();
        let before = edition(&app, id, Some(1)).await;
        let wrong = act(&app, &officer, id, &path, &[("item", &item), ("standing", "owed"), ("words", "核对")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.words().contains("现在就是这样计的"), "{}", wrong.words());
        act(&app, &officer, id, &path, &fields).await.led_to();
        let now = edition(&app, id, None).await;
        assert_eq!((now.number, now.document.clone().unwrap().number), (2, 11));
        assert_eq!(told(&now)[..2], ["第二小学党支部 50.0 1", "第一小学党支部 25.0 2"]);
        let old = edition(&app, id, Some(1)).await;
        assert_eq!((old.lines, old.replaced_by), (before.lines, Some(2)));
        // Readers of the ranking find both.
        let second = County::call(&app, county.second_secretary).await;
        let words = second.get(&format!("/rankings/{id}")).await.words();
        assert!(words.contains("第一小学党支部“意见征集”由“未完成”改为“逾期完成”：补查到签收记录"), "{words}");
        let old = second.get(&format!("/rankings/{id}/editions/1")).await.words();
        assert!(old.contains("这是第 1 版，已被新的一版取代"), "{old}");
        app.work().await;
        assert_eq!(notices(&app, county.secretary).await[0], "排名更正：十一月排名");
    }

    async fn a_draft_is_deleted_and_what_was_sent_is_withdrawn(app: TestApp) {
        let county = County::build(&app).await;
        issue(&app, &county).await;
        app.pass_days(14);
        let officer = County::call(&app, county.officer).await;
        let id = draft(&officer, &[]).await;
        act(&app, &officer, id, "delete", &[]).await.led_to();
        assert_eq!(officer.get(&format!("/rankings/{id}")).await.status, 404);
        let id = send(&app, &officer, &[]).await;
        let refused = act(&app, &officer, id, "delete", &[]).await;
        assert!(refused.words().contains("不用了可以撤回"), "{}", refused.words());
        let empty = act(&app, &officer, id, "withdraw", &[("words", "")]).await;
        assert_eq!(empty.status, 422);
        assert!(empty.words().contains("请写明理由"), "{}", empty.words());
        act(&app, &officer, id, "withdraw", &[("words", "交办单选错了")]).await.led_to();
        let secretary = County::call(&app, county.secretary).await;
        let words = secretary.get(&format!("/rankings/{id}")).await.words();
        assert!(words.contains("已撤回这次排名：交办单选错了") && words.contains("已撤回"), "{words}");
        app.pass_days(8);
        let officer = County::call(&app, county.officer).await;
        let late = act(&app, &officer, id, "publish", &[]).await;
        assert!(late.words().contains("已经撤回，不再办理"), "{}", late.words());
    }

    async fn two_officers_do_not_overwrite_each_other(app: TestApp) {
        let county = County::build(&app).await;
        issue(&app, &county).await;
        app.pass_days(14);
        let officer = County::call(&app, county.officer).await;
        let id = draft(&officer, &[]).await;
        let old = version(&app, id).await.to_string();
        let path = format!("/rankings/{id}/edit");
        let with = |version: &'static str, title: &'static str| {
            let mut fields = FIELDS.to_vec();
            fields.retain(|(name, _)| *name != "title");
            fields.extend([("title", title), ("_version", version)]);
            fields
        };
        assert_eq!(old, "1");
        officer.post(&path, &with("1", "甲的标题")).await.led_to();
        let stale = officer.post(&path, &with("1", "乙的标题")).await;
        assert_eq!(stale.status, 409);
        let words = stale.words();
        assert!(words.contains("甲的标题") && words.contains("乙的标题"), "{words}");
        assert_eq!(officer.post(&format!("/rankings/{id}/send"), &[("_version", "1")]).await.status, 409);
        // Sent twice with one key, it is sent once.
        let now = version(&app, id).await.to_string();
        let fields = [("_version", now.as_str()), ("_key", "once")];
        let one = officer.post(&format!("/rankings/{id}/send"), &fields).await.led_to();
        let two = officer.post(&format!("/rankings/{id}/send"), &fields).await.led_to();
        assert_eq!(one, two);
        let sql = "SELECT COUNT(*) FROM ranking_edition WHERE ranking = $1";
        let n: i64 = app.app.store.db().scalar(sql, params![id]).await.unwrap();
        assert_eq!(n, 1);
    }

    async fn a_bad_draft_is_told_where_and_why(app: TestApp) {
        let county = County::build(&app).await;
        issue(&app, &county).await;
        app.pass_days(14);
        let officer = County::call(&app, county.officer).await;
        for (name, value, said) in [
            ("to", "2026-09-30", "止日早于起日"),
            ("from", "2024-01-01", "评定期超过一年"),
            ("days", "0", "异议期填 1 至 20 个工作日"),
            ("prefix", "清教党〔2026〕", "机关代字只写汉字"),
        ] {
            let mut fields = FIELDS.to_vec();
            fields.retain(|(field, _)| *field != name);
            fields.push((name, value));
            let answer = officer.post("/rankings/new", &fields).await;
            assert_eq!(answer.status, 422, "{name}");
            let text = answer.text.clone();
            assert!(answer.words().contains(said), "{said}");
            assert!(text.contains("十一月排名"), "what was typed is kept");
        }
        let id = draft(&officer, &[("from", "2026-07-01"), ("to", "2026-09-30"), ("title", "")]).await;
        assert!(officer.get(&format!("/rankings/{id}")).await.words().contains("2026年第三季度党建工作排名"));
    }
}
