//! 对外: the one room that speaks to other machines. Every step has a time limit, every answer a
//! size limit, and no secret or address of a person leaves it in words.

pub mod hosts;
pub mod robot;
pub mod smtp;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::time::Duration;
use web::app::Outward;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It may pass: try again later.
    Passing,
    /// This message will not go, however often it is tried.
    Final,
    /// No message will go before somebody mends the channel.
    Channel,
}

/// 未能送出: what the other side, or the way there, said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// How bad.
    pub severity: Severity,
    /// In words, without secrets and without addresses of people.
    pub words: String,
    /// How long the other side asks to wait.
    pub wait_ms: Option<i64>,
}

impl Trouble {
    pub(crate) fn new(severity: Severity, words: impl Into<String>) -> Trouble {
        Trouble {
            severity,
            words: words.into(),
            wait_ms: None,
        }
    }

    pub(crate) fn passing(words: impl Into<String>) -> Trouble {
        Trouble::new(Severity::Passing, words)
    }

    /// With those words blotted out, and short.
    fn without(mut self, secrets: &[(&str, &str)]) -> Trouble {
        for (secret, instead) in secrets.iter().filter(|(secret, _)| secret.len() >= 3) {
            self.words = self.words.replace(secret, instead);
        }
        self.words = one_line(&self.words).chars().take(300).collect();
        self
    }
}

/// How long one step may take.
fn patience(outward: &Outward) -> Duration {
    outward.patience.unwrap_or(Duration::from_secs(15))
}

/// The authorities that the configuration names.
pub fn authorities(outward: &Outward) -> Result<RootCertStore, &'static str> {
    const UNFIT: &str = "配置文件里 outward_ca 指的文件不是 PEM 证书。";
    let mut roots = RootCertStore::empty();
    for own in CertificateDer::pem_slice_iter(outward.authorities.as_bytes()) {
        roots.add(own.map_err(|_| UNFIT)?).map_err(|_| UNFIT)?;
    }
    if roots.is_empty() && !outward.authorities.is_empty() {
        return Err(UNFIT);
    }
    Ok(roots)
}

/// Line ends and other control characters become blanks: nothing typed can begin a header.
pub fn one_line(text: &str) -> String {
    let blank = |c: char| if c.is_control() { ' ' } else { c };
    text.chars()
        .map(blank)
        .collect::<String>()
        .trim()
        .to_owned()
}
