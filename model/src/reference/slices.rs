//! Work in slices: collection (SPEC 3.6) and detection (SPEC 5.5).
//!
//! The subject chooses how far a slice gets, so there is no budget here. For any choice this must hold: only closed
//! sets of garbage are freed, the work completes within so many calls, and then every object is dead that was garbage
//! at the beginning and undisturbed since.

use super::collection::Freed;
use super::{Event, Reference};
use crate::definitions::{self, Graph, reachable};
use crate::operation::{Code, Operation};
use crate::value::{Contents, Counts, Object, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The result of one call of a collection in slices.
pub(super) struct Slice {
    pub freed: Freed,
    /// Whether nothing is left to do.
    pub complete: bool,
}

/// An unfinished collection in slices.
#[derive(Debug, Clone)]
pub(super) struct Sliced {
    /// The calls so far, and the most that are allowed.
    pub calls: u64,
    pub most: u64,
    /// The objects that were garbage when it began and are undisturbed since, as they were then.
    pub alone: BTreeMap<Object, (Contents, Counts)>,
}

impl Reference {
    /// Frees what the subject says it frees, until it pauses. If it says that it is done, everything is freed that must
    /// be.
    pub(super) fn collect_slice(&mut self) -> Slice {
        if self.silent {
            return Slice { freed: self.collect(), complete: true };
        }
        self.count_call();
        let outer = self.owed.len();
        let mut freed = Freed::default();
        loop {
            let set = match self.choice() {
                Some(Event::Took(set)) if self.may_take(set) => set.clone(),
                Some(Event::Paused) if self.sliced.as_ref().is_none_or(|sliced| sliced.calls < sliced.most) => {
                    self.script.journal.push(Event::Paused);
                    return Slice { freed, complete: false };
                }
                _ => self.left_alone(),
            };
            if set.is_empty() {
                self.sliced = None;
                return Slice { freed, complete: true };
            }
            freed += self.free(&set);
            self.excuse_nothing();
            self.settle(outer);
        }
    }

    /// Counts a call. The first call records what is garbage.
    fn count_call(&mut self) {
        if self.sliced.is_none() {
            let (garbage, most) = (self.garbage(), 4 * self.living().count() as u64 + 4);
            let alone = self.portraits().filter(|(object, _)| garbage.contains(object)).collect();
            self.sliced = Some(Sliced { calls: 0, most, alone });
        }
        self.sliced.iter_mut().for_each(|sliced| sliced.calls += 1);
    }

    /// Whether it is a closed set of garbage: no object outside refers to a member, but ephemerons whose keys are members.
    pub(super) fn may_take(&self, set: &BTreeSet<Object>) -> bool {
        let may_refer = |object: &Object| self.key(*object).is_some_and(|key| set.contains(&key));
        let mut outside = self.living().filter(|object| !set.contains(object) && !may_refer(object));
        let closed = outside.all(|object| self.references(object).all(|target| !set.contains(&target)));
        !set.is_empty() && closed && set.is_subset(&self.possible_garbage())
    }

    /// What was garbage when the sliced collection began and is undisturbed since.
    fn left_alone(&mut self) -> BTreeSet<Object> {
        self.strike_out();
        self.sliced.iter().flat_map(|sliced| sliced.alone.keys().copied()).collect()
    }

    /// Notes an operation that was done. It disturbs the objects that it names. Unless it only reads, the count of
    /// detection's pauses starts anew.
    pub(super) fn disturb(&mut self, operation: &Operation<Object>) {
        if let Some(sliced) = &mut self.sliced {
            operation.objects().iter().for_each(|object| drop(sliced.alone.remove(object)));
        }
        if !operation.code().reads() && operation.code() != Code::DetectSlice {
            self.pauses = 0;
        }
    }

    /// Removes objects that are no longer garbage, those whose contents or counts have changed, and what others reach.
    pub(super) fn strike_out(&mut self) {
        if self.sliced.as_ref().is_none_or(|sliced| sliced.alone.is_empty()) {
            return;
        }
        let garbage = self.garbage();
        let now: BTreeMap<Object, _> = self.portraits().filter(|(object, _)| garbage.contains(object)).collect();
        self.sliced.iter_mut().for_each(|sliced| sliced.alone.retain(|object, was| now.get(object) == Some(was)));
        let is_other = |object: &Object| self.sliced.as_ref().is_none_or(|sliced| !sliced.alone.contains_key(object));
        let reached = reachable(self, self.living().filter(is_other));
        self.sliced.iter_mut().for_each(|sliced| sliced.alone.retain(|object, _| !reached[object.index()]));
    }

    /// What a set of this collection gives up when it dies disturbs nothing: that garbage must still be found.
    pub(super) fn excuse_nothing(&mut self) {
        let now: BTreeMap<Object, _> = self.portraits().collect();
        for (object, was) in self.sliced.iter_mut().flat_map(|sliced| &mut sliced.alone) {
            now.get(object).iter().for_each(|(_, counts)| was.1 = *counts);
        }
    }

    /// The contents and counts of each living object.
    fn portraits(&self) -> impl Iterator<Item = (Object, (Contents, Counts))> + '_ {
        self.counts().filter_map(|(object, counts)| {
            let contents = Contents { target: self.target(object), ..self.contents(object)?.clone() };
            Some((object, (contents, counts)))
        })
    }

    /// Finds all cycles.
    pub(super) fn detect(&mut self) -> Value<Object> {
        self.cycles = definitions::cycles(self, self.living());
        self.statistics.cycles_detected += self.cycles.len() as u64;
        Value::Nil
    }

    /// Finds all cycles, unless the subject says that it pauses. Returns whether it is complete.
    pub(super) fn detect_slice(&mut self) -> bool {
        let most = 2 * self.living().count() as u64 + 2;
        if !self.silent && self.choice() == Some(&Event::Paused) && self.pauses < most {
            self.pauses += 1;
            self.script.journal.push(Event::Paused);
            return false;
        }
        self.pauses = 0;
        self.detect();
        true
    }
}
