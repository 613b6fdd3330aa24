//! 允许的主机: where messages may go. A setting made in the browser never reaches further than what
//! is public or named in the configuration file, so that it cannot be used to look around inside.

use crate::entities::{Kind, Tls};
use web::app::Outward;

pub use reqwest::Url;

/// Ports of mail servers.
const MAIL_PORTS: [u16; 3] = [465, 587, 25];

/// The public host of a robot's kind, and the field of its address that holds the key.
fn public_host(kind: Kind) -> Option<(&'static str, &'static str)> {
    match kind {
        Kind::Email => None,
        Kind::Wecom => Some(("qyapi.weixin.qq.com", "key")),
        Kind::Dingtalk => Some(("oapi.dingtalk.com", "access_token")),
    }
}

/// The address of a robot, if messages may go there; else why not.
pub fn robot_url(kind: Kind, text: &str, outward: &Outward) -> Result<Url, String> {
    let (public, key) = public_host(kind).ok_or("这一种通道没有机器人地址。")?;
    let example = match kind {
        Kind::Dingtalk => "https://oapi.dingtalk.com/robot/send?access_token=…",
        _ => "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…",
    };
    let url = Url::parse(text.trim())
        .map_err(|_| format!("没有读懂这个地址。应为 {example} 的样子。"))?;
    if url.scheme() != "https" {
        return Err("机器人地址须以 https:// 开头。".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(format!("地址里有多余的部分。应为 {example} 的样子。"));
    }
    let host = url.host_str().unwrap_or_default().to_lowercase();
    let port = url.port_or_known_default().unwrap_or_default();
    let is_public = host == public && port == 443;
    if !is_public && !is_named(outward, &host, port, 443) {
        return Err(format!(
            "只能发到 {public}。单位自建的网关，请先在配置文件的 outward_hosts 里写明主机。"
        ));
    }
    let has_key = url
        .query_pairs()
        .any(|(name, value)| name == key && !value.is_empty());
    if is_public && !has_key {
        return Err(format!("地址里没有 {key}，请从群机器人的设置里完整复制。"));
    }
    Ok(url)
}

/// Whether mail may be handed to that server; else why not, and at which field.
pub fn mail_server(
    host: &str,
    port: u16,
    tls: Tls,
    outward: &Outward,
) -> Result<(), (&'static str, String)> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    if host.is_empty() || host.len() > 253 || !host.chars().all(plain) {
        let words = "服务器填域名或 IP，例如 smtp.example.cn，不带端口和 https://。";
        return Err(("host", words.to_owned()));
    }
    if tls == Tls::None && !is_loopback(host) {
        let words = "不加密只能用于本机（127.0.0.1）的邮件服务，请改选 SSL/TLS 或 STARTTLS。";
        return Err(("tls", words.to_owned()));
    }
    if !MAIL_PORTS.contains(&port) && !is_named(outward, &host.to_lowercase(), port, 0) {
        let words = "端口一般是 465、587 或 25。用别的端口，请先在配置文件的 outward_hosts 里写明“主机:端口”。";
        return Err(("port", words.to_owned()));
    }
    Ok(())
}

fn is_loopback(host: &str) -> bool {
    let is_local = host
        .parse::<std::net::IpAddr>()
        .is_ok_and(|ip| ip.is_loopback());
    is_local || host.eq_ignore_ascii_case("localhost")
}

/// Whether the configuration names it: a host alone stands for its usual port.
fn is_named(outward: &Outward, host: &str, port: u16, usual: u16) -> bool {
    let exact = format!("{host}:{port}");
    outward
        .hosts
        .iter()
        .map(|named| named.to_lowercase())
        .any(|named| named == exact || (named == host && port == usual))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_robot_s_address_is_public_or_named_in_the_configuration() {
        let nowhere = Outward::default();
        let wecom = |text: &str| robot_url(Kind::Wecom, text, &nowhere).is_ok();
        assert!(wecom(
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc"
        ));
        for foreign in [
            "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc",
            "https://qyapi.weixin.qq.com.example.cn/send?key=abc",
            "https://qyapi.weixin.qq.com@10.0.0.1/send?key=abc",
            "https://qyapi.weixin.qq.com:8443/send?key=abc",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
            "https://oapi.dingtalk.com/robot/send?access_token=abc",
            "https://127.0.0.1/send?key=abc",
            "https://[::1]/send?key=abc",
            "https://169.254.169.254/latest?key=abc",
            "file:///etc/passwd",
            "qyapi.weixin.qq.com",
            "",
        ] {
            assert!(!wecom(foreign), "{foreign}");
        }
        let gateway = Outward {
            hosts: vec!["Gateway.example.cn".to_owned(), "10.1.2.3:8443".to_owned()],
            ..Outward::default()
        };
        let named = |text: &str| robot_url(Kind::Dingtalk, text, &gateway).is_ok();
        assert!(named("https://gateway.example.cn/ding?access_token=x"));
        assert!(!named("https://gateway.example.cn:9443/ding"));
        assert!(named("https://10.1.2.3:8443/ding"));
        assert!(!named("https://10.1.2.3/ding"));
    }

    #[test]
    fn mail_goes_in_clear_to_this_machine_only_and_to_ports_of_mail() {
        let nowhere = Outward::default();
        let field =
            |host: &str, port, tls| mail_server(host, port, tls, &nowhere).err().map(|e| e.0);
        assert_eq!(field("smtp.example.cn", 465, Tls::Implicit), None);
        assert_eq!(field("smtp.example.cn", 25, Tls::None), Some("tls"));
        assert_eq!(field("127.0.0.1", 25, Tls::None), None);
        assert_eq!(field("smtp.example.cn", 22, Tls::Implicit), Some("port"));
        assert_eq!(
            field("smtp.example.cn:465", 465, Tls::Implicit),
            Some("host")
        );
        assert_eq!(field("a\r\nb", 465, Tls::Implicit), Some("host"));
    }
}
