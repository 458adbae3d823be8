//! Marks on objects against the entries that go with them: of changed objects, candidates, the release
//! queue, callbacks that are due, and what counts have beside headers.

use super::census::Census;
use super::error::{Structure, VerificationDetail, VerificationError, VerificationErrorKind};
use crate::header::{Header, Mark};
use crate::slots::SlotSet;
use crate::weak::WeakLink;
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    /// Verifies that the objects marked as changed since the last detection are those that are
    /// noted to be visited by the next.
    ///
    /// Finds [`DirtyInconsistency`](VerificationErrorKind::DirtyInconsistency).
    #[must_use]
    pub fn verify_dirty_tracking(&self) -> Vec<VerificationError> {
        self.verify_dirty(&self.census())
    }

    pub(super) fn verify_dirty(&self, census: &Census) -> Vec<VerificationError> {
        let (mut found, kind) = (Vec::new(), VerificationErrorKind::DirtyInconsistency);
        self.verify_set(census, &self.dirty, Mark::Dirty, Structure::Dirty, kind, &mut found);
        found
    }

    pub(crate) fn verify_candidates(&self, census: &Census) -> Vec<VerificationError> {
        let (mut found, kind) = (Vec::new(), VerificationErrorKind::FieldRefMismatch);
        self.verify_set(census, self.candidates.set(), Mark::Candidate, Structure::Candidates, kind, &mut found);
        // Entries of a right set are distinct.
        let untried = self.candidates.untried();
        if found.is_empty() && !self.are_those_marked(census, Mark::Untried, untried) {
            let untried = untried.iter().copied();
            self.verify_marks(census, Mark::Untried, untried, Structure::Candidates, kind, &mut found);
        }
        found
    }

    /// Counts are split as [`crate::headers`] has it: a part lies beside the header only if the mark says so,
    /// and the byte is 0 only if all of the count is.
    pub(crate) fn verify_spilled(&self, census: &Census) -> Vec<VerificationError> {
        let (mut found, kind) = (Vec::new(), VerificationErrorKind::FieldRefMismatch);
        let headers = &self.arena.headers;
        self.verify_marks(census, Mark::Spilled, headers.spilled(), Structure::Counts, kind, &mut found);
        // Of all others the bytes are the counts.
        let spilled =
            self.arena.all().filter(|(_, _, header)| census.has(Mark::Spilled) && header.marks.has(Mark::Spilled));
        for (object, _, header) in spilled {
            let counts = headers.strong(object.slot());
            if header.is_held() != (counts.external > 0) || header.is_stored() != (counts.internal > 0) {
                let detail = VerificationDetail::EntryMisplaced(Structure::Counts);
                found.push(VerificationError::new(kind, object, detail));
            }
        }
        found
    }

    /// An object whose finalizer runs in its turn is marked, and has left the queue. Entries of
    /// objects that died while they waited are left where they are, and are no error.
    pub(crate) fn verify_queue(&self, census: &Census) -> Vec<VerificationError> {
        let mut found = Vec::new();
        let (structure, kind) = (Structure::Queue, VerificationErrorKind::FieldRefMismatch);
        let waiting = self.queue.0.iter().copied().chain(self.finalizers.interrupted());
        let waiting = waiting.filter(|&it| self.contains(it)).map(ObjectId::slot);
        self.verify_marks(census, Mark::Queued, waiting, structure, kind, &mut found);
        found
    }

    /// The weak objects that are listed are those that have a callback and no target any more.
    pub(crate) fn verify_callbacks(&self) -> Vec<VerificationError> {
        let (mut found, due) = (Vec::new(), &self.callbacks.due);
        let (structure, kind) = (Structure::Callbacks, VerificationErrorKind::FieldRefMismatch);
        let mut report = |object, detail| found.push(VerificationError::new(kind, object, detail));
        let mut is_listed = vec![false; if due.is_empty() { 0 } else { self.arena.slots() }];
        for &object in due {
            match is_listed.get_mut(object.slot() as usize).filter(|_| self.contains(object)) {
                None => report(ObjectId::NIL, VerificationDetail::EntryOfNoObject { structure, slot: object.slot() }),
                Some(true) => report(object, VerificationDetail::EntryTwice(structure)),
                Some(is_listed) => *is_listed = true,
            }
            if self.contains(object) && !self.weak_link_of(object).is_some_and(WeakLink::is_due) {
                report(object, VerificationDetail::EntryWithoutMark(structure));
            }
        }
        for weak in self.with_due_callbacks() {
            if !is_listed.get(weak.slot() as usize).is_some_and(|&it| it) {
                report(weak, VerificationDetail::MarkWithoutEntry(structure));
            }
        }
        found
    }

    /// What nothing refers to waits in the queue.
    pub(super) fn verify_no_unreferenced(&self, census: &Census, found: &mut Vec<VerificationError>) {
        for (object, _, header) in self.arena.all().filter(|_| census.unreferenced) {
            if header.is_unreferenced() && !header.marks.has(Mark::Queued) {
                let kind = VerificationErrorKind::FieldRefMismatch;
                found.push(VerificationError::new(kind, object, VerificationDetail::NotQueued));
            }
        }
    }

    fn verify_set(
        &self,
        census: &Census,
        set: &SlotSet,
        mark: Mark,
        structure: Structure,
        kind: VerificationErrorKind,
        found: &mut Vec<VerificationError>,
    ) {
        if set.has_each_once() && self.are_those_marked(census, mark, set.members()) {
            return;
        }
        self.verify_marks(census, mark, set.members().iter().copied(), structure, kind, found);
        for &slot in set.members().iter().filter(|&&slot| !set.contains(slot)) {
            let object = self.arena.tenant(slot).unwrap_or_default();
            found.push(VerificationError::new(kind, object, VerificationDetail::EntryMisplaced(structure)));
        }
    }

    /// Whether slots, of which none is named twice, are those of all objects that have a mark. [`Self::verify_marks`] says which
    /// are not; mostly there is nothing to say.
    fn are_those_marked(&self, census: &Census, mark: Mark, slots: &[u32]) -> bool {
        if slots.is_empty() {
            return !census.has(mark);
        }
        let headers = self.arena.headers.all();
        let is_marked = |header: &Header| header.is_live() && header.marks.has(mark);
        let marked: usize = headers.iter().map(|header| usize::from(is_marked(header))).sum();
        slots.len() == marked && slots.iter().all(|&it| headers.get(it as usize).is_some_and(is_marked))
    }

    /// Compares a mark with the entries that must go with it, one for each marked object.
    pub(super) fn verify_marks(
        &self,
        census: &Census,
        mark: Mark,
        entries: impl Iterator<Item = u32>,
        structure: Structure,
        kind: VerificationErrorKind,
        found: &mut Vec<VerificationError>,
    ) {
        let mut entries = entries.peekable();
        if entries.peek().is_none() && !census.has(mark) {
            return;
        }
        let mut report = |object, detail| found.push(VerificationError::new(kind, object, detail));
        let mut has_entry = vec![false; self.arena.slots()];
        for slot in entries {
            match (self.arena.tenant(slot), has_entry.get_mut(slot as usize)) {
                (Some(object), Some(has_entry)) => {
                    if std::mem::replace(has_entry, true) {
                        report(object, VerificationDetail::EntryTwice(structure));
                    }
                }
                _ => report(ObjectId::NIL, VerificationDetail::EntryOfNoObject { structure, slot }),
            }
        }
        for (object, _, header) in self.arena.all() {
            let has_entry = has_entry.get(object.slot() as usize).is_some_and(|&it| it);
            match (header.marks.has(mark), has_entry) {
                (true, false) => report(object, VerificationDetail::MarkWithoutEntry(structure)),
                (false, true) => report(object, VerificationDetail::EntryWithoutMark(structure)),
                _ => {}
            }
        }
    }
}
