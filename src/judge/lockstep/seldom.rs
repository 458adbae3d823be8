//! An inspection that compares everything only now and then.
//!
//! To compare everything after every operation costs several times as much as the operation (docs/speed.md). Most mistakes of a
//! heap stay to be seen: a count that is wrong now is wrong eight operations later. So a run that looks for failures compares
//! everything only after every few operations, where the program verifies or recovers, and at the end. In between it compares
//!
//! - what calls give, deaths and the journal, as always, and the counters;
//! - the contents of the objects that an operation names and of those that they refer to, before it and after it. What dies is so
//!   compared before, and a write that changes a neighbour too is seen;
//! - the contents of all objects before what collects.
//!
//! Nothing is left out because the model says that nothing has changed. How often everything is compared is drawn from the
//! program, so it is the same whenever the program runs; one program in sixteen is compared after every operation.
//!
//! What fails so is run again with everything compared after every operation: that names the line, see
//! [`haste`](crate::judge::haste).

use super::inspection::{Everything, Inspection};
use super::{Checked, Failed, Lockstep};
use crate::judge::digest;
use heapproof_model::definitions::Graph;
use heapproof_model::{Code, Line, Object, Operation, Program};
use std::cell::Cell;

/// After how many operations everything is compared: each is drawn equally often.
const INTERVALS: [u32; 16] = [1, 4, 4, 4, 8, 8, 8, 8, 8, 8, 16, 16, 16, 16, 16, 16];

/// Compares everything after every so many operations.
#[derive(Debug)]
pub(crate) struct Seldom {
    interval: u32,
    /// How many operations are left until everything is compared.
    left: Cell<u32>,
}

impl Seldom {
    /// One that compares everything after every so many operations.
    pub fn every(interval: u32) -> Seldom {
        Seldom { interval, left: Cell::new(interval) }
    }

    /// After how many operations everything is compared in a program that is only looked at for failures.
    pub fn interval(program: &Program) -> u32 {
        INTERVALS[digest::of_program(program) as usize % INTERVALS.len()]
    }

    fn is_due(&self) -> bool {
        self.left.get() == 0
    }
}

impl Inspection for Seldom {
    fn looks_always(&self) -> bool {
        false
    }

    fn before(&self, lockstep: &mut Lockstep, operation: &Operation<Object>, _: &[Line]) -> Result<(), Failed> {
        let collects = matches!(operation.code(), Code::Collect | Code::CollectSlice | Code::Check | Code::End);
        if collects {
            lockstep.compare_contents()?;
        } else {
            lockstep.compare_around(operation)?;
        }
        Ok(())
    }

    fn look(&self, lockstep: &mut Lockstep) -> Checked {
        if self.is_due() {
            self.left.set(self.interval);
        }
        self.left.set(self.left.get() - 1);
        if self.is_due() { lockstep.compare() } else { lockstep.compare_statistics() }
    }

    fn after(&self, lockstep: &mut Lockstep, operation: &Operation<Object>) -> Result<(), Failed> {
        // A program asks for these seldom, to be looked at.
        if self.is_due() || matches!(operation, Operation::Verify {} | Operation::Recover {}) {
            return Everything.after(lockstep, operation);
        }
        Ok(lockstep.compare_around(operation)?)
    }

    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        lockstep.compare()?;
        lockstep.compare_fork()?;
        Everything.end(lockstep)
    }

    fn damaged(&self, lockstep: &Lockstep) -> Checked {
        Everything.damaged(lockstep)
    }
}

impl Lockstep {
    /// Compares the contents of the objects that an operation names, and of those that they refer to.
    fn compare_around(&mut self, operation: &Operation<Object>) -> Checked {
        let mut around = operation.objects();
        for place in 0..around.len() {
            self.model.references(around[place]).for_each(|target| around.push(target));
        }
        around.sort_unstable();
        around.dedup();
        self.compare_contents_of(around)
    }
}
