//! Two steps at the door.

use crate::browser::{Browser, PASSWORD, account, between, knock};
use axum::body::Body;
use axum::http::{Request, header};
use testkit::{Answer, County, TestApp, on_both};
use totp_rs::{Builder, Secret};

const FACTOR: &str = "/account/second-factor";

/// What the phone shows now.
fn code(app: &TestApp, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    let seconds = u64::try_from(app.app.store.now().0 / 1000).unwrap();
    totp.generate(seconds).to_string()
}

/// Turns it on; the secret and the recovery codes.
async fn turn_on(app: &TestApp, browser: &Browser) -> (String, Vec<String>) {
    browser.post(FACTOR, FACTOR, &[]).await.led_to();
    let page = browser.get(FACTOR).await.page();
    assert!(page.contains("<svg"), "a picture to scan");
    let secret = between(&page, "<p><code>", "</code>");
    let fields = [
        ("code", code(app, &secret)),
        ("present", PASSWORD.to_owned()),
    ];
    let fields = fields.each_ref().map(|(name, text)| (*name, text.as_str()));
    let shown = browser
        .post(FACTOR, "/account/second-factor/confirm", &fields)
        .await
        .page();
    let codes: Vec<String> = shown
        .split("<li><code>")
        .skip(1)
        .map(|rest| rest.split("</code>").next().unwrap().to_owned())
        .collect();
    assert_eq!(codes.len(), 10, "{shown}");
    (secret, codes)
}

/// The second step, with the cookie of the first.
async fn second(app: &TestApp, cookie: &str, code: &str) -> Answer {
    let request = Request::post("/sign-in/code")
        .header(header::COOKIE, cookie)
        .header("host", "127.0.0.1")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let body = format!("code={code}&next=%2Faccount");
    app.stranger()
        .ask(request.body(Body::from(body)).unwrap())
        .await
}

/// The first step: leads to the second and gives no session.
async fn first(app: &TestApp) -> String {
    let answer = knock(&app.stranger(), "zhouming", PASSWORD).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.starts_with("zhibu-half=") && cookie.contains("HttpOnly"),
        "{cookie}"
    );
    assert!(answer.led_to().starts_with("/sign-in/code"));
    cookie.split(';').next().unwrap().to_owned()
}

on_both! {
    async fn the_password_alone_no_longer_opens_and_the_code_does(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        let browser = Browser::signed_in(&app, "zhouming", PASSWORD).await;
        let (secret, _) = turn_on(&app, &browser).await;
        app.pass_ms(60_000);
        let half = first(&app).await;
        let as_session = Request::get("/account").header(header::COOKIE, half.replace("-half", ""));
        let answer = app.stranger().ask(as_session.body(Body::empty()).unwrap()).await;
        assert!(answer.led_to().starts_with("/sign-in"), "half a sign-in is none");
        let entered = second(&app, &half, &code(&app, &secret)).await;
        assert!(entered.headers["set-cookie"].to_str().unwrap().starts_with("zhibu="));
        assert_eq!(entered.led_to(), "/account");
    }

    async fn a_code_counts_once_and_a_half_sign_in_too(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        let browser = Browser::signed_in(&app, "zhouming", PASSWORD).await;
        let (secret, _) = turn_on(&app, &browser).await;
        // The very code that turned it on, still shown by the phone.
        let half = first(&app).await;
        let again = second(&app, &half, &code(&app, &secret)).await;
        assert!(again.words().contains("验证码不对，或已经用过"), "{}", again.words());
        app.pass_ms(60_000);
        let now = code(&app, &secret);
        second(&app, &half, &now).await.led_to();
        assert!(second(&app, &half, &now).await.led_to().starts_with("/sign-in?said="));
        let other = first(&app).await;
        assert_eq!(second(&app, &other, &now).await.status, 422);
    }

    async fn wrong_codes_wait_longer_however_often_the_password_is_given(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        let browser = Browser::signed_in(&app, "zhouming", PASSWORD).await;
        let (secret, _) = turn_on(&app, &browser).await;
        app.pass_ms(60_000);
        for _ in 0..3 {
            let half = first(&app).await;
            assert_eq!(second(&app, &half, "000000").await.status, 422);
        }
        let half = first(&app).await;
        let blocked = second(&app, &half, &code(&app, &secret)).await;
        assert!(blocked.words().contains("这一次没有核对"), "{}", blocked.words());
        app.pass_ms(120_000);
        second(&app, &half, &code(&app, &secret)).await.led_to();
    }

    async fn a_half_sign_in_ends_after_ten_minutes(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        let browser = Browser::signed_in(&app, "zhouming", PASSWORD).await;
        let (secret, _) = turn_on(&app, &browser).await;
        let half = first(&app).await;
        app.pass_ms(10 * 60_000 + 1);
        assert!(second(&app, &half, &code(&app, &secret)).await.led_to().starts_with("/sign-in?said="));
    }

    async fn each_recovery_code_opens_once_and_none_is_stored(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        let browser = Browser::signed_in(&app, "zhouming", PASSWORD).await;
        let (secret, codes) = turn_on(&app, &browser).await;
        let typed = codes[3].to_uppercase().replace('-', "%20");
        let half = first(&app).await;
        assert_eq!(second(&app, &half, &typed).await.led_to(), FACTOR);
        let half = first(&app).await;
        assert_eq!(second(&app, &half, &codes[3]).await.status, 422);
        assert!(browser.get(FACTOR).await.words().contains("还有 9 个没有用"));
        let kept: Vec<String> = app.app.store.db()
            .column("SELECT digest FROM recovery_code UNION ALL SELECT secret FROM second_factor", vec![])
            .await.unwrap();
        let secret = secret.replace(' ', "").to_lowercase();
        for text in kept {
            assert!(!codes.iter().any(|code| text.contains(&code.replace('-', ""))));
            assert!(!text.to_lowercase().contains(&secret));
        }
        let renewed = browser.post(FACTOR, "/account/second-factor/codes", &[("present", PASSWORD)]).await;
        assert!(renewed.page().contains("请现在记下备用码"));
        let half = first(&app).await;
        assert_eq!(second(&app, &half, &codes[4]).await.status, 422, "the earlier ones are void");
    }

    async fn it_is_neither_set_up_nor_given_up_without_the_password(app: TestApp) {
        account(&app, "zhouming", "周明").await;
        let browser = Browser::signed_in(&app, "zhouming", PASSWORD).await;
        browser.post(FACTOR, FACTOR, &[]).await.led_to();
        let secret = between(&browser.get(FACTOR).await.page(), "<p><code>", "</code>");
        let now = code(&app, &secret);
        let wrong = [("code", now.as_str()), ("present", "not-the-password")];
        let refused = browser.post(FACTOR, "/account/second-factor/confirm", &wrong).await;
        assert!(refused.status == 422 && refused.words().contains("现在的密码不对"));
        let wrong = [("code", "123456"), ("present", PASSWORD)];
        let refused = browser.post(FACTOR, "/account/second-factor/confirm", &wrong).await;
        assert!(refused.status == 422 && refused.words().contains("验证码不对"), "{}", refused.words());
        let (_, _) = turn_on(&app, &browser).await;
        let refused = browser.post(FACTOR, "/account/second-factor/remove", &[("present", "guess")]).await;
        assert_eq!(refused.status, 422);
        browser.post(FACTOR, "/account/second-factor/remove", &[("present", PASSWORD)]).await.led_to();
        assert_eq!(knock(&app.stranger(), "zhouming", PASSWORD).await.led_to(), "/");
    }

    async fn a_role_that_asks_for_it_leads_there_first_and_keeps_it_on(app: TestApp) {
        let county = County::build(&app).await;
        let admin = County::call(&app, county.system_admin).await;
        let page = admin.get("/accounts/second-factor").await.words();
        assert!(page.contains("党建办 1 人担任，其中 1 人还没有开启"), "{page}");
        let form = [("role", "officer"), ("role", "secretary"), ("_version", "0")];
        admin.post("/accounts/second-factor", &form).await.led_to();
        assert_eq!(admin.post("/accounts/second-factor", &form).await.status, 409, "somebody was quicker");
        let officer = County::call(&app, county.officer).await;
        assert_eq!(officer.get("/organisations").await.led_to(), FACTOR);
        assert!(officer.get(FACTOR).await.words().contains("党建办须开启两步验证"));
        let leader = County::call(&app, county.leader).await;
        assert_eq!(leader.get("/organisations").await.status, 200);
        officer.post(FACTOR, &[]).await.led_to();
        let confirmed = "UPDATE second_factor SET confirmed_at = 1";
        app.app.store.housekeeping(|tx| async move { tx.exec(confirmed, vec![]).await?; Ok(()) }).await.unwrap();
        assert_eq!(officer.get("/organisations").await.status, 200);
        let kept = officer.post("/account/second-factor/remove", &[("present", "x")]).await;
        assert!(kept.words().contains("党建办须开启两步验证，不能关闭"), "{}", kept.words());
    }

    async fn the_system_administrator_resets_it_and_the_owner_is_told(app: TestApp) {
        let county = County::build(&app).await;
        let id = account(&app, "zhouming", "周明").await;
        let browser = Browser::signed_in(&app, "zhouming", PASSWORD).await;
        turn_on(&app, &browser).await;
        let admin = County::call(&app, county.system_admin).await;
        assert!(admin.get(&format!("/accounts/{id}")).await.words().contains("重置两步验证"));
        let path = format!("/accounts/{id}/second-factor/reset");
        admin.post(&path, &[]).await.led_to();
        assert_eq!(browser.get("/account").await.status, 303, "the sessions end");
        assert_eq!(knock(&app.stranger(), "zhouming", PASSWORD).await.led_to(), "/");
        assert!(admin.post(&path, &[]).await.words().contains("两步验证没有开启"));
        let told = "SELECT payload FROM job WHERE kind = 'account_notice'";
        let told: String = app.app.store.db().scalar(told, vec![]).await.unwrap();
        assert!(told.contains("已由系统管理员重置"));
        let audit = County::call(&app, county.audit_admin).await;
        let words = audit.get("/audit").await.words();
        assert!(words.contains("重置两步验证") && words.contains("开启两步验证"), "{words}");
    }
}
