//! Tries on a copy what detections and a collection would do now. Nothing of it is kept but its memory, for the next copy.

use super::asked::Asked;
use super::compare::same_cycles;
use super::{Checked, Lockstep, as_outcome, within_budget};
use crate::judge::subject::{Observation, Subject};
use crate::judge::violation::Violation;
use heapproof_model::definitions::{self, Graph};
use heapproof_model::{Code, Dialect, Machine, Object, Operation, Outcome};

impl Lockstep {
    /// Compares on a copy what detections and a collection would do. A detection right after another must touch
    /// nothing.
    pub(crate) fn compare_fork(&mut self) -> Checked {
        if !self.abilities.shows(Observation::Fork) {
            return Ok(());
        }
        let former = self.tried.take();
        let copy = |subject: &dyn Subject| former.map_or_else(|| subject.fork(), |former| subject.fork_into(former));
        let Some(fork) = self.subject.look(copy)? else { return Ok(()) };
        let mut fork = Asked::new(fork);
        self.find_cycles();
        if self.abilities.has(Code::Detect) {
            let _ = fork.call(|fork| fork.call(&Operation::Detect {}))?;
            self.compare_detection(&fork)?;
            let before = fork.look(|fork| fork.touched())?;
            let _ = fork.call(|fork| fork.call(&Operation::Detect {}))?;
            self.compare_detection(&fork)?;
            within_budget(fork.look(|fork| fork.touched())?.saturating_sub(before), 0)?;
        }
        if self.abilities.has(Code::DetectFull) {
            let _ = fork.call(|fork| fork.call(&Operation::DetectFull {}))?;
            self.compare_detection(&fork)?;
        }
        if self.abilities.has(Code::Collect) {
            let outcome = as_outcome(fork.call(|fork| fork.call(&Operation::Collect {}))?);
            self.compare_survivors(&mut fork, outcome)?;
        }
        self.tried = Some(fork.into_subject());
        Ok(())
    }

    fn compare_detection(&self, fork: &Asked) -> Checked {
        let subject = fork.look(|fork| fork.cycles())?;
        same_cycles(self.cycles.iter(), subject, |model, subject| Violation::Detection { model, subject })
    }

    /// Computes the cycles of the model's present graph.
    fn find_cycles(&mut self) {
        let model = &self.model;
        self.present.clear();
        for object in model.living() {
            model.references(object).for_each(|target| self.present.push((object, target)));
        }
        if self.present != self.references {
            std::mem::swap(&mut self.present, &mut self.references);
            self.cycles = definitions::cycles(model, model.living());
        }
    }

    /// Compares who survives a collection: by definition all but garbage (SPEC 3). Where garbage has finalizers, which may resurrect
    /// it, or something is pinned, the model collects too.
    fn compare_survivors(&self, fork: &mut Asked, outcome: Outcome) -> Checked {
        let garbage = self.garbage();
        let has_code = garbage.iter().any(|object| self.model.has_code_for_death(*object));
        // What only garbage refers to loses its last reference with it, pinned or not.
        let has_pins = self.model.living().any(|object| self.model.is_pinned(object));
        if !has_code && !has_pins && *self.abilities.dialect() == Dialect::default() {
            let is_garbage = |object: Object| garbage.contains(&object);
            return self.compare_who_lives(fork, |object| !is_garbage(object), is_garbage);
        }
        let mut copy = self.model.clone();
        copy.follow(fork.call(|fork| fork.take_journal())?);
        copy.follow_outcome(outcome, self.gone(fork)?);
        let _ = copy.call(&Operation::Collect {});
        self.compare_who_lives(fork, |object| copy.lives(object), |object| copy.garbage().contains(&object))
    }

    /// Compares who lives on a copy, of what lives here. What it does not know and is garbage there may live or not.
    fn compare_who_lives(
        &self,
        fork: &Asked,
        lives: impl Fn(Object) -> bool,
        is_garbage: impl Fn(Object) -> bool,
    ) -> Checked {
        fork.looks(|fork| {
            for object in self.model.living() {
                let knows = fork.knows(object);
                match (lives(object), knows && fork.lives(object)) {
                    _ if !knows && is_garbage(object) => {}
                    (true, false) => return Err(Violation::CollectsLive { object }),
                    (false, true) => return Err(Violation::LeavesGarbage { object }),
                    _ => {}
                }
            }
            Ok(())
        })
    }
}
