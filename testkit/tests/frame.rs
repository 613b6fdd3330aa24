//! What is true of every page before any feature speaks.
#![allow(clippy::unwrap_used)]

use testkit::{County, on_both};

on_both! {
    async fn a_stranger_is_led_to_sign_in_and_finds_nothing_else(app: TestApp) {
        let stranger = app.stranger();
        let answer = stranger.get("/no-such-page").await;
        assert_eq!(answer.status, 404);
        assert!(answer.words().contains("没有找到这一页"));
        assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    }

    async fn a_session_says_who_it_is(app: TestApp) {
        let county = County::build(&app).await;
        let secretary = County::call(&app, county.secretary).await;
        let answer = secretary.get("/no-such-page").await;
        assert!(answer.words().contains("第一小学党支部 · 支部书记 · 周明"), "{}", answer.words());
    }
}
