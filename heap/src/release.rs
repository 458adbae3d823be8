//! Release: objects die when nothing refers to them strongly any more.
//!
//! An object whose strong count reaches 0 joins a queue, or dies at once where it would be the only one in it. The queue is worked off, first in, first
//! out, before the call that let the first one go returns to the mutator. When an object's turn
//! comes, it may be referred to again, and stays. Else its finalizer runs, if it has one that has
//! not begun, and may make it live again. Else it dies: its id becomes stale, its weak objects are
//! cleared, and what it refers to is given up, which may let further objects join the queue.
//!
//! Why a queue: to give up contents recursively would take stack in proportion to the longest
//! chain, and would run finalizers in the midst of objects half given up. Here every finalizer
//! sees a heap in which each object is either intact or gone.
//!
//! Why that is right: an object is in the queue at most once, since it is marked from the moment
//! it joins until its turn is over, its finalizer included, and reaching 0 again changes nothing
//! meanwhile. It dies at most once, since its id is stale from then on. And none is forgotten: a
//! count falls only through [`Heap::dec_ref`], [`Heap::give_up`] and a finalizer's calls of these;
//! each of them queues an object that is left with 0, or finds it marked, and then its turn is
//! still to come or looks at its count again after the finalizer.

use crate::fifo::Fifo;
use crate::header::{Header, Mark, Marks};
use crate::object::Content;
use crate::vacancies::Remains;
use crate::weak::WeakLink;
use crate::{Heap, Host, ObjectId, Value};

/// The objects that wait to be released, and some that have died while they waited.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue(pub(crate) Fifo<ObjectId>);

impl Queue {
    pub(crate) fn extend_front(&mut self, object: Option<ObjectId>) {
        if let Some(object) = object {
            self.0.push_front(object);
        }
    }
}

impl<H: Host> Heap<H> {
    /// Lets an object whose strong count is 0 join the queue, unless it is in it.
    #[inline(never)]
    pub(crate) fn release(&mut self, object: ObjectId) {
        if let Ok(header) = self.arena.headers.find_mut(object)
            && !header.marks.has(Mark::Queued)
        {
            header.marks.set(Mark::Queued);
            self.queue.0.push_back(object);
        }
    }

    /// Gives up a reference that was stored. One to an object that has died already, in one step
    /// with the object that held it, is no reference any more.
    #[inline(always)]
    pub(crate) fn give_up(&mut self, object: ObjectId) {
        if !self.arena.headers.forget_if_held(object) {
            self.give_up_unheld(object);
        }
    }

    /// The same of an object that the mutator does not hold, most often.
    #[inline(never)]
    fn give_up_unheld(&mut self, object: ObjectId) {
        let Ok(header) = self.arena.headers.forget(object) else {
            return;
        };
        if header.is_held() {
            return;
        }
        if !header.is_stored() {
            self.release(object);
        } else if !header.marks.has(Mark::Untried) {
            self.suspect(object);
        }
    }

    /// Gives up the one reference that a write of the mutator's has replaced.
    #[inline(never)]
    pub(crate) fn give_up_and_settle(&mut self, object: ObjectId) {
        self.give_up_unheld(object);
        self.settle();
    }

    /// Releases an object whose strong count has come to 0 in a call of the mutator's, and what it leaves
    /// without references.
    ///
    /// If nothing waits, nothing runs, and nothing follows from its death, it takes no more than that. What else there may
    /// be is left to calls in the last place, so that nothing is saved for them.
    #[inline(always)]
    pub(crate) fn release_at_once(&mut self, object: ObjectId, header: Header) {
        if !self.is_at_rest() || header.marks.concern_others() || self.cycles.have(object.slot()) {
            return self.release_with_care(object, header);
        }
        match self.arena.contents().get(object.slot() as usize) {
            Some(content) if content.is_bare() => {
                self.bury_alone(object);
                self.arena.vacate_bare(object);
                self.host.died(object);
            }
            Some(&Content::Weak(WeakLink { target, .. })) => self.release_weak(object, header, target),
            _ => self.release_alone(object),
        }
    }

    /// Whether nothing waits to be released or called back, and no code of the mutator's runs.
    #[inline(always)]
    fn is_at_rest(&self) -> bool {
        self.queue.0.is_empty() && self.callbacks.due.is_empty() && !self.finalizers.are_running()
    }

    /// Releases a weak object that nothing has to do with but its target. No callback is due.
    #[inline(never)]
    fn release_weak(&mut self, object: ObjectId, header: Header, target: ObjectId) {
        if !self.unlink_only(target) {
            return self.release_with_care(object, header);
        }
        self.bury_alone(object);
        self.arena.vacate_bare(object);
        self.host.died(object);
    }

    /// Releases an object that is listed nowhere, and what it leaves without references. Nothing waits, and nothing runs.
    #[inline(never)]
    fn release_alone(&mut self, object: ObjectId) {
        let mut next = Some((object, Marks::default()));
        while let Some((object, marks)) = next {
            self.die(object, marks);
            next = self.next_to_die();
        }
        if !self.callbacks.due.is_empty() {
            self.work_off();
        }
    }

    /// Releases an object, whatever there may be to it. If nothing waits before it and nothing runs, its turn has come already.
    #[inline(never)]
    fn release_with_care(&mut self, object: ObjectId, header: Header) {
        let is_first = self.queue.0.is_empty() && !self.finalizers.are_running();
        if is_first && !header.marks.has(Mark::Armed) {
            self.die(object, header.marks);
        } else {
            self.release(object);
        }
        self.settle();
    }

    /// Works off the queue, and runs the callbacks that are due, unless user code runs: then whoever has called that will.
    #[inline]
    pub(crate) fn settle(&mut self) {
        if !(self.queue.0.is_empty() && self.callbacks.due.is_empty() || self.finalizers.are_running()) {
            self.work_off();
        }
    }

    #[inline(never)]
    fn work_off(&mut self) {
        self.release_queued();
        while let Some(weak) = self.callbacks.due.pop() {
            self.call_back(weak);
            self.release_queued();
        }
    }

    fn release_queued(&mut self) {
        while let Some((object, marks)) = self.next_to_die() {
            self.die(object, marks);
        }
    }

    /// Takes objects out of the queue until one has to die, and gives that and its marks. Those that may live on take their turn.
    #[inline(always)]
    fn next_to_die(&mut self) -> Option<(ObjectId, Marks)> {
        while let Some(object) = self.queue.0.pop_front() {
            match self.arena.headers.find(object) {
                Ok(header) if header.dies_unasked() => return Some((object, header.marks)),
                Ok(&header) => self.take_turn(object, header),
                Err(_) => {}
            }
        }
        None
    }

    /// The turn of an object that may live on.
    #[cold]
    #[inline(never)]
    fn take_turn(&mut self, object: ObjectId, header: Header) {
        if header.is_unreferenced() {
            self.finalize_before_release(object);
        }
        match self.arena.headers.find_mut(object) {
            Ok(header) if header.is_unreferenced() => {
                let marks = header.marks;
                self.die(object, marks);
            }
            Ok(header) => {
                header.marks.clear(Mark::Queued);
                // What refers to it may be garbage: a finalizer can have stored it in itself.
                self.suspect(object);
            }
            Err(_) => {}
        }
    }

    #[inline(always)]
    fn die(&mut self, object: ObjectId, marks: Marks) {
        self.bury(object, marks);
        self.give_up_contents(object);
        self.host.died(object);
    }

    /// Makes an object of these marks stale for every observer.
    #[inline(always)]
    pub(crate) fn bury(&mut self, object: ObjectId, marks: Marks) {
        if marks.have_entries() {
            self.take_out_entries(object, marks);
        }
        self.cycles.bury(object.slot());
        self.bury_alone(object);
    }

    /// The same of an object that is listed nowhere.
    #[inline(always)]
    fn bury_alone(&mut self, object: ObjectId) {
        self.detection.disturb();
        self.arena.bury(object);
        self.totals.frees += 1;
    }

    /// Takes a dying object out of what lists it: most often the candidates, and nothing else.
    #[inline(never)]
    fn take_out_entries(&mut self, object: ObjectId, marks: Marks) {
        if marks.have_rare_entries() {
            return self.take_out_all_entries(object, marks);
        }
        self.take_out_candidate(object, marks);
    }

    #[inline(never)]
    fn take_out_all_entries(&mut self, object: ObjectId, mut marks: Marks) {
        if marks.has(Mark::Targeted) {
            self.clear_weak_references(object);
            // It may have been the value of an ephemeron.
            marks = self.arena.headers.find(object).map_or(marks, |header| header.marks);
        }
        if marks.has(Mark::Dirty) {
            self.dirty.remove(object.slot());
        }
        self.take_out_candidate(object, marks);
        if marks.has(Mark::Spilled) {
            self.arena.headers.forget_spilled(object.slot());
        }
    }

    #[inline(always)]
    fn take_out_candidate(&mut self, object: ObjectId, marks: Marks) {
        if marks.has(Mark::Candidate) {
            self.candidates.remove(object.slot());
        }
    }

    /// Gives up what a buried object refers to, in order, and its slot.
    #[inline(always)]
    pub(crate) fn give_up_contents(&mut self, object: ObjectId) {
        match self.arena.vacate(object) {
            Remains::Nothing => {}
            Remains::One(value) => {
                if let Some(child) = value.reference() {
                    self.give_up_last(child);
                }
            }
            Remains::List(values) => self.give_up_list(values),
            Remains::Weak(link) => self.bury_weak(object, link, false),
            Remains::Other(content) => self.give_up_other(object, &content),
        }
    }

    /// Gives up the values of a list, which is then used again.
    #[inline(never)]
    fn give_up_list(&mut self, mut values: Box<[Value]>) {
        for value in &mut values {
            if let Value::Reference(child) = std::mem::take(value) {
                self.give_up_last(child);
            }
        }
        self.spare.keep(values);
    }

    #[inline(never)]
    fn give_up_other(&mut self, object: ObjectId, content: &Content) {
        if let Some(&link) = content.weak_link() {
            self.bury_weak(object, link, true);
        }
        content.each_reference(|child| self.give_up(child));
    }

    /// Gives up a reference that a dead object has left. Most often it is the last.
    #[inline(always)]
    fn give_up_last(&mut self, object: ObjectId) {
        if self.arena.headers.forget_last(object) {
            self.queue.0.push_back(object);
        } else {
            self.give_up(object);
        }
    }
}
