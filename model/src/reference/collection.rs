//! What is garbage, and how a set of it dies (SPEC 3).

use super::{Event, Reference, counted};
use crate::definitions::{Graph, cycles, reachable};
use crate::value::Object;
use std::collections::BTreeSet;

impl Reference {
    /// All objects that can't be reached from what the mutator holds, from queued objects, or from one whose finalizer
    /// runs.
    pub fn garbage(&self) -> BTreeSet<Object> {
        let held = self.living().filter(|object| self.external(*object) > 0);
        let reached = reachable(
            self,
            held.chain(self.queue.iter().copied().filter(|object| self.lives(*object))).chain(self.finalizing),
        );
        self.living().filter(|object| !reached[object.index()]).collect()
    }

    /// Frees all garbage as one set, until there is none. Returns how many cycles died.
    pub(super) fn collect(&mut self) -> u64 {
        self.sliced = None;
        let mut collected = 0;
        loop {
            let set = self.garbage();
            if set.is_empty() {
                return collected;
            }
            collected += self.free(&set);
            self.settle();
        }
    }

    /// Runs the finalizers of a set, judges it again, and frees the members that are still garbage. Returns how many
    /// cycles died.
    pub(super) fn free(&mut self, set: &BTreeSet<Object>) -> u64 {
        if !self.silent {
            self.script.journal.push(Event::Took(set.clone()));
        }
        self.set_runs = true;
        while let Some(object) = self.choose_finalizer(set) {
            self.finalize(object);
        }
        self.set_runs = false;

        let saviours = self.living().filter(|object| !set.contains(object) || self.external(*object) > 0);
        let lives_on = reachable(self, saviours);
        let dying: BTreeSet<Object> = set.iter().copied().filter(|object| !lives_on[object.index()]).collect();
        let order = self.choose_order(&dying);
        let collected = cycles(self, dying.into_iter()).len() as u64;
        self.statistics.cycles_collected += collected;
        let mut internal = counted(self);
        self.die(&order, &mut internal);
        collected
    }

    /// A member whose finalizer has not begun: the one whose finalizer the subject ran next, if that was allowed.
    fn choose_finalizer(&self, set: &BTreeSet<Object>) -> Option<Object> {
        let may = |object: &Object| set.contains(object) && self.has_finalizer(*object);
        match self.choice() {
            Some(Event::Began(chosen)) if may(chosen) => Some(*chosen),
            _ => set.iter().copied().find(may),
        }
    }

    /// The order of death: the subject's, if it contains exactly those objects.
    fn choose_order(&self, dying: &BTreeSet<Object>) -> Vec<Object> {
        let next = self.choices.iter().skip(self.script.journal.len()).take(dying.len());
        let chosen: Vec<Object> =
            next.filter_map(|event| if let Event::Died(object) = event { Some(*object) } else { None }).collect();
        let same = chosen.len() == dying.len() && chosen.iter().copied().collect::<BTreeSet<_>>() == *dying;
        if same { chosen } else { dying.iter().copied().collect() }
    }
}
