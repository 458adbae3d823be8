//! Looks at intervals. A look takes time in proportion to the heap, so a look after each line of a long program takes time in
//! proportion to its square. A longer program than [`LONG`] gets some [`LOOKS`] looks. Outcomes and journals are
//! compared after each line nevertheless. If it fails, it is run again with a look after each line of the stretch before,
//! so that the line that failed is known.

use super::{Checked, Failed, Failure, Inspection, Lockstep};
use heapproof_model::{Line, Object, Operation, Program};
use std::cell::Cell;

/// The longest program that is looked at after each line.
pub const LONG: usize = 5_000;

/// About how many looks a longer one gets.
const LOOKS: usize = 500;

/// How many lines of a program lie between two looks, if it is too long for a look after each.
pub fn interval(program: &Program) -> Option<usize> {
    (program.len() > LONG).then(|| program.len().div_ceil(LOOKS))
}

/// An inspection at intervals.
pub(super) struct AtIntervals<'a> {
    inspection: &'a dyn Inspection,
    every: usize,
    /// From this operation on, all are inspected.
    from: usize,
    /// How many operations have begun.
    begun: Cell<usize>,
}

impl<'a> AtIntervals<'a> {
    pub fn new(inspection: &'a dyn Inspection, every: usize) -> AtIntervals<'a> {
        AtIntervals { inspection, every, from: usize::MAX, begun: Cell::new(0) }
    }

    /// The same with all of the stretch before a failure, which has just been found.
    pub fn before(self, failure: &Failure) -> AtIntervals<'a> {
        // A line that is skipped begins no operation, so the failure is no further behind than its line.
        let failed = self.begun.get().min(failure.step + 1);
        AtIntervals { from: failed.saturating_sub(self.every + 1), begun: Cell::new(0), ..self }
    }

    fn is_due(&self) -> bool {
        let begun = self.begun.get();
        begun.is_multiple_of(self.every) || begun >= self.from
    }
}

impl Inspection for AtIntervals<'_> {
    fn looks_always(&self) -> bool {
        self.inspection.looks_always()
    }

    fn look(&self, lockstep: &mut Lockstep) -> Checked {
        // What is dear is looked at where the program is over.
        if self.is_due() || lockstep.is_over { self.inspection.look(lockstep) } else { Ok(()) }
    }

    fn before(&self, lockstep: &mut Lockstep, operation: &Operation<Object>, ahead: &[Line]) -> Result<(), Failed> {
        self.begun.set(self.begun.get() + 1);
        let is_due = self.is_due() || verifies(operation);
        if is_due { self.inspection.before(lockstep, operation, ahead) } else { Ok(()) }
    }

    fn after(&self, lockstep: &mut Lockstep, operation: &Operation<Object>) -> Result<(), Failed> {
        let is_due = self.is_due() || verifies(operation);
        if is_due { self.inspection.after(lockstep, operation) } else { Ok(()) }
    }

    /// From here on all is inspected.
    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        self.begun.set(self.begun.get().next_multiple_of(self.every));
        self.inspection.look(lockstep)?;
        self.inspection.end(lockstep)
    }

    fn was_ended(&self, lockstep: &Lockstep, left: &[(Object, u32)]) -> bool {
        self.inspection.was_ended(lockstep, left)
    }

    fn damaged(&self, lockstep: &Lockstep) -> Checked {
        self.inspection.damaged(lockstep)
    }
}

/// Whether a program asks for what some properties try things at. It does so seldom.
fn verifies(operation: &Operation<Object>) -> bool {
    matches!(operation, Operation::Verify {} | Operation::Recover {} | Operation::RecoverRoots {})
}
