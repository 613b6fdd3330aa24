//! What the school's pages read: one statement for a list, a constant number for one duty.

use crate::store::{DutyRow, Key};
use crate::use_cases::Draft;
use ::store::{Db, Error, Value, params, placeholders, row};
use kernel::{Day, Id, Instant, TreePath};
use record::files::FileRow;
use rules::duty::Status;
use web::{Actor, Right};

row! {
    #[derive(Clone, Debug)]
    /// A duty as a row of the list shows it.
    pub struct CardRow {
        pub requirement: Id,
        pub organisation: Id,
        pub path: TreePath,
        pub zone: Option<Id>,
        pub sheet: Id,
        pub title: String,
        pub source_words: String,
        pub due: Day,
        pub status: String,
        pub overdue: bool,
        pub not_applicable: Option<String>,
        pub submitted_on: Option<Day>,
        pub on_time: Option<bool>,
        pub next: String,
        pub missing: String,
        pub because: String,
        pub handed_to: Option<Id>,
        pub handed_name: Option<String>,
        pub effort_seconds: i64,
        pub organisation_name: String,
        pub full_name: String,
        pub changed_at: Instant,
        pub closed_at: Option<Instant>,
    }
}

const COLUMNS: &str = "d.requirement, d.organisation, d.path, d.zone, d.sheet, r.title, r.source_words, d.due, d.status,
    d.overdue, d.not_applicable, d.submitted_on, d.on_time, d.next, d.missing, d.because, d.handed_to,
    d.handed_name, r.effort_seconds, n.short_name AS organisation_name,
    n.name AS full_name, d.changed_at, r.closed_at";
const TABLES: &str = "FROM duty d JOIN requirement r ON r.id = d.requirement
    JOIN node n ON n.id = d.organisation";
/// Still somebody's to do, or waiting: what 待办 shows.
const OPEN: &str = "d.not_applicable IS NULL AND r.closed_at IS NULL
    AND d.status IN ('not_started', 'under_way', 'returned', 'awaiting_review')";

/// The condition for duties that are this person's work.
fn mine(actor: &Actor, values: &mut Vec<Value>) -> String {
    let reach = actor
        .reach(Right::WorkOnDuties)
        .sql("d.path", "d.zone", values);
    values.extend(params![actor.account]);
    format!("({reach} OR d.handed_to = ${})", values.len())
}

/// How many duties are owed.
pub async fn count(db: &Db, actor: &Actor) -> Result<i64, Error> {
    let mut values = Vec::new();
    let mine = mine(actor, &mut values);
    let sql = format!(
        "SELECT COUNT(*) {TABLES} WHERE {mine} AND {OPEN} AND d.status <> 'awaiting_review'"
    );
    db.scalar(&sql, values).await
}

/// What is settled, the latest first, and where the next page begins.
pub async fn done(
    db: &Db,
    actor: &Actor,
    before: Option<&str>,
    most: usize,
) -> Result<(Vec<CardRow>, Option<String>), Error> {
    let mut values = Vec::new();
    let mine = mine(actor, &mut values);
    let mut after = String::new();
    if let Some((at, key)) = before.and_then(|b| b.split_once('.'))
        && let (Ok(at), Ok(key)) = (at.parse::<i64>(), key.parse::<Key>())
    {
        values.extend(params![at, key.requirement, key.organisation]);
        let n = values.len();
        let (at, requirement) = (n - 2, n - 1);
        after = format!(
            "AND (d.changed_at, d.requirement, d.organisation) < (${at}, ${requirement}, ${n})"
        );
    }
    let settled = "(d.status IN ('done', 'done_late', 'exempt') OR d.not_applicable IS NOT NULL)";
    let sql = format!(
        "SELECT {COLUMNS} {TABLES} WHERE {mine} AND {settled} {after}
         ORDER BY d.changed_at DESC, d.requirement DESC, d.organisation DESC LIMIT {}",
        most + 1
    );
    let mut rows = db.all::<CardRow>(&sql, values).await?;
    let more = (rows.len() > most).then(|| {
        rows.truncate(most);
        let last = &rows[most - 1];
        let key = Key {
            requirement: last.requirement,
            organisation: last.organisation,
        };
        format!("{}.{key}", last.changed_at.0)
    });
    Ok((rows, more))
}

/// Everything asked that is open or due this month: one statement.
pub async fn month(db: &Db, actor: &Actor, today: Day, most: usize) -> Result<Vec<CardRow>, Error> {
    let mut values = Vec::new();
    let mine = mine(actor, &mut values);
    values.extend(params![today.first_of_month(), today.last_of_month()]);
    let n = values.len();
    let sql = format!(
        "SELECT {COLUMNS} {TABLES} WHERE {mine}
         AND (({OPEN}) OR (d.due >= ${} AND d.due <= ${n} AND r.closed_at IS NULL))
         ORDER BY CASE WHEN d.status = 'awaiting_review' THEN 1 ELSE 0 END, d.due, r.rank, d.requirement,
         d.organisation LIMIT {most}",
        n - 1
    );
    db.all(&sql, values).await
}

/// When a submission was handed in, and the title of its item.
pub async fn handed_in_at(
    db: &Db,
    submission: Option<Id>,
) -> Result<Option<(Instant, String)>, Error> {
    let sql = "SELECT s.at, r.title FROM submission s JOIN requirement r ON r.id = s.requirement
               WHERE s.id = $1";
    db.find(sql, params![submission]).await
}

row! {
    /// A record offered as evidence.
    pub struct HeldRecord {
        pub id: Id,
        pub day: Day,
        pub title: String,
        pub attended: i64,
        pub evidence: i64,
    }
}

row! {
    /// Somebody it may be handed on to.
    pub struct Colleague {
        pub id: Id,
        pub name: String,
        pub place: String,
    }
}

/// What was handed in last: shown while it waits, and the start of putting it right.
pub async fn handed_in(db: &Db, duty: &DutyRow, status: Status) -> Result<Draft, Error> {
    let Some(submission) = duty.submission.filter(|_| status != Status::NotStarted) else {
        return Ok(Draft::default());
    };
    let text: String = db
        .scalar(
            "SELECT text FROM submission WHERE id = $1",
            params![submission],
        )
        .await?;
    let sql =
        "SELECT file FROM file_use WHERE object_kind = 'submission' AND object = $1 ORDER BY rank";
    let files = db.column(sql, params![submission]).await?;
    let sql = "SELECT record FROM submission_record WHERE submission = $1 ORDER BY record";
    let records = db.column(sql, params![submission]).await?;
    Ok(Draft {
        text,
        files,
        records: Some(records),
        ..Draft::default()
    })
}

pub async fn records_by_id(db: &Db, ids: &[Id]) -> Result<Vec<HeldRecord>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT r.id, r.day, r.title, r.attended, (SELECT COUNT(*) FROM file_use u
         WHERE u.object_kind = 'record' AND u.object = r.id) AS evidence
         FROM record r WHERE r.removed_at IS NULL AND r.id IN ({}) ORDER BY r.day, r.id",
        placeholders(1, ids.len())
    );
    db.all(&sql, ids.iter().flat_map(|id| params![*id]).collect())
        .await
}

pub async fn files_by_id(db: &Db, ids: &[Id]) -> Result<Vec<FileRow>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT id AS object, id AS file, name, kind, bytes, width, height, CAST(0 AS BIGINT) AS rank
         FROM file WHERE id IN ({})",
        placeholders(1, ids.len())
    );
    let mut files: Vec<FileRow> = db
        .all(&sql, ids.iter().flat_map(|id| params![*id]).collect())
        .await?;
    files.sort_by_key(|file| ids.iter().position(|id| *id == file.file));
    Ok(files)
}

/// Accounts of the organisation and of those below it, but one's own.
pub async fn colleagues(
    db: &Db,
    actor: &Actor,
    duty: &DutyRow,
    today: Day,
) -> Result<Vec<Colleague>, Error> {
    let sql = "SELECT DISTINCT a.id, a.name, n.short_name AS place FROM account a
        JOIN role_grant g ON g.account = a.id JOIN node n ON n.id = g.node
        WHERE a.suspended_at IS NULL AND g.from_day <= $1 AND (g.to_day IS NULL OR g.to_day >= $1)
        AND n.path >= $2 AND n.path < $3 AND a.id <> $4 ORDER BY a.name, a.id LIMIT 50";
    db.all(
        sql,
        params![today, &duty.path, duty.path.end(), actor.account],
    )
    .await
}

/// Names of two nodes.
pub async fn names(db: &Db, a: Id, b: Id) -> Result<Vec<(Id, String)>, Error> {
    db.all(
        "SELECT id, name FROM node WHERE id IN ($1, $2)",
        params![a, b],
    )
    .await
}
