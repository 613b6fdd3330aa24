//! Office files are parsed in a child process with little memory and little time: a file made to be
//! slow or huge takes the child down, not the server.

use crate::parse_file;
use anyhow::Result;
use futures_util::future::BoxFuture;
use kernel::document::Document;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::{Read, Write};
use std::process::{ExitCode, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use web::app::Parse;

/// Memory of the child.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;
/// Seconds of processor time, and by the clock.
const MOST_SECONDS: u64 = 10;
/// Bytes of its answer.
const MOST_ANSWER: u64 = 64 * 1024 * 1024;

/// Parses in a child of this program.
pub struct ParseInChild;

impl Parse for ParseInChild {
    fn document(
        &self,
        file_name: String,
        bytes: Vec<u8>,
    ) -> BoxFuture<'static, Result<Document, String>> {
        Box::pin(async move {
            let limit = Duration::from_secs(MOST_SECONDS + 2);
            match tokio::time::timeout(limit, ask(file_name, bytes)).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the parsing child failed");
                    Err(TOO_MUCH.to_owned())
                }
                Err(_) => Err(TOO_MUCH.to_owned()),
            }
        })
    }
}

const TOO_MUCH: &str =
    "这份文件太复杂，没有在规定的时间和内存内读完。请删去大图和多余内容，或把正文复制粘贴进来。";

async fn ask(file_name: String, bytes: Vec<u8>) -> Result<Result<Document, String>> {
    let program = std::env::current_exe()?;
    let mut child = tokio::process::Command::new(program)
        .arg("parse-file")
        .arg(&file_name)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut input = child
        .stdin
        .take()
        .ok_or_else(|| anyhow::anyhow!("no input"))?;
    let feeding = tokio::spawn(async move {
        // The child may stop reading early; that is its answer.
        let _ = input.write_all(&bytes).await;
    });
    let output = child
        .stdout
        .take()
        .ok_or_else(|| anyhow::anyhow!("no output"))?;
    let mut answer = Vec::new();
    output.take(MOST_ANSWER).read_to_end(&mut answer).await?;
    feeding.await?;
    let status = child.wait().await?;
    if !status.success() {
        return Ok(Err(TOO_MUCH.to_owned()));
    }
    Ok(serde_json::from_slice(&answer)?)
}

/// The child's side: limits itself, reads the file from standard input, answers in JSON.
pub fn answer(name: &str) -> Result<ExitCode> {
    let limit = |most: u64| Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    setrlimit(Resource::As, limit(MOST_MEMORY))?;
    setrlimit(Resource::Cpu, limit(MOST_SECONDS))?;
    setrlimit(Resource::Nofile, limit(16))?;
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    let answer: Result<Document, String> = parse_file(name, &bytes);
    let mut out = std::io::stdout().lock();
    out.write_all(&serde_json::to_vec(&answer)?)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
