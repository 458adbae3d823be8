//! How long to wait for the next program. Once the usual time of calls is known, a hang shows sooner than after the whole
//! limit.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Waits this many times as long as the longest call of the programs that ended.
const FACTOR: u32 = 10;

/// Waits at least this long, since clocks are not exact.
const LEAST: Duration = Duration::from_millis(100);

/// How long calls have taken so far.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// The longest call of the programs that ended.
    longest: Duration,
    /// Whether a program has hung twice for the whole limit. Only then more hangs are expected.
    has_hung: bool,
    /// Whether a shorter wait was too short once. Then the whole limit applies again.
    was_impatient: bool,
}

impl Pace {
    /// How long to wait, at most `limit`.
    pub fn patience(&self, limit: Duration) -> Duration {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.has_hung && !known.was_impatient { limit.min(LEAST.max(known.longest * FACTOR)) } else { limit }
    }

    /// A program has ended. This was its longest call.
    pub fn ended(&self, longest: Duration) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.longest = known.longest.max(longest);
    }

    /// A program has hung twice.
    pub fn hung(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).has_hung = true;
    }

    /// A program that seemed to hang was only slow.
    pub fn was_impatient(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).was_impatient = true;
    }
}
