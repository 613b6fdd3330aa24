//! 基层负担: what was asked, how long, twice, and with how much notice.

use crate::world::{issue, issue_as};
use testkit::{County, on_both};

on_both! {
    async fn what_was_asked_is_counted_and_every_figure_opens_to_its_list(app: TestApp) {
        let county = County::build(&app).await;
        issue(&app, &county).await;
        app.pass_days(3);
        issue_as(&app, &county, 10).await;
        let leader = County::call(&app, county.leader).await;
        let page = leader.get("/burden").await;
        let words = page.words();
        for said in [
            "2026年下达 4 项次、18 件，系统内操作约 18 分钟（估算），不含实际工作",
            "9 件 别的交办单已要求过",
            "2 项次，占 50% 提前不足 5 个工作日",
            "清禾县教育局机关党委 签发 何清 4 18",
            "11月 4 18 约 18 分钟（估算）",
            "5 个党组织，中位数 4 件、约 4 分钟（估算）。最多的 5 个",
        ] {
            assert!(words.contains(said), "{said} in {words}");
        }
        assert!(page.text.contains("role=\"img\" aria-label=\"约 18 分钟（估算）\""));
        let twice = leader.get("/burden/items?year=2026&only=twice").await.words();
        assert!(twice.contains("2026年，重复要求的：2 项次，9 件") && twice.contains("清教党〔2026〕9号 1.“意见征集”"), "{twice}");
        let hurried = leader.get("/burden/items?year=2026&only=hurried").await.words();
        assert!(hurried.contains("本页 2 项次，共 2 项次") && !hurried.contains("讲党课"), "{hurried}");
        let joint = leader.get(&format!("/burden/items?organisation={}", county.joint)).await.words();
        assert!(joint.contains("2026年，柳湾联合党支部：2 项次，2 件，系统内操作约 2 分钟（估算）"), "{joint}");
        let none = leader.get("/burden?year=2026&half=1").await.words();
        assert!(none.contains("这段时间没有下达事项"), "{none}");
        assert_eq!(leader.get("/burden/items?year=2026&half=2&month=2026-10").await.words().matches("没有这样的事项").count(), 1);
    }

    async fn the_burden_goes_to_excel_and_to_nobody_else(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        issue_as(&app, &county, 10).await;
        let officer = County::call(&app, county.officer).await;
        let file = officer.get("/burden/items/export?only=twice").await;
        let table = office::table::read(&file.bytes, "表.xlsx", 100).unwrap();
        let rows: Vec<&[String]> = table.rows.iter().map(|row| &row.cells[..]).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0][..8], ["意见征集", "清教党〔2026〕9号 1.", "清禾县教育局机关党委", "何清", "2026-11-20", "2026-11-20", "0", "5"]);
        assert_eq!(rows[0][8..11], ["1", "5", "5"]);
        let book = officer.get("/burden/export").await;
        let table = office::table::read(&book.bytes, "表.xlsx", 100).unwrap();
        assert_eq!(table.rows[0].cells[..5], ["清禾县教育局机关党委", "何清", "4", "18", "18"]);
        for account in [county.superior, county.inspector, county.secretary, county.system_admin] {
            let caller = County::call(&app, account).await;
            for path in ["/burden", "/burden/export", "/burden/items", "/burden/items/export"] {
                assert_eq!(caller.get(path).await.status, 404, "{path}");
            }
        }
        // A sheet taken back asked nothing.
        let fields = [("how", "void"), ("why", "发错了")];
        officer.post(&format!("/sheets/{}/close", sheet.id), &fields).await.led_to();
        let words = officer.get("/burden").await.words();
        assert!(words.contains("2026年下达 2 项次、9 件") && words.contains("0 件 别的交办单已要求过"), "{words}");
    }
}
