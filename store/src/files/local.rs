//! Files in a folder: `ab/cdef…`, and `.aside/ab/cdef…`.

use super::{Listed, Shelf, Side, named::is_name};
use crate::Error;
use kernel::Instant;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

/// Folder of what was set aside, and of what is being written.
const ASIDE: &str = ".aside";

#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    /// Two threads may put the same bytes at once: each writes a file of its own.
    written: AtomicU64,
}

impl Folder {
    pub fn open(root: PathBuf) -> Result<Folder, Error> {
        std::fs::create_dir_all(&root)?;
        Ok(Folder {
            root,
            written: AtomicU64::new(0),
        })
    }

    fn side(&self, side: Side) -> PathBuf {
        match side {
            Side::Kept => self.root.clone(),
            Side::Aside => self.root.join(ASIDE),
        }
    }

    fn place(&self, side: Side, digest: &str) -> PathBuf {
        let (head, tail) = digest.split_at(digest.len().min(2));
        self.side(side).join(head).join(tail)
    }

    /// Makes the folder of that place, on disk for good.
    fn folder_of(&self, place: &Path) -> Result<PathBuf, Error> {
        let folder = place.parent().unwrap_or(&self.root).to_owned();
        if !folder.exists() {
            std::fs::create_dir_all(&folder)?;
            for above in folder.ancestors().skip(1) {
                flush_folder(above)?;
                if above == self.root {
                    break;
                }
            }
        }
        Ok(folder)
    }
}

impl Shelf for Folder {
    /// Written beside, flushed, renamed, and its folder flushed, before any row names it.
    fn put(&self, digest: &str, bytes: &[u8]) -> Result<(), Error> {
        let place = self.place(Side::Kept, digest);
        let folder = self.folder_of(&place)?;
        let n = self.written.fetch_add(1, Ordering::Relaxed);
        let beside = place.with_extension(format!("part{}-{n}", std::process::id()));
        let mut file = File::create(&beside)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        if let Err(error) = written {
            // The disk may be full: what cannot be used does not stay on it.
            let _ = std::fs::remove_file(&beside);
            return Err(error.into());
        }
        std::fs::rename(&beside, &place)?;
        flush_folder(&folder)
    }

    fn get(&self, side: Side, digest: &str) -> Result<Option<Vec<u8>>, Error> {
        absent_is_none(std::fs::read(self.place(side, digest)))
    }

    fn has(&self, side: Side, digest: &str) -> Result<bool, Error> {
        Ok(self.place(side, digest).try_exists()?)
    }

    fn list(&self, side: Side, head: &str) -> Result<Vec<Listed>, Error> {
        let mut listed = Vec::new();
        let folder = self.side(side).join(head);
        let Some(entries) = absent_is_none(std::fs::read_dir(folder))? else {
            return Ok(listed);
        };
        for entry in entries {
            let entry = entry?;
            let digest = format!("{head}{}", entry.file_name().to_string_lossy());
            // Somebody may take it away meanwhile.
            let Some(found) = absent_is_none(entry.metadata())? else {
                continue;
            };
            if is_name(&digest) {
                listed.push(Listed {
                    digest,
                    since: modified(&found),
                    bytes: found.len(),
                });
            }
        }
        Ok(listed)
    }

    fn shift(&self, digest: &str, to: Side, now: Instant) -> Result<(), Error> {
        let from = match to {
            Side::Kept => Side::Aside,
            Side::Aside => Side::Kept,
        };
        let (from, to) = (self.place(from, digest), self.place(to, digest));
        let folder = self.folder_of(&to)?;
        std::fs::rename(&from, &to)?;
        let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).unwrap_or(0));
        File::options().append(true).open(&to)?.set_modified(at)?;
        flush_folder(&folder)?;
        flush_folder(from.parent().unwrap_or(&self.root))
    }

    fn remove(&self, side: Side, digest: &str) -> Result<(), Error> {
        absent_is_none(std::fs::remove_file(self.place(side, digest)))?;
        Ok(())
    }

    fn sweep(&self, before: Instant) -> Result<(), Error> {
        for head in std::fs::read_dir(&self.root)? {
            let Some(entries) = absent_is_none(std::fs::read_dir(head?.path()))? else {
                continue;
            };
            for entry in entries {
                let entry = entry?;
                let half = entry.file_name().to_string_lossy().contains(".part");
                if half && modified(&entry.metadata()?) < before {
                    std::fs::remove_file(entry.path())?;
                }
            }
        }
        Ok(())
    }
}

fn modified(found: &std::fs::Metadata) -> Instant {
    let since = found.modified().ok();
    let since = since.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    // A file without a time is taken for new.
    Instant(since.map_or(i64::MAX, |d| d.as_millis() as i64))
}

fn absent_is_none<T>(found: std::io::Result<T>) -> Result<Option<T>, Error> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn flush_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Files;
    use super::*;

    #[test]
    fn bytes_come_back_by_their_digest_and_damage_shows() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path().to_owned()).unwrap();
        let digest = files.put("会议记录".as_bytes()).unwrap();
        assert_eq!(files.get(&digest).unwrap(), "会议记录".as_bytes());
        assert_eq!(files.put("会议记录".as_bytes()).unwrap(), digest);
        assert!(files.is_whole(&digest));
        let place = folder.path().join(&digest[..2]).join(&digest[2..]);
        std::fs::write(place, b"x").unwrap();
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
        assert!(!files.has("../../etc/passwd"));
    }

    #[test]
    fn the_same_bytes_put_by_many_at_once_are_whole() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path().to_owned()).unwrap();
        let bytes = vec![7u8; 1 << 20];
        std::thread::scope(|scope| {
            let put = || files.put(&bytes).unwrap();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(put)).collect();
            for thread in threads {
                assert!(files.is_whole(&thread.join().unwrap()));
            }
        });
    }

    #[test]
    fn what_was_set_aside_is_still_read_and_half_files_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Folder::open(folder.path().to_owned()).unwrap();
        let files = Files::open(folder.path().to_owned()).unwrap();
        let digest = files.put(b"minutes").unwrap();
        shelf.shift(&digest, Side::Aside, Instant(5_000)).unwrap();
        assert_eq!(files.get(&digest).unwrap(), b"minutes");
        let aside = shelf.list(Side::Aside, &digest[..2]).unwrap();
        assert_eq!((aside.len(), aside[0].since), (1, Instant(5_000)));
        assert!(shelf.list(Side::Kept, &digest[..2]).unwrap().is_empty());
        shelf.shift(&digest, Side::Kept, Instant(6_000)).unwrap();
        let half = folder.path().join(&digest[..2]).join("abc.part1-2");
        std::fs::write(&half, b"x").unwrap();
        shelf.sweep(Instant(0)).unwrap();
        assert!(half.exists());
        shelf.sweep(Instant(i64::MAX)).unwrap();
        assert!(!half.exists());
        assert!(files.is_whole(&digest));
    }
}
