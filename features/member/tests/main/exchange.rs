//! Members out to Excel and in again.

use crate::ground::{day, somebody, write};
use kernel::Id;
use member::store as rows;
use member::use_cases::{NewMember, create_member};
use office::xlsx::{Column, SheetOut, Value, Workbook};
use testkit::{Caller, County, TestApp, on_both};

const HEAD: [&str; 8] = [
    "单位",
    "姓名",
    "性别",
    "公民身份号码",
    "出生日期",
    "党员身份",
    "入党日期",
    "岗位",
];

fn sheet(rows: &[[&str; 8]]) -> Vec<u8> {
    let columns = HEAD.iter().map(|title| Column::text(title, 12)).collect();
    let rows = rows
        .iter()
        .map(|row| row.iter().map(|cell| Value::from(*cell)).collect())
        .collect();
    let sheet = SheetOut {
        name: "表".to_owned(),
        columns,
        rows,
        ..SheetOut::default()
    };
    office::xlsx::write(&Workbook {
        sheets: vec![sheet],
    })
    .unwrap()
}

async fn import(caller: &Caller, name: &str, bytes: &[u8]) -> String {
    let key = format!("{name}{}", bytes.len());
    caller
        .upload(
            "/members/import",
            &[("_key", &key)],
            &[("file", name, bytes)],
        )
        .await
        .led_to()
}

async fn only(app: &TestApp, name: &str) -> rows::Member {
    let found: Id = app
        .app
        .store
        .db()
        .scalar(
            "SELECT id FROM member WHERE name = $1",
            store::params![name],
        )
        .await
        .unwrap();
    rows::find(app.app.store.db(), found)
        .await
        .unwrap()
        .unwrap()
}

on_both! {
    async fn an_export_comes_back_without_a_change(app: TestApp) {
        let county = County::build(&app).await;
        write(&app, |tx| async move {
            create_member(&tx, NewMember { id_number: Some("990000198506150010".into()), sex: "male".into(), birth: Some(day("1985-06-15")), phone: Some("13800002201".into()), job: Some("=1+1".into()), ..somebody("单明", county.first) }).await?;
            create_member(&tx, NewMember { birth: None, joined_on: None, full_on: None, ..somebody("𠀀生", county.first) }).await?;
            create_member(&tx, somebody("甲", county.senior)).await
        }).await;
        let officer = County::call(&app, county.officer).await;
        let file = officer.get("/members/export").await;
        let read = office::table::read(&file.bytes, "x.xlsx", 100).unwrap();
        assert!(read.rows.iter().any(|r| r.cells.contains(&"990000********0010".to_owned())));
        assert!(!read.rows.iter().any(|r| r.cells.contains(&"990000198506150010".to_owned())));
        let preview = officer.get(&import(&officer, "名册.xlsx", &file.bytes).await).await.words();
        assert!(preview.contains("读出 3 行：新增 0，更新 0，拿不准 0，不能导入 0，没有变化 3"), "{preview}");
    }

    async fn the_unit_column_decides_and_every_row_says_what_becomes_of_it(app: TestApp) {
        let county = County::build(&app).await;
        write(&app, |tx| async move {
            create_member(&tx, NewMember { id_number: Some("990000198506150010".into()), sex: "male".into(), birth: Some(day("1985-06-15")), ..somebody("单明", county.first) }).await?;
            create_member(&tx, NewMember { birth: Some(day("1990-01-01")), ..somebody("同名", county.second) }).await?;
            create_member(&tx, NewMember { birth: Some(day("1991-02-02")), ..somebody("再同名", county.first) }).await
        }).await;
        let officer = County::call(&app, county.officer).await;
        let bytes = sheet(&[
            ["第一小学党支部", "单明", "", "990000198506150010", "1985.6", "", "", "副校长"],
            ["第二小学党支部", "新人", "女", "990000198506150029", "", "预备党员", "2026年4月", ""],
            ["初中部党支部", "同名", "女", "", "1990年1月1日", "正式", "", ""],
            ["第一小学党支部", "再同名", "女", "", "", "正式", "", ""],
            ["青山小学", "丁一诺", "男", "", "", "正式", "", ""],
            ["第一小学党支部", "", "男", "", "", "正式", "", ""],
            ["第一小学党支部", "魏长风", "男", "", "", "正式", "2019.13", ""],
            ["第一小学党支部", "错号", "男", "990000198506150011", "", "正式", "", ""],
            ["第一小学党支部", "<script>", "男", "", "1970-01-01", "正式", "", "=1+1"],
        ]);
        let at = import(&officer, "党员.xlsx", &bytes).await;
        let page = officer.get(&at).await;
        let words = page.words();
        assert!(words.contains("读出 9 行：新增 2，更新 1，拿不准 2，不能导入 4"), "{words}");
        assert!(words.contains("岗位 无 副校长"), "{words}");
        assert!(words.contains("单位“青山小学”不在组织表里") && words.contains("没有姓名"), "{words}");
        assert!(words.contains("入党日期“2019.13”不是日期") && words.contains("最后一位与前17位不符"), "{words}");
        assert!(!page.text.contains("<script>(") && !page.text.contains(">990000198506150029"));
        let count = || async { app.app.store.db().scalar::<i64>("SELECT COUNT(*) FROM member", vec![]).await.unwrap() };
        assert_eq!(count().await, 3);
        let row = words.contains("与第二小学党支部的党员同名");
        assert!(row, "{words}");
        let numbers: Vec<&str> = page.text.split("name=\"r").skip(1).map(|p| p.split('"').next().unwrap()).collect();
        let field = format!("r{}", numbers[0]);
        let done = officer.get(&officer.post(&format!("{at}/apply"), &[(&field, "1")]).await.led_to()).await.words();
        assert!(done.contains("新增 2，更新 2"), "{done}");
        assert_eq!(count().await, 5);
        assert_eq!(only(&app, "同名").await.branch, county.junior);
        assert_eq!(only(&app, "单明").await.birth, Some(day("1985-06-15")));
        assert_eq!(only(&app, "单明").await.job.as_deref(), Some("副校长"));
        assert_eq!(only(&app, "新人").await.birth, Some(day("1985-06-15")));
        let back = officer.get(&format!("{at}/bad")).await;
        let read = office::table::read(&back.bytes, "x.xlsx", 100).unwrap();
        assert_eq!((read.header.last().unwrap().as_str(), read.rows.len()), ("原因", 5));
        let kept: Vec<String> = app.app.store.db().column("SELECT content FROM import_row", vec![]).await.unwrap();
        assert!(!kept.iter().any(|row| row.contains("990000198506150029")), "what was typed is kept sealed");
    }

    async fn an_import_is_undone_but_for_what_was_edited_since(app: TestApp) {
        let county = County::build(&app).await;
        write(&app, |tx| async move { create_member(&tx, somebody("单明", county.first)).await }).await;
        let secretary = County::call(&app, county.secretary).await;
        let bytes = sheet(&[
            ["第一小学党支部", "单明", "", "", "1995-03-08", "", "", "会计"],
            ["第一小学党支部", "新一", "女", "", "", "正式", "", ""],
            ["第一小学党支部", "新二", "男", "", "", "正式", "", ""],
        ]);
        let at = import(&secretary, "党员.xlsx", &bytes).await;
        secretary.post(&format!("{at}/apply"), &[]).await.led_to();
        let edited = only(&app, "新二").await;
        secretary.post(&format!("/members/{}/edit", edited.id), &[
            ("name", "新二二"), ("sex", "male"), ("stage", "full"), ("category", "in_post"), ("_version", &edited.version.to_string()),
        ]).await.led_to();
        let words = secretary.get(&secretary.post(&format!("{at}/undo"), &[]).await.led_to()).await.words();
        assert!(words.contains("有 1 行没有撤回") && words.contains("新二"), "{words}");
        let names: Vec<String> = app.app.store.db().column("SELECT name FROM member ORDER BY name", vec![]).await.unwrap();
        assert_eq!(names.len(), 2);
        assert_eq!(only(&app, "单明").await.job, None);
        assert_eq!(secretary.post(&format!("{at}/undo"), &[]).await.status, 409);
        let officer = County::call(&app, county.second_secretary).await;
        assert_eq!(officer.get(&at).await.status, 404);
    }

    async fn a_secretary_imports_only_the_own_branch(app: TestApp) {
        let county = County::build(&app).await;
        write(&app, |tx| async move {
            create_member(&tx, NewMember { id_number: Some("990000198506150010".into()), sex: "male".into(), ..somebody("密", county.second) }).await
        }).await;
        let secretary = County::call(&app, county.secretary).await;
        let bytes = sheet(&[
            ["第二小学党支部", "甲", "男", "", "", "正式", "", ""],
            ["第一小学党支部", "乙", "男", "990000198506150010", "", "正式", "", ""],
            ["第一小学", "丙", "男", "", "", "正式", "", ""],
        ]);
        let words = secretary.get(&import(&secretary, "党员.xlsx", &bytes).await).await.words();
        assert!(words.contains("单位“第二小学党支部”不是您负责的党支部，只能导入本支部的党员"), "{words}");
        assert!(words.contains("这个公民身份号码已登记在名册上"), "{words}");
        assert!(words.contains("单位写“第一小学”，看来是第一小学党支部"), "{words}");
        let lower = County::call(&app, county.committee_member).await;
        assert_eq!(lower.get("/members/import").await.status, 404);
    }

    async fn tables_from_other_programs_are_read(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let text = "单位,姓名,性别,身份证号,出生年月,党员身份\r\n第一小学党支部,甲一,男,990000198506150010,19850615,正式党员\r\n第一小学党支部,乙二,女,,1990/2/3,预备党员\r\n";
        // The same text as GB18030 writes it, as old Excel saves it.
        let (gb, _, _) = encoding_rs::GB18030.encode(text);
        let words = officer.get(&import(&officer, "旧.csv", &gb).await).await.words();
        assert!(words.contains("读出 2 行：新增 2"), "{words}");
    }

    async fn two_thousand_rows_go_in_within_seconds(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let mut text = "单位,姓名,性别,出生日期,党员身份,岗位\n".to_owned();
        for i in 0..2000 {
            let unit = ["第一小学党支部", "第二小学党支部", "高中部党支部", "初中部党支部"][i % 4];
            text.push_str(&format!("{unit},党员{i},女,1985-06-15,正式,教师\n"));
        }
        let at = import(&officer, "多.csv", text.as_bytes()).await;
        let words = officer.get(&at).await.words();
        assert!(words.contains("正在核对") && words.contains("已核对 0 行，约共 2001 行"), "{words}");
        app.work().await;
        officer.post(&format!("{at}/apply"), &[]).await.led_to();
        let words = officer.get(&at).await.words();
        assert!(words.contains("正在写入") && words.contains("已写入 0 行，共 2000 行"), "{words}");
        app.work().await;
        assert!(officer.get(&at).await.words().contains("新增 2000，更新 0"));
        let text = text.replace("教师", "班主任");
        let again = import(&officer, "又.csv", text.as_bytes()).await;
        app.work().await;
        let words = officer.get(&again).await.words();
        assert!(words.contains("更新 2000"), "{}", &words[..300]);
        officer.post(&format!("{again}/apply"), &[]).await.led_to();
        app.work().await;
        let changed: i64 = app.app.store.db().scalar("SELECT COUNT(*) FROM member WHERE job = '班主任'", vec![]).await.unwrap();
        assert_eq!(changed, 2000);
        officer.post(&format!("{again}/undo"), &[]).await.led_to();
        app.work().await;
        let changed: i64 = app.app.store.db().scalar("SELECT COUNT(*) FROM member WHERE job = '教师'", vec![]).await.unwrap();
        assert_eq!(changed, 2000);
    }
}
