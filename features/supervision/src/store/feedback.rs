//! What is called a burden, and the answers.

use ::store::{Db, Error, params, row};
use kernel::{Id, Instant, TreePath};
use web::Reach;

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
        pub words: String,
        pub at: Instant,
        pub answer: Option<String>,
        pub answered_at: Option<Instant>,
        pub answered_by: Option<String>,
    }
}

const FEEDBACK: &str =
    "SELECT f.id, f.account, f.by_name, n.name AS organisation_name, f.path, f.zone,
    f.page, f.words, f.at, f.answer, f.answered_at, f.answered_by
    FROM feedback f LEFT JOIN node n ON n.id = f.organisation";

/// Somebody's own, the newest first.
pub async fn own_feedback(db: &Db, account: Id) -> Result<Vec<FeedbackRow>, Error> {
    db.all(
        &format!("{FEEDBACK} WHERE f.account = $1 ORDER BY f.id DESC LIMIT 50"),
        params![account],
    )
    .await
}

/// Those within reach: unanswered first, the newest first.
pub async fn feedback(
    db: &Db,
    reach: &Reach,
    before: Option<Id>,
) -> Result<Vec<FeedbackRow>, Error> {
    let mut values = params![before.unwrap_or(Id(i64::MAX))];
    let within = reach.sql("f.path", "f.zone", &mut values);
    let sql = format!("{FEEDBACK} WHERE f.id < $1 AND {within} ORDER BY f.id DESC LIMIT 51");
    db.all(&sql, values).await
}

/// How many came within reach since, and how many of them have an answer.
pub async fn feedback_count(db: &Db, reach: &Reach, since: Instant) -> Result<(i64, i64), Error> {
    let mut values = params![since];
    let within = reach.sql("f.path", "f.zone", &mut values);
    let sql = format!(
        "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(CASE WHEN f.answer IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT)
         AS answered FROM feedback f WHERE f.at >= $1 AND {within}"
    );
    Ok(db.find(&sql, values).await?.unwrap_or_default())
}

/// One of them.
pub async fn find_feedback(db: &Db, id: Id) -> Result<Option<FeedbackRow>, Error> {
    db.find(&format!("{FEEDBACK} WHERE f.id = $1"), params![id])
        .await
}
