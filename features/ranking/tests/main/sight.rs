//! Who reads what, before publication and after.

use crate::world::{act, draft, issue, object, objection, send};
use testkit::duties::{notices, submit};
use testkit::{County, on_both};

on_both! {
    async fn before_publication_each_sees_its_own_line_only(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.secretary, sheet.key(sheet.survey, county.first)).await;
        app.pass_days(14);
        let officer = County::call(&app, county.officer).await;
        let draft = draft(&officer, &[]).await;
        for account in [county.leader, county.secretary, county.inspector, county.superior] {
            let caller = County::call(&app, account).await;
            assert_eq!(caller.get(&format!("/rankings/{draft}")).await.status, 404, "a draft is the office's");
            assert!(caller.get("/rankings").await.words().contains("还没有排名"));
        }
        let id = send(&app, &officer, &[]).await;
        let here = format!("/rankings/{id}");
        let secretary = County::call(&app, county.secretary).await;
        let words = secretary.get(&here).await.words();
        assert!(words.contains("第一小学党支部的成绩") && words.contains("50.0 得分") && words.contains("1 / 4 总名次"), "{words}");
        assert!(words.contains("异议期还剩 7 天（到 11月27日）"), "{words}");
        for path in ["", "?by=zone", "?by=kind", "/editions/1"] {
            let words = secretary.get(&format!("{here}{path}")).await.words();
            for foreign in ["第二小学", "柳湾", "第一中学"] {
                assert!(!words.contains(foreign), "{foreign} in {words}");
            }
        }
        assert_eq!(secretary.get(&format!("{here}/lines/{}", county.second)).await.status, 404);
        assert_eq!(secretary.get(&format!("{here}/lines/{}", county.first)).await.status, 200);
        assert!(secretary.get("/rankings").await.words().contains("请核对，可提异议：还剩 7 天"));
        // Whoever answers for the whole sees the whole; an inspector their zone, a general branch its own.
        let leader = County::call(&app, county.leader).await.get(&here).await.words();
        assert!(leader.contains("列入 4 个党组织") && leader.contains("柳湾联合党支部"), "{leader}");
        let zone = County::call(&app, county.inspector).await.get(&here).await.words();
        assert!(zone.contains("柳湾联合党支部") && !zone.contains("第一小学"), "{zone}");
        let general = County::call(&app, county.superior).await.get(&here).await.words();
        assert!(general.contains("第一中学党总支的成绩") && !general.contains("第一小学"), "{general}");
        let told = notices(&app, county.second_secretary).await;
        assert_eq!(told[0], "排名送核：请核对本组织的成绩");
        // The objection of one is nobody else's.
        object(&secretary, id, county.first, sheet.lecture, "已办").await;
        let objection = format!("{here}/objections/{}", objection(&app, id).await);
        assert_eq!(secretary.get(&objection).await.status, 200);
        let second = County::call(&app, county.second_secretary).await;
        assert_eq!(second.get(&objection).await.status, 404);
        assert_eq!(second.post(&objection, &[("outcome", "upheld")]).await.status, 404);
    }

    async fn after_publication_the_audience_chosen_reads_it(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.secretary, sheet.key(sheet.survey, county.first)).await;
        app.pass_days(14);
        for (audience, secretary_all, committee_all) in [("meeting", true, false), ("workers", true, true), ("own_line", false, false)] {
            let officer = County::call(&app, county.officer).await;
            let id = send(&app, &officer, &[("audience", audience)]).await;
            app.pass_days(10);
            let officer = County::call(&app, county.officer).await;
            act(&app, &officer, id, "publish", &[]).await.led_to();
            let reads = |account| {
                let app = &app;
                async move {
                    let caller = County::call(app, account).await;
                    let page = caller.get(&format!("/rankings/{id}")).await.words();
                    let line = caller.get(&format!("/rankings/{id}/lines/{}", county.second)).await.status;
                    assert_eq!(page.contains("第二小学党支部"), line == 200, "{audience}: page and line agree");
                    page.contains("第二小学党支部")
                }
            };
            assert_eq!(reads(county.secretary).await, secretary_all, "{audience}");
            assert_eq!(reads(county.committee_member).await, committee_all, "{audience}");
            assert!(reads(county.leader).await && reads(county.officer).await);
            let zone = County::call(&app, county.inspector).await.get(&format!("/rankings/{id}")).await.words();
            assert_eq!(zone.contains("第一小学党支部"), audience != "own_line", "{audience}");
        }
        // Reading another's line does not open what is behind it.
        let first = County::call(&app, county.second_secretary).await;
        let listed = first.get("/rankings").await.page();
        let id = listed.split("/rankings/").nth(3).unwrap().split('"').next().unwrap().to_owned();
        let page = first.get(&format!("/rankings/{id}/lines/{}", county.first)).await.page();
        assert!(page.contains("意见征集") && !page.contains("/duties/"), "{page}");
    }
}
