//! 台账 as a workbook.

use crate::store::Line;
use kernel::Day;
use office::OfficeError;
use office::xlsx::{Column, Kind, SheetOut, Value, write_rows};

/// The ledger, a row a record, in the ledger's order.
///
/// # Errors
/// [`OfficeError`] when the workbook cannot be made.
pub fn ledger(title: &str, today: Day, lines: &[Line]) -> Result<Vec<u8>, OfficeError> {
    let number = |title| Column::text(title, 10).of(Kind::Integer);
    let sheet = SheetOut {
        name: "工作纪实".to_owned(),
        title: Some(title.to_owned()),
        notes: vec![format!("截至{}，共 {} 条。", today.chinese(), lines.len())],
        columns: vec![
            Column::text("日期", 12).of(Kind::Day),
            Column::text("党组织", 28),
            Column::text("类别", 18),
            Column::text("题目", 40),
            Column::text("主讲人", 12),
            number("到场党员"),
            number("应到党员"),
            number("其他听众"),
            number("佐证份数"),
            Column::text("要点", 50),
            Column::text("记录人", 12),
        ],
        rows: vec![],
    };
    write_rows(&sheet, lines.iter().map(row))
}

fn row(line: &Line) -> Vec<Value> {
    vec![
        line.day.into(),
        line.organisation_name.as_str().into(),
        line.kind_words().into(),
        line.title.as_str().into(),
        line.speaker_name.as_str().into(),
        line.attended.into(),
        line.expected.into(),
        line.audience.into(),
        line.evidence.into(),
        line.content.as_str().into(),
        line.created_by_name.as_str().into(),
    ]
}
