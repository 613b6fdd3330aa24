//! What one kind of import brings to the machinery.

use super::{Import, PlanRow, Verdict};
use kernel::Id;
use kernel::table::Row;
use office::xlsx::SheetOut;
use std::future::Future;
use store::{Db, Error, Store, Tx};
use web::{Actor, Right};

/// A row that is to be carried out.
#[derive(Clone, Debug)]
pub struct Due {
    /// The row; its verdict is what was seen, or what was chosen.
    pub row: PlanRow,
    /// The doubt that somebody settled.
    pub doubt: Option<String>,
}

impl Due {
    /// Whether a new row is still new: it is judged again before it goes in, so that two people who
    /// import the same rows at once make them once.
    pub fn is_still_new(&self, fresh: &Verdict) -> bool {
        match (fresh, &self.doubt) {
            (Verdict::Create, _) => true,
            (Verdict::Doubt { why, .. }, Some(seen)) => why == seen,
            _ => false,
        }
    }
}

/// What became of a row.
#[derive(Clone, Debug)]
pub enum Fate {
    /// 已新增
    Created(Id),
    /// 已更新
    Updated {
        /// Which row of ours.
        object: Id,
        /// Its version now.
        version: i64,
        /// Its columns before; the feature that wrote it reads it.
        was: serde_json::Value,
    },
    /// It could not go in after all: why.
    Late(String),
    /// It waits for another row; the reason is told if that never comes.
    NotYet(String),
}

/// A row that is to be taken back.
#[derive(Clone, Debug)]
pub struct Did {
    /// As Excel numbers it.
    pub number: usize,
    /// Which row of ours.
    pub object: Id,
    /// Its version after the import.
    pub version: i64,
    /// Its columns before; none if the import made it.
    pub was: Option<serde_json::Value>,
}

/// What became of a row that was to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undone {
    /// 已撤回
    Gone,
    /// Somebody has edited or used it since.
    Kept,
    /// It waits for another row.
    NotYet,
}

/// 一种导入: what its rows mean.
pub trait Kind: Send + Sync + 'static {
    /// Its name in the table.
    const CODE: &'static str;
    /// 组织 or 党员.
    const NOUN: &'static str;
    /// Where the section begins.
    const SECTION: &'static str;
    /// The right it takes, where the rows lie.
    const RIGHT: Right;
    /// Rows one file may have.
    const MOST_ROWS: usize;
    /// What the user should know before.
    const HINT: &'static str;
    /// The deed, for the audit log.
    const DEED: &'static str;
    /// Job that reads.
    const CHECK: &'static str;
    /// Job that writes.
    const APPLY: &'static str;
    /// Job that takes back.
    const UNDO: &'static str;

    /// What the rows are compared with.
    type Ground: Send;

    /// The empty sheet.
    fn template(store: &Store) -> impl Future<Output = Result<SheetOut, Error>> + Send;

    /// Other names of a column.
    fn aliases(title: &str) -> &'static [&'static str];

    /// What is the same for every row, in a fixed number of queries.
    fn ground(
        store: &Store,
        actor: &Actor,
    ) -> impl Future<Output = Result<Self::Ground, Error>> + Send;

    /// Judges some rows, in a fixed number of queries; those that need the whole file wait for
    /// [`Kind::rest`].
    fn judge(
        ground: &mut Self::Ground,
        db: &Db,
        rows: Vec<Row>,
    ) -> impl Future<Output = Result<Vec<PlanRow>, Error>> + Send;

    /// The rows that waited.
    fn rest(ground: &mut Self::Ground) -> Vec<PlanRow>;

    /// Carries some rows out, in a fixed number of statements for each few dozen.
    fn apply(
        tx: &Tx,
        actor: &Actor,
        ground: &mut Self::Ground,
        import: &Import,
        due: Vec<Due>,
    ) -> impl Future<Output = Result<Vec<(usize, Fate)>, Error>> + Send;

    /// Takes some rows back.
    fn undo(
        tx: &Tx,
        did: Vec<Did>,
    ) -> impl Future<Output = Result<Vec<(usize, Undone)>, Error>> + Send;

    /// Preview, progress and outcome.
    fn path(id: Id) -> String {
        format!("{}/import/{id}", Self::SECTION)
    }
}
