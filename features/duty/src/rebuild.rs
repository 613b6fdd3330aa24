//! 重算: every kept duty and sum from the facts, and what differed.

use crate::maintain::{Scope, compute, kept, refresh};
use crate::store::Key;
use ::store::{Error, Store, row};
use kernel::{Id, Instant};

/// What a rebuild found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Duties computed.
    pub duties: usize,
    /// Duties whose kept row said otherwise, was missing or had no cause.
    pub different: Vec<Key>,
    /// Sums that said otherwise.
    pub sums: usize,
}

row! {
    #[derive(PartialEq, Eq)]
    struct SumRow {
        sheet: Id,
        place: String,
        status: String,
        n: i64,
    }
}

const SUMS: &str =
    "SELECT sheet, place, status, n FROM duty_sum WHERE n <> 0 ORDER BY sheet, place, status";

/// Deletes every kept row, computes all again and says what was different.
pub async fn rebuild(store: &Store) -> Result<Found, Error> {
    let found = check(store).await?;
    let sums_before: Vec<SumRow> = store.db().all(SUMS, vec![]).await?;
    store
        .housekeeping(|tx| async move {
            tx.exec("DELETE FROM duty", vec![]).await?;
            tx.exec("DELETE FROM duty_sum", vec![]).await?;
            refresh(&tx, &Scope::All).await?;
            Ok(())
        })
        .await?;
    let sums_after: Vec<SumRow> = store.db().all(SUMS, vec![]).await?;
    let missing = |a: &[SumRow], b: &[SumRow]| a.iter().filter(|row| !b.contains(row)).count();
    let sums = missing(&sums_before, &sums_after).max(missing(&sums_after, &sums_before));
    Ok(Found { sums, ..found })
}

/// Compares without writing. What only the turn of the day changes is no difference: it is brought
/// up to date first.
pub async fn check(store: &Store) -> Result<Found, Error> {
    crate::maintain::advance(store).await?;
    let computed = compute(store.db(), &Scope::All, store.now()).await?;
    let mut kept = kept(store.db(), &Scope::All).await?;
    let mut found = Found {
        duties: computed.len(),
        ..Found::default()
    };
    for mut row in computed {
        let key = Key {
            requirement: row.requirement,
            organisation: row.organisation,
        };
        let old = kept.remove(&key);
        row.changed_at = old.as_ref().map_or(Instant::default(), |d| d.changed_at);
        if old.as_ref() != Some(&row) {
            found.different.push(key);
        }
    }
    found.different.extend(kept.into_keys());
    Ok(found)
}
