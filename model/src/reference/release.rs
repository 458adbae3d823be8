//! Release: what happens when nothing refers to an object any more (SPEC 2).

use super::{End, Event, Reference, counted, script};
use crate::value::{Object, Value};

impl Reference {
    /// Gives up a reference. An object that has no more references joins the queue.
    pub(super) fn lose(&mut self, value: &Value<Object>) {
        if let Some(object) = value.reference() {
            let internal = counted(self)[object.index()];
            self.join_if_lost(object, internal);
        }
    }

    fn join_if_lost(&mut self, object: Object, internal: u32) {
        let lost = self.thing(object).is_some_and(|thing| thing.external == 0 && internal == 0);
        if lost && self.finalizing != Some(object) && !self.queue.contains(&object) {
            self.queue.push_back(object);
        }
    }

    /// Processes the queue, unless that is already happening or a set's finalizers run.
    pub(super) fn settle(&mut self) {
        if self.releasing || self.set_runs || self.queue.is_empty() {
            return;
        }
        self.releasing = true;
        let mut internal = counted(self);
        while let Some(object) = self.queue.pop_front() {
            if self.is_held(object, &internal) {
                continue;
            }
            if self.has_finalizer(object) {
                self.finalizing = Some(object);
                self.finalize(object);
                self.finalizing = None;
                internal = counted(self);
                if self.is_held(object, &internal) {
                    continue;
                }
            }
            self.die(&[object], &mut internal);
        }
        self.releasing = false;
    }

    /// Whether it must not be released any more: something refers to it again, or it has died with a set.
    fn is_held(&self, object: Object, internal: &[u32]) -> bool {
        !self.lives(object) || self.external(object) > 0 || internal[object.index()] > 0
    }

    /// Runs an object's finalizer, which happens only once.
    pub(super) fn finalize(&mut self, object: Object) {
        if let Some(thing) = self.thing_mut(object) {
            thing.begun = true;
        }
        if script::finalize(self, object) == End::Panicked {
            self.statistics.finalizer_panics += 1;
        }
    }

    /// Lets objects die in one step; then they give up their contents, in that order. `internal` has the counts from
    /// before.
    pub(super) fn die(&mut self, objects: &[Object], internal: &mut [u32]) {
        let mut given_up = Vec::new();
        for object in objects {
            if let Some(thing) = self.objects[object.index()].take() {
                given_up.extend(thing.contents.references());
                self.script.journal.push(Event::Died(*object));
                self.statistics.frees += 1;
                self.pauses = 0;
            }
        }
        for target in given_up {
            internal[target.index()] -= 1;
            self.join_if_lost(target, internal[target.index()]);
        }
    }
}
