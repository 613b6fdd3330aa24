//! Commands and their options.

use crate::backup::line::{self, BackupOptions, RestoreOptions};
use crate::copy::{self, CopyOptions};
use crate::{check, child, config::Config, demo, init, maintenance, read, root, serve, user};
use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use kernel::Day;
use std::path::PathBuf;
use std::process::ExitCode;

/// 支部：县级教育系统党建工作平台
#[derive(Parser)]
#[command(name = "zhibu", version, about, disable_help_subcommand = true)]
pub struct Line {
    /// 配置文件（TOML）；环境变量 ZHIBU_… 优先
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// 初始化一个新装的系统：最上级组织、三个管理员和党建办的账号
    Init(InitOptions),
    /// 启动服务
    Serve(ServeOptions),
    /// 生成一个虚构的县并启动服务，用来试用
    Demo(DemoOptions),
    /// 把数据库升级到本程序的版本；有数据时先备份
    Migrate(MigrateOptions),
    /// 备份数据库与文件，服务可以照常运行
    Backup(BackupOptions),
    /// 把备份恢复到空的数据目录和空的数据库
    Restore(RestoreOptions),
    /// 把全部数据复制到另一个空的数据库，如从 SQLite 迁到 PostgreSQL
    Copy(CopyOptions),
    /// 检查配置、证书、磁盘、备份、数据库和时钟，说明哪里不对、怎么办
    Check(Place),
    /// 查看证书；自制根证书时，说明怎样让各台电脑信任它
    Tls(TlsOptions),
    /// 读懂一份交办单、计划或报告，打印读出的内容
    Read(ReadOptions),
    /// 管理账号
    #[command(subcommand)]
    User(user::UserVerb),
    /// 重新计算全部履职事项与汇总，报告与原来不同之处
    Rebuild(Place),
    /// 核对审计链、文件与汇总；或核对一份备份
    Verify(VerifyOptions),
    /// （内部）在受限的子进程里解析一份文件
    #[command(hide = true)]
    ParseFile {
        /// File name, for its kind; the bytes come on standard input.
        name: String,
    },
    /// (内部)在受限的子进程里逐行读一张表
    #[command(hide = true)]
    ParseTable {
        /// File name, for its kind; the bytes come on standard input.
        name: String,
        /// Rows it may have.
        most_rows: usize,
    },
}

/// Where the data lies; each overrides the configuration.
#[derive(Args, Clone, Default)]
pub struct Place {
    /// 数据目录
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// 数据库：sqlite://… 或 postgres://…
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// 把某一天当作今天（YYYY-MM-DD）
    #[arg(long, value_name = "DAY")]
    pub today: Option<Day>,
}

/// `migrate`
#[derive(Args, Clone)]
pub struct MigrateOptions {
    #[command(flatten)]
    pub place: Place,
    /// 升级前不做备份
    #[arg(long)]
    pub no_backup: bool,
}

/// `verify`
#[derive(Args, Clone)]
pub struct VerifyOptions {
    #[command(flatten)]
    pub place: Place,
    /// 只核对这份备份，不恢复
    #[arg(long, value_name = "FILE")]
    pub backup: Option<PathBuf>,
    /// 备份的 age 私钥文件
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// 顺便清理没有任何记录引用的文件
    #[arg(long, conflicts_with = "backup")]
    pub collect: bool,
}

/// `serve`
#[derive(Args, Clone)]
pub struct ServeOptions {
    #[command(flatten)]
    pub place: Place,
    /// 监听地址，如 127.0.0.1:8080
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
}

/// `demo`
#[derive(Args, Clone)]
pub struct DemoOptions {
    #[command(flatten)]
    pub place: Place,
    /// 端口；0 表示任选一个空闲端口
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// 把账号写成 JSON 文件
    #[arg(long, value_name = "FILE")]
    pub accounts: Option<PathBuf>,
    /// 只生成数据，不启动服务
    #[arg(long)]
    pub fill_only: bool,
}

/// `init`
#[derive(Args, Clone)]
pub struct InitOptions {
    #[command(flatten)]
    pub place: Place,
    /// 最上级组织的全称，如“某某县教育局机关党委”
    #[arg(long, value_name = "NAME")]
    pub organisation: String,
    /// 它的类别代码：work_committee（教育工委）、leading_party_group（局党组）、department_committee（机关党委）等
    #[arg(long, default_value = "department_committee", value_name = "CODE")]
    pub kind: String,
}

/// `tls`
#[derive(Args, Clone)]
pub struct TlsOptions {
    #[command(flatten)]
    pub place: Place,
    /// 把根证书写成文件，发给各校安装
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
}

/// `read`
#[derive(Args, Clone)]
pub struct ReadOptions {
    /// 文件（.docx、.txt、.xlsx）；“-”表示标准输入
    pub file: PathBuf,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
    /// 文件所属年份
    #[arg(long)]
    pub year: Option<i16>,
}

/// Does what the line says.
pub fn run(line: Line) -> Result<ExitCode> {
    let file = line.config;
    match line.verb {
        Verb::ParseFile { name } => child::answer(&name),
        Verb::ParseTable { name, most_rows } => child::answer_table(&name, most_rows),
        Verb::Read(options) => read::run(&options),
        Verb::Serve(options) => {
            let config = Config::load(file.as_deref(), &options.place, options.listen.as_deref())?;
            wait_for(serve::run(config))
        }
        Verb::Demo(options) => wait_for(demo::run(file, options)),
        Verb::Check(place) => wait_for(check::run(file, place)),
        Verb::Init(options) => wait_for(init::run(file, options)),
        Verb::Tls(options) => root::run(file, &options),
        Verb::Migrate(options) => wait_for(maintenance::migrate(
            Config::load(file.as_deref(), &options.place, None)?,
            options.no_backup,
        )),
        Verb::Backup(options) => wait_for(line::backup(file, options)),
        Verb::Restore(options) => wait_for(line::restored(file, options)),
        Verb::Copy(options) => wait_for(copy::run(file, options)),
        Verb::User(verb) => wait_for(user::run(file, verb)),
        Verb::Rebuild(place) => wait_for(maintenance::rebuild(Config::load(
            file.as_deref(),
            &place,
            None,
        )?)),
        Verb::Verify(options) => match options.backup {
            Some(backup) => line::verify(&backup, options.identity.as_deref()),
            None => {
                let config = Config::load(file.as_deref(), &options.place, None)?;
                wait_for(maintenance::verify(config, options.collect))
            }
        },
    }
}

fn wait_for(work: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
