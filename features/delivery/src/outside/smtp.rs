//! 邮件: one letter over one connection, by the mail server the office named.

use super::{Severity, Trouble, one_line, patience};
use crate::entities::{Secret, Tls};
use crate::outside::hosts;
use crate::store::ChannelRow;
use kernel::Instant;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{
    Certificate, CertificateStore, Tls as LettreTls, TlsParameters,
};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{Address, AsyncTransport, Message, Tokio1Executor};
use std::error::Error as _;
use std::time::{Duration, SystemTime};
use web::app::Outward;

/// The mail server and the account on it.
#[derive(Clone)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub username: String,
    pub password: String,
    /// Address the letters come from.
    pub sender: String,
    /// Name beside it.
    pub sender_name: String,
}

impl MailServer {
    /// The mail server of a channel, with its secret.
    pub fn of(channel: &ChannelRow, secret: &Secret, county: &str) -> MailServer {
        MailServer {
            host: channel.host.clone(),
            port: u16::try_from(channel.port).unwrap_or_default(),
            tls: channel.tls(),
            username: channel.username.clone(),
            password: secret.password.clone(),
            sender: channel.sender.clone(),
            sender_name: county.to_owned(),
        }
    }
}

/// A letter.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The same at each try, so that a mail system that sees it twice shows it once.
    pub message_id: String,
    pub at: Instant,
}

/// Whether the text is an address a letter can be sent to.
pub fn is_address(text: &str) -> bool {
    text.len() <= 254 && text.is_ascii() && text.contains('.') && text.parse::<Address>().is_ok()
}

/// Sends it; the other side's answer.
pub async fn send(
    server: &MailServer,
    outward: &Outward,
    letter: &Letter,
) -> Result<String, Trouble> {
    let secrets = [
        (server.password.as_str(), "（密码）"),
        (letter.to.as_str(), "（收件地址）"),
    ];
    hosts::mail_server(&server.host, server.port, server.tls, outward)
        .map_err(|(_, words)| Trouble::new(Severity::Channel, words))?;
    let message = message(server, letter)?;
    let transport = transport(server, outward)?;
    // A letter takes several steps, each with its own limit.
    let whole = patience(outward) * 4;
    match tokio::time::timeout(whole, transport.send(message)).await {
        Ok(Ok(response)) => {
            let words = response.message().collect::<Vec<_>>().join(" ");
            Ok(one_line(&words).chars().take(200).collect())
        }
        Ok(Err(error)) => Err(trouble(&error).without(&secrets)),
        Err(_) => Err(Trouble::passing("邮件服务器没有在时限内答复。")),
    }
}

fn message(server: &MailServer, letter: &Letter) -> Result<Message, Trouble> {
    let unfit = |_| Trouble::new(Severity::Channel, "发件地址不是有效的邮箱地址。");
    let sender: Address = server.sender.parse().map_err(unfit)?;
    let to = letter
        .to
        .parse()
        .map_err(|_| Trouble::new(Severity::Final, "收件地址不是有效的邮箱地址。"))?;
    let since = u64::try_from(letter.at.0).unwrap_or_default();
    let header = |name: &'static str, value: &str| {
        HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
    };
    Message::builder()
        .from(Mailbox::new(Some(one_line(&server.sender_name)), sender))
        .to(Mailbox::new(None, to))
        .subject(one_line(&letter.subject))
        .date(SystemTime::UNIX_EPOCH + Duration::from_millis(since))
        .message_id(Some(letter.message_id.clone()))
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .multipart(MultiPart::alternative_plain_html(
            letter.text.clone(),
            letter.html.clone(),
        ))
        .map_err(|_| Trouble::new(Severity::Final, "邮件没有编成。"))
}

fn transport(
    server: &MailServer,
    outward: &Outward,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, Trouble> {
    let unfit = |_: Error| {
        Trouble::new(
            Severity::Channel,
            "服务器名或配置文件里的 outward_ca 证书用不了。",
        )
    };
    let parameters = || {
        let mut builder = TlsParameters::builder(server.host.clone())
            .certificate_store(CertificateStore::WebpkiRoots);
        if !outward.authorities.is_empty() {
            let own = Certificate::from_pem(outward.authorities.as_bytes()).map_err(unfit)?;
            builder = builder.add_root_certificate(own);
        }
        builder.build().map_err(unfit)
    };
    let tls = match server.tls {
        Tls::Implicit => LettreTls::Wrapper(parameters()?),
        Tls::StartTls => LettreTls::Required(parameters()?),
        Tls::None => LettreTls::None,
    };
    // The name of this machine is nobody's business: the sender's domain greets.
    let domain = server.sender.rsplit('@').next().unwrap_or("localhost");
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
        .port(server.port)
        .hello_name(ClientId::Domain(domain.to_owned()))
        .timeout(Some(patience(outward)))
        .tls(tls);
    if !server.username.is_empty() {
        let own = Credentials::new(server.username.clone(), server.password.clone());
        builder = builder.credentials(own);
    }
    Ok(builder.build())
}

/// What went wrong, in words. Codes by RFC 5321 and RFC 4954.
fn trouble(error: &Error) -> Trouble {
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    let code = error.status().map(u16::from);
    let about_code = |words: &str| match code {
        Some(code) => format!("{words}对方答复：{code} {said}"),
        None => words.to_owned(),
    };
    match code {
        Some(530 | 534 | 535 | 538) => {
            let words = "邮件服务器不认这个用户名和密码。多数邮箱要填“授权码”，不是登录密码。";
            Trouble::new(Severity::Channel, about_code(words))
        }
        Some(_) if error.is_transient() => Trouble::passing(about_code("邮件服务器请稍后再试。")),
        Some(_) => Trouble::new(Severity::Final, about_code("邮件服务器没有收下这封信。")),
        None if error.is_timeout() => Trouble::passing("邮件服务器没有在时限内答复。"),
        None if error.is_tls() || is_certificate(&said) => Trouble::new(
            Severity::Channel,
            "加密连接没有建立：证书不受信任，或加密方式与端口不配。单位自签的证书，请在配置文件的 outward_ca 里写明。",
        ),
        None if error.is_client() => Trouble::new(
            Severity::Channel,
            format!("邮件服务器不支持所选的加密或登录方式。{said}"),
        ),
        None => Trouble::passing("连不上邮件服务器。请核对服务器名、端口和本机的网络。"),
    }
}

fn is_certificate(said: &str) -> bool {
    let said = said.to_lowercase();
    said.contains("certificate") || said.contains("corrupt message")
}
