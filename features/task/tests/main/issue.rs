//! Check, issue, and what there is afterwards.

use crate::form::{borrowed, fields, set};
use crate::world::{
    SHEET, county, draft_form, id_in, issue, issued, look_at_all, row, send, upload,
};
use kernel::Id;
use kernel::document::Block;
use store::params;
use testkit::{TestApp, on_both};

async fn count(app: &TestApp, sql: &str, id: Id) -> i64 {
    app.app.store.db().scalar(sql, params![id]).await.unwrap()
}

on_both! {
    async fn a_sheet_is_checked_issued_under_its_number_and_printed(app: TestApp) {
        let (_, officer) = county(&app).await;
        let sheet = id_in(&upload(&officer, "任务.txt", SHEET).await);
        let before = officer.get(&format!("/sheets/{sheet}/check")).await.words();
        look_at_all(&officer, sheet).await;
        let check = officer.get(&format!("/sheets/{sheet}/check")).await.words();
        assert!(check.contains("编为 清教党〔2026〕8号"), "{before} | {check}");
        assert!(check.contains("下发给 4 个党组织"), "{check}");
        assert!(check.contains("估算值，不含实际工作") && check.contains("分钟"), "{check}");
        assert!(check.contains("附件1“章程参考文本”还没有上传"), "{check}");
        let led = issue(&officer, sheet).await.led_to();
        let page = officer.get(&led).await.words();
        assert!(page.contains("已下发，编为清教党〔2026〕8号"), "{page}");
        assert!(page.contains("清教党〔2026〕8号 · 2026年11月20日下发 · 4 个党组织 · 签发 何清"), "{page}");
        let word = officer.get(&format!("/sheets/{sheet}/document.docx")).await;
        let text = office::docx::read(&word.bytes).unwrap().extracted_text();
        for wanted in ["清教党〔2026〕8号", "各基层党组织", "一、突出抓好政治建设", "举办专题学习班。", "适用名单", "第一小学党支部", "2026年11月19日"] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
        let print = officer.get(&format!("/sheets/{sheet}/print")).await.words();
        assert!(print.contains("任务一览表") && print.contains("每月25日前（11月25日、12月25日）") || print.contains("每月25日前"), "{print}");
        let book = officer.get(&format!("/sheets/{sheet}/items.xlsx")).await;
        let document = office::xlsx::read_document(&book.bytes).unwrap();
        let Some(Block::Table(table)) = document.blocks.first() else { panic!("{document:?}") };
        let said: Vec<String> = table.rows.iter().flatten().map(|c| c.text.clone()).collect();
        assert!(said.iter().any(|t| t == "上报资料包（11月）" || t.contains("资料包（11月）")), "{said:?}");
        let original = officer.get(&format!("/sheets/{sheet}/original")).await;
        assert_eq!(original.bytes, SHEET.as_bytes());
    }

    async fn items_are_asked_only_of_whom_they_concern_and_as_often_as_they_recur(app: TestApp) {
        let (county, officer) = county(&app).await;
        let sheet = issued(&officer).await;
        let lecture = "SELECT COUNT(*) FROM target t JOIN requirement r ON r.id = t.requirement
                       WHERE r.source = $1 AND t.applies = TRUE AND r.outline = '一、(三)'";
        assert_eq!(count(&app, lecture, sheet).await, 1);
        let because: String = app.app.store.db().scalar(
            "SELECT t.because FROM target t JOIN requirement r ON r.id = t.requirement
             WHERE r.source = $1 AND r.outline = '一、(三)' AND t.organisation = $2",
            params![sheet, county.second],
        ).await.unwrap();
        assert_eq!(because, "没有青少年党校");
        // The 25th of October has passed; November and December are asked for.
        let monthly: Vec<(String, String)> = app.app.store.db().all(
            "SELECT period_key, due FROM requirement WHERE source = $1 AND outline = '二、(二)' ORDER BY rank",
            params![sheet],
        ).await.unwrap();
        let wanted = [("2026-11", "2026-11-25"), ("2026-12", "2026-12-25")];
        assert_eq!(monthly, wanted.map(|(a, b)| (a.to_owned(), b.to_owned())));
        // 高中部 and 初中部 lie under the general branch: nothing is asked of them by themselves.
        let below = "SELECT COUNT(*) FROM target t JOIN requirement r ON r.id = t.requirement
                     JOIN node n ON n.id = t.organisation WHERE r.source = $1 AND n.path LIKE '001001___'";
        assert_eq!(count(&app, below, sheet).await, 0);
        let jobs: i64 = app.app.store.db().scalar(
            "SELECT COUNT(*) FROM job WHERE kind = 'sheet_issued'", vec![]).await.unwrap();
        assert_eq!(jobs, 1);
        let item: Id = app.app.store.db().scalar(
            "SELECT item FROM requirement WHERE source = $1 AND outline = '一、(三)'", params![sheet]).await.unwrap();
        let list = officer.get(&format!("/sheets/{sheet}/items/{item}?status=not_applicable")).await.words();
        assert!(list.contains("第二小学党支部") && list.contains("没有青少年党校"), "{list}");
    }

    async fn conditions_names_and_exceptions_are_chosen_on_a_page_of_their_own(app: TestApp) {
        let (county, officer) = county(&app).await;
        let sheet = id_in(&upload(&officer, "任务.txt", SHEET).await);
        let form = draft_form(&officer, sheet).await;
        let id = row(&form, "谈心谈话").trim_start_matches('i').to_owned();
        let page = send(&officer, sheet, &form, ("do", &format!("who:{id}"))).await.led_to();
        assert_eq!(page, format!("/sheets/{sheet}/items/{id}/who"));
        let html = officer.get(&page).await.page();
        let mut form = fields(&html, "id=\"who\"");
        set(&mut form, "c0.is", "not");
        set(&mut form, "c0.term", "tag:youth_party_school");
        form.push(("except".to_owned(), county.joint.to_string()));
        let mut trial = form.clone();
        trial.push(("go".to_owned(), "try".to_owned()));
        let tried = officer.post(&page, &borrowed(&trial)).await.words();
        assert!(tried.contains("适用 2 个") && tried.contains("还没有保存"), "{tried}");
        form.push(("go".to_owned(), "keep".to_owned()));
        officer.post(&page, &borrowed(&form)).await.led_to();
        let check = officer.get(&format!("/sheets/{sheet}/check")).await.words();
        assert!(check.contains("适用 2 个，不适用 2 个"), "{check}");
    }

    async fn two_sheets_issued_at_once_get_two_numbers_without_a_gap(app: TestApp) {
        let (_, officer) = county(&app).await;
        let mut sheets = Vec::new();
        for n in 0..3 {
            let text = SHEET.replace("第四季度", &format!("第四季度第{n}批"));
            let sheet = id_in(&upload(&officer, &format!("任务{n}.txt"), &text).await);
            look_at_all(&officer, sheet).await;
            sheets.push(sheet);
        }
        issue(&officer, sheets[0]).await.led_to();
        let (a, b) = tokio::join!(issue(&officer, sheets[1]), issue(&officer, sheets[2]));
        a.led_to();
        b.led_to();
        let mut numbers: Vec<i64> = app.app.store.db()
            .column("SELECT number FROM sheet WHERE number IS NOT NULL", vec![]).await.unwrap();
        numbers.sort();
        assert_eq!(numbers, [8, 9, 10]);
    }

    async fn issued_twice_with_one_form_it_is_issued_once(app: TestApp) {
        let (_, officer) = county(&app).await;
        let sheet = id_in(&upload(&officer, "任务.txt", SHEET).await);
        look_at_all(&officer, sheet).await;
        let page = officer.get(&format!("/sheets/{sheet}/check")).await.page();
        let form = fields(&page, "id=\"issue\"");
        let path = format!("/sheets/{sheet}/issue");
        let first = officer.post(&path, &borrowed(&form)).await.led_to();
        assert_eq!(officer.post(&path, &borrowed(&form)).await.led_to(), first);
        let mut other = form.clone();
        set(&mut other, "_key", "another");
        let again = officer.post(&path, &borrowed(&other)).await;
        assert!(again.words().contains("已经下发"), "{}", again.words());
        let n = count(&app, "SELECT COUNT(*) FROM requirement WHERE source = $1", sheet).await;
        assert_eq!(n, 7);
    }

    async fn a_check_page_that_was_overtaken_cannot_issue(app: TestApp) {
        let (_, officer) = county(&app).await;
        let sheet = id_in(&upload(&officer, "任务.txt", SHEET).await);
        look_at_all(&officer, sheet).await;
        let page = officer.get(&format!("/sheets/{sheet}/check")).await.page();
        let old = fields(&page, "id=\"issue\"");
        let mut form = draft_form(&officer, sheet).await;
        let study = row(&form, "学习班");
        set(&mut form, &format!("{study}.due"), "2026-12-01");
        send(&officer, sheet, &form, ("go", "stay")).await.led_to();
        let answer = officer.post(&format!("/sheets/{sheet}/issue"), &borrowed(&old)).await;
        assert_eq!(answer.status, 409);
        assert_eq!(count(&app, "SELECT COUNT(*) FROM requirement WHERE source = $1", sheet).await, 0);
    }

    async fn what_stands_in_the_way_is_said_item_by_item(app: TestApp) {
        let (_, officer) = county(&app).await;
        let sheet = id_in(&upload(&officer, "任务.txt", SHEET).await);
        look_at_all(&officer, sheet).await;
        let mut form = draft_form(&officer, sheet).await;
        let (study, rules, talks) = (row(&form, "学习班"), row(&form, "章程"), row(&form, "谈心"));
        set(&mut form, &format!("{study}.due"), "2026-11-01");
        set(&mut form, &format!("{rules}.due"), "");
        set(&mut form, &format!("{talks}.photo"), "on");
        send(&officer, sheet, &form, ("go", "check")).await.led_to();
        let check = officer.get(&format!("/sheets/{sheet}/check")).await;
        let words = check.words();
        assert!(words.contains("期限2026年11月1日已经过去"), "{words}");
        assert!(words.contains("没有期限。请填写日期"), "{words}");
        assert!(words.contains("要照片但没有写明为什么"), "{words}");
        assert!(!check.text.contains("下发给"), "no button");
        let refused = issue(&officer, sheet).await;
        assert_eq!(refused.status, 409);
        let mut form = draft_form(&officer, sheet).await;
        set(&mut form, &format!("{study}.due"), "2026-11-30");
        set(&mut form, &format!("{rules}.due"), "2026-12-15");
        set(&mut form, &format!("{talks}.photo_why"), "存档需要现场照片");
        send(&officer, sheet, &form, ("go", "check")).await.led_to();
        issue(&officer, sheet).await.led_to();
        let why: Option<String> = app.app.store.db().scalar(
            "SELECT photo_why FROM requirement WHERE source = $1 AND outline = '二、(一)'", params![sheet]).await.unwrap();
        assert_eq!(why.as_deref(), Some("存档需要现场照片"));
    }

    async fn a_doubt_must_be_looked_at_and_correcting_it_is_looking(app: TestApp) {
        let (_, officer) = county(&app).await;
        let text = SHEET.replace("要在12月10日前开展谈心谈话", "要认真开展谈心谈话");
        let sheet = id_in(&upload(&officer, "任务.txt", &text).await);
        let check = officer.get(&format!("/sheets/{sheet}/check")).await.words();
        assert!(check.contains("拿不准") || check.contains("没有期限"), "{check}");
        let mut form = draft_form(&officer, sheet).await;
        let talks = row(&form, "谈心");
        set(&mut form, &format!("{talks}.due"), "2026-12-18");
        send(&officer, sheet, &form, ("go", "stay")).await.led_to();
        let form = draft_form(&officer, sheet).await;
        let ticked = form.iter().any(|(n, v)| *n == format!("{talks}.checked") && v == "on");
        assert!(ticked, "{form:?}");
    }

    async fn a_forbidden_demand_cannot_be_issued_until_it_is_reworded(app: TestApp) {
        let (_, officer) = county(&app).await;
        let text = SHEET.replace("做好谈话记录。", "做好谈话记录，并上传手机截图。");
        let sheet = id_in(&upload(&officer, "任务.txt", &text).await);
        look_at_all(&officer, sheet).await;
        let page = officer.get(&format!("/sheets/{sheet}/draft")).await.words();
        assert!(page.contains("含有不得提出的要求（截图）"), "{page}");
        let check = officer.get(&format!("/sheets/{sheet}/check")).await.words();
        assert!(check.contains("含有不得提出的要求（截图）"), "{check}");
        assert_eq!(issue(&officer, sheet).await.status, 409);
        let mut form = draft_form(&officer, sheet).await;
        let talks = row(&form, "谈心");
        let demand = form.iter().find(|(n, _)| *n == format!("{talks}.text")).unwrap().1.replace("，并上传手机截图", "");
        set(&mut form, &format!("{talks}.text"), &demand);
        let evidence = form.iter().find(|(n, _)| *n == format!("{talks}.evidence")).unwrap().1.clone();
        if evidence.contains("截图") {
            set(&mut form, &format!("{talks}.evidence"), "谈话记录");
        }
        send(&officer, sheet, &form, ("go", "check")).await.led_to();
        issue(&officer, sheet).await.led_to();
    }

    async fn what_another_open_sheet_asks_for_is_said_before_it_is_asked_twice(app: TestApp) {
        let (_, officer) = county(&app).await;
        issued(&officer).await;
        let again = SHEET.replace("第四季度党建工作任务", "年末重点任务");
        let sheet = id_in(&upload(&officer, "又一张.txt", &again).await);
        let check = officer.get(&format!("/sheets/{sheet}/check")).await.words();
        assert!(check.contains("（清教党〔2026〕8号 一、（一））中交办过"), "{check}");
        assert!(check.contains("原件写的是清教党〔2026〕8号，下发时将编为9号"), "{check}");
    }

    async fn a_record_held_already_answers_before_it_is_asked(app: TestApp) {
        let (county, officer) = county(&app).await;
        app.app.store.housekeeping(|tx| async move {
            tx.exec(
                "INSERT INTO record (id, kind, subkind, organisation, path, day, title, content,
                 speaker_name, speaker_is_secretary, attended, created_at, created_by_name)
                 VALUES ($1, 'lecture', 'secretary_lecture', $2, '001002', '2026-11-10', '讲党课', '',
                 '周明', TRUE, 5, 0, '周明')",
                params![tx.new_id(), county.first],
            ).await?;
            Ok(())
        }).await.unwrap();
        let sheet = id_in(&upload(&officer, "任务.txt", SHEET).await);
        look_at_all(&officer, sheet).await;
        let check = officer.get(&format!("/sheets/{sheet}/check")).await.words();
        assert!(check.contains("记录已能回答 1 件"), "{check}");
        issue(&officer, sheet).await.led_to();
        let done: i64 = app.app.store.db().scalar(
            "SELECT COUNT(*) FROM duty WHERE sheet = $1 AND status = 'done'", params![sheet]).await.unwrap();
        assert_eq!(done, 1);
        let list = officer.get("/sheets").await.words();
        assert!(list.contains("1 / "), "{list}");
    }

    async fn a_sheet_is_closed_or_void_and_its_number_stays(app: TestApp) {
        let (_, officer) = county(&app).await;
        let sheet = issued(&officer).await;
        let path = format!("/sheets/{sheet}/close");
        let bare = officer.post(&path, &[("how", "void")]).await;
        assert_eq!(bare.status, 422);
        assert!(bare.words().contains("作废要写明理由"), "{}", bare.words());
        officer.post(&path, &[("how", "void"), ("why", "期限写错")]).await.led_to();
        let page = officer.get(&format!("/sheets/{sheet}")).await.words();
        assert!(page.contains("已作废") && page.contains("期限写错") && page.contains("清教党〔2026〕8号"), "{page}");
        let open = count(&app, "SELECT COUNT(*) FROM requirement WHERE source = $1 AND closed_at IS NULL", sheet).await;
        assert_eq!(open, 0);
        let next = id_in(&upload(&officer, "重发.txt", SHEET).await);
        look_at_all(&officer, next).await;
        issue(&officer, next).await.led_to();
        assert!(officer.get(&format!("/sheets/{next}")).await.words().contains("清教党〔2026〕9号"));
        let again = officer.post(&path, &[("how", "close")]).await;
        assert_eq!(again.status, 409);
    }
}
