//! Tries on a copy, which is thrown away, what detections and a collection would do now.

use super::compare::sorted;
use super::{Checked, Lockstep, within_budget};
use crate::judge::subject::Subject;
use crate::judge::violation::Violation;
use heapproof_model::definitions::{self, Graph};
use heapproof_model::{Code, Machine, Operation};

impl Lockstep {
    /// Compares on a copy what detections and a collection would do. A detection right after another must touch
    /// nothing.
    pub(crate) fn compare_fork(&mut self) -> Checked {
        if !self.observes.fork {
            return Ok(());
        }
        let Some(mut fork) = self.subject.fork() else { return Ok(()) };
        self.find_cycles();
        if fork.supports(Code::Detect) {
            let _ = fork.call(&Operation::Detect {});
            self.compare_detection(&*fork)?;
            let before = fork.touched();
            let _ = fork.call(&Operation::Detect {});
            self.compare_detection(&*fork)?;
            within_budget(fork.touched().saturating_sub(before), 0)?;
        }
        if fork.supports(Code::DetectFull) {
            let _ = fork.call(&Operation::DetectFull {});
            self.compare_detection(&*fork)?;
        }
        if fork.supports(Code::Collect) {
            let _ = fork.call(&Operation::Collect {});
            self.compare_survivors(&mut *fork)?;
        }
        Ok(())
    }

    fn compare_detection(&self, fork: &dyn Subject) -> Checked {
        let subject = sorted(fork.cycles());
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
    fn compare_survivors(&self, fork: &mut dyn Subject) -> Checked {
        let collected;
        let survivors = if self.model.garbage().is_empty() {
            &self.model
        } else {
            let mut copy = self.model.clone();
            copy.follow(fork.take_journal());
            let _ = copy.call(&Operation::Collect {});
            collected = copy;
            &collected
        };
        for object in self.model.living() {
            match (survivors.lives(object), fork.lives(object)) {
                (true, false) => return Err(Violation::CollectsLive { object }),
                (false, true) => return Err(Violation::LeavesGarbage { object }),
                _ => {}
            }
        }
        Ok(())
    }
}
