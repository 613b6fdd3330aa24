//! What a certificate says: until when, for which names, by whom.

use anyhow::{Context as _, Result};
use kernel::Instant;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// 证书要点
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Valid from.
    pub from: Instant,
    /// Valid to.
    pub to: Instant,
    /// Names and addresses it is for.
    pub names: Vec<String>,
    /// Who it is about.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
}

impl Facts {
    /// From its bytes.
    pub fn read(der: &[u8]) -> Result<Facts> {
        let (_, found) = X509Certificate::from_der(der).context("证书的内容读不懂")?;
        let validity = found.validity();
        let names = match found.subject_alternative_name() {
            Ok(Some(names)) => names.value.general_names.iter().filter_map(name).collect(),
            _ => vec![],
        };
        Ok(Facts {
            from: Instant(validity.not_before.timestamp() * 1000),
            to: Instant(validity.not_after.timestamp() * 1000),
            names,
            subject: found.subject().to_string(),
            issuer: found.issuer().to_string(),
        })
    }

    /// Whole days until it ends; negative after.
    pub fn days_left(&self, now: Instant) -> i64 {
        (self.to.0 - now.0).div_euclid(86_400_000)
    }

    /// Whether a browser at that host takes it for the host's. A star stands for one label.
    pub fn covers(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.names.iter().any(|name| {
            let name = name.to_ascii_lowercase();
            match name.strip_prefix("*.") {
                Some(parent) => host
                    .split_once('.')
                    .is_some_and(|(label, rest)| !label.is_empty() && rest == parent),
                None => name == host,
            }
        })
    }
}

fn name(found: &GeneralName<'_>) -> Option<String> {
    match found {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

/// 指纹: SHA-256 as browsers show it, in pairs.
pub fn fingerprint(der: &[u8]) -> String {
    pairs(&Sha256::digest(der))
}

/// SHA-1, which the windows of Windows show: for comparing with them only.
pub fn short_fingerprint(der: &[u8]) -> String {
    pairs(&Sha1::digest(der))
}

fn pairs(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_label() {
        let facts = Facts {
            from: Instant(0),
            to: Instant(86_400_000),
            names: vec!["*.example.cn".to_owned(), "10.0.0.8".to_owned()],
            subject: String::new(),
            issuer: String::new(),
        };
        assert!(facts.covers("dangjian.Example.cn") && facts.covers("10.0.0.8"));
        assert!(!facts.covers("a.b.example.cn") && !facts.covers("example.cn"));
        assert_eq!(facts.days_left(Instant(0)), 1);
        assert_eq!(facts.days_left(Instant(86_400_001)), -1);
    }
}
