//! 清单: what a backup holds, with the SHA-256 of each part.

use serde::{Deserialize, Serialize};
use store::portable::{Column, Kind, Table};

/// The form of backups that this program writes and reads.
pub const FORMAT: u32 = 1;
/// First entry: what one must know before reading on.
pub const HEAD: &str = "zhibu-backup.json";
/// Last but one.
pub const MANIFEST: &str = "manifest.json";
/// Last: the manifest's own SHA-256.
pub const SEAL: &str = "manifest.json.sha256";

/// What stands first in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// [`FORMAT`] of the program that wrote it.
    pub format: u32,
    /// Its version.
    pub program: String,
    /// Milliseconds since 1970, UTC.
    pub made_at: i64,
    /// The same in words, Beijing time.
    pub made: String,
    /// 单位名称
    pub county: String,
    /// `sqlite` or `postgres`: where it was read from.
    pub database: String,
    /// 结构: number and digest of every step taken.
    pub schema: Vec<(i64, String)>,
    /// Names the key that encrypted fields were sealed with. The key itself is not in a backup.
    pub key: String,
}

impl Head {
    /// Number of the newest step.
    pub fn newest_step(&self) -> i64 {
        self.schema.iter().map(|step| step.0).max().unwrap_or(0)
    }
}

/// One part of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Name inside the backup.
    pub name: String,
    /// Bytes as stored.
    pub bytes: u64,
    /// SHA-256 of them.
    pub sha256: String,
}

/// A table's rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TableEntry {
    /// Name.
    pub name: String,
    /// Name and type (`int`, `text`, `bool`, `bytes` in hexadecimal) of each column.
    pub columns: Vec<(String, String)>,
    /// Places of the key's columns.
    pub key: Vec<usize>,
    /// How many rows.
    pub rows: u64,
    /// Sum over the rows, in any order.
    pub sum: String,
    /// Where they stand: JSON lines, gzipped.
    pub parts: Vec<Part>,
}

impl TableEntry {
    /// The table as the store knows it; none if a type is not known.
    pub fn table(&self) -> Option<Table> {
        let kinds = [Kind::Int, Kind::Text, Kind::Bool, Kind::Bytes];
        let columns = self.columns.iter().map(|(name, code)| {
            let kind = kinds.into_iter().find(|kind| kind.code() == code)?;
            Some(Column {
                name: name.clone(),
                kind,
            })
        });
        Some(Table {
            name: self.name.clone(),
            columns: columns.collect::<Option<_>>()?,
            key: self.key.clone(),
        })
    }
}

/// 清单
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// As it stands first.
    pub head: Head,
    /// Every table, each after those it refers to.
    pub tables: Vec<TableEntry>,
    /// Stored files: how many.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Files that rows name and that were not there (or damaged) when the backup was made.
    pub missing: Vec<String>,
}

impl Manifest {
    /// Rows in all.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}
