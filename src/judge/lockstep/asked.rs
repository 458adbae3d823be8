//! A subject of which no answer is believed that it gives when it is lost.

use crate::judge::subject::Subject;
use crate::judge::violation::Violation;

/// A subject that is asked after each call, and behind one look or many, whether it is lost.
pub(super) struct Asked(Box<dyn Subject>);

impl Asked {
    pub fn new(subject: Box<dyn Subject>) -> Asked {
        Asked(subject)
    }

    /// The subject itself, which is asked no more.
    pub fn into_subject(self) -> Box<dyn Subject> {
        self.0
    }

    /// The subject, for what does not go wrong: what it can do, and looks for explanations.
    pub fn subject(&self) -> &dyn Subject {
        &*self.0
    }

    /// It has failed, and serves no other program.
    pub fn retire(&mut self) {
        self.0.retire();
    }

    /// What a call gives.
    pub fn call<T>(&mut self, call: impl FnOnce(&mut dyn Subject) -> T) -> Result<T, Violation> {
        let given = call(&mut *self.0);
        self.0.broken().map_or(Ok(given), Err)
    }

    /// What a look shows.
    pub fn look<T>(&self, look: impl FnOnce(&dyn Subject) -> T) -> Result<T, Violation> {
        self.looks(|subject| Ok(look(subject)))
    }

    /// What many looks show. Whether it is lost is asked once, behind them: then nothing that they have shown counts.
    pub fn looks<T>(&self, looks: impl FnOnce(&dyn Subject) -> Result<T, Violation>) -> Result<T, Violation> {
        let shown = looks(&*self.0);
        self.0.broken().map_or(shown, Err)
    }
}
