//! 写入: rows are carried out, a chunk a transaction, each row's state in the transaction that
//! carries it out. A few rows at once in the request, many by a job; killed anywhere, each row goes
//! in once.

use super::check::{NO_LONGER, actor};
use super::rows::{self, KeptRow, Mark};
use super::{Due, Fate, Import, Kind, LAST_PASS, NotImported, SMALL, State, Verdict};
use futures_util::future::BoxFuture;
use kernel::Id;
use serde_json::json;
use std::convert::Infallible;
use store::{By, Error, Fail, Tx, params};
use web::{Actor, App};

/// Rows of one transaction.
const CHUNK: usize = 1_000;
/// Transactions of one job; then other jobs have their turn.
const TURNS: usize = 10;

const NOT_CHOSEN: &str = "拿不准，没有选，先不导入。";

/// How a chunk left the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There is more.
    More,
    /// That was all, or somebody has stopped it.
    Over,
}

/// Begins to carry out what was seen: at once if it is little. Doubts that nobody has settled stay
/// out.
pub async fn begin<K: Kind>(
    tx: &Tx,
    actor: &Actor,
    import: &Import,
    chosen: &[(usize, Option<usize>)],
) -> Result<(), Fail<NotImported>> {
    const FROM: [State; 2] = [State::Checked, State::Stopped];
    if !rows::advance(tx, import.id, &FROM, State::Applying).await? {
        return Err(Fail::Refused(NotImported::AlreadyApplied));
    }
    rows::choose(tx, import.id, chosen).await?;
    let waiting = rows::ready(tx, import.id).await?;
    let todo = waiting + import.done();
    rows::set(tx, import.id, "todo = $2, file = NULL", params![todo]).await?;
    let detail = json!({ "rows": waiting });
    tx.audit("begin_import", ("import", import.id), &import.path, detail)
        .await?;
    if usize::try_from(waiting).is_ok_and(|n| n <= SMALL) {
        let mut ground = K::ground(tx.store(), actor).await?;
        while chunk::<K>(tx, actor, &mut ground, import.id).await? == Step::More {}
        return Ok(());
    }
    let payload = json!({ "import": import.id });
    tx.enqueue(K::APPLY, &payload, tx.now(), None).await?;
    Ok(())
}

/// The job: some chunks, then it queues itself again.
pub fn run<K: Kind>(app: App, payload: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let id: Id = serde_json::from_value(payload["import"].clone())?;
        let Some(import) = rows::find(app.store.db(), K::CODE, id).await? else {
            return Ok(());
        };
        if import.state() != State::Applying {
            return Ok(());
        }
        let Some(actor) = actor::<K>(&app, &import).await? else {
            let stopped = |tx: Tx| async move {
                Ok(rows::end_with(&tx, &import, State::Stopped, NO_LONGER).await?)
            };
            return app.store.housekeeping(stopped).await;
        };
        let mut ground = K::ground(&app.store, &actor).await?;
        for _ in 0..TURNS {
            if one::<K>(&app, &actor, &mut ground, id).await? == Step::Over {
                return Ok(());
            }
        }
        app.store
            .housekeeping(
                |tx| async move { Ok(tx.enqueue(K::APPLY, &payload, tx.now(), None).await?) },
            )
            .await
    })
}

/// One chunk in a transaction of its own.
pub async fn one<K: Kind>(
    app: &App,
    actor: &Actor,
    ground: &mut K::Ground,
    id: Id,
) -> Result<Step, Error> {
    in_the_name_of(app, &actor.by(), |tx| async move {
        Ok(chunk::<K>(&tx, actor, ground, id).await?)
    })
    .await
}

/// A write that no rule can refuse, for a job.
pub(super) async fn in_the_name_of<T, F, Fut>(app: &App, by: &By, body: F) -> Result<T, Error>
where
    F: FnOnce(Tx) -> Fut,
    Fut: Future<Output = Result<T, Fail<Infallible>>>,
{
    app.store.write(by, body).await.map_err(|fail| match fail {
        Fail::Store(error) => error,
        Fail::Refused(never) => match never {},
        Fail::NotFound | Fail::Stale => Error::Schema("an import found nothing".to_owned()),
    })
}

async fn chunk<K: Kind>(
    tx: &Tx,
    actor: &Actor,
    ground: &mut K::Ground,
    id: Id,
) -> Result<Step, Error> {
    let Some(import) = rows::hold(tx, K::CODE, id, State::Applying).await? else {
        return Ok(Step::Over);
    };
    rows::take_turn(tx, K::CODE, id).await?;
    let some = rows::waiting(tx, &import, CHUNK).await?;
    let last = some.last().map_or(import.place, |r| r.row.number as i64);
    let is_full = some.len() == CHUNK;
    let (mut ready, mut fates) = (Vec::with_capacity(some.len()), Vec::new());
    for row in some {
        let number = row.row.number;
        match due(row) {
            Some(due) => ready.push(due),
            None => fates.push((number, Fate::Late(NOT_CHOSEN.to_owned()))),
        }
    }
    fates.extend(K::apply(tx, actor, ground, &import, ready).await?);
    let counts = record(tx, &import, fates).await?;
    let [created, updated, late] = counts;
    let detail = json!({ "created": created, "updated": updated, "late": late });
    tx.audit(K::DEED, ("import", id), &import.path, detail)
        .await?;
    if is_full {
        rows::set(tx, id, "place = $2", params![last]).await?;
        return Ok(Step::More);
    }
    turn_round(tx, &import, created).await
}

/// At the end of a pass: another one while rows wait for rows and passes bring something.
async fn turn_round(tx: &Tx, import: &Import, created: i64) -> Result<Step, Error> {
    if rows::any(tx, import.id, "waiting").await? {
        let brought = import.gained.max(0) + created > 0;
        let next = if brought { 0 } else { LAST_PASS };
        rows::set(tx, import.id, "place = 0, gained = $2", params![next]).await?;
        return Ok(Step::More);
    }
    let (to, at) = (State::Applied.code(), tx.now());
    let what = "state = $2, applied_at = $3, place = 0, gained = 0";
    rows::set(tx, import.id, what, params![to, at]).await?;
    Ok(Step::Over)
}

/// A row with the verdict somebody chose for it.
fn due(kept: KeptRow) -> Option<Due> {
    let KeptRow {
        mut row, choice, ..
    } = kept;
    let mut doubt = None;
    if let Verdict::Doubt { why, choices } = row.verdict {
        doubt = Some(why);
        row.verdict = choices.into_iter().nth(choice?)?.verdict;
    }
    Some(Due { row, doubt })
}

/// Writes what became of the rows; how many were created, updated and late.
async fn record(tx: &Tx, import: &Import, fates: Vec<(usize, Fate)>) -> Result<[i64; 3], Error> {
    let mut counts = [0i64; 3];
    let mut marks = Vec::with_capacity(fates.len());
    for (number, fate) in fates {
        let (at, mark) = match fate {
            Fate::Created(object) => (0, Mark::done(number, object, 1)),
            Fate::Updated {
                object,
                version,
                was,
            } => {
                let mut mark = Mark::done(number, object, version);
                mark.result = Some(was.to_string());
                (1, mark)
            }
            Fate::NotYet(_) if import.gained != LAST_PASS => continue,
            Fate::Late(why) | Fate::NotYet(why) => (2, Mark::late(number, why)),
        };
        counts[at] += 1;
        marks.push(mark);
    }
    rows::mark(tx, import.id, marks).await?;
    let [created, updated, late] = counts;
    let what = "created = created + $2, updated = updated + $3, late = late + $4,
                gained = CASE WHEN gained < 0 THEN gained ELSE gained + $2 END";
    rows::set(tx, import.id, what, params![created, updated, late]).await?;
    Ok(counts)
}

/// 取消: a reading is given up, a writing stops where it is; what is in stays in.
pub async fn stop(tx: &Tx, import: &Import) -> Result<State, Fail<NotImported>> {
    const BEFORE: [State; 4] = [
        State::Columns,
        State::Checking,
        State::Checked,
        State::Failed,
    ];
    let detail = json!({ "written": import.in_force() });
    tx.audit("cancel_import", ("import", import.id), &import.path, detail)
        .await?;
    if rows::advance(tx, import.id, &BEFORE, State::Cancelled).await? {
        rows::clear(tx, import.id).await?;
        rows::set(tx, import.id, "file = NULL", vec![]).await?;
        return Ok(State::Cancelled);
    }
    if rows::advance(tx, import.id, &[State::Applying], State::Stopped).await? {
        return Ok(State::Stopped);
    }
    Err(Fail::Refused(NotImported::NothingToStop))
}
