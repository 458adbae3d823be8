//! Subjects that end or never end their process: an abort, a stack overflow, an endless loop, memory without bound.
//!
//! A panic can be caught where it happens; the others can't. So a program is handed to a child process, which runs it
//! within limits of time and memory and says what came of it, and which line it has begun; where it says nothing more, how
//! it ended is the failure. A child that lives serves the next program too: a program costs a message there and back, and
//! a process only where one has died.
//!
//! The child says no more than whether the program passed. What failed and was survived is run again, in this process, by
//! which all that is known of a failure is known.

mod child;

pub use child::serve;

use crate::judge::guard::{Ending, Guard, Limits};
use crate::judge::lockstep::{Failure, Verdict};
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::judge::tally::Tally;
use heapproof_model::Program;
use std::io;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// A judge that runs programs in child processes. Threads share it: each that asks at a time has a child of its own.
pub struct Isolated<'a> {
    property: Property,
    subject: &'a SubjectKind,
    limits: Limits,
    /// Makes the command that runs [`serve`] for that property, subject and limits.
    command: Box<dyn Fn() -> Command + Sync + 'a>,
    idle: Mutex<Vec<Guard>>,
}

impl<'a> Isolated<'a> {
    /// A judge without a child yet. The command that `command` makes must run [`serve`].
    pub fn new(
        property: Property,
        subject: &'a SubjectKind,
        limits: Limits,
        command: impl Fn() -> Command + Sync + 'a,
    ) -> Isolated<'a> {
        Isolated { property, subject, limits, command: Box::new(command), idle: Mutex::default() }
    }

    /// What came of a program.
    ///
    /// # Errors
    /// Where there can be no child.
    pub fn verdict(&self, program: &Program) -> io::Result<Verdict> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut guard = match idle {
            Some(guard) => guard,
            None => Guard::begin((self.command)(), self.limits)?,
        };
        let ending = guard.run(program)?;
        if let Ending::Ended { step, violation } = ending {
            let failure = Failure { step: step.min(program.len()), tried: Box::default(), violation };
            return Ok(Verdict { tally: Tally::default(), failure: Some(failure) });
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(guard);
        Ok(match ending {
            Ending::Passed => Verdict { tally: Tally::default(), failure: None },
            _ => self.property.check(self.subject, program),
        })
    }

    /// The same where what can be counted counts, so that what passes is run in this process too.
    ///
    /// # Errors
    /// Where there can be no child.
    pub fn counted(&self, program: &Program) -> io::Result<Verdict> {
        let verdict = self.verdict(program)?;
        Ok(if verdict.failure.is_some() { verdict } else { self.property.check(self.subject, program) })
    }
}
