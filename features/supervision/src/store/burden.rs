//! What was asked of whom, when it was issued, and what of it was asked before.

use ::store::{Db, Error, Value, params, placeholders, row};
use kernel::{Day, Id, Instant, TreePath};
use std::collections::{HashMap, HashSet};
use web::Reach;

/// Which demands are looked at.
#[derive(Clone, Debug)]
pub struct Issued {
    /// Issued from then on.
    pub from: Instant,
    /// Issued before then.
    pub to: Instant,
    /// Asked of that organisation only.
    pub organisation: Option<Id>,
}

impl Issued {
    /// The condition over `duty d`, `requirement r` and `sheet s`.
    fn condition(&self, reach: &Reach, values: &mut Vec<Value>) -> String {
        values.extend(params![self.from, self.to]);
        let n = values.len();
        let mut terms = vec![
            format!("r.issued_at >= ${} AND r.issued_at < ${n}", n - 1),
            "d.not_applicable IS NULL AND (s.id IS NULL OR s.voided = FALSE)".to_owned(),
            reach.sql("d.path", "d.zone", values),
        ];
        if let Some(organisation) = self.organisation {
            values.extend(params![organisation]);
            terms.push(format!("d.organisation = ${}", values.len()));
        }
        terms.join(" AND ")
    }
}

const FROM: &str = "FROM duty d JOIN requirement r ON r.id = d.requirement
    LEFT JOIN sheet s ON s.id = r.source AND r.source_kind = 'sheet'";

row! {
    /// A demand with how many organisations it was asked of.
    #[derive(Clone, Debug)]
    pub struct AskedItem {
        pub id: Id,
        pub source: Id,
        pub item: Id,
        pub title: String,
        pub source_words: String,
        pub measure: String,
        pub window_from: Day,
        pub due: Day,
        pub issued_at: Instant,
        pub effort_seconds: i64,
        pub issuer: Option<Id>,
        pub issuer_name: Option<String>,
        pub signer: Option<String>,
        pub asked: i64,
    }
}

/// Demands within reach, the latest issued first.
pub async fn asked_items(db: &Db, reach: &Reach, issued: &Issued) -> Result<Vec<AskedItem>, Error> {
    let mut values = Vec::new();
    let condition = issued.condition(reach, &mut values);
    let sql = format!(
        "SELECT r.id, r.source, r.item, r.title, r.source_words, r.measure, r.window_from, r.due,
         r.issued_at, r.effort_seconds, s.issuer, i.name AS issuer_name, s.issued_by AS signer,
         COUNT(*) AS asked {FROM} LEFT JOIN node i ON i.id = s.issuer WHERE {condition}
         GROUP BY r.id, r.source, r.item, r.title, r.source_words, r.measure, r.window_from, r.due,
         r.issued_at, r.effort_seconds, s.issuer, i.name, s.issued_by,
         r.rank ORDER BY r.issued_at DESC, r.source, r.rank, r.id"
    );
    db.all(&sql, values).await
}

row! {
    /// What was asked of one organisation.
    #[derive(Clone, Debug)]
    pub struct Laden {
        pub organisation: Id,
        pub name: String,
        pub path: TreePath,
        pub zone: Option<Id>,
        pub zone_name: Option<String>,
        pub asked: i64,
        pub seconds: i64,
    }
}

/// What was asked of each organisation within reach, the most first.
pub async fn laden(db: &Db, reach: &Reach, issued: &Issued) -> Result<Vec<Laden>, Error> {
    let mut values = Vec::new();
    let condition = issued.condition(reach, &mut values);
    let sql = format!(
        "SELECT d.organisation, n.name, d.path, d.zone, z.name AS zone_name, COUNT(*) AS asked,
         CAST(SUM(r.effort_seconds) AS BIGINT) AS seconds {FROM}
         JOIN node n ON n.id = d.organisation LEFT JOIN node z ON z.id = d.zone
         WHERE {condition} GROUP BY d.organisation, n.name, d.path, d.zone, z.name
         ORDER BY seconds DESC, asked DESC, d.path"
    );
    db.all(&sql, values).await
}

/// Titles and seconds of what was asked of those organisations, the longest first.
pub async fn what_was_asked(
    db: &Db,
    reach: &Reach,
    issued: &Issued,
    organisations: &[Id],
) -> Result<HashMap<Id, Vec<(String, i64)>>, Error> {
    let mut values = Vec::new();
    let condition = issued.condition(reach, &mut values);
    let from = values.len() + 1;
    values.extend(organisations.iter().flat_map(|id| params![*id]));
    let sql = format!(
        "SELECT d.organisation, r.title, r.effort_seconds {FROM} WHERE {condition}
         AND d.organisation IN ({}) ORDER BY r.effort_seconds DESC, r.id",
        placeholders(from, organisations.len())
    );
    let mut by: HashMap<Id, Vec<(String, i64)>> = HashMap::new();
    for (organisation, title, seconds) in db.all::<(Id, String, i64)>(&sql, values).await? {
        by.entry(organisation).or_default().push((title, seconds));
    }
    Ok(by)
}

row! {
    /// A demand, as far as asking twice goes.
    #[derive(Clone, Debug)]
    pub struct Earlier {
        pub id: Id,
        pub source: Id,
        pub title: String,
        pub source_words: String,
        pub measure: String,
        pub window_from: Day,
        pub due: Day,
        pub issued_at: Instant,
    }
}

/// Every demand issued before that moment whose time reaches that day or further.
pub async fn standing(db: &Db, before: Instant, reaching: Day) -> Result<Vec<Earlier>, Error> {
    let sql = "SELECT r.id, r.source, r.title, r.source_words, r.measure, r.window_from, r.due,
        r.issued_at FROM requirement r
        LEFT JOIN sheet s ON s.id = r.source AND r.source_kind = 'sheet'
        WHERE r.issued_at < $1 AND r.due >= $2 AND (s.id IS NULL OR s.voided = FALSE)
        ORDER BY r.issued_at, r.id";
    db.all(sql, params![before, reaching]).await
}

/// Organisations within reach that each of those demands was asked of.
pub async fn asked_of(
    db: &Db,
    reach: &Reach,
    requirements: &[Id],
) -> Result<HashMap<Id, HashSet<Id>>, Error> {
    let mut by: HashMap<Id, HashSet<Id>> = HashMap::new();
    for some in requirements.chunks(5_000) {
        let mut values: Vec<Value> = some.iter().flat_map(|id| params![*id]).collect();
        let list = placeholders(1, some.len());
        let within = reach.sql("d.path", "d.zone", &mut values);
        let sql = format!(
            "SELECT d.requirement, d.organisation FROM duty d
             WHERE d.requirement IN ({list}) AND d.not_applicable IS NULL AND {within}"
        );
        for (requirement, organisation) in db.all::<(Id, Id)>(&sql, values).await? {
            by.entry(requirement).or_default().insert(organisation);
        }
    }
    Ok(by)
}

/// Days of the first and the last issue within reach.
pub async fn issued_between(db: &Db, reach: &Reach) -> Result<Option<(Day, Day)>, Error> {
    let mut values = Vec::new();
    let within = reach.sql("d.path", "d.zone", &mut values);
    let sql = format!(
        "SELECT MIN(r.issued_at) AS a, MAX(r.issued_at) AS b FROM requirement r
         WHERE EXISTS (SELECT 1 FROM duty d WHERE d.requirement = r.id AND {within})"
    );
    let found: Option<(Option<Instant>, Option<Instant>)> = db.find(&sql, values).await?;
    Ok(found.and_then(|(a, b)| Some((a?.day(), b?.day()))))
}
