//! The candidates: objects from which all garbage is reached.
//!
//! **The invariant.** Every garbage object is reached from a candidate. Why: an object becomes garbage
//! when the last path from a root to it is cut. Whatever the path was cut at has lost a reference. It
//! dies, and then what it referred to loses one in turn; or the mutator still holds it, and then nothing
//! behind it is garbage; or it is left with references from objects alone, and then it is made a candidate
//! there and then ([`Heap::suspect`]). The same holds for an object that leaves the queue alive, which was
//! a root until then.
//!
//! A candidate is dropped when a search or a mark has shown that it is not needed, see
//! [`super::collection`] and [`super::slices`], and when it dies.
//!
//! **Three parts**, one behind the other in the list. *Taken* are those that were tried when the mark
//! under way began, and have lost no reference since: it will decide about them. *Tried* are the other ones
//! that a trial has looked at and not found to be garbage: they wait for a mark. *Untried* are the rest,
//! which carry a mark, so that one that loses a reference again need not be looked up in the list.

use crate::copying::copies;
use crate::digest::{Digest, Parts};
use crate::header::Mark;
use crate::headers::Headers;
use crate::slots::SlotSet;
use crate::{Heap, Host, ObjectId};

/// A set of slots in three parts. Entering, leaving and asking take constant time.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    set: SlotSet,
    /// How many are taken: the first ones.
    taken: usize,
    /// How many are taken or tried: the first ones.
    tried: usize,
}

copies!(Candidates { set, taken, tried });

impl Candidates {
    /// These, none of them tried.
    pub(crate) fn of(set: SlotSet) -> Self {
        Self { set, taken: 0, tried: 0 }
    }

    /// All of them.
    pub(crate) fn set(&self) -> &SlotSet {
        &self.set
    }

    #[inline]
    pub(crate) fn make_room(&mut self, slots: usize) {
        self.set.make_room(slots);
    }

    /// Gives back the room for the slots from a number on, which are no candidates.
    pub(crate) fn shrink_to(&mut self, slots: usize) {
        self.set.shrink_to(slots);
    }

    /// Lets a slot enter, untried.
    #[inline]
    pub(crate) fn insert(&mut self, slot: u32) {
        self.set.insert(slot);
    }

    /// Makes one untried again.
    #[inline(never)]
    pub(crate) fn renew(&mut self, slot: u32) {
        let Some(mut place) = self.set.place(slot) else {
            return;
        };
        if place < self.taken {
            self.taken -= 1;
            self.set.swap(place, self.taken);
            place = self.taken;
        }
        if place < self.tried {
            self.tried -= 1;
            self.set.swap(place, self.tried);
        }
    }

    /// Lets one leave. Most often it is untried.
    #[inline]
    pub(crate) fn remove(&mut self, slot: u32) {
        let Some(place) = self.set.place(slot) else {
            return;
        };
        if place >= self.tried {
            self.set.remove_at(place);
        } else {
            self.remove_tried(slot);
        }
    }

    #[inline(never)]
    fn remove_tried(&mut self, slot: u32) {
        self.renew(slot);
        self.set.remove(slot);
    }

    pub(crate) fn len(&self) -> usize {
        self.set.len()
    }

    pub(crate) fn members(&self) -> &[u32] {
        self.set.members()
    }

    /// Those that no trial has looked at.
    pub(crate) fn untried(&self) -> &[u32] {
        self.members().get(self.tried..).unwrap_or_default()
    }

    /// Whether none is taken.
    pub(crate) fn none_is_taken(&self) -> bool {
        self.taken == 0
    }

    /// Notes that a trial has looked at one, which must be untried.
    fn try_one(&mut self, slot: u32) {
        if let Some(place) = self.set.place(slot)
            && place >= self.tried
        {
            self.set.swap(place, self.tried);
            self.tried += 1;
        }
    }

    /// Takes those that were tried.
    pub(super) fn take_tried(&mut self) {
        self.taken = self.tried;
    }

    /// Takes all that there are.
    fn take(&mut self) {
        (self.taken, self.tried) = (self.set.len(), self.set.len());
    }

    pub(super) fn is_taken(&self, slot: u32) -> bool {
        self.set.place(slot).is_some_and(|place| place < self.taken)
    }

    /// Makes one none any more, if it is taken.
    pub(super) fn drop_if_taken(&mut self, headers: &mut Headers, slot: u32) {
        let marks = headers.all().get(slot as usize).map(|header| header.marks).unwrap_or_default();
        if marks.has(Mark::Candidate) && !marks.has(Mark::Untried) && self.is_taken(slot) {
            self.drop_one(headers, slot);
        }
    }

    /// Makes one none any more.
    fn drop_one(&mut self, headers: &mut Headers, slot: u32) {
        self.remove(slot);
        if let Some(header) = headers.at_mut(slot) {
            header.marks.clear(Mark::Candidate);
            header.marks.clear(Mark::Untried);
        }
    }

    /// Takes none after all.
    pub(super) fn untake(&mut self) {
        self.taken = 0;
    }

    pub(crate) fn counts_right(&self) -> bool {
        self.taken <= self.tried && self.tried <= self.set.len()
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self { set, taken, tried } = self;
        digest.part("candidates.set");
        set.digest(digest);
        digest.part("candidates.taken");
        digest.size(*taken);
        digest.part("candidates.tried");
        digest.size(*tried);
    }
}

impl<H: Host> Heap<H> {
    /// Objects from which all garbage is reached: each garbage object is one of them, or is referred
    /// to, directly or through others, by one; a key leads to the values that ephemerons have for it. Most are none themselves.
    ///
    /// An object becomes a candidate when it loses a reference, or its pin, and is left with references from
    /// objects alone. It is one until it dies or a collection finds that it is not needed.
    ///
    /// ```
    /// # use heapproof_heap::{Heap, Value};
    /// let mut heap = Heap::<()>::new();
    /// let a = heap.allocate_box(Value::Nil)?;
    /// heap.set_box(a, a.into())?;
    /// assert_eq!(heap.candidates().count(), 0);
    /// heap.dec_ref(a)?; // only `a` itself refers to it now
    /// assert_eq!(heap.candidates().collect::<Vec<_>>(), [a]);
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    pub fn candidates(&self) -> impl Iterator<Item = ObjectId> {
        self.candidates.members().iter().filter_map(|&slot| self.arena.tenant(slot))
    }

    /// Makes a candidate one no longer.
    pub(super) fn drop_candidate(&mut self, slot: u32) {
        self.candidates.drop_one(&mut self.arena.headers, slot);
    }

    /// Notes that a trial has not found an untried candidate to be garbage.
    pub(super) fn note_tried(&mut self, slot: u32) {
        self.candidates.try_one(slot);
        if let Some(header) = self.arena.headers.at_mut(slot) {
            header.marks.clear(Mark::Untried);
        }
    }

    /// Lets the mark that begins decide about all candidates, tried or not.
    pub(super) fn take_candidates(&mut self) {
        for &slot in self.candidates.untried() {
            if let Some(header) = self.arena.headers.at_mut(slot) {
                header.marks.clear(Mark::Untried);
            }
        }
        self.candidates.take();
    }
}

#[cfg(test)]
mod tests {
    use super::Candidates;

    #[test]
    fn each_part_keeps_what_is_in_it() {
        let mut candidates = Candidates::default();
        candidates.make_room(20);
        (0..4).for_each(|slot| candidates.insert(slot));
        candidates.take();
        (4..10).for_each(|slot| candidates.insert(slot));
        [5, 7, 8].into_iter().for_each(|slot| candidates.try_one(slot));
        let parts = |candidates: &Candidates| {
            let sorted = |slots: &[u32]| {
                let mut slots = slots.to_vec();
                slots.sort_unstable();
                slots
            };
            let tried = &candidates.members()[candidates.taken..candidates.tried];
            [sorted(&candidates.members()[..candidates.taken]), sorted(tried), sorted(candidates.untried())]
        };
        assert_eq!(parts(&candidates), [vec![0, 1, 2, 3], vec![5, 7, 8], vec![4, 6, 9]]);
        candidates.renew(1);
        candidates.renew(7);
        candidates.renew(9);
        candidates.remove(3);
        candidates.remove(8);
        candidates.remove(6);
        assert_eq!(parts(&candidates), [vec![0, 2], vec![5], vec![1, 4, 7, 9]]);
        candidates.untake();
        assert_eq!(parts(&candidates), [vec![], vec![0, 2, 5], vec![1, 4, 7, 9]]);
        assert!(candidates.none_is_taken() && candidates.counts_right());
    }
}
