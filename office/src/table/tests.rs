//! Sheets as people fill them in.

use super::*;
use crate::xlsx::{Column, Kind, SheetOut, Value, Workbook, write};
use rust_xlsxwriter::Format;

fn csv_sheet(text: &str) -> Result<Sheet, OfficeError> {
    read(text.as_bytes(), "D:\\表\\名单.csv", 100)
}

#[test]
fn a_csv_file_is_a_sheet_named_like_the_file() {
    let sheet = csv_sheet("姓名,党龄\n 甲 ,3\n\n乙,4\n").unwrap();
    assert_eq!(
        (sheet.name.as_str(), sheet.header),
        ("名单", vec!["姓名".to_owned(), "党龄".to_owned()])
    );
    assert_eq!(
        sheet.rows[0],
        Row {
            number: 2,
            cells: vec!["甲".into(), "3".into()]
        }
    );
    let gb = encoding_rs::GB18030.encode("姓名,党龄\n甲,3\n").0;
    assert_eq!(read(&gb, "a.csv", 10).unwrap().rows[0].cells[0], "甲");
}

#[test]
fn titles_and_notes_above_the_header_are_passed_over() {
    let sheet = csv_sheet("党员名册,,\n填表单位：清禾中学,填表日期：2026-03-01,\n填表说明：照实填写,,\n*姓名,性别,入党时间\n甲,男,2001-07-01\n").unwrap();
    assert_eq!(sheet.header, ["姓名", "性别", "入党时间"]);
    assert_eq!(sheet.rows.len(), 1);
}

#[test]
fn a_sheet_without_header_says_so() {
    assert_eq!(csv_sheet("1,2\n3,4\n").unwrap_err(), OfficeError::NoHeader);
    assert_eq!(csv_sheet("只有一格\n").unwrap_err(), OfficeError::NoHeader);
}

#[test]
fn too_many_rows_are_refused_with_the_limit() {
    let text = format!("姓名,党龄\n{}", "甲,3\n".repeat(101));
    let error = csv_sheet(&text).unwrap_err();
    assert_eq!(error, OfficeError::TooManyRows { limit: 100 });
    assert!(error.to_string().contains("100 行"));
}

#[test]
fn a_template_of_ours_comes_back_as_it_went_out() {
    let sheet = SheetOut {
        name: "党员".into(),
        title: Some("党员名册".into()),
        notes: vec!["带*的必须填写".into(), "日期写成 2026-03-01".into()],
        columns: vec![
            Column::text("姓名", 12).required(),
            Column::text("身份证号", 22),
            Column::text("入党日期", 12).of(Kind::Day),
            Column::text("人数", 8).of(Kind::Integer),
            Column::text("党费", 8).of(Kind::Decimal),
        ],
        rows: vec![vec![
            "=1+1".into(),
            "990000199001010018".into(),
            Value::Day("2001-07-01".parse().unwrap()),
            Value::Integer(12),
            Value::Hundredths(1_205),
        ]],
    };
    let back = read(
        &write(&Workbook {
            sheets: vec![sheet.clone()],
        })
        .unwrap(),
        "x.xlsx",
        10,
    )
    .unwrap();
    assert_eq!(back.name, "党员");
    assert_eq!(
        back.header,
        ["姓名", "身份证号", "入党日期", "人数", "党费"]
    );
    assert_eq!(back.rows[0].number, 4);
    assert_eq!(
        back.rows[0].cells,
        ["=1+1", "990000199001010018", "2001-07-01", "12", "12.05"]
    );

    let bad = sheet.template_back(vec![(vec!["甲".into()], "入党日期没有填".into())]);
    let back = read(
        &write(&Workbook { sheets: vec![bad] }).unwrap(),
        "x.xlsx",
        10,
    )
    .unwrap();
    assert_eq!(back.header.last().map(String::as_str), Some("原因"));
    assert_eq!(back.rows[0].cells, ["甲", "", "", "", "", "入党日期没有填"]);
}

#[test]
fn merged_cells_are_said_in_each_row_and_double_headers_are_joined() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let out = book.add_worksheet();
    let f = Format::new();
    out.merge_range(0, 0, 0, 4, "考核表", &f).unwrap();
    out.merge_range(1, 0, 2, 0, "单位", &f).unwrap();
    out.merge_range(1, 1, 1, 2, "一季度", &f).unwrap();
    out.merge_range(1, 3, 1, 4, "二季度", &f).unwrap();
    for (column, text) in [(1, "次数"), (2, "得分"), (3, "次数"), (4, "得分")] {
        out.write_string(2, column, text).unwrap();
    }
    out.merge_range(3, 0, 4, 0, "清禾中学", &f).unwrap();
    for row in 3..5 {
        for column in 1..5 {
            out.write_number(row, column, row + u32::from(column))
                .unwrap();
        }
    }
    let sheet = read(&book.save_to_buffer().unwrap(), "x.xlsx", 10).unwrap();
    assert_eq!(
        sheet.header,
        [
            "单位",
            "一季度·次数",
            "一季度·得分",
            "二季度·次数",
            "二季度·得分"
        ]
    );
    assert_eq!(sheet.rows[1].cells, ["清禾中学", "5", "6", "7", "8"]);
    assert_eq!(sheet.rows[1].number, 5);
}

#[test]
fn reading_can_stop_early() {
    let mut seen = 0;
    let text = "姓名,党龄\n甲,3\n乙,4\n丙,5\n";
    read_rows(text.as_bytes(), "a.csv", 10, &mut |header, _| {
        assert_eq!(header.len(), 2);
        seen += 1;
        seen < 2
    })
    .unwrap();
    assert_eq!(seen, 2);
}
