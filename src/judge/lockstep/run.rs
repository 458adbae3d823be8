//! Runs a whole program: once, or closer to where it fails if it is long, or once more to look if looking disturbs the subject.

use super::interval::{AtIntervals, interval};
use super::{Everything, Failed, Failure, Inspection, Lockstep, Nothing, Then, Verdict, panicked};
use crate::judge::panics;
use crate::judge::subject::SubjectKind;
use heapproof_model::Program;

/// Carries out a program on a fresh subject of that kind and on the model, and compares everything after every operation.
pub fn run(kind: &SubjectKind, program: &Program) -> Verdict {
    run_with(kind, program, &Everything)
}

/// Does the same with another inspection; of a long program at [intervals](interval()).
pub fn run_with(kind: &SubjectKind, program: &Program, inspection: &dyn Inspection) -> Verdict {
    let Some(every) = interval(program) else { return run_at_each(kind, program, inspection) };
    let intervals = AtIntervals::new(inspection, every);
    let verdict = run_at_each(kind, program, &intervals);
    let Some(failure) = verdict.failure.as_ref().filter(|failure| failure.violation.not_made().is_none()) else {
        return verdict;
    };
    let closer = run_at_each(kind, program, &intervals.before(failure));
    if closer.failure.is_some() { closer } else { verdict }
}

fn run_at_each(kind: &SubjectKind, program: &Program, inspection: &dyn Inspection) -> Verdict {
    match Lockstep::new(kind) {
        Ok(mut lockstep) => {
            let mut failure = lockstep.run(program, inspection).err();
            if failure.is_none() && lockstep.would_disturb() {
                failure = run_and_look(kind, program, inspection);
            }
            if failure.is_some() {
                lockstep.subject.retire();
            }
            Verdict { tally: lockstep.tally, failure }
        }
        Err(not_made) => Verdict::none(not_made),
    }
}

/// The failure of a run that ends with the first look at a subject whom looking disturbs.
fn run_and_look(kind: &SubjectKind, program: &Program, inspection: &dyn Inspection) -> Option<Failure> {
    let mut lockstep = match Lockstep::new(kind) {
        Ok(lockstep) => lockstep,
        Err(not_made) => return Some(Failure::new(0, not_made.into())),
    };
    let failed = lockstep.lines(program, &Nothing, Then::Nothing).err();
    let failed = failed.or_else(|| {
        lockstep.is_over = true;
        let looked = panics::catch(|| Ok(inspection.look(&mut lockstep)?)).unwrap_or_else(panicked);
        looked.err().map(|failed: Failed| failed.at(program.len()))
    });
    if failed.is_some() {
        lockstep.subject.retire();
    }
    failed
}
