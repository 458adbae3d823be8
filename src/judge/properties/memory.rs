//! Memory: what a program took is used again when the program runs again on the same heap.
//!
//! A heap can free every object and still lose memory: an entry that nobody removes, a list that never forgets. Nothing that is
//! compared shows it, until a process has run for a week. So here a program is run many times on one subject, which is emptied after each
//! time, and asked how much memory it has reserved. There is no model.
//!
//! Memory may grow by what is needed for the first time, and lists double. But a heap whose most is a tenth more in the second of
//! three windows than in the first, and again in the third, each twice as long as the one before, grows with what it has done and
//! not with what lives. If something lives on after a time, as where finalizers take ever more, nothing is said.
//!
//! Then many objects live at a time where few did before. A heap that is told to give memory back must have no more left of the
//! many than of the few (SPEC 9.8).

use super::bare::Bare;
use crate::judge::lockstep::{Failure, Verdict};
use crate::judge::panics;
use crate::judge::subject::SubjectKind;
use crate::judge::tally::Tally;
use crate::judge::violation::Violation;
use heapproof_model::{Code, Line, Object, Operation, Program};

/// How often a program is run, and after how often the windows begin.
const ROUNDS: usize = 64;
const WINDOWS: [usize; 3] = [ROUNDS / 8, ROUNDS / 4, ROUNDS / 2];

/// How many objects live at once for a low peak and for a high one: enough for lists of every kind to grow.
const PEAKS: [u32; 2] = [16, 600];

/// How often all that is held is dropped, after which finalizers that take more are left alone.
const MOST_DROPS: usize = 16;

pub(super) fn check(kind: &SubjectKind, program: &Program) -> Verdict {
    let mut tally = Tally::default();
    let failure = panics::catch(|| grows(kind, program, &mut tally)).unwrap_or_else(|panic| Err(panic.into()));
    Verdict { tally, failure: failure.err().map(|violation| Failure::new(program.len(), violation)) }
}

fn grows(kind: &SubjectKind, program: &Program, tally: &mut Tally) -> Result<(), Violation> {
    let mut run = Bare::of(kind)?;
    let lines: Vec<&Line> = program.lines().iter().filter(|line| leaves_no_trace(line.operation.code())).collect();
    let pins = program.lines().iter().any(|line| line.codes().contains(&Code::Pin));
    let mut reserved = Vec::new();
    for round in 0..ROUNDS {
        let first = run.objects;
        run.forget_names();
        // Settings stand before the first operation, and stay.
        for line in lines.iter().filter(|line| round == 0 || !line.operation.code().is_setting()) {
            let carried_out = run.carry_out(line)?;
            if let (0, Some((outcome, _))) = (round, carried_out) {
                tally.add(line.operation.code(), &outcome);
            }
        }
        if !emptied(&mut run, first, pins)? {
            return Ok(());
        }
        reserved.push(run.subject.footprint());
    }
    let most = |from: usize| reserved[from..2 * from].iter().copied().max().unwrap_or_default();
    let [early, later, late] = WINDOWS.map(most);
    let has_grown = |before: u64, after: u64| after > before + before / 10;
    if has_grown(early, later) && has_grown(later, late) {
        return Err(Violation::Footprint { early, late, rounds: ROUNDS as u64 });
    }
    if !run.abilities.supports(Code::Shrink) || !run.abilities.supports(Code::Ring) {
        return Ok(());
    }
    let [few, many] = PEAKS;
    match (left_of(&mut run, few, pins)?, left_of(&mut run, many, pins)?) {
        (Some(low), Some(high)) if high > low => Err(Violation::Peak { low, high }),
        _ => Ok(()),
    }
}

/// How much memory a heap that holds nothing has reserved after so many objects have lived at once, and it has given memory back.
/// `None` if something lives on.
fn left_of(run: &mut Bare, objects: u32, pins: bool) -> Result<Option<u64>, Violation> {
    let first = run.objects;
    run.perform(&Operation::Ring { length: objects })?;
    run.perform(&Operation::Detect {})?;
    let is_emptied = emptied(run, first, pins)?;
    run.perform(&Operation::Shrink {})?;
    Ok(is_emptied.then(|| run.subject.footprint()))
}

/// Whether a heap may be as before when all that an operation made is gone. Slots whose generations are used up are never used again,
/// and a damaged heap loses what it loses.
fn leaves_no_trace(code: Code) -> bool {
    !matches!(code, Code::SetGenerations | Code::Fault)
}

/// Drops everything, takes back pins if there may be any, and collects. False if something lives on, as where finalizers take ever more.
fn emptied(run: &mut Bare, first: u32, pins: bool) -> Result<bool, Violation> {
    run.perform(&Operation::End {})?;
    for _ in 0..MOST_DROPS {
        for number in (first..run.objects).filter(|_| pins) {
            run.perform(&Operation::Unpin { object: Some(Object(number)) })?;
        }
        run.perform(&Operation::Collect {})?;
        let held = run.held(first);
        if held.is_empty() {
            break;
        }
        for object in held {
            run.perform(&Operation::Drop { object: Some(object) })?;
        }
    }
    Ok(!(first..run.objects).any(|number| run.subject.lives(Object(number))))
}
