//! Compares what a subject shows beside objects, counts and counters: from where it looks for garbage, and what it shows in several
//! ways.

use super::{Checked, Lockstep};
use crate::judge::subject::Observation;
use crate::judge::violation::Violation;
use heapproof_model::definitions::led_to;

impl Lockstep {
    /// Each candidate lives, and leads to all garbage together with the others (SPEC 3.7).
    pub(crate) fn compare_candidates(&self) -> Checked {
        if !self.abilities.shows(Observation::Candidates) {
            return Ok(());
        }
        let Some(candidates) = self.subject.look(|subject| subject.candidates())? else { return Ok(()) };
        if let Some(object) = candidates.iter().copied().find(|object| !self.model.lives(*object)) {
            return Err(Violation::DeadCandidate { object });
        }
        let garbage = self.garbage();
        if garbage.is_empty() {
            return Ok(());
        }
        let led_to = led_to(&self.model, candidates.into_iter(), |_| true);
        match garbage.iter().find(|object| !led_to[object.index()]) {
            Some(object) => Err(Violation::NoCandidate { object: *object }),
            None => Ok(()),
        }
    }

    /// What the subject shows in several ways is the same in all of them (SPEC 9.7).
    pub(crate) fn compare_views(&self) -> Checked {
        match self.subject.look(|subject| subject.contradiction())? {
            Some(told) => Err(Violation::Contradiction { told }),
            None => Ok(()),
        }
    }
}
