//! The page of backups, as the system administrator and others meet it.

use crate::world::furnish;
use testkit::on_both;
use zhibu::backup::runs::PAGE;
use zhibu::backup::schedule;
use zhibu::command::Place;
use zhibu::config::Config;

on_both! {
    async fn the_administrator_asks_for_a_backup_and_sees_it_done(app: TestApp) {
        let (county, ..) = furnish(&app).await;
        let admin = app.session_of(county.system_admin).await;
        let page = admin.get(PAGE).await.page();
        assert!(page.contains("还没有一份成功的备份") && page.contains("密钥（编号"), "{page}");
        let csrf = admin.csrf().to_owned();
        let press = |key: &'static str| {
            let fields = [("_csrf", csrf.clone()), ("_key", key.to_owned())];
            let admin = &admin;
            async move {
                let fields: Vec<(&str, &str)> =
                    fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                admin.post(PAGE, &fields).await
            }
        };
        let led = press("one").await.led_to();
        assert!(led.starts_with(PAGE), "{led}");
        // The same click twice is one backup; another while it waits is refused in words.
        assert_eq!(press("one").await.led_to(), led);
        let refused = press("two").await.words();
        assert!(refused.contains("已经有一份备份在进行"), "{refused}");
        assert!(admin.get(PAGE).await.page().contains("等待"));
        let place = Place { data: Some(app.data()), ..Place::default() };
        let config = Config::load(None, &place, None).unwrap();
        schedule::look(&config, &app.app.store).await.unwrap();
        let page = admin.get(PAGE).await.page();
        assert!(page.contains("完成") && page.contains("1 份文件"), "{page}");
        assert!(!page.contains("还没有一份成功的备份"));
        app.pass_days(3);
        let admin = app.session_of(county.system_admin).await;
        assert!(admin.get(PAGE).await.page().contains("已超过两天"));
        let auditor = app.session_of(county.audit_admin).await;
        let log = auditor.get("/audit").await.words();
        assert!(log.contains("要求立即备份") && log.contains("完成备份"), "{log}");
    }

    async fn nobody_else_sees_it(app: TestApp) {
        let (county, ..) = furnish(&app).await;
        for account in [county.officer, county.secretary, county.audit_admin, county.leader] {
            let person = app.session_of(account).await;
            assert_eq!(person.get(PAGE).await.status, 404);
        }
    }
}
