//! The board, its lists and its reasons.

use crate::world::{duty, excuse, issue, judge, submit};
use duty::use_cases::{Excuse, Judgement};
use testkit::{Caller, County, on_both};

/// The number before `件` after that word.
fn figure(words: &str, after: &str) -> i64 {
    let rest = words.split(after).nth(1).unwrap_or_default().trim_start();
    rest.chars()
        .take_while(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .unwrap()
}

async fn listed(caller: &Caller, path: &str) -> i64 {
    let words = caller.get(path).await.words();
    let (before, _) = words.split_once(" 件，").unwrap_or((&words, ""));
    before
        .rsplit(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap_or_else(|_| panic!("{words}"))
}

on_both! {
    async fn numbers_on_the_board_are_those_of_their_lists(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.secretary, sheet.survey(county.first)).await;
        submit(&app, county.second_secretary, sheet.survey(county.second)).await;
        judge(&app, county.officer, sheet.survey(county.second), Judgement::Accept).await;
        excuse(&app, county.officer, sheet.survey(county.senior), Excuse::Exempt { reason: "撤并".to_owned() }).await;
        app.pass_days(3);
        duty::maintain::advance(&app.app.store).await.unwrap();
        let officer = County::call(&app, county.officer).await;
        let words = officer.get("/progress").await.words();
        let list = format!("/progress/{}/list", sheet.id);
        assert_eq!((figure(&words, "应办"), figure(&words, "完成"), figure(&words, "待审核"), figure(&words, "逾期")), (8, 1, 1, 2), "{words}");
        for (status, n) in [("settled", 1), ("awaiting_review", 1), ("overdue", 2), ("na", 1), ("exempt", 1), ("owed", 6), ("", 10)] {
            assert_eq!(listed(&officer, &format!("{list}?status={status}")).await, n, "{status}");
        }
        let office = officer.get("/office").await.words();
        assert!(office.contains("2 件 逾期未交，2 个组织") && office.contains("1 / 8 已完成"), "{office}");
        assert_eq!(listed(&officer, "/progress/all/list?status=overdue").await, 2);
        assert_eq!(listed(&officer, &format!("{list}?zone={}&status=overdue", county.town)).await, 1);
        assert!(words.contains("城区片 应办 5 件，完成 0 件，待审核 1 件，逾期 1 件，免除 1 件"), "{words}");
    }

    async fn a_cell_says_why(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        let key = sheet.survey(county.first);
        submit(&app, county.secretary, key).await;
        judge(&app, county.officer, key, Judgement::Return { reason: "台账没有责任人".to_owned(), field: None }).await;
        let officer = County::call(&app, county.officer).await;
        assert!(officer.get("/progress").await.page().contains(&format!("/progress/{}/{key}", sheet.id)));
        let words = officer.get(&format!("/progress/{}/{key}", sheet.id)).await.words();
        for said in ["为什么是“已退回”", "条件“全部党组织”，在范围内", "原文“11月中旬”；没有延期", "退回：台账没有责任人", "还差什么 台账没有责任人", "清教党〔2026〕9号"] {
            assert!(words.contains(said), "{said} in {words}");
        }
        let own = County::call(&app, county.secretary).await.get(&format!("/progress/{}/{key}", sheet.id)).await.words();
        assert!(own.contains("台账没有责任人") && !own.contains("提醒一次"), "{own}");
        let none = officer.get(&format!("/progress/{}/{}", sheet.id, sheet.lecture(county.joint))).await.words();
        assert!(none.contains("为什么是“不适用”") && none.contains("不适用：没有小学"), "{none}");
    }

    async fn everybody_sees_only_what_is_theirs(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        let inspector = County::call(&app, county.inspector).await;
        let words = inspector.get("/progress").await.words();
        assert!(words.contains("第二小学党支部") && words.contains("柳湾联合党支部"), "{words}");
        assert!(!words.contains("第一小学") && !words.contains("第一中学"), "{words}");
        assert!(words.contains("2 个党组织") && words.contains("应办 3 件"), "{words}");
        let superior = County::call(&app, county.superior).await;
        let words = superior.get("/progress").await.words();
        assert!(words.contains("高中部党支部") && !words.contains("第一小学"), "{words}");
        assert!(words.contains("应办 4 件") && !words.contains("应办 6 件"), "{words}");
        let office = superior.get("/office").await.page();
        assert!(office.contains("aria-label=\"应办 4 件，完成 0 件\"") && office.contains("城区片") && !office.contains("南片"));
        let foreign = format!("/progress/{}/{}", sheet.id, sheet.survey(county.first));
        for stranger in [county.inspector, county.superior, county.second_secretary] {
            let stranger = County::call(&app, stranger).await;
            assert_eq!(stranger.get(&foreign).await.status, 404);
            let remind = format!("/progress/{}/remind", sheet.id);
            assert_eq!(stranger.post(&remind, &[("org", &county.first.to_string())]).await.status, 404);
        }
        let second = County::call(&app, county.second_secretary).await;
        for path in ["/progress", "/office", "/review", "/feedback/all"] {
            assert_eq!(second.get(path).await.status, 404, "{path}");
        }
        let list = inspector.get(&format!("/progress/{}/list", sheet.id)).await.words();
        assert!(!list.contains("第一小学") && list.contains("4 件，2 个党组织"), "{list}");
    }

    async fn the_board_narrows_and_goes_to_excel(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.secretary, sheet.survey(county.first)).await;
        let officer = County::call(&app, county.officer).await;
        let waiting = officer.get("/progress?status=awaiting_review").await.page();
        assert!(waiting.contains(">第一小学党支部<") && !waiting.contains(">第二小学党支部<"));
        let named = officer.get("/progress?name=%E6%9F%B3%E6%B9%BE&owing=1").await.words();
        assert!(named.contains("1 个组织，共 5 个"), "{named}");
        assert!(officer.get("/progress?name=%E6%B2%A1%E6%9C%89").await.words().contains("没有这样的组织"));
        assert_eq!(officer.get("/progress?sheet=1").await.status, 404);
        let answer = officer.get(&format!("/progress/{}/export", sheet.id)).await;
        let table = office::table::read(&answer.bytes, "进度.xlsx", 100).unwrap();
        assert_eq!(table.header[..6], ["一级组织", "二级组织", "片区", "党组织", "应办", "完成"]);
        let row = |name: &str| table.rows.iter().find(|row| row.cells[3] == name).unwrap().cells.clone();
        assert_eq!(row("第一小学党支部")[..9], ["清禾县教育局机关党委", "", "城区片", "第一小学党支部", "2", "0", "1", "0", "待审核"]);
        assert_eq!(row("高中部党支部")[..3], ["清禾县教育局机关党委", "第一中学党总支", "城区片"]);
        let named = officer.get(&format!("/progress/{}/export?name=%E6%9F%B3%E6%B9%BE", sheet.id)).await;
        assert_eq!(office::table::read(&named.bytes, "进度.xlsx", 100).unwrap().rows.len(), 1);
    }

    async fn an_extension_is_answered_where_it_is_explained(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        let key = sheet.survey(county.first);
        let secretary = County::call(&app, county.secretary).await;
        let fields = [("day", "2026-12-05"), ("reason", "主讲人病假")];
        secretary.post(&format!("/duties/{key}/extension"), &fields).await.led_to();
        let officer = County::call(&app, county.officer).await;
        let office = officer.get("/office").await.words();
        assert!(office.contains("第一小学党支部申请延期") && office.contains("主讲人病假"), "{office}");
        let here = format!("/progress/{}/{key}", sheet.id);
        let fields = [("key", key.to_string()), ("what", "extend".to_owned()), ("day", "2026-12-05".to_owned()), ("reason", "同意".to_owned()), ("back", here.clone())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        assert!(officer.post("/review/excuse", &fields).await.led_to().starts_with(&here));
        assert_eq!(duty(&app, key).await.due, "2026-12-05".parse().unwrap());
        assert!(!officer.get("/office").await.words().contains("申请延期"));
    }

    async fn each_person_is_led_to_their_first_page(app: TestApp) {
        let county = County::build(&app).await;
        for (account, page) in [
            (county.officer, "/office"), (county.leader, "/office"), (county.secretary, "/duties"),
            (county.superior, "/duties"), (county.inspector, "/progress"), (county.system_admin, "/accounts"),
        ] {
            assert_eq!(County::call(&app, account).await.get("/").await.led_to(), page);
        }
        assert!(app.stranger().get("/").await.led_to().starts_with("/sign-in"));
        let officer = County::call(&app, county.officer).await;
        assert!(officer.get("/office").await.words().contains("今天没有要办的"));
        assert!(officer.get("/progress").await.words().contains("还没有可看的进度"));
    }
}
