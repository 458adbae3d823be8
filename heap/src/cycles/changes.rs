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
        self.detection.disturb();
        if self.detection.follows_changes() {
            self.note_change(object);
        }
    }

    #[inline(never)]
    fn note_change(&mut self, object: ObjectId) {
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
        if let Ok(header) = self.arena.headers.find_mut(object)
            && !header.is_held_or_pinned()
            && !header.marks.has(Mark::Untried)
        {
            header.marks.set(Mark::Untried);
            match header.marks.has(Mark::Candidate) {
                true => self.candidates.renew(object.slot()),
                false => {
                    header.marks.set(Mark::Candidate);
                    self.candidates.insert(object.slot());
                }
            }
        }
    }
}
