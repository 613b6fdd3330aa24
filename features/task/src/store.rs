//! Every statement of the feature.

use crate::entities::item::Item;
use crate::entities::plan::Ground;
use crate::entities::sheet::{Annex, COLUMNS, Sheet};
use crate::entities::whom::Naming;
use ::store::{Db, Error, Fail, Tx, Value, params, placeholders, row};
use kernel::{Day, Id, Instant, TreePath};
use rules::measure::RecordFact;
use std::collections::HashMap;
use web::{Reach, Right};

/// The sheet of that id.
pub async fn find_sheet(db: &Db, id: Id) -> Result<Option<Sheet>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM sheet s WHERE s.id = $1");
    db.find(&sql, params![id]).await
}

const ITEM: [&str; 30] = [
    "id",
    "sheet",
    "rank",
    "outline",
    "part",
    "container",
    "title",
    "text",
    "due",
    "due_words",
    "cadence",
    "who",
    "targets_words",
    "quantity",
    "evidence",
    "max_files",
    "photo_why",
    "needs_file",
    "measure",
    "weight",
    "substantive",
    "reviewer",
    "spans",
    "doubts",
    "forbidden",
    "confidence",
    "checked",
    "dropped",
    "saved_key",
    "version",
];

fn item_columns() -> String {
    ITEM.join(", ")
}

/// Its items, in order.
pub async fn items(db: &Db, sheet: Id) -> Result<Vec<Item>, Error> {
    let sql = format!(
        "SELECT {} FROM item WHERE sheet = $1 ORDER BY rank, id",
        item_columns()
    );
    db.all(&sql, params![sheet]).await
}

/// One item of it.
pub async fn find_item(db: &Db, sheet: Id, id: Id) -> Result<Option<Item>, Error> {
    let sql = format!(
        "SELECT {} FROM item WHERE sheet = $1 AND id = $2",
        item_columns()
    );
    db.find(&sql, params![sheet, id]).await
}

/// Its annexes, in order.
pub async fn annexes(db: &Db, sheet: Id) -> Result<Vec<Annex>, Error> {
    db.all(
        "SELECT rank, title, file FROM annex WHERE sheet = $1 ORDER BY rank",
        params![sheet],
    )
    .await
}

/// Keeps a new draft.
pub async fn insert_sheet(tx: &Tx, s: &Sheet, digest: &str) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO sheet (id, issuer, path, title, issuer_words, recipients, preface, period_from,
         period_to, doc_date, prefix, cited_number, original, original_name, original_digest,
         document, warnings, created_at, created_by, created_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
         $20)",
        params![
            s.id, s.issuer, &s.path, &s.title, &s.issuer_words, &s.recipients, &s.preface,
            s.period_from, s.period_to, s.doc_date, &s.prefix, &s.cited_number, s.original,
            &s.original_name, digest, &s.document, &s.warnings, s.created_at, tx.by().account,
            &s.created_by_name
        ],
    )
    .await?;
    Ok(())
}

/// Adds items.
pub async fn insert_items(tx: &Tx, items: &[Item]) -> Result<(), Error> {
    let rows = items.iter().map(item_values).collect();
    tx.insert_many("item", &ITEM, rows).await
}

fn item_values(i: &Item) -> Vec<Value> {
    params![
        i.id,
        i.sheet,
        i.rank,
        &i.outline,
        &i.part,
        i.container,
        &i.title,
        &i.text,
        i.due,
        &i.due_words,
        &i.cadence,
        &i.who,
        &i.targets_words,
        &i.quantity,
        &i.evidence,
        i.max_files,
        &i.photo_why,
        i.needs_file,
        &i.measure,
        i.weight,
        i.substantive,
        i.reviewer,
        &i.spans,
        &i.doubts,
        &i.forbidden,
        i.confidence,
        i.checked,
        i.dropped,
        &i.saved_key,
        i.version
    ]
}

/// Saves an item that stands at `item.version`; stale if somebody else saved it since. The page
/// that saved it last may save again without having been shown its own new version.
pub async fn update_item<R>(tx: &Tx, i: &Item, key: &str) -> Result<(), Fail<R>> {
    tx.exec_one(
        "UPDATE item SET outline = $3, title = $4, text = $5, due = $6, due_words = $7, cadence = $8,
         who = $9, quantity = $10, evidence = $11, max_files = $12, photo_why = $13,
         needs_file = $14, measure = $15, weight = $16, substantive = $17, reviewer = $18,
         doubts = $19, forbidden = $20, checked = $21, part = $22, saved_key = $23,
         version = version + 1
         WHERE id = $1 AND (version = $2 OR (saved_key = $23 AND saved_key <> ''))",
        params![
            i.id, i.version, &i.outline, &i.title, &i.text, i.due, &i.due_words, &i.cadence, &i.who,
            &i.quantity, &i.evidence, i.max_files, &i.photo_why, i.needs_file, &i.measure, i.weight,
            i.substantive, i.reviewer, &i.doubts, &i.forbidden, i.checked, &i.part, key
        ],
    )
    .await
}

/// Drops an item or takes it back.
pub async fn set_dropped(tx: &Tx, item: Id, dropped: bool) -> Result<(), Error> {
    let sql = "UPDATE item SET dropped = $2, version = version + 1 WHERE id = $1";
    tx.exec(sql, params![item, dropped]).await?;
    Ok(())
}

/// Takes a heading for an item.
pub async fn set_asked(tx: &Tx, item: Id) -> Result<(), Error> {
    let sql = "UPDATE item SET container = FALSE, version = version + 1 WHERE id = $1";
    tx.exec(sql, params![item]).await?;
    Ok(())
}

/// Numbers the items anew, in that order.
pub async fn set_order(tx: &Tx, items: &[Id]) -> Result<(), Error> {
    for (rank, id) in (1_i64..).zip(items) {
        tx.exec(
            "UPDATE item SET rank = $2 WHERE id = $1",
            params![*id, rank],
        )
        .await?;
    }
    Ok(())
}

/// Saves what stands above the items; stale as for [`update_item`].
pub async fn update_sheet<R>(tx: &Tx, s: &Sheet, key: &str) -> Result<(), Fail<R>> {
    tx.exec_one(
        "UPDATE sheet SET title = $3, issuer_words = $4, recipients = $5, preface = $6,
         period_from = $7, period_to = $8, doc_date = $9, prefix = $10, saved_key = $11,
         version = version + 1, changes = changes + 1
         WHERE id = $1 AND issued_at IS NULL
         AND (version = $2 OR (saved_key = $11 AND saved_key <> ''))",
        params![
            s.id,
            s.version,
            &s.title,
            &s.issuer_words,
            &s.recipients,
            &s.preface,
            s.period_from,
            s.period_to,
            s.doc_date,
            &s.prefix,
            key
        ],
    )
    .await
}

/// Marks that something under the sheet changed, so that a check page opened before is stale.
pub async fn touch(tx: &Tx, sheet: Id) -> Result<(), Error> {
    let sql = "UPDATE sheet SET changes = changes + 1 WHERE id = $1 AND issued_at IS NULL";
    tx.exec(sql, params![sheet]).await?;
    Ok(())
}

/// Keeps an annex under its number.
pub async fn put_annex(tx: &Tx, sheet: Id, annex: &Annex) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO annex (sheet, rank, title, file) VALUES ($1, $2, $3, $4)
         ON CONFLICT (sheet, rank) DO UPDATE SET title = excluded.title, file = excluded.file",
        params![sheet, annex.rank, &annex.title, annex.file],
    )
    .await?;
    Ok(())
}

/// Takes an annex out.
pub async fn drop_annex(tx: &Tx, sheet: Id, rank: i64) -> Result<(), Error> {
    tx.exec(
        "DELETE FROM annex WHERE sheet = $1 AND rank = $2",
        params![sheet, rank],
    )
    .await?;
    Ok(())
}

/// Deletes a draft with everything under it.
pub async fn delete_draft(tx: &Tx, sheet: Id) -> Result<(), Error> {
    for sql in [
        "DELETE FROM item WHERE sheet = $1",
        "DELETE FROM annex WHERE sheet = $1",
        "DELETE FROM file_use WHERE object_kind = 'sheet' AND object = $1",
        "DELETE FROM sheet WHERE id = $1 AND issued_at IS NULL",
    ] {
        tx.exec(sql, params![sheet]).await?;
    }
    Ok(())
}

/// The last number given under that code in that year; zero before the first.
pub async fn last_number(db: &Db, prefix: &str, year: i64) -> Result<i64, Error> {
    let sql = "SELECT last FROM sheet_sequence WHERE prefix = $1 AND year = $2";
    Ok(db
        .find::<(i64,)>(sql, params![prefix, year])
        .await?
        .map_or(0, |(last,)| last))
}

/// Takes the next number; one transaction after the other, without gaps. `first` is where a code
/// begins that gave no number this year yet.
pub async fn take_number(tx: &Tx, prefix: &str, year: i64, first: i64) -> Result<i64, Error> {
    tx.exec(
        "INSERT INTO sheet_sequence (prefix, year, last) VALUES ($1, $2, $3)
         ON CONFLICT (prefix, year) DO UPDATE SET last = sheet_sequence.last + 1",
        params![prefix, year, first],
    )
    .await?;
    last_number(tx, prefix, year).await
}

/// The code that this issuer used last.
pub async fn last_prefix(db: &Db, issuer: Id) -> Result<Option<String>, Error> {
    let sql =
        "SELECT prefix FROM sheet WHERE issuer = $1 AND prefix <> '' ORDER BY id DESC LIMIT 1";
    Ok(db
        .find::<(String,)>(sql, params![issuer])
        .await?
        .map(|(prefix,)| prefix))
}

/// Marks the draft as issued under its number; stale if anything of it changed since.
pub async fn set_issued<R>(
    tx: &Tx,
    sheet: &Sheet,
    changes: i64,
    (year, number): (i64, i64),
) -> Result<(), Fail<R>> {
    tx.exec_one(
        "UPDATE sheet SET issued_at = $3, issued_by = $4, year = $5, number = $6,
         changes = changes + 1 WHERE id = $1 AND changes = $2 AND issued_at IS NULL",
        params![sheet.id, changes, tx.now(), &tx.by().name, year, number],
    )
    .await
}

/// Marks an issued sheet as closed, or void.
pub async fn set_closed<R>(tx: &Tx, sheet: Id, why: &str, voided: bool) -> Result<(), Fail<R>> {
    tx.exec_one(
        "UPDATE sheet SET closed_at = $2, closed_by = $3, closed_why = $4, voided = $5,
         changes = changes + 1 WHERE id = $1 AND issued_at IS NOT NULL AND closed_at IS NULL",
        params![
            sheet,
            tx.now(),
            &tx.by().name,
            Some(why).filter(|w| !w.is_empty()),
            voided
        ],
    )
    .await
}

row! {
    /// A sheet that came from the same file.
    #[derive(Clone, Debug)]
    pub struct Twin {
        /// Which.
        pub id: Id,
        /// Its title.
        pub title: String,
        /// When it was drafted.
        pub created_at: Instant,
        /// When it was issued.
        pub issued_at: Option<Instant>,
    }
}

/// The latest sheet of that issuer read from the same bytes.
pub async fn find_twin(db: &Db, issuer: Id, digest: &str) -> Result<Option<Twin>, Error> {
    let sql = "SELECT id, title, created_at, issued_at FROM sheet
               WHERE issuer = $1 AND original_digest = $2 AND voided = FALSE ORDER BY id DESC LIMIT 1";
    db.find(sql, params![issuer, digest]).await
}

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
        "SELECT t.requirement, t.organisation, n.name, z.name AS zone_name, t.applies, t.because,
         d.status, d.overdue, d.due, d.submitted_on
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

row! {
    /// A demand that is already being made.
    #[derive(Clone, Debug)]
    pub struct OpenDemand {
        pub title: String,
        pub measure: String,
        pub source_words: String,
    }
}

/// Demands of other open sheets under the same root that fall due within this one's period.
pub async fn open_demands(db: &Db, sheet: &Sheet) -> Result<Vec<OpenDemand>, Error> {
    let sql = "SELECT DISTINCT title, measure, source_words FROM requirement
               WHERE closed_at IS NULL AND path >= $1 AND path < $2 AND source <> $3
               AND due >= $4";
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

/// Organisations to which a sheet applies.
pub async fn concerned(db: &Db, sheet: Id) -> Result<Vec<Id>, Error> {
    let sql =
        "SELECT DISTINCT t.organisation FROM target t JOIN requirement r ON r.id = t.requirement
               WHERE r.source_kind = 'sheet' AND r.source = $1 AND t.applies = TRUE";
    db.column(sql, params![sheet]).await
}
