//! Office files are parsed in a child process with little memory and little time: a file made to be
//! slow or huge takes the child down, not the server.

use crate::{PIECES, parse_file};
use anyhow::Result;
use futures_util::future::BoxFuture;
use kernel::document::Document;
use kernel::table::Piece;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::{BufWriter, Read, Write};
use std::process::{ExitCode, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{Sender, channel};
use web::app::{Parse, Pieces};

/// What a child may take.
struct Most {
    /// Bytes of memory.
    memory: u64,
    /// Seconds of processor time; by the clock a little more.
    seconds: u64,
}

const DOCUMENT: Most = Most {
    memory: 256 * 1024 * 1024,
    seconds: 10,
};
/// Workbooks are streamed, but their shared strings are held.
const TABLE: Most = Most {
    memory: 512 * 1024 * 1024,
    seconds: 60,
};
/// Bytes of the answer that is a document.
const MOST_ANSWER: u64 = 64 * 1024 * 1024;
/// Bytes of one piece of a sheet.
const MOST_LINE: u64 = 16 * 1024 * 1024;

/// Parses in a child of this program.
pub struct ParseInChild;

impl Parse for ParseInChild {
    fn document(
        &self,
        file_name: String,
        bytes: Vec<u8>,
    ) -> BoxFuture<'static, Result<Document, String>> {
        Box::pin(async move {
            let limit = Duration::from_secs(DOCUMENT.seconds + 2);
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

    fn table(&self, file_name: String, bytes: Vec<u8>, most_rows: usize) -> Pieces {
        let (send, pieces) = channel(PIECES);
        tokio::spawn(async move {
            let words = match tell(&file_name, bytes, most_rows, &send).await {
                Ok(true) => return,
                Ok(false) => TABLE_TOO_MUCH,
                Err(error) => {
                    tracing::warn!(%error, "the parsing child failed");
                    TABLE_TOO_MUCH
                }
            };
            // Nobody listens any more: nobody misses it.
            let _ = send.send(Err(words.to_owned())).await;
        });
        pieces
    }
}

const TOO_MUCH: &str =
    "这份文件太复杂，没有在规定的时间和内存内读完。请删去大图和多余内容，或把正文复制粘贴进来。";
const TABLE_TOO_MUCH: &str = "这张表太大或太复杂，没有在规定的时间和内存内读完。请只留要导入的工作表，删去图片和空白格式，或拆成几个文件。";

/// Starts a child on those bytes.
fn start(arguments: &[&str], bytes: Vec<u8>) -> Result<(Child, tokio::task::JoinHandle<()>)> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(arguments)
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
    Ok((child, feeding))
}

async fn ask(file_name: String, bytes: Vec<u8>) -> Result<Result<Document, String>> {
    let (mut child, feeding) = start(&["parse-file", &file_name], bytes)?;
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

/// Hands the child's lines on as they come; whether the last word was said. How long the receiver
/// takes over a piece is not the child's time.
async fn tell(
    file_name: &str,
    bytes: Vec<u8>,
    most_rows: usize,
    send: &Sender<Result<Piece, String>>,
) -> Result<bool> {
    let most = most_rows.to_string();
    let (mut child, _feeding) = start(&["parse-table", file_name, &most], bytes)?;
    let output = child
        .stdout
        .take()
        .ok_or_else(|| anyhow::anyhow!("no output"))?;
    let mut output = BufReader::new(output);
    let limit = Duration::from_secs(TABLE.seconds + 2);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut bounded = (&mut output).take(MOST_LINE);
        let read = tokio::time::timeout(limit, bounded.read_until(b'\n', &mut line)).await;
        let Ok(read) = read else { return Ok(false) };
        if read? == 0 {
            return Ok(false);
        }
        let piece: Result<Piece, String> = serde_json::from_slice(&line)?;
        let is_last = matches!(piece, Ok(Piece::End) | Err(_));
        if send.send(piece).await.is_err() || is_last {
            return Ok(true);
        }
    }
}

/// The child limits itself and reads its file from standard input.
fn begin(most: &Most) -> Result<Vec<u8>> {
    let limit = |most: u64| Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    setrlimit(Resource::As, limit(most.memory))?;
    setrlimit(Resource::Cpu, limit(most.seconds))?;
    setrlimit(Resource::Nofile, limit(16))?;
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The child's side for a document: answers in JSON.
pub fn answer(name: &str) -> Result<ExitCode> {
    let bytes = begin(&DOCUMENT)?;
    let answer: Result<Document, String> = parse_file(name, &bytes);
    let mut out = std::io::stdout().lock();
    out.write_all(&serde_json::to_vec(&answer)?)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The child's side for a sheet: a line of JSON a piece.
pub fn answer_table(name: &str, most_rows: usize) -> Result<ExitCode> {
    let bytes = begin(&TABLE)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut write = |piece: &Result<Piece, String>| -> Result<()> {
        serde_json::to_writer(&mut out, piece)?;
        out.write_all(b"\n")?;
        Ok(out.flush()?)
    };
    let mut sink = |piece| write(&Ok(piece)).is_ok();
    if let Err(error) = office::table::read_pieces(&bytes, name, most_rows, &mut sink) {
        write(&Err(error.to_string()))?;
    }
    Ok(ExitCode::SUCCESS)
}
