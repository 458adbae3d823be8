//! The candidates: objects from which all garbage is reached.
//!
//! **The invariant.** Every garbage object is reached from a candidate, or from one that the
//! collection under way has taken and not decided. Why: an object becomes garbage when the last path
//! from a root to it is cut. Whatever the path was cut at has lost a reference. It dies, and then what
//! it referred to loses one in turn; or the mutator still holds it, and then nothing behind it is
//! garbage; or it is left with references from objects alone, and then it is made a candidate there
//! and then ([`Heap::suspect`]). The same holds for an object that leaves the queue alive, which was
//! a root until then.
//!
//! A candidate is dropped when a search has shown that it is not needed, see
//! [`super::collection`] and [`super::slices`], and when it dies.
//!
//! A sliced collection *takes* the candidates that there are as it begins. They stay in the list, in
//! front of those that come later, until each is settled.

use std::hash::Hasher;

use crate::header::Mark;
use crate::digest::Digest;
use crate::slots::SlotSet;
use crate::{Heap, Host, ObjectId};

/// A set of slots of which a part is taken. Entering, leaving and asking take constant time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Candidates {
    set: SlotSet,
    /// How many are taken and not settled: the first ones.
    taken: usize,
}

impl Candidates {
    /// These, none of them taken.
    pub(crate) fn of(set: SlotSet) -> Self {
        Self { set, taken: 0 }
    }

    /// All of them.
    pub(crate) fn set(&self) -> &SlotSet {
        &self.set
    }

    #[inline]
    pub(crate) fn make_room(&mut self, slots: usize) {
        self.set.make_room(slots);
    }

    #[inline]
    pub(crate) fn insert(&mut self, slot: u32) {
        self.set.insert(slot);
    }

    pub(crate) fn remove(&mut self, slot: u32) {
        if let Some(place) = self.set.place(slot)
            && place < self.taken
        {
            self.taken -= 1;
            self.set.swap(place, self.taken);
        }
        self.set.remove(slot);
    }

    pub(crate) fn len(&self) -> usize {
        self.set.len()
    }

    pub(crate) fn members(&self) -> &[u32] {
        self.set.members()
    }

    /// Takes all that there are.
    pub(super) fn take(&mut self) {
        self.taken = self.set.len();
    }

    /// Takes none after all.
    pub(super) fn untake(&mut self) {
        self.taken = 0;
    }

    pub(super) fn has_taken(&self) -> bool {
        self.taken > 0
    }

    pub(super) fn counts_right(&self) -> bool {
        self.taken <= self.set.len()
    }

    pub(super) fn is_taken(&self, slot: u32) -> bool {
        self.set.place(slot).is_some_and(|place| place < self.taken)
    }

    /// The taken one whose turn it is.
    pub(super) fn next_taken(&self) -> Option<u32> {
        let last = self.taken.checked_sub(1)?;
        self.set.members().get(last).copied()
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Hasher>) {
        let Self { set, taken } = self;
        set.digest(digest);
        digest.size(*taken);
    }

    /// Makes it one that came later.
    pub(super) fn settle_next(&mut self) {
        self.taken = self.taken.saturating_sub(1);
    }
}

impl<H: Host> Heap<H> {
    /// Objects from which all garbage is reached: each garbage object is one of them, or is referred
    /// to, directly or through others, by one. Most are none themselves.
    ///
    /// An object becomes a candidate when it loses a reference and is left with references from
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
        let listed = self.candidates.members().iter().filter_map(|&slot| self.arena.tenant(slot));
        let is_unlisted = |object: &ObjectId| {
            let header = self.arena.headers.find(*object);
            header.is_ok_and(|header| !header.marks.has(Mark::Candidate))
        };
        let large = self.slices.large().iter().copied().filter(is_unlisted);
        listed.chain(large)
    }

    /// Makes a candidate one no longer.
    pub(super) fn drop_candidate(&mut self, slot: u32) {
        self.candidates.remove(slot);
        if let Some(header) = self.arena.headers.at_mut(slot) {
            header.marks.clear(Mark::Candidate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Candidates;

    #[test]
    fn those_that_are_taken_stay_in_front() {
        let mut candidates = Candidates::default();
        candidates.make_room(20);
        (0..5).for_each(|slot| candidates.insert(slot));
        candidates.take();
        (5..8).for_each(|slot| candidates.insert(slot));
        candidates.remove(1);
        candidates.remove(6);
        let taken = |candidates: &Candidates| (0..20).filter(|&slot| candidates.is_taken(slot)).collect::<Vec<_>>();
        assert_eq!(taken(&candidates), [0, 2, 3, 4]);
        let next = candidates.next_taken().unwrap();
        candidates.settle_next();
        assert!(!candidates.is_taken(next));
        assert_eq!((taken(&candidates).len(), candidates.len()), (3, 6));
        candidates.remove(next);
        candidates.untake();
        assert_eq!((candidates.next_taken(), candidates.len()), (None, 5));
    }
}
