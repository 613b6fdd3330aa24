//! Frozen editions: written once, read as they are.

use crate::entities::{Change, DocumentNumber, Edition, Line, Published, SheetName};
use ::store::{Db, Error, Fail, Tx, params, row};
use kernel::{Id, Instant};
use rules::score::Terms;

row! {
    struct EditionRow {
        number: i64,
        made_at: Instant,
        made_by: String,
        terms: String,
        sheets: String,
        change: String,
        published_at: Option<Instant>,
        published_by: Option<String>,
        prefix: Option<String>,
        year: Option<i64>,
        document_number: Option<i64>,
    }
}

const COLUMNS: &str = "number, made_at, made_by, terms, sheets, change, published_at, published_by, \
                       prefix, year, document_number";

row! {
    struct LineRow {
        body: String,
        items: String,
    }
}

impl LineRow {
    fn line(&self) -> Result<Line, Error> {
        let line: Line = serde_json::from_str(&self.body)?;
        let items = serde_json::from_str(&self.items)?;
        Ok(Line { items, ..line })
    }
}

/// 第 n 版, with every line and item; the one that stands when no number is named. None for a
/// draft, and for an edition that is not there.
pub async fn edition(db: &Db, ranking: Id, number: Option<i64>) -> Result<Option<Edition>, Error> {
    let Some(found) = head(db, ranking, number).await? else {
        return Ok(None);
    };
    let sql =
        "SELECT body, items FROM ranking_line WHERE ranking = $1 AND edition = $2 ORDER BY place";
    let rows: Vec<LineRow> = db.all(sql, params![ranking, found.number]).await?;
    let lines = rows.iter().map(LineRow::line).collect::<Result<_, _>>()?;
    Ok(Some(Edition { lines, ..found }))
}

/// The same without lines.
async fn head(db: &Db, ranking: Id, number: Option<i64>) -> Result<Option<Edition>, Error> {
    let Some(k) = super::find_ranking(db, ranking).await? else {
        return Ok(None);
    };
    let number = number.unwrap_or(k.edition);
    let sql = format!("SELECT {COLUMNS} FROM ranking_edition WHERE ranking = $1 AND number = $2");
    let Some(row) = db
        .find::<EditionRow>(&sql, params![ranking, number])
        .await?
    else {
        return Ok(None);
    };
    let terms: Terms = serde_json::from_str(&row.terms)?;
    let sheets: Vec<SheetName> = serde_json::from_str(&row.sheets)?;
    let change: Option<Change> = match row.change.as_str() {
        "" => None,
        text => Some(serde_json::from_str(text)?),
    };
    Ok(Some(Edition {
        ranking,
        number: row.number,
        period: k.period(),
        title: k.title,
        recipients: k.recipients,
        signer: k.signer,
        terms,
        sheets,
        made_at: row.made_at,
        made_by: row.made_by,
        change,
        replaced_by: (row.number < k.edition).then_some(row.number + 1),
        published: published(row.published_at, row.published_by),
        document: document(row.prefix, row.year, row.document_number),
        lines: Vec::new(),
    }))
}

fn published(at: Option<Instant>, by: Option<String>) -> Option<Published> {
    Some(Published { at: at?, by: by? })
}

fn document(
    prefix: Option<String>,
    year: Option<i64>,
    number: Option<i64>,
) -> Option<DocumentNumber> {
    Some(DocumentNumber {
        prefix: prefix?,
        year: year?,
        number: number?,
    })
}

/// One organisation's line of an edition.
pub async fn line(
    db: &Db,
    ranking: Id,
    edition: i64,
    organisation: Id,
) -> Result<Option<(Edition, Line)>, Error> {
    let Some(head) = head(db, ranking, Some(edition)).await? else {
        return Ok(None);
    };
    let sql = "SELECT body, items FROM ranking_line
               WHERE ranking = $1 AND edition = $2 AND organisation = $3";
    let row: Option<LineRow> = db
        .find(sql, params![ranking, edition, organisation])
        .await?;
    row.map(|row| Ok((head, row.line()?))).transpose()
}

row! {
    struct BriefRow {
        number: i64,
    }
}

/// Every edition without its lines, the newest first.
pub async fn editions(db: &Db, ranking: Id) -> Result<Vec<Edition>, Error> {
    let sql = "SELECT number FROM ranking_edition WHERE ranking = $1 ORDER BY number DESC";
    let mut all = Vec::new();
    for BriefRow { number } in db.all(sql, params![ranking]).await? {
        all.extend(head(db, ranking, Some(number)).await?);
    }
    Ok(all)
}

/// Freezes an edition: its head and a row for each line.
pub async fn insert_edition(tx: &Tx, edition: &Edition) -> Result<(), Error> {
    let change = match &edition.change {
        Some(change) => serde_json::to_string(change)?,
        None => String::new(),
    };
    tx.exec(
        "INSERT INTO ranking_edition (ranking, number, made_at, made_by, terms, sheets, change)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            edition.ranking,
            edition.number,
            edition.made_at,
            &edition.made_by,
            serde_json::to_string(&edition.terms)?,
            serde_json::to_string(&edition.sheets)?,
            change
        ],
    )
    .await?;
    let mut rows = Vec::with_capacity(edition.lines.len());
    for (place, line) in (1_i64..).zip(&edition.lines) {
        rows.push(params![
            edition.ranking,
            edition.number,
            line.organisation,
            place,
            serde_json::to_string(line)?,
            serde_json::to_string(&line.items)?
        ]);
    }
    let columns = [
        "ranking",
        "edition",
        "organisation",
        "place",
        "body",
        "items",
    ];
    tx.insert_many("ranking_line", &columns, rows).await
}

/// Marks an edition as published, under its number if it has one.
pub async fn set_edition_published<R>(
    tx: &Tx,
    ranking: Id,
    edition: i64,
    document: Option<&DocumentNumber>,
) -> Result<(), Fail<R>> {
    tx.exec_one(
        "UPDATE ranking_edition SET published_at = $3, published_by = $4, prefix = $5, year = $6,
         document_number = $7 WHERE ranking = $1 AND number = $2 AND published_at IS NULL",
        params![
            ranking,
            edition,
            tx.now(),
            &tx.by().name,
            document.map(|d| d.prefix.as_str()),
            document.map(|d| d.year),
            document.map(|d| d.number)
        ],
    )
    .await
}
