//! What issue is judged on: facts of organisations, names, records held, what is asked already.

use crate::entities::plan::Ground;
use crate::entities::sheet::Sheet;
use crate::entities::whom::Naming;
use ::store::{Db, Error, params, row};
use kernel::{Day, Id, TreePath};
use rules::measure::RecordFact;
use std::collections::HashMap;

row! {
    /// A demand that is already being made.
    #[derive(Clone, Debug)]
    pub struct OpenDemand {
        pub title: String,
        pub measure: String,
        pub source_words: String,
        pub window_from: Day,
        pub due: Day,
    }
}

/// Demands of other open sheets under the same root that are not over when this one's period begins.
pub async fn open_demands(db: &Db, sheet: &Sheet) -> Result<Vec<OpenDemand>, Error> {
    let sql = "SELECT title, measure, source_words, window_from, due FROM requirement
               WHERE closed_at IS NULL AND path >= $1 AND path < $2 AND source <> $3
               AND due >= $4 ORDER BY issued_at, id";
    db.all(
        sql,
        params![&sheet.path, sheet.path.end(), sheet.id, sheet.period_from],
    )
    .await
}

/// Facts, names and records on which a sheet of that issuer is judged.
pub async fn ground(db: &Db, path: &TreePath, from: Day, today: Day) -> Result<Ground, Error> {
    let facts = member::facts::organisation_facts(db, today).await?;
    let mut nodes: HashMap<Id, String> = facts.iter().map(|f| (f.id, f.name.clone())).collect();
    nodes.extend(
        org::store::zones(db)
            .await?
            .into_iter()
            .map(|z| (z.id, z.name)),
    );
    let tags = org::store::tag_kinds(db)
        .await?
        .into_iter()
        .map(|t| (t.code, t.name))
        .collect();
    let naming = Naming {
        nodes,
        kinds: org::store::kind_names(db).await?,
        tags,
    };
    let held = held(db, path, from, &facts).await?;
    Ok(Ground {
        facts,
        naming,
        held,
        today: Some(today),
    })
}

row! {
    struct HeldRow {
        id: Id,
        kind: String,
        subkind: String,
        path: TreePath,
        day: Day,
        title: String,
        speaker_is_secretary: bool,
        speaker_birth: Option<Day>,
        attended: i64,
        expected: i64,
        evidence: i64,
    }
}

impl HeldRow {
    fn fact(&self) -> RecordFact {
        let count = |n: i64| u32::try_from(n).unwrap_or(0);
        RecordFact {
            id: self.id,
            kind: self.kind.clone(),
            subkind: self.subkind.clone(),
            day: self.day,
            title: self.title.clone(),
            speaker_is_secretary: self.speaker_is_secretary,
            speaker_age: self.speaker_birth.map(|birth| birth.age_on(self.day)),
            attended: count(self.attended),
            expected: count(self.expected),
            evidence: count(self.evidence),
        }
    }
}

/// Records under a root since that day, for each organisation with those of its subordinates.
async fn held(
    db: &Db,
    path: &TreePath,
    from: Day,
    facts: &[rules::who::OrganisationFacts],
) -> Result<HashMap<Id, Vec<RecordFact>>, Error> {
    let rows: Vec<HeldRow> = db
        .all(
            "SELECT r.id, r.kind, r.subkind, r.path, r.day, r.title, r.speaker_is_secretary,
             r.speaker_birth, r.attended, r.expected,
             (SELECT COUNT(*) FROM file_use u WHERE u.object_kind = 'record' AND u.object = r.id)
             AS evidence
             FROM record r WHERE r.path >= $1 AND r.path < $2 AND r.day >= $3
             AND r.removed_at IS NULL ORDER BY r.day, r.id",
            params![path, path.end(), from],
        )
        .await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let places: Vec<(TreePath, Id)> = db
        .all(
            "SELECT path, id FROM node WHERE category = 'organisation'",
            vec![],
        )
        .await?;
    let known: std::collections::HashSet<Id> = facts.iter().map(|f| f.id).collect();
    let by_path: HashMap<TreePath, Id> = places
        .into_iter()
        .filter(|(_, id)| known.contains(id))
        .collect();
    let mut by: HashMap<Id, Vec<RecordFact>> = HashMap::new();
    for row in rows {
        let own = std::iter::once(row.path.clone());
        for id in row
            .path
            .ancestors()
            .chain(own)
            .filter_map(|p| by_path.get(&p).copied())
        {
            by.entry(id).or_default().push(row.fact());
        }
    }
    Ok(by)
}
