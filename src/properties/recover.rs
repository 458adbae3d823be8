//! Recovery: whatever is damaged, the heap is clean afterwards, has lost nothing that it need not, and goes on.
//!
//! Where the program verifies, and at its end, faults are made on copies. Each copy is recovered with roots or without,
//! given the report of a verification from before the fault; everything must be as the model says, and verification clean;
//! a second recovery must find nothing to do. Some copies then go on with the lines that lie ahead, and are emptied.

use super::verify::damageable;
use crate::lockstep::{Checked, Failed, Inspection, Lockstep, Trial, Verdict, run_with};
use crate::subject::SubjectKind;
use heapproof_model::{Code, Fault, Line, Object, Operation, Outcome, Program};

/// One copy in so many goes on after its recovery.
const GOES_ON: usize = 16;

struct Recover;

pub(super) fn check(subject: &SubjectKind, program: &Program) -> Verdict {
    run_with(subject, program, &Recover)
}

impl Inspection for Recover {
    fn look(&self, _: &mut Lockstep) -> Checked {
        Ok(())
    }

    fn before(&self, lockstep: &Lockstep, ahead: &[Line]) -> Result<(), Failed> {
        match ahead {
            [Line { operation: Operation::Verify {}, .. }, ahead @ ..] => every_damage(lockstep, ahead),
            _ => Ok(()),
        }
    }

    /// The program's own recoveries.
    fn after(&self, lockstep: &mut Lockstep, operation: &Operation<Object>) -> Result<(), Failed> {
        if !is_recovery(operation) {
            return Ok(());
        }
        lockstep.compare()?;
        lockstep.compare_verification_without_roots()?;
        again(&mut lockstep.trial()?, operation)
    }

    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        every_damage(lockstep, &[])
    }
}

fn is_recovery(operation: &Operation<Object>) -> bool {
    matches!(operation, Operation::Recover {} | Operation::RecoverRoots {})
}

/// What is damaged, at every object.
fn every_damage(lockstep: &Lockstep, ahead: &[Line]) -> Result<(), Failed> {
    if !lockstep.supports(Code::Fault) {
        return Ok(());
    }
    let recoveries = [Operation::RecoverRoots {}, Operation::Recover {}];
    let can = |operation: &&Operation<Object>| lockstep.supports(operation.code());
    for object in damageable(lockstep) {
        for fault in Fault::ALL.iter().copied() {
            for recovery in recoveries.iter().filter(can) {
                let mut trial = lockstep.trial()?;
                if !damaged(&mut trial, &[(fault, object)])? {
                    break;
                }
                recovered(&mut trial, recovery)?;
                if (fault as usize + object.index()).is_multiple_of(GOES_ON) {
                    goes_on(&mut trial, ahead)?;
                }
            }
        }
    }
    Ok(())
}

/// Makes faults, if all of them can be made.
fn damaged(trial: &mut Trial, faults: &[(Fault, Object)]) -> Result<bool, Failed> {
    if trial.lockstep().supports(Code::Verify) {
        trial.call(&Operation::Verify {})?;
    }
    for (fault, object) in faults {
        let made = trial.call(&Operation::Fault { fault: *fault, object: Some(*object) })?;
        if !matches!(made, Outcome::Done(_)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Recovers: everything is as the model says, clean with roots and without, and a second recovery does nothing.
fn recovered(trial: &mut Trial, recovery: &Operation<Object>) -> Result<(), Failed> {
    trial.call(recovery)?;
    trial.look(Lockstep::compare)?;
    trial.look(|lockstep| lockstep.compare_verification_without_roots())?;
    again(trial, recovery)
}

/// Recovers once more, of which the model says that nothing comes.
fn again(trial: &mut Trial, recovery: &Operation<Object>) -> Result<(), Failed> {
    trial.call(recovery)?;
    trial.look(Lockstep::compare)
}

/// Goes on with the program, then empties the heap.
fn goes_on(trial: &mut Trial, ahead: &[Line]) -> Result<(), Failed> {
    for line in ahead {
        trial.line(line)?;
    }
    trial.look(Lockstep::end)
}
