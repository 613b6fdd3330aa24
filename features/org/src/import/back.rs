//! 退回的行: what did not go in, under the template's columns, each row with its reason, so that it
//! can be corrected and uploaded as it is.

use super::rows::{self, KeptRow};
use super::{Import, Kind, Verdict};
use office::xlsx::{Column, SheetOut, Value};
use web::App;
use web::sheet::Export;

/// Rows read at once.
const CHUNK: usize = 1_000;

/// The file.
pub async fn reply<K: Kind>(app: &App, unit: &str, import: &Import) -> web::Result {
    let template = K::template(&app.store).await?;
    let width = template.columns.len();
    let sheet = as_text(template).template_back(vec![]);
    let content = format!("{}退回行", K::NOUN);
    let export = Export::begin(app, unit, &content, sheet);
    let (db, keys) = (app.store.db(), &app.store.keys);
    let mut after = 0;
    loop {
        let some = rows::returned(db, keys, import.id, after, CHUNK).await?;
        let Some(last) = some.last() else { break };
        after = last.row.number as i64;
        let is_last = some.len() < CHUNK;
        let lines = some.into_iter().map(|row| line(row, width));
        export.rows(lines.collect()).await?;
        if is_last {
            break;
        }
    }
    export.reply().await
}

fn line(kept: KeptRow, width: usize) -> Vec<Value> {
    let reason = match (kept.result, &kept.row.verdict) {
        (Some(late), _) => late,
        (None, Verdict::Bad { reason }) => reason.clone(),
        (None, Verdict::Doubt { why, .. }) => format!("拿不准：{why}"),
        (None, _) => String::new(),
    };
    let mut cells: Vec<Value> = kept.row.cells.into_iter().map(Value::from).collect();
    cells.resize(width, Value::Empty);
    cells.push(Value::from(reason));
    cells
}

/// The template with every column as text: bad rows hold what was typed, not what was meant.
fn as_text(template: SheetOut) -> SheetOut {
    let plain = |c: Column| Column {
        kind: office::xlsx::Kind::Text,
        ..c
    };
    SheetOut {
        columns: template.columns.into_iter().map(plain).collect(),
        ..template
    }
}
