//! Organisations out to Excel and in again.

use office::xlsx::{Column, SheetOut, Value, Workbook};
use testkit::{Caller, County, on_both};

pub fn sheet(header: &[&str], rows: &[&[&str]]) -> Vec<u8> {
    let columns = header.iter().map(|title| Column::text(title, 12)).collect();
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
    let key = bytes.len().to_string();
    caller
        .upload(
            "/organisations/import",
            &[("_key", &key)],
            &[("file", name, bytes)],
        )
        .await
        .led_to()
}

on_both! {
    async fn an_export_comes_back_without_a_change(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        officer.post("/organisations/new?category=unit", &[
            ("name", "第一小学"), ("kind", "complete_primary"), ("parent", &county.first.to_string()),
            ("figure_pupils_primary", "812"),
        ]).await.led_to();
        let file = officer.get("/organisations/export").await;
        let named = file.headers["content-disposition"].to_str().unwrap().to_owned();
        assert!(named.contains("_20261120.xlsx") || named.contains("%5F20261120%2Exlsx"), "{named}");
        let preview = officer.get(&import(&officer, "组织.xlsx", &file.bytes).await).await.words();
        assert!(preview.contains("读出 10 行：新增 0，更新 0，拿不准 0，不能导入 0，没有变化 10"), "{preview}");
    }

    async fn good_rows_go_in_bad_ones_come_back_and_all_can_be_undone(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let bytes = sheet(&["名称", "类别", "上级", "片区", "标签", "小学生"], &[
            &["=1+1小学", "完全小学", "石门小学党支部", "", "", "120"],
            &["石门小学党支部", "党支部", "清禾县教育局机关党委", "南片", "青少年党校、远程教育站点", ""],
            &["第一小学党支部", "党支部", "", "南片", "", ""],
            &["𠀀村小", "学堂", "", "", "", ""],
            &["", "党支部", "", "", "", ""],
            &["无主小学", "完全小学", "不存在的支部", "", "", ""],
            &["河口小学", "完全小学", "第二小学党支部", "", "", "很多"],
        ]);
        let at = import(&officer, "组织.xlsx", &bytes).await;
        let preview = officer.get(&at).await.words();
        assert!(preview.contains("新增 2，更新 1，拿不准 0，不能导入 4"), "{preview}");
        assert!(preview.contains("片区 城区片 南片"), "{preview}");
        assert!(preview.contains("类别“学堂”不在类别表里") && preview.contains("小学生“很多”不是人数"), "{preview}");
        let back = officer.get(&format!("{at}/bad")).await;
        let read = office::table::read(&back.bytes, "x.xlsx", 100).unwrap();
        assert_eq!(read.header.last().unwrap(), "原因");
        assert_eq!(read.rows.len(), 4);
        assert_eq!(read.rows[0].cells[0], "𠀀村小");
        let done = officer.get(&officer.post(&format!("{at}/apply"), &[]).await.led_to()).await.words();
        assert!(done.contains("新增 2，更新 1"), "{done}");
        let names: Vec<String> = app.app.store.db().column("SELECT name FROM node WHERE name LIKE '=1+1%' OR name LIKE '石门%' ORDER BY name", vec![]).await.unwrap();
        assert_eq!(names.len(), 2);
        let again = officer.post(&format!("{at}/apply"), &[]).await;
        assert_eq!(again.status, 409);
        officer.post(&format!("{at}/undo"), &[]).await.led_to();
        let names: Vec<String> = app.app.store.db().column("SELECT name FROM node WHERE name LIKE '=1+1%' OR name LIKE '石门%'", vec![]).await.unwrap();
        assert_eq!(names, Vec::<String>::new());
        let zone: kernel::Id = app.app.store.db().scalar("SELECT zone FROM node WHERE name = '第一小学党支部'", vec![]).await.unwrap();
        assert_eq!(zone, county.town);
    }

    async fn files_that_are_no_tables_get_a_sentence(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        for (name, bytes) in [("a.xlsx", &b"PK\x03\x04broken"[..]), ("b.xlsx", b""), ("c.csv", b"<html>"), ("d.csv", "只有一格\n".as_bytes()), ("e.csv", "名称,类别,上级\n".as_bytes())] {
            let answer = officer.upload("/organisations/import", &[], &[("file", name, bytes)]).await;
            assert_eq!(answer.status, 422, "{name}");
            assert!(answer.words().contains("这个文件没有读成"), "{}", answer.words());
        }
    }
}
