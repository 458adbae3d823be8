//! Memory is given back.
//!
//! A heap keeps what it has reserved, since most programs need it again. One that has come down from a peak, and knows it,
//! gives back what nothing lives in: vacant slots behind the last one that is in use, the room behind the lists that remain, and what was kept to be
//! used again.
//!
//! **A slot that is cut off takes the generation of its last tenant with it,** and an id from before must stay stale for ever
//! (`SPEC.md` 1.3). So the arena keeps a *floor*: the highest generation that a slot had that was cut off. New slots begin above it.
//! Slots of which more than half of the generations are used up are never cut off: so every new slot can have half as many tenants as others,
//! and one slot that was used very often does not use up all that come later.

use crate::arena::{Arena, NONE};
use crate::cycles::search::Search;
use crate::object::Content;
use crate::spare::Spare;
use crate::{Heap, HeapError, Host};

impl<H: Host> Heap<H> {
    /// Gives memory back that nothing lives in. What can be asked for of the heap is as before, ids and their ends included; a
    /// collection or detection under way goes on.
    ///
    /// Slots are given out anew from the one vacated last, and objects don't move: so what can be given back of them is what
    /// lies behind the last living object, or behind a slot of which more than half of the
    /// [generations](crate::Configuration::with_generation_ceiling) are used up. Takes time in proportion to the heap.
    ///
    /// # Errors
    /// [`HeapError::Reentrant`] in a finalizer or a callback.
    ///
    /// ```
    /// # use heapproof_heap::{Heap, Value};
    /// let mut heap = Heap::<()>::new();
    /// let first = heap.allocate_box(Value::Nil)?;
    /// heap.shrink()?;
    /// let before = heap.footprint();
    /// let more = (0..1_000).map(|_| heap.allocate_table()).collect::<Result<Vec<_>, _>>()?;
    /// more.into_iter().try_for_each(|table| heap.dec_ref(table))?;
    /// assert!(heap.footprint() > before);
    /// heap.shrink()?;
    /// assert!(heap.footprint() <= before);
    /// assert!(heap.contains(first));
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    pub fn shrink(&mut self) -> Result<(), HeapError> {
        if self.finalizers.are_running() {
            return Err(HeapError::Reentrant);
        }
        self.arena.shrink();
        let slots = self.arena.slots();
        self.slices.shrink(self.arena.live() == 0);
        self.queue.0.shrink();
        self.finalizers.shrink();
        self.callbacks.due.shrink_to_fit();
        self.dirty.shrink_to(slots);
        self.candidates.shrink_to(slots);
        self.cycles.shrink_to(slots);
        self.detection.shrink_to(slots);
        self.search = Search::default();
        self.spare = Spare::default();
        if let Some(frame) = &mut self.frame {
            frame.shrink(&self.arena);
        }
        Ok(())
    }
}

impl Arena {
    /// Cuts off the slots behind the last one that is in use, or has had too many tenants, and gives back what room lies behind.
    fn shrink(&mut self) {
        let slots = self.every_slot().rev().find_map(|slot| match self.latest_generation(slot) {
            Some((generation, false)) if generation <= self.generation_ceiling / 2 => {
                self.floor = self.floor.max(generation);
                None
            }
            _ => Some(slot + 1),
        });
        let slots = slots.unwrap_or(0);
        self.list_vacant_below(slots);
        self.contents.shrink_to(slots as usize);
        self.headers.shrink_to(slots as usize);
        self.weak_index.shrink();
    }

    /// Leaves the slots from a number on out of the list of vacant ones; the others keep their order.
    fn list_vacant_below(&mut self, slots: u32) {
        let (mut last, mut next) = (None, std::mem::replace(&mut self.vacant, NONE));
        // In a damaged heap the list may be a ring.
        for _ in self.every_slot() {
            let slot = next;
            let Some(Content::Vacant { next: behind, .. }) = self.content_at_mut(slot) else {
                break;
            };
            next = std::mem::replace(behind, NONE);
            if slot < slots {
                self.link_vacant(last, slot);
                last = Some(slot);
            }
        }
    }

    /// Lets a vacant slot follow another in their list, or be the first.
    fn link_vacant(&mut self, last: Option<u32>, slot: u32) {
        match last.and_then(|last| self.content_at_mut(last)) {
            Some(Content::Vacant { next, .. }) => *next = slot,
            _ => self.vacant = slot,
        }
    }
}
