//! Objections and what they change.

use crate::world::{act, edition, issue, object, objection, send, told};
use testkit::duties::{notices, submit};
use testkit::{County, on_both};

on_both! {
    async fn an_upheld_objection_makes_a_new_edition_and_the_old_one_stays(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.second_secretary, sheet.key(sheet.survey, county.second)).await;
        app.pass_days(14);
        let officer = County::call(&app, county.officer).await;
        let id = send(&app, &officer, &[]).await;
        let secretary = County::call(&app, county.secretary).await;
        let first = edition(&app, id, Some(1)).await;
        object(&secretary, id, county.first, sheet.survey, "11月5日已当面交过").await;
        let office = officer.get(&format!("/rankings/{id}")).await.words();
        assert!(office.contains("1 条异议") && office.contains("11月5日已当面交过"), "{office}");
        assert!(officer.get("/rankings").await.words().contains("1 条异议待答复"));
        // What changes afterwards at school changes nothing here.
        submit(&app, county.secretary, sheet.key(sheet.lecture, county.first)).await;
        let path = format!("objections/{}", objection(&app, id).await);
        let missing = act(&app, &officer, id, &path, &[("outcome", "upheld"), ("words", "属实")]).await;
        assert_eq!(missing.status, 422);
        assert!(missing.words().contains("应当怎样计"), "{}", missing.words());
        let fields = [("outcome", "upheld"), ("standing", "on_time"), ("words", "签收簿上有记录")];
        act(&app, &officer, id, &path, &fields).await.led_to();
        assert_eq!(edition(&app, id, Some(1)).await.lines, first.lines);
        let second = edition(&app, id, None).await;
        assert_eq!(second.number, 2);
        assert_eq!(told(&second)[..2], ["第二小学党支部 50.0 1", "第一小学党支部 50.0 1"], "the lecture handed in since does not count");
        let words = secretary.get(&format!("/rankings/{id}/lines/{}", county.first)).await.words();
        assert!(words.contains("第 2 版由“未完成”更正：签收簿上有记录（何清）"), "{words}");
        let old = secretary.get(&format!("/rankings/{id}/lines/{}?edition=1", county.first)).await.words();
        assert!(old.contains("第 1 版的成绩，已被新的一版取代") && old.contains("未完成"), "{old}");
        // Another organisation learns that there is a new edition, not whose line it was about.
        let other = County::call(&app, county.second_secretary).await;
        let words = other.get(&format!("/rankings/{id}")).await.words();
        assert!(words.contains("核实一项异议后重新计算") && !words.contains("第一小学"), "{words}");
        app.work().await;
        assert_eq!(notices(&app, county.secretary).await[0], "对排名的异议有了答复：成立");
        let again = act(&app, &officer, id, &path, &fields).await;
        assert!(again.words().contains("已经有人答复"), "{}", again.words());
    }

    async fn what_is_not_counted_carries_its_reason(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.secretary, sheet.key(sheet.survey, county.first)).await;
        app.pass_days(14);
        let officer = County::call(&app, county.officer).await;
        let id = send(&app, &officer, &[]).await;
        let secretary = County::call(&app, county.secretary).await;
        // About the line as a whole: the office says which item.
        let path = format!("/rankings/{id}/lines/{}/object", county.first);
        secretary.post(&path, &[("item", ""), ("words", "校舍维修，两项没法办")]).await.led_to();
        let path = format!("objections/{}", objection(&app, id).await);
        let item = sheet.election.to_string();
        let fields = [("outcome", "upheld"), ("item", item.as_str()), ("standing", "excused"), ("words", "校舍维修期间")];
        act(&app, &officer, id, &path, &fields).await.led_to();
        assert_eq!(told(&edition(&app, id, None).await)[0], "第一小学党支部 66.67 1");
        let words = secretary.get(&format!("/rankings/{id}/lines/{}", county.first)).await.words();
        assert!(words.contains("不计（更正） 校舍维修期间") && words.contains("÷ 合计权重 3 "), "{words}");
    }

    async fn nobody_objects_late_twice_or_for_others(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        app.pass_days(14);
        let officer = County::call(&app, county.officer).await;
        let id = send(&app, &officer, &[]).await;
        let secretary = County::call(&app, county.secretary).await;
        let own = format!("/rankings/{id}/lines/{}/object", county.first);
        let item = sheet.survey.to_string();
        let empty = secretary.post(&own, &[("item", &item), ("words", "")]).await;
        assert_eq!(empty.status, 422);
        assert!(empty.words().contains("请写清楚哪里与事实不符"), "{}", empty.words());
        object(&secretary, id, county.first, sheet.survey, "已交").await;
        let twice = secretary.post(&own, &[("item", &item), ("words", "再说一次")]).await;
        assert!(twice.words().contains("正在等待答复"), "{}", twice.words());
        let foreign = format!("/rankings/{id}/lines/{}/object", county.second);
        assert_eq!(secretary.get(&foreign).await.status, 404);
        assert_eq!(secretary.post(&foreign, &[("item", &item), ("words", "替他说")]).await.status, 404);
        let member = County::call(&app, county.committee_member).await;
        assert_eq!(member.get(&own).await.status, 404, "a committee member reads the line, the secretary objects");
        app.pass_days(7);
        let secretary = County::call(&app, county.secretary).await;
        assert!(secretary.get("/rankings").await.words().contains("今天截止"));
        let other = sheet.lecture.to_string();
        secretary.post(&own, &[("item", &other), ("words", "最后一天")]).await.led_to();
        app.pass_days(1);
        let secretary = County::call(&app, county.secretary).await;
        let last = sheet.election.to_string();
        let late = secretary.post(&own, &[("item", &last), ("words", "晚了")]).await;
        assert!(late.words().contains("异议期到2026年11月27日为止，已经过了"), "{}", late.words());
        assert!(!secretary.get(&format!("/rankings/{id}")).await.words().contains("提出异议"));
    }
}
