//! What follows the last line of a program: everything is collected and dropped, and the heap must be empty.

use super::inspection::Everything;
use super::{Checked, Failed, Inspection, Lockstep};
use crate::judge::violation::Violation;
use heapproof_model::definitions::Graph;
use heapproof_model::dialect::Garbage;
use heapproof_model::{Code, Object, Operation, Outcome, Reference};
use std::collections::VecDeque;

impl Lockstep {
    /// Recovers from damage and ends an open frame. Then collects, unpins what is pinned, and drops everything that the
    /// mutator holds, until nothing is pinned or held. Then the heap must be empty. Everything is compared.
    ///
    /// # Errors
    /// If they differ.
    pub fn end(&mut self) -> Checked {
        self.finish(&Everything).map_err(|failed| failed.violation)
    }

    pub(super) fn finish(&mut self, inspection: &dyn Inspection) -> Result<(), Failed> {
        if self.model.is_damaged() {
            self.carry_out(&Operation::RecoverRoots {}, None)?;
            inspection.look(self)?;
        }
        if self.model.has_frame() && self.abilities.has(Code::End) {
            self.carry_out(&Operation::End {}, None)?;
            inspection.look(self)?;
        }
        self.look_at_last(inspection)?;
        inspection.end(self)?;
        let mut announced = self.announced_ending();
        loop {
            self.ending = Some(Code::Collect);
            self.announce_more(inspection, &mut announced, None);
            self.collect_all()?;
            if inspection.was_ended(self, &[]) {
                return Ok(());
            }
            inspection.look(self)?;
            let pinned = pinned(&self.model);
            let mut held = held(&self.model);
            if held.is_empty() && pinned.is_empty() {
                return Ok(self.compare_lives()?);
            }
            self.ending = Some(Code::Unpin);
            for object in pinned {
                announced = announced.saturating_sub(1);
                if self.model.lives(object) {
                    self.call(&Operation::Unpin { object: Some(object) })?;
                }
                inspection.look(self)?;
            }
            // With many objects one comparison at the end of the round must do: one after each drop would be quadratic.
            let few = held.len() < 1_000;
            self.ending = Some(Code::Drop);
            while let Some(&(object, external)) = held.front() {
                if self.model.lives(object) {
                    self.announce_more(inspection, &mut announced, Some(&held));
                }
                held.pop_front();
                if external > 1 {
                    held.push_front((object, external - 1));
                }
                if self.model.lives(object) {
                    self.call(&Operation::Drop { object: Some(object) })?;
                }
                if few {
                    if inspection.was_ended(self, held.make_contiguous()) {
                        return Ok(());
                    }
                    inspection.look(self)?;
                }
            }
        }
    }

    /// Before a call: announces it and more, unless it was announced.
    fn announce_more(
        &mut self,
        inspection: &dyn Inspection,
        announced: &mut usize,
        left: Option<&VecDeque<(Object, u32)>>,
    ) {
        if *announced == 0 && !inspection.looks_always() {
            *announced = self.announce_end(left);
        }
        *announced = announced.saturating_sub(1);
    }

    /// Compares once what was not compared after each line because it is dear.
    fn look_at_last(&mut self, inspection: &dyn Inspection) -> Checked {
        if !self.looks_at_last() {
            return Ok(());
        }
        self.is_over = true;
        let checked = inspection.look(self);
        self.is_over = false;
        checked
    }

    /// Collects. Where the subject can't, the garbage must be gone nevertheless: here a heap without collection leaks.
    fn collect_all(&mut self) -> Checked {
        if self.abilities.has(Code::Collect) {
            return self.call(&Operation::Collect {}).map(drop);
        }
        let leaked = self.leaked()?;
        let (model, events) = self.call_model(&Operation::Collect {});
        self.tell(&Operation::Collect {}, (&model, &Outcome::Skipped), (&events, &[]));
        leaked.map_or(Ok(()), |object| Err(Violation::LeaksCycle { object }))?;
        self.compare_deaths(&events)
    }

    /// Garbage that lives where nothing will collect it. It is looked for before the model collects, whose finalizers may
    /// save what the subject has lost for ever.
    fn leaked(&self) -> Result<Option<Object>, Violation> {
        if self.abilities.dialect().garbage == Garbage::Never {
            return Ok(None);
        }
        for object in self.garbage().iter().copied() {
            if self.subject.look(|subject| subject.lives(object) && subject.knows(object))? {
                return Ok(Some(object));
            }
        }
        Ok(None)
    }
}

/// What is pinned, in order of numbers.
pub(super) fn pinned(model: &Reference) -> Vec<Object> {
    model.living().filter(|object| model.is_pinned(*object)).collect()
}

/// What the mutator holds, and how often, in order of numbers.
pub(super) fn held(model: &Reference) -> VecDeque<(Object, u32)> {
    let living = model.living().map(|object| (object, model.external(object)));
    living.filter(|(_, external)| *external > 0).collect()
}
