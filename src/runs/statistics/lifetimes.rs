//! What lives for another reason than references: pins, and ephemerons with their keys.

use super::condition::Condition;
use super::observer::Observer;
use crate::judge::lockstep::Called;
use heapproof_model::definitions::{Graph, reachable};
use heapproof_model::{Event, Object, Operation, Outcome, Reference};
use std::collections::BTreeSet;

impl Observer {
    pub(super) fn ephemerons(&mut self, model: &Reference, called: &Called<'_>) {
        let (Outcome::Done(_), false) = (called.model, self.was.ephemerons.is_empty()) else { return };
        let sets = called.events.iter().filter_map(|event| if let Event::Took(set) = event { Some(set) } else { None });
        let sets: Vec<&BTreeSet<Object>> = sets.collect();
        let survivors = self.was.ephemerons.iter().filter(|(ephemeron, ..)| model.lives(*ephemeron));
        let (mut keeps, mut loses, mut gives_up) = (false, false, false);
        for (_, key, value) in survivors {
            loses |= sets.iter().any(|set| set.contains(key) && set.contains(value));
            gives_up |= !model.lives(*key) && !sets.iter().any(|set| set.contains(key));
            let refer = self.was.references.iter().filter(|(_, to)| to == value).count();
            keeps |= refer == 1 && model.lives(*value) && !model.is_kept(*value);
        }
        self.note(keeps && matches!(called.operation, Operation::Collect {}), Condition::EphemeronKeeps);
        self.note(loses, Condition::EphemeronLoses);
        self.note(gives_up, Condition::KeyGivesUp);
    }

    pub(super) fn pins(&mut self, model: &Reference, called: &Called<'_>) {
        let Outcome::Done(_) = called.model else { return };
        let died = self.was.pinned.iter().any(|object| !model.lives(*object));
        self.note(died, Condition::PinnedDies);
        match called.operation {
            Operation::Pin { object: Some(object) } => {
                let saved = self.was.is_garbage(*object);
                self.note(saved, Condition::PinSaves);
            }
            Operation::Unpin { object: Some(object) } => {
                let left = !self.was.is_garbage(*object) && model.garbage().contains(object);
                self.note(left, Condition::UnpinLeavesGarbage);
            }
            Operation::Collect {} => {
                let held = reachable(model, model.living().filter(|object| model.external(*object) > 0));
                let spared = |object: &Object| model.lives(*object) && !held[object.index()];
                let spared = self.was.pinned.iter().any(spared);
                self.note(spared, Condition::PinnedSpared);
            }
            _ => {}
        }
    }
}
