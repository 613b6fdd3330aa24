//! Records as a branch secretary keeps them.

use kernel::{Day, Id};
use member::NewMember;
use testkit::{Caller, County, TestApp, on_both};

/// Members of 第一小学党支部: 周明 (secretary), 林静怡 (born 1997), 江一帆.
struct Branch {
    zhou: Id,
    lin: Id,
    jiang: Id,
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

async fn people(app: &TestApp, county: &County) -> Branch {
    let (branch, general) = (county.first, county.senior);
    let built = app.app.store.housekeeping(|tx| async move {
        let member = |name: &str, birth: &str, branch: Id| NewMember {
            name: name.to_owned(),
            sex: "female".to_owned(),
            birth: Some(day(birth)),
            stage: "full".to_owned(),
            category: "in_post".to_owned(),
            joined_on: None,
            full_on: None,
            ethnic: None,
            education: None,
            job: None,
            id_number: None,
            phone: None,
            branch,
            from: day("2020-01-01"),
        };
        let made = [
            member("周明", "1979-04-02", branch),
            member("林静怡", "1997-05-01", branch),
            member("江一帆", "1990-01-01", branch),
            member("别处人", "1990-01-01", general),
        ];
        let ids = member::use_cases::create_members(&tx, &made, "joined").await?;
        let post = org::use_cases::NewPost {
            node: branch,
            kind: "secretary",
            member: Some(ids[0]),
            holder: "周明",
            staffing: Some("teacher"),
            from: day("2024-09-01"),
            to: None,
            term_to: None,
        };
        org::use_cases::appoint(&tx, post).await?;
        Ok(ids)
    });
    let ids = built.await.unwrap();
    Branch {
        zhou: ids[0],
        lin: ids[1],
        jiang: ids[2],
    }
}

/// A lecture by 周明 with 江一帆 absent.
fn lecture<'a>(ids: &'a [String; 3], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("subkind", "secretary_lecture"),
        ("day", "2026-11-12"),
        ("title", "从长征路上学教书"),
        ("speaker", ids[0].as_str()),
        ("present", ids[0].as_str()),
        ("present", ids[1].as_str()),
        ("content", "结合校史讲三个故事"),
    ];
    fields.extend(ids.iter().map(|id| ("listed", id.as_str())));
    for (name, value) in more {
        fields.retain(|(n, _)| n != name);
        fields.push((name, value));
    }
    fields
}

fn ids(branch: &Branch) -> [String; 3] {
    [branch.zhou, branch.lin, branch.jiang].map(|id| id.to_string())
}

/// The record's address without the sentence.
fn address(receipt: &str) -> String {
    receipt.split('?').next().unwrap().to_owned()
}

async fn kept(secretary: &Caller, branch: &Branch) -> String {
    let ids = ids(branch);
    address(
        &secretary
            .post("/records", &lecture(&ids, &[]))
            .await
            .led_to(),
    )
}

/// What subscribers made of it: the duty feature is one, asked through its table.
async fn duty_status(app: &TestApp, requirement: Id) -> String {
    let sql = "SELECT status FROM duty WHERE requirement = $1";
    app.app
        .store
        .db()
        .scalar(sql, store::params![requirement])
        .await
        .unwrap()
}

/// A requirement of one lecture by the secretary in November, of 第一小学党支部.
async fn requirement(app: &TestApp, county: &County) -> Id {
    let (first, bureau) = (county.first, county.bureau);
    let subscribers = app.app.clone();
    let imposed = app.app.store.housekeeping(|tx| async move {
        let id = tx.new_id();
        tx.exec(
            "INSERT INTO requirement (id, source_kind, source, item, path, rank, outline, title,
             demand, source_words, period_key, window_from, window_to, due, due_words, measure,
             evidence, max_files, photo_why, needs_file, weight, substantive, reviewer, who,
             who_words, effort_seconds, issued_at)
             VALUES ($1, 'sheet', 1, 1, '001', 1, '一', '书记上讲台', '', '', '2026-11',
             '2026-11-01', '2026-11-30', '2026-11-30', '', $2, '', 3, NULL, FALSE, 100, TRUE, $3,
             '{}', '', 0, $4)",
            store::params![
                id,
                r#"{"measure":"count","record_kind":"lecture","filter":{"subkind":"secretary_lecture","speaker":"secretary"},"at_least":1}"#,
                bureau,
                tx.now()
            ],
        )
        .await?;
        let sql = "INSERT INTO target (requirement, organisation, applies, because) VALUES ($1, $2, TRUE, '')";
        tx.exec(sql, store::params![id, first]).await?;
        let change = web::RecordChange {
            record: Id(0),
            kind: "lecture".to_owned(),
            organisation: first,
            path: kernel::TreePath::new("001002"),
            day: day("2026-11-01"),
        };
        subscribers.record_changed(&tx, &change).await?;
        Ok(id)
    });
    imposed.await.unwrap()
}

on_both! {
    async fn a_lecture_is_kept_once_and_answers_what_it_bears_on(app: TestApp) {
        let county = County::build(&app).await;
        let branch = people(&app, &county).await;
        let duty = requirement(&app, &county).await;
        assert_eq!(duty_status(&app, duty).await, "not_started");
        let secretary = County::call(&app, county.secretary).await;
        let form = secretary.get("/records/new?kind=lecture").await.page();
        // The normal case is preset: today, the secretary, everybody there.
        assert!(form.contains(r#"value="2026-11-20""#));
        assert!(form.contains(&format!(r#"<option value="{}" selected>周明（书记，47 岁）"#, branch.zhou)));
        assert_eq!(form.matches(r#"name="present""#).count(), 3);
        assert!(!form.contains("别处人") && !form.contains("党员教师汇报课"));
        let receipt = secretary.post("/records", &lecture(&ids(&branch), &[])).await.led_to();
        let page = secretary.get(&receipt).await;
        let words = page.words();
        assert!(words.contains("已记入台账；相关事项已自动更新。"), "{words}");
        assert!(words.contains("周明（书记）") && words.contains("党员 2 人，应到 3 人"), "{words}");
        assert!(words.contains("未到党员 江一帆"), "{words}");
        assert_eq!(duty_status(&app, duty).await, "done");
        // Edited so that it no longer answers: open again.
        let at = address(&receipt);
        let ids = ids(&branch);
        let fields = lecture(&ids, &[("day", "2026-10-30"), ("_version", "1")]);
        let said = secretary.post(&format!("{at}/edit"), &fields).await.led_to();
        assert!(secretary.get(&said).await.words().contains("修改：日期"));
        assert_eq!(duty_status(&app, duty).await, "not_started");
    }

    async fn ten_minutes_to_undo_and_later_a_reason(app: TestApp) {
        let county = County::build(&app).await;
        let branch = people(&app, &county).await;
        let duty = requirement(&app, &county).await;
        let secretary = County::call(&app, county.secretary).await;
        let first = kept(&secretary, &branch).await;
        assert!(secretary.get(&first).await.words().contains("内可以直接撤销"));
        let undone = secretary.post(&format!("{first}/remove"), &[("_version", "1")]).await.led_to();
        assert!(secretary.get(&undone).await.words().contains("已撤销"));
        assert_eq!(duty_status(&app, duty).await, "not_started");
        assert!(!secretary.get("/records").await.text.contains("从长征路上学教书"));
        assert!(secretary.get(&first).await.words().contains("不再计入台账和事项"));
        let second = kept(&secretary, &branch).await;
        app.pass_ms(11 * 60_000);
        assert!(!secretary.get(&second).await.words().contains("内可以直接撤销"));
        let bare = secretary.post(&format!("{second}/remove"), &[("_version", "1")]).await;
        assert_eq!(bare.status, 409);
        assert!(bare.words().contains("须写明理由"), "{}", bare.words());
        let fields = [("_version", "1"), ("reason", "记到了别人名下")];
        secretary.post(&format!("{second}/remove"), &fields).await.led_to();
        assert!(secretary.get(&second).await.words().contains("撤销：记到了别人名下"));
        assert_eq!(duty_status(&app, duty).await, "not_started");
    }

    async fn what_does_not_hold_together_is_said_at_its_field(app: TestApp) {
        let county = County::build(&app).await;
        let branch = people(&app, &county).await;
        let secretary = County::call(&app, county.secretary).await;
        let ids = ids(&branch);
        let refused = |answer: testkit::Answer, field: &str, words: &str| {
            assert_eq!(answer.status, 422);
            assert!(answer.text.contains(&format!(r##"<a href="#{field}">"##)), "{}", answer.words());
            assert!(answer.words().contains(words), "{}", answer.words());
        };
        let post = |more: Vec<(&'static str, String)>| {
            let (secretary, ids) = (secretary.clone(), ids.clone());
            async move {
                let more: Vec<(&str, &str)> = more.iter().map(|(k, v)| (*k, v.as_str())).collect();
                secretary.post("/records", &lecture(&ids, &more)).await
            }
        };
        refused(post(vec![("day", "2026-11-21".into())]).await, "day", "日期还没有到");
        refused(post(vec![("title", " ".into())]).await, "title", "请填写题目");
        refused(post(vec![("speaker", ids[1].clone())]).await, "speaker", "所选主讲人在2026年11月12日不任书记");
        refused(post(vec![("speaker", "guest".into()), ("guest", "".into())]).await, "speaker", "请选择主讲人");
        let lesson = vec![("subkind", "report_lesson".into()), ("speaker", "guest".into()), ("guest", "客人".into())];
        refused(post(lesson).await, "speaker", "由本组织党员教师上");
        refused(post(vec![("present", String::new())]).await, "present", "没有人到场");
        refused(post(vec![("audience", "很多".into())]).await, "audience", "只填数字");
        let typed = post(vec![("subkind", String::new()), ("content", "写了很久的要点".into())]).await;
        assert!(typed.text.contains("写了很久的要点") && typed.text.contains("从长征路上学教书"));
        refused(typed, "subkind", "请选择是哪一种");
        post(vec![]).await.led_to();
        refused(post(vec![]).await, "title", "记一次即可");
    }

    async fn text_is_text_and_a_double_click_counts_once(app: TestApp) {
        let county = County::build(&app).await;
        let branch = people(&app, &county).await;
        let secretary = County::call(&app, county.secretary).await;
        let ids = ids(&branch);
        let nasty = "<script>alert(1)</script>=1+1 𠮷";
        let fields = lecture(&ids, &[("title", nasty), ("content", nasty), ("_key", "once")]);
        let first = secretary.post("/records", &fields).await.led_to();
        assert_eq!(secretary.post("/records", &fields).await.led_to(), first);
        for path in [address(&first), format!("{}/edit", address(&first)), "/records".to_owned()] {
            let page = secretary.get(&path).await.page();
            assert!(!page.contains("<script>alert") && page.contains("𠮷"), "{path}");
        }
        let sheet = secretary.get("/records/export?kind=lecture").await;
        assert_eq!(sheet.status, 200);
        let disposition = sheet.headers["content-disposition"].to_str().unwrap();
        assert!(disposition.contains("20261120%2Exlsx"), "{disposition}");
        let document = office::xlsx::read_document(&sheet.bytes).unwrap().extracted_text();
        assert!(document.contains(nasty) && document.contains("2026-11-12"), "{document}");
    }

    async fn a_stale_edit_shows_both_and_loses_nothing(app: TestApp) {
        let county = County::build(&app).await;
        let branch = people(&app, &county).await;
        let secretary = County::call(&app, county.secretary).await;
        let colleague = County::call(&app, county.committee_member).await;
        let at = kept(&secretary, &branch).await;
        let ids = ids(&branch);
        let edit = format!("{at}/edit");
        assert!(colleague.get(&edit).await.page().contains(r#"name="_version" value="1""#));
        let quick = lecture(&ids, &[("title", "先保存的题目"), ("_version", "1")]);
        colleague.post(&edit, &quick).await.led_to();
        let late = lecture(&ids, &[("title", "后写的题目"), ("_version", "1")]);
        let answer = secretary.post(&edit, &late).await;
        assert_eq!(answer.status, 409);
        assert!(answer.words().contains("别人刚改过这条记录"));
        assert!(answer.text.contains("先保存的题目") && answer.text.contains("后写的题目"));
        // The page carries the newer version: saving again is a decision.
        assert!(answer.text.contains(r#"name="_version" value="2""#));
        let again = lecture(&ids, &[("title", "后写的题目"), ("_version", "2")]);
        secretary.post(&edit, &again).await.led_to();
        assert!(secretary.get(&at).await.words().contains("后写的题目"));
    }

    async fn records_are_seen_and_kept_within_reach_only(app: TestApp) {
        let county = County::build(&app).await;
        let branch = people(&app, &county).await;
        let secretary = County::call(&app, county.secretary).await;
        let at = kept(&secretary, &branch).await;
        let ids = ids(&branch);
        let mut seen = Vec::new();
        for account in [county.officer, county.leader, county.committee_member, county.inspector,
                        county.second_secretary, county.superior, county.system_admin] {
            let caller = County::call(&app, account).await;
            let page = caller.get(&at).await;
            let list = caller.get("/records").await;
            assert_eq!(page.status == 200, list.text.contains("从长征路上学教书"));
            seen.push(page.status.as_u16());
            if account != county.committee_member {
                assert_eq!(caller.get(&format!("{at}/edit")).await.status, 404);
                let fields = lecture(&ids, &[("_version", "1"), ("title", "改了")]);
                assert_eq!(caller.post(&format!("{at}/edit"), &fields).await.status, 404);
                let remove = format!("{at}/remove");
                assert_eq!(caller.post(&remove, &[("_version", "1")]).await.status, 404);
                let organisation = county.first.to_string();
                let foreign = lecture(&ids, &[("organisation", &organisation), ("title", "别人的")]);
                assert_eq!(caller.post("/records", &foreign).await.status, 404);
            }
        }
        assert_eq!(seen, [200, 200, 200, 404, 404, 404, 404]);
        let officer = County::call(&app, county.officer).await;
        let foreign_filter = format!("/records?organisation={}", county.second);
        assert!(!officer.get(&foreign_filter).await.text.contains("从长征路上学教书"));
        let second = County::call(&app, county.second_secretary).await;
        let asked = format!("/records?organisation={}&kind=lecture&from=x&after=zz", county.first);
        assert!(!second.get(&asked).await.page().contains("从长征路上学教书"));
        let sheet = second.get("/records/export").await;
        assert!(!office::xlsx::read_document(&sheet.bytes).unwrap().extracted_text().contains("长征"));
    }

    async fn evidence_comes_with_the_form_and_survives_a_mistake(app: TestApp) {
        let county = County::build(&app).await;
        let branch = people(&app, &county).await;
        let secretary = County::call(&app, county.secretary).await;
        let ids = ids(&branch);
        let fields = lecture(&ids, &[("title", "")]);
        let paper = crate::files::docx("教案一份");
        let answer = secretary.upload("/records", &fields, &[("file", "教案.docx", &paper)]).await;
        assert_eq!(answer.status, 422, "{}", answer.words());
        let held = answer.text.split(r#"name="upload" value=""#).nth(1).unwrap();
        let held = held.split('"').next().unwrap().to_owned();
        assert!(answer.text.contains("教案.docx"));
        let fields = lecture(&ids, &[("upload", &held)]);
        let at = address(&secretary.post("/records", &fields).await.led_to());
        let page = secretary.get(&at).await.page();
        assert!(page.contains("教案.docx") && page.contains(&format!("/files/{held}/inline")));
        assert!(secretary.get("/records").await.words().contains("1 份"));
        // Somebody else's upload counts as nothing.
        let other = County::call(&app, county.second_secretary).await;
        assert_eq!(other.get(&format!("/files/{held}")).await.status, 404);
        let bad = secretary.upload("/records", &lecture(&ids, &[("title", "又一次")]), &[("file", "图.svg", b"<svg/>")]).await;
        assert_eq!(bad.status, 422);
        assert!(bad.words().contains("图.svg:不收这种文件"), "{}", bad.words());
        // Unticked when edited: gone.
        let fields = lecture(&ids, &[("_version", "1")]);
        secretary.post(&format!("{at}/edit"), &fields).await.led_to();
        assert!(!secretary.get(&at).await.page().contains("教案.docx"));
    }

    async fn the_ledger_goes_on_where_the_page_ended(app: TestApp) {
        let county = County::build(&app).await;
        let branch = people(&app, &county).await;
        let inner = app.app.clone();
        let by = store::By::system();
        let made = app.app.store.write(&by, |tx| async move {
            for n in 0..55 {
                let new = record::use_cases::NewRecord {
                    organisation: county.first,
                    subkind: record::kinds::Subkind::ReportLesson,
                    day: day("2026-11-01").plus_days(-(n % 7)),
                    title: format!("第{n:02}课"),
                    content: String::new(),
                    speaker: record::use_cases::Speaker::Member(branch.lin),
                    attendance: record::use_cases::Attendance::Counted { attended: 3, expected: 3 },
                    audience: 40,
                    files: vec![],
                };
                record::use_cases::keep_record(&inner, &tx, new).await?;
            }
            Ok::<(), store::Fail<record::use_cases::RecordRefusal>>(())
        });
        made.await.unwrap();
        let secretary = County::call(&app, county.secretary).await;
        let first = secretary.get("/records?kind=report_lesson").await.page();
        let next = first.split(r#"href="/records?kind=report_lesson&"#).nth(1).unwrap();
        let next = next.split('"').next().unwrap().trim_start_matches("#38;").trim_start_matches("amp;");
        let second = secretary.get(&format!("/records?kind=report_lesson&{next}")).await.page();
        let all = |n: i32| {
            let name = format!("第{n:02}课");
            usize::from(first.contains(&name)) + usize::from(second.contains(&name))
        };
        assert!((0..55).all(|n| all(n) == 1));
        assert!(!second.contains("下一页"));
        assert!(testkit_words(&first).contains("第一小学党支部 · 55 条"));
        assert!(secretary.get("/records?kind=lecture").await.words().contains("没有符合条件的记录"));
    }
}

fn testkit_words(html: &str) -> String {
    html.split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(_, text)| text)
        .collect()
}
