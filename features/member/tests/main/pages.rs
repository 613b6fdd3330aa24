//! Rosters and members as people see and change them.

use crate::ground::{day, somebody, write};
use kernel::Id;
use member::store as rows;
use member::use_cases::{NewMember, create_member};
use store::params;
use testkit::{County, TestApp, on_both};

async fn version(app: &TestApp, id: Id) -> String {
    rows::find(app.app.store.db(), id)
        .await
        .unwrap()
        .unwrap()
        .version
        .to_string()
}

async fn with(app: &TestApp, new: Vec<NewMember>) -> Vec<Id> {
    write(app, |tx| async move {
        let mut ids = vec![];
        for one in new {
            ids.push(create_member(&tx, one).await?);
        }
        Ok(ids)
    })
    .await
}

on_both! {
    async fn a_secretary_keeps_the_own_roster(app: TestApp) {
        let county = County::build(&app).await;
        let secretary = County::call(&app, county.secretary).await;
        let empty = secretary.get(&secretary.get("/members").await.led_to()).await.words();
        assert!(empty.contains("名册还是空的") && empty.contains("下载模板"), "{empty}");
        let to = secretary.post("/members/new", &[
            ("branch", &county.first.to_string()), ("name", "<script>单</script>𠀀"), ("id_number", "990000198506150029"),
            ("stage", "full"), ("category", "in_post"), ("joined_on", "2010.6"), ("phone", "13800002201"),
        ]).await.led_to();
        let page = secretary.get(&to).await.page();
        assert!(!page.contains("<script>单"));
        assert!(page.contains("990000********0029") && !page.contains("990000198506150029"));
        assert!(page.contains("1985年6月15日") && page.contains("女"));
        let list = secretary.get(&format!("/organisations/{}/members", county.first)).await;
        assert!(list.words().contains("138****2201") && list.words().contains("1 人"), "{}", list.words());
    }

    async fn wrong_fields_are_named_and_nothing_typed_is_lost(app: TestApp) {
        let county = County::build(&app).await;
        let secretary = County::call(&app, county.secretary).await;
        let answer = secretary.post("/members/new", &[
            ("branch", &county.first.to_string()), ("name", "江一帆"), ("id_number", "990000198506150010"),
            ("sex", "female"), ("birth", "1985年6月16日"), ("joined_on", "2027-04-18"), ("stage", "full"), ("job", "教导主任"),
        ]).await;
        assert_eq!(answer.status, 422);
        let words = answer.words();
        assert!(words.contains("入党日期不能晚于今天（2026年11月20日）"), "{words}");
        assert!(words.contains("性别为男，与填写的不一致") && words.contains("请选择党员类别"), "{words}");
        assert!(answer.text.contains("教导主任"));
        let foreign = secretary.post("/members/new", &[
            ("branch", &county.second.to_string()), ("name", "甲"), ("sex", "male"), ("stage", "full"), ("category", "in_post"),
        ]).await;
        assert!(foreign.words().contains("请从列表里选择党支部"), "{}", foreign.words());
    }

    async fn a_number_on_another_roster_is_refused_without_saying_whose(app: TestApp) {
        let county = County::build(&app).await;
        with(&app, vec![NewMember { id_number: Some("990000198506150010".into()), ..somebody("秘密人", county.second) }]).await;
        let secretary = County::call(&app, county.secretary).await;
        let answer = secretary.post("/members/new", &[
            ("branch", &county.first.to_string()), ("name", "甲"), ("id_number", "990000198506150010"), ("stage", "full"), ("category", "in_post"),
        ]).await;
        let words = answer.words();
        assert!(words.contains("这个公民身份号码已登记在名册上"), "{words}");
        assert!(!words.contains("秘密人") && !words.contains("第二小学"), "{words}");
    }

    async fn members_of_others_are_not_found(app: TestApp) {
        let county = County::build(&app).await;
        let ids = with(&app, vec![somebody("外人", county.second)]).await;
        let secretary = County::call(&app, county.secretary).await;
        let inspector = County::call(&app, county.inspector).await;
        for path in [format!("/members/{}", ids[0]), format!("/members/{}/edit", ids[0]), format!("/organisations/{}/members", county.second), "/members/999".to_owned()] {
            assert_eq!(secretary.get(&path).await.status, 404, "{path}");
            assert_eq!(inspector.get(&path).await.status, 404, "{path}");
        }
        for path in [format!("/members/{}/edit", ids[0]), format!("/members/{}/unmask", ids[0]), format!("/members/{}/move", ids[0])] {
            assert_eq!(secretary.post(&path, &[("reason", "核对")]).await.status, 404, "{path}");
        }
        let found = secretary.post("/members/find", &[("q", "外人")]).await.words();
        assert!(found.contains("没有符合条件的党员") || found.contains("名册还是空的"), "{found}");
        let export = secretary.get("/members/export").await;
        let sheet = office::table::read(&export.bytes, "x.xlsx", 10).map(|s| s.rows.len());
        assert_eq!(sheet.unwrap_or(0), 0);
    }

    async fn the_whole_number_needs_a_reason_and_is_audited(app: TestApp) {
        let county = County::build(&app).await;
        let ids = with(&app, vec![NewMember { id_number: Some("990000198506150010".into()), ..somebody("单明", county.first) }]).await;
        let secretary = County::call(&app, county.secretary).await;
        let path = format!("/members/{}/unmask", ids[0]);
        let without = secretary.post(&path, &[]).await;
        assert_eq!(without.status, 422);
        assert!(without.words().contains("请写明查看全号的理由") && !without.text.contains("990000198506150010"));
        let shown = secretary.post(&path, &[("reason", "核对档案")]).await.page();
        assert!(shown.contains("990000198506150010"));
        let logged: i64 = app.app.store.db().scalar("SELECT COUNT(*) FROM audit WHERE action = 'unmask_id_number' AND detail LIKE '%核对档案%'", vec![]).await.unwrap();
        assert_eq!(logged, 1);
        let leader = County::call(&app, county.leader).await;
        assert_eq!(leader.get(&format!("/members/{}", ids[0])).await.status, 200);
        assert_eq!(leader.post(&path, &[("reason", "看看")]).await.status, 404);
    }

    async fn the_roster_goes_to_excel_as_narrowed_masked_and_in_clear_for_a_reason(app: TestApp) {
        let county = County::build(&app).await;
        let number = |n: &str| Some(n.to_owned());
        let probationer = NewMember { stage: "probationary".into(), ..somebody("单明", county.senior) };
        with(&app, vec![
            NewMember { id_number: number("990000198506150010"), ..somebody("江一帆", county.first) },
            NewMember { id_number: number("990000198506150029"), ..probationer },
        ]).await;
        let officer = County::call(&app, county.officer).await;
        let rows = |bytes: &[u8]| office::table::read(bytes, "x.xlsx", 10).unwrap();
        let all = rows(&officer.get("/members/list/export").await.bytes);
        assert_eq!(all.header[..6], ["一级组织", "二级组织", "片区", "单位", "姓名", "职务"]);
        assert_eq!(all.rows[0].cells[..5], ["清禾县教育局机关党委", "第一中学党总支", "城区片", "高中部党支部", "单明"]);
        assert!(all.rows.iter().all(|row| row.cells[7].contains("********")), "{all:?}");
        let some = rows(&officer.get("/members/list/export?stage=probationary").await.bytes);
        assert_eq!(some.rows.len(), 1);
        let found = rows(&officer.post("/members/list/export", &[("q", "一帆")]).await.bytes);
        assert_eq!((found.rows.len(), found.rows[0].cells[4].as_str()), (1, "江一帆"));
        let without = officer.post("/members/list/export", &[("reason", "")]).await;
        assert!(without.status == 422 && without.words().contains("请写明导出完整号码的理由"), "{}", without.words());
        let clear = rows(&officer.post("/members/list/export", &[("reason", "上报核对")]).await.bytes);
        assert_eq!(clear.rows[0].cells[7], "990000198506150029");
        let logged: Vec<(String, String)> = app.app.store.db().all("SELECT action, detail FROM audit WHERE action LIKE 'export%' ORDER BY id", vec![]).await.unwrap();
        let last = logged.last().unwrap();
        assert_eq!((logged.len(), last.0.as_str()), (4, "export_unmasked_members"));
        assert!(last.1.contains("上报核对") && !last.1.contains("江一帆"), "{}", last.1);
        let leader = County::call(&app, county.leader).await;
        assert_eq!(leader.post("/members/list/export", &[("reason", "看看")]).await.status, 404);
        let leaders = rows(&leader.get("/members/list/export").await.bytes);
        assert!(leaders.rows.len() == 2 && leaders.rows[0].cells[7].contains('*'));
    }

    async fn a_transfer_keeps_both_relations_and_a_stale_one_is_told(app: TestApp) {
        let county = County::build(&app).await;
        let ids = with(&app, vec![somebody("单明", county.first)]).await;
        let officer = County::call(&app, county.officer).await;
        let path = format!("/members/{}/move", ids[0]);
        let (to, now) = (county.second.to_string(), version(&app, ids[0]).await);
        let fields = [("branch", to.as_str()), ("from", "2026-11-10"), ("_version", now.as_str())];
        officer.post(&path, &fields).await.led_to();
        let words = officer.get(&format!("/members/{}", ids[0])).await.words();
        assert!(words.contains("第二小学党支部 转入 2026年11月10日至今"), "{words}");
        assert!(words.contains("第一小学党支部 登记 2020年9月1日至2026年11月9日"), "{words}");
        let back = county.first.to_string();
        let stale = officer.post(&path, &[("branch", back.as_str()), ("_version", now.as_str())]).await;
        assert_eq!(stale.status, 409);
        let then = officer.get(&format!("/organisations/{}?on=2026-11-01", county.first)).await.words();
        assert!(then.contains("1 党员"), "{then}");
        let edit = officer.post(&format!("/members/{}/edit", ids[0]), &[("name", "单明明"), ("sex", "male"), ("stage", "full"), ("category", "in_post"), ("_version", "1")]).await;
        assert!(edit.status == 409 && edit.words().contains("单明明"), "{}", edit.words());
    }

    async fn a_post_orders_the_roster_and_shows_advice(app: TestApp) {
        let county = County::build(&app).await;
        let names = ["安一", "曹二", "丁三", "冯四", "高五", "何六", "周七"];
        let ids = with(&app, names.iter().map(|n| somebody(n, county.first)).collect()).await;
        let officer = County::call(&app, county.officer).await;
        let at = format!("/organisations/{}", county.first);
        let words = officer.get(&at).await.words();
        assert!(words.contains("达到7名，应当设立支部委员会"), "{words}");
        let form = officer.get(&format!("{at}/posts/new")).await.page();
        assert!(form.contains("周七") && form.contains("2029-11-20"));
        let wrong = officer.post(&format!("{at}/posts/new"), &[("kind", "secretary"), ("term_to", "2020-01-01")]).await;
        assert!(wrong.words().contains("届满日期应是任职日期之后的日期"), "{}", wrong.words());
        let who = ids[6].to_string();
        officer.post(&format!("{at}/posts/new"), &[("kind", "secretary"), ("member", &who), ("staffing", "principal"), ("from", "2024-03-01"), ("term_to", "2027-03-01")]).await.led_to();
        let words = officer.get(&at).await.words();
        assert!(words.contains("书记 周七 校长兼任 2024年3月1日 2027年3月1日届满，还有 101 天换届"), "{words}");
        let list = officer.get(&format!("{at}/members")).await.words();
        let place = |name: &str| list.find(name).unwrap();
        assert!(place("周七") < place("安一") && place("安一") < place("高五"), "{list}");
        let next = ids[0].to_string();
        officer.post(&format!("{at}/posts/new"), &[("kind", "secretary"), ("member", &next), ("staffing", "full_time")]).await.led_to();
        let words = officer.get(&at).await.words();
        assert!(words.contains("书记 安一 专职") && !words.contains("书记 周七"), "{words}");
    }

    async fn a_roster_pages_by_key_and_its_sums_open_to_lists(app: TestApp) {
        let county = County::build(&app).await;
        let mut many: Vec<NewMember> = (0..205).map(|i| somebody(&format!("党员{i}"), county.first)).collect();
        for one in many.iter_mut().take(7) {
            one.stage = "probationary".to_owned();
            one.birth = Some(day("1960-01-01"));
            one.category = "retired".to_owned();
        }
        write(&app, |tx| async move { member::use_cases::create_members(&tx, &many, "imported").await }).await;
        let secretary = County::call(&app, county.secretary).await;
        let mut path = format!("/organisations/{}/members", county.first);
        let (mut seen, mut pages) = (std::collections::BTreeSet::new(), 0);
        loop {
            let page = secretary.get(&path).await.page();
            pages += 1;
            for part in page.split("<a href=\"/members/").skip(1) {
                seen.insert(part.split('"').next().unwrap().to_owned());
            }
            let Some(next) = page.split("after=").nth(1) else { break };
            path = format!("/organisations/{}/members?after={}", county.first, next.split('"').next().unwrap());
        }
        assert_eq!((seen.len(), pages), (205, 3));
        let words = secretary.get(&format!("/organisations/{}/members?stage=probationary", county.first)).await.words();
        assert!(words.contains("本页 7 人") && words.contains("205 党员 198 正式 7 预备"), "{words}");
        let young = secretary.get(&format!("/organisations/{}/members?only=young", county.first)).await.words();
        assert!(young.contains("本页 100 人"), "{young}");
    }

    async fn closing_moves_the_members_to_the_successor(app: TestApp) {
        let county = County::build(&app).await;
        let ids = with(&app, vec![somebody("单明", county.joint)]).await;
        let officer = County::call(&app, county.officer).await;
        let at = format!("/organisations/{}/close", county.joint);
        assert!(officer.get(&at).await.words().contains("名册上有 1 名党员"));
        let refused = officer.post(&at, &[("_version", "1")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.words().contains("名册上还有1名党员，请选择并入哪个党组织"), "{}", refused.words());
        let above = officer.post(&format!("/organisations/{}/close", county.general), &[("_version", "1")]).await;
        assert!(above.words().contains("下面还有党组织"), "{}", above.words());
        officer.post(&at, &[("_version", "1"), ("successor", &county.second.to_string()), ("from", "2026-11-01")]).await.led_to();
        let found = rows::find(app.app.store.db(), ids[0]).await.unwrap().unwrap();
        assert_eq!(found.branch, county.second);
        let tree = officer.get("/organisations").await.words();
        assert!(!tree.contains("柳湾联合党支部"), "{tree}");
        let then = officer.get("/organisations?on=2026-10-31").await.words();
        assert!(then.contains("柳湾联合党支部"), "{then}");
        let edges: i64 = app.app.store.db().scalar("SELECT COUNT(*) FROM edge WHERE child = $1 AND to_day IS NULL", params![county.joint]).await.unwrap();
        assert_eq!(edges, 0);
    }
}
