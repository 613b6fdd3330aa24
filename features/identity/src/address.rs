//! Where a request comes from, and on what device, as far as sign-in needs it.

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::{header, request::Parts};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use web::App;

/// The address a request comes from. The server puts it into the request's extensions: the peer's,
/// or the one a trusted proxy names. Without it, the connection's own peer counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub String);

impl ClientAddress {
    /// From an address: of IPv6 only the network's half, since one machine has all of the other.
    pub fn of(address: IpAddr) -> ClientAddress {
        match address.to_canonical() {
            IpAddr::V4(v4) => ClientAddress(v4.to_string()),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                ClientAddress(format!("{a:x}:{b:x}:{c:x}:{d:x}::/64"))
            }
        }
    }
}

impl FromRequestParts<App> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        if let Some(known) = parts.extensions.get::<ClientAddress>() {
            return Ok(known.clone());
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(peer.map_or_else(
            || ClientAddress("?".to_owned()),
            |peer| ClientAddress::of(peer.0.ip()),
        ))
    }
}

/// Words for a device, so that a person knows their own sessions apart: `Windows 电脑 · Edge`.
#[derive(Clone, Debug)]
pub(crate) struct Device(pub String);

impl FromRequestParts<App> for Device {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        let agent = parts
            .headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok());
        Ok(Device(device_words(agent.unwrap_or_default())))
    }
}

fn device_words(agent: &str) -> String {
    let first = |table: &[(&str, &'static str)]| {
        table
            .iter()
            .find(|(mark, _)| agent.contains(mark))
            .map(|(_, words)| *words)
    };
    let machine = first(&[
        ("HarmonyOS", "鸿蒙手机"),
        ("Android", "安卓手机"),
        ("iPhone", "苹果手机"),
        ("iPad", "苹果平板"),
        ("Windows", "Windows 电脑"),
        ("Macintosh", "苹果电脑"),
        ("Linux", "Linux 电脑"),
    ]);
    let browser = first(&[
        ("MicroMessenger", "微信"),
        ("Edg", "Edge"),
        ("QQBrowser", "QQ 浏览器"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome 类浏览器"),
        ("Safari", "Safari"),
    ]);
    let words: Vec<_> = [machine, browser].into_iter().flatten().collect();
    if words.is_empty() {
        "其他设备".to_owned()
    } else {
        words.join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let of = |text: &str| ClientAddress::of(text.parse().unwrap()).0;
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
    }

    #[test]
    fn a_device_is_named_in_words() {
        let agent =
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/86.0 Safari/537.36 Edg/86";
        assert_eq!(device_words(agent), "Windows 电脑 · Edge");
        assert_eq!(device_words("curl/8"), "其他设备");
    }
}
