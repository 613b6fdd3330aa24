//! The review queue, as the office and a general branch's secretary use it.

use crate::world::{actor, ask, duty, write};
use axum::body::Body;
use axum::http::{Method, Request, header};
use duty::store::Key;
use duty::use_cases::{Submission, submit_duty, withdraw_submission};
use kernel::Id;
use rules::measure::Measure;
use testkit::{Caller, County, TestApp, on_both};

async fn hand_in(app: &TestApp, account: Id, key: Key, text: &str) {
    let who = actor(app, account).await;
    let what = Submission {
        text: text.to_owned(),
        ..Submission::default()
    };
    write(app, &who.by(), |tx| {
        let who = who.clone();
        async move { submit_duty(&tx, &who, key, &what).await }
    })
    .await
    .unwrap();
}

/// Both schools have handed in; the keys of the first and the second.
async fn two_wait(app: &TestApp, county: &County) -> (Key, Key) {
    let requirement = ask(app, county, Measure::default()).await;
    let first = Key {
        requirement,
        organisation: county.first,
    };
    let second = Key {
        requirement,
        organisation: county.second,
    };
    hand_in(app, county.secretary, first, "已收集 41 条").await;
    hand_in(app, county.second_secretary, second, "已收集 12 条").await;
    (first, second)
}

/// As the page's script sends a form.
async fn scripted(
    app: &TestApp,
    account: Id,
    path: &str,
    fields: &[(&str, &str)],
) -> testkit::Answer {
    let minted = app
        .app
        .store
        .housekeeping(|tx| async move { Ok(identity::mint_session(&tx, account).await?) })
        .await
        .unwrap();
    let pairs = fields
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect::<Vec<_>>()
        .join("&");
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, "127.0.0.1")
        .header(header::COOKIE, format!("zhibu={}", minted.token))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("x-requested-with", "zhibu")
        .header("x-csrf-token", &minted.csrf);
    app.stranger()
        .ask(request.body(Body::from(pairs)).unwrap())
        .await
}

async fn status(app: &TestApp, key: Key) -> String {
    duty(app, key.requirement, key.organisation).await.status
}

async fn queue(caller: &Caller) -> String {
    caller.get("/review").await.words()
}

on_both! {
    async fn the_queue_shows_what_was_handed_in_and_accepts_it_in_one_go(app: TestApp) {
        let county = County::build(&app).await;
        let (first, second) = two_wait(&app, &county).await;
        let officer = County::call(&app, county.officer).await;
        let words = queue(&officer).await;
        for said in ["第一小学党支部", "已收集 41 条", "第二小学党支部", "还有 2 份", "勾选齐全的", "审核 2"] {
            assert!(words.contains(said), "{said} in {words}");
        }
        let (a, b) = (first.to_string(), second.to_string());
        let led = officer.post("/review/accept-many", &[("pick", &a), ("pick", &b)]).await.led_to();
        let page = officer.get(&led).await.words();
        assert!(page.contains("已通过 2 份。") && page.contains("都审核完了"), "{page}");
        assert_eq!(status(&app, first).await, "done");
        officer.post("/review/undo", &[("key", &a), ("key", &b)]).await.led_to();
        assert_eq!(status(&app, second).await, "awaiting_review");
        assert!(queue(&officer).await.contains("还有 2 份"));
    }

    async fn a_batch_goes_on_when_one_was_withdrawn_meanwhile(app: TestApp) {
        let county = County::build(&app).await;
        let (first, second) = two_wait(&app, &county).await;
        let officer = County::call(&app, county.officer).await;
        let who = actor(&app, county.second_secretary).await;
        write(&app, &who.by(), |tx| { let who = who.clone(); async move { withdraw_submission(&tx, &who, second).await } }).await.unwrap();
        let picks = [first.to_string(), second.to_string()];
        let led = officer.post("/review/accept-many", &[("pick", &picks[0]), ("pick", &picks[1])]).await.led_to();
        let page = officer.get(&led).await.words();
        assert!(page.contains("通过 1 份。第二小学党支部的已被撤回或由别人处理，没有动。"), "{page}");
        assert_eq!((status(&app, first).await, status(&app, second).await), ("done".to_owned(), "under_way".to_owned()));
    }

    async fn a_return_lands_on_its_field_and_is_suggested_next_time(app: TestApp) {
        let county = County::build(&app).await;
        let (first, second) = two_wait(&app, &county).await;
        let officer = County::call(&app, county.officer).await;
        let key = first.to_string();
        let own = [("key", key.as_str()), ("words", "台账没有责任人"), ("field", "file")];
        officer.post("/review/return", &own).await.led_to();
        let row = duty(&app, first.requirement, first.organisation).await;
        assert_eq!((row.status.as_str(), row.returned_field.as_deref()), ("returned", Some("file")));
        assert!(row.missing.contains("台账没有责任人"));
        assert!(officer.get("/review").await.page().contains("value=\"file:台账没有责任人\""));
        let key = second.to_string();
        officer.post("/review/return", &[("key", &key), ("reason", "file:台账没有责任人")]).await.led_to();
        assert_eq!(duty(&app, second.requirement, second.organisation).await.returned_field.as_deref(), Some("file"));
    }

    async fn a_return_without_a_reason_is_asked_for_one(app: TestApp) {
        let county = County::build(&app).await;
        let (first, _) = two_wait(&app, &county).await;
        let officer = County::call(&app, county.officer).await;
        let answer = officer.post("/review/return", &[("key", &first.to_string())]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.words().contains("请写明理由"), "{}", answer.words());
        let answer = officer.post("/review/accept-many", &[]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.words().contains("请先勾选"));
    }

    async fn the_script_gets_the_one_submission_back(app: TestApp) {
        let county = County::build(&app).await;
        let (first, second) = two_wait(&app, &county).await;
        let key = first.to_string();
        let answer = scripted(&app, county.officer, "/review/accept", &[("key", &key), ("_key", "k1")]).await;
        let html = answer.page();
        assert!(html.starts_with("<article class=\"rv gone\"") && html.contains("已通过"), "{html}");
        assert!(!html.contains("<html"));
        let key = second.to_string();
        let fields = [("key", key.as_str()), ("words", "x"), ("field", "text"), ("_key", "k2")];
        assert!(scripted(&app, county.officer, "/review/return", &fields).await.page().contains("已退回"));
        let again = scripted(&app, county.officer, "/review/accept", &[("key", &key), ("_key", "k3")]).await;
        assert_eq!(again.status, 409);
        assert!(again.text.contains("nothing_to_review"));
    }

    async fn a_judgement_is_undone_by_its_reviewer_within_ten_minutes(app: TestApp) {
        let county = County::build(&app).await;
        let (first, second) = two_wait(&app, &county).await;
        let officer = County::call(&app, county.officer).await;
        let (a, b) = (first.to_string(), second.to_string());
        officer.post("/review/return", &[("key", &a), ("words", "缺条数")]).await.led_to();
        officer.post("/review/accept", &[("key", &b)]).await.led_to();
        app.pass_ms(9 * 60_000);
        officer.post("/review/undo", &[("key", &a)]).await.led_to();
        assert_eq!(status(&app, first).await, "awaiting_review");
        let twice = officer.post("/review/undo", &[("key", &a)]).await;
        assert_eq!(twice.status, 409);
        app.pass_ms(2 * 60_000);
        let late = officer.post("/review/undo", &[("key", &b)]).await;
        assert!(late.words().contains("只能在十分钟内撤销"), "{}", late.words());
        assert_eq!(status(&app, second).await, "done");
    }

    async fn nobody_else_reviews_and_a_foreign_key_is_not_found(app: TestApp) {
        let county = County::build(&app).await;
        let (first, _) = two_wait(&app, &county).await;
        let key = first.to_string();
        for stranger in [county.secretary, county.second_secretary, county.inspector, county.leader, county.system_admin] {
            let stranger = County::call(&app, stranger).await;
            assert_eq!(stranger.get("/review").await.status, 404);
            for path in ["/review/accept", "/review/return", "/review/undo", "/review/excuse"] {
                let fields = [("key", key.as_str()), ("words", "代审"), ("what", "exempt"), ("reason", "代审")];
                assert_eq!(stranger.post(path, &fields).await.status, 404, "{path}");
            }
        }
        let superior = County::call(&app, county.superior).await;
        let words = queue(&superior).await;
        assert!(words.contains("没有待审核的报送") && !words.contains("第一小学党支部"), "{words}");
        for path in ["/review/accept", "/review/return", "/review/undo"] {
            let fields = [("key", key.as_str()), ("words", "代审")];
            assert_eq!(superior.post(path, &fields).await.status, 404, "{path}");
        }
        assert_eq!(superior.post("/review/excuse", &[("key", &key), ("what", "exempt"), ("reason", "x")]).await.status, 404);
        assert_eq!(status(&app, first).await, "awaiting_review");
    }

    async fn the_office_extends_and_exempts_from_the_queue(app: TestApp) {
        let county = County::build(&app).await;
        let (first, second) = two_wait(&app, &county).await;
        let officer = County::call(&app, county.officer).await;
        let key = first.to_string();
        let fields = [("key", key.as_str()), ("what", "extend"), ("day", "2026-12-10"), ("reason", "校舍搬迁"), ("back", "https://evil.example")];
        assert!(officer.post("/review/excuse", &fields).await.led_to().starts_with("/review?"));
        assert_eq!(duty(&app, first.requirement, first.organisation).await.due, "2026-12-10".parse().unwrap());
        let key = second.to_string();
        officer.post("/review/excuse", &[("key", &key), ("what", "exempt"), ("reason", "撤并")]).await.led_to();
        assert_eq!(status(&app, second).await, "exempt");
    }

    async fn the_queue_narrows_and_says_what_is_missing(app: TestApp) {
        let county = County::build(&app).await;
        two_wait(&app, &county).await;
        let officer = County::call(&app, county.officer).await;
        let south = officer.get(&format!("/review?zone={}", county.south)).await.words();
        assert!(south.contains("第二小学党支部") && !south.contains("已收集 41 条"), "{south}");
        assert!(officer.get("/review?zone=9&item=x&after=y").await.words().contains("这个范围内没有待审核的"));
        app.pass_days(11);
        let late = ask(&app, &county, Measure::default()).await;
        hand_in(&app, county.secretary, Key { requirement: late, organisation: county.first }, "迟交").await;
        let officer = County::call(&app, county.officer).await;
        let words = officer.get("/review?new=1").await.words();
        assert!(words.contains("逾期报送") && !words.contains("已收集 12 条"), "{words}");
    }
}
