//! The queries over imports and their rows.

use super::{Import, PlanRow, State, Verdict};
use kernel::{Id, Instant};
use std::collections::BTreeMap;
use store::{Db, Error, Keys, Param, Tx, Value, params};
use web::Reach;

const IMPORT: &str = "id, kind, organisation, path, file_name, at, by_account, by_name, applied_at, \
    undone_at, state, file, head, mapping, note, attempt, about, creates, updates, sames, doubts, \
    bads, todo, created, updated, late, undone, kept, place, gained, acting, acting_name";

/// Rows one statement changes; more would cost SQLite more than another statement does.
const BATCH: usize = 60;

/// What an import begins with.
#[derive(Debug)]
pub struct New<'a> {
    /// Its key: the file was sealed for it.
    pub id: Id,
    /// `organisation` or `member`.
    pub kind: &'static str,
    /// For which organisation.
    pub organisation: &'a crate::Node,
    /// Name of the file.
    pub file_name: &'a str,
    /// Digest of the sealed file.
    pub file: String,
    /// About how many rows it has.
    pub about: usize,
    /// Its header and the first rows, sealed.
    pub head: String,
    /// Which of its columns is which of ours.
    pub mapping: &'a BTreeMap<String, usize>,
}

/// Keeps an import that waits for its columns.
pub async fn begin(tx: &Tx, new: New<'_>) -> Result<(), Error> {
    let name: String = new.file_name.chars().take(120).collect();
    tx.exec(
        "INSERT INTO import (id, kind, organisation, path, file_name, at, by_account, by_name, plan,
                             state, file, head, mapping, about)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 'columns', $9, $10, $11, $12)",
        params![
            new.id,
            new.kind,
            new.organisation.id,
            &new.organisation.path,
            name,
            tx.now(),
            tx.by().account,
            &tx.by().name,
            new.file,
            new.head,
            serde_json::to_string(new.mapping)?,
            new.about as i64
        ],
    )
    .await?;
    Ok(())
}

/// The import of that kind and id.
pub async fn find(db: &Db, kind: &str, id: Id) -> Result<Option<Import>, Error> {
    let sql = format!("SELECT {IMPORT} FROM import WHERE id = $1 AND kind = $2");
    db.find(&sql, params![id, kind]).await
}

/// The import, locked until the end of the transaction; none unless it is in that state. Looked at
/// before it is locked, so that a transaction that finds nothing to do writes nothing.
pub async fn hold(tx: &Tx, kind: &str, id: Id, state: State) -> Result<Option<Import>, Error> {
    let seen = find(tx, kind, id).await?;
    if seen.is_none_or(|import| import.state() != state) {
        return Ok(None);
    }
    let sql = "UPDATE import SET place = place WHERE id = $1";
    tx.exec(sql, params![id]).await?;
    let held = find(tx, kind, id).await?;
    if held.as_ref().is_some_and(|import| import.state() == state) {
        Ok(held)
    } else {
        // Stopped this very moment; whoever asks again finds nothing to do.
        Err(Error::Schema("an import was stopped meanwhile".to_owned()))
    }
}

/// One import of a kind is written at a time, so that whatever the next one compares itself with is
/// there.
pub async fn take_turn(tx: &Tx, kind: &str, id: Id) -> Result<(), Error> {
    let sql = "UPDATE import_turn SET import = $2 WHERE kind = $1";
    tx.exec(sql, params![kind, id]).await?;
    Ok(())
}

/// Moves an import on; false if it is in none of the states it may come from.
pub async fn advance(tx: &Tx, id: Id, from: &[State], to: State) -> Result<bool, Error> {
    let from: Vec<String> = from.iter().map(|s| format!("'{}'", s.code())).collect();
    let sql = format!(
        "UPDATE import SET state = $2, place = 0, gained = 0, note = NULL, acting = $3, acting_name = $4
         WHERE id = $1 AND state IN ({})",
        from.join(", ")
    );
    let by = tx.by();
    let values = params![id, to.code(), by.account, &by.name];
    Ok(tx.exec(&sql, values).await? == 1)
}

/// Ends a job's work with the sentence that says why, unless somebody ended it before.
pub async fn end_with(tx: &Tx, import: &Import, to: State, note: &str) -> Result<(), Error> {
    let sql = "UPDATE import SET state = $2, note = $3 WHERE id = $1 AND state = $4";
    let values = params![import.id, to.code(), note, &import.state];
    tx.exec(sql, values).await?;
    Ok(())
}

/// Where a row's content is sealed for.
fn sealing_place(import: Id, number: i64) -> String {
    format!("import_row/{import}/{number}")
}

/// Seals a row of an import for its place.
fn seal(tx: &Tx, import: Id, number: i64, text: &str) -> Result<String, Error> {
    let store = tx.store();
    let place = sealing_place(import, number);
    store.keys.seal(&store.context, &place, text)
}

/// Takes every row of an import away, and the counts with them.
pub async fn clear(tx: &Tx, id: Id) -> Result<(), Error> {
    let sql = "DELETE FROM import_row WHERE import = $1";
    tx.exec(sql, params![id]).await?;
    let sql = "UPDATE import SET creates = 0, updates = 0, sames = 0, doubts = 0, bads = 0,
               attempt = attempt + 1 WHERE id = $1";
    tx.exec(sql, params![id]).await?;
    Ok(())
}

/// Keeps judged rows. What people typed is sealed.
pub async fn keep(tx: &Tx, import: Id, judged: &[PlanRow]) -> Result<(), Error> {
    let mut count = [0i64; 5];
    let mut lines = Vec::with_capacity(judged.len());
    for row in judged {
        let (at, state, object) = match &row.verdict {
            Verdict::Create => (0, "waiting", None),
            Verdict::Update { object, .. } => (1, "waiting", Some(*object)),
            Verdict::Same { object } => (2, "left", Some(*object)),
            Verdict::Doubt { .. } => (3, "left", None),
            Verdict::Bad { .. } => (4, "left", None),
        };
        count[at] += 1;
        let number = row.number as i64;
        let content = seal(tx, import, number, &serde_json::to_string(row)?)?;
        let code = row.verdict.code();
        lines.push(params![import, number, code, state, object, content]);
    }
    const COLUMNS: [&str; 6] = ["import", "number", "verdict", "state", "object", "content"];
    let mut lines = lines.into_iter().peekable();
    while lines.peek().is_some() {
        let some = lines.by_ref().take(BATCH).collect();
        tx.insert_many("import_row", &COLUMNS, some).await?;
    }
    let [creates, updates, sames, doubts, bads] = count;
    let sql =
        "UPDATE import SET creates = creates + $2, updates = updates + $3, sames = sames + $4,
               doubts = doubts + $5, bads = bads + $6 WHERE id = $1";
    let values = params![import, creates, updates, sames, doubts, bads];
    tx.exec(sql, values).await?;
    Ok(())
}

store::row! {
    struct Stored {
        number: i64,
        choice: Option<i64>,
        object: Option<Id>,
        version: Option<i64>,
        content: String,
        result: Option<String>,
    }
}

/// A row as kept.
#[derive(Clone, Debug)]
pub struct KeptRow {
    /// The row and what was seen.
    pub row: PlanRow,
    /// What somebody chose.
    pub choice: Option<usize>,
    /// Which row of ours it became.
    pub object: Option<Id>,
    /// Its version after the import.
    pub version: Option<i64>,
    /// Why it was late, or what was before it.
    pub result: Option<String>,
}

const ROW: &str = "number, choice, object, version, content, result";

fn open(keys: &Keys, import: Id, stored: Stored) -> Result<KeptRow, Error> {
    let place = sealing_place(import, stored.number);
    let result = stored.result.map(|sealed| keys.open(&place, &sealed));
    Ok(KeptRow {
        row: serde_json::from_str(&keys.open(&place, &stored.content)?)?,
        choice: stored.choice.and_then(|n| usize::try_from(n).ok()),
        object: stored.object,
        version: stored.version,
        result: result.transpose()?,
    })
}

async fn some(
    db: &Db,
    keys: &Keys,
    import: Id,
    rest: &str,
    values: Vec<Value>,
) -> Result<Vec<KeptRow>, Error> {
    let sql = format!("SELECT {ROW} FROM import_row WHERE import = $1 {rest}");
    let stored: Vec<Stored> = db.all(&sql, values).await?;
    let opened = stored.into_iter().map(|row| open(keys, import, row));
    opened.collect()
}

/// 清单: which rows of an import a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// 新增
    Create,
    /// 更新
    Update,
    /// 没有变化
    Same,
    /// 拿不准
    Doubt,
    /// 不能导入
    Bad,
    /// 最后没有写入
    Late,
    /// 没有撤回
    Kept,
}

const LISTS: [(List, &str, &str, &str); 7] = [
    (List::Create, "create", "新增", "verdict = 'create'"),
    (List::Update, "update", "更新", "verdict = 'update'"),
    (List::Same, "same", "没有变化", "verdict = 'same'"),
    (List::Doubt, "doubt", "拿不准", "verdict = 'doubt'"),
    (List::Bad, "bad", "不能导入", "verdict = 'bad'"),
    (
        List::Late,
        "late",
        "最后没有写入",
        "state IN ('late', 'kept') AND state = 'late'",
    ),
    (
        List::Kept,
        "kept",
        "没有撤回",
        "state IN ('late', 'kept') AND state = 'kept'",
    ),
];

impl List {
    /// The list of that name in addresses.
    pub fn of(code: &str) -> Option<List> {
        let found = LISTS.iter().find(|(_, known, ..)| *known == code);
        found.map(|(list, ..)| *list)
    }

    fn row(self) -> (&'static str, &'static str, &'static str) {
        let found = LISTS.iter().find(|(list, ..)| *list == self);
        found.map_or(("", "", "FALSE"), |(_, code, words, sql)| {
            (code, words, sql)
        })
    }

    /// Its name in addresses.
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// What users read.
    pub fn words(self) -> &'static str {
        self.row().1
    }
}

/// One page of a list, from after that row on.
pub async fn page(
    db: &Db,
    keys: &Keys,
    import: Id,
    list: List,
    after: i64,
    most: usize,
) -> Result<Vec<KeptRow>, Error> {
    let (.., which) = list.row();
    let rest = format!("AND {which} AND number > $2 ORDER BY number LIMIT $3");
    let values = params![import, after, most as i64];
    some(db, keys, import, &rest, values).await
}

/// 退回的行: those that did not go in, from after that row on.
pub async fn returned(
    db: &Db,
    keys: &Keys,
    import: Id,
    after: i64,
    most: usize,
) -> Result<Vec<KeptRow>, Error> {
    let rest = "AND number > $2 AND (verdict = 'bad' OR state = 'late'
                  OR (verdict = 'doubt' AND state = 'left')) ORDER BY number LIMIT $3";
    let values = params![import, after, most as i64];
    some(db, keys, import, rest, values).await
}

/// The next rows to carry out.
pub async fn waiting(tx: &Tx, import: &Import, most: usize) -> Result<Vec<KeptRow>, Error> {
    let rest = "AND state = 'waiting' AND number > $2 ORDER BY number LIMIT $3";
    let values = params![import.id, import.place, most as i64];
    some(tx, &tx.store().keys, import.id, rest, values).await
}

/// The next rows to take back, the last first.
pub async fn carried_out(tx: &Tx, import: &Import, most: usize) -> Result<Vec<KeptRow>, Error> {
    let rest = "AND state = 'done' AND number < $2 ORDER BY number DESC LIMIT $3";
    let values = params![import.id, import.place, most as i64];
    some(tx, &tx.store().keys, import.id, rest, values).await
}

/// Whether a row is in that state.
pub async fn any(db: &Db, import: Id, state: &str) -> Result<bool, Error> {
    let sql = "SELECT number FROM import_row WHERE import = $1 AND state = $2 LIMIT 1";
    let found = db.column::<i64>(sql, params![import, state]).await?;
    Ok(!found.is_empty())
}

/// Keeps what somebody chose for some doubtful rows; none takes a choice back.
pub async fn choose(tx: &Tx, import: Id, chosen: &[(usize, Option<usize>)]) -> Result<(), Error> {
    for some in chosen.chunks(BATCH) {
        let lines: Vec<_> = some
            .iter()
            .map(|(number, choice)| params![*number as i64, choice.map(|at| at as i64)])
            .collect();
        let set = "choice = v.column2";
        let only = "import_row.verdict = 'doubt'";
        change(tx, import, set, only, &["BIGINT", "BIGINT"], lines).await?;
    }
    Ok(())
}

/// What is written of a row that was carried out or taken back.
#[derive(Debug)]
pub struct Mark {
    /// Which row.
    pub number: usize,
    /// `done`, `late`, `undone` or `kept`.
    pub state: &'static str,
    /// Which row of ours.
    pub object: Option<Id>,
    /// Its version.
    pub version: Option<i64>,
    /// Why, or what was before; sealed here.
    pub result: Option<String>,
}

impl Mark {
    /// Gone in.
    pub fn done(number: usize, object: Id, version: i64) -> Mark {
        Mark {
            object: Some(object),
            version: Some(version),
            ..Mark::state(number, "done")
        }
    }

    /// Not gone in after all.
    pub fn late(number: usize, why: String) -> Mark {
        Mark {
            result: Some(why),
            ..Mark::state(number, "late")
        }
    }

    /// In that state.
    pub fn state(number: usize, state: &'static str) -> Mark {
        Mark {
            number,
            state,
            object: None,
            version: None,
            result: None,
        }
    }
}

/// Writes what became of rows.
pub async fn mark(tx: &Tx, import: Id, marks: Vec<Mark>) -> Result<(), Error> {
    const TYPES: [&str; 5] = ["BIGINT", "TEXT", "BIGINT", "BIGINT", "TEXT"];
    let set = "state = v.column2, object = COALESCE(v.column3, import_row.object),
               version = v.column4, result = v.column5";
    let mut lines = Vec::with_capacity(marks.len());
    for mark in marks {
        let number = mark.number as i64;
        let result = mark.result.map(|text| seal(tx, import, number, &text));
        let result = result.transpose()?;
        lines.push(params![
            number,
            mark.state,
            mark.object,
            mark.version,
            result
        ]);
    }
    let mut lines = lines.into_iter().peekable();
    while lines.peek().is_some() {
        let some = lines.by_ref().take(BATCH).collect();
        change(tx, import, set, "TRUE", &TYPES, some).await?;
    }
    Ok(())
}

/// Changes many rows with one statement: the new values stand in it as a table.
async fn change(
    tx: &Tx,
    import: Id,
    set: &str,
    only: &str,
    types: &[&str],
    lines: Vec<Vec<Value>>,
) -> Result<(), Error> {
    let mut values = params![import];
    let mut table = Vec::with_capacity(lines.len());
    for line in lines {
        let from = values.len() + 1;
        let cells: Vec<String> = types
            .iter()
            .enumerate()
            .map(|(i, kind)| format!("CAST(${} AS {kind})", from + i))
            .collect();
        table.push(format!("({})", cells.join(", ")));
        values.extend(line);
    }
    let sql = format!(
        "UPDATE import_row SET {set} FROM (VALUES {}) AS v
         WHERE import_row.import = $1 AND import_row.number = v.column1 AND {only}",
        table.join(", ")
    );
    tx.exec(&sql, values).await?;
    Ok(())
}

/// Lets what was chosen wait to be carried out; how many rows wait in all.
pub async fn ready(tx: &Tx, import: Id) -> Result<i64, Error> {
    let sql = "UPDATE import_row SET state = 'waiting'
               WHERE import = $1 AND verdict = 'doubt' AND state = 'left' AND choice IS NOT NULL";
    tx.exec(sql, params![import]).await?;
    let sql = "SELECT COUNT(*) FROM import_row WHERE import = $1 AND state = 'waiting'";
    tx.scalar(sql, params![import]).await
}

/// Doubtful rows somebody has chosen for.
pub async fn chosen(db: &Db, import: Id) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) FROM import_row
               WHERE import = $1 AND verdict = 'doubt' AND choice IS NOT NULL";
    db.scalar(sql, params![import]).await
}

/// Sets columns of an import: `created = created + $2`, ….
pub async fn set(tx: &Tx, import: Id, what: &str, values: Vec<Value>) -> Result<(), Error> {
    let mut all = vec![import.value()];
    all.extend(values);
    let sql = format!("UPDATE import SET {what} WHERE id = $1");
    tx.exec(&sql, all).await?;
    Ok(())
}

store::row! {
    /// An import in a list.
    #[derive(Clone, Debug)]
    pub struct Listed {
        /// Key.
        pub id: Id,
        /// Name of the file.
        pub file_name: String,
        /// When.
        pub at: Instant,
        /// By whom.
        pub by_name: String,
        /// Code of the state.
        pub state: String,
        /// When it was carried out.
        pub applied_at: Option<Instant>,
        /// When it was undone.
        pub undone_at: Option<Instant>,
    }
}

impl Listed {
    /// 状态
    pub fn state(&self) -> &'static str {
        let state = match (State::of(&self.state), self.applied_at, self.undone_at) {
            (State::Old, _, Some(_)) => State::Undone,
            (State::Old, Some(_), None) => State::Applied,
            (state, ..) => state,
        };
        state.words()
    }
}

/// The latest imports of a kind within reach.
pub async fn latest(db: &Db, kind: &str, reach: &Reach) -> Result<Vec<Listed>, Error> {
    let mut values = params![kind];
    let within = reach.sql("path", "organisation", &mut values);
    let sql = format!(
        "SELECT id, file_name, at, by_name, state, applied_at, undone_at FROM import
         WHERE kind = $1 AND {within} ORDER BY id DESC LIMIT 10"
    );
    db.all(&sql, values).await
}
