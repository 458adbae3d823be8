//! The heap goes away with objects alive: whose code begins then (SPEC 2.14).
//!
//! Nothing can follow that, so it is done on a copy, or on another subject that got the same calls. What the code does is not
//! compared: all that it was for is over.

use super::trial::{Failed, Trial};
use super::{Checked, Lockstep, Tried};
use crate::judge::subject::Observation;
use crate::judge::violation::Violation;
use heapproof_model::definitions::Graph;
use heapproof_model::dialect::{Again, AtEnd, Panics, UserCode};
use heapproof_model::{End, Event};
use std::collections::BTreeSet;

impl Lockstep {
    /// Lets a copy of the subject go away where objects live that have code, and compares whose begins.
    pub(super) fn compare_closing(&self) -> Result<(), Failed> {
        let armed = || self.model.living().any(|object| self.model.has_code_for_death(object));
        if self.abilities.shows(Observation::Closing) && armed() { self.trial()?.close() } else { Ok(()) }
    }

    /// Lets the subject go away. It is not to be used after that.
    pub(crate) fn close(&mut self) -> Checked {
        let Some(events) = self.subject.call(|subject| subject.close())? else { return Ok(()) };
        let (must, may) = self.model.at_end();
        let dialect = self.abilities.dialect();
        let codes = [dialect.code, dialect.set_code];
        let code_runs_twice = codes.contains(&UserCode::Both);
        let is_once = dialect.again == Again::Once && !code_runs_twice;
        let mut begun = BTreeSet::new();
        for event in &events {
            let object = match *event {
                Event::Began(object) => object,
                // Who is called back is asked only where nobody is.
                Event::Called(object) if dialect.at_end == AtEnd::Nothing => object,
                _ => continue,
            };
            let is_new = begun.insert(object) || !is_once;
            if object.index() < self.model.bound() && !(is_new && may.contains(&object)) {
                return Err(Violation::AtEnd { object, begins: false });
            }
        }
        let ends = matches!(dialect.panics, Panics::Passed | Panics::PassedAfter);
        let is_over = ends && events.contains(&Event::Ended(End::Panicked));
        // Code of others may let it die before, in a way that runs none.
        let died = |object| codes.contains(&UserCode::None) && events.contains(&Event::Died(object));
        let missing = must.into_iter().find(|object| !begun.contains(object) && !is_over && !died(*object));
        missing.map_or(Ok(()), |object| Err(Violation::AtEnd { object, begins: true }))
    }
}

impl Trial {
    /// Lets the copy go away.
    fn close(mut self) -> Result<(), Failed> {
        self.tries(Tried::End);
        self.look(Lockstep::close)
    }
}
