//! `migrate`, `check`, `rebuild`, `verify`.

use crate::backup::runs;
use crate::backup::schedule::before_upgrade;
use crate::command::Place;
use crate::config::Config;
use anyhow::{Context as _, Result};
use std::path::PathBuf;
use std::process::ExitCode;
use store::audit::Chain;

/// Brings the schema up to date.
pub async fn migrate(config: Config, no_backup: bool) -> Result<ExitCode> {
    let store = config.open().await?;
    if !no_backup && let Some(made) = before_upgrade(&config, &store).await? {
        println!("升级前已备份：{}", made.place.display());
    }
    let taken = store.migrate(&crate::migrations()).await?;
    store.close().await;
    println!("数据库已是最新，本次执行 {taken} 步。");
    Ok(ExitCode::SUCCESS)
}

/// Recomputes every kept duty and sum and says what differed.
pub async fn rebuild(config: Config) -> Result<ExitCode> {
    let store = opened(&config).await?;
    let found = duty::rebuild::rebuild(&store).await?;
    store.close().await;
    println!("重新计算 {} 件事项。", found.duties);
    report(&found)
}

fn report(found: &duty::rebuild::Found) -> Result<ExitCode> {
    if found.different.is_empty() && found.sums == 0 {
        println!("与原来保存的完全一致。");
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "不一致的事项 {} 件，不一致的汇总 {} 行。",
        found.different.len(),
        found.sums
    );
    for key in found.different.iter().take(20) {
        println!("  {key}");
    }
    Ok(ExitCode::FAILURE)
}

/// Checks the audit chain, the files and the kept duties, without changing anything; with `collect`
/// clears files that no row names.
pub async fn verify(config: Config, collect: bool) -> Result<ExitCode> {
    let store = opened(&config).await?;
    if collect {
        let done = store.collect_files(store.context.machine_now()).await?;
        println!(
            "清理文件：移到待清理 {} 份，移回 {} 份，删除 {} 份（{} KB）。",
            done.aside,
            done.back,
            done.removed,
            done.bytes.div_ceil(1024)
        );
    }
    let mut good = true;
    match store::audit::verify(store.db()).await? {
        Chain::Whole { entries, head } => {
            println!(
                "审计链完整：{entries} 条，链头 {}",
                head.get(..16).unwrap_or("（空）")
            );
        }
        Chain::Broken { seq, id } => {
            good = false;
            println!("审计链在第 {seq} 条（标识 {id}）断开：这一条或它之前的内容被改动过。");
        }
    }
    let open: i64 = store
        .db()
        .scalar("SELECT COUNT(*) FROM audit WHERE seq IS NULL", vec![])
        .await?;
    if open > 0 {
        println!("另有 {open} 条尚未接入链中，服务运行时每秒接入一次。");
    }
    let digests: Vec<String> = store
        .db()
        .column("SELECT DISTINCT digest FROM file ORDER BY digest", vec![])
        .await?;
    let broken: Vec<_> = digests
        .iter()
        .filter(|d| !store.files.is_whole(d))
        .collect();
    println!(
        "文件 {} 份，其中损坏或缺失 {} 份。",
        digests.len(),
        broken.len()
    );
    for digest in broken.iter().take(20) {
        println!("  {digest}");
    }
    good &= broken.is_empty();
    let found = duty::rebuild::check(&store).await?;
    store.close().await;
    println!("核对 {} 件事项。", found.duties);
    good &= report(&found)? == ExitCode::SUCCESS;
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn opened(config: &Config) -> Result<store::Store> {
    let store = config.open_existing().await?;
    before_upgrade(config, &store).await?;
    store.migrate(&crate::migrations()).await?;
    Ok(store)
}

/// Explains what is wrong with a configuration, one line a finding.
pub async fn check(file: Option<PathBuf>, place: Place) -> Result<ExitCode> {
    let config = match Config::load(file.as_deref(), &place, None) {
        Ok(config) => config,
        Err(error) => {
            println!("✗ 配置：{error:#}");
            return Ok(ExitCode::FAILURE);
        }
    };
    let mut findings = Findings::default();
    findings.note("监听地址", config.address().map(|a| a.to_string()));
    findings.note("对外地址", public_url(&config));
    findings.note("数据目录", writable(&config));
    findings.note("数据库", database(&config).await);
    findings.note("文件", stored_files(&config).await);
    findings.note("备份", backups(&config).await);
    findings.note("时钟", clock(&config));
    Ok(if findings.bad == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[derive(Default)]
struct Findings {
    bad: usize,
}

impl Findings {
    fn note(&mut self, what: &str, found: Result<String>) {
        match found {
            Ok(words) => println!("✓ {what}：{words}"),
            Err(error) => {
                self.bad += 1;
                println!("✗ {what}：{error:#}");
            }
        }
    }
}

fn public_url(config: &Config) -> Result<String> {
    let url = config.public_url(config.address().map_or(8080, |a| a.port()));
    if config.trusted_proxy.is_some() && !url.starts_with("https://") {
        anyhow::bail!("设置了 trusted_proxy，public_url 应为 https 开头的地址，现在是 {url}");
    }
    Ok(url)
}

fn writable(config: &Config) -> Result<String> {
    std::fs::create_dir_all(&config.data)?;
    let probe = config.data.join(".probe");
    std::fs::write(&probe, b"zhibu")?;
    std::fs::remove_file(&probe)?;
    let key = config.data.join("zhibu.key");
    #[cfg(unix)]
    if let Ok(found) = std::fs::metadata(&key) {
        use std::os::unix::fs::PermissionsExt;
        let mode = found.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            anyhow::bail!(
                "密钥 {} 的权限是 {mode:o}，应为 600：chmod 600 后再启动",
                key.display()
            );
        }
    }
    Ok(format!("{} 可写", config.data.display()))
}

async fn database(config: &Config) -> Result<String> {
    let store = config.open().await?;
    let kind = match store.backend() {
        store::Backend::Sqlite => "SQLite",
        store::Backend::Postgres => "PostgreSQL",
    };
    let version: String = match store.backend() {
        store::Backend::Sqlite => store.db().scalar("SELECT sqlite_version()", vec![]).await?,
        store::Backend::Postgres => {
            store
                .db()
                .scalar("SELECT current_setting('server_version')", vec![])
                .await?
        }
    };
    let pending = store.pending(&crate::migrations()).await?;
    store.close().await;
    Ok(match pending {
        0 => format!("{kind} {version}，结构最新"),
        n => {
            format!("{kind} {version}，有 {n} 步升级待执行（启动时自动执行，或运行 zhibu migrate）")
        }
    })
}

async fn stored_files(config: &Config) -> Result<String> {
    let store = config.open().await?;
    let files = store.files.clone();
    let answer = tokio::task::spawn_blocking(move || files.check()).await?;
    store.close().await;
    answer.with_context(|| match &config.files {
        Some(place) => format!("{place} 用不了，请检查地址、桶名、密钥和网络"),
        None => "数据目录里的 files 读不了".to_owned(),
    })?;
    let place = config.files.clone();
    Ok(place.unwrap_or_else(|| format!("{}", config.data.join("files").display())))
}

/// Days after which the last good backup is too old.
const BACKUP_TOO_OLD_MS: i64 = 2 * 86_400_000;

async fn backups(config: &Config) -> Result<String> {
    let store = config.open().await?;
    let kept = runs::are_kept(&store).await?;
    let latest = if kept {
        runs::latest_good(store.db()).await?
    } else {
        None
    };
    let (now, unused) = (store.now(), crate::copy::is_unused(&store).await.is_ok());
    store.close().await;
    let plan = match &config.backup {
        Some(schedule) => format!("每天 {} 自动备份", schedule.at),
        None => "没有设置定时备份，请在配置里加上 [backup]".to_owned(),
    };
    match latest {
        Some(at) if now.0 - at.0 > BACKUP_TOO_OLD_MS => anyhow::bail!(
            "上一次成功的备份在 {}，已超过两天；{plan}。可运行 zhibu backup",
            at.chinese_full()
        ),
        None if !unused => anyhow::bail!("还没有成功的备份；{plan}。可运行 zhibu backup"),
        None => Ok(format!("还没有数据，不需要备份；{plan}")),
        Some(at) => Ok(format!("上一次成功的备份在 {}；{plan}", at.chinese_full())),
    }
}

fn clock(config: &Config) -> Result<String> {
    let context = store::Context::system(store::Clock::System { shift_ms: 0 })?;
    let now = context.now();
    if now.day().year() < 2025 {
        anyhow::bail!("系统时间是 {}，明显不对，请先校时", now.chinese_full());
    }
    let shown = config
        .today
        .map_or(String::new(), |day| format!("，按 {} 运行", day.chinese()));
    Ok(format!("{}（北京时间）{shown}", now.chinese_full()))
}
