//! How patient to be with the next program: once it is known how long calls take, a hang need not be waited for as long
//! as the limit says.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// As many times as long as the longest call of a program that came to an end.
const TIMES: u32 = 10;

/// Not less, for what a clock can tell.
const LEAST: Duration = Duration::from_millis(100);

/// What is known of how long calls take.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// The longest call of programs that came to an end.
    longest: Duration,
    /// Whether a hang was waited for as long as the limit says, twice: only then there may be more to come.
    hangs: bool,
    /// Whether patience was too short once, so that the limit counts again.
    failed: bool,
}

impl Pace {
    /// How long to wait, at most `limit`.
    pub fn patience(&self, limit: Duration) -> Duration {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.hangs && !known.failed { limit.min(LEAST.max(known.longest * TIMES)) } else { limit }
    }

    /// A program came to an end whose longest call was that.
    pub fn ended(&self, longest: Duration) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.longest = known.longest.max(longest);
    }

    /// A program hung, and did so again.
    pub fn hung(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).hangs = true;
    }

    /// What seemed to hang did not.
    pub fn was_impatient(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).failed = true;
    }
}
