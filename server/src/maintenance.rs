//! `migrate`, `rebuild`, `verify`.

use crate::backup::schedule::before_upgrade;
use crate::config::Config;
use anyhow::Result;
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
