//! What the feature writes as workbooks.

use crate::entities::sheet::Sheet;
use crate::pages::{issued, list};
use crate::store::TargetLine;
use office::xlsx::{Column, Kind, SheetOut, Value};
use org::{Lineage, Node};
use rules::duty::Status;

/// The items of an issued sheet with how they stand.
pub(crate) fn items(sheet: &Sheet, lines: &[issued::Line]) -> SheetOut {
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
    SheetOut {
        name: "任务一览".to_owned(),
        title: Some(format!("{} {}", sheet.title, sheet.number_words())),
        notes: vec![],
        columns,
        rows: rows.collect(),
    }
}

/// The list of sheets without its rows.
pub(crate) fn list(title: Option<String>) -> SheetOut {
    let number = |title: &str| Column::text(title, 8).of(Kind::Integer);
    SheetOut {
        name: "交办单".to_owned(),
        title,
        columns: vec![
            Column::text("名称", 40),
            Column::text("文号", 22),
            Column::text("期间从", 12).of(Kind::Day),
            Column::text("期间到", 12).of(Kind::Day),
            Column::text("状态", 10),
            number("事项"),
            Column::text("最近期限", 12).of(Kind::Day),
            number("应办"),
            number("已完成"),
            number("待审核"),
            number("逾期"),
        ],
        ..SheetOut::default()
    }
}

/// A sheet in those columns.
pub(crate) fn listed(line: &list::Line) -> Vec<Value> {
    let s = line.standing.unwrap_or_default();
    vec![
        line.title.as_str().into(),
        line.number.as_str().into(),
        line.from_to.from.into(),
        line.from_to.to.into(),
        line.stage.chinese().into(),
        line.items.into(),
        line.next_due.into(),
        s.owed.into(),
        s.done.into(),
        s.waiting.into(),
        s.overdue.into(),
    ]
}

/// The organisations under an item, without rows.
pub(crate) fn targets(title: Option<String>, above: &Lineage) -> SheetOut {
    let mut columns = above.columns();
    columns.extend([
        Column::text("事项", 36),
        Column::text("状态", 10),
        Column::text("是否逾期", 10),
        Column::text("期限", 12).of(Kind::Day),
        Column::text("报送日期", 12).of(Kind::Day),
        Column::text("认定理由", 40),
    ]);
    SheetOut {
        name: "党组织".to_owned(),
        title,
        columns,
        ..SheetOut::default()
    }
}

/// An organisation in those columns.
pub(crate) fn target(line: &TargetLine, asked: String, above: &Lineage) -> Vec<Value> {
    let status = line.status.as_deref().and_then(Status::from_code);
    let mut cells = above.cells(&line.path, line.zone, &line.name);
    cells.extend([
        asked.into(),
        match (line.applies, status) {
            (false, _) => "不适用",
            (true, status) => status.map_or("", Status::chinese),
        }
        .into(),
        match line.overdue {
            Some(true) if line.applies => "逾期",
            _ => "",
        }
        .into(),
        line.due.into(),
        line.submitted_on.into(),
        line.because.as_str().into(),
    ]);
    cells
}

/// Whom an item of a draft would concern, without rows.
pub(crate) fn verdicts(title: Option<String>, above: &Lineage) -> SheetOut {
    let mut columns = above.columns();
    columns.extend([Column::text("是否适用", 10), Column::text("理由", 50)]);
    SheetOut {
        name: "谁做".to_owned(),
        title,
        columns,
        ..SheetOut::default()
    }
}

/// An organisation in those columns.
pub(crate) fn judged(node: &Node, applies: bool, because: &str, above: &Lineage) -> Vec<Value> {
    let mut cells = above.cells(&node.path, node.zone, &node.name);
    let verdict = if applies { "适用" } else { "不适用" };
    cells.extend([verdict.into(), because.into()]);
    cells
}
