//! Checks a backup without restoring it: every part against its SHA-256, and that none is missing.

use super::container;
use super::manifest::{FORMAT, HEAD, Head, MANIFEST, Manifest, SEAL};
use anyhow::{Context as _, Result, anyhow, bail};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Default)]
struct Seen {
    head: Option<Head>,
    manifest: Option<(Manifest, String)>,
    sealed: bool,
    /// Bytes and SHA-256 of each part of a table.
    parts: BTreeMap<String, (u64, String)>,
    files: u64,
    file_bytes: u64,
    /// Files whose bytes are not what their name says.
    odd: Vec<String>,
}

/// Reads the whole backup; its manifest if nothing is wrong with it.
pub fn examine(place: &Path, identity: Option<&Path>) -> Result<Manifest> {
    let mut seen = Seen::default();
    container::read(place, identity, |name, bytes| seen.take(name, &bytes))?;
    seen.judge()
}

/// Only what stands first, without reading on.
pub fn head_of(name: &str, bytes: &[u8]) -> Result<Head> {
    if name != HEAD {
        bail!("这不是支部的备份文件");
    }
    let head: Head = serde_json::from_slice(bytes).context("备份的开头读不懂，文件已损坏")?;
    if head.format > FORMAT {
        bail!(
            "这份备份由更新的版本（{}）写成，请用那个版本恢复",
            head.program
        );
    }
    Ok(head)
}

impl Seen {
    fn take(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        if self.head.is_none() {
            self.head = Some(head_of(name, bytes)?);
            return Ok(());
        }
        let digest = hex::encode(Sha256::digest(bytes));
        if name == MANIFEST {
            let manifest = serde_json::from_slice(bytes).context("清单读不懂，备份已损坏")?;
            self.manifest = Some((manifest, digest));
        } else if name == SEAL {
            let expected = self.manifest.as_ref().map(|(_, digest)| digest.as_str());
            if expected != std::str::from_utf8(bytes).ok() {
                bail!("清单与它的校验值不符，备份已损坏");
            }
            self.sealed = true;
        } else if let Some(expected) = name.strip_prefix("files/") {
            self.files += 1;
            self.file_bytes += bytes.len() as u64;
            if digest != expected {
                self.odd.push(expected.to_owned());
            }
        } else {
            self.parts
                .insert(name.to_owned(), (bytes.len() as u64, digest));
        }
        Ok(())
    }

    fn judge(mut self) -> Result<Manifest> {
        let head = self.head.ok_or_else(|| anyhow!("备份文件是空的"))?;
        let (manifest, _) = self
            .manifest
            .filter(|_| self.sealed)
            .ok_or_else(|| anyhow!("备份没有写完：末尾的清单不在"))?;
        if manifest.head != head {
            bail!("备份的开头与清单不符，文件已损坏");
        }
        for part in manifest.tables.iter().flat_map(|table| &table.parts) {
            match self.parts.remove(&part.name) {
                None => bail!("备份缺少 {}", part.name),
                Some((bytes, sha256)) if bytes != part.bytes || sha256 != part.sha256 => {
                    bail!("备份的 {} 已损坏：校验值不符", part.name)
                }
                Some(_) => {}
            }
        }
        if let Some(name) = self.parts.keys().next() {
            bail!("备份里多出清单没有的 {name}");
        }
        if let Some(digest) = self.odd.iter().find(|d| !manifest.missing.contains(d)) {
            bail!("备份的文件 {digest} 已损坏：校验值不符");
        }
        if (self.files, self.file_bytes) != (manifest.files, manifest.file_bytes) {
            bail!(
                "备份里的文件应为 {} 份，实有 {} 份",
                manifest.files,
                self.files
            );
        }
        Ok(manifest)
    }
}
