//! Copies of subject and model, on which inspections try what the program does not do.

use super::{Checked, Failure, Lockstep, Tried};
use crate::judge::panics;
use crate::judge::subject::{Observation, Subject};
use crate::judge::violation::Violation;
use heapproof_model::definitions::Graph;
use heapproof_model::{Line, Object, Operation, Outcome, Reference, Value};

/// How subject and model differ, and what was done to the copy on which they differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// What was done to the copy; empty for the original.
    pub tried: Vec<Tried>,
    /// How they differ.
    pub violation: Violation,
}

impl From<Violation> for Failed {
    fn from(violation: Violation) -> Failed {
        Failed { tried: Vec::new(), violation }
    }
}

impl Failed {
    /// The failure at that line.
    pub(super) fn at(self, step: usize) -> Failure {
        Failure { tried: self.tried.into(), ..Failure::new(step, self.violation) }
    }
}

/// A copy of subject and model, and what was done to it.
pub struct Trial {
    lockstep: Lockstep,
    tried: Vec<Tried>,
}

impl Lockstep {
    /// Makes a copy. If the subject can't be copied, all calls are repeated on a fresh one.
    ///
    /// # Errors
    /// If subject and model differ when the calls are repeated, though they did not at first.
    pub fn trial(&self) -> Result<Trial, Violation> {
        let fork =
            if self.abilities.shows(Observation::Fork) { self.subject.look(|subject| subject.fork())? } else { None };
        let lockstep = match fork {
            Some(subject) => self.beside(subject, self.model.clone()),
            None => self.again()?,
        };
        Ok(Trial { lockstep, tried: Vec::new() })
    }

    pub(super) fn beside(&self, subject: Box<dyn Subject>, model: Reference) -> Lockstep {
        Lockstep { due: self.due, ..Lockstep::of(&self.kind, self.abilities, subject, model) }
    }

    fn again(&self) -> Result<Lockstep, Violation> {
        let (mut lockstep, mut announced) = (Lockstep::new(&self.kind)?, 0);
        for (at, (operation, bind)) in self.history.iter().enumerate() {
            if announced == 0 {
                announced = lockstep.announce_calls(&self.history[at..]);
            }
            lockstep.carry_out(operation, *bind).inspect_err(|_| lockstep.subject.retire())?;
            announced -= 1;
        }
        Ok(lockstep)
    }
}

impl Trial {
    /// The lockstep of the copy.
    pub fn lockstep(&self) -> &Lockstep {
        &self.lockstep
    }

    /// Carries out an operation on both.
    ///
    /// # Errors
    /// If they differ.
    pub fn call(&mut self, operation: &Operation<Object>) -> Result<Outcome, Failed> {
        self.tried.push(Tried::Call(operation.clone()));
        self.guarded(|lockstep| lockstep.carry_out(operation, None))
    }

    /// Carries out a line of the program on both.
    ///
    /// # Errors
    /// If they differ.
    pub fn line(&mut self, line: &Line) -> Result<Outcome, Failed> {
        let Some(operation) = self.lockstep.resolved(line) else { return Ok(Outcome::Skipped) };
        self.tried.push(Tried::Line(line.clone()));
        self.guarded(|lockstep| lockstep.carry_out(&operation, line.bind))
    }

    /// Carries out the smallest slice of an operation, and returns whether there is more to do.
    ///
    /// The slice touches one object. On a heap of hundreds it touches more, since the model examines the whole heap
    /// after each slice.
    ///
    /// # Errors
    /// If they differ.
    pub fn slice(&mut self, of: impl Fn(u32) -> Operation<Object>) -> Result<bool, Failed> {
        let living = self.lockstep.model().living().count() as u64;
        let objects = 1 + living * living / 20_000;
        let outcome = self.call(&of(objects.try_into().unwrap_or(u32::MAX)))?;
        Ok(outcome == Outcome::Done(Value::Bool(false)))
    }

    /// Carries out such slices until nothing is left to do. The model ensures that this ends.
    ///
    /// # Errors
    /// If they differ.
    pub fn complete(&mut self, of: impl Fn(u32) -> Operation<Object>) -> Result<(), Failed> {
        while self.slice(&of)? {}
        Ok(())
    }

    /// Notes what is done next.
    pub(super) fn tries(&mut self, tried: Tried) {
        self.tried.push(tried);
    }

    /// Removes the last operation from the list of what was done, since it was refused.
    pub fn forget(&mut self) {
        self.tried.pop();
    }

    /// Compares both.
    ///
    /// # Errors
    /// If they differ.
    pub fn look(&mut self, look: impl FnOnce(&mut Lockstep) -> Checked) -> Result<(), Failed> {
        self.guarded(look)
    }

    fn guarded<T>(&mut self, work: impl FnOnce(&mut Lockstep) -> Result<T, Violation>) -> Result<T, Failed> {
        let done = panics::catch(|| work(&mut self.lockstep));
        let done = done.unwrap_or_else(|panic| Err(panic.into()));
        done.map_err(|violation| {
            self.lockstep.subject.retire();
            Failed { tried: std::mem::take(&mut self.tried), violation }
        })
    }
}
