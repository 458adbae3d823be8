//! Release: who dies, in which order, what finalizers do meanwhile, and what becomes of weak references.
//!
//! The order is the journal's, which is compared whenever there is one. After each operation is looked at who lives and
//! what weak objects target. At the end a copy lets go of everything in the opposite order and without collecting first,
//! so that what the mutator holds dies by release and only its cycles by collection.

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

/// Lets go of all that is held, the youngest first, then collects.
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
