//! A mail server on this machine: greets, encrypts, asks who it is, takes letters or does not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use delivery::entities::Tls;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What the server does with the next letter.
#[derive(Clone, Copy, Debug)]
pub enum Does {
    /// Answers the recipient so.
    Says(&'static str),
    /// Takes the letter and never says so.
    TakesAndHangs,
    /// Takes the connection and says nothing.
    Hangs,
}

/// A letter taken.
#[derive(Clone, Debug)]
pub struct Taken {
    pub to: String,
    pub raw: String,
}

#[derive(Default)]
struct Seen {
    does: VecDeque<Does>,
    letters: Vec<Taken>,
    logins: Vec<(String, String)>,
    in_clear: Vec<String>,
}

/// The server: knows one user, `bureau@edu.example.cn` with [`PASSWORD`].
#[derive(Clone)]
pub struct MailHouse {
    pub port: u16,
    pub tls: Tls,
    acceptor: TlsAcceptor,
    offers_tls: bool,
    seen: Arc<Mutex<Seen>>,
}

pub const USER: &str = "bureau@edu.example.cn";
pub const PASSWORD: &str = "mima-7Qx-sesame";

impl MailHouse {
    /// Opens it.
    pub async fn open(tls: Tls, acceptor: TlsAcceptor) -> MailHouse {
        MailHouse::offering(tls, acceptor, true).await
    }

    /// Opens it, with or without STARTTLS on offer.
    pub async fn offering(tls: Tls, acceptor: TlsAcceptor, offers_tls: bool) -> MailHouse {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let house = MailHouse {
            port: listener.local_addr().unwrap().port(),
            tls,
            acceptor,
            offers_tls,
            seen: Arc::default(),
        };
        let own = house.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let house = own.clone();
                tokio::spawn(async move { house.meet(stream).await });
            }
        });
        house
    }

    /// What it does with the next letters; then it takes them.
    pub fn will(&self, does: &[Does]) {
        self.seen.lock().unwrap().does.extend(does);
    }

    /// Letters taken so far.
    pub fn letters(&self) -> Vec<Taken> {
        self.seen.lock().unwrap().letters.clone()
    }

    /// Who signed in, with what.
    pub fn logins(&self) -> Vec<(String, String)> {
        self.seen.lock().unwrap().logins.clone()
    }

    /// Lines that came before the way was encrypted.
    pub fn in_clear(&self) -> String {
        self.seen.lock().unwrap().in_clear.join("\n")
    }

    /// Waits until so many letters were taken.
    pub async fn until(&self, letters: usize) {
        for _ in 0..500 {
            if self.letters().len() >= letters {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} letters after five seconds", self.letters().len());
    }

    async fn meet(&self, stream: TcpStream) {
        match self.tls {
            Tls::Implicit => {
                if let Ok(stream) = self.acceptor.accept(stream).await {
                    self.talk(stream, true).await;
                }
            }
            Tls::StartTls => {
                if let Some(stream) = self.talk(stream, false).await
                    && let Ok(stream) = self.acceptor.accept(stream).await
                {
                    self.talk(stream, true).await;
                }
            }
            Tls::None => {
                self.talk(stream, true).await;
            }
        }
    }

    /// One conversation; the bare stream again when the other side asks for encryption.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S, safe: bool) -> Option<S> {
        let mut io = BufReader::new(stream);
        let does = match self.seen.lock().unwrap().does.front() {
            Some(Does::Hangs) => Some(Does::Hangs),
            _ => None,
        };
        if does.is_some() {
            self.seen.lock().unwrap().does.pop_front();
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        if self.tls != Tls::StartTls || !safe {
            say(&mut io, "220 mail.example.cn").await;
        }
        let mut to = String::new();
        let mut does = None;
        loop {
            let line = hear(&mut io).await?;
            if !safe {
                self.seen.lock().unwrap().in_clear.push(line.clone());
            }
            let verb = line
                .split([' ', ':'])
                .next()
                .unwrap_or_default()
                .to_uppercase();
            match verb.as_str() {
                "EHLO" if !safe && self.offers_tls => {
                    say(&mut io, "250-mail.example.cn\r\n250 STARTTLS").await;
                }
                "EHLO" => {
                    say(
                        &mut io,
                        "250-mail.example.cn\r\n250-8BITMIME\r\n250 AUTH LOGIN PLAIN",
                    )
                    .await
                }
                "STARTTLS" => {
                    say(&mut io, "220 go").await;
                    return Some(io.into_inner());
                }
                "AUTH" => {
                    if !self.is_known(&mut io, &line).await? {
                        say(&mut io, &format!("535 Login fail for {PASSWORD}")).await;
                        continue;
                    }
                    say(&mut io, "235 ok").await;
                }
                "MAIL" => say(&mut io, "250 ok").await,
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    does = self.seen.lock().unwrap().does.pop_front();
                    match does {
                        Some(Does::Says(answer)) => {
                            say(&mut io, &answer.replace("{to}", &to)).await
                        }
                        _ => say(&mut io, "250 ok").await,
                    }
                }
                "DATA" => {
                    say(&mut io, "354 go").await;
                    let raw = letter(&mut io).await?;
                    let taken = Taken {
                        to: to.clone(),
                        raw,
                    };
                    self.seen.lock().unwrap().letters.push(taken);
                    if matches!(does, Some(Does::TakesAndHangs)) {
                        tokio::time::sleep(Duration::from_secs(60)).await;
                    }
                    say(&mut io, "250 queued").await;
                }
                "QUIT" => {
                    say(&mut io, "221 bye").await;
                    return None;
                }
                _ => say(&mut io, "250 ok").await,
            }
        }
    }

    async fn is_known<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        io: &mut BufReader<S>,
        line: &str,
    ) -> Option<bool> {
        let sent = line.split(' ').nth(2).unwrap_or_default();
        let plain = |text: &str| String::from_utf8(STANDARD.decode(text).unwrap()).unwrap();
        let (user, password) = if line.to_uppercase().starts_with("AUTH PLAIN") {
            let sent = plain(sent);
            let mut parts = sent.split('\0').skip(1);
            (parts.next()?.to_owned(), parts.next()?.to_owned())
        } else {
            say(io, "334 VXNlcm5hbWU6").await;
            let user = plain(&hear(io).await?);
            say(io, "334 UGFzc3dvcmQ6").await;
            (user, plain(&hear(io).await?))
        };
        let known = (user.as_str(), password.as_str()) == (USER, PASSWORD);
        self.seen.lock().unwrap().logins.push((user, password));
        Some(known)
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(io: &mut BufReader<S>, line: &str) {
    let _ = io
        .get_mut()
        .write_all(format!("{line}\r\n").as_bytes())
        .await;
    let _ = io.get_mut().flush().await;
}

async fn hear<S: AsyncRead + AsyncWrite + Unpin>(io: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    match io.read_line(&mut line).await {
        Ok(n) if n > 0 => Some(line.trim_end().to_owned()),
        _ => None,
    }
}

async fn letter<S: AsyncRead + AsyncWrite + Unpin>(io: &mut BufReader<S>) -> Option<String> {
    let mut raw = String::new();
    loop {
        let line = hear(io).await?;
        if line == "." {
            return Some(raw);
        }
        raw.push_str(line.strip_prefix('.').unwrap_or(&line));
        raw.push('\n');
    }
}

impl Taken {
    /// A header, unfolded and decoded.
    pub fn header(&self, name: &str) -> String {
        let head = self.raw.split("\n\n").next().unwrap().replace("\n ", "\r");
        let start = format!("{}:", name.to_lowercase());
        let found = head
            .lines()
            .find(|line| line.to_lowercase().starts_with(&start));
        found.map_or(String::new(), |line| decoded(line[start.len()..].trim()))
    }

    /// Names of the headers, in lower case.
    pub fn header_names(&self) -> Vec<String> {
        let head = self.raw.split("\n\n").next().unwrap().replace("\n ", " ");
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, _)| name.to_lowercase())
            .collect()
    }

    /// The part of that media type, decoded.
    pub fn part(&self, media: &str) -> String {
        let at = self
            .raw
            .find(&format!("Content-Type: {media}"))
            .expect(media);
        let part = &self.raw[at..];
        let (head, body) = part.split_once("\n\n").unwrap();
        let body: String = body
            .lines()
            .take_while(|line| !line.starts_with("--"))
            .map(|l| format!("{l}\n"))
            .collect();
        if head.contains("base64") {
            let packed: String = body.split_whitespace().collect();
            return String::from_utf8(STANDARD.decode(packed).unwrap())
                .unwrap()
                .replace("\r\n", "\n");
        }
        let body = if head.contains("quoted-printable") {
            unquoted(&body)
        } else {
            body
        };
        body.replace("\r\n", "\n")
    }

    pub fn text(&self) -> String {
        self.part("text/plain")
    }
}

fn unquoted(body: &str) -> String {
    let body = body.replace("=\n", "");
    let (mut bytes, mut rest) = (Vec::new(), body.as_bytes());
    while let Some((first, more)) = rest.split_first() {
        if *first == b'=' {
            let hex = std::str::from_utf8(&more[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &more[2..];
        } else {
            bytes.push(*first);
            rest = more;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// RFC 2047, base64 words in UTF-8: the blank between two of them is none.
fn decoded(header: &str) -> String {
    let mut bytes = Vec::new();
    let mut was_packed = true;
    for word in header.split(['\r', ' ']) {
        let packed = word
            .strip_prefix("=?utf-8?b?")
            .and_then(|word| word.strip_suffix("?="));
        let is_joined = was_packed && packed.is_some();
        if !is_joined && !bytes.is_empty() {
            bytes.push(b' ');
        }
        was_packed = packed.is_some();
        match packed {
            Some(packed) => bytes.extend(STANDARD.decode(packed).unwrap()),
            None => bytes.extend(word.as_bytes()),
        }
    }
    String::from_utf8(bytes).unwrap()
}
