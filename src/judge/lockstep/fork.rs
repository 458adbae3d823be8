//! Tries on a copy, which is thrown away, what detections and a collection would do now.

use super::asked::Asked;
use super::compare::sorted;
use super::{Checked, Lockstep, as_outcome, within_budget};
use crate::judge::subject::Observation;
use crate::judge::violation::Violation;
use heapproof_model::definitions::{self, Graph};
use heapproof_model::{Code, Dialect, Machine, Operation, Outcome};

impl Lockstep {
    /// Compares on a copy what detections and a collection would do. A detection right after another must touch
    /// nothing.
    pub(crate) fn compare_fork(&mut self) -> Checked {
        if !self.abilities.shows(Observation::Fork) {
            return Ok(());
        }
        let Some(fork) = self.subject.look(|subject| subject.fork())? else { return Ok(()) };
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
        Ok(())
    }

    fn compare_detection(&self, fork: &Asked) -> Checked {
        let subject = sorted(fork.look(|fork| fork.cycles())?);
        if self.cycles == subject {
            return Ok(());
        }
        Err(Violation::Detection { model: self.cycles.clone(), subject })
    }

    /// Computes the cycles of the model's present graph.
    fn find_cycles(&mut self) {
        let model = &self.model;
        let references = model.living().flat_map(|object| model.references(object).map(move |target| (object, target)));
        if !references.clone().eq(self.references.iter().copied()) {
            self.references = references.collect();
            self.cycles = definitions::cycles(model, model.living());
        }
    }

    /// Compares who survives a collection. Where there are finalizers the model collects too, since they may resurrect
    /// garbage.
    fn compare_survivors(&self, fork: &mut Asked, outcome: Outcome) -> Checked {
        let collected;
        let survivors = if self.model.garbage().is_empty() && *self.abilities.dialect() == Dialect::default() {
            &self.model
        } else {
            let mut copy = self.model.clone();
            copy.follow(fork.call(|fork| fork.take_journal())?);
            copy.follow_outcome(outcome, self.gone(fork)?);
            let _ = copy.call(&Operation::Collect {});
            collected = copy;
            &collected
        };
        for object in self.model.living() {
            let knows = fork.look(|fork| fork.knows(object))?;
            match (survivors.lives(object), knows && fork.look(|fork| fork.lives(object))?) {
                _ if !knows && survivors.garbage().contains(&object) => {}
                (true, false) => return Err(Violation::CollectsLive { object }),
                (false, true) => return Err(Violation::LeavesGarbage { object }),
                _ => {}
            }
        }
        Ok(())
    }
}
