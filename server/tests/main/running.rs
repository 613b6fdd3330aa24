//! The program as a process of its own, and a client of few words.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Child;
use tokio_rustls::TlsConnector;

/// The program with a data directory.
pub fn zhibu(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhibu"));
    command.args(words).current_dir(folder).env("TZ", "UTC");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ZHIBU_")) {
        command.env_remove(name);
    }
    command
}

/// Runs it to its end.
pub fn run(folder: &Path, words: &[&str]) -> Output {
    zhibu(folder, words).output().unwrap()
}

/// What it said.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A free port, as far as one can know.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A server under way; stopped when it goes out of sight.
pub struct Running {
    child: Child,
    pub port: u16,
    pub folder: PathBuf,
    tls: bool,
}

impl Running {
    /// Starts it with that configuration in that folder and waits until it answers.
    pub async fn start(folder: &Path, settings: &str) -> Running {
        let port = free_port();
        let file = folder.join(format!("zhibu-{port}.toml"));
        let level = if settings.contains("log = ") {
            ""
        } else {
            "log = \"warn\"\n"
        };
        let text = format!("listen = \"127.0.0.1:{port}\"\n{level}{settings}");
        std::fs::write(&file, text).unwrap();
        let command = zhibu(folder, &["serve", "--config", file.to_str().unwrap()]);
        let mut command = tokio::process::Command::from(command);
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let begun = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await;
        let line = begun.unwrap().unwrap().unwrap_or_default();
        assert!(line.contains("支部已启动"), "it did not start: {line}");
        let running = Running {
            child,
            port,
            folder: folder.to_owned(),
            tls: settings.contains("tls ="),
        };
        running.get("/healthz").await;
        running
    }

    /// Stops it as a service manager does; whether it ended well.
    pub async fn stop(mut self) -> bool {
        let pid = self.child.id().unwrap().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await;
        ended.unwrap().unwrap().success()
    }

    pub async fn get(&self, path: &str) -> Heard {
        self.ask("GET", path, &[], "").await
    }

    /// A request of its own connection.
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Heard {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        if !self.tls {
            return talk(stream, method, path, headers, body).await;
        }
        let root = self.folder.join("data/tls/ca.pem");
        let stream = shake(stream, &root, &[]).await.unwrap();
        talk(stream, method, path, headers, body).await
    }
}

/// Shakes hands trusting that root alone.
pub async fn shake(
    stream: TcpStream,
    root: &Path,
    protocols: &[&str],
) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    let root = CertificateDer::from_pem_file(root).unwrap();
    roots.add(root).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = protocols.iter().map(|p| p.as_bytes().to_vec()).collect();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    TlsConnector::from(Arc::new(client))
        .connect(name, stream)
        .await
}

/// What came back.
#[derive(Debug)]
pub struct Heard {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Heard {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// One request over a stream.
pub async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Heard {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        head.push_str("Content-Type: application/x-www-form-urlencoded\r\n");
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    let request = format!("{head}\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A close without TLS's farewell is still an end.
    let _ = stream.read_to_end(&mut answer).await;
    heard(&String::from_utf8_lossy(&answer))
}

fn heard(answer: &str) -> Heard {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    let status = first.split(' ').nth(1).and_then(|s| s.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(": "));
    Heard {
        status: status.unwrap_or(0),
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        body: body.to_owned(),
    }
}
