//! Clock, ids and randomness, handed to everything that needs them so that tests can fix them.

use kernel::{Id, Instant};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock moved by so many milliseconds (`--today` moves it).
    System { shift_ms: i64 },
    /// A clock that stands until a test moves it.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A standing clock at that instant.
    pub fn fixed(at: Instant) -> Clock {
        Clock::Fixed(Arc::new(AtomicI64::new(at.0)))
    }

    /// The machine's clock, moved so that today is `day`.
    pub fn with_today(day: kernel::Day) -> Clock {
        let now = machine_now();
        let since_midnight = now.0 - Instant::at(now.day(), 0).0;
        Clock::System {
            shift_ms: Instant::at(day, since_midnight).0 - now.0,
        }
    }

    fn now(&self) -> Instant {
        match self {
            Clock::System { shift_ms } => machine_now().plus_ms(*shift_ms),
            Clock::Fixed(ms) => Instant(ms.load(Ordering::Relaxed)),
        }
    }
}

/// The one place that asks the machine for the time.
#[allow(clippy::disallowed_methods)]
fn machine_now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Instant(since.map_or(0, |d| d.as_millis() as i64))
}

/// 2024-01-01T00:00Z: ids count from here.
const ID_EPOCH: i64 = 1_704_067_200_000;

/// Clock, ids, randomness. Cheap to clone; clones share their state.
#[derive(Clone, Debug)]
pub struct Context {
    clock: Clock,
    random: Arc<Mutex<ChaCha20Rng>>,
    last_id: Arc<AtomicI64>,
    node: i64,
}

impl Context {
    /// A context with randomness from the operating system.
    pub fn system(clock: Clock) -> Result<Context, crate::Error> {
        let mut seed = [0u8; 32];
        getrandom::fill(&mut seed)
            .map_err(|_| crate::Error::Key("no randomness from the system"))?;
        Ok(Context::new(clock, seed))
    }

    /// A context whose ids and randomness repeat with the same seed and clock.
    pub fn seeded(clock: Clock, seed: u64) -> Context {
        let mut bytes = [0u8; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Context::new(clock, bytes)
    }

    fn new(clock: Clock, seed: [u8; 32]) -> Context {
        let mut random = ChaCha20Rng::from_seed(seed);
        let node = i64::from(random.next_u32() & 0x3ff);
        Context {
            clock,
            random: Arc::new(Mutex::new(random)),
            last_id: Arc::default(),
            node,
        }
    }

    /// The same ids and randomness under another clock: what is written on another day by the same
    /// program still has keys of its own.
    pub fn with_clock(&self, clock: Clock) -> Context {
        Context {
            clock,
            ..self.clone()
        }
    }

    /// 现在
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The hour it really is, whatever day is treated as today: for what other machines reckon from
    /// the time too (certificates, codes of a phone).
    pub fn real_now(&self) -> Instant {
        match &self.clock {
            Clock::System { .. } => machine_now(),
            fixed => fixed.now(),
        }
    }

    /// The machine's own time, whatever the clock was set to: files on disk carry it.
    pub fn machine_now(&self) -> Instant {
        machine_now()
    }

    /// The clock itself, for tests that move it.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A new id: milliseconds, this process's number and a counter, so ids rise with time and two
    /// processes do not meet.
    pub fn new_id(&self) -> Id {
        let floor = ((self.now().0 - ID_EPOCH).max(0) << 22) | (self.node << 12);
        let previous = self
            .last_id
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                Some(floor.max(last + 1))
            })
            .unwrap_or(floor);
        Id(floor.max(previous + 1))
    }

    /// From now on ids are above that one.
    pub(crate) fn rise_above(&self, id: Id) {
        self.last_id.fetch_max(id.0, Ordering::Relaxed);
    }

    /// Random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0u8; N];
        self.random
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut bytes);
        bytes
    }

    /// A random secret as 32 lower-case hexadecimal digits.
    pub fn token(&self) -> String {
        hex::encode(self.random::<16>())
    }

    /// A uniform number below `n` (n > 0).
    pub fn below(&self, n: u64) -> u64 {
        u64::from_le_bytes(self.random::<8>()) % n.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_even_when_the_clock_stands() {
        let context = Context::seeded(Clock::fixed(Instant(1_800_000_000_000)), 7);
        let ids: Vec<_> = (0..10_000).map(|_| context.new_id()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn ids_rise_when_the_clock_was_set_back_before_a_start() {
        let before = Context::seeded(Clock::fixed(Instant(1_800_000_000_000)), 7);
        let last = before.new_id();
        let after = Context::seeded(Clock::fixed(Instant(1_700_000_000_000)), 7);
        after.rise_above(last);
        assert!(after.new_id() > last);
    }

    #[test]
    fn a_set_day_keeps_the_time_of_day() {
        let day = "2026-11-20".parse().unwrap();
        let context = Context::seeded(Clock::with_today(day), 1);
        assert_eq!(context.now().day(), day);
    }
}
