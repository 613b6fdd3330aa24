//! Makes a backup while the server goes on.

use super::container::Writing;
use super::manifest::{FORMAT, HEAD, Head, MANIFEST, Manifest, Part, SEAL, TableEntry};
use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use store::portable::{Cell, Pages, Sum, Table, tables};
use store::{Backend, Db, Store};

/// Uncompressed bytes after which a table's rows go into the next part.
const PART: usize = 8 << 20;

/// Where to and how.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Folder.
    pub to: PathBuf,
    /// What the name begins with: `zhibu`, `zhibu-auto`, `zhibu-before-upgrade`.
    pub prefix: String,
    /// 单位名称
    pub county: String,
    /// age recipients; none: not encrypted.
    pub recipients: Vec<String>,
}

/// A backup that is whole and on disk.
#[derive(Clone, Debug)]
pub struct Made {
    /// Where.
    pub place: PathBuf,
    /// Bytes.
    pub bytes: u64,
    /// What it holds.
    pub manifest: Manifest,
}

impl Made {
    /// Its name without the folder.
    pub fn name(&self) -> String {
        let name = self.place.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

/// Reads one moment of the database and the files it names, and writes them as one file.
pub async fn make(store: &Store, wanted: &Wanted) -> Result<Made> {
    let now = store.now();
    let head = Head {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now.0,
        made: now.chinese_full(),
        county: wanted.county.clone(),
        database: match store.backend() {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
        }
        .to_owned(),
        schema: store.steps_taken().await?,
        key: store.keys.id().to_owned(),
    };
    let name = file_name(wanted, now);
    let mut writing = Writing::begin(&wanted.to, &name, &wanted.recipients, now.0)?;
    writing.add(HEAD, &serde_json::to_vec_pretty(&head)?)?;
    let mut manifest = Manifest {
        head,
        tables: Vec::new(),
        files: 0,
        file_bytes: 0,
        missing: Vec::new(),
    };
    let mut named = BTreeSet::new();
    {
        let moment = store.snapshot().await?;
        for table in tables(&moment).await? {
            let entry;
            (writing, entry) = add_table(writing, &moment, &table, &mut named).await?;
            manifest.tables.push(entry);
        }
        manifest.missing = store::files::absent(&moment, &store.files).await?;
    }
    let files = store.files.clone();
    // Compressing and writing block; the server's threads go on.
    tokio::task::spawn_blocking(move || {
        for digest in named.iter().filter(|digest| files.has(digest)) {
            let bytes = files.get(digest)?;
            let name = format!("files/{digest}");
            if writing.add(&name, &bytes)? != *digest {
                // Kept as it is: half a picture may still be worth something to a person.
                manifest.missing.push(digest.clone());
            }
            manifest.files += 1;
            manifest.file_bytes += bytes.len() as u64;
        }
        manifest.missing.sort();
        manifest.missing.dedup();
        let text = serde_json::to_vec_pretty(&manifest)?;
        let digest = writing.add(MANIFEST, &text)?;
        writing.add(SEAL, digest.as_bytes())?;
        let (place, bytes) = writing.finish()?;
        Ok(Made {
            place,
            bytes,
            manifest,
        })
    })
    .await
    .context("写备份的线程停了")?
}

fn file_name(wanted: &Wanted, now: kernel::Instant) -> String {
    let (h, m, s) = now.clock();
    let day = now.day().to_string().replace('-', "");
    format!("{}-{day}-{h:02}{m:02}{s:02}", wanted.prefix)
}

/// The rows of one table; every text that looks like the name of a stored file is noted.
async fn add_table(
    mut writing: Writing,
    moment: &Db,
    table: &Table,
    named: &mut BTreeSet<String>,
) -> Result<(Writing, TableEntry)> {
    let mut entry = TableEntry {
        name: table.name.clone(),
        columns: table
            .columns
            .iter()
            .map(|c| (c.name.clone(), c.kind.code().to_owned()))
            .collect(),
        key: table.key.clone(),
        rows: 0,
        sum: String::new(),
        parts: Vec::new(),
    };
    let (mut sum, mut lines) = (Sum::default(), Vec::new());
    let mut pages = Pages::of(moment, table);
    loop {
        let page = pages.next().await?;
        for row in page.iter().flatten() {
            note_names(row, named);
            sum.add(row);
            let cells: Vec<_> = row.iter().map(Cell::to_json).collect();
            serde_json::to_writer(&mut lines, &cells)?;
            lines.push(b'\n');
        }
        if lines.len() >= PART || (page.is_none() && !lines.is_empty()) {
            let name = format!("tables/{}/{:06}.jsonl.gz", table.name, entry.parts.len());
            let full = std::mem::take(&mut lines);
            let part;
            (writing, part) = tokio::task::spawn_blocking(move || add_part(writing, name, &full))
                .await
                .context("写备份的线程停了")??;
            entry.parts.push(part);
        }
        if page.is_none() {
            break;
        }
    }
    (entry.rows, entry.sum) = (sum.rows, sum.digits());
    Ok((writing, entry))
}

fn add_part(mut writing: Writing, name: String, lines: &[u8]) -> Result<(Writing, Part)> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(lines)?;
    let bytes = gzip.finish()?;
    let part = Part {
        sha256: writing.add(&name, &bytes)?,
        bytes: bytes.len() as u64,
        name,
    };
    Ok((writing, part))
}

fn note_names(row: &[Cell], named: &mut BTreeSet<String>) {
    for cell in row {
        if let Cell::Text(text) = cell
            && store::files::is_name(text)
        {
            named.insert(text.clone());
        }
    }
}
