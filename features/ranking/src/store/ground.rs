//! What a draft is computed from: duties as they stand, what happened to them, and whose they are.

use ::store::{Db, Error, Value, params, placeholders, row};
use kernel::{Day, Id, Instant, Period, TreePath};
use std::collections::HashMap;
use web::Reach;

/// Which duties count: under a path, due in a period, of some sheets.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Whose sheets count when none are named.
    pub issuer: Id,
    /// Organisations at or below it.
    pub path: TreePath,
    /// Due in it.
    pub period: Period,
    /// These sheets; all of the issuer's own when empty.
    pub sheets: Vec<Id>,
}

/// Duties of sheets that were issued and not made void, with their requirement and sheet.
const DUTIES: &str = "FROM duty d JOIN requirement r ON r.id = d.requirement
    JOIN sheet s ON s.id = d.sheet AND r.source_kind = 'sheet'";

impl Scope {
    /// As a condition over `d`, `r` and `s`.
    fn sql(&self, values: &mut Vec<Value>) -> String {
        let reach = Reach {
            subtrees: vec![self.path.clone()],
            ..Reach::default()
        };
        let within = reach.sql("d.path", "d.zone", values);
        let from = values.len() + 1;
        values.extend(params![self.period.from, self.period.to]);
        let sheets = if self.sheets.is_empty() {
            values.extend(params![self.issuer]);
            format!("s.issuer = ${}", values.len())
        } else {
            let at = values.len() + 1;
            values.extend(self.sheets.iter().flat_map(|id| params![*id]));
            format!("s.id IN ({})", placeholders(at, self.sheets.len()))
        };
        format!(
            "s.issued_at IS NOT NULL AND s.voided = FALSE AND d.due >= ${from} AND d.due <= ${}
             AND {sheets} AND {within}",
            from + 1
        )
    }
}

row! {
    /// A duty that counts.
    #[derive(Clone, Debug)]
    pub struct AskedRow {
        pub organisation: Id,
        pub requirement: Id,
        pub sheet: Id,
        pub outline: String,
        pub title: String,
        pub weight: i64,
        pub substantive: bool,
        pub due: Day,
        pub status: String,
        pub on_time: Option<bool>,
        pub not_applicable: Option<String>,
        pub submitted_on: Option<Day>,
        pub counted: String,
    }
}

/// The duties in scope, by organisation and in the sheets' order.
pub async fn asked(db: &Db, scope: &Scope) -> Result<Vec<AskedRow>, Error> {
    let mut values = Vec::new();
    let condition = scope.sql(&mut values);
    let sql = format!(
        "SELECT d.organisation, d.requirement, d.sheet, r.outline, r.title, r.weight, r.substantive,
         d.due, d.status, d.on_time, d.not_applicable, d.submitted_on, d.counted {DUTIES}
         WHERE {condition} ORDER BY d.path, d.organisation, d.sheet, d.rank, d.requirement"
    );
    db.all(&sql, values).await
}

/// How many substantive duties of the period fall due only after the scope's last day.
pub async fn not_due_yet(db: &Db, scope: &Scope, to: Day) -> Result<i64, Error> {
    let later = Scope {
        period: Period {
            from: scope.period.to.plus_days(1),
            to,
        },
        ..scope.clone()
    };
    let mut values = Vec::new();
    let condition = later.sql(&mut values);
    let sql = format!(
        "SELECT COUNT(*) {DUTIES} WHERE {condition} AND r.substantive = TRUE
         AND d.not_applicable IS NULL"
    );
    db.scalar(&sql, values).await
}

row! {
    /// A judgement or exemption.
    #[derive(Clone, Debug)]
    pub struct FactRow {
        pub requirement: Id,
        pub organisation: Id,
        pub kind: String,
        pub at: Instant,
        pub by_name: String,
        pub reason: String,
    }
}

/// Judgements and exemptions of the duties in scope, oldest first.
pub async fn facts(db: &Db, scope: &Scope) -> Result<HashMap<duty::Key, Vec<FactRow>>, Error> {
    let mut values = Vec::new();
    let condition = scope.sql(&mut values);
    let sql = format!(
        "SELECT f.requirement, f.organisation, f.kind, f.at, f.by_name, f.reason {DUTIES}
         JOIN fact f ON f.requirement = d.requirement AND f.organisation = d.organisation
         WHERE f.kind IN ('accepted', 'returned', 'review_undone', 'exempted') AND {condition}
         ORDER BY f.id"
    );
    let mut by_key: HashMap<duty::Key, Vec<FactRow>> = HashMap::new();
    for fact in db.all::<FactRow>(&sql, values).await? {
        let key = duty::Key {
            requirement: fact.requirement,
            organisation: fact.organisation,
        };
        by_key.entry(key).or_default().push(fact);
    }
    Ok(by_key)
}

row! {
    /// A record by name.
    #[derive(Clone, Debug)]
    pub struct RecordRow {
        pub id: Id,
        pub title: String,
        pub day: Day,
    }
}

/// Names of records.
pub async fn records(db: &Db, ids: &[Id]) -> Result<HashMap<Id, RecordRow>, Error> {
    const MOST: usize = 10_000;
    let mut found = HashMap::new();
    for some in ids.chunks(MOST) {
        let list = placeholders(1, some.len());
        let sql = format!("SELECT id, title, day FROM record WHERE id IN ({list})");
        let values = some.iter().flat_map(|id| params![*id]).collect();
        let rows: Vec<RecordRow> = db.all(&sql, values).await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(found)
}

row! {
    /// An organisation that was asked.
    #[derive(Clone, Debug)]
    pub struct SubjectRow {
        pub id: Id,
        pub name: String,
        pub parent: Option<String>,
        pub zone: Option<Id>,
        pub zone_name: Option<String>,
        pub kind: String,
        pub kind_name: String,
        pub from_day: Day,
        pub to_day: Option<Day>,
    }
}

/// The organisations in scope, in the tree's order.
pub async fn subjects(db: &Db, scope: &Scope) -> Result<Vec<SubjectRow>, Error> {
    let mut values = Vec::new();
    let condition = scope.sql(&mut values);
    let sql = format!(
        "SELECT n.id, n.name, p.name AS parent, n.zone, z.name AS zone_name, n.kind,
         k.name AS kind_name, n.from_day, n.to_day FROM node n
         JOIN node_kind k ON k.code = n.kind LEFT JOIN node z ON z.id = n.zone
         LEFT JOIN edge e ON e.child = n.id AND e.tree = 'subordination'
         AND (e.to_day IS NULL OR e.to_day = n.to_day)
         LEFT JOIN node p ON p.id = e.parent
         WHERE n.id IN (SELECT d.organisation {DUTIES} WHERE {condition}) ORDER BY n.path, n.id"
    );
    let mut rows: Vec<SubjectRow> = db.all(&sql, values).await?;
    rows.dedup_by_key(|row| row.id);
    Ok(rows)
}

row! {
    struct SuccessorRow {
        branch: Id,
        ended: Day,
        began: Day,
        name: String,
    }
}

/// Where the members of closed organisations went on the day after their last, by organisation.
pub async fn successors(
    db: &Db,
    closed: &HashMap<Id, Day>,
) -> Result<HashMap<Id, Vec<String>>, Error> {
    if closed.is_empty() {
        return Ok(HashMap::new());
    }
    let list = placeholders(1, closed.len());
    let sql = format!(
        "SELECT DISTINCT a.branch, a.to_day AS ended, b.from_day AS began, n.name FROM membership a
         JOIN membership b ON b.member = a.member AND b.branch <> a.branch
         JOIN node n ON n.id = b.branch
         WHERE a.to_day IS NOT NULL AND a.branch IN ({list}) ORDER BY a.branch, n.name"
    );
    let values = closed.keys().flat_map(|id| params![*id]).collect();
    let mut into: HashMap<Id, Vec<String>> = HashMap::new();
    for row in db.all::<SuccessorRow>(&sql, values).await? {
        let last = closed.get(&row.branch) == Some(&row.ended);
        if last && row.began == row.ended.plus_days(1) {
            into.entry(row.branch).or_default().push(row.name);
        }
    }
    Ok(into)
}

row! {
    /// A sheet that a ranking may count.
    #[derive(Clone, Debug)]
    pub struct SheetOption {
        pub id: Id,
        pub issuer: Id,
        pub title: String,
        pub prefix: String,
        pub year: Option<i64>,
        pub number: Option<i64>,
        pub first: Day,
        pub last: Day,
        pub n: i64,
    }
}

impl SheetOption {
    /// Its number, or its title.
    pub fn label(&self) -> String {
        match (self.year, self.number) {
            (Some(year), Some(number)) => format!("{}〔{year}〕{number}号", self.prefix),
            _ => self.title.clone(),
        }
    }
}

/// Issued sheets that ask something below that path, the newest first, with the first and last
/// deadline and the number of substantive items.
pub async fn sheet_options(db: &Db, path: &TreePath) -> Result<Vec<SheetOption>, Error> {
    let reach = Reach {
        subtrees: vec![path.clone()],
        ..Reach::default()
    };
    let mut values = Vec::new();
    let within = reach.sql("d.path", "d.zone", &mut values);
    let sql = format!(
        "SELECT s.id, s.issuer, s.title, s.prefix, s.year, s.number, MIN(r.due) AS first,
         MAX(r.due) AS last, COUNT(*) AS n FROM sheet s
         JOIN requirement r ON r.source = s.id AND r.source_kind = 'sheet'
         WHERE s.issued_at IS NOT NULL AND s.voided = FALSE AND r.substantive = TRUE
         AND EXISTS (SELECT 1 FROM duty d WHERE d.sheet = s.id AND {within})
         GROUP BY s.id, s.issuer, s.title, s.prefix, s.year, s.number, s.issued_at
         ORDER BY s.issued_at DESC, s.id DESC LIMIT 60"
    );
    db.all(&sql, values).await
}

/// The sheets in scope.
pub async fn sheets_in(db: &Db, scope: &Scope) -> Result<Vec<supervision::store::SheetRow>, Error> {
    let mut values = Vec::new();
    let condition = scope.sql(&mut values);
    let sql = format!(
        "SELECT DISTINCT s.id, s.title, s.prefix, s.year, s.number, s.path, s.issued_at, s.closed_at
         {DUTIES} WHERE {condition} ORDER BY s.issued_at, s.id"
    );
    db.all(&sql, values).await
}
