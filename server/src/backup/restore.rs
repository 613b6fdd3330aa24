//! 恢复: a backup into an empty data folder and an empty database, of either kind. Everything is
//! checked before anything is seen; what fails leaves nothing behind.

use super::container;
use super::examine::examine;
use super::manifest::{Manifest, TableEntry};
use anyhow::{Context as _, Result, anyhow, bail};
use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use store::files::ObjectStore;
use store::portable::{Cell, Loading, Table};
use store::{Context, Error, Fail, Files, Keys, Settings, Store};
use tokio::sync::mpsc::{Receiver, channel};

/// What to restore, from where to where.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The backup.
    pub from: PathBuf,
    /// age private keys, if it is encrypted.
    pub identity: Option<PathBuf>,
    /// Target: data folder and database.
    pub settings: Settings,
    /// Key file of the old installation, if it does not lie in the data folder already.
    pub key: Option<PathBuf>,
    /// Files go into this object store; none: into the data folder.
    pub files: Option<ObjectStore>,
    /// Restores without the key: sealed fields stay unreadable.
    pub without_key: bool,
}

/// Name of the key file in a data folder.
const KEY: &str = "zhibu.key";
/// Where a restore works until all of it is right.
const STAGING: &str = ".restoring";
/// What may lie in a folder that counts as empty.
const HARMLESS: [&str; 3] = [KEY, STAGING, "lost+found"];

/// Does it; what was restored.
pub async fn restore(wanted: &Wanted, context: Context) -> Result<Manifest> {
    is_empty_folder(&wanted.settings.data)?;
    let manifest = {
        let (from, identity) = (wanted.from.clone(), wanted.identity.clone());
        tokio::task::spawn_blocking(move || examine(&from, identity.as_deref())).await??
    };
    store::migrate::check(&crate::migrations(), &manifest.head.schema).map_err(
        |error| match error {
            Error::Newer(number) => anyhow!(
                "备份的数据库结构（第 {number} 步）比本程序新：请用 {} 或更新的版本恢复",
                manifest.head.program
            ),
            other => other.into(),
        },
    )?;
    let key = key_for(wanted, &manifest)?;
    let staging = Staging::begin(wanted)?;
    if let Some(key) = key {
        staging.lay_key(&key)?;
    }
    let mut store = Store::open(&staging.settings, context).await?;
    if let Some(wanted) = &wanted.files {
        // Named by their content: what lies in the bucket already is never overwritten with other.
        store.files = Files::in_object_store(wanted)?;
    }
    let outcome = fill(wanted, &manifest, &store, &staging).await;
    store.close().await;
    outcome?;
    staging.show()?;
    Ok(manifest)
}

fn is_empty_folder(data: &Path) -> Result<()> {
    if !data.exists() {
        return Ok(());
    }
    let entries =
        std::fs::read_dir(data).with_context(|| format!("数据目录 {} 打不开", data.display()))?;
    for entry in entries {
        let name = entry?.file_name();
        if !HARMLESS.iter().any(|harmless| name == *harmless) {
            bail!(
                "数据目录 {} 里已有 {}。恢复只写入空目录，不覆盖现有数据：请换一个 --data 目录，\
                 或先把现有目录改名保留",
                data.display(),
                name.to_string_lossy()
            );
        }
    }
    Ok(())
}

/// The key file that fits the backup, unless it is to be restored without.
fn key_for(wanted: &Wanted, manifest: &Manifest) -> Result<Option<PathBuf>> {
    let lying = wanted.settings.data.join(KEY);
    let found = wanted
        .key
        .clone()
        .or_else(|| lying.exists().then(|| lying.clone()));
    let Some(found) = found else {
        if wanted.without_key {
            return Ok(None);
        }
        bail!(
            "备份里不含密钥。请把原来的密钥文件放到 {}，或用 --key 指出它（编号应为 {}）；\
             密钥确实丢失时可加 --without-key，证件号码等加密内容将无法解读",
            lying.display(),
            manifest.head.key
        );
    };
    let keys = Keys::load(&found).with_context(|| format!("密钥 {} 读不了", found.display()))?;
    if keys.id() != manifest.head.key && !wanted.without_key {
        bail!(
            "密钥 {} 的编号是 {}，而这份备份用的是编号 {} 的密钥：请找出原来的 zhibu.key",
            found.display(),
            keys.id(),
            manifest.head.key
        );
    }
    Ok(Some(found))
}

/// Where the restore works, on the same disk as the target.
struct Staging {
    folder: PathBuf,
    data: PathBuf,
    settings: Settings,
    /// A SQLite file under its name for now, and under its own.
    database: Option<(PathBuf, PathBuf)>,
}

impl Staging {
    fn begin(wanted: &Wanted) -> Result<Staging> {
        let data = wanted.settings.data.clone();
        let folder = data.join(STAGING);
        // What a killed restore left; nobody has seen it.
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("数据目录 {} 建不了", data.display()))?;
        let mut settings = wanted.settings.clone();
        settings.data = folder.clone();
        let mut database = None;
        if let Some(file) = settings.database.strip_prefix("sqlite://") {
            let file = PathBuf::from(file.split('?').next().unwrap_or(file));
            if file.exists() {
                bail!("数据库文件 {} 已存在，恢复不覆盖它", file.display());
            }
            let name = file
                .file_name()
                .ok_or_else(|| anyhow!("数据库没有文件名"))?;
            let mut beside = name.to_owned();
            beside.push(STAGING);
            let beside = if file.parent() == Some(&data) {
                folder.join(name)
            } else {
                file.with_file_name(beside)
            };
            for ending in ["", "-wal", "-shm"] {
                let mut old = beside.clone().into_os_string();
                old.push(ending);
                if Path::new(&old).exists() {
                    std::fs::remove_file(&old)?;
                }
            }
            settings.database = format!("sqlite://{}", beside.display());
            database = Some((beside, file));
        }
        Ok(Staging {
            folder,
            data,
            settings,
            database,
        })
    }

    fn lay_key(&self, key: &Path) -> Result<()> {
        let place = self.folder.join(KEY);
        let bytes = std::fs::read(key)?;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(place)?;
        std::io::Write::write_all(&mut file, &bytes)?;
        file.sync_all()?;
        Ok(())
    }

    /// The files under their own names, before the database that names them.
    fn show_files(&self) -> Result<()> {
        for name in [KEY, "files"] {
            let (from, to) = (self.folder.join(name), self.data.join(name));
            if from.exists() && !to.exists() {
                std::fs::rename(from, to)?;
            }
        }
        std::fs::File::open(&self.data)?.sync_all()?;
        Ok(())
    }

    /// The last step: a SQLite database under its own name.
    fn show(self) -> Result<()> {
        if let Some((from, to)) = &self.database {
            std::fs::File::open(from)?.sync_all()?;
            std::fs::rename(from, to)?;
            let folder = to.parent().unwrap_or(&self.data);
            std::fs::File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Empty after a restore; after a failed one nobody needs what is in it.
        let _ = std::fs::remove_dir_all(&self.folder);
        if let Some((beside, _)) = &self.database {
            for ending in ["", "-wal", "-shm"] {
                let mut left = beside.clone().into_os_string();
                left.push(ending);
                let _ = std::fs::remove_file(left);
            }
        }
    }
}

async fn fill(
    wanted: &Wanted,
    manifest: &Manifest,
    store: &Store,
    staging: &Staging,
) -> Result<()> {
    crate::copy::is_unused(store).await?;
    let taken: Vec<_> = crate::migrations()
        .into_iter()
        .filter(|step| manifest.head.schema.iter().any(|(n, _)| *n == step.number))
        .collect();
    store.migrate(&taken).await?;
    let files = store.files.clone();
    let (from, identity) = (wanted.from.clone(), wanted.identity.clone());
    let loaded: Result<(), Fail<std::convert::Infallible>> = store
        .housekeep(|tx| async move {
            let mut loading = Loading::begin(tx.clone()).await?;
            let mut parts = parts(from, identity);
            while let Some(part) = parts.recv().await {
                let (name, bytes) = part.map_err(as_store_error)?;
                take(&mut loading, manifest, &files, &name, bytes)
                    .await
                    .map_err(as_store_error)?;
            }
            compare(&loading, manifest).await.map_err(as_store_error)?;
            staging.show_files().map_err(as_store_error)?;
            drop(loading);
            Ok(())
        })
        .await;
    match loaded {
        Ok(()) => {}
        Err(Fail::Store(error)) => return Err(error.into()),
        Err(_) => bail!("恢复没有完成"),
    }
    super::runs::end_restored(store).await?;
    store.migrate(&crate::migrations()).await?;
    Ok(())
}

fn as_store_error(error: anyhow::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => Error::Schema(format!("{error:#}")),
    }
}

/// Reads the file in a thread of its own, a few parts ahead.
fn parts(from: PathBuf, identity: Option<PathBuf>) -> Receiver<Result<(String, Vec<u8>)>> {
    let (send, receive) = channel(2);
    std::thread::spawn(move || {
        let read = container::read(&from, identity.as_deref(), |name, bytes| {
            send.blocking_send(Ok((name.to_owned(), bytes)))
                .map_err(|_| anyhow!("恢复已停止"))
        });
        if let Err(error) = read {
            // Nobody listens any more if the restore failed first.
            let _ = send.blocking_send(Err(error));
        }
    });
    receive
}

async fn take(
    loading: &mut Loading,
    manifest: &Manifest,
    files: &Files,
    name: &str,
    bytes: Vec<u8>,
) -> Result<()> {
    if let Some(digest) = name.strip_prefix("files/") {
        let (files, digest) = (files.clone(), digest.to_owned());
        let known = manifest.missing.contains(&digest);
        let put = tokio::task::spawn_blocking(move || files.put(&bytes).map(|put| put == digest));
        if !put.await?? && !known {
            bail!("{name} 已损坏");
        }
    } else if name.starts_with("tables/") {
        let found = manifest
            .tables
            .iter()
            .find(|table| table.parts.iter().any(|part| part.name == name));
        let entry = found.ok_or_else(|| anyhow!("备份里多出清单没有的 {name}"))?;
        let table = entry
            .table()
            .ok_or_else(|| anyhow!("{} 有本程序不认识的列类型", entry.name))?;
        for chunk in rows(&table, &bytes)?.chunks(5_000) {
            loading.add(&table, chunk.to_vec()).await?;
        }
    }
    Ok(())
}

fn rows(table: &Table, bytes: &[u8]) -> Result<Vec<Vec<Cell>>> {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text)?;
    let broken = || anyhow!("{} 有一行读不懂", table.name);
    let mut rows = Vec::new();
    for line in text.lines() {
        let values: Vec<serde_json::Value> = serde_json::from_str(line)?;
        if values.len() != table.columns.len() {
            return Err(broken());
        }
        let cells = values.into_iter().zip(&table.columns);
        let row: Option<Vec<Cell>> = cells
            .map(|(value, column)| Cell::from_json(value, column.kind))
            .collect();
        rows.push(row.ok_or_else(broken)?);
    }
    Ok(rows)
}

/// What is in the database now against what the manifest says was in the other.
async fn compare(loading: &Loading, manifest: &Manifest) -> Result<()> {
    let listed: BTreeMap<&str, &TableEntry> = manifest
        .tables
        .iter()
        .map(|entry| (entry.name.as_str(), entry))
        .collect();
    for (name, sum) in loading.compare().await? {
        let expected = listed
            .get(name.as_str())
            .map(|entry| (entry.rows, entry.sum.as_str()));
        if expected != Some((sum.rows, sum.digits().as_str())) {
            bail!("恢复后的 {name} 与备份不一致");
        }
    }
    Ok(())
}
