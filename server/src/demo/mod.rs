//! `zhibu demo`: an invented county, filled and served. Nobody in it exists; every ID number begins
//! with the unassigned area code 990000.

mod accounts;
mod county;
mod life;
mod names;
mod quarter;
mod ranking;
mod sheet;

use crate::child::ParseInChild;
use crate::command::DemoOptions;
use crate::config::Config;
use crate::{Front, application, serve};
use anyhow::{Context as _, Result};
use kernel::Day;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use store::{Clock, Store};
use web::App;

/// 单位名称 of the demo.
const COUNTY: &str = "清禾县教育系统";

/// Fills an empty database with the invented county and serves it.
pub async fn run(file: Option<PathBuf>, options: DemoOptions) -> Result<ExitCode> {
    let listen = format!("127.0.0.1:{}", options.port);
    let mut config = Config::load(file.as_deref(), &options.place, Some(&listen))?;
    config.county = COUNTY.to_owned();
    if options.place.data.is_none() {
        config.data = PathBuf::from("data/demo");
    }
    serve::start_log("warn");
    let store = config.open().await?;
    store.migrate(&crate::migrations()).await?;
    if is_filled(&store).await? {
        println!(
            "数据目录 {} 里已有数据，直接启动；要重新生成，请换一个 --data 目录。",
            config.data.display()
        );
        println!("账号在首次生成时显示过；忘记的可用 zhibu user add 另建。");
    } else {
        let listed = fill(&store, &config.data).await?;
        print_accounts(&listed);
        if let Some(path) = &options.accounts {
            write_accounts(path, &listed)?;
        }
    }
    if options.fill_only {
        store.close().await;
        return Ok(ExitCode::SUCCESS);
    }
    let listener = serve::bind(&config).await?;
    println!(
        "\n打开 {} 登录。按 Ctrl+C 停止。",
        config.public_url(listener.local_addr()?.port())
    );
    serve::serve(config, store, listener).await?;
    Ok(ExitCode::SUCCESS)
}

async fn is_filled(store: &Store) -> Result<bool> {
    let nodes: i64 = store
        .db()
        .scalar("SELECT COUNT(*) FROM node", vec![])
        .await?;
    Ok(nodes > 0)
}

/// Writes the whole county; the accounts with their passwords, known here and nowhere else.
pub async fn fill(store: &Store, data: &Path) -> Result<Vec<accounts::Listed>> {
    let today = store.today();
    println!("正在生成虚构的清禾县({})……", today.chinese());
    let county = county::build(store, today).await?;
    let (people, listed) = accounts::build(store, &county).await?;
    let app = app_over(store);
    quarter::live(&app, &county, &people, data)
        .await
        .context("演示季度没有生成")?;
    ranking::live(&app, &county, &people)
        .await
        .context("演示排名没有生成")?;
    // The demo lived its days out of order; what is kept is as of today.
    duty::rebuild::rebuild(store).await?;
    // On PostgreSQL the server's sealer would do it within seconds.
    while store.seal_audit().await? > 0 {}
    Ok(listed)
}

fn app_over(store: &Store) -> App {
    let front = Front {
        county: COUNTY.to_owned(),
        public_url: "http://127.0.0.1".to_owned(),
    };
    application(store.clone(), &front, Arc::new(ParseInChild)).0
}

/// The same application on an earlier day, so that what happened then carries its own date.
fn on_day(app: &App, day: Day, hour: i64) -> Result<App> {
    let mut then = app.clone();
    let at = kernel::Instant::at(day, hour * 3_600_000);
    let clock = Clock::Fixed(Arc::new(std::sync::atomic::AtomicI64::new(at.0)));
    then.store.context = app.store.context.with_clock(clock);
    Ok(then)
}

fn print_accounts(listed: &[accounts::Listed]) {
    println!("\n账号（密码随机生成，只显示这一次）：");
    let mut shown = std::collections::BTreeSet::new();
    for one in listed {
        // One of each role is enough to look around; the file has all of them.
        if shown.insert(one.role) || one.featured {
            println!(
                "  {:<8} {:<18} {:<14} {}",
                one.role_words, one.username, one.password, one.organisation
            );
        }
    }
    println!(
        "  共 {} 个；用 --accounts 文件 可把全部账号写成 JSON。",
        listed.len()
    );
}

fn write_accounts(path: &Path, listed: &[accounts::Listed]) -> Result<()> {
    let all: Vec<_> = listed
        .iter()
        .map(|one| {
            serde_json::json!({
                "role": one.role, "organisation": one.organisation,
                "username": one.username, "password": one.password,
            })
        })
        .collect();
    std::fs::write(path, serde_json::to_vec_pretty(&all)?)
        .with_context(|| format!("写不了 {}", path.display()))
}
