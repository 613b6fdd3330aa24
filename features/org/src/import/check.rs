//! 核对: the file's rows are judged. A small file at once; a large one by a job that streams it, so
//! that neither the file's rows nor the judged ones are ever held together.

use super::columns::{self, Head, Mapping};
use super::{Import, Kind, NotImported, PlanRow, SMALL, State, rows};
use futures_util::future::BoxFuture;
use kernel::Id;
use kernel::table::{Piece, Row};
use store::{Error, Fail, Tx};
use web::app::Pieces;
use web::{Actor, App};

/// Rows judged and kept at once.
const CHUNK: usize = 1_000;

/// The beginning of a file.
#[derive(Debug)]
pub struct Seen {
    /// Titles of its columns.
    pub header: Vec<String>,
    /// About how many rows it has.
    pub about: usize,
    /// The first rows.
    pub rows: Vec<Row>,
    /// Whether these are all.
    pub is_whole: bool,
}

const BROKEN: &str = "文件读到一半出了问题，请重新上传。";
const NO_ROWS: &str = "表里没有数据行，请在表头下面填写后再上传。";

/// Reads the beginning of a file; the sentence says why not.
pub async fn peek<K: Kind>(app: &App, name: &str, bytes: Vec<u8>) -> Result<Seen, String> {
    let mut pieces = app.parse.table(name.to_owned(), bytes, K::MOST_ROWS);
    let Some(Piece::Head(head)) = pieces.recv().await.transpose()? else {
        return Err(BROKEN.to_owned());
    };
    let mut seen = Seen {
        header: head.header,
        about: head.about,
        rows: Vec::new(),
        is_whole: false,
    };
    while let Some(piece) = pieces.recv().await.transpose()? {
        match piece {
            Piece::Rows(some) => seen.rows.extend(some),
            Piece::End => {
                seen.is_whole = true;
                break;
            }
            Piece::Head(_) => {}
        }
        if seen.rows.len() > SMALL {
            break;
        }
    }
    let says = |row: &Row| row.cells.iter().any(|c| !c.trim().is_empty());
    match (
        seen.rows.len() > SMALL || seen.is_whole,
        seen.rows.iter().any(says),
    ) {
        (false, _) => Err(BROKEN.to_owned()),
        (true, false) if seen.is_whole => Err(NO_ROWS.to_owned()),
        _ => Ok(seen),
    }
}

/// Judges the rows of a small file; none for a large one, which is a job's work.
pub async fn judge_now<K: Kind>(
    app: &App,
    actor: &Actor,
    seen: Seen,
    mapping: &Mapping,
) -> Result<Option<Vec<PlanRow>>, Error> {
    if !seen.is_whole {
        return Ok(None);
    }
    let template = K::template(&app.store).await?;
    let mut ground = K::ground(&app.store, actor).await?;
    let brought = columns::bring(&template, mapping, seen.rows);
    let mut judged = K::judge(&mut ground, app.store.db(), brought).await?;
    judged.extend(K::rest(&mut ground));
    Ok(Some(judged))
}

/// With the columns settled: keeps what was judged, or queues the job that judges.
pub async fn settle<K: Kind>(
    tx: &Tx,
    id: Id,
    mapping: &Mapping,
    judged: Option<Vec<PlanRow>>,
) -> Result<(), Fail<NotImported>> {
    const FROM: [State; 3] = [State::Columns, State::Checked, State::Failed];
    let to = match judged {
        Some(_) => State::Checked,
        None => State::Checking,
    };
    if !rows::advance(tx, id, &FROM, to).await? {
        return Err(Fail::Refused(NotImported::ColumnsFixed));
    }
    let text = serde_json::to_string(mapping)?;
    rows::set(tx, id, "mapping = $2", store::params![text]).await?;
    rows::clear(tx, id).await?;
    match judged {
        Some(judged) => rows::keep(tx, id, &judged).await?,
        None => {
            let payload = serde_json::json!({ "import": id });
            tx.enqueue(K::CHECK, &payload, tx.now(), None).await?;
        }
    }
    Ok(())
}

/// The job: from the file's beginning, however often it was begun before.
pub fn run<K: Kind>(app: App, payload: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let id: Id = serde_json::from_value(payload["import"].clone())?;
        let begun = app
            .store
            .housekeeping(|tx| async move {
                if rows::hold(&tx, K::CODE, id, State::Checking)
                    .await?
                    .is_none()
                {
                    return Ok(None);
                }
                rows::clear(&tx, id).await?;
                Ok(rows::hold(&tx, K::CODE, id, State::Checking).await?)
            })
            .await?;
        let Some(import) = begun else { return Ok(()) };
        match judge_all::<K>(&app, &import).await? {
            Ok(()) => Ok(()),
            Err(words) => {
                let failed = |tx: Tx| async move {
                    if is_mine(&tx, &import).await? {
                        rows::clear(&tx, import.id).await?;
                        rows::end_with(&tx, &import, State::Failed, &words).await?;
                    }
                    Ok(())
                };
                app.store.housekeeping(failed).await
            }
        }
    })
}

/// Whoever the work is done for, with the rights they have now.
pub(super) async fn actor<K: Kind>(app: &App, import: &Import) -> Result<Option<Actor>, Error> {
    let Some(account) = import.acting else {
        return Ok(None);
    };
    let actor = app.identify.account(&app.store, account).await?;
    Ok(actor.filter(|actor| actor.can(K::RIGHT, &import.place())))
}

pub(super) const NO_LONGER: &str = "经办人的账号或权限已变，系统没有继续。请由有权限的人重新导入。";

async fn judge_all<K: Kind>(app: &App, import: &Import) -> Result<Result<(), String>, Error> {
    let Some(actor) = actor::<K>(app, import).await? else {
        return Ok(Err(NO_LONGER.to_owned()));
    };
    let template = K::template(&app.store).await?;
    let mapping: Mapping = serde_json::from_str(&import.mapping)?;
    let mut ground = K::ground(&app.store, &actor).await?;
    let mut pieces: Pieces = match open_file(app, import).await? {
        Some(bytes) => app
            .parse
            .table(import.file_name.clone(), bytes, K::MOST_ROWS),
        None => return Ok(Err(BROKEN.to_owned())),
    };
    let (mut raw, mut ready, mut all) = (Vec::new(), Vec::new(), 0);
    let mut ended = false;
    while let Some(piece) = pieces.recv().await {
        match piece {
            Ok(Piece::Head(_)) => {}
            Ok(Piece::Rows(some)) => raw.extend(columns::bring(&template, &mapping, some)),
            Ok(Piece::End) => ended = true,
            Err(words) => return Ok(Err(words)),
        }
        if raw.len() >= CHUNK || ended {
            all += raw.len();
            let some = std::mem::take(&mut raw);
            ready.extend(K::judge(&mut ground, app.store.db(), some).await?);
        }
        if ended {
            ready.extend(K::rest(&mut ground));
        }
        while ready.len() >= CHUNK || (ended && !ready.is_empty()) {
            let some: Vec<PlanRow> = ready.drain(..ready.len().min(CHUNK)).collect();
            if !keep(app, import, some).await? {
                return Ok(Ok(()));
            }
        }
    }
    match (ended, all) {
        (false, _) => Ok(Err(BROKEN.to_owned())),
        (true, 0) => Ok(Err(NO_ROWS.to_owned())),
        _ => finish(app, import).await.map(Ok),
    }
}

/// The bytes of an import's file.
pub async fn open_file(app: &App, import: &Import) -> Result<Option<Vec<u8>>, Error> {
    let Some(digest) = import.file.clone() else {
        return Ok(None);
    };
    let (store, place) = (app.store.clone(), sealing_place(import.id));
    let opened = tokio::task::spawn_blocking(move || {
        let sealed = store.files.get(&digest)?;
        store.keys.open_bytes(&place, &sealed)
    });
    opened
        .await
        .map_err(|_| Error::Schema("a file was not opened".to_owned()))?
        .map(Some)
}

/// Keeps an upload, sealed: a roster in clear on the disk would give away what the fields hide. Its
/// digest.
pub async fn keep_file(app: &App, import: Id, bytes: bytes::Bytes) -> Result<String, Error> {
    let store = app.store.clone();
    let kept = tokio::task::spawn_blocking(move || {
        let place = sealing_place(import);
        let sealed = store.keys.seal_bytes(&store.context, &place, &bytes)?;
        store.files.put(&sealed)
    });
    kept.await
        .map_err(|_| Error::Schema("a file was not kept".to_owned()))?
}

fn sealing_place(import: Id) -> String {
    format!("import/file/{import}")
}

/// Whether this is still the latest reading, and nobody has cancelled it.
async fn is_mine(tx: &Tx, import: &Import) -> Result<bool, Error> {
    let held = rows::hold(tx, &import.kind, import.id, State::Checking).await?;
    Ok(held.is_some_and(|now| now.attempt == import.attempt))
}

async fn keep(app: &App, import: &Import, some: Vec<PlanRow>) -> Result<bool, Error> {
    app.store
        .housekeeping(|tx| async move {
            let mine = is_mine(&tx, import).await?;
            if mine {
                rows::keep(&tx, import.id, &some).await?;
            }
            Ok(mine)
        })
        .await
}

async fn finish(app: &App, import: &Import) -> Result<(), Error> {
    app.store
        .housekeeping(|tx| async move {
            if is_mine(&tx, import).await? {
                let checked = State::Checked.code();
                rows::set(&tx, import.id, "state = $2", store::params![checked]).await?;
            }
            Ok(())
        })
        .await
}

/// What the columns page and the preview know of the file's beginning.
pub fn head_of(seen: &Seen) -> Head {
    Head::of(&seen.header, &seen.rows)
}
