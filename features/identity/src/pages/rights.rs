//! 权限表: printed as sentences, and as a workbook for an auditor.

use crate::paths;
use crate::rights_table::{granted, reach_words, sentence};
use askama::Template;
use axum::extract::State;
use office::xlsx::{self, Column, SheetOut, Value, Workbook};
use web::{Actor, App, Failure, Frame, Result, Right, Role, reply};

#[derive(Template)]
#[template(path = "rights.html")]
struct RightsPage {
    frame: Frame,
    sentences: Vec<(&'static str, String)>,
    rights: Vec<(&'static str, Vec<(&'static str, &'static str)>)>,
}

/// `GET /roles/rights`
pub async fn show(State(app): State<App>, actor: Actor) -> Result {
    let rights = granted().map(|right| {
        let held = Role::ALL.iter().filter(|role| right.is_held_by(**role));
        (
            right.chinese(),
            held.map(|role| (role.chinese(), reach_words(right, *role)))
                .collect(),
        )
    });
    reply::page(&RightsPage {
        frame: Frame::new(&app, &actor, paths::ROLES, "权限表").await?,
        sentences: Role::ALL
            .iter()
            .map(|role| (role.chinese(), sentence(*role)))
            .collect(),
        rights: rights.collect(),
    })
}

/// `GET /roles/rights.xlsx`
pub async fn workbook(State(app): State<App>, _actor: Actor) -> Result {
    let bytes = xlsx::write(&Workbook {
        sheets: vec![table()],
    })
    .map_err(|_| {
        Failure::Broken(store::Error::Schema(
            "a workbook was not written".to_owned(),
        ))
    })?;
    let name = format!("{}_权限表_{}.xlsx", app.county, app.store.today());
    reply::attachment(&name, reply::XLSX, bytes)
}

fn table() -> SheetOut {
    let column = |title: &str, width| Column {
        title: title.to_owned(),
        width,
        ..Column::default()
    };
    let mut columns = vec![column("权限", 22)];
    columns.extend(Role::ALL.iter().map(|role| column(role.chinese(), 14)));
    let row = |right: Right| {
        let cells = Role::ALL
            .iter()
            .map(|role| Value::Text(reach_words(right, *role).to_owned()));
        std::iter::once(Value::Text(right.chinese().to_owned()))
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
