//! Upload and draft.

use crate::form::{borrowed, fields, set};
use crate::world::{SHEET, county, draft_form, id_in, row, send, upload};
use kernel::Id;
use testkit::{Answer, County, TestApp, on_both};

/// A Word sheet of the reader's corpus.
const WORD: &[u8] = include_bytes!("../../../../reading/tests/corpus/tune/01-quarter-sheet.docx");

on_both! {
    async fn a_word_file_becomes_a_draft_beside_its_text(app: TestApp) {
        // The sheet is of May 2024.
        app.pass_days(-928);
        let (_, officer) = county(&app).await;
        let draft = officer
            .upload("/sheets/new", &[], &[("file", "季度任务.docx", WORD)])
            .await
            .led_to();
        let page = officer.get(&draft).await;
        let words = page.words();
        assert!(words.contains("第 2 步，共 3 步 · 从“季度任务.docx”读出"), "{words}");
        let html = page.page();
        assert!(html.contains("逐章研读条例"), "{html}");
        assert!(html.contains("value=\"2024-05-20\""));
        assert!(html.contains("学习笔记、研讨提纲"));
        // The words a date was read from are marked, and lead to the row.
        assert!(html.contains(">5月中旬</a></mark>"), "{html}");
        let list = officer.get("/sheets").await.words();
        assert!(list.contains("关于下达第二季度党建重点任务的通知 未编号") && list.contains("草稿"), "{list}");
    }

    async fn a_workbook_and_pasted_text_become_drafts_too(app: TestApp) {
        app.pass_days(-600);
        let (_, officer) = county(&app).await;
        let workbook = include_bytes!("../../../../reading/tests/corpus/tune/07-task-list.xlsx");
        let draft = officer.upload("/sheets/new", &[], &[("file", "清单.xlsx", workbook)]).await.led_to();
        assert!(officer.get(&draft).await.words().contains("件事"));
        let draft = officer.post("/sheets/new", &[("text", SHEET)]).await.led_to();
        let words = officer.get(&draft).await.words();
        assert!(words.contains("从“粘贴的文字.txt”读出 6 件事"), "{words}");
    }

    async fn what_cannot_be_read_is_refused_with_the_way_out(app: TestApp) {
        let (_, officer) = county(&app).await;
        let old = officer.upload("/sheets/new", &[], &[("file", "任务.doc", b"\xD0\xCF\x11\xE0")]).await;
        assert_eq!(old.status, 422);
        assert!(old.words().contains("另存为"), "{}", old.words());
        let nothing = officer.post("/sheets/new", &[("text", "")]).await;
        assert!(nothing.words().contains("请选择文件"), "{}", nothing.words());
        let year = officer.post("/sheets/new", &[("text", SHEET), ("year", "二六")]).await;
        assert!(year.words().contains("年份请写四位数字"), "{}", year.words());
        assert!(year.text.contains("上报主题党日资料包"), "the text is kept");
        let scan = officer.upload("/sheets/new", &[], &[("file", "扫描.pdf", b"%PDF-1.4 %%EOF")]).await;
        assert!(scan.words().contains("不能用 PDF 或图片"), "{}", scan.words());
        assert!(officer.get("/sheets").await.words().contains("还没有交办单"));
    }

    async fn the_same_file_again_offers_the_draft_that_is_there(app: TestApp) {
        let (_, officer) = county(&app).await;
        let draft = upload(&officer, "任务.txt", SHEET).await;
        let again = officer.upload("/sheets/new", &[("_key", "x")], &[("file", "副本.txt", SHEET.as_bytes())]).await;
        assert_eq!(again.status, 422);
        assert!(again.words().contains("已经读过"), "{}", again.words());
        assert!(again.text.contains(&draft));
        // Sent twice, the same form is one draft.
        let file = [("file", "任务.txt", SHEET.as_bytes())];
        let key = format!("key-任务.txt-{}", SHEET.len());
        assert_eq!(officer.upload("/sheets/new", &[("_key", &key)], &file).await.led_to(), draft);
        let form = fields(&again.text, "action=\"/sheets/new\"");
        let other = officer.post("/sheets/new", &borrowed(&form)).await.led_to();
        assert_ne!(other, draft);
        assert!(officer.get(&other).await.words().contains("读出 6 件事"));
    }

    async fn nothing_is_saved_where_nothing_was_changed(app: TestApp) {
        let (_, officer) = county(&app).await;
        let sheet = id_in(&upload(&officer, "任务.txt", SHEET).await);
        let form = draft_form(&officer, sheet).await;
        send(&officer, sheet, &form, ("go", "stay")).await.led_to();
        let after = draft_form(&officer, sheet).await;
        let versions = |form: &[(String, String)]| {
            form.iter().filter(|(n, _)| n.ends_with("version")).cloned().collect::<Vec<_>>()
        };
        assert_eq!(versions(&form), versions(&after));
    }

    async fn rows_are_corrected_split_merged_dropped_and_added(app: TestApp) {
        let (_, officer) = county(&app).await;
        let sheet = id_in(&upload(&officer, "任务.txt", SHEET).await);
        let mut form = draft_form(&officer, sheet).await;
        let talks = row(&form, "谈心谈话");
        set(&mut form, &format!("{talks}.due"), "2026-12-12");
        set(&mut form, &format!("{talks}.evidence"), "谈话记录,小结");
        let id = talks.trim_start_matches('i').to_owned();
        let split = send(&officer, sheet, &form, ("do", &format!("split:{id}"))).await.led_to();
        assert!(split.contains("#item-"), "{split}");
        let form = draft_form(&officer, sheet).await;
        let value = |form: &[(String, String)], name: &str| {
            form.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default()
        };
        assert_eq!(value(&form, &format!("{talks}.due")), "2026-12-12");
        assert_eq!(value(&form, &format!("{talks}.evidence")), "谈话记录、小结");
        let second = row(&form, "（之二）").trim_start_matches('i').to_owned();
        send(&officer, sheet, &form, ("do", &format!("merge:{second}"))).await.led_to();
        let page = officer.get(&format!("/sheets/{sheet}/draft")).await.words();
        assert!(page.contains("已删去 1 项") && page.contains("请核对期限和佐证"), "{page}");
        let form = draft_form(&officer, sheet).await;
        send(&officer, sheet, &form, ("do", &format!("restore:{second}"))).await.led_to();
        let form = draft_form(&officer, sheet).await;
        send(&officer, sheet, &form, ("do", "add")).await.led_to();
        let form = draft_form(&officer, sheet).await;
        let added = row(&form, "新的事项").trim_start_matches('i').to_owned();
        send(&officer, sheet, &form, ("do", &format!("up:{added}"))).await.led_to();
        let form = draft_form(&officer, sheet).await;
        let order: Vec<_> = form.iter().filter(|(n, _)| n.ends_with(".title") && n.starts_with('i')).collect();
        assert_eq!(order.len(), 8, "{order:?}");
        assert_eq!(order[6].1, "新的事项", "{order:?}");
    }

    async fn errors_keep_what_was_typed_and_name_the_field(app: TestApp) {
        let (_, officer) = county(&app).await;
        let sheet = id_in(&upload(&officer, "任务.txt", SHEET).await);
        let mut form = draft_form(&officer, sheet).await;
        let study = row(&form, "学习班");
        set(&mut form, &format!("{study}.due"), "11月底");
        set(&mut form, &format!("{study}.title"), "办好专题学习班(已改)");
        let answer = send(&officer, sheet, &form, ("go", "check")).await;
        assert_eq!(answer.status, 422);
        assert!(answer.words().contains("不是有效日期"), "{}", answer.words());
        assert!(answer.text.contains(&format!("href=\"#{study}.due\"")));
        assert!(answer.text.contains("办好专题学习班(已改)"));
    }

    async fn a_page_that_saves_by_itself_is_not_stale_against_itself(app: TestApp) {
        let (county, officer) = county(&app).await;
        let sheet = id_in(&upload(&officer, "任务.txt", SHEET).await);
        let mut form = draft_form(&officer, sheet).await;
        let study = row(&form, "学习班");
        for title in ["办班", "办好学习班"] {
            set(&mut form, &format!("{study}.title"), title);
            let saved = autosave(&app, county.officer, sheet, &form).await;
            assert_eq!(saved.status, 200, "{}", saved.text);
        }
        set(&mut form, "s.title", "第四季度任务交办单");
        assert_eq!(autosave(&app, county.officer, sheet, &form).await.status, 200);
        send(&officer, sheet, &form, ("go", "stay")).await.led_to();
        let words = officer.get(&format!("/sheets/{sheet}/draft")).await;
        assert!(words.text.contains("办好学习班") && words.text.contains("第四季度任务交办单"));
    }

    async fn a_stale_row_shows_both_texts_and_stores_nothing(app: TestApp) {
        let (county, officer) = county(&app).await;
        let colleague = County::call(&app, county.officer).await;
        let sheet = id_in(&upload(&officer, "任务.txt", SHEET).await);
        let mut mine = draft_form(&officer, sheet).await;
        let mut theirs = draft_form(&colleague, sheet).await;
        let study = row(&mine, "学习班");
        set(&mut theirs, &format!("{study}.title"), "学习班(同事改)");
        send(&colleague, sheet, &theirs, ("go", "stay")).await.led_to();
        // Another row of an old page is no conflict.
        let talks = row(&mine, "谈心谈话");
        set(&mut mine, &format!("{talks}.title"), "谈心(我改)");
        send(&officer, sheet, &mine, ("go", "stay")).await.led_to();
        set(&mut mine, &format!("{study}.title"), "学习班(我改)");
        let answer = send(&officer, sheet, &mine, ("go", "stay")).await;
        assert_eq!(answer.status, 409);
        let words = answer.words();
        assert!(words.contains("学习班(同事改)") && words.contains("学习班(我改)"), "{words}");
        let page = officer.get(&format!("/sheets/{sheet}/draft")).await.text;
        assert!(page.contains("学习班(同事改)") && page.contains("谈心(我改)"));
    }

    async fn a_document_cannot_smuggle_tags_into_the_page(app: TestApp) {
        let (_, officer) = county(&app).await;
        let text = SHEET
            .replace("举办专题学习班。", "<script>alert(1)</script>举办专题学习班。")
            .replace("清禾县", "<b>清禾县</b>");
        let draft = upload(&officer, "a<script>x<script>.txt", &text).await;
        let sheet = id_in(&draft);
        for path in [draft, format!("/sheets/{sheet}/check"), "/sheets".to_owned()] {
            let page = officer.get(&path).await.page();
            assert!(!page.contains("<script>"), "{path}");
        }
    }

    async fn an_annex_that_is_cited_is_missed_until_it_comes(app: TestApp) {
        let (_, officer) = county(&app).await;
        let sheet = id_in(&upload(&officer, "任务.txt", SHEET).await);
        let page = officer.get(&format!("/sheets/{sheet}/draft")).await.words();
        assert!(page.contains("附件1“章程参考文本”还没有上传"), "{page}");
        let bytes = include_bytes!("../../../../reading/tests/corpus/tune/03-autumn-notice.docx");
        officer
            .upload(&format!("/sheets/{sheet}/annexes"), &[("rank", "1")], &[("annex", "章程.docx", bytes)])
            .await
            .led_to();
        let page = officer.get(&format!("/sheets/{sheet}/draft")).await.words();
        assert!(!page.contains("还没有上传"), "{page}");
        let got = officer.get(&format!("/sheets/{sheet}/annexes/1")).await;
        assert_eq!(got.bytes, bytes);
    }
}

/// Sends the form as the page's script does.
async fn autosave(app: &TestApp, account: Id, sheet: Id, form: &[(String, String)]) -> Answer {
    use axum::body::Body;
    use axum::http::{Request, header};
    let store = &app.app.store;
    let minted = store
        .housekeeping(|tx| async move { Ok(identity::mint_session(&tx, account).await?) })
        .await
        .unwrap();
    let escape = |text: &str| {
        text.bytes()
            .map(|b| format!("%{b:02X}"))
            .collect::<String>()
    };
    let pairs: Vec<String> = form
        .iter()
        .map(|(n, v)| format!("{}={}", escape(n), escape(v)))
        .collect();
    let request = Request::builder()
        .method("POST")
        .uri(format!("/sheets/{sheet}/draft"))
        .header(header::HOST, "127.0.0.1")
        .header(header::COOKIE, format!("zhibu={}", minted.token))
        .header("x-csrf-token", minted.csrf)
        .header("x-requested-with", "zhibu")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(pairs.join("&")))
        .unwrap();
    app.stranger().ask(request).await
}
