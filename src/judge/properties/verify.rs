//! Verification: an undamaged heap is clean and scores 1; in a damaged heap, an error names the fault and its object.
//!
//! The heap is verified after each operation. Where the program verifies, and at its end, every fault is made at every
//! object, each on a copy of its own.

use super::sample::Sample;
use crate::judge::lockstep::{Checked, Failed, Inspection, Lockstep, Verdict, run_with};
use crate::judge::subject::SubjectKind;
use heapproof_model::definitions::Graph;
use heapproof_model::{Code, Line, Object, Operation, Outcome, Program};

/// How many of the first objects, and how many of the last, are damaged.
const AT_EITHER_END: usize = 12;

/// From how many objects on only the first is damaged. Most of so many come from a bulk line, and are alike.
const MANY: usize = 500;

/// How many faults there are for one that is made where a run looks for failures.
const ONE_IN: u64 = 4;

struct Verify {
    sample: Sample,
}

pub(super) fn check(subject: &SubjectKind, program: &Program) -> Verdict {
    run_with(subject, program, &Verify { sample: Sample::ALL })
}

/// Makes some of the faults.
pub(super) fn seek(subject: &SubjectKind, program: &Program) -> Verdict {
    run_with(subject, program, &Verify { sample: Sample::of(program, ONE_IN) })
}

impl Inspection for Verify {
    fn look(&self, lockstep: &mut Lockstep) -> Checked {
        lockstep.compare_verification()?;
        lockstep.compare_score()
    }

    fn before(&self, lockstep: &mut Lockstep, _: &Operation<Object>, ahead: &[Line]) -> Result<(), Failed> {
        if !matches!(ahead, [Line { operation: Operation::Verify {}, .. }, ..]) {
            return Ok(());
        }
        lockstep.compare_verification_without_roots()?;
        every_fault(lockstep, self.sample)
    }

    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        lockstep.compare_verification_without_roots()?;
        every_fault(lockstep, self.sample)
    }

    fn damaged(&self, lockstep: &Lockstep) -> Checked {
        lockstep.compare_damage()?;
        lockstep.compare_score()
    }
}

/// The objects that faults are made at: the first and the last.
pub(super) fn damageable(lockstep: &Lockstep) -> Vec<Object> {
    let mut objects: Vec<Object> = lockstep.model().living().collect();
    if objects.len() >= MANY {
        objects.truncate(1);
    } else if objects.len() > 2 * AT_EITHER_END {
        objects.drain(AT_EITHER_END..objects.len() - AT_EITHER_END);
    }
    objects
}

fn every_fault(lockstep: &Lockstep, sample: Sample) -> Result<(), Failed> {
    if !lockstep.supports(Code::Fault) {
        return Ok(());
    }
    let mut trial = lockstep.trial()?;
    for object in damageable(lockstep) {
        for (_, fault) in sample.faults(object) {
            let made = trial.call(&Operation::Fault { fault, object: Some(object) })?;
            if let Outcome::Done(_) = made {
                trial.look(|trial| trial.compare_damage())?;
                trial.look(|trial| trial.compare_score())?;
                trial = lockstep.trial()?;
            } else {
                trial.forget();
            }
        }
    }
    Ok(())
}
