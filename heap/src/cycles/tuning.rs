//! When checks for cycles are due, and how that adapts.
//!
//! A check is due when `interval` operations were counted since the last: allocations, writes, and
//! references that the mutator has given up, those of finalizers included. A check that frees
//! garbage cycles (or, where they are not counted, any garbage) makes the next one come sooner, one that frees none makes it come later, unless its
//! budget was used up before it could know, and a program that allocates much is checked more
//! often. All arithmetic is in integers, rounded down, so that the course of the interval can be
//! predicted exactly.
//!
//! Operations are counted down, from the number after which an allocation has something to do: then
//! an allocation compares one number with 0, be that a check, a verification or neither, and no
//! operation pays for there being two of them.

use super::{Budget, Collection};
use crate::digest::{Digest, NEAR, Parts};
use crate::frames::Frame;
use crate::{Configuration, Heap, Host};

#[derive(Clone, Debug)]
pub(crate) struct Tuning {
    interval: u32,
    shortest: u32,
    longest: u32,
    /// How many operations are left until an allocation has something to do; 0 or less if it has.
    left: i64,
    /// What `left` was at the last check, or would have been.
    start: i64,
    /// What `left` is when a check is due.
    check_at: i64,
    /// Counted since the last check.
    allocations: u64,
    average_rate: u64,
    checks: u64,
    /// Operations that were counted before the last check.
    earlier: u64,
    /// Whether allocations make checks.
    automatic: bool,
    /// After how many operations in all the heap is verified next.
    verification: u64,
    /// Operations in all when the heap was last verified because it was due.
    verified: u64,
    /// Verifications that were due and ran.
    verifications: u64,
}

/// So many operations are never counted.
const NEVER: i64 = i64::MAX;

impl Tuning {
    pub(crate) fn new(configuration: &Configuration) -> Self {
        let (shortest, longest) = configuration.bounds();
        let mut tuning = Self {
            interval: configuration.interval(),
            shortest,
            longest,
            left: 0,
            start: 0,
            check_at: 0,
            allocations: 0,
            average_rate: 0,
            checks: 0,
            earlier: 0,
            automatic: configuration.automatic_checks(),
            verification: configuration.verification_interval().map_or(u64::MAX, u64::from),
            verified: 0,
            verifications: 0,
        };
        tuning.schedule();
        tuning
    }

    /// Finds out when allocations have something to do.
    fn schedule(&mut self) {
        let check = if self.automatic { i64::from(self.interval) } else { NEVER };
        let verification = i64::try_from(self.verification.saturating_sub(self.earlier)).unwrap_or(NEVER);
        let counted = self.start - self.left;
        self.start = check.min(verification);
        self.left = self.start - counted;
        self.check_at = self.start - i64::from(self.interval);
    }

    pub(crate) fn set_automatic(&mut self, automatic: bool) {
        self.automatic = automatic;
        self.schedule();
    }

    /// Operations since the heap was made.
    pub(crate) fn all_operations(&self) -> u64 {
        self.earlier + self.operations()
    }

    pub(crate) fn is_verification_due(&self) -> bool {
        self.all_operations() >= self.verification
    }

    /// Notes that the heap is verified, which it is again after so many operations, or never.
    pub(crate) fn begin_verification(&mut self, interval: Option<u32>) {
        self.verifications += 1;
        self.verified = self.all_operations();
        self.set_verification(interval);
    }

    /// Lets the heap be verified so many operations after it last was, or never.
    pub(crate) fn set_verification(&mut self, interval: Option<u32>) {
        self.verification = interval.map_or(u64::MAX, |it| self.verified + u64::from(it));
        self.schedule();
    }

    pub(crate) fn interval(&self) -> u32 {
        self.interval
    }

    pub(crate) fn operations(&self) -> u64 {
        self.start.abs_diff(self.left)
    }

    pub(crate) fn verifications(&self) -> u64 {
        self.verifications
    }

    pub(crate) fn average_rate(&self) -> u64 {
        self.average_rate
    }

    pub(crate) fn checks(&self) -> u64 {
        self.checks
    }

    #[inline]
    pub(crate) fn count_operation(&mut self) {
        self.left -= 1;
    }

    #[inline]
    pub(crate) fn count_allocation(&mut self) {
        self.left -= 1;
        self.allocations += 1;
    }

    /// Whether an allocation has something to do before, be it a check or a verification.
    #[inline]
    pub(crate) fn is_allocation_interrupted(&self) -> bool {
        self.left <= 0
    }

    #[inline]
    fn is_due(&self) -> bool {
        self.left <= self.check_at
    }

    /// Takes the rate of allocations since the last check into the average, and counts anew.
    fn begin_check(&mut self) {
        let operations = self.operations();
        let rate = self.allocations.saturating_mul(1_000) / operations.max(1);
        self.average_rate = (7 * self.average_rate + 3 * rate) / 10;
        self.earlier += operations;
        self.left = self.start;
        self.allocations = 0;
        self.checks += 1;
        self.schedule();
    }

    fn adapt(&mut self, freed_cycles: bool, complete: bool) {
        let mut interval = u64::from(self.interval);
        if freed_cycles {
            interval = interval * 4 / 5;
        } else if complete {
            interval = (interval * 6 / 5).max(interval + 1);
        }
        if self.average_rate > 100 {
            interval = interval * 9 / 10;
        }
        let interval = u32::try_from(interval).unwrap_or(u32::MAX);
        self.interval = interval.clamp(self.shortest, self.longest);
        self.schedule();
    }

    /// See [`crate::digest`]. What is counted is read when a check or a verification is due, and so it counts only if
    /// one can come to be due in a short sequence.
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self {
            interval,
            shortest,
            longest,
            left,
            start,
            check_at,
            allocations,
            average_rate,
            checks: _,
            earlier,
            automatic,
            verification,
            verified,
            verifications: _,
        } = *self;
        digest.part("tuning.interval");
        digest.number(interval);
        digest.part("tuning.bounds");
        digest.numbers([shortest, longest]);
        digest.part("tuning.average_rate");
        digest.number(average_rate);
        digest.part("tuning.automatic");
        digest.number(automatic);
        digest.part("tuning.is_near");
        let is_near = left <= NEAR || left.saturating_sub(check_at) <= NEAR || self.is_verification_near();
        digest.number(is_near);
        if is_near {
            digest.part("tuning.left");
            digest.numbers([left, start, check_at].map(i64::cast_unsigned));
            digest.part("tuning.allocations");
            digest.number(allocations);
            digest.part("tuning.verification");
            let is_verified = verification != u64::MAX;
            digest.number(is_verified);
            digest.numbers([verification, verified].map(|at| if is_verified { at.wrapping_sub(earlier) } else { 0 }));
        }
    }

    fn is_verification_near(&self) -> bool {
        self.verification.saturating_sub(self.all_operations()) <= NEAR.cast_unsigned()
    }
}

impl<H: Host> Heap<H> {
    /// Makes a check if one is due and no finalizer runs, and says what it has freed.
    ///
    /// The mutator calls this at its safe points; every allocation does so first, unless automatic
    /// checks are off. A check goes on collecting for a slice, as
    /// [`collect_slice`](Self::collect_slice) does, within the budget of the frame that is open or
    /// else the [configured](Configuration::with_budget) one, and then tunes the interval until the
    /// next one.
    #[inline]
    pub fn maybe_check_cycles(&mut self) -> Option<Collection> {
        if !self.tuning.is_due() || self.finalizers.are_running() {
            return None;
        }
        Some(self.check())
    }

    fn check(&mut self) -> Collection {
        self.tuning.begin_check();
        let interval = self.tuning.interval();
        let configured = Budget::Objects(self.configuration().budget());
        let budget = self.frame.as_ref().map_or(configured, Frame::budget);
        let collection = self.collect_within(budget, true);
        let counted = if self.configuration.cycle_counts() { collection.cycles } else { collection.objects };
        self.tuning.adapt(counted > 0, collection.complete);
        self.log_check(collection, interval);
        collection
    }
}

#[cfg(test)]
mod tests {
    use super::Tuning;
    use crate::Configuration;

    fn tuning(interval: u32, shortest: u32, longest: u32) -> Tuning {
        let configuration =
            Configuration::default().with_interval(interval).and_then(|it| it.with_bounds(shortest, longest)).unwrap();
        Tuning::new(&configuration)
    }

    fn course(mut tuning: Tuning, freed_cycles: bool, checks: usize) -> Vec<u32> {
        let step = |_| {
            tuning.adapt(freed_cycles, true);
            tuning.interval()
        };
        (0..checks).map(step).collect()
    }

    #[test]
    fn the_interval_shrinks_by_a_fifth_when_cycles_were_freed() {
        assert_eq!(course(tuning(1_000, 100, 10_000), true, 4), [800, 640, 512, 409]);
        assert_eq!(course(tuning(110, 100, 10_000), true, 2), [100, 100]);
        assert_eq!(course(tuning(1, 1, 8), true, 2), [1, 1]);
    }

    #[test]
    fn the_interval_grows_by_a_fifth_and_by_at_least_one_when_none_were() {
        assert_eq!(course(tuning(1_000, 100, 10_000), false, 3), [1_200, 1_440, 1_728]);
        assert_eq!(course(tuning(1, 1, 8), false, 8), [2, 3, 4, 5, 6, 7, 8, 8]);
        assert_eq!(course(tuning(u32::MAX, 1, u32::MAX), false, 1), [u32::MAX]);
    }

    #[test]
    fn an_interval_outside_the_bounds_stands_until_it_is_tuned() {
        let tuning = tuning(3, 10, 20);
        assert_eq!(tuning.interval(), 3);
        assert_eq!(course(tuning, false, 1), [10]);
    }

    #[test]
    fn a_high_rate_of_allocation_shortens_the_interval() {
        let mut tuning = tuning(1_000, 100, 10_000);
        tuning.average_rate = 100;
        tuning.adapt(false, true);
        assert_eq!(tuning.interval(), 1_200);
        tuning.average_rate = 101;
        tuning.adapt(false, true);
        assert_eq!(tuning.interval(), 1_296);
        tuning.adapt(true, true);
        assert_eq!(tuning.interval(), 932);
    }

    #[test]
    fn the_average_rate_is_counted_in_allocations_of_a_thousand_operations() {
        let mut tuning = tuning(10, 1, 100);
        for allocates in [true, false, false, true, false, false, true] {
            match allocates {
                true => tuning.count_allocation(),
                false => tuning.count_operation(),
            }
        }
        tuning.begin_check();
        assert_eq!(tuning.average_rate(), 3 * 428 / 10);
        assert_eq!((tuning.operations(), tuning.checks()), (0, 1));
        tuning.count_operation();
        tuning.begin_check();
        assert_eq!(tuning.average_rate(), 7 * 128 / 10);
    }
}
