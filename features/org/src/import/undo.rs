//! 撤销: rows are taken back, the last first, a chunk a transaction; what was edited or is in use
//! since stays and is listed.

use super::apply::{Step, in_the_name_of};
use super::rows::{self, KeptRow, Mark};
use super::{Did, Import, Kind, LAST_PASS, NotImported, SMALL, State, Undone};
use futures_util::future::BoxFuture;
use kernel::Id;
use serde_json::json;
use store::{By, Error, Fail, Tx, params};
use web::App;

/// Rows of one transaction.
const CHUNK: usize = 500;
/// Transactions of one job.
const TURNS: usize = 10;

/// Begins to take an import back: at once if it is little.
pub async fn begin<K: Kind>(tx: &Tx, import: &Import) -> Result<(), Fail<NotImported>> {
    const FROM: [State; 2] = [State::Applied, State::Stopped];
    if !rows::advance(tx, import.id, &FROM, State::Undoing).await? {
        return Err(Fail::Refused(NotImported::NothingToUndo));
    }
    rows::set(tx, import.id, "place = $2", params![i64::MAX]).await?;
    let detail = json!({ "rows": import.in_force() });
    tx.audit("undo_import", ("import", import.id), &import.path, detail)
        .await?;
    if usize::try_from(import.in_force()).is_ok_and(|n| n <= SMALL) {
        while chunk::<K>(tx, import.id).await? == Step::More {}
        return Ok(());
    }
    let payload = json!({ "import": import.id });
    tx.enqueue(K::UNDO, &payload, tx.now(), None).await?;
    Ok(())
}

/// The job: some chunks, then it queues itself again.
pub fn run<K: Kind>(app: App, payload: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let id: Id = serde_json::from_value(payload["import"].clone())?;
        let Some(import) = rows::find(app.store.db(), K::CODE, id).await? else {
            return Ok(());
        };
        let by = By {
            account: import.acting,
            name: import.acting_name.clone().unwrap_or_default(),
        };
        for _ in 0..TURNS {
            let step = in_the_name_of(
                &app,
                &by,
                |tx| async move { Ok(chunk::<K>(&tx, id).await?) },
            );
            if step.await? == Step::Over {
                return Ok(());
            }
        }
        app.store
            .housekeeping(
                |tx| async move { Ok(tx.enqueue(K::UNDO, &payload, tx.now(), None).await?) },
            )
            .await
    })
}

async fn chunk<K: Kind>(tx: &Tx, id: Id) -> Result<Step, Error> {
    let Some(import) = rows::hold(tx, K::CODE, id, State::Undoing).await? else {
        return Ok(Step::Over);
    };
    let some = rows::carried_out(tx, &import, CHUNK).await?;
    let last = some.last().map_or(import.place, |r| r.row.number as i64);
    let is_full = some.len() == CHUNK;
    let did = some.into_iter().map(did).collect::<Result<Vec<_>, _>>()?;
    let undone = K::undo(tx, did).await?;
    let gone = record(tx, &import, undone).await?;
    let detail = json!({ "undone": gone });
    tx.audit("undo_import", ("import", id), &import.path, detail)
        .await?;
    if is_full {
        rows::set(tx, id, "place = $2", params![last]).await?;
        return Ok(Step::More);
    }
    if rows::any(tx, id, "done").await? {
        let brought = import.gained.max(0) + gone > 0;
        let next = if brought { 0 } else { LAST_PASS };
        let values = params![i64::MAX, next];
        rows::set(tx, id, "place = $2, gained = $3", values).await?;
        return Ok(Step::More);
    }
    let (to, at) = (State::Undone.code(), tx.now());
    rows::set(tx, id, "state = $2, undone_at = $3", params![to, at]).await?;
    Ok(Step::Over)
}

fn did(kept: KeptRow) -> Result<Did, Error> {
    let was = kept
        .result
        .as_deref()
        .map(serde_json::from_str)
        .transpose()?;
    Ok(Did {
        number: kept.row.number,
        object: kept.object.unwrap_or(Id(0)),
        version: kept.version.unwrap_or(1),
        was,
    })
}

async fn record(tx: &Tx, import: &Import, undone: Vec<(usize, Undone)>) -> Result<i64, Error> {
    let (mut gone, mut kept) = (0i64, 0i64);
    let mut marks = Vec::with_capacity(undone.len());
    for (number, fate) in undone {
        let state = match fate {
            Undone::Gone => "undone",
            Undone::NotYet if import.gained != LAST_PASS => continue,
            Undone::Kept | Undone::NotYet => "kept",
        };
        match state {
            "undone" => gone += 1,
            _ => kept += 1,
        }
        marks.push(Mark::state(number, state));
    }
    rows::mark(tx, import.id, marks).await?;
    let what = "undone = undone + $2, kept = kept + $3,
                gained = CASE WHEN gained < 0 THEN gained ELSE gained + $2 END";
    rows::set(tx, import.id, what, params![gone, kept]).await?;
    Ok(gone)
}
