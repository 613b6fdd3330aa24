//! `zhibu tls`: the certificate in use, and how computers come to trust a root of the county's own.

use crate::command::TlsOptions;
use crate::config::{Config, Tls};
use crate::tls::authority::Authority;
use crate::tls::certificate::{Facts, fingerprint, short_fingerprint};
use crate::tls::{self, certificate};
use crate::trust;
use anyhow::{Context as _, Result};
use std::path::PathBuf;
use std::process::ExitCode;

/// Shows it; makes the root certificate if there is none yet.
pub fn run(file: Option<PathBuf>, options: &TlsOptions) -> Result<ExitCode> {
    let config = Config::load(file.as_deref(), &options.place, None)?;
    let context = store::Context::system(store::Clock::System { shift_ms: 0 })?;
    match &config.tls {
        None => println!(
            "没有设置 tls，本程序不加密。写 tls = \"local\" 用自制的根证书，\
             或写 tls = {{ cert = \"证书文件\", key = \"私钥文件\" }}。"
        ),
        Some(Tls::Files { cert, .. }) => {
            let chain = tls::chain(cert)?;
            let first = chain.first().context("证书文件是空的")?;
            show("证书", &Facts::read(first)?, &context);
        }
        Some(Tls::Local) => {
            let authority = Authority::of(&config, &context)?;
            authority.ensure()?;
            local(&config, &authority, &context)?;
            if let Some(path) = &options.export {
                std::fs::write(path, authority.root()?)
                    .with_context(|| format!("{} 写不了", path.display()))?;
                println!("根证书已写到 {}。", path.display());
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(what: &str, facts: &certificate::Facts, context: &store::Context) {
    println!("{what}：{}", trust::common_name(&facts.subject));
    if !facts.names.is_empty() {
        println!("  用于：{}", facts.names.join("、"));
    }
    println!(
        "  到期：{}，还剩 {} 天",
        facts.to.day().chinese(),
        facts.days_left(context.now())
    );
}

fn local(config: &Config, authority: &Authority, context: &store::Context) -> Result<()> {
    let root = authority.root()?;
    show("根证书", &authority.root_facts()?, context);
    println!("  SHA-256 指纹：{}", fingerprint(&root));
    println!(
        "  SHA-1 指纹（Windows 安装窗口显示）：{}",
        short_fingerprint(&root)
    );
    let files = authority.server_files();
    let chain = tls::chain(&files.cert)?;
    let first = chain.first().context("证书文件是空的")?;
    show("服务器证书", &Facts::read(first)?, context);
    println!("  到期前 30 天由服务自动换新，不必重启。");
    let url = config.public_url(config.address()?.port());
    println!("\n让各台电脑、手机信任根证书（只做一次）：");
    println!(
        "  1. 打开 {url}{} ，或把根证书文件发给各校（zhibu tls --export 文件）。",
        trust::PAGE
    );
    println!("  2. 按那一页的步骤安装到“受信任的根证书颁发机构”，安装前核对上面的指纹。");
    println!("  3. 有域管理的电脑，用组策略统一下发。");
    println!(
        "根证书的私钥在 {}，不要外传；丢失或泄露时移走这个目录重新制作，再重新分发。",
        config.data.join("tls").display()
    );
    Ok(())
}
