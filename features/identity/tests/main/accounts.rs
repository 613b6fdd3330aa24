//! The system administrator's list.

use crate::browser::{Browser, PASSWORD, account, between, knock};
use testkit::{County, TestApp, on_both};

on_both! {
    async fn a_new_account_gets_a_password_that_is_shown_once(app: TestApp) {
        let county = County::build(&app).await;
        let admin = County::call(&app, county.system_admin).await;
        let form = [("name", "江一帆"), ("username", "JiangYifan"), ("_key", "once")];
        let page = admin.post("/accounts", &form).await.page();
        let password = between(&page, "新密码</dt><dd><b>", "</b>");
        assert_eq!(password.len(), 14, "{page}");
        let again = admin.post("/accounts", &form).await;
        assert!(!again.text.contains(&password));
        let led = again.led_to();
        let shown = admin.get(&led).await.page();
        assert!(!shown.contains(&password) && shown.contains("密码只显示一次"));
        let browser = Browser::signed_in(&app, "jiangyifan", &password).await;
        assert_eq!(browser.get("/roles").await.led_to(), "/account/password");
    }

    async fn a_taken_or_odd_user_name_is_refused_and_the_name_kept(app: TestApp) {
        let county = County::build(&app).await;
        let admin = County::call(&app, county.system_admin).await;
        let taken = admin.post("/accounts", &[("name", "江一帆"), ("username", "Officer")]).await;
        assert_eq!(taken.status, 422);
        assert!(taken.words().contains("这个用户名已有人使用") && taken.text.contains("value=\"江一帆\""));
        let odd = admin.post("/accounts", &[("name", "江一帆"), ("username", "a b")]).await;
        assert!(odd.words().contains("用户名须为 2 至 32 个字母"));
        let none = admin.post("/accounts", &[("username", "jiang")]).await;
        assert!(none.words().contains("请填写姓名"));
    }

    async fn a_suspended_account_is_out_at_once_and_can_come_back(app: TestApp) {
        let county = County::build(&app).await;
        let id = account(&app, "zhouming2", "周明二").await;
        let admin = County::call(&app, county.system_admin).await;
        let browser = Browser::signed_in(&app, "zhouming2", PASSWORD).await;
        let path = format!("/accounts/{id}");
        let version = |page: &str| between(page, "name=\"_version\" value=\"", "\"");
        let seen = version(&admin.get(&path).await.page());
        admin.post(&format!("{path}/suspend"), &[("_version", &seen)]).await.led_to();
        assert_eq!(browser.get("/account").await.status, 303, "the session is gone");
        let words = knock(&app.stranger(), "zhouming2", PASSWORD).await.words();
        assert!(words.contains("这个账号已停用"), "{words}");
        let words = knock(&app.stranger(), "zhouming2", "wrong").await.words();
        assert!(!words.contains("停用"), "only the owner learns it: {words}");
        let stale = admin.post(&format!("{path}/resume"), &[("_version", &seen)]).await;
        assert_eq!(stale.status, 409);
        assert!(stale.words().contains("内容已被别人改过"));
        let seen = version(&admin.get(&path).await.page());
        admin.post(&format!("{path}/resume"), &[("_version", &seen)]).await.led_to();
        knock(&app.stranger(), "zhouming2", PASSWORD).await.led_to();
    }

    async fn nobody_suspends_themselves_or_the_last_administrator(app: TestApp) {
        let county = County::build(&app).await;
        let admin = County::call(&app, county.system_admin).await;
        let own = admin.post(&format!("/accounts/{}/suspend", county.system_admin), &[("_version", "1")]).await;
        assert!(own.words().contains("不能停用自己的账号"), "{}", own.words());
        let last = admin.post(&format!("/accounts/{}/suspend", county.audit_admin), &[("_version", "1")]).await;
        assert!(last.words().contains("这是最后一位审计管理员"), "{}", last.words());
    }

    async fn a_reset_password_ends_the_sessions_and_must_be_changed(app: TestApp) {
        let county = County::build(&app).await;
        let id = account(&app, "zhouming2", "周明二").await;
        let browser = Browser::signed_in(&app, "zhouming2", PASSWORD).await;
        let admin = County::call(&app, county.system_admin).await;
        let page = admin.post(&format!("/accounts/{id}/password"), &[]).await.page();
        let password = between(&page, "新密码</dt><dd><b>", "</b>");
        assert_eq!(browser.get("/account").await.status, 303);
        assert_eq!(knock(&app.stranger(), "zhouming2", PASSWORD).await.status, 422);
        let browser = Browser::signed_in(&app, "zhouming2", &password).await;
        assert_eq!(browser.get("/duties").await.status.as_u16() / 100, 3);
    }

    async fn the_list_is_searched_and_paged(app: TestApp) {
        let county = County::build(&app).await;
        let admin = County::call(&app, county.system_admin).await;
        for n in 0..60 {
            testkit_account(&app, &format!("teacher{n:02}"), "教师").await;
        }
        let first = admin.get("/accounts").await.page();
        let next = between(&first, "<a class=\"btn btn-s\" href=\"", "\"").replace("&amp;", "&").replace("&#38;", "&");
        let second = admin.get(&next).await.page();
        assert!(first.contains(">audit<") && !second.contains(">audit<"));
        assert!(second.contains(">teacher59<") && !first.contains(">teacher59<"));
        let found = admin.get("/accounts?q=%E5%91%A8%E6%98%8E").await.page();
        assert!(found.contains("周明") && found.contains("支部书记（第一小学党支部）") && !found.contains("吴二"));
        let officers = admin.get("/accounts?role=officer").await.page();
        assert!(officers.contains("何清") && !officers.contains("周明"));
        let none = admin.get("/accounts?q=%25").await;
        assert!(none.words().contains("没有符合条件的账号"), "a wild card is a plain character");
    }

    async fn only_the_system_administrator_sees_accounts(app: TestApp) {
        let county = County::build(&app).await;
        for account in [county.officer, county.security_admin, county.audit_admin, county.secretary] {
            let caller = County::call(&app, account).await;
            assert_eq!(caller.get("/accounts").await.status, 404);
            assert_eq!(caller.post(&format!("/accounts/{}/password", county.leader), &[]).await.status, 404);
        }
    }
}

async fn testkit_account(app: &TestApp, username: &str, name: &str) {
    let store = &app.app.store;
    let (username, name) = (username.to_owned(), name.to_owned());
    let sql = "INSERT INTO account (id, username, name, password_hash, must_change, created_at)
               VALUES ($1, $2, $3, '', FALSE, 0)";
    let made = store.housekeeping(|tx| async move {
        tx.exec(sql, store::params![tx.new_id(), username, name])
            .await?;
        Ok(())
    });
    made.await.unwrap();
}
