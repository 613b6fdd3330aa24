//! What the browser sent, judged.

use crate::entities::{Kind, Secret, Tls};
use crate::outside::{hosts, one_line, smtp};
use crate::store::{ChannelRow, NewChannel};
use web::{App, FieldErrors, Form};

/// A channel's form as typed; secrets are never put back into it.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub name: String,
    pub enabled: bool,
    pub host: String,
    pub port: String,
    pub tls: String,
    pub username: String,
    pub sender: String,
    pub node: String,
    pub(crate) password: String,
    pub(crate) url: String,
    pub(crate) sign: String,
    pub(crate) no_sign: bool,
}

impl Typed {
    /// As the page of a new one shows it: switched off.
    pub fn new(kind: Kind) -> Typed {
        let is_mail = kind == Kind::Email;
        Typed {
            name: if is_mail { "邮件" } else { "" }.to_owned(),
            port: "465".to_owned(),
            tls: Tls::Implicit.code().to_owned(),
            ..Typed::default()
        }
    }

    /// As the page of one that is there shows it.
    pub fn of(channel: &ChannelRow) -> Typed {
        Typed {
            name: channel.name.clone(),
            enabled: channel.enabled,
            host: channel.host.clone(),
            port: channel.port.to_string(),
            tls: channel.tls.clone(),
            username: channel.username.clone(),
            sender: channel.sender.clone(),
            node: channel.node_name.clone().unwrap_or_default(),
            ..Typed::default()
        }
    }

    /// As sent.
    pub fn read(form: &Form) -> Typed {
        let text = |name: &str| form.text(name).to_owned();
        Typed {
            name: text("name"),
            enabled: form.ticked("enabled"),
            host: text("host"),
            port: text("port"),
            tls: text("tls"),
            username: text("username"),
            sender: text("sender"),
            node: text("node"),
            password: text("password"),
            url: text("url"),
            sign: text("sign"),
            no_sign: form.ticked("no_sign"),
        }
    }
}

/// A channel to be kept with its secret, or what is wrong with each field.
type Judged = Result<(NewChannel, Secret), FieldErrors>;

/// Judges a form; `before` is the channel as it stands, with its secret.
pub async fn judge(
    app: &App,
    kind: Kind,
    typed: &Typed,
    before: Option<(&ChannelRow, Secret)>,
) -> web::Result<Judged> {
    let mut errors = FieldErrors::new();
    let (mut new, secret) = match kind {
        Kind::Email => mail(app, typed, before, &mut errors),
        Kind::Wecom | Kind::Dingtalk => robot(app, kind, typed, before, &mut errors),
    };
    if kind != Kind::Email && !typed.node.is_empty() {
        match identity::node_named(app.store.db(), &typed.node).await? {
            Some(node) => new.node = Some(node.id),
            None => {
                let words = "没有这个组织或片区。请从提示里选全称，或留空表示全部组织。";
                errors.insert("node", words.to_owned());
            }
        }
    }
    Ok(if errors.is_empty() {
        Ok((new, secret))
    } else {
        Err(errors)
    })
}

fn mail(
    app: &App,
    typed: &Typed,
    before: Option<(&ChannelRow, Secret)>,
    errors: &mut FieldErrors,
) -> (NewChannel, Secret) {
    let port = typed.port.parse::<u16>().ok().filter(|port| *port > 0);
    if port.is_none() {
        errors.insert("port", "端口是 1 至 65535 的整数。".to_owned());
    }
    let tls = Tls::from_code(&typed.tls);
    if tls.is_none() {
        errors.insert("tls", "请选一种加密方式。".to_owned());
    }
    let (port, tls) = (port.unwrap_or(465), tls.unwrap_or(Tls::Implicit));
    if errors.is_empty()
        && let Err((field, words)) = hosts::mail_server(&typed.host, port, tls, &app.outward)
    {
        errors.insert(field, words);
    }
    if !smtp::is_address(&typed.sender) {
        errors.insert(
            "sender",
            "发件邮箱的写法不对，应像 name@example.cn。".to_owned(),
        );
    }
    if typed.username.len() > 200 || typed.password.len() > 500 {
        errors.insert("username", "用户名或密码太长，请核对。".to_owned());
    }
    let password = match before {
        _ if !typed.password.is_empty() => typed.password.clone(),
        // A stored password never follows to another server.
        Some((channel, secret)) if is_same_server(channel, typed) => secret.password,
        Some((_, secret)) if !secret.password.is_empty() && !typed.username.is_empty() => {
            let words = "换了服务器、端口、加密方式或用户名，请重新填写密码。";
            errors.insert("password", words.to_owned());
            String::new()
        }
        _ => String::new(),
    };
    if !typed.username.is_empty() && password.is_empty() {
        errors
            .entry("password")
            .or_insert_with(|| "填了用户名，还要填密码（授权码）。".to_owned());
    }
    let new = NewChannel {
        kind: Kind::Email,
        name: "邮件".to_owned(),
        enabled: typed.enabled,
        host: typed.host.to_lowercase(),
        port: i64::from(port),
        tls,
        username: typed.username.clone(),
        sender: typed.sender.clone(),
        node: None,
    };
    let password = if new.username.is_empty() {
        String::new()
    } else {
        password
    };
    (
        new,
        Secret {
            password,
            ..Secret::default()
        },
    )
}

fn is_same_server(channel: &ChannelRow, typed: &Typed) -> bool {
    channel.host == typed.host.to_lowercase()
        && channel.port.to_string() == typed.port
        && channel.tls == typed.tls
        && channel.username == typed.username
}

fn robot(
    app: &App,
    kind: Kind,
    typed: &Typed,
    before: Option<(&ChannelRow, Secret)>,
    errors: &mut FieldErrors,
) -> (NewChannel, Secret) {
    let name = one_line(&typed.name);
    if name.is_empty() || name.chars().count() > 40 {
        errors.insert("name", "请写群的名称，40 字以内，便于辨认。".to_owned());
    }
    let (kept, mut secret) = match before {
        Some((channel, secret)) => (Some(channel), secret),
        None => (None, Secret::default()),
    };
    let mut host = kept.map_or(String::new(), |channel| channel.host.clone());
    if !typed.url.is_empty() || kept.is_none() {
        match hosts::robot_url(kind, &typed.url, &app.outward) {
            Ok(url) => {
                host = url.host_str().unwrap_or_default().to_owned();
                // A signing key belongs to its robot.
                secret.sign = String::new();
                secret.url = url.into();
            }
            Err(words) => {
                errors.insert("url", words);
            }
        }
    }
    if !typed.sign.is_empty() {
        secret.sign.clone_from(&typed.sign);
    } else if typed.no_sign {
        secret.sign = String::new();
    }
    let new = NewChannel {
        kind,
        name,
        enabled: typed.enabled,
        host,
        port: 443,
        tls: Tls::Implicit,
        username: String::new(),
        sender: String::new(),
        node: None,
    };
    (new, secret)
}
