//! 逐次多等: how long a name or an address must wait after failed sign-ins. Names are counted
//! whether or not an account bears them, so waiting tells nobody which exist.

use crate::session::digest;
use crate::store as rows;
use kernel::Instant;
use store::{Error, Tx};

/// A pace of waiting.
struct Pace {
    /// Failures that cost nothing.
    free: i64,
    /// The first wait; each further failure doubles it.
    first_ms: i64,
    /// The longest wait: nobody is locked out for good.
    longest_ms: i64,
    /// Failures older than this are forgotten.
    memory_ms: i64,
}

/// For a name: three tries, then 5 s, 10 s, 20 s … 5 minutes.
const NAME: Pace = Pace {
    free: 3,
    first_ms: 5_000,
    longest_ms: 300_000,
    memory_ms: 3_600_000,
};
/// For an address: a school is one address, so many may err before all wait a little.
const ADDRESS: Pace = Pace {
    free: 100,
    first_ms: 5_000,
    longest_ms: 30_000,
    memory_ms: 900_000,
};

impl Pace {
    fn wait_ms(&self, failures: i64) -> i64 {
        if failures < self.free {
            return 0;
        }
        let doublings = (failures - self.free).min(20);
        (self.first_ms << doublings).min(self.longest_ms)
    }
}

/// Whose failures are counted: a name as typed and the address it came from, both as keys that
/// say nothing by themselves.
#[derive(Clone, Debug)]
pub(crate) struct Tried {
    name: String,
    address: String,
}

impl Tried {
    pub(crate) fn new(username: &str, address: &str) -> Tried {
        Tried {
            name: format!("name {}", digest(username)),
            address: format!("address {}", digest(address)),
        }
    }

    /// Counts a try as failed before it is made, so that tries side by side do not slip through.
    /// The seconds to wait if one must.
    pub(crate) async fn begin(&self, tx: &Tx) -> Result<Option<i64>, Error> {
        for (key, pace) in [(&self.address, &ADDRESS), (&self.name, &NAME)] {
            if let Some(until) = count(tx, key, pace).await? {
                return Ok(Some(seconds_until(tx.now(), until)));
            }
        }
        Ok(None)
    }

    /// The try went well: the name's failures are forgotten, the address's one taken back.
    pub(crate) async fn succeeded(&self, tx: &Tx) -> Result<(), Error> {
        rows::forget_attempts(tx, &self.name).await?;
        rows::take_back_attempt(tx, &self.address).await?;
        rows::sweep_attempts(tx, tx.now().plus_ms(-86_400_000)).await
    }

    /// Seconds the name must wait from now on.
    pub(crate) async fn wait(&self, tx: &Tx) -> Result<i64, Error> {
        let until = rows::attempt(tx, &self.name)
            .await?
            .map_or(Instant(0), |row| row.blocked_until);
        Ok(seconds_until(tx.now(), until))
    }
}

/// Counts one try; none if it may be made, else the instant until which it may not.
async fn count(tx: &Tx, key: &str, pace: &Pace) -> Result<Option<Instant>, Error> {
    let forgotten_before = tx.now().plus_ms(-pace.memory_ms);
    let counted = rows::count_attempt(tx, key, forgotten_before).await?;
    let Some(row) = rows::attempt(tx, key).await? else {
        return Ok(None);
    };
    if !counted {
        return Ok(Some(row.blocked_until));
    }
    let wait = pace.wait_ms(row.failures);
    if wait > 0 {
        rows::block_attempts(tx, key, tx.now().plus_ms(wait)).await?;
    }
    Ok(None)
}

fn seconds_until(now: Instant, until: Instant) -> i64 {
    ((until.0 - now.0).max(0) + 999) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_waits_longer_and_never_for_good() {
        let waits: Vec<_> = (1..=10).map(|n| NAME.wait_ms(n) / 1000).collect();
        assert_eq!(waits, [0, 0, 5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(ADDRESS.wait_ms(99), 0);
    }
}
