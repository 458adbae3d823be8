//! Slices: collections and detections in slices, frames and temporaries keep to their budgets and complete.
//!
//! Two things are compared at every call: it touches no more objects than it may, and a collection or detection
//! completes after the predicted number of slices. After each operation the living objects are compared, since
//! temporaries die when their frame ends. Where the program uses slices or frames, and at its end, copies complete an
//! unfinished collection and detection, with their slices in turn. Copies also open a frame around the lines ahead, or
//! end the open frame.

use crate::judge::lockstep::{Checked, Failed, Inspection, Lockstep, Verdict, run_with};
use crate::judge::subject::SubjectKind;
use heapproof_model::{Code, Line, Object, Operation, Program};

/// The sizes of slices and frames that are tried.
const SIZES: [u32; 3] = [1, 2, 5];

/// How many of the lines ahead are put into a frame.
const FRAMED: usize = 8;

struct Slices;

pub(super) fn check(subject: &SubjectKind, program: &Program) -> Verdict {
    run_with(subject, program, &Slices)
}

impl Inspection for Slices {
    fn look(&self, lockstep: &mut Lockstep) -> Checked {
        lockstep.compare_lives()
    }

    fn before(&self, lockstep: &mut Lockstep, _: &Operation<Object>, ahead: &[Line]) -> Result<(), Failed> {
        let Some(line) = ahead.first() else { return Ok(()) };
        match line.operation.code() {
            Code::CollectSlice | Code::DetectSlice => in_turn(lockstep),
            Code::Begin | Code::End | Code::Temp => framed(lockstep, ahead),
            _ => Ok(()),
        }
    }

    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        in_turn(lockstep)?;
        framed(lockstep, &[])
    }
}

/// Completes a collection and a detection, with their slices in turn.
fn in_turn(lockstep: &Lockstep) -> Result<(), Failed> {
    let can = |code| lockstep.supports(code);
    for size in SIZES {
        let mut trial = lockstep.trial()?;
        let (mut collects, mut detects) = (can(Code::CollectSlice), can(Code::DetectSlice));
        while collects || detects {
            collects =
                collects && trial.slice(|objects| Operation::CollectSlice { objects: objects.saturating_mul(size) })?;
            detects =
                detects && trial.slice(|objects| Operation::DetectSlice { objects: objects.saturating_mul(size) })?;
        }
        trial.look(|lockstep| lockstep.compare_lives())?;
        trial.look(|lockstep| lockstep.compare_cycles())?;
    }
    Ok(())
}

/// Ends the open frame; if there is none, opens one around some of the lines ahead.
fn framed(lockstep: &Lockstep, ahead: &[Line]) -> Result<(), Failed> {
    if !lockstep.supports(Code::Begin) || !lockstep.supports(Code::End) {
        return Ok(());
    }
    for objects in SIZES {
        let mut trial = lockstep.trial()?;
        if !trial.lockstep().model().has_frame() {
            trial.call(&Operation::Begin { objects })?;
            for line in ahead.iter().take(FRAMED) {
                trial.line(line)?;
            }
        }
        if trial.lockstep().model().is_damaged() || !trial.lockstep().model().has_frame() {
            continue;
        }
        trial.call(&Operation::End {})?;
        trial.look(|lockstep| lockstep.compare_lives())?;
        trial.look(|lockstep| lockstep.compare_counts())?;
    }
    Ok(())
}
