//! The burden as a workbook.

use super::{count, day};
use crate::burden::{Asking, Issuer, Load};
use crate::store::Laden;
use office::xlsx::{Column, Kind, SheetOut, Value};
use org::Lineage;

fn minutes(title: &str) -> Column {
    Column::text(title, 14).of(Kind::Integer)
}

/// Whole minutes, rounded up.
fn whole(seconds: i64) -> Value {
    Value::Integer((seconds + 59).div_euclid(60))
}

/// 项次, 件, 用时, 重复, 时间紧.
fn sums() -> [Column; 5] {
    [
        count("项次"),
        count("件数"),
        minutes("用时（分钟，估算）"),
        count("重复要求（件）"),
        count("不足5个工作日（项次）"),
    ]
}

fn summed(load: &Load) -> [Value; 5] {
    [
        load.items.into(),
        load.duties.into(),
        whole(load.seconds),
        load.twice.into(),
        load.hurried.into(),
    ]
}

/// By issuer and signer.
pub fn issuers(title: Option<String>, by: &[(Issuer, Load)]) -> SheetOut {
    let mut columns = vec![Column::text("下达单位", 30), Column::text("签发人", 12)];
    columns.extend(sums());
    let row = |(issuer, load): &(Issuer, Load)| {
        let mut cells = vec![issuer.name.as_str().into(), issuer.signer.as_str().into()];
        cells.extend(summed(load));
        cells
    };
    SheetOut {
        name: "按下达单位".to_owned(),
        title,
        rows: by.iter().map(row).collect(),
        columns,
        ..SheetOut::default()
    }
}

/// By month of issue.
pub fn months(title: Option<String>, by: &[((i16, i8), Load)]) -> SheetOut {
    let mut columns = vec![Column::text("下发月份", 12)];
    columns.extend(sums());
    let row = |((year, month), load): &((i16, i8), Load)| {
        let mut cells = vec![Value::Text(format!("{year}年{month}月"))];
        cells.extend(summed(load));
        cells
    };
    SheetOut {
        name: "按月".to_owned(),
        title,
        rows: by.iter().map(row).collect(),
        columns,
        ..SheetOut::default()
    }
}

/// By organisation, the most first.
pub fn schools(title: Option<String>, laden: &[Laden], above: &Lineage) -> SheetOut {
    let mut columns = above.columns();
    columns.extend([count("件数"), minutes("用时（分钟，估算）")]);
    let row = |one: &Laden| {
        let mut cells = above.cells(&one.path, one.zone, &one.name);
        cells.extend([one.asked.into(), whole(one.seconds)]);
        cells
    };
    SheetOut {
        name: "按党组织".to_owned(),
        title,
        rows: laden.iter().map(row).collect(),
        columns,
        ..SheetOut::default()
    }
}

/// Demand by demand.
pub fn items(title: Option<String>, all: &[Asking]) -> SheetOut {
    let columns = vec![
        Column::text("事项", 40),
        Column::text("出处", 30),
        Column::text("下达单位", 28),
        Column::text("签发人", 12),
        day("下发日期"),
        day("期限"),
        count("提前（工作日）"),
        count("党组织"),
        minutes("每个用时（分钟，估算）"),
        minutes("合计用时（分钟，估算）"),
        count("重复要求（件）"),
        Column::text("重复于", 40),
    ];
    let row = |one: &Asking| {
        vec![
            one.row.title.as_str().into(),
            one.row.source_words.as_str().into(),
            one.row.issuer_name.clone().into(),
            one.row.signer.clone().into(),
            one.row.issued_at.day().into(),
            one.row.due.into(),
            i64::from(one.notice).into(),
            one.row.asked.into(),
            whole(one.row.effort_seconds),
            whole(one.seconds()),
            one.twice.into(),
            one.repeats.as_str().into(),
        ]
    };
    SheetOut {
        name: "交办事项".to_owned(),
        title,
        rows: all.iter().map(row).collect(),
        columns,
        ..SheetOut::default()
    }
}
