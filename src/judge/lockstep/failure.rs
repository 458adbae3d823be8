//! Where and how a program failed.

use crate::judge::expectation::Found;
use crate::judge::signature::Signature;
use crate::judge::violation::Violation;
use heapproof_model::{Code, Line, Object, Operation, Program};
use std::fmt;

/// Where a program failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The index of the line. It is the number of lines if the end failed, where everything is collected and dropped
    /// and the heap must be empty.
    pub step: usize,
    /// If they differ on a copy made at that line: what was done to the copy.
    pub tried: Box<[Tried]>,
    /// If the end failed: the operation of it at which that was.
    pub ending: Option<Code>,
    /// On what else it depends, if it does not come again by itself.
    pub doubt: Option<Box<Doubt>>,
    /// How subject and model differ.
    pub violation: Violation,
}

/// On what a failure depends that does not come again when its program is run carefully.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// On programs that its process had served before, by their numbers in the run, the latest last.
    Earlier(Vec<u64>),
    /// On haste: it comes again in a fresh process that is asked ahead. It is at its line or after it.
    Haste,
    /// On how seldom it is looked at: it comes where everything is compared only after so many operations, and not if it is compared
    /// after each.
    Looks(u32),
    /// On nothing that is known: it came once.
    Chance,
}

impl fmt::Display for Doubt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::Earlier(cases) => {
                const MOST: usize = 20;
                let from = cases.len().saturating_sub(MOST);
                let last: Vec<String> = cases[from..].iter().map(u64::to_string).collect();
                let more = if from > 0 { format!("{from} more and ") } else { String::new() };
                let last = last.join(", ");
                write!(out, "it passes in a fresh process, so it depends on the programs that its process ran before: {more}{last}")
            }
            Doubt::Haste => out.write_str(
                "it passes line by line, and fails only where lines are sent before others are answered: it is at that line or after it",
            ),
            Doubt::Looks(interval) => write!(
                out,
                "it comes right when it is looked at after every operation, and fails if it is looked at after every {interval}"
            ),
            Doubt::Chance => out.write_str("it came once, and not when the program was run again"),
        }
    }
}

impl Failure {
    /// A failure at that line.
    pub fn new(step: usize, violation: Violation) -> Failure {
        Failure { step, tried: Box::default(), ending: None, doubt: None, violation }
    }

    /// Its signature, with what a minimiser keeps besides: of a claim on what trace and model had agreed before, and of a line from a
    /// log which line that was. There another claim is another mistake.
    pub(crate) fn exactly(&self, program: &Program) -> Signature {
        let agreed = match &self.violation {
            Violation::Expected { found: Found::Number { agreed: Some(agreed), .. }, .. } => format!("_after_{agreed}"),
            _ => String::new(),
        };
        let source = program.note(self.step).map_or_else(String::new, |note| format!("_from_{note}"));
        self.signature(program).with(&(agreed + &source))
    }

    /// The signature of it as a failure of that program.
    pub fn signature(&self, program: &Program) -> Signature {
        Signature::of(&self.violation, program, self.step, self.ending)
    }
}

/// A step that was done to a copy.
#[derive(Debug, Clone, PartialEq)]
pub enum Tried {
    /// A line of the program.
    Line(Line),
    /// An operation that the program does not have.
    Call(Operation<Object>),
    /// The heap goes away.
    End,
}
