//! How each structure is made anew.

use super::{Recovery, RecoveryAction, Unknown};
use crate::arena::NONE;
use crate::cycles::candidates::Candidates;
use crate::cycles::known::KnownCycles;
use crate::header::Mark;
use crate::headers::Strong;
use crate::object::Content;
use crate::slots::SlotSet;
use crate::verify::{CountKind, Structure, Tally, WRAPPED, with_values_mut};
use crate::{Heap, Host, Kind, ObjectId, Value};

impl<H: Host> Heap<H> {
    /// Makes each slot either one of a living object with contents, or vacant.
    pub(super) fn rebuild_slots(&mut self, recovery: &mut Recovery) {
        let retired = self.arena.generation_ceiling;
        for slot in self.arena.every_slot() {
            let tenant = self.arena.tenant(slot);
            match (tenant, self.arena.content_at_mut(slot)) {
                (Some(object), Some(Content::Vacant { generation, .. })) => {
                    *generation = object.generation().max(*generation);
                    self.arena.headers.vacate(slot);
                    self.totals.frees += 1;
                    recovery.did(RecoveryAction::GaveUp { object });
                }
                (None, Some(content)) if content.kind().is_some() => {
                    *content = Content::Vacant { generation: retired, next: NONE };
                    recovery.did(RecoveryAction::RetiredSlot { slot });
                }
                _ => {}
            }
        }
    }

    /// Makes references to what is gone nil.
    pub(super) fn clear_dangling_references(&mut self, recovery: &mut Recovery) {
        for object in self.living() {
            let Some(content) = self.arena.contents.get_mut(object.slot() as usize) else {
                continue;
            };
            let headers = &self.arena.headers;
            let is_gone = |target: ObjectId| headers.find(target).is_err();
            let (is_ephemeron, mut has_lost_its_key) = (matches!(content, Content::Ephemeron(_)), false);
            if let Some(link) = content.weak_link_mut()
                && !link.target.is_nil()
                && is_gone(link.target)
            {
                // The target has not died, as far as is known: nobody is called.
                (link.target, link.callback) = (ObjectId::NIL, false);
                recovery.lose(object, 0);
                has_lost_its_key = is_ephemeron;
            }
            with_values_mut(content, |place, value| {
                if value.reference().is_some_and(|it| has_lost_its_key || is_gone(it)) {
                    *value = Value::Nil;
                    // The key of an ephemeron is at 0.
                    recovery.lose(object, place + usize::from(is_ephemeron));
                }
            });
        }
    }

    /// Makes the lists of weak objects, and weak counts with them, from what weak objects target.
    pub(super) fn rebuild_weak_lists(&mut self, recovery: &mut Recovery) {
        let tally = Tally::new(&self.arena, None);
        let recorded = |it: ObjectId| self.arena.weak_index.count(it);
        let mut is_right = true;
        for object in self.objects() {
            recovery.set_count(object, CountKind::Weak, recorded(object), tally.weak(object));
            is_right &= recorded(object) == tally.weak(object);
        }
        if is_right && self.verify_weak_lists(&self.census()).is_empty() {
            return;
        }
        self.arena.weak_index.clear();
        let living = self.living();
        for &object in &living {
            self.mark(object, Mark::Targeted, false);
        }
        // The youngest ephemeron is linked last.
        let mut weak = living;
        weak.sort_by_key(|&object| self.age_of(object));
        for object in weak {
            if let Some(link) = self.weak_link(object.slot()) {
                let target = link.target;
                (link.previous, link.next) = (NONE, NONE);
                if !target.is_nil() {
                    let is_ephemeron = self.kind(object) == Some(Kind::Ephemeron);
                    self.link(object.slot(), target, is_ephemeron);
                }
            }
        }
        let (structure, entries) = (Structure::WeakIndex, self.arena.weak_index.len());
        recovery.did(RecoveryAction::Rebuilt { structure, entries });
    }

    /// Lists the vacant slots that have a generation left, the first one in front.
    pub(super) fn rebuild_free_list(&mut self, recovery: &mut Recovery) {
        if self.verify_free_list().is_empty() {
            return;
        }
        let (mut first, mut vacant) = (NONE, 0);
        for slot in self.arena.every_slot().rev() {
            let ceiling = self.arena.generation_ceiling;
            if let Some(Content::Vacant { generation, next }) = self.arena.content_at_mut(slot) {
                *next = NONE;
                if *generation < ceiling {
                    *next = std::mem::replace(&mut first, slot);
                    vacant += 1;
                }
            }
        }
        self.arena.vacant = first;
        recovery.did(RecoveryAction::RebuiltFreeList { vacant });
    }

    /// Takes every object for changed that may be. Also those that have no reference now: they may
    /// have lost the last one.
    pub(super) fn rebuild_dirty(&mut self, recovery: &mut Recovery) {
        if !self.verify_dirty_tracking().is_empty() {
            self.take_all_for_changed(recovery);
        }
        for lost in recovery.lost.clone() {
            self.changed(lost.holder);
        }
    }

    fn take_all_for_changed(&mut self, recovery: &mut Recovery) {
        let may_refer = |heap: &Self, object| {
            let content = heap.arena.content(object);
            content.is_ok_and(|it| !matches!(it, Content::Scalar(_) | Content::Weak(_)))
        };
        let mut dirty = std::mem::take(&mut self.dirty);
        let entries = self.rebuild_set(&mut dirty, Mark::Dirty, may_refer);
        self.dirty = dirty;
        recovery.did(RecoveryAction::Rebuilt { structure: Structure::Dirty, entries });
        recovery.unknown.push(Unknown::Changes);
    }

    /// Lets members lead to the known cycles. Cycles that contradict each other are all forgotten,
    /// and are found again by the next detection.
    pub(super) fn rebuild_known_cycles(&mut self, recovery: &mut Recovery) {
        if self.verify_known_cycles().is_empty() {
            return;
        }
        let Self { arena, cycles, .. } = self;
        if !cycles.reindex(arena.slots(), |object| arena.headers.find(object).is_ok()) {
            *cycles = KnownCycles::default();
            self.take_all_for_changed(recovery);
        }
        let (structure, entries) = (Structure::KnownCycles, self.cycles.entries().count());
        recovery.did(RecoveryAction::Rebuilt { structure, entries });
    }

    /// Leaves those objects in the queue, once each, that are marked as waiting, and lets no others
    /// be marked.
    pub(super) fn rebuild_queue(&mut self, recovery: &mut Recovery) {
        if self.verify_queue(&self.census()).is_empty() {
            return;
        }
        let waiting = self.queue.0.iter().copied().collect();
        let kept = self.keep_marked(waiting, Mark::Queued);
        self.queue.0.refill(kept);
        let (structure, entries) = (Structure::Queue, self.queue.0.len());
        recovery.did(RecoveryAction::Rebuilt { structure, entries });
    }

    /// Lists the weak objects whose callbacks are due.
    pub(super) fn rebuild_callbacks(&mut self, recovery: &mut Recovery) {
        if self.verify_callbacks().is_empty() {
            return;
        }
        self.callbacks.due = self.with_due_callbacks().collect();
        let (structure, entries) = (Structure::Callbacks, self.callbacks.due.len());
        recovery.did(RecoveryAction::Rebuilt { structure, entries });
    }

    /// Leaves those objects in a list, once each, that carry a mark, and lets no others carry it.
    pub(super) fn keep_marked(&mut self, mut list: Vec<ObjectId>, mark: Mark) -> Vec<ObjectId> {
        // An object loses its mark with its first entry, so that it has no second.
        list.retain(|&object| {
            let had = self.arena.headers.find(object).is_ok_and(|it| it.marks.has(mark));
            self.mark(object, mark, false);
            had
        });
        for object in self.living() {
            self.mark(object, mark, false);
        }
        for &object in &list {
            self.mark(object, mark, true);
        }
        list
    }

    /// Makes counts from contents and roots. Without roots what would not be referred to at all is
    /// taken to be held once, unless it waits to be released.
    pub(super) fn rebuild_counts(&mut self, roots: Option<&[ObjectId]>, recovery: &mut Recovery) {
        if !self.verify_spilled(&self.census()).is_empty() {
            let entries = self.arena.headers.split_anew();
            recovery.did(RecoveryAction::Rebuilt { structure: Structure::Counts, entries });
        }
        let tally = Tally::new(&self.arena, roots);
        let (live, recorded) = (self.objects().count(), self.arena.live());
        self.arena.live = u32::try_from(live).unwrap_or(u32::MAX);
        recovery.set_count(ObjectId::NIL, CountKind::Live, recorded, self.arena.live());
        for object in self.living() {
            let Ok(header) = self.arena.headers.find(object) else {
                continue;
            };
            let is_queued = header.marks.has(Mark::Queued);
            let before = self.arena.headers.strong(object.slot());
            let (internal, recorded) = (tally.internal(object), before.external);
            let is_lost = internal == 0 && recorded == 0 && !is_queued;
            let external = match tally.external(object) {
                Some(external) => external,
                None if is_lost || recorded >= WRAPPED => 1,
                None => recorded,
            };
            recovery.set_count(object, CountKind::Internal, before.internal, internal);
            recovery.set_count(object, CountKind::External, recorded, external);
            if roots.is_none() && external != recorded {
                recovery.unknown.push(Unknown::External { object, assumed: external });
            }
            self.arena.headers.set_strong(object.slot(), Strong { external, internal });
        }
    }

    /// Lets objects to which nothing refers wait for their release.
    pub(super) fn release_the_unreferenced(&mut self, recovery: &mut Recovery) {
        for object in self.living() {
            let header = self.arena.headers.find(object);
            if header.is_ok_and(|it| it.is_unreferenced() && !it.marks.has(Mark::Queued)) {
                self.release(object);
                recovery.did(RecoveryAction::Released { object });
            }
        }
    }

    /// Takes every object for a candidate that contents alone refer to.
    pub(super) fn rebuild_candidates(&mut self, recovery: &mut Recovery) {
        if self.verify_candidates(&self.census()).is_empty() && self.unreachable().next().is_none() {
            return;
        }
        let is_candidate = |heap: &Self, object| {
            let header = heap.arena.headers.find(object);
            header.is_ok_and(|it| !it.is_held_or_pinned() && it.is_stored())
        };
        let mut candidates = SlotSet::default();
        let entries = self.rebuild_set(&mut candidates, Mark::Candidate, is_candidate);
        self.candidates = Candidates::of(candidates);
        for object in self.living() {
            let is_candidate = self.arena.headers.find(object).is_ok_and(|it| it.marks.has(Mark::Candidate));
            self.mark(object, Mark::Untried, is_candidate);
        }
        recovery.did(RecoveryAction::Rebuilt { structure: Structure::Candidates, entries });
    }

    /// Lets those living objects have a mark and an entry that belong in a set, and no others.
    fn rebuild_set(&mut self, set: &mut SlotSet, mark: Mark, belongs: impl Fn(&Self, ObjectId) -> bool) -> usize {
        set.clear();
        set.make_room(self.arena.slots());
        for object in self.living() {
            let belongs = belongs(self, object);
            self.mark(object, mark, belongs);
            if belongs {
                set.insert(object.slot());
            }
        }
        set.len()
    }

    pub(super) fn mark(&mut self, object: ObjectId, mark: Mark, on: bool) {
        let Ok(header) = self.arena.headers.find_mut(object) else {
            return;
        };
        match on {
            true => header.marks.set(mark),
            false => header.marks.clear(mark),
        }
    }

    pub(super) fn living(&self) -> Vec<ObjectId> {
        self.objects().collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::arena::NONE;
    use crate::header::Header;
    use crate::headers::Strong;
    use crate::object::Content;
    use crate::{Heap, ObjectId, RecoveryAction, Value, VerificationErrorKind};

    /// A table that refers to a box, both held, and a weak object for each.
    fn heap() -> (Heap, [ObjectId; 2]) {
        let mut heap = Heap::<()>::new();
        let child = heap.allocate_box(Value::Nil).unwrap();
        let parent = heap.allocate_table().unwrap();
        heap.set_field(parent, "child", child.into()).unwrap();
        heap.set_field(parent, "own", parent.into()).unwrap();
        heap.allocate_weak(child).unwrap();
        heap.allocate_weak(parent).unwrap();
        (heap, [parent, child])
    }

    #[test]
    fn an_object_that_has_no_contents_is_given_up() {
        let (mut heap, [parent, child]) = heap();
        *heap.arena.content_at_mut(child.slot()).unwrap() = Content::Vacant { generation: 0, next: NONE };
        let report = heap.verify_heap();
        assert!(report.iter().any(|it| it.kind == VerificationErrorKind::DoubleFreed && it.object == child));
        let recovery = heap.attempt_recovery(&report, None).unwrap();
        assert!(recovery.is_clean(), "{recovery}");
        assert_eq!((recovery.lost.len(), heap.contains(child), heap.len()), (2, false, 3));
        assert_eq!(heap.get_field(parent, "child"), Ok(Value::Nil));
        let next = heap.allocate_table().unwrap();
        assert_eq!((next.slot(), next.generation()), (child.slot(), 2));
        assert_eq!(heap.statistics().live_objects, heap.statistics().allocations - heap.statistics().frees);
    }

    #[test]
    fn an_ephemeron_that_has_lost_its_key_has_lost_its_value() {
        let (mut heap, [parent, child]) = heap();
        let ephemeron = heap.allocate_ephemeron(parent, child.into()).unwrap();
        heap.weak_link(ephemeron.slot()).unwrap().target = ObjectId::new(parent.slot(), 7);
        let report = heap.verify_heap();
        let recovery = heap.attempt_recovery(&report, None).unwrap();
        assert!(recovery.is_clean(), "{recovery}");
        assert_eq!(
            recovery.lost.iter().map(|lost| (lost.holder, lost.place)).collect::<Vec<_>>(),
            [(ephemeron, 0), (ephemeron, 1)]
        );
        assert_eq!(heap.get_box(ephemeron), Ok(Value::Nil));
    }

    #[test]
    fn a_slot_with_contents_and_without_object_is_retired() {
        let (mut heap, [parent, child]) = heap();
        heap.arena.headers.at_mut(parent.slot()).map(|it| *it = Header::default()).unwrap();
        let report = heap.verify_heap();
        assert!(report.warnings.iter().any(|it| it.kind == VerificationErrorKind::MemoryLeak));
        let recovery = heap.attempt_recovery(&report, Some(&[])).unwrap();
        assert!(recovery.is_clean(), "{recovery}");
        assert!(recovery.actions.contains(&RecoveryAction::RetiredSlot { slot: parent.slot() }));
        assert!(heap.is_empty() && !heap.contains(child));
        let slots: Vec<u32> = (0..4).map(|_| heap.allocate_table().unwrap().slot()).collect();
        assert!(!slots.contains(&parent.slot()));
    }

    #[test]
    fn counts_whose_parts_beside_headers_are_wrong_are_made_anew() {
        let beside = [None, Some(Strong { external: 128, internal: 7 })];
        for (held, beside) in [(300, beside[0]), (300, beside[1]), (2, beside[1])] {
            let (mut heap, [parent, child]) = heap();
            (1..held).for_each(|_| heap.inc_ref(parent).unwrap());
            let roots: Vec<ObjectId> = (0..held).map(|_| parent).chain([child]).chain(heap.objects().skip(2)).collect();
            assert!(heap.verify_heap_with_roots(&roots).is_clean());
            heap.arena.headers.damage_spilled(parent.slot(), beside);
            let report = heap.verify_heap_with_roots(&roots);
            assert!(report.iter().any(|it| it.object == parent), "{report}");
            let recovery = heap.attempt_recovery(&report, Some(&roots)).unwrap();
            assert!(recovery.is_clean(), "{recovery}");
            assert_eq!(heap.counts(parent).map(|counts| (counts.external, counts.internal)), Some((held, 1)));
        }
    }
}
