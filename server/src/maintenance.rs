//! `migrate`, `check`, `rebuild`, `verify`.

use crate::command::Place;
use crate::config::Config;
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;
use store::audit::Chain;

/// Brings the schema up to date.
pub async fn migrate(config: Config) -> Result<ExitCode> {
    let store = config.open().await?;
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

/// Checks the audit chain, the files and the kept duties, without changing anything.
pub async fn verify(config: Config) -> Result<ExitCode> {
    let store = opened(&config).await?;
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
    let store = config.open().await?;
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
    findings.note("消息通道", channels(&config).await);
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

async fn channels(config: &Config) -> Result<String> {
    let outward = config.outward()?;
    delivery::outside::authorities(&outward).map_err(|words| anyhow::anyhow!(words))?;
    let store = config.open().await?;
    let words = match store.pending(&crate::migrations()).await? {
        0 => delivery::state_words(store.db(), store.today()).await?,
        _ => "数据库升级后可查".to_owned(),
    };
    store.close().await;
    Ok(words)
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
