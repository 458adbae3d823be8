//! Recovery: after any damage the heap is clean again, has lost no more than it must, and goes on.
//!
//! Faults are made on copies: at the end every single fault at every object; there, and where the program verifies,
//! also several at once. Copies recover with roots and without in turn; each gets the report of a verification from
//! before the faults. Then everything must be as the model says, and verification must find nothing, so the heap is
//! never worse than before. A second recovery must have nothing to do. Copies with several faults go on with the lines
//! ahead, and are emptied.

use super::sample::Sample;
use super::verify::damageable;
use crate::judge::lockstep::{Checked, Failed, Inspection, Lockstep, Trial, Verdict, run_with};
use crate::judge::subject::SubjectKind;
use crate::judge::violation::Violation;
use heapproof_model::{Code, Fault, Line, Object, Operation, Outcome, Program};

/// How many faults are made at once, each at a different object.
const AT_ONCE: usize = 3;

/// How many trials there are for one that is made where a run looks for failures.
const ONE_IN: u64 = 4;

struct Recover {
    sample: Sample,
}

pub(super) fn check(subject: &SubjectKind, program: &Program) -> Verdict {
    run_with(subject, program, &Recover { sample: Sample::ALL })
}

/// Makes some of the trials.
pub(super) fn seek(subject: &SubjectKind, program: &Program) -> Verdict {
    run_with(subject, program, &Recover { sample: Sample::of(program, ONE_IN) })
}

impl Inspection for Recover {
    fn look(&self, _: &mut Lockstep) -> Checked {
        Ok(())
    }

    fn before(&self, lockstep: &mut Lockstep, _: &Operation<Object>, ahead: &[Line]) -> Result<(), Failed> {
        match ahead {
            [Line { operation: Operation::Verify {}, .. }, ahead @ ..] => several_at_once(lockstep, ahead, self.sample),
            _ => Ok(()),
        }
    }

    /// Checks the program's own recoveries.
    fn after(&self, lockstep: &mut Lockstep, operation: &Operation<Object>) -> Result<(), Failed> {
        if !is_recovery(operation) {
            return Ok(());
        }
        lockstep.compare()?;
        lockstep.compare_verification_without_roots()?;
        again(&mut lockstep.trial()?, operation)
    }

    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        one_by_one(lockstep, self.sample)?;
        several_at_once(lockstep, &[], self.sample)
    }
}

fn is_recovery(operation: &Operation<Object>) -> bool {
    matches!(operation, Operation::Recover {} | Operation::RecoverRoots {})
}

/// The recoveries that the subject has, if faults can be made at all.
fn recoveries(lockstep: &Lockstep) -> Vec<Operation<Object>> {
    let both = [Operation::RecoverRoots {}, Operation::Recover {}];
    both.into_iter().filter(|one| lockstep.supports(Code::Fault) && lockstep.supports(one.code())).collect()
}

/// Makes every fault at every object, each on a copy.
fn one_by_one(lockstep: &Lockstep, sample: Sample) -> Result<(), Failed> {
    let recoveries = recoveries(lockstep);
    if recoveries.is_empty() {
        return Ok(());
    }
    for object in damageable(lockstep) {
        for (number, fault) in sample.faults(object) {
            let mut trial = verified(lockstep)?;
            if made(&mut trial, fault, object)? {
                // What a heap does not find it may try to repair for ever.
                trial.look(|lockstep| lockstep.compare_damage())?;
                // Each fault meets each recovery, whatever the sample is.
                recovered(&mut trial, &recoveries[(object.index() + number) % recoveries.len()])?;
            }
        }
    }
    Ok(())
}

/// For each object, makes several faults on a copy, at this object and at the next ones.
fn several_at_once(lockstep: &Lockstep, ahead: &[Line], sample: Sample) -> Result<(), Failed> {
    let (objects, recoveries) = (damageable(lockstep), recoveries(lockstep));
    if recoveries.is_empty() {
        return Ok(());
    }
    let drawn = (0..objects.len()).filter(|index| sample.has(objects[*index].index(), Fault::ALL.len()));
    for index in drawn {
        let recovery = &recoveries[objects[index].index() % recoveries.len()];
        let mut trial = verified(lockstep)?;
        for (more, object) in objects[index..].iter().take(AT_ONCE).enumerate() {
            // Different faults for each object, and the same ones whatever lines are left out.
            let first = (5 * object.index() + 11 * more) % Fault::ALL.len();
            for fault in Fault::ALL.iter().cycle().skip(first).take(Fault::ALL.len()) {
                if made(&mut trial, *fault, *object)? {
                    break;
                }
            }
        }
        trial.look(|lockstep| lockstep.compare_damage())?;
        recovered(&mut trial, recovery)?;
        goes_on(&mut trial, ahead)?;
    }
    Ok(())
}

/// A copy that was verified. The next recovery gets that report, which will be out of date.
fn verified(lockstep: &Lockstep) -> Result<Trial, Failed> {
    let mut trial = lockstep.trial()?;
    if lockstep.supports(Code::Verify) {
        trial.call(&Operation::Verify {})?;
    }
    Ok(trial)
}

/// Makes a fault, and returns whether it could be made.
fn made(trial: &mut Trial, fault: Fault, object: Object) -> Result<bool, Failed> {
    let done = matches!(trial.call(&Operation::Fault { fault, object: Some(object) })?, Outcome::Done(_));
    if !done {
        trial.forget();
    }
    Ok(done)
}

/// Recovers. Then everything must be as the model says and clean with roots and without, and a second recovery must do
/// nothing.
fn recovered(trial: &mut Trial, recovery: &Operation<Object>) -> Result<(), Failed> {
    trial.call(recovery)?;
    trial.look(Lockstep::compare)?;
    trial.look(|lockstep| lockstep.compare_verification_without_roots())?;
    again(trial, recovery)
}

/// Recovers once more, which must do and change nothing.
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
