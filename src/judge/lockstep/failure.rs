//! Where and how a program failed.

use crate::judge::signature::Signature;
use crate::judge::violation::Violation;
use heapproof_model::{Code, Line, Object, Operation, Program};

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
    /// How subject and model differ.
    pub violation: Violation,
}

impl Failure {
    /// A failure at that line.
    pub fn new(step: usize, violation: Violation) -> Failure {
        Failure { step, tried: Box::default(), ending: None, violation }
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
}
