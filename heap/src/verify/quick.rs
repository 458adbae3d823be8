//! A look at a part of the heap, for production.
//!
//! Each call looks at a bounded number of slots and of the references from each, however large
//! the heap is. Where it looks depends on how much has been done with the heap, so that in the
//! course of time it looks everywhere.

use super::places::{value_at, value_places};
use super::tally::WRAPPED;
use crate::arena::NONE;
use crate::header::Mark;
use crate::object::Content;
use crate::{Heap, Host, ObjectId};

/// The most slots that a call looks at.
const SLOTS: usize = 64;
/// The most values of an object that a call looks at.
const VALUES: usize = 8;

impl<H: Host> Heap<H> {
    /// Looks at a few dozen objects, in constant time, and says whether they look right. Called every
    /// now and then it is likely to notice sooner or later that a heap is damaged;
    /// [`verify_heap`](Self::verify_heap) then says how.
    ///
    /// It sees: a vacant slot that has contents or is noted as an object's; a strong count that has
    /// been counted down below 0; an object that is marked as changed or as a candidate and is not
    /// noted so, or the other way round; one that is marked as waiting for its release while none
    /// waits, or as a temporary while no frame is open; one of another colour than all
    /// others while no mark is under way; a reference that
    /// dangles, among eight values of each object; a list of vacant slots that begins outside of the
    /// heap or at an object; more objects than slots. It can't see any other wrong count, the lists of
    /// weak objects, the indexes and shapes of tables, known cycles, what lies behind the first vacant
    /// slot, and garbage that no candidate reaches; nor what is wrong with objects that it does not
    /// look at. So true does not mean that the heap is right, but false means that it is wrong.
    #[must_use]
    pub fn quick_health_check(&self) -> bool {
        let slots = self.arena.slots();
        let moves = self.totals.allocations + self.totals.frees + self.tuning.all_operations();
        // Fibonacci hashing: neighbouring numbers lead far apart, and all places are reached.
        let scattered = moves.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let start = usize::try_from(scattered).unwrap_or_default() % slots.max(1);
        let mut sample = (0..slots.min(SLOTS)).map(|step| (start + step) % slots);
        self.begins_with_a_vacant_slot()
            && self.arena.live() as usize <= slots
            && sample.all(|slot| self.looks_right(slot as u32, start))
    }

    fn begins_with_a_vacant_slot(&self) -> bool {
        let first = self.arena.vacant;
        let content = self.arena.contents().get(first as usize);
        first == NONE || matches!(content, Some(Content::Vacant { .. })) && self.arena.tenant(first).is_none()
    }

    fn looks_right(&self, slot: u32, start: usize) -> bool {
        let (Some(header), Some(content)) =
            (self.arena.headers.all().get(slot as usize), self.arena.contents().get(slot as usize))
        else {
            return false;
        };
        let counts = self.arena.headers.strong(slot);
        // A vacant slot's header has no marks.
        let waits = !self.queue.0.is_empty() || self.finalizers.are_running();
        header.is_live() == content.kind().is_some()
            && counts.external < WRAPPED
            && counts.internal < WRAPPED
            && header.marks.has(Mark::Dirty) == self.dirty.contains(slot)
            && header.marks.has(Mark::Candidate) == self.candidates.set().contains(slot)
            && (waits || !header.marks.has(Mark::Queued))
            && (self.frame.is_some() || !header.marks.has(Mark::Temporary))
            && (self.slices.marking().is_under_way() || !self.arena.headers.is_white(slot))
            && self.refer_to_the_living(content, start)
    }

    /// Whether none of a few of the values dangles.
    fn refer_to_the_living(&self, content: &Content, start: usize) -> bool {
        let lives = |it: ObjectId| it.is_nil() || self.contains(it);
        if !content.weak_link().is_none_or(|link| lives(link.target)) {
            return false;
        }
        let places = value_places(content);
        let mut sample = (0..places.min(VALUES)).map(|step| (start + step) % places);
        sample.all(|place| value_at(content, place).and_then(|it| it.reference()).is_none_or(lives))
    }
}

#[cfg(test)]
mod tests {
    use crate::Heap;
    use crate::arena::NONE;

    #[test]
    fn a_list_of_vacant_slots_begins_at_one_or_nowhere() {
        let mut heap = Heap::<()>::new();
        let tables = [(); 2].map(|()| heap.allocate_table().unwrap());
        heap.dec_ref(tables[1]).unwrap();
        assert!(heap.quick_health_check());
        for (vacant, is_right) in [(NONE, true), (tables[0].slot(), false), (77, false)] {
            heap.arena.vacant = vacant;
            assert_eq!(heap.quick_health_check(), is_right, "{vacant}");
        }
    }
}
