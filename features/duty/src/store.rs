//! Every statement of the feature that more than one use case or page needs.

use ::store::{Db, Error, Tx, params, placeholders, row};
use kernel::{Day, Id, Instant, TreePath};
use rules::duty::{Demand, Fact, FactKind};
use rules::measure::RecordFact;

/// 事项键: which requirement of which organisation. The period is the requirement's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Requirement.
    pub requirement: Id,
    /// Organisation.
    pub organisation: Id,
}

impl std::str::FromStr for Key {
    type Err = std::num::ParseIntError;
    /// `requirement-organisation`, as forms and addresses carry it.
    fn from_str(text: &str) -> Result<Key, Self::Err> {
        let (requirement, organisation) = text.split_once('-').unwrap_or((text, ""));
        Ok(Key {
            requirement: requirement.parse()?,
            organisation: organisation.parse()?,
        })
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.requirement, self.organisation)
    }
}

row! {
    /// A kept duty: the engine's answer as of `changed_at`, for lists and sums.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct DutyRow {
        /// Requirement.
        pub requirement: Id,
        /// Organisation.
        pub organisation: Id,
        /// Its present path.
        pub path: TreePath,
        /// Its present zone.
        pub zone: Option<Id>,
        /// The sheet (or other source).
        pub sheet: Id,
        /// Place in the sheet.
        pub rank: i64,
        /// Path of the organisation that reviews.
        pub reviewer_path: TreePath,
        /// Effective deadline.
        pub due: Day,
        /// Code of [`rules::duty::Status`].
        pub status: String,
        /// Still owed, and the day has passed.
        pub overdue: bool,
        /// Why it does not apply.
        pub not_applicable: Option<String>,
        /// First date that counts.
        pub submitted_on: Option<Day>,
        /// In time.
        pub on_time: Option<bool>,
        /// Code of [`rules::duty::NextStep`].
        pub next: String,
        /// JSON: records that count.
        pub counted: String,
        /// JSON: sentences.
        pub missing: String,
        /// JSON: [`rules::duty::Line`]s.
        pub because: String,
        /// The latest submission.
        pub submission: Option<Id>,
        /// Account it was handed on to.
        pub handed_to: Option<Id>,
        /// Their name.
        pub handed_name: Option<String>,
        /// Day asked for, while nobody answered.
        pub extension_asked: Option<Day>,
        /// First later day on which time alone may change it.
        pub changes_on: Option<Day>,
        /// Until when a return keeps its first date.
        pub put_right_until: Option<Day>,
        /// Field the return is about.
        pub returned_field: Option<String>,
        /// When it last changed.
        pub changed_at: Instant,
    }
}

/// Columns of [`DutyRow`], in the table's order.
pub const DUTY_COLUMNS: [&str; 25] = [
    "requirement",
    "organisation",
    "path",
    "zone",
    "sheet",
    "rank",
    "reviewer_path",
    "due",
    "status",
    "overdue",
    "not_applicable",
    "submitted_on",
    "on_time",
    "next",
    "counted",
    "missing",
    "because",
    "submission",
    "handed_to",
    "handed_name",
    "extension_asked",
    "changes_on",
    "put_right_until",
    "returned_field",
    "changed_at",
];

row! {
    /// A requirement as stored.
    #[derive(Clone, Debug)]
    pub struct RequirementRow {
        pub id: Id,
        pub source_kind: String,
        pub source: Id,
        pub item: Id,
        pub path: TreePath,
        pub rank: i64,
        pub outline: String,
        pub title: String,
        pub demand: String,
        pub source_words: String,
        pub period_key: String,
        pub window_from: Day,
        pub window_to: Option<Day>,
        pub due: Day,
        pub due_words: String,
        pub measure: String,
        pub evidence: String,
        pub max_files: i64,
        pub photo_why: Option<String>,
        pub needs_file: bool,
        pub weight: i64,
        pub substantive: bool,
        pub reviewer: Id,
        pub who_words: String,
        pub effort_seconds: i64,
        pub issued_at: Instant,
        pub closed_at: Option<Instant>,
    }
}

impl RequirementRow {
    /// What the engine needs of it, for an organisation it applies to unless a reason says not.
    pub fn demand_of(&self, not_applicable: Option<String>) -> Result<Demand, Error> {
        let measure = serde_json::from_str(&self.measure)?;
        Ok(Demand {
            window_to: self.window_to,
            evidence_max: u32::try_from(self.max_files).unwrap_or(0),
            photo: self.photo_why.clone(),
            needs_file: self.needs_file,
            substantive: self.substantive,
            weight: u32::try_from(self.weight).unwrap_or(0),
            not_applicable,
            ..Demand::new(self.id, self.window_from, self.due, measure)
        })
    }
}

row! {
    /// A fact as stored.
    #[derive(Clone, Debug)]
    pub struct FactRow {
        pub id: Id,
        pub requirement: Id,
        pub organisation: Id,
        pub kind: String,
        pub at: Instant,
        pub by_account: Option<Id>,
        pub by_name: String,
        pub reason: String,
        pub field: Option<String>,
        pub day: Option<Day>,
        pub submission: Option<Id>,
        pub handed_to: Option<Id>,
        pub handed_name: Option<String>,
    }
}

/// Columns of [`FactRow`].
pub const FACT_COLUMNS: &str = "id, requirement, organisation, kind, at, by_account, by_name, \
                                reason, field, day, submission, handed_to, handed_name";

impl FactRow {
    /// The fact as the engine reads it; none for a kind it does not know.
    pub fn fact(&self) -> Option<Fact> {
        let reason = self.reason.clone();
        let kind = match self.kind.as_str() {
            "started" => FactKind::Started,
            "handed_on" => FactKind::HandedOn {
                to: self.handed_name.clone().unwrap_or_default(),
            },
            "submitted" => FactKind::Submitted,
            "withdrawn" => FactKind::Withdrawn,
            "returned" => FactKind::Returned {
                reason,
                field: self.field.clone(),
            },
            "accepted" => FactKind::Accepted,
            "review_undone" => FactKind::ReviewUndone,
            "extension_asked" => FactKind::ExtensionAsked { to: self.day? },
            "extension_refused" => FactKind::ExtensionRefused,
            "extended" => FactKind::Extended { to: self.day? },
            "exempted" => FactKind::Exempted { reason },
            "exemption_lifted" => FactKind::ExemptionLifted,
            _ => return None,
        };
        Some(Fact {
            id: self.id,
            kind,
            at: self.at,
            by: self.by_name.clone(),
            by_id: self.by_account.unwrap_or_default(),
            reason: Some(self.reason.clone()).filter(|r| !r.is_empty()),
        })
    }
}

row! {
    /// A record as the engine reads it, with its place.
    #[derive(Clone, Debug)]
    pub struct HeldRow {
        pub id: Id,
        pub kind: String,
        pub subkind: String,
        pub path: TreePath,
        pub day: Day,
        pub title: String,
        pub speaker_is_secretary: bool,
        pub speaker_birth: Option<Day>,
        pub attended: i64,
        pub expected: i64,
        pub evidence: i64,
        pub created_at: Instant,
        pub removed_at: Option<Instant>,
    }
}

impl HeldRow {
    /// Whether it stood at that instant: entered by then, not yet taken back.
    pub fn stood_at(&self, at: Instant) -> bool {
        self.created_at <= at && self.removed_at.is_none_or(|removed| removed > at)
    }

    /// What the engine needs of it.
    pub fn fact(&self) -> RecordFact {
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

/// The kept duty of that key.
pub async fn find_duty(db: &Db, key: Key) -> Result<Option<DutyRow>, Error> {
    let sql = format!(
        "SELECT {} FROM duty WHERE requirement = $1 AND organisation = $2",
        DUTY_COLUMNS.join(", ")
    );
    db.find(&sql, params![key.requirement, key.organisation])
        .await
}

/// The requirement of that id.
pub async fn find_requirement(db: &Db, id: Id) -> Result<Option<RequirementRow>, Error> {
    db.find("SELECT * FROM requirement WHERE id = $1", params![id])
        .await
}

/// Every fact of a duty, oldest first.
pub async fn facts_of(db: &Db, key: Key) -> Result<Vec<FactRow>, Error> {
    let sql = format!(
        "SELECT {FACT_COLUMNS} FROM fact WHERE requirement = $1 AND organisation = $2 ORDER BY id"
    );
    db.all(&sql, params![key.requirement, key.organisation])
        .await
}

/// A fact about to be appended.
#[derive(Clone, Debug, Default)]
pub struct NewFact<'a> {
    /// Code of [`FactKind`].
    pub kind: &'static str,
    /// In whose words why.
    pub reason: &'a str,
    /// The form field it is about.
    pub field: Option<&'a str>,
    /// The day it names.
    pub day: Option<Day>,
    /// The submission it belongs to.
    pub submission: Option<Id>,
    /// Account it goes to, and their name.
    pub handed: Option<(Id, &'a str)>,
}

/// Appends a fact; facts are never changed.
pub async fn append_fact(tx: &Tx, key: Key, fact: &NewFact<'_>) -> Result<Id, Error> {
    let id = tx.new_id();
    let sql = format!(
        "INSERT INTO fact ({FACT_COLUMNS}) VALUES ({})",
        placeholders(1, 13)
    );
    let by = tx.by();
    tx.exec(
        &sql,
        params![
            id,
            key.requirement,
            key.organisation,
            fact.kind,
            tx.now(),
            by.account,
            &by.name,
            fact.reason,
            fact.field,
            fact.day,
            fact.submission,
            fact.handed.map(|(to, _)| to),
            fact.handed.map(|(_, name)| name)
        ],
    )
    .await?;
    Ok(id)
}

row! {
    /// A duty in a list, with the names it is read by.
    #[derive(Clone, Debug)]
    pub struct ListedDuty {
        pub requirement: Id,
        pub organisation: Id,
        pub organisation_name: String,
        pub path: TreePath,
        pub sheet: Id,
        pub outline: String,
        pub title: String,
        pub due: Day,
        pub status: String,
        pub overdue: bool,
        pub not_applicable: Option<String>,
        pub submitted_on: Option<Day>,
        pub on_time: Option<bool>,
    }
}

/// What a list of duties is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// That sheet.
    pub sheet: Option<Id>,
    /// That organisation and those below it.
    pub under: Option<TreePath>,
    /// Code of a status.
    pub status: Option<String>,
    /// Overdue ones only.
    pub overdue: bool,
    /// After that place.
    pub after: Option<(TreePath, Id)>,
}

/// Duties within reach, by organisation and requirement.
pub async fn list_duties(
    db: &Db,
    reach: &web::Reach,
    listing: &Listing,
    most: usize,
) -> Result<Vec<ListedDuty>, Error> {
    let mut values = vec![];
    let mut terms = vec![reach.sql("d.path", "d.zone", &mut values)];
    let mut add = |sql: &str, value: Vec<::store::Value>| {
        let at = values.len();
        values.extend(value);
        terms.push(
            sql.replace("?1", &format!("${}", at + 1))
                .replace("?2", &format!("${}", at + 2)),
        );
    };
    if let Some(sheet) = listing.sheet {
        add("d.sheet = ?1", params![sheet]);
    }
    if let Some(under) = &listing.under {
        add("d.path >= ?1 AND d.path < ?2", params![under, under.end()]);
    }
    if let Some(status) = &listing.status {
        add("d.status = ?1", params![status]);
    }
    if let Some((path, requirement)) = &listing.after {
        add(
            "(d.path, d.requirement) > (?1, ?2)",
            params![path, *requirement],
        );
    }
    if listing.overdue {
        terms.push("d.overdue = TRUE".to_owned());
    }
    let sql = format!(
        "SELECT d.requirement, d.organisation, n.name AS organisation_name, d.path, d.sheet, r.outline,
         r.title, d.due, d.status, d.overdue, d.not_applicable, d.submitted_on, d.on_time
         FROM duty d JOIN requirement r ON r.id = d.requirement JOIN node n ON n.id = d.organisation
         WHERE {} ORDER BY d.path, d.requirement LIMIT {most}",
        terms.join(" AND ")
    );
    db.all(&sql, values).await
}
