//! Hands out the cases of a run: threads take them in blocks, in order, until there are no more or the time is over.
//!
//! When the time ends a run, it must have run exactly the first n cases of its seed, so that n repeats it. So no new block
//! begins, the highest block ends at once, and all others are finished.

use crate::runs::feedback::ROUND;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most cases of a block.
const MOST_CASES: u64 = 32;

/// About how long a block takes. At the end, the run waits this long for the last blocks.
const BLOCK_TIME: Duration = Duration::from_millis(50);

/// The cases of a run, and how many of them have been handed out.
#[derive(Debug)]
pub(super) struct Blocks {
    cases: Range<u64>,
    deadline: Option<Instant>,
    begun: Mutex<Begun>,
}

#[derive(Debug)]
struct Begun {
    /// The first case that is not in a block yet.
    next: u64,
    /// Whether a thread has seen that the time is over.
    closed: bool,
}

impl Blocks {
    /// For those cases, and a time from now on.
    pub fn new(cases: Range<u64>, time: Option<Duration>) -> Blocks {
        let deadline = time.and_then(|time| Instant::now().checked_add(time));
        let begun = Mutex::new(Begun { next: cases.start, closed: false });
        Blocks { cases, deadline, begun }
    }

    /// The next block, with at most `length` cases. A block never crosses into the next round of feedback.
    pub fn begin(&self, length: u64) -> Option<Range<u64>> {
        let mut begun = self.begun();
        // At least one case runs, however short the time is: an empty run would mean nothing.
        begun.closed |= begun.next > self.cases.start && self.is_over();
        let start = begun.next;
        if begun.closed || start >= self.cases.end {
            return None;
        }
        let round = (start / ROUND + 1).saturating_mul(ROUND);
        begun.next = start.saturating_add(length).min(round).min(self.cases.end);
        Some(start..begun.next)
    }

    /// Whether a block must end before this case: the time is over, and no block is higher.
    pub fn ends_before(&self, case: u64, block: &Range<u64>) -> bool {
        if case == self.cases.start || !self.is_over() {
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

/// The length of the next block, if the last one had so many cases and took so long.
pub(super) fn length(cases: u64, took: Duration) -> u64 {
    let fit = BLOCK_TIME.as_nanos() * u128::from(cases) / took.as_nanos().max(1);
    u64::try_from(fit).unwrap_or(MOST_CASES).clamp(1, MOST_CASES)
}

#[cfg(test)]
mod tests {
    use super::{Blocks, length};
    use std::time::Duration;

    const OVER: Option<Duration> = Some(Duration::ZERO);

    #[test]
    fn cases_are_handed_out_in_order_and_no_block_crosses_a_round() {
        let blocks = Blocks::new(0..600, None);
        let all: Vec<_> = std::iter::from_fn(|| blocks.begin(500)).collect();
        assert_eq!(all, [0..500, 500..512, 512..600]);
    }

    #[test]
    fn when_time_is_over_only_the_highest_block_ends_early() {
        let mut blocks = Blocks::new(0..u64::MAX, None);
        let (low, high) = (blocks.begin(10).unwrap(), blocks.begin(10).unwrap());
        blocks.deadline = Blocks::new(0..0, OVER).deadline;
        assert!(!blocks.ends_before(5, &low) && blocks.ends_before(15, &high));
        assert_eq!(blocks.begin(10), None);
    }

    #[test]
    fn one_case_is_run_however_short_the_time_is() {
        let blocks = Blocks::new(0..u64::MAX, OVER);
        let first = blocks.begin(10).unwrap();
        assert!(!blocks.ends_before(0, &first) && blocks.ends_before(1, &first));
    }

    #[test]
    fn blocks_of_slow_programs_are_short() {
        assert_eq!([1, 10_000].map(|millis| length(1, Duration::from_millis(millis))), [32, 1]);
    }
}
