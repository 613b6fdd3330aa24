//! What the queue shows, in a constant number of statements.

use super::Filter;
use crate::store::Key;
use ::store::{Db, Error, Value, params, placeholders, row};
use kernel::{Day, Id, Instant, TreePath};
use record::files::FileKind;
use std::collections::{BTreeMap, HashMap};
use web::{Actor, Place, Right};

/// Characters of a document shown in the queue itself.
const EXCERPT: i64 = 600;

/// Everything that waits for that person: by right at the place and at the reviewer's.
fn condition(actor: &Actor, filter: &Filter, values: &mut Vec<Value>) -> String {
    let reach = actor.reach(Right::ReviewDuties);
    let mut terms = vec![
        "d.status = 'awaiting_review' AND d.not_applicable IS NULL AND r.closed_at IS NULL"
            .to_owned(),
        reach.sql("d.path", "d.zone", values),
        reach.sql("d.reviewer_path", "CAST(NULL AS BIGINT)", values),
    ];
    let mut equal = |column: &str, operator: &str, value: Option<Value>| {
        if let Some(value) = value {
            values.push(value);
            terms.push(format!("{column} {operator} ${}", values.len()));
        }
    };
    equal("d.sheet", "=", filter.sheet.map(|id| Value::from(id.0)));
    equal(
        "d.requirement",
        "=",
        filter.item.map(|id| Value::from(id.0)),
    );
    equal("d.zone", "=", filter.zone.map(|id| Value::from(id.0)));
    equal("s.at", ">=", filter.since.map(|at| Value::from(at.0)));
    terms.join(" AND ")
}

const FROM: &str = "FROM duty d JOIN requirement r ON r.id = d.requirement
    LEFT JOIN submission s ON s.id = d.submission";

/// How many wait.
pub async fn count(db: &Db, actor: &Actor, filter: &Filter) -> Result<i64, Error> {
    let mut values = Vec::new();
    let condition = condition(actor, filter, &mut values);
    db.scalar(
        &format!("SELECT COUNT(*) AS n {FROM} WHERE {condition}"),
        values,
    )
    .await
}

row! {
    /// An item something waits for.
    pub struct Asked {
        pub id: Id,
        pub sheet: Id,
        pub title: String,
        pub outline: String,
        pub source_words: String,
        pub n: i64,
    }
}

impl Asked {
    /// `清教党〔2026〕9号`
    pub fn sheet_words(&self) -> String {
        let words = self.source_words.split(' ').next();
        words.unwrap_or_default().to_owned()
    }
}

/// Items something waits for, the earliest deadline first.
pub async fn items(db: &Db, actor: &Actor) -> Result<Vec<Asked>, Error> {
    let mut values = Vec::new();
    let condition = condition(actor, &Filter::default(), &mut values);
    let sql = format!(
        "SELECT r.id, d.sheet, r.title, r.outline, r.source_words, COUNT(*) AS n {FROM}
         WHERE {condition} GROUP BY r.id, d.sheet, r.title, r.outline, r.source_words, r.due
         ORDER BY r.due, r.id"
    );
    db.all(&sql, values).await
}

/// Zones something waits from.
pub async fn zones(db: &Db, actor: &Actor) -> Result<Vec<(Id, String)>, Error> {
    let mut values = Vec::new();
    let condition = condition(actor, &Filter::default(), &mut values);
    let sql = format!(
        "SELECT id, name FROM node WHERE id IN (SELECT d.zone {FROM} WHERE {condition})
         ORDER BY pinyin, id"
    );
    db.all(&sql, values).await
}

row! {
    struct WaitingRow {
        requirement: Id,
        organisation: Id,
        path: TreePath,
        zone: Option<Id>,
        on_time: Option<bool>,
        due: Day,
        asked_due: Day,
        extension_asked: Option<Day>,
        name: String,
        zone_name: Option<String>,
        title: String,
        source_words: String,
        demand: String,
        needs_file: bool,
        photo_why: Option<String>,
        submission: Option<Id>,
        text: Option<String>,
        at: Option<Instant>,
        by_name: Option<String>,
    }
}

/// A submission with what was handed in.
pub struct Waiting {
    /// Its place on the page, which tells its forms' keys apart.
    pub n: usize,
    pub key: Key,
    pub place: Place,
    pub name: String,
    pub zone: String,
    pub at: Option<Instant>,
    pub on_time: Option<bool>,
    pub title: String,
    pub source: String,
    pub demand: String,
    pub when: String,
    pub by: String,
    pub text: String,
    pub due: Day,
    pub extension_asked: Option<Day>,
    pub records: Vec<Held>,
    pub files: Vec<Shown>,
    /// What it lacks or how it is late; nothing when it may be accepted in a batch.
    pub lacks: Vec<&'static str>,
}

row! {
    /// A record handed in as evidence.
    pub struct Held {
        pub submission: Id,
        pub id: Id,
        pub day: Day,
        pub title: String,
        pub attended: i64,
    }
}

row! {
    struct ShownRow {
        object_kind: String,
        object: Id,
        id: Id,
        name: String,
        kind: String,
        text: Option<String>,
    }
}

/// A file shown where it is.
#[derive(Clone)]
pub struct Shown {
    pub id: Id,
    pub name: String,
    pub is_picture: bool,
    pub is_pdf: bool,
    /// The beginning of a document's words.
    pub lines: Vec<String>,
}

/// One page of the queue and the key of the next.
pub async fn page(
    db: &Db,
    actor: &Actor,
    filter: &Filter,
    after: &str,
    most: usize,
) -> Result<(Vec<Waiting>, Option<String>), Error> {
    let mut values = Vec::new();
    let mut condition = condition(actor, filter, &mut values);
    if let Some(cursor) = Cursor::read(after) {
        let from = values.len() + 1;
        values.extend(params![
            cursor.due,
            cursor.requirement,
            &cursor.path,
            cursor.organisation
        ]);
        condition.push_str(&format!(
            " AND (r.due, d.requirement, d.path, d.organisation) > ({})",
            placeholders(from, 4)
        ));
    }
    let sql = format!(
        "SELECT d.requirement, d.organisation, d.path, d.zone, d.on_time, d.due, r.due AS asked_due,
         d.extension_asked, n.name, z.name AS zone_name, r.title, r.source_words, r.demand,
         r.needs_file, r.photo_why, d.submission, s.text, s.at, s.by_name
         {FROM} JOIN node n ON n.id = d.organisation LEFT JOIN node z ON z.id = d.zone
         WHERE {condition} ORDER BY r.due, d.requirement, d.path, d.organisation LIMIT {}",
        most + 1
    );
    let mut found: Vec<WaitingRow> = db.all(&sql, values).await?;
    let next = (found.len() > most).then(|| {
        found.truncate(most);
        found.last().map(Cursor::of).unwrap_or_default()
    });
    let submissions: Vec<Id> = found.iter().filter_map(|row| row.submission).collect();
    let mut records = records(db, &submissions).await?;
    let held: Vec<Id> = records.values().flatten().map(|record| record.id).collect();
    let files = files(db, &submissions, &held).await?;
    let waiting = found.into_iter().enumerate().map(|(n, row)| {
        let records = row
            .submission
            .and_then(|id| records.remove(&id))
            .unwrap_or_default();
        join(n, row, records, &files)
    });
    Ok((waiting.collect(), next))
}

/// Files by what they belong to: a submission or a record.
type Files = HashMap<(bool, Id), Vec<Shown>>;

fn join(n: usize, row: WaitingRow, records: Vec<Held>, files: &Files) -> Waiting {
    let own = row
        .submission
        .and_then(|id| files.get(&(false, id)))
        .into_iter()
        .flatten();
    let theirs = records
        .iter()
        .filter_map(|record| files.get(&(true, record.id)))
        .flatten();
    let files: Vec<Shown> = own.chain(theirs).cloned().collect();
    let text = row.text.unwrap_or_default();
    let timely = if row.on_time == Some(false) {
        "逾期"
    } else {
        "按时"
    };
    let mut lacks = Vec::new();
    let mut lack = |is: bool, words: &'static str| {
        if is {
            lacks.push(words);
        }
    };
    lack(text.trim().is_empty() && records.is_empty(), "没有情况说明");
    lack(row.needs_file && files.is_empty(), "缺材料");
    lack(
        row.photo_why.is_some() && !files.iter().any(|file| file.is_picture),
        "缺照片",
    );
    lack(row.on_time == Some(false), "逾期报送");
    Waiting {
        n,
        key: Key {
            requirement: row.requirement,
            organisation: row.organisation,
        },
        place: Place::new(&row.path, row.zone),
        at: row.at,
        on_time: row.on_time,
        name: row.name,
        zone: row.zone_name.unwrap_or_default(),
        title: row.title,
        source: row.source_words,
        demand: row.demand,
        when: row
            .at
            .map(|at| format!("{} 交，{timely}", at.chinese()))
            .unwrap_or_default(),
        by: row.by_name.unwrap_or_default(),
        due: row.due,
        extension_asked: row.extension_asked,
        text,
        records,
        files,
        lacks,
    }
}

async fn records(db: &Db, submissions: &[Id]) -> Result<BTreeMap<Id, Vec<Held>>, Error> {
    let mut by_submission: BTreeMap<Id, Vec<Held>> = BTreeMap::new();
    if submissions.is_empty() {
        return Ok(by_submission);
    }
    let sql = format!(
        "SELECT x.submission, r.id, r.day, r.title, r.attended FROM submission_record x
         JOIN record r ON r.id = x.record WHERE r.removed_at IS NULL AND x.submission IN ({})
         ORDER BY r.day, r.id",
        placeholders(1, submissions.len())
    );
    let values = submissions.iter().flat_map(|id| params![*id]).collect();
    for held in db.all::<Held>(&sql, values).await? {
        by_submission.entry(held.submission).or_default().push(held);
    }
    Ok(by_submission)
}

async fn files(db: &Db, submissions: &[Id], records: &[Id]) -> Result<Files, Error> {
    let mut by_object = Files::new();
    if submissions.is_empty() {
        return Ok(by_object);
    }
    let sql = format!(
        "SELECT u.object_kind, u.object, f.id, f.name, f.kind,
         CASE WHEN f.kind IN ('docx', 'xlsx') THEN SUBSTR(f.text, 1, {EXCERPT}) END AS text
         FROM file_use u JOIN file f ON f.id = u.file
         WHERE (u.object_kind = 'submission' AND u.object IN ({}))
            OR (u.object_kind = 'record' AND u.object IN ({}))
         ORDER BY u.object, u.rank, f.id",
        placeholders(1, submissions.len()),
        placeholders(submissions.len() + 1, records.len())
    );
    let values = submissions
        .iter()
        .chain(records)
        .flat_map(|id| params![*id])
        .collect();
    for row in db.all::<ShownRow>(&sql, values).await? {
        let of_record = row.object_kind == "record";
        by_object
            .entry((of_record, row.object))
            .or_default()
            .push(shown(row));
    }
    Ok(by_object)
}

fn shown(row: ShownRow) -> Shown {
    let kind = FileKind::from_code(&row.kind);
    let text = row.text.unwrap_or_default();
    let lines = text.lines().map(|line| line.trim().replace('\t', " | "));
    Shown {
        id: row.id,
        name: row.name,
        is_picture: kind.is_some_and(FileKind::is_picture),
        is_pdf: kind == Some(FileKind::Pdf),
        lines: lines.filter(|line| !line.is_empty()).collect(),
    }
}

/// Where a page ends.
struct Cursor {
    due: Day,
    requirement: Id,
    path: TreePath,
    organisation: Id,
}

impl Cursor {
    fn of(row: &WaitingRow) -> String {
        format!(
            "{}.{}.{}.{}",
            row.asked_due, row.requirement, row.path, row.organisation
        )
    }

    fn read(text: &str) -> Option<Cursor> {
        let mut parts = text.split('.');
        let cursor = Cursor {
            due: parts.next()?.parse().ok()?,
            requirement: parts.next()?.parse().ok()?,
            path: TreePath::new(parts.next()?),
            organisation: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(cursor)
    }
}

/// 退回理由: what the officer wrote before, or what is usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// `text`, `file` or `record`.
    pub field: String,
    /// The words.
    pub words: String,
}

/// What may be wrong in any office.
const USUAL: [(&str, &str); 4] = [
    ("text", "情况说明没有写明数量和结果"),
    ("file", "材料不完整或与要求不符"),
    ("file", "材料打不开或看不清"),
    ("record", "所选记录与本事项无关"),
];

/// The reasons that person gave last, then the usual ones.
pub async fn reasons(db: &Db, account: Id) -> Result<Vec<Reason>, Error> {
    const MOST: usize = 6;
    let sql = "SELECT reason, field FROM fact WHERE by_account = $1 AND kind = 'returned'
               ORDER BY at DESC, id DESC LIMIT 40";
    let given: Vec<(String, Option<String>)> = db.all(sql, params![account]).await?;
    let mut reasons: Vec<Reason> = Vec::new();
    for (words, field) in given {
        if reasons.len() < MOST && !reasons.iter().any(|r| r.words == words) {
            reasons.push(Reason {
                field: field.unwrap_or_else(|| "text".to_owned()),
                words,
            });
        }
    }
    for (field, words) in USUAL {
        if !reasons.iter().any(|r| r.words == words) {
            reasons.push(Reason {
                field: field.to_owned(),
                words: words.to_owned(),
            });
        }
    }
    Ok(reasons)
}

row! {
    struct JudgedRow {
        requirement: Id,
        organisation: Id,
        kind: String,
        at: Instant,
        name: String,
        title: String,
    }
}

/// A judgement that can still be undone.
pub struct Judged {
    pub key: Key,
    pub accepted: bool,
    pub at: Instant,
    pub organisation: String,
    pub title: String,
}

/// That person's judgements since an instant after which nothing happened, the latest first.
pub async fn judged(db: &Db, account: Id, since: Instant) -> Result<Vec<Judged>, Error> {
    let sql = "SELECT f.requirement, f.organisation, f.kind, f.at, n.name, r.title FROM fact f
        JOIN node n ON n.id = f.organisation JOIN requirement r ON r.id = f.requirement
        WHERE f.by_account = $1 AND f.at >= $2 AND f.kind IN ('accepted', 'returned')
        AND r.closed_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM fact g WHERE g.requirement = f.requirement
            AND g.organisation = f.organisation AND g.id > f.id
            AND g.kind IN ('submitted', 'withdrawn', 'accepted', 'returned', 'review_undone'))
        ORDER BY f.at DESC, f.id LIMIT 200";
    let rows: Vec<JudgedRow> = db.all(sql, params![account, since]).await?;
    let judged = rows.into_iter().map(|row| Judged {
        key: Key {
            requirement: row.requirement,
            organisation: row.organisation,
        },
        accepted: row.kind == "accepted",
        at: row.at,
        organisation: row.name,
        title: row.title,
    });
    Ok(judged.collect())
}

/// An organisation's name and its zone's.
pub async fn names(db: &Db, organisation: Id) -> Result<Option<(String, String)>, Error> {
    let sql = "SELECT n.name, COALESCE(z.name, '') AS zone FROM node n
               LEFT JOIN node z ON z.id = n.zone WHERE n.id = $1";
    db.find(sql, params![organisation]).await
}
