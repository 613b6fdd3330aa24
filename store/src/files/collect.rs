//! 清理: bytes that no row names any more. First they are set aside, where they can still be read;
//! a week later they go. A row that names them meanwhile brings them back, so no moment between
//! putting a file and writing its row can lose it.

use super::named::{Names, named, named_anywhere};
use super::{Files, Listed, Shelf, Side};
use crate::{Error, Store};
use kernel::Instant;

/// How old an unnamed file is before it is set aside, and how long it stays there.
const GRACE_MS: i64 = 7 * 86_400_000;

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Set aside.
    pub aside: u64,
    /// Named again and brought back.
    pub back: u64,
    /// Removed for good.
    pub removed: u64,
    /// Bytes of those.
    pub bytes: u64,
}

impl Store {
    /// Sets aside and removes what no row names. `now` is the machine's time, as files carry it.
    pub async fn collect_files(&self, now: Instant) -> Result<Collected, Error> {
        let names = named(&self.read).await?;
        let files = self.files.clone();
        let due = blocking(move || files.walk(|side, one| is_due(side, one, &names, now))).await?;
        // Most nights the known columns explain every file, and nothing more need be read.
        let names = if due.is_empty() {
            Names::default()
        } else {
            named_anywhere(&self.read).await?
        };
        let files = self.files.clone();
        blocking(move || files.act(&due, &names, now)).await
    }
}

/// Whether something may be to do about a file: named and aside, or unnamed for long.
fn is_due(side: Side, one: &Listed, names: &Names, now: Instant) -> bool {
    let old = one.since.0 < now.0 - GRACE_MS;
    match (side, names.has(&one.digest)) {
        (Side::Kept, named) => old && !named,
        (Side::Aside, named) => named || old,
    }
}

impl Files {
    fn walk(&self, wanted: impl Fn(Side, &Listed) -> bool) -> Result<Vec<(Side, Listed)>, Error> {
        let mut found = Vec::new();
        for head in 0..=255u8 {
            for side in [Side::Kept, Side::Aside] {
                for one in self.shelf.list(side, &format!("{head:02x}"))? {
                    if wanted(side, &one) {
                        found.push((side, one));
                    }
                }
            }
        }
        Ok(found)
    }

    fn act(&self, due: &[(Side, Listed)], names: &Names, now: Instant) -> Result<Collected, Error> {
        let shelf: &dyn Shelf = &*self.shelf;
        let mut done = Collected::default();
        for (side, one) in due {
            match (side, names.has(&one.digest)) {
                (Side::Kept, true) => {}
                (Side::Kept, false) => {
                    shelf.shift(&one.digest, Side::Aside, now)?;
                    done.aside += 1;
                }
                (Side::Aside, true) => {
                    shelf.shift(&one.digest, Side::Kept, now)?;
                    done.back += 1;
                }
                (Side::Aside, false) => {
                    shelf.remove(Side::Aside, &one.digest)?;
                    done.removed += 1;
                    done.bytes += one.bytes;
                }
            }
        }
        shelf.sweep(Instant(now.0 - GRACE_MS))?;
        Ok(done)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::File(std::io::ErrorKind::Interrupted.into()))?
}
