//! Excel: the board with numbers as numbers.

use crate::pages::Board;
use office::OfficeError;
use office::xlsx::{Column, Kind, SheetOut, Value, write_rows};

/// 进度表: an organisation a row, with the one above it and its zone.
pub fn board(board: &Board, made_at: &str) -> Result<Vec<u8>, OfficeError> {
    let count = |title: &str| Column::text(title, 8).of(Kind::Integer);
    let mut columns = vec![
        Column::text("党组织", 30),
        Column::text("上级组织", 26),
        Column::text("片区", 12),
        count("应办"),
        count("完成"),
        count("待审核"),
        count("逾期"),
    ];
    let title = |c: &crate::pages::Column| Column::text(&format!("{}({})", c.title, c.small), 14);
    columns.extend(board.columns.iter().map(title));
    let sheet = SheetOut {
        name: "进度".to_owned(),
        title: Some(format!(
            "{}({}）进度",
            board.sheet.title,
            board.sheet.label()
        )),
        notes: vec![format!("数据截至 {made_at}。{}。", board.whole.words())],
        columns,
        rows: Vec::new(),
    };
    let rows = board.zones.iter().flat_map(|zone| {
        zone.rows.iter().map(|row| {
            let mut cells: Vec<Value> = vec![
                row.name.clone().into(),
                row.parent.clone().into(),
                zone.zone.map(|_| zone.name.clone()).into(),
                row.tally.asked().into(),
                row.tally.done().into(),
                row.tally.waiting().into(),
                row.tally.overdue.into(),
            ];
            let words = |cell: &Option<crate::pages::Cell>| {
                cell.as_ref()
                    .map(|cell| cell.look.words)
                    .map_or(Value::Empty, Value::from)
            };
            cells.extend(row.cells.iter().map(words));
            cells
        })
    });
    write_rows(&sheet, rows)
}
