//! Every statement of the feature.

mod burden;
mod feedback;
mod notices;

pub use burden::{
    AskedItem, Earlier, Issued, Laden, asked_items, asked_of, issued_between, laden, standing,
    what_was_asked,
};
pub use feedback::{
    FeedbackFilter, FeedbackRow, feedback, feedback_count, feedback_kinds, feedback_open,
    find_feedback, own_feedback,
};
pub use notices::{
    NewNotice, NoticeRow, OwedRow, active, add_notices, last_reminded, link_of, mark_read, notices,
    owed, unread, workers,
};

use crate::tally::Tally;
use ::store::{Db, Error, Value, params, placeholders, row};
use duty::maintain::zone_place;
use kernel::{Day, Id, Instant, TreePath};
use std::collections::HashMap;
use web::{Actor, Reach, Right};

row! {
    /// 交办单, as readers need it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SheetRow {
        pub id: Id,
        pub title: String,
        pub prefix: String,
        pub year: Option<i64>,
        pub number: Option<i64>,
        pub path: TreePath,
        pub issued_at: Option<Instant>,
        pub closed_at: Option<Instant>,
    }
}

impl SheetRow {
    /// The sheet, unless it is closed.
    pub fn open(self) -> Option<SheetRow> {
        Some(self).filter(|sheet| sheet.closed_at.is_none())
    }

    /// `清教党〔2026〕3号`, or the title where there is no number.
    pub fn label(&self) -> String {
        match (self.year, self.number) {
            (Some(year), Some(number)) => format!("{}〔{year}〕{number}号", self.prefix),
            _ => self.title.clone(),
        }
    }
}

const SHEET: &str = "s.id, s.title, s.prefix, s.year, s.number, s.path, s.issued_at, s.closed_at";

/// Issued sheets with duties within reach: open ones first, then the newest.
pub async fn sheets(db: &Db, reach: &Reach) -> Result<Vec<SheetRow>, Error> {
    let mut values = Vec::new();
    let within = reach.sql("d.path", "d.zone", &mut values);
    let sql = format!(
        "SELECT {SHEET} FROM sheet s WHERE s.issued_at IS NOT NULL AND s.voided = FALSE
         AND EXISTS (SELECT 1 FROM duty d WHERE d.sheet = s.id AND {within})
         ORDER BY CASE WHEN s.closed_at IS NULL THEN 0 ELSE 1 END, s.issued_at DESC, s.id DESC LIMIT 60"
    );
    db.all(&sql, values).await
}

/// Drafts within reach, the newest first.
pub async fn drafts(db: &Db, reach: &Reach) -> Result<Vec<SheetRow>, Error> {
    let mut values = Vec::new();
    let within = reach.sql("s.path", "CAST(NULL AS BIGINT)", &mut values);
    let sql = format!(
        "SELECT {SHEET} FROM sheet s WHERE s.issued_at IS NULL AND s.closed_at IS NULL AND {within}
         ORDER BY s.id DESC LIMIT 10"
    );
    db.all(&sql, values).await
}

/// The sheet of that id, if issued.
pub async fn find_sheet(db: &Db, id: Id) -> Result<Option<SheetRow>, Error> {
    let sql = format!("SELECT {SHEET} FROM sheet s WHERE s.id = $1 AND s.issued_at IS NOT NULL");
    db.find(&sql, params![id]).await
}

row! {
    /// An item as a column of the board.
    #[derive(Clone, Debug)]
    pub struct ItemRow {
        pub id: Id,
        pub title: String,
        pub due: Day,
    }
}

/// The requirements of a sheet, in its order.
pub async fn items(db: &Db, sheet: Id) -> Result<Vec<ItemRow>, Error> {
    let sql = "SELECT id, title, due FROM requirement
               WHERE source_kind = 'sheet' AND source = $1 ORDER BY rank, due, id";
    db.all(sql, params![sheet]).await
}

row! {
    /// A cell of the board.
    #[derive(Clone, Debug)]
    pub struct CellRow {
        pub requirement: Id,
        pub organisation: Id,
        pub status: String,
        pub overdue: bool,
        pub not_applicable: Option<String>,
        pub name: String,
        pub path: TreePath,
        pub zone: Option<Id>,
        pub zone_name: Option<String>,
    }
}

/// Cells that one page of the board may hold.
const MOST_CELLS: i64 = 12_000;

/// The cells of a sheet within reach, by zone and organisation.
pub async fn cells(db: &Db, sheet: Id, reach: &Reach) -> Result<Vec<CellRow>, Error> {
    let mut values = params![sheet];
    let condition = reach.sql("d.path", "d.zone", &mut values);
    let sql = format!(
        "SELECT d.requirement, d.organisation, d.status, d.overdue, d.not_applicable, n.name,
         d.path, d.zone, z.name AS zone_name
         FROM duty d JOIN node n ON n.id = d.organisation LEFT JOIN node z ON z.id = d.zone
         WHERE d.sheet = $1 AND {condition}
         ORDER BY CASE WHEN z.id IS NULL THEN 1 ELSE 0 END, z.pinyin, z.id, d.path, d.organisation,
         d.rank, d.requirement LIMIT {MOST_CELLS}"
    );
    db.all(&sql, values).await
}

/// 汇总 of sheets, as kept: by sheet and place.
#[derive(Debug, Default)]
pub struct Sums(HashMap<(Id, String), Tally>);

impl Sums {
    /// Those of the reach's own places and of the zones.
    pub async fn load(db: &Db, sheets: &[Id], reach: &Reach) -> Result<Sums, Error> {
        let mut values: Vec<Value> = sheets.iter().flat_map(|id| params![*id]).collect();
        let list = placeholders(1, sheets.len());
        let from = values.len() + 1;
        values.extend(reach.subtrees.iter().flat_map(|path| params![path]));
        let places = placeholders(from, reach.subtrees.len());
        let sql = format!(
            "SELECT sheet, place, status, n FROM duty_sum WHERE sheet IN ({list}) AND n <> 0
             AND (place IN ({places}) OR (place >= 'z' AND place < 'z~'))"
        );
        let mut sums = Sums::default();
        for row in db.all::<SumRow>(&sql, values).await? {
            sums.0
                .entry((row.sheet, row.place))
                .or_default()
                .add_many(&row.status, row.n);
        }
        Ok(sums)
    }

    /// Of everything within reach, where one kept sum says it.
    pub fn whole(&self, sheet: Id, reach: &Reach) -> Option<Tally> {
        let place = match (&reach.subtrees[..], &reach.zones[..]) {
            ([root], []) if reach.exact.is_empty() => root.to_string(),
            ([], [zone]) if reach.exact.is_empty() => zone_place(*zone),
            _ => return None,
        };
        Some(self.0.get(&(sheet, place)).cloned().unwrap_or_default())
    }

    /// Of a zone, where all of it is within reach: the zone's own holder, or whoever holds the whole
    /// tree.
    pub fn zone(&self, sheet: Id, zone: Id, reach: &Reach) -> Option<Tally> {
        let all = matches!(&reach.subtrees[..], [root] if root.depth() == 1);
        (all || reach.zones.contains(&zone)).then(|| {
            self.0
                .get(&(sheet, zone_place(zone)))
                .cloned()
                .unwrap_or_default()
        })
    }
}

row! {
    struct SumRow {
        sheet: Id,
        place: String,
        status: String,
        n: i64,
    }
}

row! {
    struct CountRow {
        status: String,
        overdue: bool,
        n: i64,
    }
}

/// Counts the duties of those sheets within reach: for reaches that no kept sum covers.
pub async fn count(db: &Db, sheets: &[Id], reach: &Reach) -> Result<Tally, Error> {
    let mut values: Vec<Value> = sheets.iter().flat_map(|id| params![*id]).collect();
    let list = placeholders(1, sheets.len());
    let within = reach.sql("d.path", "d.zone", &mut values);
    let sql = format!(
        "SELECT d.status, d.overdue, COUNT(*) AS n FROM duty d
         WHERE d.sheet IN ({list}) AND d.not_applicable IS NULL AND {within}
         GROUP BY d.status, d.overdue"
    );
    let mut tally = Tally::default();
    for row in db.all::<CountRow>(&sql, values).await? {
        tally.add_many(&row.status, row.n);
        tally.overdue += if row.overdue { row.n } else { 0 };
    }
    Ok(tally)
}

/// The same by zone.
pub async fn count_by_zone(db: &Db, sheet: Id, reach: &Reach) -> Result<HashMap<Id, Tally>, Error> {
    let mut values = params![sheet];
    let within = reach.sql("d.path", "d.zone", &mut values);
    let sql = format!(
        "SELECT d.zone, d.status, d.overdue, COUNT(*) AS n FROM duty d
         WHERE d.sheet = $1 AND d.zone IS NOT NULL AND d.not_applicable IS NULL AND {within}
         GROUP BY d.zone, d.status, d.overdue"
    );
    let mut by_zone: HashMap<Id, Tally> = HashMap::new();
    for row in db.all::<ZoneCountRow>(&sql, values).await? {
        let tally = by_zone.entry(row.zone).or_default();
        tally.add_many(&row.status, row.n);
        tally.overdue += if row.overdue { row.n } else { 0 };
    }
    Ok(by_zone)
}

row! {
    struct ZoneCountRow {
        zone: Id,
        status: String,
        overdue: bool,
        n: i64,
    }
}

/// 还欠的: neither settled nor waiting for review, and it applies.
pub const OWED: &str =
    "d.not_applicable IS NULL AND d.status IN ('not_started', 'under_way', 'returned')";

/// Which duties a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// One sheet; every open one when none.
    pub sheet: Option<Id>,
    /// Code of a status, or `overdue`, `owed`, `settled`, `na`, `asked`.
    pub status: String,
    /// One zone.
    pub zone: Option<Id>,
    /// One requirement.
    pub item: Option<Id>,
    /// One organisation.
    pub organisation: Option<Id>,
    /// Due on that day or before.
    pub due_to: Option<Day>,
}

impl ListFilter {
    fn condition(&self, reach: &Reach, values: &mut Vec<Value>) -> String {
        let mut terms = vec![reach.sql("d.path", "d.zone", values)];
        terms.push(match self.status.as_str() {
            "" => "TRUE".to_owned(),
            "overdue" => "d.not_applicable IS NULL AND d.overdue = TRUE".to_owned(),
            "owed" => OWED.to_owned(),
            "settled" => {
                "d.not_applicable IS NULL AND d.status IN ('done', 'done_late')".to_owned()
            }
            "asked" => "d.extension_asked IS NOT NULL".to_owned(),
            "na" => "d.not_applicable IS NOT NULL".to_owned(),
            code => {
                values.extend(params![code]);
                format!("d.not_applicable IS NULL AND d.status = ${}", values.len())
            }
        });
        let mut add = |sql: &str, value: Option<Value>| {
            if let Some(value) = value {
                values.push(value);
                terms.push(format!("{sql} ${}", values.len()));
            }
        };
        add("d.sheet =", self.sheet.map(|id| id.0.into()));
        add("d.zone =", self.zone.map(|id| id.0.into()));
        add("d.requirement =", self.item.map(|id| id.0.into()));
        add("d.organisation =", self.organisation.map(|id| id.0.into()));
        add("d.due <=", self.due_to.map(|day| day.to_string().into()));
        if self.sheet.is_none() {
            terms.push("r.closed_at IS NULL".to_owned());
        }
        terms.join(" AND ")
    }
}

row! {
    /// A duty of a list.
    #[derive(Clone, Debug)]
    pub struct ListedRow {
        pub requirement: Id,
        pub organisation: Id,
        pub path: TreePath,
        pub zone: Option<Id>,
        pub sheet: Id,
        pub rank: i64,
        pub status: String,
        pub overdue: bool,
        pub not_applicable: Option<String>,
        pub due: Day,
        pub extension_asked: Option<Day>,
        pub handed_name: Option<String>,
        pub missing: String,
        pub title: String,
        pub source_words: String,
        pub submitted_on: Option<Day>,
        pub name: String,
        pub zone_name: Option<String>,
    }
}

/// Duties of a list, by organisation and item, after a place in it.
pub async fn listed(
    db: &Db,
    reach: &Reach,
    filter: &ListFilter,
    after: Option<(TreePath, i64, Id)>,
    limit: usize,
) -> Result<Vec<ListedRow>, Error> {
    let mut values = Vec::new();
    let mut condition = filter.condition(reach, &mut values);
    if let Some((path, rank, requirement)) = after {
        let from = values.len() + 1;
        values.extend(params![path, rank, requirement]);
        condition.push_str(&format!(
            " AND (d.path, d.rank, d.requirement) > ({})",
            placeholders(from, 3)
        ));
    }
    let sql = format!(
        "SELECT d.requirement, d.organisation, d.path, d.zone, d.sheet, d.rank, d.status, d.overdue,
         d.not_applicable, d.due, d.extension_asked, d.handed_name, d.missing, r.title,
         r.source_words, d.submitted_on, n.name, z.name AS zone_name
         FROM duty d JOIN requirement r ON r.id = d.requirement JOIN node n ON n.id = d.organisation
         LEFT JOIN node z ON z.id = d.zone
         WHERE {condition} ORDER BY d.path, d.rank, d.requirement LIMIT {limit}"
    );
    db.all(&sql, values).await
}

row! {
    /// How long a list is.
    pub struct Extent {
        pub duties: i64,
        pub organisations: i64,
    }
}

/// How many duties a list shows, and of how many organisations.
pub async fn extent(db: &Db, reach: &Reach, filter: &ListFilter) -> Result<Extent, Error> {
    let mut values = Vec::new();
    let condition = filter.condition(reach, &mut values);
    let sql = format!(
        "SELECT COUNT(*) AS duties, COUNT(DISTINCT d.organisation) AS organisations
         FROM duty d JOIN requirement r ON r.id = d.requirement WHERE {condition}"
    );
    let found = db.find(&sql, values).await?;
    Ok(found.unwrap_or(Extent {
        duties: 0,
        organisations: 0,
    }))
}

row! {
    /// An extension somebody waits for.
    pub struct AskedRow {
        pub requirement: Id,
        pub organisation: Id,
        pub sheet: Id,
        pub extension_asked: Day,
        pub title: String,
        pub name: String,
        pub reason: Option<String>,
    }
}

/// Extensions asked for and not answered, with the reason last given.
pub async fn extensions(db: &Db, actor: &Actor) -> Result<Vec<AskedRow>, Error> {
    let mut values = Vec::new();
    let within = actor
        .reach(Right::ExcuseDuties)
        .sql("d.path", "d.zone", &mut values);
    let sql = format!(
        "SELECT d.requirement, d.organisation, d.sheet, d.extension_asked, r.title, n.name,
         (SELECT f.reason FROM fact f WHERE f.requirement = d.requirement
          AND f.organisation = d.organisation AND f.kind = 'extension_asked'
          ORDER BY f.id DESC LIMIT 1) AS reason
         FROM duty d JOIN requirement r ON r.id = d.requirement JOIN node n ON n.id = d.organisation
         WHERE d.extension_asked IS NOT NULL AND r.closed_at IS NULL AND {within}
         ORDER BY d.due, d.path LIMIT 20"
    );
    db.all(&sql, values).await
}

row! {
    /// An item that falls due.
    pub struct ComingRow {
        pub id: Id,
        pub sheet: Id,
        pub title: String,
        pub due: Day,
        pub owed: i64,
    }
}

/// Items of open sheets due between two days and how many organisations within reach still owe them.
pub async fn coming(db: &Db, reach: &Reach, from: Day, to: Day) -> Result<Vec<ComingRow>, Error> {
    let mut values = params![from, to];
    let within = reach.sql("d.path", "d.zone", &mut values);
    let sql = format!(
        "SELECT r.id, d.sheet, r.title, r.due, COUNT(*) AS owed
         FROM requirement r JOIN duty d ON d.requirement = r.id
         WHERE r.closed_at IS NULL AND r.due >= $1 AND r.due <= $2 AND {OWED} AND {within}
         GROUP BY r.id, d.sheet, r.title, r.due ORDER BY r.due, r.id LIMIT 20"
    );
    db.all(&sql, values).await
}

/// Names of zones by id, in their order.
pub async fn zones(db: &Db, reach: &Reach) -> Result<Vec<(Id, String)>, Error> {
    let mut values = Vec::new();
    let within = reach.sql("n.path", "n.zone", &mut values);
    let sql = format!(
        "SELECT z.id, z.name FROM node z WHERE z.category = 'zone' AND z.id IN (
            SELECT n.zone FROM node n WHERE n.category = 'organisation' AND {within})
         ORDER BY z.pinyin, z.id"
    );
    db.all(&sql, values).await
}

/// An organisation's name, and why an item concerns it.
pub async fn target_words(db: &Db, key: duty::Key) -> Result<Option<(String, String)>, Error> {
    let sql = "SELECT n.name, t.because FROM target t JOIN node n ON n.id = t.organisation
               WHERE t.requirement = $1 AND t.organisation = $2";
    db.find(sql, params![key.requirement, key.organisation])
        .await
}

/// Day and title of records, oldest first.
pub async fn record_titles(db: &Db, ids: &[Id]) -> Result<Vec<(Id, Day, String)>, Error> {
    let sql = format!(
        "SELECT id, day, title FROM record WHERE removed_at IS NULL AND id IN ({}) ORDER BY day, id",
        ::store::placeholders(1, ids.len())
    );
    db.all(&sql, ids.iter().flat_map(|id| params![*id]).collect())
        .await
}
