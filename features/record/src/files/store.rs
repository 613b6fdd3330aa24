//! Rows of files and of what they are attached to.

use super::{FileKind, Taken};
use ::store::{Db, Error, Tx, Value, params, placeholders, row};
use kernel::{Id, Instant};
use std::collections::BTreeSet;
use web::{Actor, Place, Right};

row! {
    /// A file as listed beside the thing it belongs to.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct FileRow {
        /// The thing it is attached to.
        pub object: Id,
        /// The file.
        pub file: Id,
        /// Its name.
        pub name: String,
        /// Code of [`FileKind`].
        pub kind: String,
        /// Bytes.
        pub bytes: i64,
        /// Pixels across, of a picture.
        pub width: Option<i64>,
        /// Pixels down.
        pub height: Option<i64>,
        /// Its place among the thing's files.
        pub rank: i64,
    }
}

impl FileRow {
    /// Whether it is shown as a picture.
    pub fn is_picture(&self) -> bool {
        FileKind::from_code(&self.kind).is_some_and(FileKind::is_picture)
    }

    /// Whether it is shown in a frame.
    pub fn is_pdf(&self) -> bool {
        self.kind == FileKind::Pdf.code()
    }

    /// `Word 文档`
    pub fn kind_words(&self) -> &'static str {
        FileKind::from_code(&self.kind).map_or("", FileKind::chinese)
    }

    /// `34 KB`
    pub fn size_words(&self) -> String {
        size_words(self.bytes)
    }
}

/// `34 KB`, `1.2 MB`
pub(crate) fn size_words(bytes: i64) -> String {
    const MB: i64 = 1024 * 1024;
    if bytes < MB {
        format!("{} KB", (bytes / 1024).max(1))
    } else {
        format!("{}.{} MB", bytes / MB, bytes % MB * 10 / MB)
    }
}

row! {
    /// A file as served.
    #[derive(Clone, Debug)]
    pub struct Attached {
        /// The file.
        pub id: Id,
        /// Where its bytes are.
        pub digest: String,
        /// Code of [`FileKind`].
        pub kind: String,
        /// Its name.
        pub name: String,
        /// Bytes.
        pub bytes: i64,
        /// Where the small picture's bytes are.
        pub small: Option<String>,
        /// Text shown instead of it.
        pub text: Option<String>,
        /// When it came.
        pub created_at: Instant,
        /// Whose account sent it.
        pub created_by: Option<Id>,
    }
}

/// Saves the row of a file whose bytes are on disk; its id.
pub async fn save_taken(tx: &Tx, taken: &Taken, by: Option<Id>) -> Result<Id, Error> {
    let id = tx.new_id();
    save_taken_as(tx, id, taken, by).await?;
    Ok(id)
}

pub(crate) async fn save_taken_as(
    tx: &Tx,
    id: Id,
    taken: &Taken,
    by: Option<Id>,
) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO file (id, digest, media, kind, name, bytes, text, small, width, height,
         created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            id,
            &taken.digest,
            taken.kind.media(),
            taken.kind.code(),
            &taken.name,
            taken.bytes,
            &taken.text,
            &taken.small,
            taken.size.map(|s| s.0),
            taken.size.map(|s| s.1),
            tx.now(),
            by.or(taken.by)
        ],
    )
    .await?;
    Ok(())
}

/// Attaches a file to a thing of an organisation, whose place decides who sees it. Attaching it
/// again only moves it to another rank.
pub async fn attach(
    tx: &Tx,
    file: Id,
    object_kind: &str,
    object: Id,
    rank: i64,
    organisation: Id,
    place: &Place,
) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO file_use (file, object_kind, object, rank, organisation, path, zone)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (file, object_kind, object, organisation) DO UPDATE SET rank = excluded.rank",
        params![
            file,
            object_kind,
            object,
            rank,
            organisation,
            &place.path,
            place.zone
        ],
    )
    .await?;
    Ok(())
}

/// Attaches a file to a thing once for each organisation that is to see it (an annex handed out
/// with a sheet). Those that have it already stay as they are.
pub async fn share(
    tx: &Tx,
    file: Id,
    object_kind: &str,
    object: Id,
    rank: i64,
    organisations: &[(Id, Place)],
) -> Result<(), Error> {
    let sql =
        "SELECT organisation FROM file_use WHERE file = $1 AND object_kind = $2 AND object = $3";
    let had: Vec<Id> = tx.column(sql, params![file, object_kind, object]).await?;
    let had: BTreeSet<Id> = had.into_iter().collect();
    let rows = organisations
        .iter()
        .filter(|(organisation, _)| !had.contains(organisation));
    let rows = rows
        .map(|(organisation, place)| {
            params![
                file,
                object_kind,
                object,
                rank,
                *organisation,
                &place.path,
                place.zone
            ]
        })
        .collect();
    let columns = [
        "file",
        "object_kind",
        "object",
        "rank",
        "organisation",
        "path",
        "zone",
    ];
    tx.insert_many("file_use", &columns, rows).await
}

/// Takes a file away from a thing; the file itself stays for whatever else it belongs to.
pub async fn detach(tx: &Tx, file: Id, object_kind: &str, object: Id) -> Result<(), Error> {
    let sql = "DELETE FROM file_use WHERE file = $1 AND object_kind = $2 AND object = $3";
    tx.exec(sql, params![file, object_kind, object]).await?;
    Ok(())
}

/// Takes every file away from a thing.
pub async fn detach_all(tx: &Tx, object_kind: &str, object: Id) -> Result<(), Error> {
    let sql = "DELETE FROM file_use WHERE object_kind = $1 AND object = $2";
    tx.exec(sql, params![object_kind, object]).await?;
    Ok(())
}

/// The files of all those things, in one statement: by thing, then by rank. A file that is shared
/// with many organisations comes once.
pub async fn files_of(db: &Db, object_kind: &str, objects: &[Id]) -> Result<Vec<FileRow>, Error> {
    if objects.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = params![object_kind];
    values.extend(objects.iter().flat_map(|id| params![*id]));
    let sql = format!(
        "SELECT u.object, u.file, f.name, f.kind, f.bytes, f.width, f.height, MIN(u.rank) AS rank
         FROM file_use u JOIN file f ON f.id = u.file
         WHERE u.object_kind = $1 AND u.object IN ({})
         GROUP BY u.object, u.file, f.name, f.kind, f.bytes, f.width, f.height
         ORDER BY u.object, rank, u.file",
        placeholders(2, objects.len())
    );
    db.all(&sql, values).await
}

/// The file of that id, whoever asks: for use with [`may_see`].
pub async fn find_file(db: &Db, id: Id) -> Result<Option<Attached>, Error> {
    let sql = "SELECT id, digest, kind, name, bytes, small, text, created_at, created_by
               FROM file WHERE id = $1";
    db.find(sql, params![id]).await
}

row! {
    /// A file on the server that is attached to nothing yet.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Held {
        /// The file.
        pub id: Id,
        /// Its name.
        pub name: String,
        /// Code of [`FileKind`].
        pub kind: String,
        /// Bytes.
        pub bytes: i64,
    }
}

impl Held {
    /// `34 KB`
    pub fn size_words(&self) -> String {
        size_words(self.bytes)
    }
}

/// Those of the files that the account sent itself, in no order.
pub async fn own_files(db: &Db, account: Id, files: &[Id]) -> Result<Vec<Held>, Error> {
    let mut values = params![account];
    values.extend(files.iter().flat_map(|id| params![*id]));
    let sql = format!(
        "SELECT id, name, kind, bytes FROM file WHERE created_by = $1 AND id IN ({})",
        placeholders(2, files.len())
    );
    db.all(&sql, values).await
}

/// 能否看: whoever sent it; whoever sees the duties or the records (for a sheet's papers: the sheets)
/// of a place where it is attached; whoever it was handed on to (a use of kind `hand_on` whose
/// object is the account).
pub async fn may_see(db: &Db, actor: &Actor, file: Id) -> Result<bool, Error> {
    let mut values: Vec<Value> = params![file, actor.account];
    let mut covered = |right: Right| actor.reach(right).sql("u.path", "u.zone", &mut values);
    let (duties, records) = (covered(Right::SeeDuties), covered(Right::SeeRecords));
    let sheets = covered(Right::SeeSheets);
    let sql = format!(
        "SELECT COUNT(*) FROM file f WHERE f.id = $1 AND (f.created_by = $2 OR EXISTS (
            SELECT 1 FROM file_use u WHERE u.file = f.id AND (
                (u.object_kind = 'hand_on' AND u.object = $2)
                OR (u.object_kind = 'sheet' AND {sheets})
                OR (u.object_kind <> 'sheet' AND u.object_kind <> 'hand_on' AND ({duties} OR {records})))))"
    );
    Ok(db.scalar::<i64>(&sql, values).await? > 0)
}
