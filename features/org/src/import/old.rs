//! Imports of an older version kept their plan and outcome in one piece each. Opened for the first
//! time, they become rows like all others.

use super::rows::{self, Mark};
use super::{Import, PlanRow, State, Verdict};
use kernel::Id;
use serde::Deserialize;
use std::collections::{HashMap, HashSet, VecDeque};
use store::{Error, Store, Tx, params};

#[derive(Default, Deserialize)]
struct Plan {
    rows: Vec<PlanRow>,
}

#[derive(Default, Deserialize)]
struct Outcome {
    created: Vec<(Id, String)>,
    updated: Vec<Before>,
    late: Vec<(usize, String)>,
    kept: Vec<String>,
}

#[derive(Deserialize)]
struct Before {
    id: Id,
    title: String,
    version: i64,
    was: serde_json::Value,
}

/// The import, as rows from now on.
pub async fn convert(store: &Store, import: Import) -> Result<Import, Error> {
    if import.state() != State::Old {
        return Ok(import);
    }
    let id = import.id;
    let kind = import.kind.clone();
    store
        .housekeeping(|tx| async move {
            if rows::hold(&tx, &import.kind, id, State::Old)
                .await?
                .is_some()
            {
                rewrite(&tx, &import).await?;
            }
            Ok(())
        })
        .await?;
    let found = rows::find(store.db(), &kind, id).await?;
    found.ok_or_else(|| Error::Schema("an import is gone".to_owned()))
}

async fn rewrite(tx: &Tx, import: &Import) -> Result<(), Error> {
    let id = import.id;
    let keys = &tx.store().keys;
    let sql = "SELECT plan, outcome FROM import WHERE id = $1";
    let stored: Option<(String, Option<String>)> = tx.find(sql, params![id]).await?;
    let (plan, outcome) = stored.unwrap_or_default();
    let plan: Plan = serde_json::from_str(&keys.open(&format!("import/plan/{id}"), &plan)?)?;
    let outcome: Outcome = match outcome {
        Some(sealed) => {
            serde_json::from_str(&keys.open(&format!("import/outcome/{id}"), &sealed)?)?
        }
        None => Outcome::default(),
    };
    rows::keep(tx, id, &plan.rows).await?;
    let (state, marks) = match (import.applied_at, import.undone_at) {
        (None, _) => (State::Checked, vec![]),
        (Some(_), None) => (State::Applied, marks(tx, id, &plan, outcome, false).await?),
        (Some(_), Some(_)) => (State::Undone, marks(tx, id, &plan, outcome, true).await?),
    };
    count(tx, id, &marks).await?;
    rows::mark(tx, id, marks).await?;
    if state != State::Checked {
        let sql = "UPDATE import_row SET state = 'left' WHERE import = $1 AND state = 'waiting'";
        tx.exec(sql, params![id]).await?;
    }
    let values = params![state.code()];
    rows::set(tx, id, "state = $2, plan = '', outcome = NULL", values).await
}

async fn count(tx: &Tx, id: Id, marks: &[Mark]) -> Result<(), Error> {
    let of = |which: &dyn Fn(&&Mark) -> bool| marks.iter().filter(which).count() as i64;
    let values = params![
        of(&|m| m.object.is_some() && m.result.is_none()),
        of(&|m| m.object.is_some() && m.result.is_some()),
        of(&|m| m.state == "late"),
        of(&|m| m.state == "undone"),
        of(&|m| m.state == "kept")
    ];
    let what = "created = $2, updated = $3, late = $4, undone = $5, kept = $6,
                todo = $2 + $3 + $4";
    rows::set(tx, id, what, values).await
}

/// What became of each row. The old outcome names rows by their titles only.
async fn marks(
    tx: &Tx,
    id: Id,
    plan: &Plan,
    outcome: Outcome,
    undone: bool,
) -> Result<Vec<Mark>, Error> {
    let mut numbers: HashMap<&str, VecDeque<usize>> = HashMap::new();
    let goes = |row: &&PlanRow| !matches!(row.verdict, Verdict::Same { .. } | Verdict::Bad { .. });
    for row in plan.rows.iter().filter(goes) {
        numbers.entry(&row.title).or_default().push_back(row.number);
    }
    let kept: HashSet<&str> = outcome.kept.iter().map(String::as_str).collect();
    let state = |title: &str| match (undone, kept.contains(title)) {
        (false, _) => "done",
        (true, true) => "kept",
        (true, false) => "undone",
    };
    let mut next = plan.rows.iter().map(|row| row.number).max().unwrap_or(0);
    let (mut marks, mut more) = (Vec::new(), Vec::new());
    let created = outcome
        .created
        .iter()
        .map(|(id, title)| (*id, title, 1, None));
    let updated = outcome
        .updated
        .iter()
        .map(|b| (b.id, &b.title, b.version, Some(b.was.to_string())));
    for (object, title, version, result) in created.chain(updated) {
        let number = numbers
            .get_mut(title.as_str())
            .and_then(VecDeque::pop_front);
        let number = number.unwrap_or_else(|| {
            next += 1;
            more.push(PlanRow {
                number: next,
                title: title.clone(),
                cells: vec![],
                verdict: Verdict::Create,
            });
            next
        });
        marks.push(Mark {
            result,
            state: state(title),
            ..Mark::done(number, object, version)
        });
    }
    rows::keep(tx, id, &more).await?;
    let late = outcome.late.into_iter();
    marks.extend(late.map(|(number, why)| Mark::late(number, why)));
    Ok(marks)
}
