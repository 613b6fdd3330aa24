//! Objections and their answers.

use ::store::{Db, Error, Fail, Tx, params, row};
use kernel::{Id, Instant};

row! {
    /// 异议
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Objection {
        /// Key.
        pub id: Id,
        /// Which ranking.
        pub ranking: Id,
        /// The edition it was about.
        pub edition: i64,
        /// Whose line.
        pub organisation: Id,
        /// Which item; none for the line as a whole.
        pub requirement: Option<Id>,
        /// What is objected.
        pub words: String,
        /// When.
        pub at: Instant,
        /// By whom.
        pub by_name: String,
        /// 成立 or not; none while nobody answered.
        pub upheld: Option<bool>,
        /// The answer.
        pub answer: Option<String>,
        /// When.
        pub answered_at: Option<Instant>,
        /// By whom.
        pub answered_by: Option<String>,
        /// The edition it led to.
        pub made_edition: Option<i64>,
        /// Version of the row.
        pub version: i64,
    }
}

const COLUMNS: &str = "id, ranking, edition, organisation, requirement, words, at, by_name, upheld, \
                       answer, answered_at, answered_by, made_edition, version";

impl Objection {
    /// `待答复`, `成立`, `不成立`
    pub fn outcome(&self) -> &'static str {
        match self.upheld {
            None => "待答复",
            Some(true) => "成立",
            Some(false) => "不成立",
        }
    }

    /// Class of its tag.
    pub fn tag(&self) -> &'static str {
        match self.upheld {
            None => "t-wait",
            Some(true) => "t-done",
            Some(false) => "t-free",
        }
    }
}

/// The objection of that id.
pub async fn find_objection(db: &Db, id: Id) -> Result<Option<Objection>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM objection WHERE id = $1");
    db.find(&sql, params![id]).await
}

/// All of a ranking, those without an answer first; of one organisation where one is named.
pub async fn objections(
    db: &Db,
    ranking: Id,
    organisation: Option<Id>,
) -> Result<Vec<Objection>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM objection WHERE ranking = $1
         AND (organisation = $2 OR CAST($2 AS BIGINT) IS NULL)
         ORDER BY CASE WHEN upheld IS NULL THEN 0 ELSE 1 END, id"
    );
    db.all(&sql, params![ranking, organisation]).await
}

/// How many of a ranking wait for an answer.
pub async fn open_count(db: &Db, ranking: Id) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) FROM objection WHERE ranking = $1 AND upheld IS NULL";
    db.scalar(sql, params![ranking]).await
}

/// An objection about to be kept.
#[derive(Clone, Debug)]
pub struct NewObjection<'a> {
    /// Which ranking.
    pub ranking: Id,
    /// The edition that stands.
    pub edition: i64,
    /// Whose line.
    pub organisation: Id,
    /// Which item; none for the line as a whole.
    pub requirement: Option<Id>,
    /// What is objected.
    pub words: &'a str,
}

/// Keeps it; its number.
pub async fn insert_objection(tx: &Tx, new: &NewObjection<'_>) -> Result<Id, Error> {
    let id = tx.new_id();
    tx.exec(
        "INSERT INTO objection (id, ranking, edition, organisation, requirement, words, at,
         by_account, by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            id,
            new.ranking,
            new.edition,
            new.organisation,
            new.requirement,
            new.words,
            tx.now(),
            tx.by().account,
            &tx.by().name
        ],
    )
    .await?;
    Ok(id)
}

/// Answers it, once.
pub async fn answered<R>(
    tx: &Tx,
    (id, version): (Id, i64),
    upheld: bool,
    words: &str,
    made_edition: Option<i64>,
) -> Result<(), Fail<R>> {
    tx.exec_one(
        "UPDATE objection SET upheld = $3, answer = $4, answered_at = $5, answered_by = $6,
         made_edition = $7, version = version + 1
         WHERE id = $1 AND version = $2 AND upheld IS NULL",
        params![
            id,
            version,
            upheld,
            words,
            tx.now(),
            &tx.by().name,
            made_edition
        ],
    )
    .await
}
