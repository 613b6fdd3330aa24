//! Evidence and other bytes, named by what they contain.

mod collect;
mod local;
mod named;
mod object;

pub use collect::Collected;
pub use named::{absent, is_name};
pub use object::ObjectStore;

use crate::Error;
use kernel::Instant;
use sha2::{Digest, Sha256};
use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;

/// Where a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// In its place.
    Kept,
    /// 待清理: no row named it; still readable, and brought back when a row names it again.
    Aside,
}

/// A file as a shelf lists it.
pub(crate) struct Listed {
    pub digest: String,
    /// By the machine's clock: when it was put there or set aside.
    pub since: Instant,
    pub bytes: u64,
}

/// What holds the bytes: a folder, or an object store. What `put` returns from is durable.
pub(crate) trait Shelf: Debug + Send + Sync {
    fn put(&self, digest: &str, bytes: &[u8]) -> Result<(), Error>;
    fn get(&self, side: Side, digest: &str) -> Result<Option<Vec<u8>>, Error>;
    fn has(&self, side: Side, digest: &str) -> Result<bool, Error>;
    /// Those whose names begin with these two digits.
    fn list(&self, side: Side, head: &str) -> Result<Vec<Listed>, Error>;
    /// Moves a file to the other side, there since `now`.
    fn shift(&self, digest: &str, to: Side, now: Instant) -> Result<(), Error>;
    fn remove(&self, side: Side, digest: &str) -> Result<(), Error>;
    /// Takes away what a killed process left half-written before that instant.
    fn sweep(&self, before: Instant) -> Result<(), Error>;
}

/// 文件库: a file that is there is whole, and is there before any row names it.
#[derive(Clone, Debug)]
pub struct Files {
    shelf: Arc<dyn Shelf>,
}

impl Files {
    /// Opens or makes the folder.
    pub fn open(root: PathBuf) -> Result<Files, Error> {
        Ok(Files {
            shelf: Arc::new(local::Folder::open(root)?),
        })
    }

    /// Files in an object store instead.
    pub fn in_object_store(wanted: &ObjectStore) -> Result<Files, Error> {
        Ok(Files {
            shelf: Arc::new(object::Bucket::open(wanted)?),
        })
    }

    /// [`Files::get`] without holding a thread of the server.
    pub async fn read(&self, digest: &str) -> Result<Vec<u8>, Error> {
        let (files, digest) = (self.clone(), digest.to_owned());
        tokio::task::spawn_blocking(move || files.get(&digest))
            .await
            .map_err(|_| Error::File(std::io::ErrorKind::Interrupted.into()))?
    }

    /// Whether the shelf answers: a folder that is there, a bucket that lets us in.
    pub fn check(&self) -> Result<(), Error> {
        // Not a look for one file: a bucket that is not there has none either.
        self.shelf.list(Side::Kept, "00").map(|_| ())
    }

    /// Keeps the bytes; their SHA-256 in hexadecimal.
    pub fn put(&self, bytes: &[u8]) -> Result<String, Error> {
        let digest = hex::encode(Sha256::digest(bytes));
        if !self.shelf.has(Side::Kept, &digest)? {
            self.shelf.put(&digest, bytes)?;
        }
        Ok(digest)
    }

    /// The bytes of that digest.
    pub fn get(&self, digest: &str) -> Result<Vec<u8>, Error> {
        if is_name(digest) {
            for side in [Side::Kept, Side::Aside] {
                if let Some(bytes) = self.shelf.get(side, digest)? {
                    return Ok(bytes);
                }
            }
        }
        Err(Error::File(std::io::ErrorKind::NotFound.into()))
    }

    /// Whether the file is there; not whether it is whole.
    pub fn has(&self, digest: &str) -> bool {
        let there = |side| self.shelf.has(side, digest).unwrap_or(false);
        is_name(digest) && (there(Side::Kept) || there(Side::Aside))
    }

    /// Takes the bytes away. Only for what cannot have been kept by somebody else too: sealed
    /// bytes, which no two people have alike.
    pub fn remove(&self, digest: &str) -> Result<(), Error> {
        if is_name(digest) {
            self.shelf.remove(Side::Kept, digest)?;
            self.shelf.remove(Side::Aside, digest)?;
        }
        Ok(())
    }

    /// Whether the bytes kept still have that digest.
    pub fn is_whole(&self, digest: &str) -> bool {
        self.get(digest)
            .is_ok_and(|bytes| hex::encode(Sha256::digest(&bytes)) == digest)
    }
}
