//! What pages and files show of imports and their rows, a page at a time.

use super::State;
use super::rows::{KeptRow, some};
use kernel::{Id, Instant};
use store::{Db, Error, Keys, params};
use web::Reach;

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
