//! Detection: incremental, full and sliced detection find the same cycles, the sets of mutually reachable objects.
//!
//! Nothing is compared between the program's own detections. So changes accumulate for as long as the program likes,
//! slots are used again, and each detection depends on its own bookkeeping.

use crate::judge::lockstep::{Checked, Failed, Inspection, Lockstep, Trial, Verdict, run_with};
use crate::judge::subject::SubjectKind;
use heapproof_model::{Code, Line, Object, Operation, Program};

struct Cycles;

pub(super) fn check(subject: &SubjectKind, program: &Program) -> Verdict {
    run_with(subject, program, &Cycles)
}

impl Inspection for Cycles {
    fn look(&self, _: &mut Lockstep) -> Checked {
        Ok(())
    }

    /// Where the program detects, copies detect in the other ways.
    fn before(&self, lockstep: &mut Lockstep, _: &Operation<Object>, ahead: &[Line]) -> Result<(), Failed> {
        if ahead.first().is_some_and(|line| detects(line.operation.code())) { in_every_way(lockstep) } else { Ok(()) }
    }

    fn after(&self, lockstep: &mut Lockstep, operation: &Operation<Object>) -> Result<(), Failed> {
        if detects(operation.code()) {
            lockstep.compare_cycles()?;
        }
        Ok(())
    }

    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        in_every_way(lockstep)
    }
}

fn detects(code: Code) -> bool {
    matches!(code, Code::Detect | Code::DetectFull | Code::DetectSlice)
}

/// Detects on copies: incrementally, in full, and one object at a time.
fn in_every_way(lockstep: &Lockstep) -> Result<(), Failed> {
    if lockstep.supports(Code::Detect) {
        let mut trial = lockstep.trial()?;
        find(&mut trial, &Operation::Detect {})?;
        if lockstep.supports(Code::DetectFull) {
            find(&mut trial, &Operation::DetectFull {})?;
        }
    }
    if lockstep.supports(Code::DetectFull) {
        find(&mut lockstep.trial()?, &Operation::DetectFull {})?;
    }
    if lockstep.supports(Code::DetectSlice) {
        let mut trial = lockstep.trial()?;
        trial.complete(|objects| Operation::DetectSlice { objects })?;
        trial.look(|trial| trial.compare_cycles())?;
    }
    Ok(())
}

fn find(trial: &mut Trial, detection: &Operation<Object>) -> Result<(), Failed> {
    trial.call(detection)?;
    trial.look(|trial| trial.compare_cycles())
}
