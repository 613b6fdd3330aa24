//! Workbooks as Excel users make them.

use super::*;
use kernel::document::{Block, Table};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook as Book};

fn tables(bytes: &[u8]) -> Vec<Table> {
    let blocks = read_document(bytes).unwrap().blocks;
    blocks
        .into_iter()
        .map(|b| match b {
            Block::Table(t) => t,
            Block::Paragraph(p) => panic!("a paragraph in a workbook: {p:?}"),
        })
        .collect()
}

#[test]
fn numbers_and_dates_read_as_people_see_them() {
    let mut book = Book::new();
    let out = book.add_worksheet().set_name("三月").unwrap();
    let day = |code: &str| Format::new().set_num_format(code);
    out.write_number(0, 0, 12.0).unwrap();
    out.write_number(0, 1, 0.1 + 0.2).unwrap();
    out.write_number_with_format(0, 2, 0.2807, &day("0.00%"))
        .unwrap();
    out.write_number_with_format(0, 3, 7, &day("000")).unwrap();
    let date = ExcelDateTime::from_ymd(2023, 3, 31).unwrap();
    out.write_datetime_with_format(0, 4, &date, &day("yyyy\"年\"m\"月\"d\"日\""))
        .unwrap();
    let time = ExcelDateTime::from_ymd(2023, 3, 31)
        .unwrap()
        .and_hms(9, 30, 0)
        .unwrap();
    out.write_datetime_with_format(0, 5, &time, &day("yyyy-mm-dd hh:mm"))
        .unwrap();
    out.write_string(0, 6, "  007").unwrap();
    let texts: Vec<_> = tables(&book.save_to_buffer().unwrap())[0].rows[0]
        .iter()
        .map(|c| c.text.clone())
        .collect();
    assert_eq!(
        texts,
        [
            "12",
            "0.3",
            "28.07%",
            "007",
            "2023-03-31",
            "2023-03-31 09:30",
            "  007"
        ]
    );
}

#[test]
fn merged_cells_stand_once_and_hidden_and_empty_sheets_not_at_all() {
    let mut book = Book::new();
    let out = book.add_worksheet().set_name("指标").unwrap();
    out.merge_range(0, 0, 0, 1, "一级", &Format::new()).unwrap();
    out.merge_range(1, 0, 3, 0, "学习", &Format::new()).unwrap();
    out.write_string(1, 1, "甲").unwrap();
    out.write_string(3, 1, "乙").unwrap();
    book.add_worksheet().set_name("空").unwrap();
    book.add_worksheet()
        .set_name("暗")
        .unwrap()
        .set_hidden(true)
        .write_string(0, 0, "暗")
        .unwrap();
    let tables = tables(&book.save_to_buffer().unwrap());
    assert_eq!(tables.len(), 1);
    assert_eq!(tables[0].name.as_deref(), Some("指标"));
    let seen: Vec<Vec<_>> = tables[0]
        .rows
        .iter()
        .map(|r| {
            r.iter()
                .map(|c| (c.column, c.columns, c.rows, c.text.as_str()))
                .collect()
        })
        .collect();
    assert_eq!(
        seen,
        [
            vec![(0, 2, 1, "一级")],
            vec![(0, 1, 2, "学习"), (1, 1, 1, "甲")],
            vec![(1, 1, 1, "乙")]
        ]
    );
}

#[test]
fn long_texts_odd_names_and_long_lists_are_written() {
    let sheet = SheetOut {
        name: "一/二[三]".into(),
        columns: vec![Column::text("单位", 10).choices((0..200).map(|n| format!("第{n}支部")))],
        rows: vec![
            vec!["字".repeat(2_000).into()],
            vec!["<script>&\u{1}😀".into()],
            vec!["长".repeat(40_000).into()],
        ],
        ..SheetOut::default()
    };
    let book = Workbook {
        sheets: vec![sheet.clone(), sheet],
    };
    let tables = tables(&write(&book).unwrap());
    assert_eq!(tables.len(), 2, "the sheet with the choices is hidden");
    assert_eq!(tables[0].name.as_deref(), Some("一 二 三"));
    assert_eq!(tables[1].name.as_deref(), Some("一 二 三(2)"));
    assert_eq!(tables[0].rows[1][0].text.chars().count(), 2_000);
    assert!(tables[0].rows[2][0].text.starts_with("<script>&"));
    assert_eq!(tables[0].rows[3][0].text.chars().count(), 32_767);
}

#[test]
fn many_rows_are_written_one_by_one() {
    let sheet = SheetOut {
        name: "名册".into(),
        columns: vec![Column::text("姓名", 10)],
        ..SheetOut::default()
    };
    let bytes = write_rows(
        &sheet,
        (0..3_000).map(|n| vec![Value::from(format!("=某{n}"))]),
    )
    .unwrap();
    let back = crate::table::read(&bytes, "x.xlsx", 5_000);
    assert_eq!(
        back.unwrap_err().code(),
        "file_no_header",
        "one column is no table to import"
    );
    assert_eq!(tables(&bytes)[0].rows[3_000][0].text, "=某2999");
}

#[test]
fn a_chart_over_what_is_not_there_is_refused() {
    let book = |rows| Workbook {
        sheets: vec![SheetOut {
            name: "片区".into(),
            columns: vec![
                Column::text("名称", 5),
                Column::text("得分", 5).of(Kind::Decimal),
            ],
            rows,
            ..SheetOut::default()
        }],
    };
    let chart = |sheet: &str, series: &str| ChartOut {
        sheet: sheet.into(),
        category: "名称".into(),
        series: vec![series.into()],
        ..ChartOut::default()
    };
    let full = book(vec![vec!["城区".into(), Value::Hundredths(9_000)]]);
    assert!(write_charted(&full, &[chart("片区", "得分")]).is_ok());
    let no = |book: &Workbook, chart| write_charted(book, &[chart]).unwrap_err().to_string();
    assert!(no(&full, chart("片区", "总分")).contains("没有“总分”一列"));
    assert!(no(&full, chart("排名", "得分")).contains("没有名为“排名”的工作表"));
    assert!(no(&book(Vec::new()), chart("片区", "得分")).contains("没有数据"));
}

#[test]
fn equal_content_gives_equal_bytes() {
    let book = Workbook {
        sheets: vec![SheetOut {
            columns: vec![Column::text("甲", 5)],
            ..SheetOut::default()
        }],
    };
    assert_eq!(write(&book).unwrap(), write(&book).unwrap());
    assert!(write(&Workbook::default()).is_err());
}
