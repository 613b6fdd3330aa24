//! 导入: a sheet becomes rows with a verdict each, a person looks at what they will do, then it is
//! done; later it can be undone. The machinery is the same for organisations and members; what a
//! row means is theirs ([`Kind`]). Every row stands in a table of its own, so that nothing here
//! grows with the file, and each row's state changes in the transaction that carries it out: killed
//! in the middle, the work goes on where it was.

pub mod apply;
pub mod back;
pub mod check;
pub mod columns;
mod kind;
pub mod old;
pub mod rows;
pub mod undo;

pub use kind::{Did, Due, Fate, Kind, Undone};

use kernel::table::Row;
use kernel::{Id, Instant, Refusal, TreePath};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use web::Place;

/// Rows that are done at once in the request; more become a job.
pub const SMALL: usize = 500;

/// One row with what will become of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRow {
    /// As Excel numbers it.
    pub number: usize,
    /// What it is about, as shown.
    pub title: String,
    /// The row under the template's columns.
    pub cells: Vec<String>,
    /// What will become of it.
    pub verdict: Verdict,
}

impl PlanRow {
    /// The row as it was read.
    pub fn raw(&self) -> Row {
        Row {
            number: self.number,
            cells: self.cells.clone(),
        }
    }
}

/// 打算: what an import will do with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Verdict {
    /// 新增
    Create,
    /// 更新
    Update {
        /// Which row of ours.
        object: Id,
        /// Its version when the plan was made.
        version: i64,
        /// Field by field.
        changes: Vec<Change>,
    },
    /// 没有变化
    Same {
        /// Which row of ours.
        object: Id,
    },
    /// 拿不准: somebody must choose; what they do not choose is left out.
    Doubt {
        /// Why.
        why: String,
        /// What they may choose.
        choices: Vec<Choice>,
    },
    /// 不能导入
    Bad {
        /// Why, and the way out.
        reason: String,
    },
}

impl Verdict {
    /// Its name in the table of rows.
    pub fn code(&self) -> &'static str {
        match self {
            Verdict::Create => "create",
            Verdict::Update { .. } => "update",
            Verdict::Same { .. } => "same",
            Verdict::Doubt { .. } => "doubt",
            Verdict::Bad { .. } => "bad",
        }
    }
}

/// One way to settle a doubt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What the user reads.
    pub label: String,
    /// What it comes to.
    pub verdict: Verdict,
}

/// A field that an update changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The column.
    pub field: String,
    /// As it stands, masked where it is masked elsewhere.
    pub was: String,
    /// As it will be.
    pub now: String,
}

/// 状态 of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its columns wait for somebody to say what they are.
    Columns,
    /// A job is reading it.
    Checking,
    /// Somebody should look at what it will do.
    Checked,
    /// It could not be read; the note says why.
    Failed,
    /// Given up before anything was written.
    Cancelled,
    /// A job is carrying it out.
    Applying,
    /// Stopped in the middle: what is in stays in.
    Stopped,
    /// Carried out.
    Applied,
    /// A job is taking it back.
    Undoing,
    /// Taken back.
    Undone,
    /// Of an older version, whose plan is one piece.
    Old,
}

const STATES: [(State, &str, &str); 11] = [
    (State::Columns, "columns", "待对应栏目"),
    (State::Checking, "checking", "正在核对"),
    (State::Checked, "checked", "待核对"),
    (State::Failed, "failed", "没有读成"),
    (State::Cancelled, "cancelled", "已取消"),
    (State::Applying, "applying", "正在写入"),
    (State::Stopped, "stopped", "已停止"),
    (State::Applied, "applied", "已导入"),
    (State::Undoing, "undoing", "正在撤销"),
    (State::Undone, "undone", "已撤销"),
    (State::Old, "old", "待核对"),
];

impl State {
    fn row(self) -> (&'static str, &'static str) {
        let found = STATES.iter().find(|(state, ..)| *state == self);
        found.map_or(("old", "待核对"), |(_, code, words)| (*code, *words))
    }

    /// Its name in the table.
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// What users read.
    pub fn words(self) -> &'static str {
        self.row().1
    }

    fn of(code: &str) -> State {
        let found = STATES.iter().find(|(_, known, _)| *known == code);
        found.map_or(State::Old, |(state, ..)| *state)
    }

    /// Whether a job is at work.
    pub fn is_under_way(self) -> bool {
        matches!(self, State::Checking | State::Applying | State::Undoing)
    }
}

store::row! {
    /// An import as kept.
    #[derive(Clone, Debug)]
    pub struct Import {
        /// Key.
        pub id: Id,
        /// `organisation` or `member`.
        pub kind: String,
        /// For which organisation.
        pub organisation: Id,
        /// Where that is.
        pub path: TreePath,
        /// Name of the file.
        pub file_name: String,
        /// When it was uploaded.
        pub at: Instant,
        /// By whom.
        pub by_account: Option<Id>,
        /// Their name.
        pub by_name: String,
        /// When it was carried out.
        pub applied_at: Option<Instant>,
        /// When it was undone.
        pub undone_at: Option<Instant>,
        /// Code of the state.
        pub state: String,
        /// Digest of the sealed file, while it is still needed.
        pub file: Option<String>,
        /// Header and samples, sealed.
        pub head: Option<String>,
        /// Which of its columns is which of ours.
        pub mapping: String,
        /// Why it failed or stopped.
        pub note: Option<String>,
        /// Which reading of the file this is; an older one that is still at work gives up.
        pub attempt: i64,
        /// About how many rows the file has.
        pub about: i64,
        /// 新增
        pub creates: i64,
        /// 更新
        pub updates: i64,
        /// 没有变化
        pub sames: i64,
        /// 拿不准
        pub doubts: i64,
        /// 不能导入
        pub bads: i64,
        /// Rows that are to be carried out.
        pub todo: i64,
        /// Rows made.
        pub created: i64,
        /// Rows changed.
        pub updated: i64,
        /// Rows that could not go in after all.
        pub late: i64,
        /// Rows taken back.
        pub undone: i64,
        /// Rows left as they are because somebody had edited or used them since.
        pub kept: i64,
        /// Number of the row the work has come to.
        pub place: i64,
        /// Rows this pass has brought in or taken back; [`LAST_PASS`] in the last pass.
        pub gained: i64,
        /// Whose deed the work under way is.
        pub acting: Option<Id>,
        /// Their name.
        pub acting_name: Option<String>,
    }
}

/// What [`Import::gained`] says in the pass after which nothing waits any more.
pub const LAST_PASS: i64 = -1;

impl Import {
    /// Where it lies for rights.
    pub fn place(&self) -> Place {
        Place::new(&self.path, None)
    }

    /// 状态
    pub fn state(&self) -> State {
        State::of(&self.state)
    }

    /// Rows read so far.
    pub fn read(&self) -> i64 {
        self.creates + self.updates + self.sames + self.doubts + self.bads
    }

    /// Rows carried out so far, the late ones among them.
    pub fn done(&self) -> i64 {
        self.created + self.updated + self.late
    }

    /// Rows that are in.
    pub fn in_force(&self) -> i64 {
        self.created + self.updated
    }
}

/// Why an import was not carried out or not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotImported {
    /// It was carried out before, or is not ready yet.
    AlreadyApplied,
    /// It was taken back before, or never carried out.
    NothingToUndo,
    /// It is already being written.
    ColumnsFixed,
    /// It is over: there is nothing to stop.
    NothingToStop,
}

impl Refusal for NotImported {
    fn code(&self) -> &'static str {
        match self {
            NotImported::AlreadyApplied => "already_applied",
            NotImported::NothingToUndo => "nothing_to_undo",
            NotImported::ColumnsFixed => "columns_fixed",
            NotImported::NothingToStop => "nothing_to_stop",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            NotImported::AlreadyApplied => {
                "这次导入已经写入过了，或者还没有核对完。要再导入，请重新上传文件。"
            }
            NotImported::NothingToUndo => "这次导入没有写入过，或已经撤销，没有可撤销的内容。",
            NotImported::ColumnsFixed => {
                "这次导入已经开始写入，不能再改栏目。要换栏目，请重新上传文件。"
            }
            NotImported::NothingToStop => {
                "这次导入已经结束，没有可以取消的。已写入的内容可以撤销。"
            }
        })
    }
}
