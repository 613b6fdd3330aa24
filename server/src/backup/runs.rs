//! 备份记录: what was done and tried, with a lease, so that of several processes one does it and a
//! killed one is noticed.

use super::make::Made;
use kernel::{Day, Id, Instant, TreePath};
use serde_json::json;
use std::convert::Infallible;
use store::portable::tables;
use store::{Backend, By, Db, Error, Fail, Store, Tx, params};
use supervision::store::{NewNotice, add_notices};

/// How long a claim holds unless renewed.
const LEASE_MS: i64 = 120_000;
/// Where notices about backups lead.
pub const PAGE: &str = "/settings/backup";

/// Why a backup (or a clearing of files) is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 定时备份
    Auto,
    /// 手动备份: from the page or the command line.
    Asked,
    /// 升级前备份
    BeforeUpgrade,
    /// 清理无主文件
    Collect,
}

impl Kind {
    /// In the table.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Auto => "auto",
            Kind::Asked => "asked",
            Kind::BeforeUpgrade => "before_upgrade",
            Kind::Collect => "collect",
        }
    }

    /// What a backup's file name begins with.
    pub fn prefix(self) -> &'static str {
        match self {
            Kind::Auto => "zhibu-auto",
            Kind::Asked | Kind::Collect => "zhibu",
            Kind::BeforeUpgrade => "zhibu-before-upgrade",
        }
    }
}

store::row! {
    /// A line of the page.
    #[derive(Clone, Debug)]
    pub struct Run {
        pub id: Id,
        pub kind: String,
        pub state: String,
        pub asked_at: Instant,
        pub asked_by: String,
        pub ended_at: Option<Instant>,
        pub name: Option<String>,
        pub folder: Option<String>,
        pub bytes: Option<i64>,
        pub row_count: Option<i64>,
        pub file_count: Option<i64>,
        pub missing: Option<i64>,
        pub encrypted: Option<bool>,
        pub why: Option<String>,
        pub removed_at: Option<Instant>,
    }
}

const COLUMNS: &str =
    "id, kind, state, asked_at, asked_by, ended_at, name, folder, bytes, row_count,
    file_count, missing, encrypted, why, removed_at";

/// Backups, the newest first.
pub async fn list(db: &Db, limit: i64) -> Result<Vec<Run>, Error> {
    let sql =
        format!("SELECT {COLUMNS} FROM upkeep WHERE kind <> 'collect' ORDER BY id DESC LIMIT $1");
    db.all(&sql, params![limit]).await
}

/// When the newest backup that worked was done.
pub async fn latest_good(db: &Db) -> Result<Option<Instant>, Error> {
    let sql = "SELECT ended_at FROM upkeep WHERE kind <> 'collect' AND state = 'done'
               AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1";
    Ok(db.find::<(Instant,)>(sql, vec![]).await?.map(|(at,)| at))
}

/// Whether this database keeps such records yet (an older one does after its upgrade).
pub async fn are_kept(store: &Store) -> Result<bool, Error> {
    let there = tables(store.db()).await?;
    Ok(there.iter().any(|table| table.name == "upkeep"))
}

/// Somebody asks for a backup; whichever process sees it first makes it.
pub async fn ask(tx: &Tx, by: &str) -> Result<(), Error> {
    let id = tx.new_id();
    insert(tx, id, Kind::Asked, "asked", &format!("asked-{id}"), by, 0).await
}

/// Whether one waits or is under way.
pub async fn is_busy(db: &Db) -> Result<bool, Error> {
    let sql =
        "SELECT COUNT(*) FROM upkeep WHERE kind <> 'collect' AND state IN ('asked', 'running')";
    Ok(db.scalar::<i64>(sql, vec![]).await? > 0)
}

async fn insert(
    tx: &Tx,
    id: Id,
    kind: Kind,
    state: &str,
    slot: &str,
    by: &str,
    lease: i64,
) -> Result<(), Error> {
    let sql = "INSERT INTO upkeep (id, slot, kind, state, asked_at, asked_by, lease_until)
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (slot) DO NOTHING";
    let values = params![id, slot, kind.code(), state, tx.now(), by, lease];
    tx.exec(sql, values).await?;
    Ok(())
}

/// Takes a slot; none if somebody has it.
pub async fn take_slot(
    store: &Store,
    kind: Kind,
    slot: &str,
    by: &str,
) -> Result<Option<Id>, Error> {
    store
        .housekeeping(|tx| async move {
            let id = tx.new_id();
            let lease = tx.now().plus_ms(LEASE_MS).0;
            insert(&tx, id, kind, "running", slot, by, lease).await?;
            let sql = "SELECT id FROM upkeep WHERE slot = $1 AND id = $2";
            Ok(tx.find::<(Id,)>(sql, params![slot, id]).await?.map(|_| id))
        })
        .await
}

/// Takes the oldest that was asked for.
pub async fn take_asked(store: &Store) -> Result<Option<Id>, Error> {
    let skip = match store.backend() {
        Backend::Sqlite => "",
        Backend::Postgres => " FOR UPDATE SKIP LOCKED",
    };
    let sql = format!(
        "UPDATE upkeep SET state = 'running', lease_until = $1 WHERE id = (
            SELECT id FROM upkeep WHERE state = 'asked' ORDER BY id LIMIT 1{skip}) RETURNING id"
    );
    // Asked seldom: no transaction of its own for a look that finds nothing.
    let waiting = "SELECT COUNT(*) FROM upkeep WHERE state = 'asked'";
    if store.db().scalar::<i64>(waiting, vec![]).await? == 0 {
        return Ok(None);
    }
    store
        .housekeeping(|tx| async move {
            let lease = tx.now().plus_ms(LEASE_MS);
            Ok(tx
                .find::<(Id,)>(&sql, params![lease])
                .await?
                .map(|(id,)| id))
        })
        .await
}

/// Keeps a claim while the work goes on.
pub async fn renew(store: &Store, id: Id) -> Result<(), Error> {
    store
        .housekeeping(|tx| async move {
            let lease = tx.now().plus_ms(LEASE_MS);
            let sql = "UPDATE upkeep SET lease_until = $2 WHERE id = $1 AND state = 'running'";
            tx.exec(sql, params![id, lease]).await?;
            Ok(())
        })
        .await
}

/// A backup is whole and on disk.
pub async fn done(store: &Store, id: Id, made: &Made, encrypted: bool) -> Result<(), Error> {
    let name = made.name();
    let folder = made.place.parent().unwrap_or(std::path::Path::new(""));
    let folder = std::path::absolute(folder)?.display().to_string();
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let manifest = &made.manifest;
    let missing = count(manifest.missing.len() as u64);
    write(store, |tx| async move {
        let sql = "UPDATE upkeep SET state = 'done', ended_at = $2, name = $3, folder = $4,
            bytes = $5, row_count = $6, file_count = $7, missing = $8, encrypted = $9
            WHERE id = $1";
        let values = params![
            id,
            tx.now(),
            &name,
            &folder,
            count(made.bytes),
            count(manifest.rows()),
            count(manifest.files),
            missing,
            encrypted
        ];
        tx.exec(sql, values).await?;
        let detail = json!({ "name": name, "bytes": made.bytes, "files_missing": missing });
        tx.audit("make_backup", ("backup", id), &TreePath::default(), detail)
            .await?;
        if missing > 0 {
            let words = format!(
                "备份已完成，但有 {missing} 份文件缺失或损坏\n请运行 zhibu verify 查看是哪些"
            );
            tell(&tx, id, words).await?;
        }
        Ok(())
    })
    .await
}

/// It did not work: kept with its reason, and the system administrators are told.
pub async fn failed(store: &Store, id: Id, why: &str) -> Result<(), Error> {
    let why: String = why.chars().take(500).collect();
    write(store, |tx| async move {
        let sql = "UPDATE upkeep SET state = 'failed', ended_at = $2, why = $3 WHERE id = $1";
        tx.exec(sql, params![id, tx.now(), &why]).await?;
        tx.audit(
            "fail_backup",
            ("backup", id),
            &TreePath::default(),
            json!({}),
        )
        .await?;
        tell(&tx, id, format!("备份没有成功\n{why}")).await
    })
    .await
}

/// Claims whose process is gone count as failed.
pub async fn end_interrupted(store: &Store) -> Result<(), Error> {
    let sql = "SELECT id FROM upkeep WHERE state = 'running' AND lease_until < $1";
    for id in store.db().column::<Id>(sql, params![store.now()]).await? {
        failed(store, id, "中断：做备份的程序中途停止了").await?;
    }
    Ok(())
}

/// A clearing of files is over.
pub async fn collected(store: &Store, id: Id, done: &store::files::Collected) -> Result<(), Error> {
    let done = *done;
    write(store, |tx| async move {
        let sql = "UPDATE upkeep SET state = 'done', ended_at = $2 WHERE id = $1";
        tx.exec(sql, params![id, tx.now()]).await?;
        let detail = json!({ "aside": done.aside, "back": done.back, "removed": done.removed });
        tx.audit("collect_files", ("file", id), &TreePath::default(), detail)
            .await
    })
    .await
}

/// 定时备份 that are there still, with when they were made, in that folder.
pub async fn kept_auto(db: &Db, folder: &str) -> Result<Vec<(Id, Instant, String)>, Error> {
    let sql = "SELECT id, ended_at, name FROM upkeep WHERE kind = 'auto' AND state = 'done'
               AND removed_at IS NULL AND name IS NOT NULL AND ended_at IS NOT NULL
               AND folder = $1 ORDER BY ended_at";
    db.all(sql, params![folder]).await
}

/// Backups that retention removed.
pub async fn removed(store: &Store, ids: &[Id]) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    write(store, |tx| async move {
        for id in ids {
            let sql = "UPDATE upkeep SET removed_at = $2 WHERE id = $1";
            tx.exec(sql, params![*id, tx.now()]).await?;
            let place = TreePath::default();
            tx.audit("remove_backup", ("backup", *id), &place, json!({}))
                .await?;
        }
        Ok(())
    })
    .await
}

/// How often the day's slot was tried, whether it is done or under way, and when it failed last.
pub async fn tries(db: &Db, kind: Kind, day: Day) -> Result<(i64, bool, Option<Instant>), Error> {
    let sql = "SELECT state, ended_at FROM upkeep WHERE kind = $1 AND slot LIKE $2";
    let found: Vec<(String, Option<Instant>)> = db
        .all(
            sql,
            params![kind.code(), format!("{}-{day}-%", kind.code())],
        )
        .await?;
    let settled = found.iter().any(|(state, _)| state != "failed");
    let last = found.iter().filter_map(|(_, at)| *at).max();
    Ok((found.len() as i64, settled, last))
}

/// In a restored database the backup it came from still runs: it did well.
pub async fn end_restored(store: &Store) -> Result<(), Error> {
    if !are_kept(store).await? {
        return Ok(());
    }
    store
        .housekeeping(|tx| async move {
            let sql = "UPDATE upkeep SET state = 'done', ended_at = asked_at,
                why = '本库由这份备份恢复而来' WHERE state = 'running' AND kind <> 'collect'";
            tx.exec(sql, vec![]).await?;
            tx.exec("DELETE FROM upkeep WHERE state = 'running'", vec![])
                .await?;
            Ok(())
        })
        .await
}

async fn write<F, Fut>(store: &Store, body: F) -> Result<(), Error>
where
    F: FnOnce(Tx) -> Fut,
    Fut: Future<Output = Result<(), Error>>,
{
    let done: Result<(), Fail<Infallible>> = store
        .write(&By::system(), |tx| async move { Ok(body(tx).await?) })
        .await;
    match done {
        Ok(()) => Ok(()),
        Err(Fail::Store(error)) => Err(error),
        Err(_) => Err(Error::Schema("a record of upkeep was not kept".to_owned())),
    }
}

/// 通知系统管理员
async fn tell(tx: &Tx, run: Id, words: String) -> Result<(), Error> {
    let sql = "SELECT DISTINCT a.id FROM account a JOIN role_grant g ON g.account = a.id
        WHERE g.role = 'system_admin' AND a.suspended_at IS NULL AND g.revoked_at IS NULL
        AND g.from_day <= $1 AND (g.to_day IS NULL OR g.to_day >= $1)";
    let accounts: Vec<Id> = tx.column(sql, params![tx.today()]).await?;
    let notices: Vec<NewNotice> = accounts
        .into_iter()
        .map(|account| NewNotice {
            account,
            kind: "backup",
            words: words.clone(),
            link: PAGE.to_owned(),
            dedupe: format!("backup-{run}"),
            show_at: tx.now(),
        })
        .collect();
    add_notices(tx, &notices).await?;
    Ok(())
}
