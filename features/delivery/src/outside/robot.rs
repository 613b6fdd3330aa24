//! 群机器人: a message posted to a group of 企业微信 or 钉钉.

use super::{Severity, Trouble, authorities, hosts, patience};
use crate::entities::{Kind, Secret};
use crate::store::ChannelRow;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use kernel::Instant;
use reqwest::{Client, Response, StatusCode, Url};
use rustls::ClientConfig;
use serde_json::json;
use sha2::Sha256;
use std::sync::Arc;
use web::app::Outward;

/// Bytes of an answer that are read.
const MOST_ANSWER: usize = 64 * 1024;
/// How long DingTalk and WeCom lock a robot out that posted too fast.
const TOO_FAST_MS: i64 = 10 * 60_000;

/// A robot.
#[derive(Clone)]
pub struct Robot {
    pub kind: Kind,
    /// Its address, key included.
    pub url: String,
    /// 加签密钥; empty where none is set.
    pub sign: String,
}

impl Robot {
    /// The robot of a channel, with its secret.
    pub fn of(channel: &ChannelRow, secret: &Secret) -> Robot {
        Robot {
            kind: channel.kind(),
            url: secret.url.clone(),
            sign: secret.sign.clone(),
        }
    }
}

/// A message to a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Shown in the list of conversations.
    pub title: String,
    /// Markdown.
    pub text: String,
}

/// Posts it; the other side's answer.
pub async fn post(
    robot: &Robot,
    outward: &Outward,
    now: Instant,
    post: &Post,
) -> Result<String, Trouble> {
    let url = hosts::robot_url(robot.kind, &robot.url, outward)
        .map_err(|words| Trouble::new(Severity::Channel, words))?;
    let keys: Vec<String> = url
        .query_pairs()
        .map(|(_, value)| value.into_owned())
        .collect();
    let mut secrets: Vec<(&str, &str)> =
        keys.iter().map(|key| (key.as_str(), "（密钥）")).collect();
    secrets.push((&robot.sign, "（密钥）"));
    let url = signed(url, &robot.sign, now);
    let sent = ask(url, robot.kind, outward, post).await;
    sent.map_err(|trouble| trouble.without(&secrets))
}

async fn ask(url: Url, kind: Kind, outward: &Outward, post: &Post) -> Result<String, Trouble> {
    let body = match kind {
        Kind::Dingtalk => {
            json!({ "msgtype": "markdown", "markdown": { "title": post.title, "text": post.text } })
        }
        _ => json!({ "msgtype": "markdown", "markdown": { "content": post.text } }),
    };
    let request = client(outward)?
        .post(url)
        .header("content-type", "application/json; charset=utf-8")
        .body(body.to_string());
    let response = request.send().await.map_err(|error| unreached(&error))?;
    let status = response.status();
    if status != StatusCode::OK {
        return Err(refused(status, &response));
    }
    let answer = read(response).await?;
    let answer: serde_json::Value = serde_json::from_slice(&answer)
        .map_err(|_| Trouble::passing("对方的答复没有读懂，可能是网关或上网认证页面。"))?;
    let said = answer["errmsg"].as_str().unwrap_or_default();
    match answer["errcode"].as_i64() {
        Some(0) => Ok(format!("对方答复：errcode 0 {said}")),
        Some(code) => Err(coded(kind, code, said)),
        None => Err(Trouble::passing(
            "对方的答复里没有 errcode，可能不是群机器人的地址。",
        )),
    }
}

/// One client a message: there is one a day and group.
fn client(outward: &Outward) -> Result<Client, Trouble> {
    let unfit = || Trouble::new(Severity::Channel, "加密连接没有准备好。");
    let mut roots = authorities(outward).map_err(|words| Trouble::new(Severity::Channel, words))?;
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| unfit())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(true)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(patience(outward))
        .timeout(patience(outward) * 2)
        .user_agent("zhibu")
        .build()
        .map_err(|_| unfit())
}

/// 加签: `timestamp` and `sign = Base64(HMAC-SHA256(secret, timestamp + "\n" + secret))`.
fn signed(mut url: Url, secret: &str, now: Instant) -> Url {
    if !secret.is_empty() {
        let stamp = now.0.to_string();
        let sign = signature(&stamp, secret);
        url.query_pairs_mut()
            .append_pair("timestamp", &stamp)
            .append_pair("sign", &sign);
    }
    url
}

fn signature(stamp: &str, secret: &str) -> String {
    // HMAC takes keys of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{stamp}\n{secret}").as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

async fn read(mut response: Response) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreached(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MOST_ANSWER {
            return Err(Trouble::passing("对方的答复太长，不像群机器人。"));
        }
    }
    Ok(bytes)
}

/// The library's own words may hold the address with its key: none of them are used.
fn unreached(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        return Trouble::passing("对方没有在时限内答复。");
    }
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(one) = cause {
        if one.to_string().to_lowercase().contains("certificate") {
            let words = "对方的证书不受信任。单位自签的证书，请在配置文件的 outward_ca 里写明。";
            return Trouble::new(Severity::Channel, words);
        }
        cause = one.source();
    }
    Trouble::passing("连不上对方的服务器。请核对本机的网络。")
}

fn refused(status: StatusCode, response: &Response) -> Trouble {
    let asked = response
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().parse::<i64>().ok());
    let code = status.as_u16();
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        return Trouble {
            wait_ms: asked.map(|seconds| seconds.saturating_mul(1000)),
            ..Trouble::passing(format!("对方暂时不收（{code}）。"))
        };
    }
    let words = if status.is_redirection() {
        format!("对方要求转到别的地址（{code}），没有跟随。")
    } else {
        format!("对方不认这个地址（{code}）。请从群机器人的设置里重新复制。")
    };
    Trouble::new(Severity::Channel, words)
}

/// What the robots' own codes mean.
fn coded(kind: Kind, code: i64, said: &str) -> Trouble {
    let with = |words: &str| format!("{words}对方答复：errcode {code} {said}");
    let too_fast = || Trouble {
        wait_ms: Some(TOO_FAST_MS),
        ..Trouble::passing(with("发得太快，对方请稍后再试。"))
    };
    let broken = |words: &str| Trouble::new(Severity::Channel, with(words));
    match (kind, code) {
        (_, -1) => Trouble::passing(with("对方系统繁忙。")),
        (Kind::Wecom, 45009 | 45033) | (Kind::Dingtalk, 130101 | 410100) => too_fast(),
        (Kind::Wecom, 93000 | 40001) => broken("机器人地址里的 key 不对，或机器人已被移出群。"),
        (Kind::Dingtalk, 310000) => broken(checked(said)),
        (Kind::Dingtalk, 300001 | 400101 | 400102 | 400106) => {
            broken("机器人地址里的 access_token 不对，或机器人已停用。")
        }
        (Kind::Dingtalk, 400013) => broken("群已解散。"),
        _ => broken("对方没有收下。"),
    }
}

/// DingTalk's one code for its three checks.
fn checked(said: &str) -> &'static str {
    let said = said.to_lowercase();
    if said.contains("keyword") {
        "群里给机器人设了关键词，请把“党建”加为关键词，或改用加签。"
    } else if said.contains("whitelist") || said.contains("white list") {
        "本机的出口地址不在机器人的 IP 白名单里。"
    } else {
        "加签密钥不对，或本机的时间不准。"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_dingtalk_computes() {
        // From the vendor's Python sample, run apart:
        // base64(hmac.new(b'SEC0123456789abcdef', b'1577262236757\nSEC0123456789abcdef', sha256))
        let sign = signature("1577262236757", "SEC0123456789abcdef");
        assert_eq!(sign, "Pgr6tpIpjVrMPPJUPkaI9sivFPPTYOy5zIOMF2GPFMA=");
        let url = Url::parse("https://oapi.dingtalk.com/robot/send?access_token=t").unwrap();
        let url = signed(url, "SEC0123456789abcdef", Instant(1_577_262_236_757));
        let sent: Vec<_> = url.query_pairs().collect();
        assert_eq!(sent[1], ("timestamp".into(), "1577262236757".into()));
        assert_eq!(sent[2], ("sign".into(), sign.as_str().into()));
        assert!(!url.as_str().contains('+'), "base64's own plus is escaped");
    }
}
