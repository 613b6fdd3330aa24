//! 定时: in every serving process a look now and then; the one that takes the slot does the work.

use super::retention::{self, Keep};
use super::runs::{self, Kind};
use super::{Made, Wanted, make};
use crate::config::Config;
use anyhow::{Context as _, Result, bail};
use kernel::{Id, Instant};
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;
use store::Store;

/// After a failure the next try waits so long.
const AGAIN_MS: i64 = 30 * 60_000;
/// Tries a day.
const MOST_TRIES: i64 = 3;
/// Files are cleared at four, when the backup of half past two is done.
const COLLECT_AT_MS: i64 = 4 * 3_600_000;

/// `[backup]` in the configuration. Without it there are no scheduled backups.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Folder the backups go to; by default `backups` in the data folder.
    pub to: Option<PathBuf>,
    /// Time of day, Beijing time.
    #[serde(default = "default_at")]
    pub at: String,
    /// One of each of so many days, weeks and months stays.
    #[serde(default = "default_days")]
    pub keep_days: u16,
    #[serde(default = "default_weeks")]
    pub keep_weeks: u16,
    #[serde(default = "default_months")]
    pub keep_months: u16,
    /// age public keys; none: not encrypted.
    #[serde(default)]
    pub age: Vec<String>,
}

fn default_at() -> String {
    "02:30".to_owned()
}
fn default_days() -> u16 {
    14
}
fn default_weeks() -> u16 {
    8
}
fn default_months() -> u16 {
    12
}

impl Schedule {
    /// Milliseconds after midnight.
    pub fn at_ms(&self) -> Result<i64> {
        let parsed = self.at.split_once(':').and_then(|(h, m)| {
            let (h, m): (i64, i64) = (h.parse().ok()?, m.parse().ok()?);
            ((0..24).contains(&h) && (0..60).contains(&m)).then_some((h * 60 + m) * 60_000)
        });
        match parsed {
            Some(ms) => Ok(ms),
            None => bail!("backup.at = \"{}\" 不是时刻，应写成 02:30", self.at),
        }
    }

    fn keep(&self) -> Keep {
        Keep {
            days: self.keep_days.into(),
            weeks: self.keep_weeks.into(),
            months: self.keep_months.into(),
        }
    }
}

/// Where backups of this installation go, and how.
pub fn wanted(config: &Config, kind: Kind) -> Wanted {
    let schedule = config.backup.as_ref();
    Wanted {
        to: schedule
            .and_then(|s| s.to.clone())
            .unwrap_or_else(|| config.data.join("backups")),
        prefix: kind.prefix().to_owned(),
        county: config.county.clone(),
        recipients: schedule.map(|s| s.age.clone()).unwrap_or_default(),
    }
}

/// One look: what was asked for, what is due, what is to be cleared.
pub async fn look(config: &Config, store: &Store) -> Result<()> {
    runs::end_interrupted(store).await?;
    while let Some(id) = runs::take_asked(store).await? {
        run(store, id, &wanted(config, Kind::Asked)).await;
    }
    if let Some(schedule) = &config.backup
        && let Some(id) = take_due(store, Kind::Auto, schedule.at_ms()?).await?
    {
        let wanted = wanted(config, Kind::Auto);
        if run(store, id, &wanted).await.is_some() {
            retention::apply(store, &wanted.to, schedule.keep()).await?;
        }
    }
    if let Some(id) = take_due(store, Kind::Collect, COLLECT_AT_MS).await? {
        let now = store.context.machine_now();
        match store.collect_files(now).await {
            Ok(done) => runs::collected(store, id, &done).await?,
            Err(error) => runs::failed(store, id, &format!("清理文件：{error}")).await?,
        }
    }
    Ok(())
}

/// Takes today's slot once its time has come, and again some time after a failure.
async fn take_due(store: &Store, kind: Kind, at_ms: i64) -> Result<Option<Id>> {
    let (now, today) = (store.now(), store.today());
    if now < Instant::at(today, at_ms) {
        return Ok(None);
    }
    let (tried, settled, failed_at) = runs::tries(store.db(), kind, today).await?;
    let too_soon = failed_at.is_some_and(|at| now < at.plus_ms(AGAIN_MS));
    if settled || tried >= MOST_TRIES || too_soon {
        return Ok(None);
    }
    let slot = format!("{}-{today}-{}", kind.code(), tried + 1);
    Ok(runs::take_slot(store, kind, &slot, "系统").await?)
}

/// Makes the backup of a claim and keeps what came of it; an error is an outcome, not a stop.
pub async fn run(store: &Store, id: Id, wanted: &Wanted) -> Option<Made> {
    let outcome = renewing(store, id, make(store, wanted)).await;
    let kept = match &outcome {
        Ok(made) => runs::done(store, id, made, !wanted.recipients.is_empty()).await,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "a backup failed");
            runs::failed(store, id, &format!("{error:#}")).await
        }
    };
    if let Err(error) = kept {
        tracing::error!(%error, "keeping a backup's outcome");
    }
    outcome.ok()
}

async fn renewing<T>(store: &Store, id: Id, work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            outcome = &mut work => return outcome,
            () = tokio::time::sleep(Duration::from_secs(30)) => {
                if let Err(error) = runs::renew(store, id).await {
                    tracing::warn!(%error, "renewing a claim");
                }
            }
        }
    }
}

/// Before the schema changes: a backup, if the database holds anything and a step is to be taken.
pub async fn before_upgrade(config: &Config, store: &Store) -> Result<Option<Made>> {
    let taken = store.steps_taken().await?.len();
    if taken == 0 || store.pending(&crate::migrations()).await? == 0 {
        return Ok(None);
    }
    if crate::copy::is_unused(store).await.is_ok() {
        return Ok(None);
    }
    let made = make(store, &wanted(config, Kind::BeforeUpgrade))
        .await
        .context("升级前的备份没有成功，因此没有升级。若确知不需要备份，可运行 zhibu migrate --no-backup")?;
    Ok(Some(made))
}
