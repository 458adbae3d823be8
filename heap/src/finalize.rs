//! Finalizers: code of the host that runs once, before an object dies. Callbacks ([`crate::callbacks`]) are run here too.
//!
//! Finalizers run at two places: before an object is released, and before a set of garbage dies. They
//! never nest, with one exception: the finalizer of an object that is being released may ask for a
//! collection, and the finalizers of that collection's set run inside its call. A callback runs where no other code
//! does, and may ask for a collection too. So three fields say all about which are running.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::footprint::Reserved;
use crate::header::Mark;
use crate::{Heap, HeapError, Host, ObjectId};

/// A finalizer or callback that panicked. The panic has ended that and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalizerPanic {
    /// The object whose finalizer or callback it was.
    pub object: ObjectId,
    /// The panic's message, or a note that it has none.
    pub message: String,
}

/// Which finalizers and callbacks run, and how those that ran have failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Finalizers {
    /// The object that is being released while its finalizer runs, or nil.
    releasing: ObjectId,
    /// Whether a finalizer of a collection's set runs.
    collecting: bool,
    /// Whether a callback runs.
    calling_back: bool,
    /// Whether any of these, as one answer: every release asks.
    running: bool,
    /// The objects that were armed since the finalizers of a set began to run.
    armed: Vec<ObjectId>,
    panics: Vec<FinalizerPanic>,
}

impl Finalizers {
    /// See [`crate::footprint`]. Panics are kept to be fetched, and left out.
    pub(crate) fn reserved(&self) -> u64 {
        let Self { releasing: _, collecting: _, calling_back: _, running: _, armed, panics: _ } = self;
        armed.reserved()
    }

    /// Gives back what room nothing lies in.
    pub(crate) fn shrink(&mut self) {
        self.armed.shrink_to_fit();
    }

    #[inline(always)]
    pub(crate) fn are_running(&self) -> bool {
        self.running
    }

    /// Changes which of them run.
    fn set(&mut self, change: impl FnOnce(&mut Self)) {
        change(self);
        self.running = self.collecting || self.calling_back || !self.releasing.is_nil();
    }

    pub(crate) fn run_for_a_collection(&self) -> bool {
        self.collecting
    }

    /// A callback begins, or has ended.
    pub(crate) fn set_calling_back(&mut self, calling_back: bool) {
        self.set(|it| it.calling_back = calling_back);
    }

    /// The object that a clone made now has still to release.
    pub(crate) fn interrupted(&self) -> Option<ObjectId> {
        (!self.releasing.is_nil()).then_some(self.releasing)
    }

    /// A clone in which none is running.
    pub(crate) fn clone_at_rest(&self) -> Self {
        Self { panics: self.panics.clone(), ..Self::default() }
    }

    /// Becomes such a clone of others.
    pub(crate) fn become_those_at_rest(&mut self, source: &Self) {
        self.set(|it| (it.releasing, it.collecting, it.calling_back) = (ObjectId::NIL, false, false));
        self.armed.clear();
        self.panics.clone_from(&source.panics);
    }
}

impl<H: Host> Heap<H> {
    /// Asks that [`Host::finalize`] be called once, before the object dies; objects of any kind
    /// may have a finalizer. True if it will be, now that it was asked for once or several times;
    /// false if it has been already, or is running: then this has no effect.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`].
    pub fn arm_finalizer(&mut self, object: ObjectId) -> Result<bool, HeapError> {
        let marks = &mut self.arena.headers.find_mut(object)?.marks;
        if marks.has(Mark::Begun) {
            return Ok(false);
        }
        if !marks.has(Mark::Armed) {
            marks.set(Mark::Armed);
            if self.finalizers.collecting {
                self.finalizers.armed.push(object);
            }
        }
        Ok(true)
    }

    /// Whether a finalizer will run before this object dies.
    #[must_use]
    pub fn has_finalizer(&self, object: ObjectId) -> bool {
        let header = self.arena.headers.find(object);
        header.is_ok_and(|header| header.marks.has(Mark::Armed))
    }

    /// How many finalizers and callbacks have panicked since their panics were last taken.
    #[must_use]
    pub fn finalizer_panics(&self) -> usize {
        self.finalizers.panics.len()
    }

    /// Takes what is known of the finalizers and callbacks that have panicked, in order.
    pub fn take_finalizer_panics(&mut self) -> Vec<FinalizerPanic> {
        std::mem::take(&mut self.finalizers.panics)
    }

    /// Runs the finalizer of an object whose turn in the queue has come.
    pub(crate) fn finalize_before_release(&mut self, object: ObjectId) {
        self.finalizers.set(|it| it.releasing = object);
        self.finalize(object);
        self.finalizers.set(|it| it.releasing = ObjectId::NIL);
    }

    /// Runs the finalizers of a set of garbage, the members of the search, of which those that are `due` have one, until
    /// no member has one that has not begun: one may arm another.
    pub(crate) fn finalize_before_collection(&mut self, mut due: Vec<ObjectId>) {
        self.finalizers.set(|it| it.collecting = true);
        while !due.is_empty() {
            for object in due {
                if self.dies_with_a_set(object) && self.has_finalizer(object) {
                    self.finalize(object);
                }
            }
            due = std::mem::take(&mut self.finalizers.armed);
        }
        self.finalizers.set(|it| it.collecting = false);
    }

    /// Whether an object is a member of a set whose finalizers run.
    #[inline]
    pub(crate) fn dies_with_a_set(&self, object: ObjectId) -> bool {
        self.finalizers.collecting && self.search.is_member(object.slot())
    }

    fn finalize(&mut self, object: ObjectId) {
        if let Ok(header) = self.arena.headers.find_mut(object) {
            header.marks.clear(Mark::Armed);
            header.marks.set(Mark::Begun);
        }
        self.run_code(object, H::finalize);
    }

    /// Runs code of the host for an object, and keeps its panic.
    pub(crate) fn run_code(&mut self, object: ObjectId, code: fn(&mut Self, ObjectId)) {
        // The heap is whole whenever it calls out, so a panic can't show half of a change.
        let outcome = catch_unwind(AssertUnwindSafe(|| code(self, object)));
        if let Err(payload) = outcome {
            let message = message(&*payload);
            self.finalizers.panics.push(FinalizerPanic { object, message });
            // To drop what was thrown may throw again, and that is then left alone.
            if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                std::mem::forget(again);
            }
        }
    }
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").to_owned()
}
