//! 配置: one TOML file, then the environment, then the command line.

use crate::backup::schedule::Schedule;
use crate::command::Place;
use anyhow::{Context as _, Result, bail};
use kernel::Day;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use store::files::ObjectStore;
use store::{Clock, Context, Files, Settings, Store};

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
    /// Hosts that messages may go to beside the public ones: mail servers on unusual ports, private
    /// gateways of the robots.
    #[serde(default)]
    pub outward_hosts: Vec<String>,
    /// Certificates of authorities (PEM) trusted there beside the public ones.
    #[serde(default)]
    pub outward_ca: Option<PathBuf>,
    /// `"local"`, or `{ cert = "…", key = "…" }`: the program speaks TLS itself.
    #[serde(default)]
    pub tls: Option<Tls>,
    /// A second address, spoken to without TLS, that sends everybody to `public_url`.
    #[serde(default)]
    pub http_redirect: Option<String>,
    /// Connections at once; more wait until one ends.
    #[serde(default = "default_most_clients")]
    pub most_clients: usize,
    /// Opens `/metrics` to who brings it; without one only the loopback may read them.
    #[serde(default)]
    pub metrics_token: Option<String>,
    /// A file for the log instead of standard error.
    #[serde(default)]
    pub log_file: Option<PathBuf>,
    /// Megabytes after which the log goes on in a new file; it also does so each day.
    #[serde(default = "default_log_megabytes")]
    pub log_megabytes: u64,
    /// Earlier log files kept.
    #[serde(default = "default_log_files")]
    pub log_files: usize,
    /// Database connections.
    #[serde(default = "default_connections")]
    pub connections: u32,
    /// Levels of the log, `info` or `info,sqlx=warn`.
    #[serde(default = "default_log")]
    pub log: String,
    /// Where stored files lie: `s3://bucket/prefix`; by default the folder `files` of the data folder.
    #[serde(default)]
    pub files: Option<String>,
    /// The object store, for `files`.
    #[serde(default)]
    pub s3: Option<S3>,
    /// 定时备份; none without it.
    #[serde(default)]
    pub backup: Option<Schedule>,
    /// Treats a day as today; for demonstrations.
    #[serde(skip)]
    pub today: Option<Day>,
}

/// 加密方式
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "TlsSetting")]
pub enum Tls {
    /// A root certificate of the county's own.
    Local,
    /// Files issued elsewhere.
    Files {
        /// Certificate with its chain, PEM.
        cert: PathBuf,
        /// Private key, PEM.
        key: PathBuf,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TlsSetting {
    Word(String),
    Files { cert: PathBuf, key: PathBuf },
}

impl TryFrom<TlsSetting> for Tls {
    type Error = String;

    fn try_from(setting: TlsSetting) -> Result<Tls, String> {
        match setting {
            TlsSetting::Word(word) if word == "local" => Ok(Tls::Local),
            TlsSetting::Word(word) => Err(format!(
                "tls = \"{word}\" 不认识：写 \"local\"，或 {{ cert = \"证书文件\", key = \"私钥文件\" }}"
            )),
            TlsSetting::Files { cert, key } => Ok(Tls::Files { cert, key }),
        }
    }
}

/// `[s3]`: the object store that `files` names.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    /// `https://s3.example.cn`; omitted for Amazon's own.
    pub endpoint: Option<String>,
    /// Region.
    #[serde(default = "default_region")]
    pub region: String,
    /// 访问密钥编号
    pub key_id: String,
    /// 访问密钥; better in `ZHIBU_S3_SECRET`.
    pub secret: Option<String>,
    /// Bucket in the path, not in the host name; most stores beside Amazon's want it.
    #[serde(default = "default_path_style")]
    pub path_style: bool,
}

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

fn default_region() -> String {
    "us-east-1".to_owned()
}
fn default_path_style() -> bool {
    true
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
fn default_most_clients() -> usize {
    2048
}
fn default_log_megabytes() -> u64 {
    20
}
fn default_log_files() -> usize {
    14
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
        if !address.ip().is_loopback() && self.trusted_proxy.is_none() && self.tls.is_none() {
            bail!(
                "listen = \"{address}\" 不是本机地址。没有加密时只能监听 127.0.0.1；\
                 请设置 tls = \"local\" 或证书文件；若前面有负责加密的代理，\
                 请设置 trusted_proxy 和 https 开头的 public_url"
            );
        }
        let plain = |url: &String| !url.starts_with("https://");
        if self.tls.is_some() && self.public_url.as_ref().is_some_and(plain) {
            bail!(
                "已设置 tls，public_url 应以 https:// 开头，现在是 {}",
                self.public_url.as_deref().unwrap_or_default()
            );
        }
        if self.tls.is_some() && self.public_url.is_none() && address.ip().is_unspecified() {
            bail!(
                "listen = \"{address}\" 监听全部网卡，程序不知道别人用哪个地址访问：\
                 请设置 public_url，例如 https://10.20.30.40"
            );
        }
        Ok(address)
    }

    /// Address for links, with the port really used.
    pub fn public_url(&self, port: u16) -> String {
        if let Some(url) = &self.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        match (&self.tls, self.listen.parse::<SocketAddr>()) {
            (Some(_), Ok(mut address)) => {
                address.set_port(port);
                format!("https://{address}")
            }
            _ => format!("http://127.0.0.1:{port}"),
        }
    }

    /// The host of `public_url`, a name or an address.
    pub fn public_host(&self) -> Result<String> {
        let url = self.public_url(self.address()?.port());
        let parsed: axum::http::Uri = url
            .parse()
            .with_context(|| format!("public_url = \"{url}\" 不是网址"))?;
        let host = parsed.host().unwrap_or_default();
        Ok(host.trim_matches(['[', ']']).to_ascii_lowercase())
    }

    /// Names and addresses that a certificate of our own is for.
    pub fn host_names(&self) -> Result<Vec<String>> {
        let mut names = vec![self.public_host()?];
        let listen = self.address()?.ip();
        if !listen.is_unspecified() {
            names.push(listen.to_string());
        }
        names.extend(["localhost".to_owned(), "127.0.0.1".to_owned()]);
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| !name.is_empty() && seen.insert(name.clone()));
        Ok(names)
    }

    /// The machines that messages may go to.
    pub fn outward(&self) -> Result<web::app::Outward> {
        let authorities = match &self.outward_ca {
            Some(path) => std::fs::read_to_string(path)
                .with_context(|| format!("outward_ca = \"{}\" 读不了", path.display()))?,
            None => String::new(),
        };
        Ok(web::app::Outward {
            hosts: self.outward_hosts.clone(),
            authorities,
            patience: None,
        })
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

    /// The object store that `files` names; none: the folder in the data folder.
    pub fn object_store(&self) -> Result<Option<ObjectStore>> {
        let Some(files) = &self.files else {
            return Ok(None);
        };
        let Some(rest) = files.strip_prefix("s3://") else {
            bail!("files = \"{files}\" 应为 s3://桶名/前缀；文件放在本机时请删去这一项");
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let s3 = self.s3.as_ref();
        let s3 = s3.context("设置了 files，还需要 [s3]：key_id、endpoint 等")?;
        let secret = std::env::var("ZHIBU_S3_SECRET").ok();
        let secret = secret.or_else(|| s3.secret.clone());
        Ok(Some(ObjectStore {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: s3.endpoint.clone(),
            region: s3.region.clone(),
            key_id: s3.key_id.clone(),
            secret: secret.context("没有访问密钥：请设置环境变量 ZHIBU_S3_SECRET 或 s3.secret")?,
            path_style: s3.path_style,
        }))
    }

    /// The store with its files where the configuration says.
    fn with_files(&self, mut store: Store) -> Result<Store> {
        if let Some(wanted) = self.object_store()? {
            store.files = Files::in_object_store(&wanted)?;
        }
        Ok(store)
    }

    /// Opens the store.
    pub async fn open(&self) -> Result<Store> {
        std::fs::create_dir_all(&self.data)
            .with_context(|| format!("数据目录 {} 建不了", self.data.display()))?;
        self.with_files(Store::open(&self.settings(), self.context()?).await?)
    }

    /// Opens a store that must be there.
    pub async fn open_existing(&self) -> Result<Store> {
        if !self.data.is_dir() {
            bail!("没有数据目录 {}", self.data.display());
        }
        self.with_files(Store::open_existing(&self.settings(), self.context()?).await?)
    }
}

/// Keys that the environment may set, each as `ZHIBU_<KEY>`.
const KEYS: &[&str] = &[
    "county",
    "data",
    "database",
    "files",
    "listen",
    "public_url",
    "trusted_proxy",
    "outward_ca",
    "tls",
    "http_redirect",
    "most_clients",
    "metrics_token",
    "log_file",
    "log_megabytes",
    "log_files",
    "connections",
    "log",
];
