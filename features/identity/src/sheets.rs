//! What the administrators take out as workbooks.

use crate::rights_table::{granted, reach_words, sentence};
use crate::store::{Account, GrantLine};
use axum::http::Method;
use office::xlsx::{Column, Kind, SheetOut, Value};
use org::Lineage;
use web::{Right, Role};

/// The list of accounts without its rows.
pub fn accounts(title: Option<String>) -> SheetOut {
    SheetOut {
        name: "账号".to_owned(),
        title,
        columns: vec![
            Column::text("姓名", 14),
            Column::text("用户名", 20),
            Column::text("角色（授予在）", 50),
            Column::text("状态", 8),
            Column::text("开设日期", 12).of(Kind::Day),
            Column::text("停用日期", 12).of(Kind::Day),
        ],
        ..SheetOut::default()
    }
}

/// An account in those columns.
pub fn account(account: &Account, roles: String) -> Vec<Value> {
    let suspended = account.suspended_at.map(|at| at.day());
    let state = if suspended.is_some() {
        "停用"
    } else {
        "启用"
    };
    vec![
        account.name.as_str().into(),
        account.username.as_str().into(),
        roles.into(),
        state.into(),
        account.created_at.day().into(),
        suspended.into(),
    ]
}

/// The list of grants without its rows.
pub fn grants(title: Option<String>, above: &Lineage) -> SheetOut {
    let mut columns = above.columns();
    columns.extend([
        Column::text("姓名", 14),
        Column::text("用户名", 20),
        Column::text("角色", 16),
        Column::text("从", 12).of(Kind::Day),
        Column::text("到", 12).of(Kind::Day),
        Column::text("依据", 36),
        Column::text("收回日期", 12).of(Kind::Day),
    ]);
    SheetOut {
        name: "角色".to_owned(),
        title,
        columns,
        ..SheetOut::default()
    }
}

/// A grant in those columns; the organisation is the one the role is held at.
pub fn grant(line: &GrantLine, above: &Lineage) -> Vec<Value> {
    let mut cells = above.cells(&line.path, line.zone, &line.node_name);
    cells.extend([
        line.account_name.as_str().into(),
        line.username.as_str().into(),
        line.role_words().into(),
        line.from_day.into(),
        line.to_day.into(),
        line.reason.as_str().into(),
        line.revoked_at.map(|at| at.day()).into(),
    ]);
    cells
}

/// 权限 × 角色, with how far each reaches.
pub fn rights() -> SheetOut {
    let mut columns = vec![Column::text("权限", 22)];
    columns.extend(
        Role::ALL
            .iter()
            .map(|role| Column::text(role.chinese(), 14)),
    );
    let row = |right: Right| {
        let cells = Role::ALL
            .iter()
            .map(|role| Value::from(reach_words(right, *role)));
        std::iter::once(Value::from(right.chinese()))
            .chain(cells)
            .collect()
    };
    SheetOut {
        name: "权限表".to_owned(),
        title: Some("权限表".to_owned()),
        notes: Role::ALL.iter().map(|role| sentence(*role)).collect(),
        columns,
        rows: granted().map(row).collect(),
    }
}

/// 入口 × 权限 × 角色: every way in that the program has, from the router's own registry.
pub fn routes(registry: &[(Method, &'static str, Right)]) -> SheetOut {
    let mut columns = vec![
        Column::text("方式", 8),
        Column::text("入口", 40),
        Column::text("要求的权限", 20),
    ];
    columns.extend(
        Role::ALL
            .iter()
            .map(|role| Column::text(role.chinese(), 14)),
    );
    let row = |(method, path, right): &(Method, &'static str, Right)| {
        let reads = *method == Method::GET || *method == Method::HEAD;
        let mut cells = vec![
            if reads { "查看" } else { "办理" }.into(),
            (*path).into(),
            right.chinese().into(),
        ];
        cells.extend(
            Role::ALL
                .iter()
                .map(|role| Value::from(reach_words(*right, *role))),
        );
        cells
    };
    let mut sorted: Vec<_> = registry.iter().collect();
    sorted.sort_by_key(|(method, path, _)| (*path, method.as_str().to_owned()));
    SheetOut {
        name: "入口".to_owned(),
        title: Some("每个页面和按钮要求的权限".to_owned()),
        columns,
        rows: sorted.into_iter().map(row).collect(),
        ..SheetOut::default()
    }
}
