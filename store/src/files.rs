//! Evidence and other bytes on disk, named by what they contain.

use crate::Error;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// 文件库: `ab/cdef…` under one folder. A file that is there is whole: it is written beside,
/// flushed, renamed, and its folder flushed, before any row names it.
#[derive(Clone, Debug)]
pub struct Files {
    root: PathBuf,
}

impl Files {
    /// Opens or makes the folder.
    pub fn open(root: PathBuf) -> Result<Files, Error> {
        std::fs::create_dir_all(&root)?;
        Ok(Files { root })
    }

    fn place(&self, digest: &str) -> PathBuf {
        let (head, tail) = digest.split_at(digest.len().min(2));
        self.root.join(head).join(tail)
    }

    /// Keeps the bytes; their SHA-256 in hexadecimal.
    pub fn put(&self, bytes: &[u8]) -> Result<String, Error> {
        let digest = hex::encode(Sha256::digest(bytes));
        let place = self.place(&digest);
        if place.exists() {
            return Ok(digest);
        }
        let folder = place.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(folder)?;
        let beside = place.with_extension(format!("part{}", std::process::id()));
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, &place)?;
        flush_folder(folder)?;
        flush_folder(&self.root)?;
        Ok(digest)
    }

    /// Takes the bytes away. Only for what cannot have been kept by somebody else too: sealed
    /// bytes, which no two people have alike.
    pub fn remove(&self, digest: &str) -> Result<(), Error> {
        match std::fs::remove_file(self.place(digest)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The bytes of that digest.
    pub fn get(&self, digest: &str) -> Result<Vec<u8>, Error> {
        if digest.len() != 64 || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Error::File(std::io::ErrorKind::NotFound.into()));
        }
        Ok(std::fs::read(self.place(digest))?)
    }

    /// Whether the bytes on disk still have that digest.
    pub fn is_whole(&self, digest: &str) -> bool {
        self.get(digest)
            .is_ok_and(|bytes| hex::encode(Sha256::digest(&bytes)) == digest)
    }
}

fn flush_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_by_their_digest_and_damage_shows() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path().to_owned()).unwrap();
        let digest = files.put("会议记录".as_bytes()).unwrap();
        assert_eq!(files.get(&digest).unwrap(), "会议记录".as_bytes());
        assert_eq!(files.put("会议记录".as_bytes()).unwrap(), digest);
        assert!(files.is_whole(&digest));
        std::fs::write(files.place(&digest), b"x").unwrap();
        assert!(!files.is_whole(&digest));
        files.remove(&digest).unwrap();
        files.remove(&digest).unwrap();
        assert!(files.get(&digest).is_err());
    }

    #[test]
    fn a_digest_cannot_leave_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path().to_owned()).unwrap();
        assert!(files.get("../../etc/passwd").is_err());
    }
}
