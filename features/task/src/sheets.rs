//! What the feature writes as workbooks.

use crate::entities::sheet::Sheet;
use crate::pages::{issued, list};
use office::OfficeError;
use office::xlsx::{Column, Kind, SheetOut, Value, Workbook, write};

fn book(sheet: SheetOut) -> Result<Vec<u8>, OfficeError> {
    write(&Workbook {
        sheets: vec![sheet],
    })
}

/// The items of an issued sheet with how they stand.
pub(crate) fn items(sheet: &Sheet, lines: &[issued::Line]) -> Result<Vec<u8>, OfficeError> {
    let number = |title: &str| Column::text(title, 8).of(Kind::Integer);
    let columns = vec![
        Column::text("序号", 14),
        Column::text("事项", 40),
        Column::text("谁做", 30),
        Column::text("期限", 12).of(Kind::Day),
        Column::text("原文期限", 16),
        Column::text("佐证", 30),
        Column::text("完成方式", 26),
        number("适用"),
        number("应办"),
        number("已完成"),
        number("待审核"),
        number("逾期"),
        number("免除"),
    ];
    let rows = lines.iter().map(|l| {
        let s = &l.standing;
        vec![
            Value::from(l.outline.as_str()),
            Value::from(l.title.as_str()),
            Value::from(l.who.as_str()),
            Value::Day(l.due),
            Value::from(l.due_words.as_str()),
            Value::from(l.evidence.as_str()),
            Value::from(l.way.as_str()),
            Value::Integer(l.count),
            Value::Integer(s.owed),
            Value::Integer(s.done),
            Value::Integer(s.waiting),
            Value::Integer(s.overdue),
            Value::Integer(s.exempt),
        ]
    });
    book(SheetOut {
        name: "任务一览".to_owned(),
        title: Some(format!("{} {}", sheet.title, sheet.number_words())),
        notes: vec![],
        columns,
        rows: rows.collect(),
    })
}

/// The list of sheets.
pub(crate) fn list(lines: &[list::Line]) -> Result<Vec<u8>, OfficeError> {
    let number = |title: &str| Column::text(title, 8).of(Kind::Integer);
    let columns = vec![
        Column::text("名称", 40),
        Column::text("文号", 22),
        Column::text("期间", 22),
        Column::text("状态", 10),
        number("事项"),
        number("应办"),
        number("已完成"),
        number("逾期"),
    ];
    let rows = lines.iter().map(|l| {
        let s = l.standing.unwrap_or_default();
        vec![
            Value::from(l.title.as_str()),
            Value::from(l.number.as_str()),
            Value::from(l.period.as_str()),
            Value::from(l.stage.chinese()),
            Value::Integer(l.items),
            Value::Integer(s.owed),
            Value::Integer(s.done),
            Value::Integer(s.overdue),
        ]
    });
    book(SheetOut {
        name: "交办单".to_owned(),
        title: Some("交办单".to_owned()),
        notes: vec![],
        columns,
        rows: rows.collect(),
    })
}
