//! What the audit administrator reads.

use crate::browser::{PASSWORD, account, between, knock};
use testkit::{County, TestApp, on_both};

async fn verified(app: &TestApp, county: &County) -> String {
    let audit = County::call(app, county.audit_admin).await;
    let led = audit.post("/audit/verify", &[]).await.led_to();
    audit.get(&led).await.words()
}

on_both! {
    async fn deeds_are_listed_newest_first_in_words(app: TestApp) {
        let county = County::build(&app).await;
        account(&app, "jiang", "江一帆").await;
        knock(&app.stranger(), "jiang", "my-secret-typed-wrong").await;
        knock(&app.stranger(), "jiang", PASSWORD).await.led_to();
        let audit = County::call(&app, county.audit_admin).await;
        let words = audit.get("/audit").await.words();
        let at = |text: &str| words.rfind(text).unwrap_or_else(|| panic!("{text} in {words}"));
        assert!(at("江一帆 登录") < at("未登录 登录未成功") && at("登录未成功") < at("系统 新建账号"), "{words}");
        assert!(!words.contains("my-secret") && !words.contains("jiang"), "{words}");
    }

    async fn the_list_is_narrowed_by_person_deed_day_and_object(app: TestApp) {
        let county = County::build(&app).await;
        let id = account(&app, "jiang", "江一帆").await;
        app.pass_days(1);
        knock(&app.stranger(), "jiang", PASSWORD).await.led_to();
        let audit = County::call(&app, county.audit_admin).await;
        let rows = async |query: &str| {
            let page = audit.get(&format!("/audit?{query}")).await.page();
            page.matches("<th scope=\"row\">").count()
        };
        assert_eq!(rows("").await, 2);
        assert_eq!(rows("actor=%E6%B1%9F").await, 1);
        assert_eq!(rows("action=create_account").await, 1);
        assert_eq!(rows("from=2026-11-21").await, 1);
        assert_eq!(rows("to=2026-11-20").await, 1);
        assert_eq!(rows(&format!("object={id}")).await, 2);
        assert_eq!(rows("object=5").await, 0);
        assert_eq!(rows("actor=%E6%B1%9F&action=sign_in&from=2026-11-21&to=2026-11-21").await, 1);
    }

    async fn it_is_paged_without_loss(app: TestApp) {
        let county = County::build(&app).await;
        for n in 0..70 {
            knock(&app.stranger(), &format!("nobody{n}"), "x").await;
        }
        let audit = County::call(&app, county.audit_admin).await;
        let first = audit.get("/audit").await.page();
        let next = between(&first, "<a class=\"btn btn-s\" href=\"", "\"").replace("&amp;", "&").replace("&#38;", "&");
        let second = audit.get(&next).await.page();
        assert_eq!(first.matches("登录未成功</td>").count() + second.matches("登录未成功</td>").count(), 70);
    }

    async fn a_changed_entry_breaks_the_chain_and_is_named(app: TestApp) {
        let county = County::build(&app).await;
        for n in 0..3 {
            knock(&app.stranger(), &format!("nobody{n}"), "x").await;
        }
        assert!(verified(&app, &county).await.contains("链条完整：共 3 条"));
        let forge = "UPDATE audit SET actor = '别人' WHERE seq = 2";
        let forged = app.app.store.housekeeping(|tx| async move { tx.exec(forge, vec![]).await?; Ok(()) });
        forged.await.unwrap();
        let words = verified(&app, &county).await;
        assert!(words.contains("链条在第 2 条断开"), "{words}");
    }

    async fn an_entry_cannot_be_taken_out(app: TestApp) {
        let county = County::build(&app).await;
        for n in 0..4 {
            knock(&app.stranger(), &format!("nobody{n}"), "x").await;
        }
        app.app.store.seal_audit().await.unwrap();
        let cut = app.app.store.housekeeping(|tx| async move {
            tx.exec("DELETE FROM audit WHERE seq = 2", vec![]).await?;
            Ok(())
        });
        cut.await.unwrap();
        assert!(verified(&app, &county).await.contains("断开"));
    }

    async fn an_export_carries_the_head_of_the_chain(app: TestApp) {
        let county = County::build(&app).await;
        account(&app, "jiang", "=1+1").await;
        let audit = County::call(&app, county.audit_admin).await;
        let csv = audit.get("/audit/export.csv").await;
        assert!(csv.text.contains("链头：第 1 条，SM3 "), "{}", csv.text);
        let head = between(&csv.text, "SM3 ", "\r\n");
        assert_eq!(head.len(), 64);
        let book = audit.get("/audit/export.xlsx").await;
        let sheet = office::table::read(&book.bytes, "审计日志.xlsx", 100).unwrap();
        let all = format!("{sheet:?}");
        assert!(all.contains(&head) && all.contains("新建账号"), "{all}");
        let officer = County::call(&app, county.officer).await;
        for path in ["/audit", "/audit/export.csv", "/audit/export.xlsx"] {
            assert_eq!(officer.get(path).await.status, 404);
        }
    }
}
