//! Sheets: at each organisation a draft of its own, and an issued sheet that asks one duty of it.

use crate::samples::{Samples, canary, insert};
use crate::world::{Node, write};
use duty::{NewRequirement, Target, impose};
use kernel::Id;
use rules::measure::Measure;
use rules::who::Who;
use store::params;
use testkit::{Caller, TestApp};
use web::Right;

/// Routes of a draft.
const DRAFT: &[&str] = &["/draft", "/discard", "/annexes", "/check", "/issue"];
/// Routes of an issued sheet.
const ISSUED: &[&str] = &[
    "",
    "/print",
    "/document.docx",
    "/items.xlsx",
    "/original",
    "/close",
];

/// Plants them.
pub async fn plant(app: &TestApp, node: &Node, samples: &mut Samples) {
    let place = || vec![node.place.clone()];
    let office = office(app, node).await;
    let word = canary("draft", node);
    let (draft, item) = upload(app, &office, &word).await;
    let sample = samples.add("/sheets/{id}", draft, place());
    (sample.only, sample.canary) = (Some(DRAFT), Some((word, Right::IssueSheets)));
    let who = format!("{draft}/items/{item}/who");
    samples.add("/sheets/{id}/items/{item}/who", who, place());
    annex(app, draft, node).await;
    let remove = format!("{draft}/annexes/1/remove");
    samples.add("/sheets/{id}/annexes/{rank}/remove", remove, place());

    let word = canary("sheet", node);
    let (sheet, item) = upload(app, &office, &word).await;
    let key = issue(app, node, sheet, item).await;
    let sample = samples.add("/sheets/{id}", sheet, place());
    (sample.only, sample.canary) = (Some(ISSUED), Some((word, Right::SeeSheets)));
    samples.add(
        "/sheets/{id}/items/{item}",
        format!("{sheet}/items/{item}"),
        place(),
    );
    annex(app, sheet, node).await;
    samples.add(
        "/sheets/{id}/annexes/{rank}",
        format!("{sheet}/annexes/1"),
        place(),
    );

    let word = canary("duty", node);
    let judged = [("words", "请补充"), ("what", "exempt"), ("reason", "停办")];
    let judged = judged.map(|(name, text)| (name, text.to_owned())).to_vec();
    let sample = samples.add("/duties/{key}", &key, place());
    (sample.canary, sample.fields) = (Some((word, Right::SeeDuties)), judged.clone());
    samples.add("/progress/{sheet}", sheet, place());
    samples.add("/progress/{sheet}/{key}", format!("{sheet}/{key}"), place());
    for route in [
        "/review/accept",
        "/review/return",
        "/review/undo",
        "/review/excuse",
    ] {
        let sample = samples.add(route, "", place());
        sample.fields = [judged.clone(), vec![("key", key.clone())]].concat();
    }
    close(app, &office).await;
}

/// An officer of that organisation, for as long as it takes to plant.
async fn office(app: &TestApp, node: &Node) -> Id {
    let sql = "INSERT INTO account (id, username, name, password_hash, must_change, created_at)
               VALUES ($1, $2, '经办人', '', FALSE, 0)";
    let account = insert(app, sql, |_, id| params![id, format!("office{id}")]).await;
    let sql = "INSERT INTO role_grant (id, account, role, node, from_day)
               VALUES ($1, $2, 'officer', $3, '2020-01-01')";
    insert(app, sql, |_, id| params![id, account, node.id]).await;
    account
}

async fn close(app: &TestApp, office: &Id) {
    let office = *office;
    let sql = "UPDATE account SET suspended_at = 1 WHERE id = $1";
    write(
        app,
        |tx| async move { Ok(tx.exec(sql, params![office]).await?) },
    )
    .await;
}

/// A text of one item, read and kept as a draft; the sheet and its item.
async fn upload(app: &TestApp, office: &Id, word: &str) -> (Id, Id) {
    let text = format!(
        "关于做好{word}工作的通知\n各基层党组织：\n一、重点任务\n（一）开展{word}活动。各党支部要在12月15日前开展1次活动，报送小结。\n2026年11月19日\n"
    );
    let caller: Caller = app.session_of(*office).await;
    let name = format!("{word}.txt");
    let key = format!("key-{word}");
    let files = [("file", name.as_str(), text.as_bytes())];
    let led = caller
        .upload("/sheets/new", &[("_key", &key)], &files)
        .await
        .led_to();
    let rest = led.strip_prefix("/sheets/").unwrap();
    let sheet: Id = rest.split(['/', '?', '#']).next().unwrap().parse().unwrap();
    let sql = "SELECT id FROM item WHERE sheet = $1 AND container = FALSE ORDER BY rank LIMIT 1";
    (
        sheet,
        app.app
            .store
            .db()
            .scalar(sql, params![sheet])
            .await
            .unwrap(),
    )
}

async fn annex(app: &TestApp, sheet: Id, node: &Node) {
    let word = canary("annex", node);
    let digest = app.app.store.files.put(word.as_bytes()).unwrap();
    let sql = "INSERT INTO file (id, digest, media, kind, name, bytes, text, created_at)
               VALUES ($1, $2, 'text/plain', 'txt', $3, 20, $3, $4)";
    let file = insert(app, sql, |tx, id| params![id, &digest, &word, tx.now()]).await;
    let sql = "INSERT INTO annex (sheet, rank, title, file) VALUES ($1, 1, $2, $3)";
    write(app, |tx| async move {
        Ok(tx.exec(sql, params![sheet, word, file]).await?)
    })
    .await;
}

/// Issues the sheet to its own organisation; the key of its duty.
async fn issue(app: &TestApp, node: &Node, sheet: Id, item: Id) -> String {
    let title = canary("sheet", node);
    let requirement = NewRequirement {
        source_kind: "sheet",
        source: sheet,
        item,
        path: node.place.path.clone(),
        rank: 1,
        outline: "一、（一）".to_owned(),
        title: title.clone(),
        demand: canary("duty", node),
        source_words: title,
        period_key: String::new(),
        window_from: "2026-10-01".parse().unwrap(),
        window_to: None,
        due: "2026-12-15".parse().unwrap(),
        due_words: "12月15日前".to_owned(),
        measure: Measure::Review { offer: None },
        evidence: vec!["小结".to_owned()],
        max_files: 3,
        photo_why: None,
        needs_file: false,
        weight: 1,
        substantive: true,
        reviewer: node.id,
        who: Who::All,
        who_words: "全部党组织".to_owned(),
        effort_seconds: 60,
    };
    let target = Target {
        organisation: node.id,
        applies: true,
        because: "在范围内".to_owned(),
    };
    let number = node.id.0 % 1_000_000;
    let issued = write(app, |tx| async move {
        let sql = "UPDATE sheet SET issued_at = $2, issued_by = '经办人', year = 2026, number = $3,
                   prefix = '测' WHERE id = $1";
        tx.exec(sql, params![sheet, tx.now(), number]).await?;
        Ok(impose(&tx, &[requirement], &[vec![target]]).await?)
    });
    format!("{}-{}", issued.await[0], node.id)
}
