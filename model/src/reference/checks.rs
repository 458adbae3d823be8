//! When the heap collects by itself: settings, counted operations, checks and tuning (SPEC 4).

use super::slices::Slice;
use super::{Reference, Refusal};
use crate::operation::Operation;
use crate::value::Object;

/// The settings of a heap.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Settings {
    /// Operations between two checks.
    pub interval: u64,
    /// The least and the greatest interval that tuning may set.
    pub bounds: (u64, u64),
    /// The most objects that may live at once.
    pub capacity: u64,
    /// The ceiling of each count.
    pub counts: u32,
    /// The most objects that one slot may hold, one after the other. It has no visible effect.
    pub generations: u32,
    /// Whether allocations make automatic checks.
    pub checks: bool,
    /// How many objects a check may touch, unless a frame says otherwise.
    pub budget: u64,
    /// Operations between two verifications that the heap makes by itself.
    pub verify: Option<u32>,
    /// Allocations between two checks, and how many objects one may touch for each, if these pace checks and no interval does.
    pub debt: Option<(u64, u64)>,
}

impl Default for Settings {
    /// The default settings, with a bounded capacity, so that no program needs more memory than there is.
    fn default() -> Settings {
        Settings {
            interval: 1_000,
            bounds: (100, 10_000),
            capacity: 1_000_000,
            counts: u32::MAX,
            generations: u32::MAX,
            checks: true,
            budget: 1_000,
            verify: None,
            debt: None,
        }
    }
}

impl Settings {
    /// Carries out a setting; zero and crossed bounds are refused.
    pub(super) fn set(&mut self, setting: &Operation<Object>) -> Result<(), Refusal> {
        match *setting {
            Operation::SetInterval { operations: 0 }
            | Operation::SetBounds { least: 0, .. }
            | Operation::SetCapacity { objects: 0 }
            | Operation::SetCounts { ceiling: 0 }
            | Operation::SetGenerations { ceiling: 0 }
            | Operation::SetBudget { objects: 0 }
            | Operation::SetVerify { operations: 0 }
            | Operation::SetDebt { allocations: 0, .. }
            | Operation::SetDebt { objects: 0, .. } => return Err(Refusal::Setting),
            Operation::SetBounds { least, greatest } if least > greatest => return Err(Refusal::Setting),
            Operation::SetInterval { operations } => (self.interval, self.debt) = (operations.into(), None),
            Operation::SetBounds { least, greatest } => {
                (self.bounds, self.debt) = ((least.into(), greatest.into()), None);
            }
            Operation::SetCapacity { objects } => self.capacity = objects.into(),
            Operation::SetCounts { ceiling } => self.counts = ceiling,
            Operation::SetGenerations { ceiling } => self.generations = ceiling,
            Operation::SetChecks { on } => self.checks = on,
            Operation::SetBudget { objects } => self.budget = objects.into(),
            Operation::SetVerify { operations } => self.verify = Some(operations),
            Operation::SetDebt { allocations, objects } => self.debt = Some((allocations.into(), objects.into())),
            _ => {}
        }
        Ok(())
    }
}

impl Reference {
    /// Counts an operation that was done: allocations, writes and drops. A bulk line counts as its single calls: each
    /// object is allocated, stored in the one before and dropped.
    pub(super) fn count(&mut self, operation: &Operation<Object>) {
        let code = operation.code();
        let (allocations, others) = match operation {
            Operation::Chain { length } => (*length, 2 * u64::from(length.saturating_sub(1))),
            Operation::Ring { length } => (*length, (2 * u64::from(*length)).saturating_sub(1)),
            Operation::Drop { object: Some(_) } => (0, 1),
            _ => (u32::from(code.allocates()), u64::from(code.writes())),
        };
        self.allocations_since_check += u64::from(allocations);
        self.statistics.operations_since_check += u64::from(allocations) + others;
        self.operations_since_verification += u64::from(allocations) + others;
    }

    /// Counts a verification, if they are on, enough operations have been counted and no finalizer runs. It finds
    /// nothing.
    pub(super) fn verify_by_itself(&mut self) {
        let due = self.settings.verify.is_some_and(|every| self.operations_since_verification >= every.into());
        if due && self.running.is_empty() {
            self.operations_since_verification = 0;
            self.statistics.verifications += 1;
        }
    }

    /// Makes the automatic check: collects and tunes, if enough operations or allocations have been counted and no finalizer runs.
    pub(super) fn check(&mut self) {
        let operations = self.statistics.operations_since_check;
        let due = match self.settings.debt {
            Some((allocations, _)) => self.allocations_since_check >= allocations,
            None => operations >= self.settings.interval,
        };
        if !due || !self.running.is_empty() {
            return;
        }
        let rate = 1_000 * self.allocations_since_check / operations;
        self.statistics.average_rate = (7 * self.statistics.average_rate + 3 * rate) / 10;
        self.statistics.operations_since_check = 0;
        self.allocations_since_check = 0;
        self.statistics.checks += 1;
        self.checking = true;
        let slice = self.collect_slice();
        self.checking = false;
        if self.settings.debt.is_none() {
            self.tune(&slice);
        }
    }

    fn tune(&mut self, slice: &Slice) {
        let (least, greatest) = self.settings.bounds;
        let mut interval = self.settings.interval;
        if slice.freed.cycles > 0 {
            interval = interval * 4 / 5;
        } else if slice.complete {
            interval = (interval * 6 / 5).max(interval + 1);
        }
        if self.statistics.average_rate > 100 {
            interval = interval * 9 / 10;
        }
        self.settings.interval = interval.clamp(least, greatest);
    }
}
