//! Every statement of the feature: drafts and numbers here, what was issued and what issue is judged on
//! in their own files.

mod ground;
mod issued;

pub use ground::{OpenDemand, ground, open_demands};
pub use issued::{
    Asked, Listed, Standing, TargetLine, asked, by_requirement, concerned, frozen_names, list,
    may_see, page, standings, target_counts, targets_of, visible, years,
};

use crate::entities::item::Item;
use crate::entities::sheet::{Annex, COLUMNS, Sheet};
use ::store::{Db, Error, Fail, OnceKey, Tx, Value, params, row};
use kernel::{Id, Instant};

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

/// Whether that form was done already.
pub async fn is_done(db: &Db, once: &OnceKey) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM receipt WHERE account = $1 AND key = $2";
    Ok(db
        .scalar::<i64>(sql, params![once.account, &once.key])
        .await?
        > 0)
}
