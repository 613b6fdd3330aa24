//! Where the points come from.

use crate::world::{draft, edition, issue, send, told};
use duty::use_cases::{Excuse, Judgement};
use store::params;
use testkit::duties::{excuse, judge, submit};
use testkit::{County, on_both};

on_both! {
    async fn every_point_opens_and_ties_share(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        let (officer, first, second) = (county.officer, county.secretary, county.second_secretary);
        // In time, and accepted.
        for item in [sheet.survey, sheet.lecture] {
            submit(&app, first, sheet.key(item, county.first)).await;
            submit(&app, second, sheet.key(item, county.second)).await;
        }
        judge(&app, officer, sheet.key(sheet.survey, county.first), Judgement::Accept).await;
        // Returned, and put right within five working days.
        let back = Judgement::Return { reason: "缺条数".to_owned(), field: None };
        judge(&app, officer, sheet.key(sheet.lecture, county.first), back).await;
        app.pass_days(7);
        submit(&app, first, sheet.key(sheet.lecture, county.first)).await;
        judge(&app, officer, sheet.key(sheet.lecture, county.first), Judgement::Accept).await;
        // Late; and exempt.
        app.pass_days(5);
        submit(&app, first, sheet.key(sheet.election, county.first)).await;
        excuse(&app, officer, sheet.key(sheet.election, county.general), Excuse::Exempt { reason: "上级统一安排".to_owned() }).await;
        submit(&app, county.superior, sheet.key(sheet.survey, county.general)).await;
        app.pass_days(2);
        let caller = County::call(&app, officer).await;
        let id = send(&app, &caller, &[]).await;
        let sent = edition(&app, id, None).await;
        // first: (2 + 1 + ½) / 4; general: late 1 / 3, exempt out; second: 3 / 4; joint: 0 / 3.
        assert_eq!(told(&sent), ["第一小学党支部 87.5 1", "第二小学党支部 75.0 2", "第一中学党总支 33.33 3", "柳湾联合党支部 0.0 4"]);
        assert_eq!(sent.tail().map(|l| l.name.as_str()).collect::<Vec<_>>(), ["柳湾联合党支部"]);
        let own = sent.line(county.first).unwrap().ranks.unwrap();
        assert_eq!((own.zone.unwrap().place, own.zone.unwrap().of, own.kind.of), (1, 2, 2), "two in 城区片, two branches");
        let page = caller.get(&format!("/rankings/{id}/lines/{}", county.first)).await.words();
        for said in ["按时（退回后按期补正）", "得分 = 合计得分 3.5 ÷ 合计权重 4 × 100 = 87.5", "逾期完成", "清教党〔2026〕9号 1.", "何清 审核", "只要材料的 1 项不计分", "报计划"] {
            assert!(page.contains(said), "{said} in {page}");
        }
        let general = caller.get(&format!("/rankings/{id}/lines/{}", county.general)).await.words();
        assert!(general.contains("免除：上级统一安排") && general.contains("÷ 合计权重 3 "), "{general}");
        let joint = caller.get(&format!("/rankings/{id}/lines/{}", county.joint)).await.words();
        assert!(joint.contains("不适用：换届期未到") && joint.contains("第 4 名（共 4 个）"), "{joint}");
        assert!(joint.contains("需作情况说明"), "{joint}");
        let zones = caller.get(&format!("/rankings/{id}?by=zone")).await.words();
        assert!(zones.contains("南片，排名 2 个") && zones.contains("城区片，排名 2 个"), "{zones}");
    }

    async fn the_same_score_shares_the_place_and_the_tail(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.secretary, sheet.key(sheet.survey, county.first)).await;
        submit(&app, county.second_secretary, sheet.key(sheet.survey, county.second)).await;
        app.pass_days(14);
        let caller = County::call(&app, county.officer).await;
        let id = send(&app, &caller, &[]).await;
        let sent = edition(&app, id, None).await;
        let places: Vec<u32> = sent.lines.iter().map(|l| l.ranks.unwrap().whole.place).collect();
        assert_eq!(places, [1, 1, 3, 3]);
        assert_eq!(sent.tail().count(), 2, "who ties with the last explains too");
    }

    async fn what_waits_for_review_counts_by_its_date(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.secretary, sheet.key(sheet.survey, county.first)).await;
        app.pass_days(13);
        submit(&app, county.second_secretary, sheet.key(sheet.survey, county.second)).await;
        app.pass_days(1);
        let caller = County::call(&app, county.officer).await;
        let id = send(&app, &caller, &[]).await;
        let sent = edition(&app, id, None).await;
        assert_eq!(told(&sent)[..2], ["第一小学党支部 50.0 1", "第二小学党支部 25.0 2"], "nobody reviewed either");
    }

    async fn the_new_the_closed_and_the_excused_stand_without_a_rank(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.second_secretary, sheet.key(sheet.survey, county.second)).await;
        for item in [sheet.survey, sheet.lecture, sheet.election] {
            excuse(&app, county.officer, sheet.key(item, county.general), Excuse::Exempt { reason: "停办".to_owned() }).await;
        }
        app.pass_days(14);
        app.app.store.housekeeping(|tx| async move {
            tx.exec("UPDATE node SET from_day = '2026-10-02' WHERE id = $1", params![county.first]).await?;
            tx.exec("UPDATE node SET to_day = '2026-11-15' WHERE id = $1", params![county.joint]).await?;
            let (a, b, member) = (tx.new_id(), tx.new_id(), tx.new_id());
            tx.exec("INSERT INTO member (id, name, pinyin, sex, stage, category, branch, path) VALUES ($1, '柳青', '', 'female', 'full', 'teacher', $2, '001003')", params![member, county.second]).await?;
            tx.exec("INSERT INTO membership (id, member, branch, from_day, to_day, reason) VALUES ($1, $2, $3, '2020-01-01', '2026-11-15', 'moved')", params![a, member, county.joint]).await?;
            tx.exec("INSERT INTO membership (id, member, branch, from_day, reason) VALUES ($1, $2, $3, '2026-11-16', 'moved')", params![b, member, county.second]).await?;
            Ok(())
        }).await.unwrap();
        let caller = County::call(&app, county.officer).await;
        let id = send(&app, &caller, &[]).await;
        let words = caller.get(&format!("/rankings/{id}")).await.words();
        for said in ["列入 4 个党组织，排名 1 个", "成立于2026年10月2日，不满一个评定期", "2026年11月16日撤并，党员转入第二小学党支部", "没有可计分的事项"] {
            assert!(words.contains(said), "{said} in {words}");
        }
        let sent = edition(&app, id, None).await;
        assert_eq!(told(&sent)[0], "第二小学党支部 50.0 1");
        assert_eq!(sent.tail().map(|l| l.organisation).collect::<Vec<_>>(), [county.second]);
    }

    async fn a_draft_counts_what_fell_due_and_the_sheets_chosen(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.secretary, sheet.key(sheet.survey, county.first)).await;
        app.pass_days(4);
        duty::maintain::advance(&app.app.store).await.unwrap();
        // Today is the 10th: only the survey, due on the 9th, has fallen due.
        let caller = County::call(&app, county.officer).await;
        let id = draft(&caller, &[]).await;
        let words = caller.get(&format!("/rankings/{id}")).await.words();
        assert!(words.contains("还有 7 件没有到期，暂不计入") && words.contains("计分 1 项，全部按时"), "{words}");
        let refused = crate::world::act(&app, &caller, id, "send", &[]).await;
        assert_eq!(refused.status, 409);
        assert!(refused.words().contains("评定期到2026年11月19日才结束"), "{}", refused.words());
        let other = draft(&caller, &[("which", "chosen")]).await;
        let words = caller.get(&format!("/rankings/{other}")).await.words();
        assert!(words.contains("计分 1 项，全部按时"), "none ticked is all of the office's own: {words}");
        let early = draft(&caller, &[("to", "2026-11-08")]).await;
        let words = caller.get(&format!("/rankings/{early}/send")).await.words();
        assert!(words.contains("没有可计分的事项到期") && !words.contains("个党组织核对"), "{words}");
    }
}
