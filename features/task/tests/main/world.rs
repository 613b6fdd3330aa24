//! A sheet of our own, and the steps that every test takes.

use crate::form::{borrowed, fields, set};
use kernel::Id;
use store::params;
use testkit::{Answer, Caller, County, TestApp};

/// A sheet of six items in the bureau's usual layout, dated the day before the tests happen.
pub const SHEET: &str = "\
关于下达第四季度党建工作任务的通知
清教党〔2026〕8号
各基层党组织:
现将第四季度党建重点工作任务下发给你们,请结合实际,认真抓好落实。
一、突出抓好政治建设
(一)举办专题学习班。各基层党组织要在11月底前举办专题学习班,学制3天,形成学习小结。
(二)修订学校章程。各党支部要在12月15日前完成章程修订,报送章程修订稿、会议纪要(参考文本见附件1)。
(三)开展宣讲活动。各“青少年党校”要在12月20日前开展1次宣讲活动。
二、持续改进作风
(一)开展谈心谈话。各基层党组织要在12月10日前开展谈心谈话,做好谈话记录。
(二)上报资料包。各基层党组织每月25日前上报主题党日资料包。
(三)书记上讲台。各基层党组织书记要在12月底前带头讲1次党课。
附件:1.章程参考文本
中共清禾县教育局机关委员会
2026年11月19日
";

/// A county where 第一小学党支部 has a youth Party school, and its officer.
pub async fn county(app: &TestApp) -> (County, Caller) {
    let county = County::build(app).await;
    app.app
        .store
        .housekeeping(|tx| async move {
            tx.exec(
                "INSERT INTO node_tag (id, node, tag, from_day)
                 VALUES ($1, $2, 'youth_party_school', '2024-09-01')",
                params![tx.new_id(), county.first],
            )
            .await?;
            Ok(())
        })
        .await
        .unwrap();
    let officer = County::call(app, county.officer).await;
    (county, officer)
}

/// Uploads a text; the address of its draft.
pub async fn upload(caller: &Caller, name: &str, text: &str) -> String {
    let key = format!("key-{name}-{}", text.len());
    let file = [("file", name, text.as_bytes())];
    caller
        .upload("/sheets/new", &[("_key", &key)], &file)
        .await
        .led_to()
}

/// The sheet's id in an address.
pub fn id_in(address: &str) -> Id {
    let rest = address.strip_prefix("/sheets/").unwrap();
    rest.split(['/', '?', '#']).next().unwrap().parse().unwrap()
}

/// The draft's form as the page shows it.
pub async fn draft_form(caller: &Caller, sheet: Id) -> Vec<(String, String)> {
    let page = caller.get(&format!("/sheets/{sheet}/draft")).await.page();
    fields(&page, "id=\"draft\"")
}

/// The prefix `i17` of the row whose title holds `words`.
pub fn row(form: &[(String, String)], words: &str) -> String {
    let found = form
        .iter()
        .find(|(n, v)| n.ends_with(".title") && n.starts_with('i') && v.contains(words));
    let (name, _) = found.unwrap_or_else(|| panic!("no item {words}: {form:?}"));
    name.trim_end_matches(".title").to_owned()
}

/// Sends the draft's form with a button.
pub async fn send(
    caller: &Caller,
    sheet: Id,
    form: &[(String, String)],
    button: (&str, &str),
) -> Answer {
    let mut form = form.to_vec();
    set(&mut form, button.0, button.1);
    caller
        .post(&format!("/sheets/{sheet}/draft"), &borrowed(&form))
        .await
}

/// Ticks every doubt, as somebody who has looked at all of them, and goes on to the check page.
pub async fn look_at_all(caller: &Caller, sheet: Id) {
    let page = caller.get(&format!("/sheets/{sheet}/draft")).await.page();
    let mut form = fields(&page, "id=\"draft\"");
    let ids: Vec<String> = form
        .iter()
        .filter_map(|(n, _)| n.strip_suffix(".title").filter(|n| n.starts_with('i')))
        .map(str::to_owned)
        .collect();
    for id in ids {
        if page.contains(&format!("name=\"{id}.checked\"")) {
            set(&mut form, &format!("{id}.checked"), "on");
        }
    }
    send(caller, sheet, &form, ("go", "check")).await.led_to();
}

/// Issues what the check page shows.
pub async fn issue(caller: &Caller, sheet: Id) -> Answer {
    let page = caller.get(&format!("/sheets/{sheet}/check")).await.page();
    let form = fields(&page, "id=\"issue\"");
    caller
        .post(&format!("/sheets/{sheet}/issue"), &borrowed(&form))
        .await
}

/// The whole road with the usual sheet; its id.
pub async fn issued(caller: &Caller) -> Id {
    let sheet = id_in(&upload(caller, "任务.txt", SHEET).await);
    look_at_all(caller, sheet).await;
    issue(caller, sheet).await.led_to();
    sheet
}
