//! Every statement of the feature: rankings and their frozen editions here; live facts, sight and
//! objections in their own files.

mod editions;
mod ground;
mod objections;
mod sight;

pub use editions::{edition, editions, insert_edition, line, set_edition_published};
pub use ground::{
    AskedRow, FactRow, RecordRow, Scope, SheetOption, SubjectRow, asked, facts, not_due_yet,
    records, sheet_options, sheets_in, subjects, successors,
};
pub use objections::{
    NewObjection, Objection, answered, find_objection, insert_objection, objections, open_count,
};
pub use sight::{Listed, Sight, listed, sight, to_answer, to_check, to_publish};

use crate::entities::{COLUMNS, Ranking};
use ::store::{Db, Error, Fail, Tx, params};
use kernel::{Day, Id};

/// The ranking of that id.
pub async fn find_ranking(db: &Db, id: Id) -> Result<Option<Ranking>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM ranking k WHERE k.id = $1");
    db.find(&sql, params![id]).await
}

/// Keeps a new draft.
pub async fn insert_ranking(tx: &Tx, k: &Ranking) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO ranking (id, issuer, path, title, period_from, period_to, sheets, audience,
         objection_days, prefix, recipients, signer, created_at, created_by, created_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        params![
            k.id,
            k.issuer,
            &k.path,
            &k.title,
            k.period_from,
            k.period_to,
            &k.sheets,
            &k.audience,
            k.objection_days,
            &k.prefix,
            &k.recipients,
            &k.signer,
            k.created_at,
            tx.by().account,
            &k.created_by_name
        ],
    )
    .await?;
    Ok(())
}

/// Saves what a draft is about; stale if somebody was quicker.
pub async fn update_draft<R>(tx: &Tx, k: &Ranking) -> Result<(), Fail<R>> {
    tx.exec_one(
        "UPDATE ranking SET title = $3, period_from = $4, period_to = $5, sheets = $6, audience = $7,
         objection_days = $8, prefix = $9, recipients = $10, signer = $11, version = version + 1
         WHERE id = $1 AND version = $2 AND sent_at IS NULL",
        params![
            k.id,
            k.version,
            &k.title,
            k.period_from,
            k.period_to,
            &k.sheets,
            &k.audience,
            k.objection_days,
            &k.prefix,
            &k.recipients,
            &k.signer
        ],
    )
    .await
}

/// Saves what the paper says and who reads it, until publication.
pub async fn update_paper<R>(tx: &Tx, k: &Ranking) -> Result<(), Fail<R>> {
    tx.exec_one(
        "UPDATE ranking SET title = $3, audience = $4, prefix = $5, recipients = $6, signer = $7,
         version = version + 1 WHERE id = $1 AND version = $2 AND published_at IS NULL",
        params![
            k.id,
            k.version,
            &k.title,
            &k.audience,
            &k.prefix,
            &k.recipients,
            &k.signer
        ],
    )
    .await
}

/// Deletes a draft.
pub async fn delete_draft<R>(tx: &Tx, id: Id, version: i64) -> Result<(), Fail<R>> {
    let sql = "DELETE FROM ranking WHERE id = $1 AND version = $2 AND sent_at IS NULL";
    tx.exec_one(sql, params![id, version]).await
}

/// 送核: the first edition stands from now on.
pub async fn set_sent<R>(tx: &Tx, id: Id, version: i64, until: Day) -> Result<(), Fail<R>> {
    tx.exec_one(
        "UPDATE ranking SET sent_at = $3, sent_by = $4, objections_until = $5, edition = 1,
         version = version + 1 WHERE id = $1 AND version = $2 AND sent_at IS NULL",
        params![id, version, tx.now(), &tx.by().name, until],
    )
    .await
}

/// Another edition stands from now on.
pub async fn set_edition<R>(tx: &Tx, id: Id, version: i64, edition: i64) -> Result<(), Fail<R>> {
    let sql =
        "UPDATE ranking SET edition = $3, version = version + 1 WHERE id = $1 AND version = $2";
    tx.exec_one(sql, params![id, version, edition]).await
}

/// 公布
pub async fn set_published<R>(tx: &Tx, id: Id, version: i64) -> Result<(), Fail<R>> {
    tx.exec_one(
        "UPDATE ranking SET published_at = $3, published_by = $4, version = version + 1
         WHERE id = $1 AND version = $2 AND published_at IS NULL AND withdrawn_at IS NULL",
        params![id, version, tx.now(), &tx.by().name],
    )
    .await
}

/// 撤回
pub async fn set_withdrawn<R>(tx: &Tx, id: Id, version: i64, why: &str) -> Result<(), Fail<R>> {
    tx.exec_one(
        "UPDATE ranking SET withdrawn_at = $3, withdrawn_by = $4, withdrawn_why = $5,
         version = version + 1 WHERE id = $1 AND version = $2 AND published_at IS NULL",
        params![id, version, tx.now(), &tx.by().name, why],
    )
    .await
}

/// The code under which that office published last.
pub async fn last_prefix(db: &Db, issuer: Id) -> Result<Option<String>, Error> {
    let sql = "SELECT prefix FROM ranking WHERE issuer = $1 ORDER BY id DESC LIMIT 1";
    let found = db.find::<(String,)>(sql, params![issuer]).await?;
    Ok(found.map(|(prefix,)| prefix))
}
