//! What the security administrator grants and takes back.

use crate::browser::account;
use kernel::Id;
use testkit::{Answer, Caller, County, TestApp, on_both};

async fn grant(caller: &Caller, username: &str, role: &str, node: &str) -> Answer {
    let form = [
        ("username", username),
        ("role", role),
        ("node", node),
        ("from", "2026-11-20"),
        ("reason", "清教党〔2026〕3号"),
    ];
    caller.post("/roles", &form).await
}

async fn grants_of(app: &TestApp, account: Id) -> Vec<Id> {
    let sql = "SELECT id FROM role_grant WHERE account = $1 ORDER BY id";
    app.app
        .store
        .db()
        .column(sql, store::params![account])
        .await
        .unwrap()
}

on_both! {
    async fn a_granted_role_works_at_once_and_a_revoked_one_no_more(app: TestApp) {
        let county = County::build(&app).await;
        let id = account(&app, "jiang", "江一帆").await;
        let security = County::call(&app, county.security_admin).await;
        let person = app.session_of(id).await;
        assert!(!person.get("/account").await.words().contains("支部书记"));
        grant(&security, "jiang", "secretary", "第二小学党支部").await.led_to();
        assert!(person.get("/account").await.words().contains("支部书记 第二小学党支部"));
        let held = grants_of(&app, id).await[0];
        let path = format!("/roles/grants/{held}");
        let without = security.post(&format!("{path}/revoke"), &[]).await;
        assert_eq!(without.status, 422);
        assert!(without.words().contains("请写明依据或原因"));
        security.post(&format!("{path}/revoke"), &[("reason", "调离")]).await.led_to();
        assert!(person.get("/account").await.words().contains("还没有授予角色"));
        assert!(security.get(&path).await.words().contains("收回"));
        let twice = security.post(&format!("{path}/revoke"), &[("reason", "调离")]).await;
        assert!(twice.words().contains("已经到期或已收回"));
    }

    async fn a_right_revoked_between_page_and_submit_fails_the_submit(app: TestApp) {
        let county = County::build(&app).await;
        let second = account(&app, "second-system", "系统员二").await;
        let security = County::call(&app, county.security_admin).await;
        grant(&security, "second-system", "system_admin", "清禾县教育局机关党委").await.led_to();
        let caller = app.session_of(second).await;
        caller.get("/accounts/new").await.page();
        let held = grants_of(&app, second).await[0];
        security.post(&format!("/roles/grants/{held}/revoke"), &[("reason", "轮岗")]).await.led_to();
        let late = caller.post("/accounts", &[("name", "江一帆"), ("username", "jiang")]).await;
        assert_eq!(late.status, 404);
        let admin = County::call(&app, county.system_admin).await;
        assert!(admin.get("/accounts?q=jiang").await.words().contains("没有符合条件的账号"));
    }

    async fn administrators_exclude_each_other_and_every_other_role(app: TestApp) {
        let county = County::build(&app).await;
        let security = County::call(&app, county.security_admin).await;
        for (username, role, node) in [
            ("system", "audit_admin", "清禾县教育局机关党委"),
            ("system", "secretary", "第一小学党支部"),
            ("secretary", "system_admin", "清禾县教育局机关党委"),
            ("officer", "audit_admin", "清禾县教育局机关党委"),
        ] {
            let answer = grant(&security, username, role, node).await;
            assert_eq!(answer.status, 422, "{username} {role}");
            assert!(answer.words().contains("三个管理员互相排斥"), "{}", answer.words());
        }
        grant(&security, "secretary", "member", "第一小学党支部").await.led_to();
    }

    async fn an_exclusion_counts_for_the_time_it_overlaps(app: TestApp) {
        let county = County::build(&app).await;
        account(&app, "jiang", "江一帆").await;
        let security = County::call(&app, county.security_admin).await;
        let give = async |role: &str, node: &str, from: &str, to: &str| {
            let form = [("username", "jiang"), ("role", role), ("node", node), ("from", from), ("to", to), ("reason", "任职")];
            security.post("/roles", &form).await
        };
        give("secretary", "第二小学党支部", "2026-11-20", "2026-12-31").await.led_to();
        assert_eq!(give("audit_admin", "清禾县教育局机关党委", "2026-12-31", "").await.status, 422);
        give("audit_admin", "清禾县教育局机关党委", "2027-01-01", "").await.led_to();
        let backwards = give("member", "第二小学党支部", "2026-12-02", "2026-12-01").await;
        assert!(backwards.words().contains("止期早于起期"));
    }

    async fn a_role_is_held_where_it_can_be(app: TestApp) {
        let county = County::build(&app).await;
        account(&app, "jiang", "江一帆").await;
        let security = County::call(&app, county.security_admin).await;
        for (role, node, said) in [
            ("inspector", "第一小学党支部", "片区督查员须授予在片区上"),
            ("secretary", "城区片", "支部书记须授予在党组织上"),
            ("system_admin", "第一小学党支部", "须授予在最上级组织上"),
            ("guest", "第一小学党支部", "来宾凭链接填写"),
            ("secretary", "没有的支部", "没有找到这个单位"),
            ("emperor", "第一小学党支部", "请选择角色"),
        ] {
            let answer = grant(&security, "jiang", role, node).await;
            assert_eq!(answer.status, 422, "{role} {node}");
            assert!(answer.words().contains(said), "{said}: {}", answer.words());
        }
        grant(&security, "jiang", "inspector", "南片").await.led_to();
        let twice = grant(&security, "jiang", "inspector", "南片").await;
        assert!(twice.words().contains("不用重复授予"));
    }

    async fn nobody_grants_to_themselves_or_takes_the_last_administrator(app: TestApp) {
        let county = County::build(&app).await;
        let security = County::call(&app, county.security_admin).await;
        let own = grant(&security, "security", "security_admin", "清禾县教育局机关党委").await;
        assert!(own.words().contains("不能给自己授予"), "{}", own.words());
        let audit = grants_of(&app, county.audit_admin).await[0];
        let last = security.post(&format!("/roles/grants/{audit}/revoke"), &[("reason", "轮岗")]).await;
        assert!(last.words().contains("这是最后一位审计管理员"), "{}", last.words());
    }

    async fn the_list_follows_the_tree_and_is_searched(app: TestApp) {
        let county = County::build(&app).await;
        let security = County::call(&app, county.security_admin).await;
        let words = security.get("/roles").await.words();
        let at = |text: &str| words.find(text).unwrap_or_else(|| panic!("{text} in {words}"));
        assert!(at("段立") < at("傅总") && at("傅总") < at("周明") && at("周明") < at("吴二"));
        let south = security.get("/roles?q=%E5%8D%97%E7%89%87").await.words();
        assert!(south.contains("柯南平") && !south.contains("周明"));
    }

    async fn the_rights_table_is_sentences_and_a_workbook(app: TestApp) {
        let county = County::build(&app).await;
        let security = County::call(&app, county.security_admin).await;
        let words = security.get("/roles/rights").await.words();
        assert!(words.contains("审计管理员授予在最上级组织上，对全系统可以：查看审计日志。"), "{words}");
        let book = security.get("/roles/rights.xlsx").await;
        let sheet = office::table::read(&book.bytes, "权限表.xlsx", 100).unwrap();
        let row = sheet.rows.iter().map(|row| row.cells.join("|")).find(|row| row.starts_with("维护党员名册")).unwrap();
        assert!(row.contains("本组织及以下") && row.contains("本组织"), "{row}");
        let name = book.headers["content-disposition"].to_str().unwrap();
        assert!(name.ends_with("%5F20261120%2Exlsx"), "{name}");
        let audit = County::call(&app, county.audit_admin).await;
        let same = audit.get("/audit/rights.xlsx").await;
        assert!(audit.get("/audit").await.page().contains("/audit/rights.xlsx"));
        assert_eq!(audit.get("/roles/rights.xlsx").await.status, 404);
        // The second sheet names every way in, the third who holds what today.
        let said = format!("{:?}", office::xlsx::read_document(&same.bytes).unwrap());
        for wanted in ["每个页面和按钮要求的权限", "/members/{id}/unmask", "今日在任的角色", "柯南平", "第一中学党总支"] {
            assert!(said.contains(wanted), "{wanted}");
        }
    }
}
