//! Which files rows name.

use super::Files;
use crate::portable::{Kind, tables};
use crate::{Db, Error};
use std::collections::HashSet;

/// Columns known to name files. What stands in any other column of text keeps a file too
/// ([`named_anywhere`]); these save reading the whole database when they explain every file.
const NAMING: [(&str, &str); 4] = [
    ("file", "digest"),
    ("file", "small"),
    ("sheet", "original_digest"),
    ("import", "file"),
];

/// Whether the text is a SHA-256 in lower-case hexadecimal, as files are named.
pub fn is_name(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Names, half as large as their digits.
#[derive(Default)]
pub(super) struct Names(HashSet<[u8; 32]>);

impl Names {
    pub fn has(&self, digest: &str) -> bool {
        bytes_of(digest).is_some_and(|bytes| self.0.contains(&bytes))
    }

    async fn add(&mut self, db: &Db, table: &str, column: &str) -> Result<(), Error> {
        let sql = format!(
            "SELECT DISTINCT \"{column}\" FROM \"{table}\" WHERE LENGTH(\"{column}\") = 64"
        );
        for text in db.column::<String>(&sql, vec![]).await? {
            if is_name(&text) {
                self.0.extend(bytes_of(&text));
            }
        }
        Ok(())
    }
}

fn bytes_of(digest: &str) -> Option<[u8; 32]> {
    hex::decode(digest).ok()?.try_into().ok()
}

/// What the known columns name, as far as this database has them.
pub(super) async fn named(db: &Db) -> Result<Names, Error> {
    let mut names = Names::default();
    for table in tables(db).await? {
        for (_, column) in NAMING.iter().filter(|(name, _)| *name == table.name) {
            if table.columns.iter().any(|c| c.name == *column) {
                names.add(db, &table.name, column).await?;
            }
        }
    }
    Ok(names)
}

/// What stands in any column of text: nothing is removed because a column was forgotten above.
pub(super) async fn named_anywhere(db: &Db) -> Result<Names, Error> {
    let mut names = Names::default();
    for table in tables(db).await? {
        for column in table.columns.iter().filter(|c| c.kind == Kind::Text) {
            names.add(db, &table.name, &column.name).await?;
        }
    }
    Ok(names)
}

/// Files that the known columns name and that are not there.
pub async fn absent(db: &Db, files: &Files) -> Result<Vec<String>, Error> {
    let named = named(db).await?;
    let mut absent: Vec<String> = named.0.iter().map(hex::encode).collect();
    let files = files.clone();
    let absent = tokio::task::spawn_blocking(move || {
        absent.retain(|digest| !files.has(digest));
        absent.sort();
        absent
    });
    absent
        .await
        .map_err(|_| Error::File(std::io::ErrorKind::Interrupted.into()))
}
