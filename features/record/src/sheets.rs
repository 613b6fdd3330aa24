//! 台账 as a workbook.

use crate::store::Line;
use office::xlsx::{Column, Kind, SheetOut, Value};
use org::Lineage;

/// The ledger without its rows.
pub fn ledger(title: Option<String>, above: &Lineage) -> SheetOut {
    let number = |title| Column::text(title, 10).of(Kind::Integer);
    let mut columns = above.columns();
    columns.extend([
        Column::text("日期", 12).of(Kind::Day),
        Column::text("类别", 18),
        Column::text("题目", 40),
        Column::text("主讲人", 12),
        number("到场党员"),
        number("应到党员"),
        number("其他听众"),
        number("佐证份数"),
        Column::text("要点", 50),
        Column::text("记录人", 12),
    ]);
    SheetOut {
        name: "工作纪实".to_owned(),
        title,
        notes: vec![],
        columns,
        rows: vec![],
    }
}

/// A record, in the ledger's columns.
pub fn row(line: &Line, above: &Lineage) -> Vec<Value> {
    let mut cells = above.cells(&line.path, line.zone, &line.organisation_name);
    cells.extend([
        line.day.into(),
        line.kind_words().into(),
        line.title.as_str().into(),
        line.speaker_name.as_str().into(),
        line.attended.into(),
        line.expected.into(),
        line.audience.into(),
        line.evidence.into(),
        line.content.as_str().into(),
        line.created_by_name.as_str().into(),
    ]);
    cells
}
