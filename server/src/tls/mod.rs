//! TLS by the program itself: certificate files of the county's own, or a root certificate that
//! `tls = "local"` makes. Both are taken up again when their files change, without a restart.

pub mod authority;
pub mod certificate;

use crate::config::{Config, Tls};
use anyhow::{Context as _, Result};
use authority::Authority;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use tokio_rustls::TlsAcceptor;

/// 证书与私钥 of the server, as the next handshake will show them.
#[derive(Debug)]
pub struct Identity {
    files: Files,
    shown: RwLock<Arc<CertifiedKey>>,
    /// What the files looked like when they were read: a half-written pair is tried again later.
    seen: RwLock<Stamp>,
    authority: Option<Arc<Authority>>,
}

/// Where a pair lies.
#[derive(Clone, Debug)]
pub struct Files {
    /// Certificate with its chain, PEM.
    pub cert: PathBuf,
    /// Private key, PEM.
    pub key: PathBuf,
}

type Stamp = [Option<(std::time::SystemTime, u64)>; 2];

impl Identity {
    /// The pair that the configuration names, made first if the county makes its own; none without
    /// `tls`.
    pub fn of(config: &Config, context: &store::Context) -> Result<Option<Arc<Identity>>> {
        let (files, authority) = match &config.tls {
            None => return Ok(None),
            Some(Tls::Files { cert, key }) => {
                let (cert, key) = (cert.clone(), key.clone());
                (Files { cert, key }, None)
            }
            Some(Tls::Local) => {
                let authority = Authority::of(config, context)?;
                authority.ensure()?;
                (authority.server_files(), Some(Arc::new(authority)))
            }
        };
        let stamp = stamp(&files);
        let shown = RwLock::new(Arc::new(load(&files)?));
        Ok(Some(Arc::new(Identity {
            files,
            shown,
            seen: RwLock::new(stamp),
            authority,
        })))
    }

    /// The root certificate's keeper, if the county makes its own.
    pub fn authority(&self) -> Option<&Arc<Authority>> {
        self.authority.as_ref()
    }

    /// The server's certificate, as shown now.
    pub fn certificate(&self) -> Option<certificate::Facts> {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        let first = shown.cert.first()?;
        certificate::Facts::read(first).ok()
    }

    /// Renews a certificate of our own that is about to end, and takes up changed files. A pair that
    /// does not load leaves the present one in use. Whether anything was taken up.
    pub fn refresh(&self) -> Result<bool> {
        if let Some(authority) = &self.authority {
            authority.ensure()?;
        }
        let found = stamp(&self.files);
        if *self.seen.read().unwrap_or_else(PoisonError::into_inner) == found {
            return Ok(false);
        }
        let loaded = load(&self.files)?;
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) = found;
        Ok(true)
    }

    /// What shakes hands: TLS 1.2 and 1.3, HTTP/2 where the browser speaks it.
    pub fn acceptor(self: &Arc<Identity>) -> Result<TlsAcceptor> {
        let provider = Arc::new(ring::default_provider());
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(server)))
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&shown))
    }
}

fn stamp(files: &Files) -> Stamp {
    [&files.cert, &files.key].map(|path| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.modified().ok()?, found.len()))
    })
}

/// The certificates of a PEM file, the server's own first.
pub fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .with_context(|| format!("证书文件 {} 读不了", path.display()))?
        .collect();
    let found = found.with_context(|| format!("证书文件 {} 不是 PEM 格式", path.display()))?;
    anyhow::ensure!(
        !found.is_empty(),
        "证书文件 {} 里没有证书，应以 -----BEGIN CERTIFICATE----- 开头",
        path.display()
    );
    Ok(found)
}

/// Reads a pair and checks that the two belong together.
pub fn load(files: &Files) -> Result<CertifiedKey> {
    let chain = chain(&files.cert)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).with_context(|| {
        format!(
            "私钥文件 {} 读不了，应是没有口令的 PEM 格式，且服务所用的用户可读",
            files.key.display()
        )
    })?;
    CertifiedKey::from_der(chain, key, &ring::default_provider()).with_context(|| {
        format!(
            "证书 {} 与私钥 {} 不是一对，请核对后换成同一次签发的文件",
            files.cert.display(),
            files.key.display()
        )
    })
}
