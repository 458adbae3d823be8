//! What can be set before a heap is made.

use crate::HeapError;
use crate::digest::{Digest, Parts};

/// How a heap works: when it checks for cycles, and how much it may hold.
///
/// ```
/// use heapproof_heap::{Configuration, Heap};
///
/// let configuration = Configuration::default()
///     .with_debt(64, 4)?
///     .with_capacity(100_000)?;
/// let heap = Heap::with_configuration((), configuration);
/// assert_eq!(heap.configuration().debt(), Some((64, 4)));
/// # Ok::<(), heapproof_heap::HeapError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Configuration {
    interval: u32,
    shortest_interval: u32,
    longest_interval: u32,
    debt: Option<Debt>,
    budget: u32,
    capacity: u32,
    count_ceiling: u32,
    generation_ceiling: u32,
    automatic_checks: bool,
    verification_interval: Option<u32>,
    cycle_counts: bool,
    verbose: bool,
}

/// Checks that follow what is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
struct Debt {
    /// After how many allocations a check is due.
    allocations: u32,
    /// How many objects it may touch for each.
    objects: u32,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            interval: 1_000,
            shortest_interval: 100,
            longest_interval: 10_000,
            // A check so touches 384 objects, which may all lie in no cache: that bounds its pause.
            debt: Some(Debt { allocations: 48, objects: 8 }),
            budget: 1_000,
            capacity: u32::MAX,
            count_ceiling: u32::MAX,
            generation_ceiling: u32::MAX,
            automatic_checks: true,
            verification_interval: cfg!(debug_assertions).then_some(10_000),
            cycle_counts: false,
            verbose: false,
        }
    }
}

/// The value, or the error if it is 0.
pub(crate) fn positive(name: &'static str, value: u32) -> Result<u32, HeapError> {
    if value == 0 {
        let rule = "at least 1";
        return Err(HeapError::Setting { name, rule });
    }
    Ok(value)
}

impl Configuration {
    /// Paces checks by what is allocated, as they are unless an interval or its bounds are set: one is due after each so many
    /// `allocations`, 48 unless set, and may touch so many `objects` for each of them, 8 unless set, but no more than
    /// [`with_budget`](Self::with_budget) says.
    ///
    /// Only what has been allocated can become garbage. So what checks do keeps up with it, whatever they have found before, and none
    /// does much at a time: see [`maybe_check_cycles`](crate::Heap::maybe_check_cycles). It keeps up if they may touch some four
    /// objects or more for each allocation, and the budget does not cut that down. Where nothing is allocated, no check is due, not even at
    /// the mutator's safe points: what a large structure leaves that is given up waits for allocations, or for who asks to
    /// [collect](crate::Heap::collect_slice).
    ///
    /// # Errors
    /// [`HeapError::Setting`] for 0.
    pub fn with_debt(mut self, allocations: u32, objects: u32) -> Result<Self, HeapError> {
        let (allocations, objects) = (positive("allocations", allocations)?, positive("objects", objects)?);
        self.debt = Some(Debt { allocations, objects });
        Ok(self)
    }

    /// Paces checks by an interval instead of debt: sets after how many operations the first one is due, and lets each tune when the
    /// next one is. It is 1,000 unless set. One that lies outside the bounds stands until the first check tunes it.
    ///
    /// # Errors
    /// [`HeapError::Setting`] for 0.
    pub fn with_interval(mut self, operations: u32) -> Result<Self, HeapError> {
        self.interval = positive("interval", operations)?;
        self.debt = None;
        Ok(self)
    }

    /// Paces checks by an interval instead of debt, as [`with_interval`](Self::with_interval) does, and sets between what bounds it is
    /// tuned; 100 and 10,000 unless set.
    ///
    /// # Errors
    /// [`HeapError::Setting`] for 0, or if the first is greater than the second.
    pub fn with_bounds(mut self, shortest: u32, longest: u32) -> Result<Self, HeapError> {
        self.shortest_interval = positive("shortest interval", shortest)?;
        if longest < shortest {
            return Err(HeapError::Setting { name: "longest interval", rule: "at least the shortest" });
        }
        self.longest_interval = longest;
        self.debt = None;
        Ok(self)
    }

    /// Sets how many objects a check may touch, as [`collect_slice`](crate::Heap::collect_slice)
    /// has it; 1,000 unless set.
    ///
    /// # Errors
    /// [`HeapError::Setting`] for 0.
    pub fn with_budget(mut self, objects: u32) -> Result<Self, HeapError> {
        self.budget = positive("budget", objects)?;
        Ok(self)
    }

    /// Sets how many objects may be alive at a time; as many as there are slots unless set.
    ///
    /// # Errors
    /// [`HeapError::Setting`] for 0.
    pub fn with_capacity(mut self, objects: u32) -> Result<Self, HeapError> {
        self.capacity = positive("capacity", objects)?;
        Ok(self)
    }

    /// Sets how far the external, the internal and the weak count of an object may each go;
    /// a reference beyond is refused. [`u32::MAX`] unless set.
    ///
    /// # Errors
    /// [`HeapError::Setting`] for 0.
    pub fn with_count_ceiling(mut self, references: u32) -> Result<Self, HeapError> {
        self.count_ceiling = positive("count ceiling", references)?;
        Ok(self)
    }

    /// Sets how many tenants a slot may have; then it is retired, so that an id never means two
    /// objects. [`u32::MAX`] unless set. Slots that are new after a [`shrink`](crate::Heap::shrink) may have half as many.
    ///
    /// # Errors
    /// [`HeapError::Setting`] for 0.
    pub fn with_generation_ceiling(mut self, tenants: u32) -> Result<Self, HeapError> {
        self.generation_ceiling = positive("generation ceiling", tenants)?;
        Ok(self)
    }

    /// Sets whether an allocation makes the check that is due; it does unless set.
    #[must_use]
    pub fn with_automatic_checks(mut self, automatic: bool) -> Self {
        self.automatic_checks = automatic;
        self
    }

    /// Sets after how many operations each the whole heap is verified, or that it never is by
    /// itself, see [`maybe_verify_heap`](crate::Heap::maybe_verify_heap). Unless set 10,000 in builds
    /// with debug assertions, and never in others. Each verification takes time in proportion to
    /// the heap.
    ///
    /// # Errors
    /// [`HeapError::Setting`] for 0.
    pub fn with_verification_interval(mut self, operations: Option<u32>) -> Result<Self, HeapError> {
        self.verification_interval = operations.map(|it| positive("verification interval", it)).transpose()?;
        Ok(self)
    }

    /// Sets whether collections count the cycles among what they free; they do not unless set. To count them
    /// takes a walk over all that dies, which costs a large part of what freeing it does. Where they are not
    /// counted, [`Collection::cycles`](crate::Collection::cycles) and the like are 0, and the interval of checks
    /// is tuned by whether any object was collected, not any cycle.
    #[must_use]
    pub fn with_cycle_counts(mut self, counted: bool) -> Self {
        self.cycle_counts = counted;
        self
    }

    /// Sets whether the heap logs what it does, with the target `heapproof_heap` of the `log` facade:
    /// collections, checks, detections that are complete and frames at the level *debug*, what a
    /// recovery does at *info*. It does not unless set.
    ///
    /// What a verification by itself finds is logged whatever is set, warnings at the level *warn* and
    /// all else at *error*.
    #[must_use]
    pub fn with_verbose(mut self, verbose: bool) -> Self {
        self.verbose = verbose;
        self
    }

    /// After how many allocations checks are due, and how many objects one may touch for each, if that paces them and no interval
    /// does.
    #[must_use]
    pub fn debt(&self) -> Option<(u32, u32)> {
        self.debt.map(|Debt { allocations, objects }| (allocations, objects))
    }

    /// After how many operations the first check is due, if an interval paces checks.
    #[must_use]
    pub fn interval(&self) -> u32 {
        self.interval
    }

    /// The shortest and the longest interval that tuning sets.
    #[must_use]
    pub fn bounds(&self) -> (u32, u32) {
        (self.shortest_interval, self.longest_interval)
    }

    /// How many objects a check may touch.
    #[must_use]
    pub fn budget(&self) -> u32 {
        self.budget
    }

    /// How many objects may be alive at a time.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    /// How far each count of an object may go.
    #[must_use]
    pub fn count_ceiling(&self) -> u32 {
        self.count_ceiling
    }

    /// How many tenants a slot may have.
    #[must_use]
    pub fn generation_ceiling(&self) -> u32 {
        self.generation_ceiling
    }

    /// After how many operations each the heap is verified, if it is.
    #[must_use]
    pub fn verification_interval(&self) -> Option<u32> {
        self.verification_interval
    }

    /// Whether collections count cycles.
    #[must_use]
    pub fn cycle_counts(&self) -> bool {
        self.cycle_counts
    }

    /// Whether the heap logs what it does.
    #[must_use]
    pub fn verbose(&self) -> bool {
        self.verbose
    }

    /// Whether an allocation makes the check that is due.
    #[must_use]
    pub fn automatic_checks(&self) -> bool {
        self.automatic_checks
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self {
            interval,
            shortest_interval,
            longest_interval,
            debt,
            budget,
            capacity,
            count_ceiling,
            generation_ceiling,
            automatic_checks,
            verification_interval,
            cycle_counts,
            verbose,
        } = *self;
        digest.part("configuration");
        digest.numbers([interval, shortest_interval, longest_interval, budget]);
        let Debt { allocations, objects } = debt.unwrap_or(Debt { allocations: 0, objects: 0 });
        digest.numbers([allocations, objects]);
        digest.numbers([capacity, count_ceiling, generation_ceiling]);
        digest.number(verification_interval.map_or(0, u64::from));
        digest.numbers([automatic_checks, cycle_counts, verbose]);
    }
}

#[cfg(test)]
mod tests {
    use super::Configuration;

    #[test]
    fn zero_and_crossed_settings_are_refused() {
        let configuration = Configuration::default();
        assert!(configuration.with_interval(0).is_err());
        assert!(configuration.with_bounds(0, 5).is_err());
        assert!(configuration.with_bounds(5, 4).is_err());
        assert!(configuration.with_bounds(5, 5).is_ok());
        assert!(configuration.with_debt(0, 5).is_err());
        assert!(configuration.with_debt(5, 0).is_err());
        assert!(configuration.with_budget(0).is_err());
        assert!(configuration.with_capacity(0).is_err());
        assert!(configuration.with_count_ceiling(0).is_err());
        assert!(configuration.with_generation_ceiling(0).is_err());
        assert!(configuration.with_verification_interval(Some(0)).is_err());
        assert!(configuration.with_verification_interval(None).is_ok());
    }

    #[test]
    fn the_last_of_debt_interval_and_bounds_paces_checks() {
        let paced = Configuration::default().with_debt(3, 4).unwrap();
        assert_eq!(paced.debt(), Some((3, 4)));
        assert_eq!(paced.with_interval(5).unwrap().debt(), None);
        assert_eq!(paced.with_bounds(5, 6).unwrap().debt(), None);
        assert_eq!(paced.with_interval(5).unwrap().with_debt(1, 2).unwrap().debt(), Some((1, 2)));
    }

    #[test]
    fn a_refusal_says_what_is_asked_for() {
        let refusal = Configuration::default().with_bounds(5, 4).unwrap_err();
        assert_eq!(refusal.to_string(), "longest interval must be at least the shortest");
    }
}
