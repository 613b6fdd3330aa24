//! `zhibu demo`: an invented county, filled and served.

use crate::command::DemoOptions;
use crate::config::Config;
use crate::serve;
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;

/// Fills an empty database with the invented county and serves it.
pub async fn run(file: Option<PathBuf>, options: DemoOptions) -> Result<ExitCode> {
    let listen = format!("127.0.0.1:{}", options.port);
    let config = Config::load(file.as_deref(), &options.place, Some(&listen))?;
    serve::start_log(&config.log);
    let store = config.open().await?;
    store.migrate(&crate::migrations()).await?;
    if options.fill_only {
        return Ok(ExitCode::SUCCESS);
    }
    let listener = serve::bind(&config).await?;
    println!("地址:{}", config.public_url(listener.local_addr()?.port()));
    serve::serve(config, store, listener).await?;
    Ok(ExitCode::SUCCESS)
}
