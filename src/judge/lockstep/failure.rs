//! Where and how a program failed.

use super::Tried;
use crate::judge::signature::Signature;
use crate::judge::violation::Violation;
use heapproof_model::Program;

/// Where a program failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The index of the line. It is the number of lines if the end failed, where everything is collected and dropped
    /// and the heap must be empty.
    pub step: usize,
    /// If they differ on a copy made at that line: what was done to the copy.
    pub tried: Box<[Tried]>,
    /// How subject and model differ.
    pub violation: Violation,
}

impl Failure {
    /// The signature of it as a failure of that program.
    pub fn signature(&self, program: &Program) -> Signature {
        Signature::of(&self.violation, program, self.step)
    }
}
