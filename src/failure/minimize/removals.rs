//! Defines minimal, and proves it: no single line of a program can go, and no object with all the lines that name it.
//!
//! A removal is tried by running the program without it. The proof does not rely on how the search went: all removals
//! are listed anew here, and their verdicts are looked up, or run.

use crate::judge::lockstep::Failure;
use crate::judge::signature::Signature;
use heapproof_model::{Line, Name, Program};

/// A part that can be removed from a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// The line of that index.
    Line(usize),
    /// All lines that bind or use that name.
    Object(Name),
}

/// The verdict on the program without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Without {
    /// It passes.
    Passes,
    /// It fails in another way.
    FailsOtherwise(Signature),
    /// It fails in the same way, so the removed part was not needed.
    FailsAlike,
}

/// A removal and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What was removed.
    pub removal: Removal,
    /// The verdict on the program without it.
    pub without: Without,
}

impl Removal {
    /// All removals from a program: its lines, then its objects.
    pub fn all(program: &Program) -> Vec<Removal> {
        let lines = (0..program.len()).map(Removal::Line);
        let names = program.lines().iter().flat_map(Line::bound).map(Removal::Object);
        lines.chain(names).collect()
    }

    /// The program without the removed part.
    pub fn from(self, program: &Program) -> Program {
        let stays = |(index, line): &(usize, &Line)| match self {
            Removal::Line(gone) => *index != gone,
            Removal::Object(name) => !line.names().contains(&name),
        };
        let lines = program.lines().iter().enumerate().filter(stays).map(|(_, line)| line.clone()).collect();
        program.with_lines(lines)
    }
}

/// Tries every removal from a program that fails like that.
pub fn removals(
    program: &Program,
    failure: &Failure,
    judge: &mut dyn FnMut(&Program) -> Option<Failure>,
) -> Vec<Tried> {
    let signature = failure.exactly(program);
    tried(program, &signature, &mut |program| judge(program).map(|failure| failure.exactly(program)))
}

/// The same by what signatures programs fail with.
pub(super) fn tried(
    program: &Program,
    signature: &Signature,
    judge: &mut dyn FnMut(&Program) -> Option<Signature>,
) -> Vec<Tried> {
    let mut try_one = |removal: Removal| {
        let without = match judge(&removal.from(program)) {
            None => Without::Passes,
            Some(other) if other != *signature => Without::FailsOtherwise(other),
            Some(_) => Without::FailsAlike,
        };
        Tried { removal, without }
    };
    Removal::all(program).into_iter().map(&mut try_one).collect()
}
