//! Which cases have been begun: threads take them in blocks, in order, until there are no more or time is over.
//!
//! A run that time ends is to be the first so many cases of its seed, each of them, so that their number repeats it. So
//! once time is over no block is begun, every block but the highest is finished, and the highest ends where it is.

use crate::runs::feedback::ROUND;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most cases of a block.
const MOST: u64 = 32;

/// About how long a block takes: others wait so long for it when time is over.
const WORTH: Duration = Duration::from_millis(50);

/// The cases of a run, as far as they are handed out.
#[derive(Debug)]
pub(super) struct Blocks {
    cases: u64,
    deadline: Option<Instant>,
    begun: Mutex<Begun>,
}

#[derive(Debug, Default)]
struct Begun {
    /// The first case that is not in a block yet.
    next: u64,
    /// Whether time was seen to be over.
    closed: bool,
}

impl Blocks {
    /// That many cases, for that long from now on.
    pub fn new(cases: u64, time: Option<Duration>) -> Blocks {
        let deadline = time.and_then(|time| Instant::now().checked_add(time));
        Blocks { cases, deadline, begun: Mutex::default() }
    }

    /// The next block, of so many cases at most. No block goes from one round of feedback into the next.
    pub fn begin(&self, length: u64) -> Option<Range<u64>> {
        let mut begun = self.begun();
        // One case is run however short the time is: a run of none says nothing.
        begun.closed |= begun.next > 0 && self.is_over();
        let start = begun.next;
        if begun.closed || start >= self.cases {
            return None;
        }
        let round = (start / ROUND + 1).saturating_mul(ROUND);
        begun.next = start.saturating_add(length).min(round).min(self.cases);
        Some(start..begun.next)
    }

    /// Whether a block ends before that case of it: time is over, and no block is higher.
    pub fn ends_before(&self, case: u64, block: &Range<u64>) -> bool {
        if case == 0 || !self.is_over() {
            return false;
        }
        let mut begun = self.begun();
        begun.closed = true;
        begun.next == block.end
    }

    fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    fn begun(&self) -> MutexGuard<'_, Begun> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many cases the next block should have where that many took that long.
pub(super) fn length(cases: u64, took: Duration) -> u64 {
    let fit = WORTH.as_nanos() * u128::from(cases) / took.as_nanos().max(1);
    u64::try_from(fit).unwrap_or(MOST).clamp(1, MOST)
}

#[cfg(test)]
mod tests {
    use super::{Blocks, length};
    use std::time::Duration;

    const OVER: Option<Duration> = Some(Duration::ZERO);

    #[test]
    fn cases_are_handed_out_in_order_and_no_block_crosses_a_round() {
        let blocks = Blocks::new(600, None);
        let all: Vec<_> = std::iter::from_fn(|| blocks.begin(500)).collect();
        assert_eq!(all, [0..500, 500..512, 512..600]);
    }

    #[test]
    fn when_time_is_over_only_the_highest_block_ends_early() {
        let mut blocks = Blocks::new(u64::MAX, None);
        let (low, high) = (blocks.begin(10).unwrap(), blocks.begin(10).unwrap());
        blocks.deadline = Blocks::new(0, OVER).deadline;
        assert!(!blocks.ends_before(5, &low) && blocks.ends_before(15, &high));
        assert_eq!(blocks.begin(10), None);
    }

    #[test]
    fn one_case_is_run_however_short_the_time_is() {
        let blocks = Blocks::new(u64::MAX, OVER);
        let first = blocks.begin(10).unwrap();
        assert!(!blocks.ends_before(0, &first) && blocks.ends_before(1, &first));
    }

    #[test]
    fn blocks_of_slow_programs_are_short() {
        assert_eq!([1, 10_000].map(|millis| length(1, Duration::from_millis(millis))), [32, 1]);
    }
}
