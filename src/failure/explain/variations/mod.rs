//! Finds by trying what could be different in a program without changing how it fails.
//!
//! A short trace still contains choices that mean nothing: that the object is a table, that its field is `next`, that
//! `1` is stored in it. Each choice is replaced by others. Where every replacement that was tried fails with the same
//! signature, the choice is called free. So "any" means any that was tried. Choices are varied one at a time; if two
//! are free, they need not be free together.

mod kinds;
mod operands;

use super::Explanation;
use crate::judge::lockstep::Failure;
use crate::judge::signature::Signature;
use heapproof_model::{Line, Program};

/// Programs with more lines are not varied: a program that is not minimised has too much that does not matter.
pub const MOST_LINES: usize = 40;

/// The most programs that are run.
pub const MOST_EXECUTIONS: u32 = 200;

/// Whether a program is run again and again to find out more about it.
pub(super) fn is_short(program: &Program) -> bool {
    program.len() <= MOST_LINES && program.bulk() <= 1_000
}

/// Something that may be different.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Variation {
    /// What may be different, in words.
    pub text: String,
    /// The numbers of the lines, from 1.
    pub lines: Vec<usize>,
}

/// Says whether and how a program fails.
pub type Judge<'a> = &'a mut dyn FnMut(&Program) -> Option<Failure>;

impl Explanation {
    /// Finds what could be different in the program while it still fails with that signature. This takes at most
    /// `MOST_EXECUTIONS` executions, the same ones each time.
    pub fn vary(&mut self, program: &Program, signature: &Signature, judge: Judge<'_>) {
        if !is_short(program) {
            return;
        }
        let mut trial = Trial { program, signature, judge, executions: 0 };
        let mut found: Vec<(String, Vec<usize>)> = Vec::new();
        for index in 0..program.len() {
            let free = [trial.kind(index), trial.values(index), trial.numbers(index)];
            let free = free.into_iter().flatten().collect::<Vec<_>>().join(", ");
            match found.iter_mut().find(|(known, _)| *known == free) {
                _ if free.is_empty() => {}
                Some((_, lines)) => lines.push(index + 1),
                None => found.push((free, vec![index + 1])),
            }
        }
        let mut found: Vec<Variation> =
            found.into_iter().map(|(free, lines)| in_lines(program, &free, lines)).collect();
        found.extend(trial.fields());
        self.trials = trial.executions;
        self.variations = found;
    }
}

/// A free choice in those lines.
fn in_lines(program: &Program, free: &str, lines: Vec<usize>) -> Variation {
    let text = match lines[..] {
        [line] => format!("line {line}, `{}`: {free}", program.print(&program.lines()[line - 1])),
        _ => format!("lines {}: {free}", lines.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    };
    Variation { text, lines }
}

/// Tries programs that differ from the failing one in one choice.
struct Trial<'a> {
    program: &'a Program,
    signature: &'a Signature,
    judge: Judge<'a>,
    executions: u32,
}

impl Trial<'_> {
    /// Whether the program of those lines fails in the same way. False if it is the same program, or too many were
    /// tried.
    fn fails(&mut self, lines: Vec<Line>) -> bool {
        let program = self.program.with_lines(lines);
        if self.executions >= MOST_EXECUTIONS || program.len() != self.program.len() || program == *self.program {
            return false;
        }
        self.executions += 1;
        (self.judge)(&program).is_some_and(|failure| failure.signature(&program) == *self.signature)
    }

    /// Whether the program fails in the same way with its line changed by `change`.
    fn fails_with(&mut self, index: usize, change: impl FnOnce(&mut Line)) -> bool {
        let mut lines = self.program.lines().to_vec();
        change(&mut lines[index]);
        self.fails(lines)
    }
}
