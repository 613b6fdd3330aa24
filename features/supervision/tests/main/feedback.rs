//! “这件事是负担？”, and its answer.

use crate::world::notices;
use axum::body::Body;
use axum::http::{Request, header};
use testkit::{County, on_both};

on_both! {
    async fn what_a_school_says_is_answered_and_the_answer_arrives(app: TestApp) {
        let county = County::build(&app).await;
        let secretary = County::call(&app, county.secretary).await;
        let said = [("page", "/duties/3-4?tab=x"), ("words", "同一张表一个月报三次")];
        let led = secretary.post("/feedback", &said).await.led_to();
        let own = secretary.get(&led).await.words();
        assert!(own.contains("已收到") && own.contains("同一张表一个月报三次") && own.contains("等答复"), "{own}");
        let officer = County::call(&app, county.officer).await;
        let all = officer.get("/feedback/all").await.page();
        assert!(all.contains("第一小学党支部 · 周明") && all.contains("说的是一件事项<"));
        let action = all.split("action=\"/feedback/").nth(1).unwrap().split('"').next().unwrap();
        let action = format!("/feedback/{action}");
        assert_eq!(officer.post(&action, &[]).await.status, 422);
        officer.post(&action, &[("words", "以后只报一次")]).await.led_to();
        assert_eq!(officer.post(&action, &[("words", "再答一次")]).await.status, 409);
        assert_eq!(notices(&app, county.secretary).await, ["您反映的情况有了答复"]);
        let own = secretary.get("/feedback").await.words();
        assert!(own.contains("已答复") && own.contains("以后只报一次"), "{own}");
        let other = County::call(&app, county.second_secretary).await;
        assert!(!other.get("/feedback").await.words().contains("一个月报三次"));
        assert_eq!(other.post(&action, &[("words", "代答")]).await.status, 404);
    }

    async fn nothing_and_too_much_are_refused_and_the_words_are_kept(app: TestApp) {
        let county = County::build(&app).await;
        let member = County::call(&app, county.committee_member).await;
        assert_eq!(member.post("/feedback", &[]).await.status, 422);
        let long = "负".repeat(501);
        let answer = member.post("/feedback", &[("words", &long)]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.words().contains("写了 501 字，最多 500 字") && answer.text.contains(&long));
        let hostile = [("words", "<script>alert(1)</script>"), ("page", "javascript:alert(1)")];
        member.post("/feedback", &hostile).await.led_to();
        let page = member.get("/feedback").await.page();
        assert!(!page.contains("<script>alert") && !page.contains("javascript:"));
    }

    async fn the_page_one_came_from_is_filled_in(app: TestApp) {
        let county = County::build(&app).await;
        let account = county.secretary;
        let minted = app.app.store.housekeeping(|tx| async move { Ok(identity::mint_session(&tx, account).await?) }).await.unwrap();
        let request = Request::builder()
            .uri("/feedback")
            .header(header::HOST, "127.0.0.1")
            .header(header::COOKIE, format!("zhibu={}", minted.token))
            .header(header::REFERER, "http://127.0.0.1/duties/5-6?said=x");
        let page = app.stranger().ask(request.body(Body::empty()).unwrap()).await.page();
        assert!(page.contains("name=\"page\" value=\"/duties/5-6\""));
    }
}
