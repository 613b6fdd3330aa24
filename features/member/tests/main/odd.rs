//! Files as they come: merged cells, two-level heads, other encodings, numbers that Excel spoilt,
//! and a trip through LibreOffice.

use crate::exchange::import;
use crate::ground::{day, somebody, write};
use member::NewMember;
use member::use_cases::create_member;
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use testkit::{Caller, County, On, TestApp, on_both};

const HEAD: [&str; 6] = [
    "单位",
    "姓名",
    "性别",
    "公民身份号码",
    "出生日期",
    "党员身份",
];

fn book(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

fn line(sheet: &mut Worksheet, row: u32, cells: &[&str]) {
    for (at, cell) in cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| !cell.is_empty())
    {
        sheet.write_string(row, at as u16, *cell).unwrap();
    }
}

async fn seen(caller: &Caller, name: &str, bytes: &[u8]) -> String {
    caller.get(&import(caller, name, bytes).await).await.words()
}

async fn refused(caller: &Caller, name: &str, bytes: &[u8]) -> String {
    let answer = caller
        .upload(
            "/members/import",
            &[("_key", name)],
            &[("file", name, bytes)],
        )
        .await;
    assert_eq!(answer.status, 422, "{name}: {}", answer.words());
    answer.words()
}

on_both! {
    async fn sheets_as_offices_make_them_are_read(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let merged = book(|sheet| {
            sheet.merge_range(0, 0, 0, 5, "清禾县教育系统党员名册", &Format::new()).unwrap();
            line(sheet, 2, &HEAD);
            sheet.merge_range(3, 0, 5, 0, "第一小学党支部", &Format::new()).unwrap();
            line(sheet, 3, &["", "甲一", "男", "", "1990年2月3日", "正式"]);
            line(sheet, 4, &["", "乙二 ", "女", "", "1991.5", "正式"]);
            line(sheet, 5, &["", "丙三\u{a0}", "女", "", "19920607", "预备"]);
            line(sheet, 8, &["第二小学党支部", "丁四", "男", "９９０００0198506150010", "", "正式"]);
        });
        let words = seen(&officer, "合并.xlsx", &merged).await;
        assert!(words.contains("读出 4 行：新增 4"), "{words}");
        let two = book(|sheet| {
            sheet.merge_range(0, 0, 0, 1, "基本情况", &Format::new()).unwrap();
            sheet.merge_range(0, 2, 0, 4, "其他", &Format::new()).unwrap();
            line(sheet, 1, &["单位", "姓名", "性别", "出生日期", "党员身份"]);
            line(sheet, 2, &["第一小学党支部", "甲一", "男", "1990-02-03", "正式"]);
        });
        let words = seen(&officer, "两行表头.xlsx", &two).await;
        assert!(words.contains("读出 1 行：新增 1"), "{words}");
        let formulas = book(|sheet| {
            line(sheet, 0, &HEAD);
            line(sheet, 1, &["第一小学党支部", "", "男", "", "1990-02-03", "正式"]);
            sheet.write_formula(1, 1, Formula::new("=\"甲\"&\"一\"").set_result("甲一")).unwrap();
        });
        let words = seen(&officer, "公式.xlsx", &formulas).await;
        assert!(words.contains("新增 1 行 甲一（第 2 行）"), "{words}");
        let wide = book(|sheet| {
            line(sheet, 0, &HEAD);
            line(sheet, 1, &["第一小学党支部", "甲一", "男", "", "1990-02-03", "正式"]);
            for at in 6..300 {
                sheet.write_string(0, at, format!("列{at}")).unwrap();
                sheet.write_string(1, at, "多余").unwrap();
            }
        });
        let words = seen(&officer, "三百列.xlsx", &wide).await;
        assert!(words.contains("读出 1 行：新增 1") && words.contains("列6、列7"), "{words}");
    }

    async fn text_files_of_every_encoding_are_read(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let text = "单位,姓名,性别,出生日期,党员身份\r\n第一小学党支部,𬭎㛃,男,1990-02-03,正式\r\n\r\n,,,,\r\n第一小学党支部,乙二,女,1991/2/3,正式\r\n";
        let utf16: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let gb = encoding_rs::GB18030.encode(text).0.into_owned();
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for (name, bytes) in [("一.csv", text.as_bytes()), ("二.csv", &marked), ("三.csv", &gb), ("四.csv", &utf16)] {
            let words = seen(&officer, name, bytes).await;
            assert!(words.contains("读出 2 行：新增 2") && words.contains("𬭎㛃"), "{name}: {words}");
        }
        let tabs = text.replace(',', "\t");
        assert!(seen(&officer, "五.csv", tabs.as_bytes()).await.contains("读出 2 行：新增 2"));
    }

    async fn what_cannot_be_read_says_why_and_what_to_do(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
        let old = [OLE, &[0; 512]].concat();
        assert!(refused(&officer, "旧.xlsx", &old).await.contains("“另存为”.docx（表格存为 .xlsx）"));
        let name: Vec<u8> = "EncryptedPackage".bytes().flat_map(|b| [b, 0]).collect();
        let locked = [OLE, &[0; 512], &name].concat();
        assert!(refused(&officer, "密.xlsx", &locked).await.contains("取消密码后另存"));
        let empty = book(|sheet| line(sheet, 0, &HEAD));
        assert!(refused(&officer, "空.xlsx", &empty).await.contains("没有数据行"));
        assert!(refused(&officer, "图.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").await.contains("编码不是 UTF-8、GB18030"));
        assert!(refused(&officer, "题.csv", "党员名册\n".as_bytes()).await.contains("没有找到表头"));
        let none = officer.upload("/members/import", &[("_key", "none")], &[]).await;
        assert!(none.status == 422 && none.words().contains("请选择要导入的表格文件"));
    }

    async fn rows_that_excel_or_people_spoilt_come_back_with_the_reason(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let bytes = book(|sheet| {
            line(sheet, 0, &HEAD);
            line(sheet, 1, &["第一小学党支部", "甲一", "男", "", "", "正式"]);
            sheet.write_number(1, 3, 990000198506150010.0).unwrap();
            line(sheet, 2, &["第一小学党支部", "乙二", "男", "9.90000198506150E+17", "", "正式"]);
            line(sheet, 3, &["第一小学党支部", "丙三", "男", "", "1990-02-03", "正式"]);
            line(sheet, 4, &["第一小学党支部", "丙三", "男", "", "1990-02-03", "正式"]);
            line(sheet, 5, &["第一小学党支部", "丁四", "男", "990000198506150010", "", "正式"]);
        });
        let at = import(&officer, "坏.xlsx", &bytes).await;
        let words = officer.get(&at).await.words();
        assert!(words.contains("新增 2，更新 0，拿不准 0，不能导入 3"), "{words}");
        assert_eq!(words.matches("号码被 Excel 改成了科学计数").count(), 2, "{words}");
        assert!(words.contains("与第4行重复"), "{words}");
        let back = officer.get(&format!("{at}/bad")).await;
        let words = seen(&officer, "退回.xlsx", &back.bytes).await;
        assert!(words.contains("读出 3 行：新增 1") && !words.contains("没有用到的列"), "{words}");
    }

    async fn too_many_rows_are_refused_on_the_imports_page(app: TestApp) {
        let county = County::build(&app).await;
        let officer = County::call(&app, county.officer).await;
        let mut text = "名称,类别,上级\n".to_owned();
        for i in 0..20_001 {
            text.push_str(&format!("第{i}党支部,党支部,清禾县教育局机关党委\n"));
        }
        let to = officer.upload("/organisations/import", &[("_key", "many")], &[("file", "多.csv", text.as_bytes())]).await.led_to();
        app.work().await;
        let words = officer.get(&to).await.words();
        assert!(words.contains("没有读成") && words.contains("超过上限 20000 行") && words.contains("重新上传"), "{words}");
    }
}

/// The file as LibreOffice saves it; none where LibreOffice is not installed.
fn through_libreoffice(bytes: &[u8], to: &str) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("in.xlsx");
    std::fs::write(&place, bytes).unwrap();
    let out = folder.path().join("out");
    let profile = format!(
        "-env:UserInstallation=file://{}/profile",
        folder.path().display()
    );
    // Comma, quotes, UTF-8: what the dialogue of LibreOffice offers first.
    let filter = match to {
        "csv" => "csv:Text - txt - csv (StarCalc):44,34,76",
        other => other,
    };
    let done = std::process::Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", filter, "--outdir"])
        .args([&out, &place])
        .output();
    if done.is_err() {
        assert!(
            std::env::var("CI").is_err(),
            "LibreOffice must be installed where CI is"
        );
        eprintln!("skipped: no LibreOffice");
        return None;
    }
    Some(std::fs::read(out.join(format!("in.{to}"))).unwrap())
}

#[tokio::test]
async fn an_export_comes_back_through_libreoffice_without_a_change() {
    let app = TestApp::new(On::Sqlite).await;
    let county = County::build(&app).await;
    write(&app, |tx| async move {
        create_member(
            &tx,
            NewMember {
                id_number: Some("990000198506150010".into()),
                sex: "male".into(),
                birth: Some(day("1985-06-15")),
                phone: Some("013800002201".into()),
                job: Some("=1+1".into()),
                ..somebody("单明", county.first)
            },
        )
        .await?;
        create_member(
            &tx,
            NewMember {
                birth: None,
                joined_on: None,
                full_on: None,
                job: Some("00123".into()),
                ..somebody("𠀀生", county.first)
            },
        )
        .await?;
        create_member(
            &tx,
            NewMember {
                job: Some("-5".into()),
                education: Some("1-2".into()),
                ..somebody("甲", county.senior)
            },
        )
        .await
    })
    .await;
    let officer = County::call(&app, county.officer).await;
    for (kind, path, rows) in [
        ("members", "/members/export", 3),
        ("organisations", "/organisations/export", 9),
    ] {
        let out = officer.get(path).await.bytes;
        for to in ["xlsx", "csv"] {
            let Some(back) = through_libreoffice(&out, to) else {
                return;
            };
            let at = officer
                .upload(
                    &format!("/{kind}/import"),
                    &[("_key", &format!("{kind}{to}"))],
                    &[("file", &format!("回.{to}"), &back)],
                )
                .await
                .led_to();
            let words = officer.get(&at).await.words();
            let wanted =
                format!("读出 {rows} 行：新增 0，更新 0，拿不准 0，不能导入 0，没有变化 {rows}");
            assert!(words.contains(&wanted), "{kind} {to}: {words}");
        }
    }
}
