//! A server on this machine that answers as the robots' houses do.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What it answers next.
#[derive(Clone, Copy, Debug)]
pub enum Answers {
    /// Status line, further headers, body.
    With(&'static str, &'static str, &'static str),
    /// Nothing, ever.
    Hangs,
}

impl Answers {
    pub const FINE: Answers = Answers::With("200 OK", "", r#"{"errcode":0,"errmsg":"ok"}"#);

    /// 200 with that body.
    pub fn says(body: &'static str) -> Answers {
        Answers::With("200 OK", "", body)
    }
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub target: String,
    pub body: serde_json::Value,
}

#[derive(Default)]
struct Seen {
    answers: VecDeque<Answers>,
    asked: Vec<Asked>,
}

#[derive(Clone)]
pub struct RobotHouse {
    pub port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl RobotHouse {
    /// Opens it; it answers that all is well unless told otherwise.
    pub async fn open(acceptor: TlsAcceptor) -> RobotHouse {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let house = RobotHouse {
            port: listener.local_addr().unwrap().port(),
            seen: Arc::default(),
        };
        let own = house.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (house, acceptor) = (own.clone(), acceptor.clone());
                tokio::spawn(async move {
                    if let Ok(mut stream) = acceptor.accept(stream).await {
                        house.answer(&mut stream).await;
                    }
                });
            }
        });
        house
    }

    pub fn will(&self, answers: &[Answers]) {
        self.seen.lock().unwrap().answers.extend(answers);
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.seen.lock().unwrap().asked.clone()
    }

    async fn answer<S: AsyncReadExt + AsyncWriteExt + Unpin>(&self, stream: &mut S) {
        let mut bytes = Vec::new();
        let (head, body) = loop {
            let mut chunk = [0; 4096];
            let Ok(n) = stream.read(&mut chunk).await else {
                return;
            };
            if n == 0 {
                return;
            }
            bytes.extend_from_slice(&chunk[..n]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head
                    .lines()
                    .filter_map(|line| {
                        line.to_lowercase()
                            .strip_prefix("content-length: ")
                            .map(|n| n.parse::<usize>().unwrap())
                    })
                    .next()
                    .unwrap_or(0);
                if body.len() >= length {
                    break (head.to_owned(), body.to_owned());
                }
            }
        };
        let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let answer = {
            let mut seen = self.seen.lock().unwrap();
            let body = serde_json::from_str(&body).unwrap_or_default();
            seen.asked.push(Asked { target, body });
            seen.answers.pop_front().unwrap_or(Answers::FINE)
        };
        match answer {
            Answers::Hangs => tokio::time::sleep(Duration::from_secs(60)).await,
            Answers::With(status, headers, body) => {
                let text = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}Connection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(text.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        }
    }
}
