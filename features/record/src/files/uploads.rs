//! 断点续传: the parts of an upload under way, kept in the database until the last one has come, so
//! that any server process can go on where another stopped.

use super::store::save_taken_as;
use super::{Accept, FileRefusal, MOST_BYTES, Taken, take};
use ::store::{Error, Store, Tx, params, row};
use kernel::{Id, Instant, Refusal};
use std::borrow::Cow;
use web::App;

/// An upload nobody goes on with is dropped after that long.
pub const KEPT_MS: i64 = 24 * 3_600_000;
/// Uploads one account may have under way.
const MOST_OPEN: i64 = 20;
/// Bytes one account's uploads under way may come to.
const MOST_OPEN_BYTES: i64 = 10 * MOST_BYTES as i64;

row! {
    /// An upload under way, or one that has become a file of the same id.
    #[derive(Clone, Debug)]
    pub struct Upload {
        /// The upload, and the file it becomes.
        pub id: Id,
        /// The file's name.
        pub name: String,
        /// Bytes announced.
        pub length: i64,
        /// Bytes that have come.
        pub received: i64,
        /// When it began.
        pub created_at: Instant,
        /// Whether it has become a file.
        pub done: bool,
    }
}

/// Why an upload does not begin or go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadRefusal {
    /// The file is not taken.
    File(FileRefusal),
    /// Too many are under way.
    TooManyOpen,
    /// The part does not begin where the last one ended.
    WrongOffset,
}

impl Refusal for UploadRefusal {
    fn code(&self) -> &'static str {
        match self {
            UploadRefusal::File(refusal) => refusal.code(),
            UploadRefusal::TooManyOpen => "too_many_open_uploads",
            UploadRefusal::WrongOffset => "wrong_upload_offset",
        }
    }
    fn words(&self) -> Cow<'static, str> {
        match self {
            UploadRefusal::File(refusal) => refusal.words(),
            UploadRefusal::TooManyOpen => {
                "您还有许多文件没有传完。请等它们传完，或移除几个再传；没传完的过一天会自动清掉。"
                    .into()
            }
            UploadRefusal::WrongOffset => "续传的位置对不上，请从已收到的地方接着传。".into(),
        }
    }
}

impl From<FileRefusal> for UploadRefusal {
    fn from(refusal: FileRefusal) -> Self {
        UploadRefusal::File(refusal)
    }
}

/// Store failures and refusals of an upload.
pub type Fail = ::store::Fail<UploadRefusal>;

/// Begins an upload after a look at its name and length; its id.
pub async fn begin(app: &App, account: Id, name: &str, length: usize) -> Result<Id, Fail> {
    let name = take::shown_name(name);
    take::expected(Accept::SheetOriginal, &name, length).map_err(refused)?;
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    app.store
        .housekeep(|tx| async move {
            drop_old(&tx).await?;
            let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(length), 0) AS BIGINT) FROM upload
                       WHERE account = $1 AND done = FALSE";
            let open: Option<(i64, i64)> = tx.find(sql, params![account]).await?;
            let (open, bytes) = open.unwrap_or_default();
            if open >= MOST_OPEN || bytes + length > MOST_OPEN_BYTES {
                return Err(Fail::Refused(UploadRefusal::TooManyOpen));
            }
            let id = tx.new_id();
            tx.exec(
                "INSERT INTO upload (id, account, name, length, received, created_at)
                 VALUES ($1, $2, $3, $4, 0, $5)",
                params![id, account, name, length, tx.now()],
            )
            .await?;
            Ok(id)
        })
        .await
}

async fn drop_old(tx: &Tx) -> Result<(), Error> {
    let before = tx.now().plus_ms(-KEPT_MS);
    let old = "(SELECT id FROM upload WHERE created_at < $1)";
    tx.exec(
        &format!("DELETE FROM upload_part WHERE upload IN {old}"),
        params![before],
    )
    .await?;
    tx.exec("DELETE FROM upload WHERE created_at < $1", params![before])
        .await?;
    Ok(())
}

/// The account's own upload of that id, unless it is too old.
pub async fn find(store: &Store, account: Id, id: Id) -> Result<Option<Upload>, Error> {
    let sql = "SELECT id, name, length, received, created_at, done FROM upload
               WHERE id = $1 AND account = $2 AND created_at >= $3";
    store
        .db()
        .find(sql, params![id, account, store.now().plus_ms(-KEPT_MS)])
        .await
}

/// Adds what came, if it begins where the last part ended; how many bytes there are now. With the
/// last byte the upload becomes a file, or is dropped with the reason why not.
pub async fn go_on(
    app: &App,
    account: Id,
    upload: &Upload,
    offset: i64,
    bytes: Vec<u8>,
) -> Result<i64, Fail> {
    if offset != upload.received || upload.done && !bytes.is_empty() {
        return Err(Fail::Refused(UploadRefusal::WrongOffset));
    }
    if upload.done {
        return Ok(upload.received);
    }
    let received = offset + i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    if received > upload.length {
        return Err(refused(FileRefusal::TooLarge));
    }
    if received < upload.length {
        add(&app.store, upload.id, offset, received, bytes).await?;
        return Ok(received);
    }
    let whole = gather(&app.store, upload, bytes).await?;
    let taken = take::take_file_of(
        app,
        Accept::SheetOriginal,
        Some(account),
        &upload.name,
        whole,
    );
    match taken.await {
        Ok(taken) => complete(&app.store, account, upload, &taken)
            .await
            .map(|()| received),
        Err(FileRefusal::NotStored) => Err(refused(FileRefusal::NotStored)),
        Err(refusal) => {
            remove(&app.store, account, upload.id).await?;
            Err(refused(refusal))
        }
    }
}

fn refused(refusal: FileRefusal) -> Fail {
    Fail::Refused(refusal.into())
}

async fn add(
    store: &Store,
    id: Id,
    offset: i64,
    received: i64,
    bytes: Vec<u8>,
) -> Result<(), Fail> {
    if bytes.is_empty() {
        return Ok(());
    }
    store
        .housekeep(|tx| async move {
            let sql = "UPDATE upload SET received = $3 WHERE id = $1 AND received = $2";
            if tx.exec(sql, params![id, offset, received]).await? != 1 {
                return Err(Fail::Refused(UploadRefusal::WrongOffset));
            }
            let sql = "INSERT INTO upload_part (upload, position, bytes) VALUES ($1, $2, $3)";
            tx.exec(sql, params![id, offset, bytes]).await?;
            Ok(())
        })
        .await
}

async fn gather(store: &Store, upload: &Upload, last: Vec<u8>) -> Result<Vec<u8>, Error> {
    let sql = "SELECT bytes FROM upload_part WHERE upload = $1 ORDER BY position";
    let parts: Vec<Vec<u8>> = store.db().column(sql, params![upload.id]).await?;
    let mut whole = Vec::with_capacity(usize::try_from(upload.length).unwrap_or(0));
    parts
        .iter()
        .chain([&last])
        .for_each(|part| whole.extend_from_slice(part));
    Ok(whole)
}

/// The upload becomes a file under its own id. The last part sent twice at once counts once.
async fn complete(store: &Store, account: Id, upload: &Upload, taken: &Taken) -> Result<(), Fail> {
    let (id, taken, length) = (upload.id, taken.clone(), upload.length);
    store
        .housekeep(|tx| async move {
            let sql = "UPDATE upload SET received = $2, done = TRUE WHERE id = $1 AND done = FALSE";
            if tx.exec(sql, params![id, length]).await? == 1 {
                save_taken_as(&tx, id, &taken, Some(account)).await?;
                tx.exec("DELETE FROM upload_part WHERE upload = $1", params![id])
                    .await?;
            }
            Ok(())
        })
        .await
}

/// Drops the account's own upload. What has become a file and is attached to nothing goes too.
pub async fn remove(store: &Store, account: Id, id: Id) -> Result<bool, Error> {
    store
        .housekeeping(|tx| async move {
            let sql = "SELECT COUNT(*) FROM upload WHERE id = $1 AND account = $2";
            if tx.scalar::<i64>(sql, params![id, account]).await? == 0 {
                return Ok(false);
            }
            tx.exec("DELETE FROM upload_part WHERE upload = $1", params![id])
                .await?;
            tx.exec("DELETE FROM upload WHERE id = $1", params![id])
                .await?;
            tx.exec(
                "DELETE FROM file WHERE id = $1
                 AND NOT EXISTS (SELECT 1 FROM file_use u WHERE u.file = $1)",
                params![id],
            )
            .await?;
            Ok(true)
        })
        .await
}
