//! `zhibu check`: what is right and wrong with an installation, one line a finding, each with its
//! way out. ✓ is well, △ wants a look, ✗ must be put right.

use crate::backup::runs;
use crate::command::Place;
use crate::config::{Config, Tls};
use crate::tls::certificate::Facts;
use crate::tls::{self, Files};
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::{Backend, Store};

/// A finding that is no fault.
enum Found {
    Well(String),
    Look(String),
}

/// Explains what is wrong with an installation; fails if anything must be put right.
pub async fn run(file: Option<PathBuf>, place: Place) -> Result<ExitCode> {
    let config = match Config::load(file.as_deref(), &place, None) {
        Ok(config) => config,
        Err(error) => {
            println!("✗ 配置：{error:#}");
            return Ok(ExitCode::FAILURE);
        }
    };
    let mut findings = Findings::default();
    findings.note(
        "监听地址",
        config.address().map(|a| Found::Well(a.to_string())),
    );
    findings.note("对外地址", public_url(&config));
    if config.tls.is_some() {
        findings.note("证书", certificate(&config));
    }
    findings.note("数据目录", writable(&config));
    findings.note("磁盘空间", room(&config.data));
    match config.open().await {
        Ok(store) => {
            findings.note("数据库", database(&store).await);
            findings.note("数据库设置", settings(&store).await);
            findings.note("消息通道", channels(&config, &store).await);
            findings.note("文件", stored_files(&config, &store).await);
            findings.note("备份", backups(&config, &store).await);
            findings.note("时钟", clock(&config, &store).await);
            store.close().await;
        }
        Err(error) => findings.note("数据库", Err(error)),
    }
    Ok(findings.end())
}

#[derive(Default)]
struct Findings {
    bad: usize,
}

impl Findings {
    fn note(&mut self, what: &str, found: Result<Found>) {
        match found {
            Ok(Found::Well(words)) => println!("✓ {what}：{words}"),
            Ok(Found::Look(words)) => println!("△ {what}：{words}"),
            Err(error) => {
                self.bad += 1;
                println!("✗ {what}：{error:#}");
            }
        }
    }

    fn end(self) -> ExitCode {
        if self.bad == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn public_url(config: &Config) -> Result<Found> {
    let url = config.public_url(config.address().map_or(8080, |a| a.port()));
    let is_https = url.starts_with("https://");
    if config.trusted_proxy.is_some() && !is_https {
        bail!("设置了 trusted_proxy，public_url 应为 https 开头的地址，现在是 {url}");
    }
    config.public_host()?;
    if is_https && config.tls.is_none() && config.trusted_proxy.is_none() {
        return Ok(Found::Look(format!(
            "{url}，但本程序没有加密，也没有写明代理：请设置 tls；若本机有代理，请设置 trusted_proxy"
        )));
    }
    Ok(Found::Well(url))
}

/// The certificate's days, and whether it is for the name that people use.
fn certificate(config: &Config) -> Result<Found> {
    let now = store::Context::system(store::Clock::System { shift_ms: 0 })?.now();
    let files = match &config.tls {
        Some(Tls::Files { cert, key }) => Files {
            cert: cert.clone(),
            key: key.clone(),
        },
        _ => Files {
            cert: config.data.join("tls/server.pem"),
            key: config.data.join("tls/server.key"),
        },
    };
    let is_local = config.tls == Some(Tls::Local);
    if is_local && !files.cert.exists() {
        return Ok(Found::Look(
            "自制根证书还没有制作，首次启动时自动制作".to_owned(),
        ));
    }
    tls::load(&files)?;
    let chain = tls::chain(&files.cert)?;
    let first = chain.first().context("证书文件是空的")?;
    judge(&Facts::read(first)?, &config.public_host()?, now, is_local)
}

fn judge(facts: &Facts, host: &str, now: kernel::Instant, is_local: bool) -> Result<Found> {
    let (days, until) = (facts.days_left(now), facts.to.day().chinese());
    let renew = if is_local {
        "服务运行时会自动换新"
    } else {
        "请向签发机构换新，覆盖原文件即可，不必重启"
    };
    if facts.from > now {
        bail!(
            "证书从 {} 起才有效，请核对系统时间",
            facts.from.day().chinese()
        );
    }
    if days < 0 {
        bail!("证书已于 {until} 过期。{renew}");
    }
    if !facts.covers(host) {
        bail!(
            "证书是给 {} 的，与 public_url 里的 {host} 不符，浏览器会拒绝。请换证书，或改 public_url",
            facts.names.join("、")
        );
    }
    if days < 21 {
        return Ok(Found::Look(format!(
            "还剩 {days} 天（{until} 到期）。{renew}"
        )));
    }
    Ok(Found::Well(format!(
        "{host}，还剩 {days} 天（{until} 到期）"
    )))
}

fn writable(config: &Config) -> Result<Found> {
    std::fs::create_dir_all(&config.data)?;
    let probe = config.data.join(".probe");
    std::fs::write(&probe, b"zhibu")?;
    std::fs::remove_file(&probe)?;
    for key in ["zhibu.key", "tls/ca.key", "tls/server.key"] {
        private(&config.data.join(key))?;
    }
    Ok(Found::Well(format!("{} 可写", config.data.display())))
}

#[cfg(unix)]
fn private(key: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let Ok(found) = std::fs::metadata(key) else {
        return Ok(());
    };
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        bail!(
            "密钥 {} 的权限是 {mode:o}，应为 600：chmod 600 后再启动",
            key.display()
        );
    }
    Ok(())
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<()> {
    Ok(())
}

/// Room on the disk that a path lies on, in bytes.
pub struct Disk {
    /// Left for this program.
    pub free: u64,
    /// In all.
    pub size: u64,
}

/// Looks at the disk; none where the system does not say.
pub fn disk(path: &Path) -> Option<Disk> {
    #[cfg(unix)]
    {
        let found = rustix::fs::statvfs(path).ok()?;
        Some(Disk {
            free: found.f_bavail.saturating_mul(found.f_frsize),
            size: found.f_blocks.saturating_mul(found.f_frsize),
        })
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

fn room(data: &Path) -> Result<Found> {
    const GIGABYTE: u64 = 1 << 30;
    let Some(disk) = disk(data) else {
        return Ok(Found::Look("查不到，请自行留意".to_owned()));
    };
    let words = format!(
        "剩余 {:.1} GB，共 {:.1} GB",
        disk.free as f64 / GIGABYTE as f64,
        disk.size as f64 / GIGABYTE as f64
    );
    if disk.free < GIGABYTE {
        bail!("{words}。不足 1 GB，写满后不能保存：请清理磁盘，或把数据目录移到大一些的磁盘");
    }
    if disk.free < 5 * GIGABYTE || disk.free < disk.size / 20 {
        return Ok(Found::Look(format!("{words}，快满了：请清理或扩容")));
    }
    Ok(Found::Well(words))
}

async fn stored_files(config: &Config, store: &Store) -> Result<Found> {
    let files = store.files.clone();
    let answer = tokio::task::spawn_blocking(move || files.check()).await?;
    answer.with_context(|| match &config.files {
        Some(place) => format!("{place} 用不了，请检查地址、桶名、密钥和网络"),
        None => "数据目录里的 files 读不了".to_owned(),
    })?;
    let own = || config.data.join("files").display().to_string();
    Ok(Found::Well(config.files.clone().unwrap_or_else(own)))
}

/// Days after which the last good backup is too old.
const BACKUP_TOO_OLD_MS: i64 = 2 * 86_400_000;

async fn backups(config: &Config, store: &Store) -> Result<Found> {
    let latest = if runs::are_kept(store).await? {
        runs::latest_good(store.db()).await?
    } else {
        None
    };
    let plan = match &config.backup {
        Some(schedule) => format!("每天 {} 自动备份", schedule.at),
        None => "没有设置定时备份，请在配置里加上 [backup]".to_owned(),
    };
    match latest {
        Some(at) if store.now().0 - at.0 > BACKUP_TOO_OLD_MS => bail!(
            "上一次成功的备份在 {}，已超过两天；{plan}。可运行 zhibu backup",
            at.chinese_full()
        ),
        Some(at) => Ok(Found::Well(format!(
            "上一次成功的备份在 {}；{plan}",
            at.chinese_full()
        ))),
        None if crate::copy::is_unused(store).await.is_ok() => {
            Ok(Found::Well(format!("还没有数据，不需要备份；{plan}")))
        }
        None => bail!("还没有成功的备份；{plan}。可运行 zhibu backup"),
    }
}

async fn channels(config: &Config, store: &Store) -> Result<Found> {
    let outward = config.outward()?;
    delivery::outside::authorities(&outward).map_err(|words| anyhow::anyhow!(words))?;
    let words = match store.pending(&crate::migrations()).await? {
        0 => delivery::state_words(store.db(), store.today()).await?,
        _ => "数据库升级后可查".to_owned(),
    };
    Ok(Found::Well(words))
}

async fn database(store: &Store) -> Result<Found> {
    let (kind, version): (_, String) = match store.backend() {
        Backend::Sqlite => (
            "SQLite",
            store.db().scalar("SELECT sqlite_version()", vec![]).await?,
        ),
        Backend::Postgres => ("PostgreSQL", setting(store, "server_version").await?),
    };
    if store.backend() == Backend::Postgres {
        let number: i64 = setting(store, "server_version_num").await?.parse()?;
        if number < 150_000 {
            bail!("PostgreSQL {version} 太旧，需要 15 或更新：请先升级数据库");
        }
    }
    let pending = store.pending(&crate::migrations()).await?;
    Ok(match pending {
        0 => Found::Well(format!("{kind} {version}，结构最新")),
        n => Found::Look(format!(
            "{kind} {version}，有 {n} 步升级待执行（启动时自动执行，或运行 zhibu migrate）"
        )),
    })
}

/// What an acknowledged change rests on.
async fn settings(store: &Store) -> Result<Found> {
    match store.backend() {
        Backend::Sqlite => {
            let journal: String = store.db().scalar("PRAGMA journal_mode", vec![]).await?;
            let synchronous: i64 = store.db().scalar("PRAGMA synchronous", vec![]).await?;
            if !journal.eq_ignore_ascii_case("wal") || synchronous < 2 {
                bail!(
                    "journal_mode={journal}，synchronous={synchronous}，应为 wal 和 2：\
                     数据目录可能在网络盘上，请移到本机磁盘"
                );
            }
            Ok(Found::Well("journal_mode=wal，synchronous=full".to_owned()))
        }
        Backend::Postgres => {
            for (name, wrong) in [
                ("fsync", &["off"][..]),
                ("full_page_writes", &["off"]),
                ("synchronous_commit", &["off", "local"]),
            ] {
                let value = setting(store, name).await?;
                // `local` is as good as `on` where no standby is awaited.
                let awaits = setting(store, "synchronous_standby_names").await?;
                if wrong.contains(&value.as_str()) && !(value == "local" && awaits.is_empty()) {
                    bail!(
                        "{name}={value}：断电或切换时，已答复“已保存”的内容可能丢失。\
                         请在 postgresql.conf 里改为 on"
                    );
                }
            }
            Ok(Found::Well(
                "fsync、full_page_writes、synchronous_commit 正常".to_owned(),
            ))
        }
    }
}

async fn setting(store: &Store, name: &str) -> Result<String> {
    let sql = "SELECT COALESCE(current_setting($1, TRUE), '')";
    Ok(store.db().scalar(sql, store::params![name]).await?)
}

/// The machine's clock, and how far the database's runs apart from it.
async fn clock(config: &Config, store: &Store) -> Result<Found> {
    let context = store::Context::system(store::Clock::System { shift_ms: 0 })?;
    let now = context.now();
    if now.day().year() < 2025 {
        bail!("系统时间是 {}，明显不对，请先校时", now.chinese_full());
    }
    if store.backend() == Backend::Postgres {
        let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
        let theirs: i64 = store.db().scalar(sql, vec![]).await?;
        let apart = (theirs - now.0).abs() / 1000;
        if apart >= 60 {
            bail!("与数据库的时钟相差 {apart} 秒，请给两台机器校时（chrony 或 systemd-timesyncd）");
        }
        if apart >= 2 {
            return Ok(Found::Look(format!(
                "与数据库的时钟相差 {apart} 秒，建议给两台机器校时"
            )));
        }
    }
    let shown = config
        .today
        .map_or(String::new(), |day| format!("，按 {} 运行", day.chinese()));
    Ok(Found::Well(format!(
        "{}（北京时间）{shown}",
        now.chinese_full()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Instant;

    fn words(from: i64, to: i64, host: &str) -> String {
        let day = |days: i64| Instant(1_800_000_000_000 + days * 86_400_000);
        let facts = Facts {
            from: day(from),
            to: day(to),
            names: vec!["dangjian.example.cn".to_owned()],
            subject: String::new(),
            issuer: String::new(),
        };
        match judge(&facts, host, day(0), false) {
            Ok(Found::Well(words)) => format!("✓{words}"),
            Ok(Found::Look(words)) => format!("△{words}"),
            Err(error) => format!("✗{error}"),
        }
    }

    #[test]
    fn a_certificate_is_judged_by_its_days_and_its_name() {
        let host = "dangjian.example.cn";
        assert!(words(-1, 90, host).starts_with("✓dangjian.example.cn，还剩 90 天"));
        assert!(words(-1, 20, host).starts_with("△还剩 20 天"));
        assert!(words(-9, -1, host).starts_with("✗证书已于"));
        assert!(words(1, 90, host).starts_with("✗证书从"));
        assert!(words(-1, 90, "10.0.0.8").contains("与 public_url 里的 10.0.0.8 不符"));
    }
}
