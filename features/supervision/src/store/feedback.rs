//! What is called a burden, and the answers.

use ::store::{Db, Error, Value, params, row};
use duty::Key;
use kernel::{Id, Instant, TreePath};
use web::{Place, Reach};

row! {
    /// 意见: what somebody called a burden.
    #[derive(Clone, Debug)]
    pub struct FeedbackRow {
        pub id: Id,
        pub account: Id,
        pub by_name: String,
        pub organisation_name: Option<String>,
        pub path: TreePath,
        pub zone: Option<Id>,
        pub page: String,
        pub kind: String,
        pub words: String,
        pub at: Instant,
        pub seen_at: Option<Instant>,
        pub seen_by: Option<String>,
        pub outcome: String,
        pub answer: Option<String>,
        pub answered_at: Option<Instant>,
        pub answered_by: Option<String>,
        pub requirement: Option<Id>,
        pub duty_organisation: Option<Id>,
        pub duty_sheet: Option<Id>,
        pub duty_title: Option<String>,
        pub duty_source: Option<String>,
    }
}

impl FeedbackRow {
    /// The place its rights are asked at.
    pub fn place(&self) -> Place {
        Place::new(&self.path, self.zone)
    }

    /// The duty it is about, and the sheet that asks for it.
    pub fn duty(&self) -> Option<(Id, Key)> {
        let key = Key {
            requirement: self.requirement?,
            organisation: self.duty_organisation?,
        };
        Some((self.duty_sheet?, key))
    }

    /// `清教党〔2026〕9号 二、（三）“意见征集”`
    pub fn duty_words(&self) -> Option<String> {
        let (source, title) = (self.duty_source.as_ref()?, self.duty_title.as_ref()?);
        Some(format!("{source}“{title}”"))
    }
}

const FEEDBACK: &str =
    "SELECT f.id, f.account, f.by_name, n.name AS organisation_name, f.path, f.zone, f.page, f.kind,
    f.words, f.at, f.seen_at, f.seen_by, f.outcome, f.answer, f.answered_at, f.answered_by,
    f.requirement, f.duty_organisation, r.source AS duty_sheet, r.title AS duty_title,
    r.source_words AS duty_source
    FROM feedback f LEFT JOIN node n ON n.id = f.organisation
    LEFT JOIN requirement r ON r.id = f.requirement";

/// Somebody's own, the newest first, before one of them.
pub async fn own_feedback(
    db: &Db,
    account: Id,
    before: Option<Id>,
    limit: usize,
) -> Result<Vec<FeedbackRow>, Error> {
    let sql =
        format!("{FEEDBACK} WHERE f.account = $1 AND f.id < $2 ORDER BY f.id DESC LIMIT {limit}");
    db.all(&sql, params![account, before.unwrap_or(Id(i64::MAX))])
        .await
}

/// What the office's list is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedbackFilter {
    /// `open`, `answered`, or all.
    pub state: String,
    /// Code of a kind, or all.
    pub kind: String,
}

impl FeedbackFilter {
    fn condition(&self, reach: &Reach, values: &mut Vec<Value>) -> String {
        let mut terms = vec![reach.sql("f.path", "f.zone", values)];
        match self.state.as_str() {
            "open" => terms.push("f.answer IS NULL".to_owned()),
            "answered" => terms.push("f.answer IS NOT NULL".to_owned()),
            _ => {}
        }
        if !self.kind.is_empty() {
            values.extend(params![&self.kind]);
            terms.push(format!("f.kind = ${}", values.len()));
        }
        terms.join(" AND ")
    }
}

/// Those within reach, the newest first, before one of them.
pub async fn feedback(
    db: &Db,
    reach: &Reach,
    filter: &FeedbackFilter,
    before: Option<Id>,
    limit: usize,
) -> Result<Vec<FeedbackRow>, Error> {
    let mut values = params![before.unwrap_or(Id(i64::MAX))];
    let condition = filter.condition(reach, &mut values);
    let sql =
        format!("{FEEDBACK} WHERE f.id < $1 AND {condition} ORDER BY f.id DESC LIMIT {limit}");
    db.all(&sql, values).await
}

/// How many came within reach from one moment to another, and how many of them have an answer.
pub async fn feedback_count(
    db: &Db,
    reach: &Reach,
    from: Instant,
    to: Instant,
) -> Result<(i64, i64), Error> {
    let mut values = params![from, to];
    let within = reach.sql("f.path", "f.zone", &mut values);
    let sql = format!(
        "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(CASE WHEN f.answer IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT)
         AS answered FROM feedback f WHERE f.at >= $1 AND f.at < $2 AND {within}"
    );
    Ok(db.find(&sql, values).await?.unwrap_or_default())
}

/// How many within reach still wait for an answer.
pub async fn feedback_open(db: &Db, reach: &Reach) -> Result<i64, Error> {
    let mut values = Vec::new();
    let within = reach.sql("f.path", "f.zone", &mut values);
    let sql = format!("SELECT COUNT(*) FROM feedback f WHERE f.answer IS NULL AND {within}");
    db.scalar(&sql, values).await
}

/// By kind, from one moment to another: (code, number), the most frequent first.
pub async fn feedback_kinds(
    db: &Db,
    reach: &Reach,
    from: Instant,
    to: Instant,
) -> Result<Vec<(String, i64)>, Error> {
    let mut values = params![from, to];
    let within = reach.sql("f.path", "f.zone", &mut values);
    let sql = format!(
        "SELECT f.kind, COUNT(*) AS n FROM feedback f WHERE f.at >= $1 AND f.at < $2 AND {within}
         GROUP BY f.kind ORDER BY n DESC, f.kind"
    );
    db.all(&sql, values).await
}

/// One of them.
pub async fn find_feedback(db: &Db, id: Id) -> Result<Option<FeedbackRow>, Error> {
    db.find(&format!("{FEEDBACK} WHERE f.id = $1"), params![id])
        .await
}
