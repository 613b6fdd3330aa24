//! The file itself: a tar, plain or encrypted with age, written beside and renamed when whole.

use anyhow::{Context as _, Result, anyhow, bail};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// First bytes of a file encrypted with age.
const AGE: &[u8] = b"age-encryption.org/v1";
/// A part may be so large (a stored file is far smaller).
const MOST_OF_A_PART: u64 = 1 << 30;

enum Out {
    Plain(BufWriter<File>),
    Sealed(Box<age::stream::StreamWriter<BufWriter<File>>>),
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Out::Plain(out) => out.write(bytes),
            Out::Sealed(out) => out.write(bytes),
        }
    }
    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Out::Plain(out) => out.flush(),
            Out::Sealed(out) => out.flush(),
        }
    }
}

/// A backup being written. Dropped unfinished, it leaves nothing.
pub struct Writing {
    tar: Option<tar::Builder<Out>>,
    beside: PathBuf,
    place: PathBuf,
    made_at: u64,
}

impl Writing {
    /// Begins `NAME.ENDING` in the folder, or `NAME-2.ENDING` if that is there; encrypted if there are
    /// recipients.
    pub fn begin(
        folder: &Path,
        name: &str,
        recipients: &[String],
        made_at: i64,
    ) -> Result<Writing> {
        let encryptor = encryptor(recipients)?;
        let ending = if encryptor.is_some() {
            "tar.age"
        } else {
            "tar"
        };
        std::fs::create_dir_all(folder)
            .with_context(|| format!("备份目录 {} 建不了", folder.display()))?;
        let (place, beside, file) = free_name(folder, name, ending)?;
        let out = BufWriter::with_capacity(1 << 18, file);
        let out = match encryptor {
            None => Out::Plain(out),
            Some(encryptor) => Out::Sealed(Box::new(encryptor.wrap_output(out)?)),
        };
        Ok(Writing {
            tar: Some(tar::Builder::new(out)),
            beside,
            place,
            made_at: u64::try_from(made_at / 1000).unwrap_or(0),
        })
    }

    /// Adds a part; its SHA-256.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<String> {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(self.made_at);
        let tar = self.tar.as_mut().ok_or_else(|| anyhow!("备份已经写完"))?;
        tar.append_data(&mut header, name, bytes)
            .with_context(|| format!("备份文件 {} 写不下去", self.beside.display()))?;
        Ok(hex::encode(Sha256::digest(bytes)))
    }

    /// Flushes, renames, flushes the folder: only then is there a backup. Its size.
    pub fn finish(mut self) -> Result<(PathBuf, u64)> {
        let tar = self.tar.take().ok_or_else(|| anyhow!("备份已经写完"))?;
        let out = match tar.into_inner()? {
            Out::Plain(out) => out,
            Out::Sealed(out) => out.finish()?,
        };
        let file = out.into_inner().map_err(|error| error.into_error())?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        std::fs::rename(&self.beside, &self.place)?;
        let folder = self.place.parent().unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        Ok((self.place.clone(), bytes))
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if self.tar.take().is_some() {
            // Half a backup is none; if it cannot be removed its name says what it is.
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

/// A name that nobody has, claimed by its `.part`.
fn free_name(folder: &Path, name: &str, ending: &str) -> Result<(PathBuf, PathBuf, File)> {
    for n in 1..100 {
        let number = if n == 1 {
            String::new()
        } else {
            format!("-{n}")
        };
        let place = folder.join(format!("{name}{number}.{ending}"));
        let beside = folder.join(format!("{name}{number}.{ending}.part"));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&beside) {
            Ok(file) if !place.exists() => return Ok((place, beside, file)),
            Ok(_) => std::fs::remove_file(&beside)?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                let words = format!("备份文件 {} 写不了", beside.display());
                return Err(anyhow::Error::new(error).context(words));
            }
        }
    }
    bail!("目录 {} 里同名的备份太多", folder.display())
}

fn encryptor(recipients: &[String]) -> Result<Option<age::Encryptor>> {
    let mut parsed = Vec::new();
    for one in recipients {
        let recipient: age::x25519::Recipient = one
            .trim()
            .parse()
            .map_err(|_| anyhow!("“{one}”不是 age 公钥：应以 age1 开头，由 age-keygen 生成"))?;
        parsed.push(recipient);
    }
    if parsed.is_empty() {
        return Ok(None);
    }
    let each = parsed.iter().map(|one| one as &dyn age::Recipient);
    Ok(Some(age::Encryptor::with_recipients(each)?))
}

/// Calls `take` for every part in order. What cannot be read is an error that names the part before.
pub fn read(
    place: &Path,
    identity: Option<&Path>,
    mut take: impl FnMut(&str, Vec<u8>) -> Result<()>,
) -> Result<()> {
    let file = File::open(place).with_context(|| format!("打不开备份 {}", place.display()))?;
    let mut archive = tar::Archive::new(opened(BufReader::with_capacity(1 << 18, file), identity)?);
    let mut last = String::from("开头");
    for entry in archive.entries()? {
        let mut entry = entry.with_context(|| broken_after(&last))?;
        let name = String::from_utf8(entry.path_bytes().into_owned())
            .map_err(|_| anyhow!("备份里有一个部分的名称不是文字，文件已损坏"))?;
        let size = entry.size();
        if size > MOST_OF_A_PART {
            bail!("备份的 {name} 太大（{size} 字节），文件已损坏");
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        entry
            .read_to_end(&mut bytes)
            .with_context(|| broken_after(&last))?;
        if bytes.len() as u64 != size {
            bail!("{}", broken_after(&last));
        }
        take(&name, bytes)?;
        last = name;
    }
    Ok(())
}

fn broken_after(last: &str) -> String {
    format!("备份文件不完整或已损坏：在 {last} 之后读不下去")
}

fn opened(mut file: BufReader<File>, identity: Option<&Path>) -> Result<Box<dyn Read>> {
    use std::io::BufRead;
    if !file.fill_buf()?.starts_with(AGE) {
        return Ok(Box::new(file));
    }
    let Some(identity) = identity else {
        bail!("这份备份用 age 加密过：请用 --identity 指出私钥文件");
    };
    let text = std::fs::read_to_string(identity)
        .with_context(|| format!("读不了私钥文件 {}", identity.display()))?;
    let mut identities: Vec<age::x25519::Identity> = Vec::new();
    for line in text.lines().map(str::trim) {
        if !line.is_empty() && !line.starts_with('#') {
            identities.push(
                line.parse()
                    .map_err(|_| anyhow!("{} 里有一行不是 age 私钥", identity.display()))?,
            );
        }
    }
    let each = identities.iter().map(|one| one as &dyn age::Identity);
    let reader = age::Decryptor::new_buffered(file)
        .and_then(|decryptor| decryptor.decrypt(each))
        .map_err(|error| match error {
            age::DecryptError::NoMatchingKeys => {
                anyhow!("{} 不是这份备份的私钥", identity.display())
            }
            _ => anyhow!("备份文件已损坏：加密的开头读不出来"),
        })?;
    Ok(Box::new(reader))
}

/// Whether the file is encrypted.
pub fn is_sealed(place: &Path) -> Result<bool> {
    let mut first = Vec::new();
    File::open(place)?
        .take(AGE.len() as u64)
        .read_to_end(&mut first)?;
    Ok(first == AGE)
}
