//! When checks for cycles are due, and how that adapts.
//!
//! **By debt** a check is due when so many allocations were counted since the last, and has a budget in proportion to them. Only
//! what was allocated can become garbage, so the work that collecting it takes is paid for as it comes, as in the collectors of Lua
//! and gc-arena. Nothing adapts.
//!
//! **By an interval** a check is due when `interval` operations were counted since the last: allocations, writes, and
//! references that the mutator has given up, those of finalizers included. A check that frees
//! garbage cycles (or, where they are not counted, any garbage) makes the next one come sooner, one that frees none makes it come later, unless its
//! budget was used up before it could know, and a program that allocates much is checked more
//! often. All arithmetic is in integers, rounded down, so that the course of the interval can be
//! predicted exactly.
//!
//! An allocation asks two numbers only whether it has something to do, be that a check, a verification or neither: after how many
//! operations, and after how many allocations.

use super::{Budget, Collection};
use crate::digest::{Digest, NEAR, Parts};
use crate::frames::Frame;
use crate::{Configuration, Heap, Host};

#[derive(Clone, Debug)]
pub(crate) struct Tuning {
    interval: u32,
    shortest: u32,
    longest: u32,
    /// After how many allocations a check is due, if that paces them and no interval does.
    debt: Option<u32>,
    /// Counted since the last check.
    operations: u64,
    /// Those of them that were allocations.
    allocations: u64,
    /// After so many operations an allocation has something to do.
    after_operations: u64,
    /// After so many allocations one has something to do.
    after_allocations: u64,
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
const NEVER: u64 = u64::MAX;

impl Tuning {
    pub(crate) fn new(configuration: &Configuration) -> Self {
        let (shortest, longest) = configuration.bounds();
        let mut tuning = Self {
            interval: configuration.interval(),
            shortest,
            longest,
            debt: configuration.debt().map(|(allocations, _)| allocations),
            operations: 0,
            allocations: 0,
            after_operations: NEVER,
            after_allocations: NEVER,
            average_rate: 0,
            checks: 0,
            earlier: 0,
            automatic: configuration.automatic_checks(),
            verification: configuration.verification_interval().map_or(NEVER, u64::from),
            verified: 0,
            verifications: 0,
        };
        tuning.schedule();
        tuning
    }

    /// Finds out when allocations have something to do.
    fn schedule(&mut self) {
        let (by_interval, by_debt) = match (self.automatic, self.debt) {
            (false, _) => (NEVER, NEVER),
            (true, None) => (self.interval.into(), NEVER),
            (true, Some(allocations)) => (NEVER, allocations.into()),
        };
        self.after_operations = by_interval.min(self.verification.saturating_sub(self.earlier));
        self.after_allocations = by_debt;
    }

    pub(crate) fn set_automatic(&mut self, automatic: bool) {
        self.automatic = automatic;
        self.schedule();
    }

    /// Operations since the heap was made.
    pub(crate) fn all_operations(&self) -> u64 {
        self.earlier + self.operations
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
        self.verification = interval.map_or(NEVER, |it| self.verified + u64::from(it));
        self.schedule();
    }

    pub(crate) fn interval(&self) -> u32 {
        self.interval
    }

    pub(crate) fn operations(&self) -> u64 {
        self.operations
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
        self.operations += 1;
    }

    #[inline]
    pub(crate) fn count_allocation(&mut self) {
        self.operations += 1;
        self.allocations += 1;
    }

    /// Whether an allocation has something to do before, be it a check or a verification.
    #[inline]
    pub(crate) fn is_allocation_interrupted(&self) -> bool {
        self.operations >= self.after_operations || self.allocations >= self.after_allocations
    }

    #[inline]
    fn is_due(&self) -> bool {
        match self.debt {
            None => self.operations >= u64::from(self.interval),
            Some(allocations) => self.allocations >= u64::from(allocations),
        }
    }

    /// Takes the rate of allocations since the last check into the average, and counts anew.
    fn begin_check(&mut self) {
        let operations = std::mem::take(&mut self.operations);
        let rate = self.allocations.saturating_mul(1_000) / operations.max(1);
        self.average_rate = (7 * self.average_rate + 3 * rate) / 10;
        self.earlier += operations;
        self.allocations = 0;
        self.checks += 1;
        self.schedule();
    }

    /// Tunes the interval, if that paces checks.
    fn adapt(&mut self, freed_cycles: bool, complete: bool) {
        if self.debt.is_some() {
            return;
        }
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
            debt,
            operations,
            allocations,
            after_operations: _,
            after_allocations: _,
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
        digest.part("tuning.debt");
        digest.number(debt.unwrap_or(0));
        digest.part("tuning.average_rate");
        digest.number(average_rate);
        digest.part("tuning.automatic");
        digest.number(automatic);
        digest.part("tuning.is_near");
        let left = match debt {
            None => u64::from(interval).saturating_sub(operations),
            Some(debt) => u64::from(debt).saturating_sub(allocations),
        };
        let is_near = left <= NEAR || self.is_verification_near();
        digest.number(is_near);
        if is_near {
            digest.part("tuning.operations");
            digest.number(operations);
            digest.part("tuning.allocations");
            digest.number(allocations);
            digest.part("tuning.verification");
            let is_verified = verification != NEVER;
            digest.number(is_verified);
            digest.numbers([verification, verified].map(|at| if is_verified { at.wrapping_sub(earlier) } else { 0 }));
        }
    }

    fn is_verification_near(&self) -> bool {
        self.verification.saturating_sub(self.all_operations()) <= NEAR
    }
}

impl<H: Host> Heap<H> {
    /// Makes a check if one is due and no finalizer runs, and says what it has freed.
    ///
    /// The mutator calls this at its safe points; every allocation does so first, unless automatic
    /// checks are off. A check goes on collecting for a slice, as
    /// [`collect_slice`](Self::collect_slice) does, within the budget of the frame that is open or
    /// else the one that [debt](Configuration::with_debt) or the [configuration](Configuration::with_budget) gives it. Where an
    /// [interval](Configuration::with_interval) paces checks, it then tunes that.
    #[inline]
    pub fn maybe_check_cycles(&mut self) -> Option<Collection> {
        if !self.tuning.is_due() || self.finalizers.are_running() {
            return None;
        }
        Some(self.check())
    }

    fn check(&mut self) -> Collection {
        let configured = Budget::Objects(self.budget_of_a_check());
        self.tuning.begin_check();
        let interval = self.tuning.interval();
        let budget = self.frame.as_ref().map_or(configured, Frame::budget);
        let collection = self.collect_within(budget, true);
        let counted = if self.configuration.cycle_counts() { collection.cycles } else { collection.objects };
        self.tuning.adapt(counted > 0, collection.complete);
        self.log_check(collection, interval);
        collection
    }

    /// How many objects a check may touch outside frames.
    fn budget_of_a_check(&self) -> u32 {
        let most = self.configuration.budget();
        match self.configuration.debt() {
            Some((_, objects)) => {
                let owed = u64::from(objects).saturating_mul(self.tuning.allocations);
                u32::try_from(owed).map_or(most, |owed| owed.min(most))
            }
            None => most,
        }
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
