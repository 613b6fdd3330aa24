//! `zhibu copy`: every row from one database into another, of either kind, compared at the end.

use crate::config::Config;
use anyhow::{Result, bail};
use clap::Args;
use std::convert::Infallible;
use std::path::PathBuf;
use std::process::ExitCode;
use store::portable::{Loading, Pages, Sum, sum_of, tables};
use store::{Clock, Context, Error, Fail, Settings, Store};

/// `copy`
#[derive(Args, Clone)]
pub struct CopyOptions {
    /// 来源数据库：sqlite://… 或 postgres://…
    #[arg(long, value_name = "URL")]
    pub from: String,
    /// 目标数据库，须为空
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// 数据目录（文件与密钥留在原处，两个数据库共用）
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Rows and sum of a table, on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Name.
    pub table: String,
    /// The same at the source and at the target.
    pub sum: Sum,
}

/// Does it and prints the table of sums.
pub async fn run(file: Option<PathBuf>, options: CopyOptions) -> Result<ExitCode> {
    let place = crate::command::Place {
        data: options.data.clone(),
        ..Default::default()
    };
    let config = Config::load(file.as_deref(), &place, None)?;
    let at = |database: &str| Settings {
        database: database.to_owned(),
        ..config.settings()
    };
    let context = || Context::system(Clock::System { shift_ms: 0 });
    let from = Store::open_existing(&at(&options.from), context()?).await?;
    let to = Store::open(&at(&options.to), context()?).await?;
    let copied = copy(&from, &to).await;
    from.close().await;
    to.close().await;
    let copied = copied?;
    println!("{:<24} {:>10}  校验和（两边相同）", "表", "行数");
    for one in &copied {
        println!(
            "{:<24} {:>10}  {}",
            one.table,
            one.sum.rows,
            one.sum.digits()
        );
    }
    let rows: u64 = copied.iter().map(|one| one.sum.rows).sum();
    println!(
        "已复制 {} 张表、{rows} 行，两边逐表核对一致。文件与密钥仍在 {}。\
         请把配置里的 database 改为目标地址再启动服务。",
        copied.len(),
        config.data.display()
    );
    Ok(ExitCode::SUCCESS)
}

/// Copies one moment of `from` into the empty `to`.
pub async fn copy(from: &Store, to: &Store) -> Result<Vec<Copied>> {
    let pending = from.pending(&crate::migrations()).await?;
    if pending > 0 {
        bail!("来源数据库还有 {pending} 步升级没有执行：请先运行 zhibu migrate");
    }
    is_unused(to).await?;
    to.migrate(&crate::migrations()).await?;
    let moment = from.snapshot().await?;
    let source = tables(&moment).await?;
    let (moment, source) = (&moment, &source);
    let loaded: Result<Vec<(String, Sum)>, Fail<Infallible>> = to
        .housekeep(|tx| async move {
            let mut loading = Loading::begin(tx).await?;
            for table in source {
                let mut pages = Pages::of(moment, table);
                while let Some(rows) = pages.next().await? {
                    loading.add(table, rows).await?;
                }
            }
            let sums = loading.compare().await?;
            // Once more at the source: what was read is what is there.
            for table in source {
                let here = sum_of(moment, table).await?;
                if !sums.contains(&(table.name.clone(), here)) {
                    return Err(
                        Error::Schema(format!("复制后的 {} 与来源不一致", table.name)).into(),
                    );
                }
            }
            Ok(sums)
        })
        .await;
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(Fail::Store(error)) => return Err(error.into()),
        Err(_) => bail!("复制没有完成"),
    };
    Ok(loaded
        .into_iter()
        .map(|(table, sum)| Copied { table, sum })
        .collect())
}

/// Refuses a database that somebody has used: every deed leaves an audit entry.
pub async fn is_unused(store: &Store) -> Result<()> {
    let there = tables(store.db()).await?;
    for name in ["audit", "account", "node"] {
        if there.iter().any(|table| table.name == name) {
            let sql = format!("SELECT COUNT(*) FROM {name}");
            if store.db().scalar::<i64>(&sql, vec![]).await? > 0 {
                bail!("目标数据库里已有数据，不会覆盖：请换一个空的数据库");
            }
        }
    }
    Ok(())
}
