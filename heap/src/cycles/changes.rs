//! What detection and collection have to be told: which objects have changed, and where garbage
//! may hang.
//!
//! An object is *dirty* when it has got or lost a reference since the last detection: only then can
//! cycles be other than they were, see [`super::detection`]. It becomes a *candidate* when it loses
//! a reference or its pin, and is left with internal references alone: only then can garbage have come to be that
//! counting does not see, see [`super::candidates`]. Both are noted by a mark on the object and an
//! entry in a set, without hashing.

use crate::header::Mark;
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    /// Notes that an object has got or lost a reference.
    #[inline(always)]
    pub(crate) fn changed(&mut self, object: ObjectId) {
        if self.changes_are_followed() {
            self.note_change(object);
        }
    }

    /// Notes that some object has got or lost a reference, and says whether it is to be noted which.
    #[inline(always)]
    pub(crate) fn changes_are_followed(&mut self) -> bool {
        self.detection.disturb();
        self.detection.follows_changes()
    }

    /// Notes that it was this one.
    #[inline(never)]
    pub(crate) fn note_change(&mut self, object: ObjectId) {
        if let Ok(header) = self.arena.headers.find_mut(object)
            && !header.marks.has(Mark::Dirty)
        {
            header.marks.set(Mark::Dirty);
            self.dirty.make_room(self.arena.slots());
            self.dirty.insert(object.slot());
        }
    }

    /// Makes an object a candidate that is still to be tried, unless it is held or pinned. To give up either suspects it anew.
    #[inline(never)]
    pub(crate) fn suspect(&mut self, object: ObjectId) {
        let Ok(header) = self.arena.headers.find_mut(object) else {
            return;
        };
        if header.is_held_or_pinned() || header.marks.has(Mark::Untried) {
            return;
        }
        let is_new = !header.marks.has(Mark::Candidate);
        header.marks.set(Mark::Untried);
        header.marks.set(Mark::Candidate);
        match is_new {
            true => self.candidates.insert(object.slot()),
            false => self.candidates.renew(object.slot()),
        }
    }
}
