//! What a heap counts about itself.

use std::fmt;

use crate::{Heap, Host};

/// The figures of a heap since it was made. All are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HeapStats {
    /// Objects that were allocated.
    pub allocations: u64,
    /// Objects that died, by release or by collection.
    pub frees: u64,
    /// Objects that live now: allocations less frees.
    pub live_objects: u64,
    /// Cycles that detections have found: at the end of each all that there were, known ones too.
    pub cycles_detected: u64,
    /// Cycles that collections have freed, if [they are counted](crate::Configuration::with_cycle_counts).
    pub cycles_collected: u64,
    /// Checks for cycles that were due and ran.
    pub checks: u64,
    /// Verifications that were due and ran, see [`Heap::maybe_verify_heap`].
    pub verifications: u64,
    /// The moving average of allocations in 1,000 operations, as of the last check.
    pub average_rate: u64,
    /// After how many operations a check is due, if an [interval](crate::Configuration::with_interval) paces checks.
    pub interval: u32,
    /// Operations since the last check: allocations, writes, and references given up.
    pub operations_since_check: u64,
    /// Objects that detections and collections have looked at, as often as they have: once for each
    /// search in one go, and once for each step of a mark.
    pub objects_touched: u64,
    /// Objects from which all garbage is reached, now; see [`Heap::candidates`].
    pub candidates: u64,
    /// Objects whose references have changed since cycles were last detected; 0 until they have been.
    pub dirty: u64,
}

impl fmt::Display for HeapStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "allocations: {}", self.allocations)?;
        writeln!(f, "frees: {}", self.frees)?;
        writeln!(f, "live objects: {}", self.live_objects)?;
        writeln!(f, "cycles detected: {}", self.cycles_detected)?;
        writeln!(f, "cycles collected: {}", self.cycles_collected)?;
        writeln!(f, "checks: {}", self.checks)?;
        writeln!(f, "verifications: {}", self.verifications)?;
        writeln!(f, "average rate: {} in 1,000", self.average_rate)?;
        writeln!(f, "interval: {} operations", self.interval)?;
        writeln!(f, "operations since check: {}", self.operations_since_check)?;
        writeln!(f, "objects touched: {}", self.objects_touched)?;
        writeln!(f, "candidates: {}", self.candidates)?;
        write!(f, "dirty: {}", self.dirty)
    }
}

/// The figures that only ever grow.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) allocations: u64,
    pub(crate) frees: u64,
    pub(crate) cycles_detected: u64,
    pub(crate) cycles_collected: u64,
    pub(crate) objects_collected: u64,
    pub(crate) touched: u64,
}

impl<H: Host> Heap<H> {
    /// The figures of this heap, now.
    #[must_use]
    pub fn statistics(&self) -> HeapStats {
        HeapStats {
            allocations: self.totals.allocations,
            frees: self.totals.frees,
            live_objects: u64::from(self.arena.live()),
            cycles_detected: self.totals.cycles_detected,
            cycles_collected: self.totals.cycles_collected,
            checks: self.tuning.checks(),
            verifications: self.tuning.verifications(),
            average_rate: self.tuning.average_rate(),
            interval: self.tuning.interval(),
            operations_since_check: self.tuning.operations(),
            objects_touched: self.totals.touched,
            candidates: self.candidates.len() as u64,
            dirty: self.dirty.len() as u64,
        }
    }
}
