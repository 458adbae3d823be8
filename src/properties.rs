//! What is claimed of a subject, or of the trace format: a name, and a verdict for each program.

use crate::lockstep::{self, Failure, Verdict};
use crate::subject::SubjectKind;
use crate::tally::Tally;
use crate::violation::Violation;
use heapproof_model::Program;

/// A claim that holds for every program or fails for some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Property {
    /// The subject can't be told from the model.
    Lockstep,
    /// A program is the same after it was printed and parsed.
    Text,
    /// A program is the same after it was encoded and decoded.
    Bytes,
}

impl Property {
    /// All of them.
    pub const ALL: &[Property] = &[Property::Lockstep, Property::Text, Property::Bytes];

    /// How the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Property::Lockstep => "lockstep",
            Property::Text => "text",
            Property::Bytes => "bytes",
        }
    }

    /// What it claims, in a line.
    pub fn about(self) -> &'static str {
        match self {
            Property::Lockstep => "after every operation the subject shows what the model says",
            Property::Text => "a program that is printed and parsed is the same program",
            Property::Bytes => "a program that is encoded and decoded is the same program",
        }
    }

    /// Whether it holds for that program on that kind of subject.
    pub fn check(self, subject: &SubjectKind, program: &Program) -> Verdict {
        let back = match self {
            Property::Lockstep => return lockstep::run(subject, program),
            Property::Text => program.to_string().parse().map_err(|error| format!("{error}")),
            Property::Bytes => Ok(Program::decode(&program.encode())),
        };
        let same = back.as_ref() == Ok(program);
        let back = back.map_or_else(|error| error, |back| back.to_string());
        let violation = Violation::RoundTrip { form: self.name(), back };
        let failure = (!same).then_some(Failure { step: program.len(), violation });
        Verdict { tally: Tally::default(), failure }
    }
}
