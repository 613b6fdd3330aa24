//! The tree as people see and change it.

use crate::ground::write;
use kernel::{Id, TreePath};
use org::store as rows;
use store::params;
use testkit::{Caller, County, TestApp, on_both};

async fn node(app: &TestApp, id: Id) -> org::Node {
    rows::find_node(app.app.store.db(), id)
        .await
        .unwrap()
        .unwrap()
}

/// Runs every queued job of this feature.
async fn work(app: &TestApp) {
    let feature = org::feature();
    while let Some(job) = app.app.store.claim_job().await.unwrap() {
        let found = feature.jobs.iter().find(|(kind, _)| *kind == job.kind);
        if let Some((_, handler)) = found {
            handler(app.app.clone(), serde_json::from_str(&job.payload).unwrap())
                .await
                .unwrap();
        }
        app.app.store.finish_job(&job).await.unwrap();
    }
}

/// Fields that the edit form sends for a branch.
async fn save(caller: &Caller, app: &TestApp, id: Id, more: &[(&str, &str)]) -> testkit::Answer {
    let at = node(app, id).await;
    let (version, zone) = (
        at.version.to_string(),
        at.zone.map(|z| z.to_string()).unwrap_or_default(),
    );
    let mut fields = vec![
        ("name", at.name.as_str()),
        ("short_name", at.short_name.as_str()),
        ("kind", at.kind.as_str()),
        ("_version", version.as_str()),
        ("zone", zone.as_str()),
        ("from", "2026-11-20"),
    ];
    fields.retain(|(name, _)| !more.iter().any(|(k, _)| k == name));
    fields.extend(more);
    caller
        .post(&format!("/organisations/{id}/edit"), &fields)
        .await
}

on_both! {
    async fn an_officer_makes_a_branch_and_finds_it_in_the_tree(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let form = officer.get("/organisations/new").await.page();
        assert!(form.contains("南片") && form.contains("青少年党校"));
        let (parent, zone) = (county.bureau.to_string(), county.south.to_string());
        let to = officer.post("/organisations/new", &[
            ("name", "石门小学党支部"), ("kind", "branch"), ("parent", &parent), ("zone", &zone),
            ("tag", "remote_education_site"),
        ]).await.led_to();
        let page = officer.get(&to).await;
        let said = page.words();
        assert!(said.contains("石门小学党支部") && said.contains("远程教育站点") && said.contains("已新建"), "{said}");
        let by_zone = officer.get("/organisations?tree=zone").await.words();
        assert!(by_zone.contains("石门小学党支部"), "{by_zone}");
    }

    async fn a_form_with_errors_keeps_what_was_typed_and_names_the_fields(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let answer = officer.post("/organisations/new", &[
            ("name", ""), ("short_name", "<script>alert(1)</script>"), ("from", "2027-01-01"),
        ]).await;
        assert_eq!(answer.status, 422);
        let words = answer.words();
        assert!(words.contains("请填写名称") && words.contains("请选择类别"), "{words}");
        assert!(words.contains("生效日期不能晚于今天（2026年11月20日）"), "{words}");
        assert!(!answer.text.contains("<script>alert"), "typed text is shown as text");
        let taken = officer.post("/organisations/new", &[
            ("name", "第一小学党支部"), ("kind", "branch"), ("parent", &county.bureau.to_string()),
        ]).await;
        assert!(taken.words().contains("同一上级下已有这个名称"), "{}", taken.words());
    }

    async fn what_lies_elsewhere_is_not_found(app: TestApp) {
        let county = County::build(&app).await;
        let secretary = County::call(&app, county.secretary).await;
        for path in [
            format!("/organisations/{}", county.second),
            format!("/organisations/{}/edit", county.first),
            format!("/organisations/{}/move", county.first),
            format!("/organisations/{}/close", county.first),
            "/organisations/import".to_owned(),
            "/organisations/999".to_owned(),
        ] {
            assert_eq!(secretary.get(&path).await.status, 404, "{path}");
        }
        let own = secretary.get(&format!("/organisations/{}", county.first)).await.page();
        assert!(!own.contains("第二小学") && !own.contains("修改</a>"));
        let inspector = County::call(&app, county.inspector).await;
        assert_eq!(inspector.get(&format!("/organisations/{}", county.second)).await.status, 200);
        assert_eq!(inspector.get(&format!("/organisations/{}", county.first)).await.status, 404);
        let superior = County::call(&app, county.superior).await;
        let post = superior.post(&format!("/organisations/{}/edit", county.senior), &[("name", "x")]).await;
        assert_eq!(post.status, 404);
    }

    async fn moving_an_organisation_takes_its_subtree_and_its_rows_along(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let record = write(&app, |tx| async move {
            let id = tx.new_id();
            tx.exec(
                "INSERT INTO record (id, kind, subkind, organisation, path, zone, day, title, content, speaker_name, speaker_is_secretary, attended, created_at, created_by_name)
                 VALUES ($1, 'lecture', '', $2, '001001001', NULL, '2026-11-01', '', '', '', FALSE, 0, 0, '')",
                params![id, county.senior],
            ).await?;
            Ok(id)
        }).await;
        let form = officer.get(&format!("/organisations/{}/move", county.general)).await.words();
        assert!(form.contains("它下面的 2 个党组织随之调整"), "{form}");
        let version = node(&app, county.general).await.version.to_string();
        let there = [("parent", county.general.to_string())];
        let below = officer.post(&format!("/organisations/{}/move", county.general), &[("parent", &there[0].1), ("_version", &version)]).await;
        assert!(below.words().contains("不能隶属于自己或自己的下级"), "{}", below.words());
        let to = county.joint.to_string();
        officer.post(&format!("/organisations/{}/move", county.general), &[("parent", &to), ("from", "2026-11-10"), ("_version", &version)]).await.led_to();
        let mut paths = vec![];
        for id in [county.general, county.senior, county.junior] {
            paths.push(node(&app, id).await.path.to_string());
        }
        assert_eq!(paths, ["001004001", "001004001001", "001004001002"]);
        work(&app).await;
        let path: TreePath = app.app.store.db().scalar("SELECT path FROM record WHERE id = $1", params![record]).await.unwrap();
        assert_eq!(path.as_str(), "001004001001");
        let before = officer.get(&format!("/organisations/{}?on=2026-11-09", county.general)).await.words();
        assert!(before.contains("2026年11月9日时的情况") && before.contains("清禾县教育局机关党委"), "{before}");
        let stale = officer.post(&format!("/organisations/{}/move", county.general), &[("parent", &county.bureau.to_string()), ("_version", &version)]).await;
        assert_eq!(stale.status, 409);
    }

    async fn a_place_left_is_given_to_nobody_else(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let version = node(&app, county.joint).await.version.to_string();
        let (to, bureau) = (county.general.to_string(), county.bureau.to_string());
        officer.post(&format!("/organisations/{}/move", county.joint), &[("parent", &to), ("_version", &version)]).await.led_to();
        officer.post("/organisations/new", &[("name", "新建支部"), ("kind", "branch"), ("parent", &bureau)]).await.led_to();
        officer.post("/organisations/new", &[("name", "又一支部"), ("kind", "branch"), ("parent", &bureau)]).await.led_to();
        let version = node(&app, county.second).await.version.to_string();
        officer.post(&format!("/organisations/{}/move", county.second), &[("parent", &to), ("_version", &version)]).await.led_to();
        let paths: Vec<String> = app.app.store.db().column("SELECT path FROM node WHERE category = 'organisation' ORDER BY path", vec![]).await.unwrap();
        let mut unique = paths.clone();
        unique.dedup();
        assert_eq!(paths, unique);
    }

    async fn units_zone_and_tags_change_from_a_day_on(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let bureau = county.bureau.to_string();
        officer.post("/organisations/new?category=unit", &[
            ("name", "柳湾小学"), ("kind", "village_primary"), ("parent", &bureau),
            ("figure_pupils_primary", "126"), ("figure_staff_full_time", "11"),
        ]).await.led_to();
        let unit: Id = app.app.store.db().scalar("SELECT id FROM node WHERE name = '柳湾小学'", vec![]).await.unwrap();
        let (south, unit) = (county.town.to_string(), unit.to_string());
        save(&officer, &app, county.joint, &[("zone", &south), ("unit", &unit), ("tag", "youth_party_school"), ("from", "2026-11-05")]).await.led_to();
        let words = officer.get(&format!("/organisations/{}", county.joint)).await.words();
        assert!(words.contains("城区片") && words.contains("126 学生（幼儿）") && words.contains("青少年党校"), "{words}");
        assert!(words.contains("划入南片（2020年1月1日至2026年11月4日）"), "{words}");
        save(&officer, &app, county.joint, &[]).await.led_to();
        let words = officer.get(&format!("/organisations/{}", county.joint)).await.words();
        assert!(!words.contains("126 学生"), "{words}");
    }

    async fn two_officers_who_edit_at_once_are_told(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let version = node(&app, county.first).await.version.to_string();
        save(&officer, &app, county.first, &[("name", "城关第一小学党支部")]).await.led_to();
        let late = save(&officer, &app, county.first, &[("name", "一小党支部"), ("_version", &version)]).await;
        assert_eq!(late.status, 409);
        assert!(late.words().contains("一小党支部") && late.words().contains("城关第一小学党支部"), "{}", late.words());
    }
}
