//! `tls = "local"`: a root certificate of the county's own in the data directory, for networks that
//! no public authority reaches, and the server's certificate under it.

use super::certificate::{Facts, fingerprint};
use super::{Files, chain};
use crate::config::Config;
use anyhow::{Context as _, Result, ensure};
use kernel::Instant;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SerialNumber,
};
use std::io::Write;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

const DAY_MS: i64 = 86_400_000;
/// A root serves ten years: passing it out to every computer is the costly part.
const ROOT_DAYS: i64 = 3650;
/// Browsers refuse server certificates of more than 398 days.
const SERVER_DAYS: i64 = 397;
/// A server certificate is renewed when fewer days are left.
const RENEW_DAYS: i64 = 30;

/// 自制根证书 and what it issues.
#[derive(Debug)]
pub struct Authority {
    folder: PathBuf,
    county: String,
    names: Vec<String>,
    context: store::Context,
}

impl Authority {
    /// For the names and addresses of the configuration; makes nothing yet.
    pub fn of(config: &Config, context: &store::Context) -> Result<Authority> {
        Ok(Authority {
            folder: config.data.join("tls"),
            county: config.county.clone(),
            names: config.host_names()?,
            context: context.clone(),
        })
    }

    /// The server's pair.
    pub fn server_files(&self) -> Files {
        Files {
            cert: self.folder.join("server.pem"),
            key: self.folder.join("server.key"),
        }
    }

    fn root_files(&self) -> Files {
        Files {
            cert: self.folder.join("ca.pem"),
            key: self.folder.join("ca.key"),
        }
    }

    /// The root certificate, to be trusted by computers.
    pub fn root(&self) -> Result<Vec<u8>> {
        let found = chain(&self.root_files().cert)?;
        Ok(found.first().map(|der| der.to_vec()).unwrap_or_default())
    }

    /// Its fingerprint, to be compared by eye.
    pub fn root_fingerprint(&self) -> Result<String> {
        Ok(fingerprint(&self.root()?))
    }

    /// What it says.
    pub fn root_facts(&self) -> Result<Facts> {
        Facts::read(&self.root()?)
    }

    /// Makes the root if there is none, and the server's certificate if there is none, it ends
    /// soon, misses a name, or belongs to an earlier root. Whether anything was made.
    pub fn ensure(&self) -> Result<bool> {
        let folder = &self.folder;
        std::fs::create_dir_all(folder)
            .with_context(|| format!("证书目录 {} 建不了", folder.display()))?;
        // Two processes over one data directory make one root.
        let lock = std::fs::File::create(folder.join("lock"))?;
        lock.lock()?;
        let root_files = self.root_files();
        let made = !root_files.cert.exists() || !root_files.key.exists();
        if made {
            self.make_root(&root_files)?;
        }
        let root = self.root_facts()?;
        self.names_fit()?;
        if made || self.is_worn(&root) {
            self.issue(&root_files)?;
            return Ok(true);
        }
        Ok(false)
    }

    fn is_worn(&self, root: &Facts) -> bool {
        let files = self.server_files();
        let Some(facts) = chain(&files.cert)
            .ok()
            .and_then(|found| Facts::read(found.first()?).ok())
        else {
            return true;
        };
        super::load(&files).is_err()
            || facts.issuer != root.subject
            || facts.days_left(self.context.real_now()) < RENEW_DAYS
            || !self.names.iter().all(|name| facts.covers(name))
    }

    fn make_root(&self, files: &Files) -> Result<()> {
        let key = KeyPair::generate()?;
        let mut root = self.params(ROOT_DAYS)?;
        // The ending tells this root from an earlier one with the same name.
        let ending = hex::encode_upper(self.context.random::<2>());
        let name = format!("{}支部根证书 {ending}", self.county);
        root.distinguished_name.push(DnType::CommonName, name);
        root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        root.name_constraints = Some(NameConstraints {
            permitted_subtrees: permitted(&self.names),
            excluded_subtrees: vec![],
        });
        let root = root.self_signed(&key)?;
        write(&files.key, &key.serialize_pem(), 0o600)?;
        write(&files.cert, &root.pem(), 0o644)
    }

    fn issue(&self, root: &Files) -> Result<()> {
        let key = KeyPair::from_pem(&std::fs::read_to_string(&root.key)?)
            .with_context(|| format!("根证书的私钥 {} 读不懂", root.key.display()))?;
        let root_pem = std::fs::read_to_string(&root.cert)?;
        let issuer = Issuer::from_ca_cert_pem(&root_pem, key)
            .with_context(|| format!("根证书 {} 读不懂", root.cert.display()))?;
        let mut server = self.params(SERVER_DAYS)?;
        let first = self.names.first().map_or("zhibu", String::as_str);
        server.distinguished_name.push(DnType::CommonName, first);
        server.subject_alt_names = CertificateParams::new(self.names.clone())
            .context(
                "public_url 里的域名只能用英文字母、数字、点和短横线（中文域名写成 xn-- 形式）",
            )?
            .subject_alt_names;
        server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        server.use_authority_key_identifier_extension = true;
        let own = KeyPair::generate()?;
        let server = server.signed_by(&own, &issuer)?;
        let files = self.server_files();
        write(&files.key, &own.serialize_pem(), 0o600)?;
        write(&files.cert, &format!("{}{root_pem}", server.pem()), 0o644)
    }

    fn params(&self, days: i64) -> Result<CertificateParams> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::OrganizationName, self.county.as_str());
        let now = self.context.real_now();
        let at = |instant: Instant| {
            let since = Duration::from_millis(instant.0.max(0).unsigned_abs());
            rcgen::date_time_ymd(1970, 1, 1) + since
        };
        // A day earlier: school computers' clocks go slow.
        params.not_before = at(now.plus_ms(-DAY_MS));
        params.not_after = at(now.plus_ms(days * DAY_MS));
        let mut serial = self.context.random::<16>();
        serial[0] &= 0x7f;
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        Ok(params)
    }

    /// The root may speak for the names it was made with and for private addresses only; a new
    /// name outside them needs a new root, and that is said rather than done.
    fn names_fit(&self) -> Result<()> {
        let kept = self.folder.join("ca.names");
        let within: Vec<String> = match std::fs::read_to_string(&kept) {
            Ok(text) => text.lines().map(str::to_owned).collect(),
            Err(_) => {
                write(&kept, &self.names.join("\n"), 0o644)?;
                self.names.clone()
            }
        };
        let missing = self.names.iter().find(|name| {
            let below = |known: &String| {
                *known == **name || (!is_address(name) && name.ends_with(&format!(".{known}")))
            };
            !is_private(name) && !within.iter().any(below)
        });
        let Some(missing) = missing else {
            return Ok(());
        };
        ensure!(
            false,
            "根证书是为 {} 制作的，不能用于 {missing}。可把 public_url 改回原来的地址；\
             若确需换地址，请移走 {} 后重新启动，再到各台电脑上重新信任新的根证书",
            within.join("、"),
            self.folder.display()
        );
        Ok(())
    }
}

fn is_address(name: &str) -> bool {
    name.parse::<IpAddr>().is_ok()
}

/// Addresses that every root of ours may speak for.
const PRIVATE: [(&str, u8); 6] = [
    ("10.0.0.0", 8),
    ("172.16.0.0", 12),
    ("192.168.0.0", 16),
    ("127.0.0.0", 8),
    ("fc00::", 7),
    ("::1", 128),
];

fn is_private(name: &str) -> bool {
    match name.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => v4.is_private() || v4.is_loopback(),
        Ok(IpAddr::V6(v6)) => v6.is_unique_local() || v6.is_loopback(),
        Err(_) => name == "localhost",
    }
}

/// A stolen root key must be of no use against other sites.
fn permitted(names: &[String]) -> Vec<GeneralSubtree> {
    let subnet = |address: &str, prefix| {
        let address: IpAddr = address.parse().ok()?;
        let subnet = CidrSubnet::from_addr_prefix(address, prefix);
        Some(GeneralSubtree::IpAddress(subnet))
    };
    let private = PRIVATE
        .iter()
        .filter_map(|(address, prefix)| subnet(address, *prefix));
    let own = names.iter().filter(|name| !is_private(name)).map(|name| {
        let whole = if name.contains(':') { 128 } else { 32 };
        subnet(name, whole).unwrap_or_else(|| GeneralSubtree::DnsName(name.clone()))
    });
    let local = GeneralSubtree::DnsName("localhost".to_owned());
    std::iter::once(local).chain(own).chain(private).collect()
}

/// Written beside and renamed, so that nobody reads half a file.
fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let beside = path.with_extension("new");
    let _ = std::fs::remove_file(&beside);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options
        .open(&beside)
        .with_context(|| format!("{} 写不了", beside.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    Ok(())
}
