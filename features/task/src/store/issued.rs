//! What was issued: who may see it, how its duties stand.

use ::store::{Db, Error, Value, params, placeholders, row};
use kernel::{Day, Id, Instant, TreePath};
use std::collections::HashMap;
use web::{Reach, Right};

row! {
    /// A line of the list.
    #[derive(Clone, Debug)]
    pub struct Listed {
        pub id: Id,
        pub title: String,
        pub prefix: String,
        pub year: Option<i64>,
        pub number: Option<i64>,
        pub period_from: Day,
        pub period_to: Day,
        pub issued_at: Option<Instant>,
        pub closed_at: Option<Instant>,
        pub voided: bool,
        pub created_at: Instant,
        pub created_by_name: String,
        pub items: i64,
        pub next_due: Option<Day>,
    }
}

/// What somebody may see of sheets, as a condition over `sheet s`: drafts where they may issue,
/// issued ones of their part of the tree, and those that ask something of an organisation of theirs.
pub fn visible(actor: &web::Actor, values: &mut Vec<Value>) -> String {
    const NOWHERE: &str = "CAST(NULL AS BIGINT)";
    let drafts = actor
        .reach(Right::IssueSheets)
        .sql("s.path", NOWHERE, values);
    let see = actor.reach(Right::SeeSheets);
    let own = see.sql("s.path", NOWHERE, values);
    let asked = see.sql("d.path", "d.zone", values);
    format!(
        "((s.issued_at IS NULL AND {drafts}) OR (s.issued_at IS NOT NULL AND ({own} OR EXISTS
         (SELECT 1 FROM duty d WHERE d.sheet = s.id AND d.not_applicable IS NULL AND {asked}))))"
    )
}

/// Whether that person may see that sheet.
pub async fn may_see(db: &Db, actor: &web::Actor, id: Id) -> Result<bool, Error> {
    let mut values = params![id];
    let sql = format!(
        "SELECT 1 FROM sheet s WHERE s.id = $1 AND {}",
        visible(actor, &mut values)
    );
    Ok(db.find::<(Seen,)>(&sql, values).await?.is_some())
}

/// A column nobody reads: a literal is 32 bits wide on one database and 64 on the other.
struct Seen;

impl ::store::row::FromColumn for Seen {
    fn from_column(_: &::store::Row, _: &str) -> Result<Self, Error> {
        Ok(Seen)
    }
}

/// Sheets from the newest on, before the one with id `before`.
pub async fn list(
    db: &Db,
    actor: &web::Actor,
    year: Option<i16>,
    before: Option<Id>,
    today: Day,
    most: i64,
) -> Result<Vec<Listed>, Error> {
    let mut values = params![today, most];
    let seen = visible(actor, &mut values);
    let mut conditions = vec![seen];
    if let Some(year) = year {
        values.extend(params![format!("{year}-01-01"), format!("{year}-12-31")]);
        let n = values.len();
        conditions.push(format!(
            "s.period_to >= ${} AND s.period_from <= ${n}",
            n - 1
        ));
    }
    if let Some(before) = before {
        values.extend(params![before]);
        conditions.push(format!("s.id < ${}", values.len()));
    }
    let sql = format!(
        "SELECT s.id, s.title, s.prefix, s.year, s.number, s.period_from, s.period_to, s.issued_at,
         s.closed_at, s.voided, s.created_at, s.created_by_name,
         (SELECT COUNT(*) FROM item i WHERE i.sheet = s.id AND i.container = FALSE
          AND i.dropped = FALSE) AS items,
         (SELECT MIN(r.due) FROM requirement r WHERE r.source_kind = 'sheet' AND r.source = s.id
          AND r.due >= $1) AS next_due
         FROM sheet s WHERE {} ORDER BY s.id DESC LIMIT $2",
        conditions.join(" AND ")
    );
    db.all(&sql, values).await
}

/// Years that any sheet's period touches, newest first.
pub async fn years(db: &Db, actor: &web::Actor) -> Result<Vec<i16>, Error> {
    let mut values = vec![];
    let seen = visible(actor, &mut values);
    let sql = format!(
        "SELECT DISTINCT SUBSTR(s.period_from, 1, 4) AS y FROM sheet s WHERE {seen} ORDER BY y DESC"
    );
    let years: Vec<String> = db.column(&sql, values).await?;
    Ok(years.iter().filter_map(|y| y.parse().ok()).collect())
}

/// How a sheet's duties stand, as far as somebody's right reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// All but the exempt.
    pub owed: i64,
    /// Done, late or not.
    pub done: i64,
    /// Awaiting review.
    pub waiting: i64,
    /// Overdue.
    pub overdue: i64,
    /// Exempt.
    pub exempt: i64,
}

impl Standing {
    /// Adds so many of a status.
    pub fn add(&mut self, status: &str, n: i64) {
        match status {
            "overdue" => self.overdue += n,
            "exempt" => self.exempt += n,
            "done" | "done_late" => {
                self.done += n;
                self.owed += n;
            }
            "awaiting_review" => {
                self.waiting += n;
                self.owed += n;
            }
            _ => self.owed += n,
        }
    }

    /// Neither done, awaiting review nor overdue.
    pub fn open(&self) -> i64 {
        (self.owed - self.done - self.waiting - self.overdue).max(0)
    }
}

row! {
    struct SumRow { sheet: Id, status: String, n: i64 }
}

/// The kept sums of those sheets over the places somebody sees.
pub async fn standings(
    db: &Db,
    sheets: &[Id],
    reach: &Reach,
) -> Result<HashMap<Id, Standing>, Error> {
    let places = sum_places(reach);
    if sheets.is_empty() || places.is_empty() {
        return Ok(HashMap::new());
    }
    let mut values: Vec<Value> = sheets.iter().flat_map(|id| params![*id]).collect();
    values.extend(places.iter().flat_map(|p| params![p]));
    let sql = format!(
        "SELECT sheet, status, CAST(SUM(n) AS BIGINT) AS n FROM duty_sum
         WHERE sheet IN ({}) AND place IN ({}) GROUP BY sheet, status",
        placeholders(1, sheets.len()),
        placeholders(sheets.len() + 1, places.len())
    );
    let mut by: HashMap<Id, Standing> = HashMap::new();
    for row in db.all::<SumRow>(&sql, values).await? {
        by.entry(row.sheet).or_default().add(&row.status, row.n);
    }
    Ok(by)
}

/// Places of sums that together cover a reach without counting anything twice.
fn sum_places(reach: &Reach) -> Vec<String> {
    let all: Vec<&TreePath> = reach.subtrees.iter().chain(&reach.exact).collect();
    let mut places: Vec<String> = all
        .iter()
        .filter(|p| !p.as_str().is_empty() && !all.iter().any(|q| q != *p && p.is_within(q)))
        .map(|p| p.to_string())
        .collect();
    if places.is_empty() {
        places.extend(
            reach
                .zones
                .iter()
                .map(|zone| duty::maintain::zone_place(*zone)),
        );
    }
    places.sort();
    places.dedup();
    places
}

row! {
    /// A requirement of an issued sheet.
    #[derive(Clone, Debug)]
    pub struct Asked {
        pub id: Id,
        pub item: Id,
        pub outline: String,
        pub title: String,
        pub due: Day,
        pub due_words: String,
        pub who_words: String,
        pub evidence: String,
        pub measure: String,
    }
}

/// Its requirements, in order.
pub async fn asked(db: &Db, sheet: Id) -> Result<Vec<Asked>, Error> {
    let sql = "SELECT id, item, outline, title, due, due_words, who_words, evidence, measure
               FROM requirement WHERE source_kind = 'sheet' AND source = $1 ORDER BY rank, id";
    db.all(sql, params![sheet]).await
}

row! {
    struct Counted { requirement: Id, status: String, overdue: bool, n: i64 }
}

/// How the duties of each requirement of a sheet stand within a reach.
pub async fn by_requirement(
    db: &Db,
    sheet: Id,
    reach: &Reach,
) -> Result<HashMap<Id, Standing>, Error> {
    let mut values = params![sheet];
    let place = reach.sql("path", "zone", &mut values);
    let sql = format!(
        "SELECT requirement, status, overdue, COUNT(*) AS n FROM duty WHERE sheet = $1
         AND not_applicable IS NULL AND {place} GROUP BY requirement, status, overdue"
    );
    let mut by: HashMap<Id, Standing> = HashMap::new();
    for row in db.all::<Counted>(&sql, values).await? {
        let standing = by.entry(row.requirement).or_default();
        standing.add(&row.status, row.n);
        if row.overdue {
            standing.overdue += row.n;
        }
    }
    Ok(by)
}

/// How many organisations each requirement applies to.
pub async fn target_counts(db: &Db, sheet: Id) -> Result<HashMap<Id, i64>, Error> {
    let sql = "SELECT t.requirement AS requirement, COUNT(*) AS n FROM target t
               JOIN requirement r ON r.id = t.requirement
               WHERE r.source_kind = 'sheet' AND r.source = $1 AND t.applies = TRUE
               GROUP BY t.requirement";
    Ok(db
        .all::<(Id, i64)>(sql, params![sheet])
        .await?
        .into_iter()
        .collect())
}

row! {
    /// An organisation under a requirement, with how it stands.
    #[derive(Clone, Debug)]
    pub struct TargetLine {
        pub requirement: Id,
        pub organisation: Id,
        pub name: String,
        pub path: TreePath,
        pub zone: Option<Id>,
        pub zone_name: Option<String>,
        pub applies: bool,
        pub because: String,
        pub status: Option<String>,
        pub overdue: Option<bool>,
        pub due: Option<Day>,
        pub submitted_on: Option<Day>,
    }
}

/// Everybody under the requirements of one item, within a reach.
pub async fn targets_of(
    db: &Db,
    sheet: Id,
    item: Id,
    reach: &Reach,
) -> Result<Vec<TargetLine>, Error> {
    let mut values = params![sheet, item];
    let place = reach.sql("n.path", "n.zone", &mut values);
    let sql = format!(
        "SELECT t.requirement, t.organisation, n.name, n.path, n.zone, z.name AS zone_name, t.applies,
         t.because,         d.status, d.overdue, d.due, d.submitted_on
         FROM target t JOIN requirement r ON r.id = t.requirement JOIN node n ON n.id = t.organisation
         LEFT JOIN node z ON z.id = n.zone
         LEFT JOIN duty d ON d.requirement = t.requirement AND d.organisation = t.organisation
         WHERE r.source_kind = 'sheet' AND r.source = $1 AND r.item = $2 AND {place}
         ORDER BY r.rank, n.path, n.id"
    );
    db.all(&sql, values).await
}

/// Names of the organisations each item of a sheet was frozen for.
pub async fn frozen_names(db: &Db, sheet: Id) -> Result<HashMap<Id, Vec<String>>, Error> {
    let sql = "SELECT DISTINCT r.item AS item, n.name AS name, n.path AS path FROM target t
               JOIN requirement r ON r.id = t.requirement JOIN node n ON n.id = t.organisation
               WHERE r.source_kind = 'sheet' AND r.source = $1 AND t.applies = TRUE ORDER BY path";
    let mut by: HashMap<Id, Vec<String>> = HashMap::new();
    for (item, name, _) in db.all::<(Id, String, String)>(sql, params![sheet]).await? {
        by.entry(item).or_default().push(name);
    }
    Ok(by)
}

/// Organisations to which a sheet applies.
pub async fn concerned(db: &Db, sheet: Id) -> Result<Vec<Id>, Error> {
    let sql =
        "SELECT DISTINCT t.organisation FROM target t JOIN requirement r ON r.id = t.requirement
               WHERE r.source_kind = 'sheet' AND r.source = $1 AND t.applies = TRUE";
    db.column(sql, params![sheet]).await
}
