//! Excel: the board, the lists behind its figures, notices, who owes.

pub mod burden;

use crate::pages::Board;
use crate::store::{FeedbackRow, ListedRow, NoticeRow, OwedRow};
use crate::tally::look_of;
use crate::use_cases::answer_feedback::outcome_words;
use crate::use_cases::give_feedback::kind_words;
use crate::working_time::age;
use kernel::{Day, Instant};
use office::xlsx::{Column, Kind, SheetOut, Value};
use org::{Lineage, Node};
use rules::calendar::WorkingCalendar;

fn count(title: &str) -> Column {
    Column::text(title, 8).of(Kind::Integer)
}

fn day(title: &str) -> Column {
    Column::text(title, 12).of(Kind::Day)
}

/// 进度表: an organisation a row, with those above it and its zone.
pub fn board(board: &Board, title: Option<String>, above: &Lineage) -> SheetOut {
    let mut columns = above.columns();
    columns.extend(["应办", "完成", "待审核", "逾期"].map(count));
    let item = |c: &crate::pages::Column| Column::text(&format!("{}（{}）", c.title, c.small), 14);
    columns.extend(board.columns.iter().map(item));
    let rows = board.zones.iter().flat_map(|zone| {
        zone.rows.iter().map(|row| {
            let mut cells = above.cells(&row.path, zone.zone, &row.name);
            cells.extend([
                row.tally.asked().into(),
                row.tally.done().into(),
                row.tally.waiting().into(),
                Value::Integer(row.tally.overdue),
            ]);
            let words = |cell: &Option<crate::pages::Cell>| {
                cell.as_ref()
                    .map_or(Value::Empty, |cell| cell.look.words.into())
            };
            cells.extend(row.cells.iter().map(words));
            cells
        })
    });
    SheetOut {
        name: "进度".to_owned(),
        title,
        notes: vec![format!("全部：{}。", board.whole.words())],
        rows: rows.collect(),
        columns,
    }
}

/// 清单 without its rows.
pub fn duties(title: Option<String>, above: &Lineage) -> SheetOut {
    let mut columns = above.columns();
    columns.extend([
        Column::text("事项", 40),
        Column::text("出处", 30),
        Column::text("状态", 10),
        day("期限"),
        day("报送日期"),
        day("申请延期至"),
        Column::text("转交", 12),
        Column::text("不适用的理由", 24),
        Column::text("尚缺", 40),
    ]);
    SheetOut {
        name: "清单".to_owned(),
        title,
        columns,
        ..SheetOut::default()
    }
}

/// A duty in those columns.
pub fn duty(row: &ListedRow, above: &Lineage) -> Vec<Value> {
    let missing: Vec<String> = serde_json::from_str(&row.missing).unwrap_or_default();
    let look = look_of(&row.status, row.overdue, row.not_applicable.is_none());
    let mut cells = above.cells(&row.path, row.zone, &row.name);
    cells.extend([
        row.title.as_str().into(),
        row.source_words.as_str().into(),
        look.words.into(),
        row.due.into(),
        row.submitted_on.into(),
        row.extension_asked.into(),
        row.handed_name.clone().into(),
        row.not_applicable.clone().into(),
        missing.join("；").into(),
    ]);
    cells
}

/// 待阅 or 已阅 without its rows.
pub fn notices(title: Option<String>) -> SheetOut {
    SheetOut {
        name: "通知".to_owned(),
        title,
        columns: vec![
            day("日期"),
            Column::text("事由", 40),
            Column::text("内容", 80),
        ],
        ..SheetOut::default()
    }
}

/// A notice in those columns.
pub fn notice(row: &NoticeRow) -> Vec<Value> {
    let (title, rest) = row.words.split_once('\n').unwrap_or((&row.words, ""));
    vec![row.show_at.day().into(), title.into(), rest.into()]
}

/// 欠交名单 without its rows.
pub fn owing(title: Option<String>, above: &Lineage) -> SheetOut {
    let mut columns = above.columns();
    columns.extend([
        Column::text("欠什么", 60),
        count("件数"),
        count("逾期"),
        day("上次提醒"),
    ]);
    SheetOut {
        name: "欠交".to_owned(),
        title,
        columns,
        ..SheetOut::default()
    }
}

/// An organisation that owes, in those columns.
pub fn owed(node: &Node, rows: &[OwedRow], last: Option<Instant>, above: &Lineage) -> Vec<Value> {
    let n = |n: usize| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    let named = rows
        .iter()
        .map(|row| format!("{}（{}）", row.title, row.due.short()));
    let mut cells = above.cells(&node.path, node.zone, &node.name);
    cells.extend([
        named.collect::<Vec<_>>().join("；").into(),
        n(rows.len()),
        n(rows.iter().filter(|row| row.overdue).count()),
        last.map(|at| at.day()).into(),
    ]);
    cells
}

/// 意见反馈 without its rows.
pub fn feedback(title: Option<String>, above: &Lineage) -> SheetOut {
    let mut columns = above.columns();
    columns.extend([
        Column::text("姓名", 12),
        day("收到"),
        Column::text("类别", 14),
        Column::text("关于", 36),
        Column::text("意见", 60),
        day("已看"),
        day("答复日期"),
        Column::text("结果", 8),
        Column::text("答复", 60),
        Column::text("答复人", 12),
        Column::text("历时（工作日）", 10).of(Kind::Integer),
    ]);
    SheetOut {
        name: "意见反馈".to_owned(),
        title,
        columns,
        ..SheetOut::default()
    }
}

/// A message in those columns.
pub fn said(
    row: &FeedbackRow,
    about: &str,
    above: &Lineage,
    calendar: &WorkingCalendar,
    today: Day,
) -> Vec<Value> {
    let own = row.organisation_name.as_deref().unwrap_or_default();
    let until = row.answered_at.map_or(today, |at| at.day());
    let mut cells = above.cells(&row.path, row.zone, own);
    cells.extend([
        row.by_name.as_str().into(),
        row.at.day().into(),
        kind_words(&row.kind).into(),
        about.into(),
        row.words.as_str().into(),
        row.seen_at.map(|at| at.day()).into(),
        row.answered_at.map(|at| at.day()).into(),
        outcome_words(&row.outcome).into(),
        row.answer.clone().into(),
        row.answered_by.clone().into(),
        Value::Integer(age(calendar, row.at, until)),
    ]);
    cells
}
