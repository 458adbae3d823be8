//! Release: which objects die, in which order, what finalizers do meanwhile, and when weak references are cleared.
//!
//! The journal shows the order, and is always compared where a subject has one. After each operation, the living
//! objects and the targets of weak objects are compared. At the end a copy drops everything in the opposite order
//! without collecting first. So what the mutator holds dies by release, and only its cycles die by collection.

use crate::judge::lockstep::{Checked, Failed, Inspection, Lockstep, Verdict, run_with};
use crate::judge::subject::SubjectKind;
use heapproof_model::definitions::Graph;
use heapproof_model::{Code, Object, Operation, Program};

struct Release;

pub(super) fn check(subject: &SubjectKind, program: &Program) -> Verdict {
    run_with(subject, program, &Release)
}

impl Inspection for Release {
    fn look(&self, lockstep: &mut Lockstep) -> Checked {
        lockstep.compare_lives()?;
        lockstep.compare_targets()
    }

    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        lockstep.compare_contents()?;
        lockstep.compare_counts()?;
        backwards(lockstep)
    }
}

/// Drops everything that the mutator holds, the youngest first, then collects.
fn backwards(lockstep: &Lockstep) -> Result<(), Failed> {
    let mut trial = lockstep.trial()?;
    let mut held: Vec<Object> = lockstep.model().living().collect();
    held.reverse();
    for object in held {
        while trial.lockstep().model().external(object) > 0 {
            trial.call(&Operation::Drop { object: Some(object) })?;
        }
        trial.look(|trial| trial.compare_targets())?;
    }
    if trial.lockstep().supports(Code::Collect) {
        trial.call(&Operation::Collect {})?;
    }
    trial.look(|trial| trial.compare_lives())
}
