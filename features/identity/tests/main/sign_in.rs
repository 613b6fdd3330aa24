//! At the door.

use crate::browser::{Browser, PASSWORD, account, account_with, between, knock};
use testkit::{County, on_both};

on_both! {
    async fn the_right_password_opens_and_the_cookie_is_guarded(app: TestApp) {
        account(&app, "ZhouMing", "周明").await;
        let stranger = app.stranger();
        let form = [("username", " zhouming "), ("password", PASSWORD), ("next", "/account?x=1")];
        let answer = stranger.post("/sign-in", &form).await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.starts_with("zhibu=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
        assert_eq!(answer.led_to(), "/account?x=1");
    }

    async fn after_signing_in_one_goes_on_to_own_pages_only(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        for next in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
            let form = [("username", "zhouming"), ("password", PASSWORD), ("next", next)];
            assert_eq!(app.stranger().post("/sign-in", &form).await.led_to(), "/");
        }
    }

    async fn an_unknown_name_and_a_wrong_password_get_the_same_answer(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        let stranger = app.stranger();
        for _ in 0..4 {
            let wrong = knock(&stranger, "zhouming", "three-grey-geese").await;
            let unknown = knock(&stranger, "nobodyatall", "three-grey-geese").await;
            assert_eq!(wrong.status, 422);
            assert_eq!(wrong.status, unknown.status);
            assert_eq!(wrong.text.replace("zhouming", "nobodyatall"), unknown.text);
        }
    }

    async fn repeated_failures_wait_longer_and_end(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        let stranger = app.stranger();
        for _ in 0..2 {
            let words = knock(&stranger, "zhouming", "wrong").await.words();
            assert!(words.contains("用户名或密码不对，请再试一次。"), "{words}");
        }
        let words = knock(&stranger, "zhouming", "wrong").await.words();
        assert!(words.contains("请等 5 秒 再试"), "{words}");
        let words = knock(&stranger, "zhouming", PASSWORD).await.words();
        assert!(words.contains("这一次没有核对密码"), "{words}");
        app.pass_ms(5_000);
        let words = knock(&stranger, "zhouming", "wrong").await.words();
        assert!(words.contains("请等 10 秒 再试"), "{words}");
        app.pass_ms(10_000);
        assert_eq!(knock(&stranger, "zhouming", PASSWORD).await.led_to(), "/");
        let words = knock(&stranger, "zhouming", "wrong").await.words();
        assert!(words.contains("请再试一次"), "forgotten after success: {words}");
    }

    async fn failures_of_one_name_do_not_hold_up_a_colleague(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        account(&app, "wuer", "吴二").await;
        let stranger = app.stranger();
        for _ in 0..8 {
            knock(&stranger, "zhouming", "wrong").await;
        }
        assert_eq!(knock(&stranger, "wuer", PASSWORD).await.led_to(), "/");
    }

    async fn an_empty_form_says_what_is_missing_and_keeps_the_name(app: TestApp) {
        let answer = knock(&app.stranger(), "zhouming", "").await;
        assert_eq!(answer.status, 422);
        assert!(answer.words().contains("请输入密码。"));
        assert!(answer.text.contains("value=\"zhouming\""));
        let answer = knock(&app.stranger(), "\"><script>=1+1", "").await;
        assert!(!answer.text.contains("\"><script>"), "{}", answer.text);
    }

    async fn a_form_from_elsewhere_is_turned_away(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        let body = format!("username=zhouming&password={PASSWORD}");
        let request = axum::http::Request::post("/sign-in")
            .header("host", "127.0.0.1").header("origin", "https://evil.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(axum::body::Body::from(body)).unwrap();
        assert_eq!(app.stranger().ask(request).await.status, 403);
    }

    async fn a_session_ends_after_eight_idle_hours_and_after_seven_days(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        let browser = Browser::signed_in(&app, "zhouming", PASSWORD).await;
        app.pass_ms(7 * 3_600_000);
        browser.get("/account").await.page();
        app.pass_ms(7 * 3_600_000);
        browser.get("/account").await.page();
        app.pass_ms(8 * 3_600_000 + 1);
        assert_eq!(browser.get("/account").await.led_to(), "/sign-in?next=%2Faccount");

        let browser = Browser::signed_in(&app, "zhouming", PASSWORD).await;
        for _ in 0..24 {
            browser.get("/account").await.page();
            app.pass_ms(7 * 3_600_000);
        }
        assert_eq!(browser.get("/account").await.led_to(), "/sign-in?next=%2Faccount");
    }

    async fn signing_out_ends_the_session_and_wipes_the_browser(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        let browser = Browser::signed_in(&app, "zhouming", PASSWORD).await;
        let answer = browser.post("/account", "/sign-out", &[]).await;
        assert!(answer.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
        assert_eq!(answer.headers["clear-site-data"], "\"storage\"");
        assert!(answer.led_to().starts_with("/sign-in?said="));
        assert_eq!(browser.get("/account").await.status, 303);
    }

    async fn other_devices_can_be_signed_out_and_only_ones_own(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        account(&app, "wuer", "吴二").await;
        let here = Browser::signed_in(&app, "zhouming", PASSWORD).await;
        let there = Browser::signed_in(&app, "zhouming", PASSWORD).await;
        let other = Browser::signed_in(&app, "wuer", PASSWORD).await;
        let page = here.get("/account").await.page();
        let after_all = page.split_once("end-others").unwrap().1;
        let id = between(after_all, "/account/sessions/", "/end\"");
        let end = format!("/account/sessions/{id}/end");
        assert_eq!(other.post("/account/password", &end, &[]).await.status, 404);
        there.get("/account").await.page();
        here.post("/account", &end, &[]).await.led_to();
        assert_eq!(there.get("/account").await.status, 303);
        here.get("/account").await.page();
        let third = Browser::signed_in(&app, "zhouming", PASSWORD).await;
        here.post("/account", "/account/sessions/end-others", &[]).await.led_to();
        assert_eq!(third.get("/account").await.status, 303);
        other.get("/account").await.page();
    }

    async fn a_first_password_must_be_changed_before_anything_else(app: TestApp) {
        account_with(&app, "zhouming", "周明", "given-by-admin-7", true).await;
        let browser = Browser::signed_in(&app, "zhouming", "given-by-admin-7").await;
        assert_eq!(browser.get("/roles").await.led_to(), "/account/password");
        let send = async |present: &str, password: &str, again: &str| {
            let form = [("present", present), ("password", password), ("again", again)];
            browser.post("/account/password", "/account/password", &form).await
        };
        for (present, password, again, said) in [
            ("given-by-admin-7", "short", "short", "不足 10 个字符"),
            ("given-by-admin-7", "zhouming-zhouming", "zhouming-zhouming", "含有用户名"),
            ("given-by-admin-7", "1234567890", "1234567890", "太常见"),
            ("given-by-admin-7", "four-brown-owls", "four-brown-owl", "两次输入的新密码不一样"),
            ("given-by-admin-7", "given-by-admin-7", "given-by-admin-7", "与现在的密码相同"),
            ("not-the-present", "four-brown-owls", "four-brown-owls", "现在的密码不对"),
        ] {
            let answer = send(present, password, again).await;
            assert_eq!(answer.status, 422, "{password}");
            assert!(answer.words().contains(said), "{said}: {}", answer.words());
            assert!(!answer.text.contains("four-brown"), "a password is never sent back");
        }
        let led = send("given-by-admin-7", "four-brown-owls", "four-brown-owls").await.led_to();
        assert!(led.starts_with("/account?said="));
        browser.get("/account").await.page();
        assert_eq!(knock(&app.stranger(), "zhouming", "given-by-admin-7").await.status, 422);
        assert_eq!(knock(&app.stranger(), "zhouming", "four-brown-owls").await.status, 303);
    }

    async fn an_account_without_a_password_is_opened_by_none(app: TestApp) {
        County::build(&app).await;
        assert_eq!(knock(&app.stranger(), "officer", " ").await.status, 422);
        assert_eq!(knock(&app.stranger(), "officer", "nobody's").await.status, 422);
    }
}
