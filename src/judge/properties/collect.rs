//! Collection frees what can't be reached: in one go, in slices, and by checks, with the mutator in between.
//!
//! Survivors are compared where the program collects. There, and at the end, copies collect in the other ways: in one
//! go; one object at a time; and one object at a time with the lines ahead in between, so that the mutator disturbs a
//! collection that began on garbage of every shape.

use crate::judge::lockstep::{Checked, Failed, Inspection, Lockstep, Verdict, run_with};
use crate::judge::subject::SubjectKind;
use heapproof_model::{Code, Line, Object, Operation, Program};

const ALL: Operation<Object> = Operation::Collect {};

struct Collect;

pub(super) fn check(subject: &SubjectKind, program: &Program) -> Verdict {
    run_with(subject, program, &Collect)
}

impl Inspection for Collect {
    fn look(&self, _: &mut Lockstep) -> Checked {
        Ok(())
    }

    fn before(&self, lockstep: &mut Lockstep, _: &Operation<Object>, ahead: &[Line]) -> Result<(), Failed> {
        if !ahead.first().is_some_and(|line| collects(line.operation.code())) {
            return Ok(());
        }
        in_one_go(lockstep)?;
        in_slices(lockstep, &[])?;
        in_slices(lockstep, ahead)
    }

    fn after(&self, lockstep: &mut Lockstep, operation: &Operation<Object>) -> Result<(), Failed> {
        if collects(operation.code()) {
            survivors(lockstep)?;
        }
        Ok(())
    }

    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        survivors(lockstep)?;
        in_one_go(lockstep)?;
        in_slices(lockstep, &[])
    }
}

fn collects(code: Code) -> bool {
    matches!(code, Code::Collect | Code::CollectSlice | Code::Check)
}

/// Compares which objects live, and their counts.
fn survivors(lockstep: &mut Lockstep) -> Checked {
    lockstep.compare_lives()?;
    lockstep.compare_counts()
}

fn in_one_go(lockstep: &Lockstep) -> Result<(), Failed> {
    if !lockstep.supports(Code::Collect) {
        return Ok(());
    }
    let mut trial = lockstep.trial()?;
    trial.call(&ALL)?;
    trial.look(survivors)
}

/// Collects one object at a time, with a line of the program after each slice, until the collection completes. After
/// that, a collection must still find all garbage.
fn in_slices(lockstep: &Lockstep, ahead: &[Line]) -> Result<(), Failed> {
    if !lockstep.supports(Code::CollectSlice) {
        return Ok(());
    }
    let slice = |objects| Operation::CollectSlice { objects };
    let mut trial = lockstep.trial()?;
    for line in ahead {
        if !trial.lockstep().model().is_damaged() && !trial.slice(slice)? {
            break;
        }
        trial.line(line)?;
    }
    if !trial.lockstep().model().is_damaged() {
        trial.complete(slice)?;
        trial.look(survivors)?;
        if trial.lockstep().supports(Code::Collect) {
            trial.call(&ALL)?;
            trial.look(survivors)?;
        }
    }
    Ok(())
}
