//! What detection and collection have to be told: which objects have changed, and where garbage
//! may hang.
//!
//! An object is *dirty* when it has got or lost a reference since the last detection: only then can
//! cycles be other than they were, see [`super::detection`]. It becomes a *candidate* when it loses
//! a reference and is left with internal ones alone: only then can garbage have come to be that
//! counting does not see, see [`super::collection`]. Both are noted by a mark on the object and an
//! entry in a set, without hashing and without allocating.

use crate::counts::Mark;
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    /// Notes that an object has got or lost a reference.
    #[inline]
    pub(crate) fn changed(&mut self, object: ObjectId) {
        self.detection.disturb();
        self.arena.headers.disturb(object);
        if let Ok(header) = self.arena.headers.find_mut(object)
            && !header.marks.has(Mark::Dirty)
        {
            header.marks.set(Mark::Dirty);
            self.dirty.insert(object.slot());
        }
    }

    /// Makes an object a candidate, unless it is one or the mutator holds it.
    #[inline]
    pub(crate) fn suspect(&mut self, object: ObjectId) {
        if let Ok(header) = self.arena.headers.find_mut(object)
            && header.external == 0
            && !header.marks.has(Mark::Candidate)
        {
            header.marks.set(Mark::Candidate);
            self.candidates.insert(object.slot());
        }
    }
}
