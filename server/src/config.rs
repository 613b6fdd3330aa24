//! 配置: one TOML file, then the environment, then the command line.

use crate::backup::schedule::Schedule;
use crate::command::Place;
use anyhow::{Context as _, Result, bail};
use kernel::Day;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use store::{Clock, Context, Settings, Store};

/// What an installation may set. Every key with its default stands in `docs/zhibu.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// 单位名称, shown in the bar.
    #[serde(default = "default_county")]
    pub county: String,
    /// 数据目录: files, uploads, the key; and the database unless named otherwise.
    #[serde(default = "default_data")]
    pub data: PathBuf,
    /// `sqlite://…` or `postgres://…`; by default a SQLite file in the data directory.
    #[serde(default)]
    pub database: Option<String>,
    /// Address to listen on. Without TLS only the loopback is allowed, unless a proxy is named.
    #[serde(default = "default_listen")]
    pub listen: String,
    /// Address the outside uses, for links, QR codes and cookies.
    #[serde(default)]
    pub public_url: Option<String>,
    /// Address of the one proxy that speaks TLS for us.
    #[serde(default)]
    pub trusted_proxy: Option<std::net::IpAddr>,
    /// Database connections.
    #[serde(default = "default_connections")]
    pub connections: u32,
    /// Levels of the log, `info` or `info,sqlx=warn`.
    #[serde(default = "default_log")]
    pub log: String,
    /// 定时备份; none without it.
    #[serde(default)]
    pub backup: Option<Schedule>,
    /// Treats a day as today; for demonstrations.
    #[serde(skip)]
    pub today: Option<Day>,
}

fn default_county() -> String {
    "教育系统党建工作平台".to_owned()
}
fn default_data() -> PathBuf {
    PathBuf::from("data")
}
fn default_listen() -> String {
    "127.0.0.1:8080".to_owned()
}
fn default_connections() -> u32 {
    8
}
fn default_log() -> String {
    "info".to_owned()
}

impl Config {
    /// Reads the file (`zhibu.toml` beside the program if none is named and it is there), the
    /// environment and the options.
    pub fn load(file: Option<&Path>, place: &Place, listen: Option<&str>) -> Result<Config> {
        let mut builder = config::Config::builder();
        builder = match file {
            Some(path) => builder.add_source(config::File::from(path)),
            None => builder.add_source(config::File::with_name("zhibu.toml").required(false)),
        };
        let environment = config::Environment::with_prefix("ZHIBU").try_parsing(true);
        // Variables of the test tools share the prefix and are no settings.
        let ours: std::collections::HashMap<String, String> = std::env::vars()
            .filter(|(name, _)| {
                let name = name.to_ascii_lowercase();
                KEYS.iter().any(|key| name == format!("zhibu_{key}"))
            })
            .collect();
        let environment = environment.source(Some(ours));
        let mut config: Config = builder
            .add_source(environment)
            .build()
            .and_then(config::Config::try_deserialize)
            .context("配置没有读懂")?;
        if let Some(data) = &place.data {
            config.data = data.clone();
        }
        config.database = place.database.clone().or(config.database);
        config.today = place.today;
        if let Some(listen) = listen {
            config.listen = listen.to_owned();
        }
        if let Some(schedule) = &config.backup {
            schedule.at_ms()?;
        }
        Ok(config)
    }

    /// Where the server listens; plain HTTP on the loopback only, or behind the named proxy.
    pub fn address(&self) -> Result<SocketAddr> {
        let address: SocketAddr = self.listen.parse().with_context(|| {
            format!(
                "listen = \"{}\" 不是“地址：端口”，例如 127.0.0.1:8080",
                self.listen
            )
        })?;
        if !address.ip().is_loopback() && self.trusted_proxy.is_none() {
            bail!(
                "listen = \"{address}\" 不是本机地址。没有加密时只能监听 127.0.0.1；\
                 若前面有负责加密的代理，请设置 trusted_proxy 和 https 开头的 public_url"
            );
        }
        Ok(address)
    }

    /// Address for links, with the port really used.
    pub fn public_url(&self, port: u16) -> String {
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("http://127.0.0.1:{port}"))
    }

    /// What the store needs.
    pub fn settings(&self) -> Settings {
        let database = self
            .database
            .clone()
            .unwrap_or_else(|| format!("sqlite://{}", self.data.join("zhibu.db").display()));
        Settings {
            database,
            data: self.data.clone(),
            connections: self.connections,
        }
    }

    fn context(&self) -> Result<Context> {
        let clock = match self.today {
            Some(day) => Clock::with_today(day),
            None => Clock::System { shift_ms: 0 },
        };
        Ok(Context::system(clock)?)
    }

    /// Opens the store.
    pub async fn open(&self) -> Result<Store> {
        std::fs::create_dir_all(&self.data)
            .with_context(|| format!("数据目录 {} 建不了", self.data.display()))?;
        Ok(Store::open(&self.settings(), self.context()?).await?)
    }

    /// Opens a store that must be there.
    pub async fn open_existing(&self) -> Result<Store> {
        if !self.data.is_dir() {
            bail!("没有数据目录 {}", self.data.display());
        }
        Ok(Store::open_existing(&self.settings(), self.context()?).await?)
    }
}

/// Keys that the environment may set, each as `ZHIBU_<KEY>`.
const KEYS: [&str; 8] = [
    "county",
    "data",
    "database",
    "listen",
    "public_url",
    "trusted_proxy",
    "connections",
    "log",
];
