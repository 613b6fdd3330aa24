//! `zhibu backup`, `zhibu restore`, `zhibu verify --backup`.

use super::examine::examine;
use super::runs::{self, Kind};
use super::schedule::wanted;
use super::{Made, Manifest, container, make, restore};
use crate::command::Place;
use crate::config::Config;
use anyhow::Result;
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::{Clock, Context, Store};

/// `backup`
#[derive(Args, Clone)]
pub struct BackupOptions {
    #[command(flatten)]
    pub place: Place,
    /// 备份放到哪个目录；省略时按配置，没有配置时为数据目录下的 backups
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// 用这个 age 公钥加密（可多次）
    #[arg(long, value_name = "RECIPIENT")]
    pub age: Vec<String>,
}

/// `restore`
#[derive(Args, Clone)]
pub struct RestoreOptions {
    /// 备份文件
    pub file: PathBuf,
    /// 空的数据目录
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// 空的数据库；省略时为数据目录下的 SQLite 文件
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// age 私钥文件
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// 原来的密钥文件 zhibu.key
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// 密钥已丢失，仍要恢复（证件号码等加密内容将无法解读）
    #[arg(long)]
    pub without_key: bool,
}

/// Makes a backup now; the server may be running.
pub async fn backup(file: Option<PathBuf>, options: BackupOptions) -> Result<ExitCode> {
    let config = Config::load(file.as_deref(), &options.place, None)?;
    let store = config.open_existing().await?;
    let mut wanted = wanted(&config, Kind::Asked);
    wanted.to = options.to.unwrap_or(wanted.to);
    if !options.age.is_empty() {
        wanted.recipients = options.age;
    }
    let made = now(&store, &wanted).await;
    let key = config.data.join("zhibu.key");
    store.close().await;
    let made = made?;
    println!("备份完成：{}", made.place.display());
    println!("{}", words(&made.manifest, Some(made.bytes)));
    if wanted.recipients.is_empty() {
        println!("没有加密：备份里有党员姓名等信息，请妥善保管，或用 --age 加密。");
    }
    println!(
        "注意：密钥 {} 不在备份里。没有它，恢复后的证件号码等加密内容无法解读，请另行保管一份。",
        key.display()
    );
    Ok(match made.manifest.missing.len() {
        0 => ExitCode::SUCCESS,
        n => {
            println!("有 {n} 份文件缺失或损坏，备份里没有它们完好的内容：");
            made.manifest
                .missing
                .iter()
                .take(20)
                .for_each(|d| println!("  {d}"));
            ExitCode::FAILURE
        }
    })
}

async fn now(store: &Store, wanted: &super::Wanted) -> Result<Made> {
    if !runs::are_kept(store).await? {
        return make(store, wanted).await;
    }
    let slot = format!("line-{}", store.context.new_id());
    let id = runs::take_slot(store, Kind::Asked, &slot, "命令行").await?;
    let made = make(store, wanted).await;
    if let Some(id) = id {
        match &made {
            Ok(made) => runs::done(store, id, made, !wanted.recipients.is_empty()).await?,
            Err(error) => runs::failed(store, id, &format!("{error:#}")).await?,
        }
    }
    made
}

/// What a backup holds, in a sentence.
pub fn words(manifest: &Manifest, bytes: Option<u64>) -> String {
    let size = bytes.map_or(String::new(), |b| format!("，大小 {} KB", b.div_ceil(1024)));
    format!(
        "{} · {} · 结构第 {} 步 · {} 张表 {} 行 · 文件 {} 份{size}。密钥编号 {}。",
        manifest.head.county,
        manifest.head.made,
        manifest.head.newest_step(),
        manifest.tables.len(),
        manifest.rows(),
        manifest.files,
        manifest.head.key
    )
}

/// Restores into what is empty, then checks it as `verify` does.
pub async fn restored(file: Option<PathBuf>, options: RestoreOptions) -> Result<ExitCode> {
    let place = Place {
        data: Some(options.data.clone()),
        database: options.database.clone(),
        today: None,
    };
    let config = Config::load(file.as_deref(), &place, None)?;
    let mut settings = config.settings();
    if options.database.is_none() {
        // The configured database is the one in use: a restore goes there only if it is named.
        settings.database = format!("sqlite://{}", options.data.join("zhibu.db").display());
    }
    let wanted = restore::Wanted {
        from: options.file.clone(),
        identity: options.identity,
        settings: settings.clone(),
        key: options.key,
        files: config.object_store()?,
        without_key: options.without_key,
    };
    let context = Context::system(Clock::System { shift_ms: 0 })?;
    let manifest = restore::restore(&wanted, context).await?;
    println!("已恢复：{}", words(&manifest, None));
    if !manifest.missing.is_empty() {
        println!(
            "备份时就有 {} 份文件缺失或损坏，恢复后同样如此。",
            manifest.missing.len()
        );
    }
    let restored = Config {
        database: Some(settings.database),
        ..config
    };
    crate::maintenance::verify(restored, false).await
}

/// Checks a backup without restoring it.
pub fn verify(file: &Path, identity: Option<&Path>) -> Result<ExitCode> {
    let manifest = examine(file, identity)?;
    let bytes = std::fs::metadata(file)?.len();
    println!("备份完好：{}", words(&manifest, Some(bytes)));
    if !container::is_sealed(file)? {
        println!("没有加密。");
    }
    if !manifest.missing.is_empty() {
        println!("备份时已有 {} 份文件缺失或损坏。", manifest.missing.len());
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
