//! Recovery: whatever is damaged, the heap is clean afterwards, has lost nothing that it need not, and goes on.
//!
//! Where the program verifies, and at its end, faults are made on copies, every single one at every object, and several at
//! once. Copies are recovered with roots and without in turn, each given the report of a verification from before the
//! faults. Then everything must be as the model says, and verification find nothing, so it is never worse than before; and
//! a second recovery must have nothing to do. Copies with several faults go on with the lines that lie ahead, and are
//! emptied.

use super::verify::damageable;
use crate::lockstep::{Checked, Failed, Inspection, Lockstep, Trial, Verdict, run_with};
use crate::subject::SubjectKind;
use crate::violation::Violation;
use heapproof_model::{Code, Fault, Line, Object, Operation, Outcome, Program};

/// How many faults are made at once, each at another object.
const AT_ONCE: usize = 3;

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

/// Damages in every way that there is, one by one and several at once.
fn every_damage(lockstep: &Lockstep, ahead: &[Line]) -> Result<(), Failed> {
    let recoveries = [Operation::RecoverRoots {}, Operation::Recover {}];
    let recoveries: Vec<_> = recoveries.iter().filter(|recovery| lockstep.supports(recovery.code())).collect();
    if recoveries.is_empty() || !lockstep.supports(Code::Fault) {
        return Ok(());
    }
    let objects = damageable(lockstep);
    let mut turn = 0;
    for (index, object) in objects.iter().enumerate() {
        for fault in Fault::ALL {
            let mut trial = verified(lockstep)?;
            if made(&mut trial, *fault, *object)? {
                recovered(&mut trial, recoveries[turn % recoveries.len()])?;
                turn += 1;
            }
        }
        let mut trial = verified(lockstep)?;
        for (more, object) in objects[index..].iter().take(AT_ONCE).enumerate() {
            // Another of all for each object, whatever lines are left out.
            let first = 5 * object.index() + 11 * more;
            let faults = Fault::ALL.iter().cycle().skip(first % Fault::ALL.len()).take(Fault::ALL.len());
            for fault in faults {
                if made(&mut trial, *fault, *object)? {
                    break;
                }
            }
        }
        trial.look(|lockstep| lockstep.compare_damage())?;
        recovered(&mut trial, recoveries[index % recoveries.len()])?;
        goes_on(&mut trial, ahead)?;
    }
    Ok(())
}

/// A copy that was verified: the next recovery is given what that has found, which will be out of date.
fn verified(lockstep: &Lockstep) -> Result<Trial, Failed> {
    let mut trial = lockstep.trial()?;
    if lockstep.supports(Code::Verify) {
        trial.call(&Operation::Verify {})?;
    }
    Ok(trial)
}

/// Makes a fault, if it can be made.
fn made(trial: &mut Trial, fault: Fault, object: Object) -> Result<bool, Failed> {
    let done = matches!(trial.call(&Operation::Fault { fault, object: Some(object) })?, Outcome::Done(_));
    if !done {
        trial.forget();
    }
    Ok(done)
}

/// Recovers: everything is as the model says, clean with roots and without, and a second recovery does nothing.
fn recovered(trial: &mut Trial, recovery: &Operation<Object>) -> Result<(), Failed> {
    trial.call(recovery)?;
    trial.look(Lockstep::compare)?;
    trial.look(|lockstep| lockstep.compare_verification_without_roots())?;
    again(trial, recovery)
}

/// Recovers once more: nothing is done, and nothing has changed.
fn again(trial: &mut Trial, recovery: &Operation<Object>) -> Result<(), Failed> {
    let before = trial.lockstep().subject().repairs();
    trial.call(recovery)?;
    trial.look(Lockstep::compare)?;
    trial.look(|lockstep| match (before, lockstep.subject().repairs()) {
        (Some(before), Some(after)) if after > before => Err(Violation::RepairedAgain { repairs: after - before }),
        _ => Ok(()),
    })
}

/// Goes on with the program, then empties the heap.
fn goes_on(trial: &mut Trial, ahead: &[Line]) -> Result<(), Failed> {
    for line in ahead {
        trial.line(line)?;
    }
    trial.look(Lockstep::end)
}
