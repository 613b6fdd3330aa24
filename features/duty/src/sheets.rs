//! What the feature writes as workbooks.

use crate::pages::review::Waiting;
use crate::pages::school::CardRow;
use office::xlsx::{Column, Kind, SheetOut, Value};
use org::Lineage;
use rules::duty::Status;
use store::Error;

/// A list of duties without its rows.
pub(crate) fn duties(name: &str, title: Option<String>, above: &Lineage) -> SheetOut {
    let mut columns = above.columns();
    columns.extend([
        Column::text("事项", 40),
        Column::text("出处", 30),
        Column::text("期限", 12).of(Kind::Day),
        Column::text("状态", 10),
        Column::text("是否逾期", 10),
        Column::text("报送日期", 12).of(Kind::Day),
        Column::text("是否按时", 10),
        Column::text("尚缺", 40),
        Column::text("转交", 12),
        Column::text("预计用时（分钟，估算）", 14).of(Kind::Integer),
    ]);
    SheetOut {
        name: name.to_owned(),
        title,
        columns,
        ..SheetOut::default()
    }
}

/// A duty in those columns.
pub(crate) fn duty(row: &CardRow, above: &Lineage) -> Result<Vec<Value>, Error> {
    let status = Status::from_code(&row.status).unwrap_or(Status::NotStarted);
    let missing: Vec<String> = match status.is_settled() {
        true => vec![],
        false => serde_json::from_str(&row.missing)?,
    };
    let mut cells = above.cells(&row.path, row.zone, &row.full_name);
    cells.extend([
        row.title.as_str().into(),
        row.source_words.as_str().into(),
        row.due.into(),
        match &row.not_applicable {
            Some(why) => format!("不适用：{why}").into(),
            None => status.chinese().into(),
        },
        if row.overdue { "逾期" } else { "" }.into(),
        row.submitted_on.into(),
        timely(row.on_time).into(),
        missing.join("；").into(),
        row.handed_name.clone().into(),
        (row.effort_seconds + 59).div_euclid(60).into(),
    ]);
    Ok(cells)
}

fn timely(on_time: Option<bool>) -> &'static str {
    match on_time {
        Some(true) => "按时",
        Some(false) => "逾期",
        None => "",
    }
}

/// The review queue without its rows.
pub(crate) fn waiting(title: Option<String>, above: &Lineage) -> SheetOut {
    let mut columns = above.columns();
    columns.extend([
        Column::text("事项", 40),
        Column::text("出处", 30),
        Column::text("期限", 12).of(Kind::Day),
        Column::text("报送日期", 12).of(Kind::Day),
        Column::text("是否按时", 10),
        Column::text("报送人", 12),
        Column::text("完成情况", 50),
        Column::text("工作纪实（条）", 10).of(Kind::Integer),
        Column::text("材料（份）", 10).of(Kind::Integer),
        Column::text("需要看的", 24),
    ]);
    SheetOut {
        name: "待审核".to_owned(),
        title,
        columns,
        ..SheetOut::default()
    }
}

/// A submission in those columns.
pub(crate) fn submission(row: &Waiting, above: &Lineage) -> Vec<Value> {
    let count = |n: usize| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    let mut cells = above.cells(&row.place.path, row.place.zone, &row.name);
    cells.extend([
        row.title.as_str().into(),
        row.source.as_str().into(),
        row.due.into(),
        row.at.map(|at| at.day()).into(),
        timely(row.on_time).into(),
        row.by.as_str().into(),
        row.text.as_str().into(),
        count(row.records.len()),
        count(row.files.len()),
        row.lacks.join("；").into(),
    ]);
    cells
}
