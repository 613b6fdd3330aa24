//! Who sees and does what.

use crate::world::{SHEET, county, id_in, issued, upload};
use testkit::{County, on_both};

on_both! {
    async fn drafts_are_the_officers_and_issued_sheets_of_those_they_concern(app: TestApp) {
        let (county, officer) = county(&app).await;
        let draft = id_in(&upload(&officer, "任务.txt", SHEET).await);
        let secretary = County::call(&app, county.secretary).await;
        for path in ["draft", "check", "original", "document.docx", ""] {
            let path = format!("/sheets/{draft}/{path}");
            let path = path.trim_end_matches('/');
            assert_eq!(secretary.get(path).await.status, 404, "{path}");
        }
        assert_eq!(secretary.get("/sheets/new").await.status, 404);
        assert!(secretary.get("/sheets").await.words().contains("还没有交办单"));
        let same = SHEET.replace("第四季度", "四季度");
        let sheet = id_in(&upload(&officer, "另一张.txt", &same).await);
        crate::world::look_at_all(&officer, sheet).await;
        crate::world::issue(&officer, sheet).await.led_to();
        for account in [county.secretary, county.committee_member, county.leader, county.inspector, county.superior] {
            let caller = County::call(&app, account).await;
            assert_eq!(caller.get(&format!("/sheets/{sheet}")).await.status, 200);
            assert_eq!(caller.get(&format!("/sheets/{sheet}/document.docx")).await.status, 200);
            assert!(!caller.get(&format!("/sheets/{sheet}")).await.text.contains("/close\""));
        }
        let list = secretary.get("/sheets").await.words();
        assert!(list.contains("与您有关的 1 张"), "{list}");
        let system = County::call(&app, county.system_admin).await;
        assert_eq!(system.get(&format!("/sheets/{sheet}")).await.status, 404);
        assert_eq!(system.get("/sheets").await.status, 404);
    }

    async fn a_sheet_that_concerns_others_only_is_not_there(app: TestApp) {
        let (county, officer) = county(&app).await;
        // Only the item for youth Party schools stays: it concerns 第一小学党支部 alone.
        let only: String = SHEET
            .lines()
            .filter(|l| !(l.starts_with('(') || l.starts_with("二、")) || l.contains("宣讲"))
            .map(|l| format!("{l}\n"))
            .collect();
        let sheet = id_in(&upload(&officer, "宣讲.txt", &only).await);
        crate::world::look_at_all(&officer, sheet).await;
        crate::world::issue(&officer, sheet).await.led_to();
        let first = County::call(&app, county.secretary).await;
        let second = County::call(&app, county.second_secretary).await;
        assert_eq!(first.get(&format!("/sheets/{sheet}")).await.status, 200);
        for path in ["", "/print", "/items.xlsx", "/original", "/document.docx"] {
            assert_eq!(second.get(&format!("/sheets/{sheet}{path}")).await.status, 404, "{path}");
        }
        assert!(second.get("/sheets").await.words().contains("还没有交办单"));
    }

    async fn nobody_but_the_officer_of_the_place_writes(app: TestApp) {
        let (county, officer) = county(&app).await;
        let sheet = issued(&officer).await;
        let draft = id_in(&upload(&officer, "草稿.txt", &SHEET.replace("第四", "第五")).await);
        // An officer of the general branch alone reaches nothing of the bureau's.
        let below = app.app.store.housekeeping(|tx| async move {
            let id = tx.new_id();
            tx.exec("INSERT INTO account (id, username, name, password_hash, must_change, created_at)
                     VALUES ($1, 'below', '总支办', '', FALSE, 0)", store::params![id]).await?;
            tx.exec("INSERT INTO role_grant (id, account, role, node, from_day)
                     VALUES ($1, $2, 'officer', $3, '2020-01-01')",
                    store::params![tx.new_id(), id, county.general]).await?;
            Ok(id)
        }).await.unwrap();
        for account in [below, county.secretary, county.leader] {
            let caller = County::call(&app, account).await;
            for (path, fields) in [
                (format!("/sheets/{draft}/draft"), vec![("do", "add")]),
                (format!("/sheets/{draft}/issue"), vec![("_version", "1")]),
                (format!("/sheets/{draft}/discard"), vec![]),
                (format!("/sheets/{sheet}/close"), vec![("how", "close")]),
                (format!("/sheets/{draft}/annexes"), vec![]),
            ] {
                assert_eq!(caller.post(&path, &fields).await.status, 404, "{path}");
            }
            assert_eq!(caller.get(&format!("/sheets/{draft}/draft")).await.status, 404);
        }
        officer.post(&format!("/sheets/{draft}/discard"), &[]).await.led_to();
        assert_eq!(officer.get(&format!("/sheets/{draft}/draft")).await.status, 404);
    }
}
