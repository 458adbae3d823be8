//! The counts of an object, and how the mutator changes them.
//!
//! Two counts say who refers to an object strongly: `external` the mutator, `internal` the
//! contents of objects. One sum would do to release objects, but could be checked only for being
//! too small. With two, `internal` must equal what the contents say, exactly; and an object that
//! the mutator holds is known to be no garbage without looking at anything else.
//!
//! How they are kept is said in [`crate::header`] and [`crate::headers`].

use crate::header::{Header, Mark};
use crate::headers::Left;
use crate::{Heap, HeapError, Host, ObjectId};

/// How often an object is referred to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Counts {
    /// The strong references that the mutator holds.
    pub external: u32,
    /// The strong references in the contents of objects.
    pub internal: u32,
    /// The weak objects that target it.
    pub weak: u32,
}

impl Counts {
    /// All strong references; the object is released when there is none.
    #[must_use]
    pub fn strong(self) -> u64 {
        u64::from(self.external) + u64::from(self.internal)
    }
}

impl<H: Host> Heap<H> {
    /// Counts a further reference that the mutator holds; nil is counted nowhere.
    ///
    /// # Errors
    /// [`HeapError::Stale`], [`HeapError::Overflow`].
    #[inline(always)]
    pub fn inc_ref(&mut self, object: ObjectId) -> Result<(), HeapError> {
        match self.arena.headers.hold(object) {
            Err(HeapError::Nil) => Ok(()),
            result => result,
        }
    }

    /// Counts a further reference that the mutator holds, and says so, if the object lives and is not
    /// dying: an id is a weak reference that costs nothing until it is tried. False for nil.
    ///
    /// It never makes an object live that would die otherwise: one without references, which waits to be
    /// released or whose finalizer runs before that, or one of a set of garbage while the finalizers of that set
    /// run, unless the mutator holds it already or has pinned it. [`inc_ref`](Self::inc_ref) does.
    ///
    /// ```
    /// # let mut heap = heapproof_heap::Heap::<()>::new();
    /// let object = heap.allocate_table()?;
    /// assert!(heap.try_hold(object)?);
    /// heap.dec_ref(object)?;
    /// heap.dec_ref(object)?;
    /// assert!(!heap.try_hold(object)?);
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    ///
    /// # Errors
    /// [`HeapError::Overflow`].
    #[inline]
    pub fn try_hold(&mut self, object: ObjectId) -> Result<bool, HeapError> {
        let Ok(&header) = self.arena.headers.find(object) else {
            return Ok(false);
        };
        let is_judged = !header.marks.has(Mark::Pinned) && self.dies_with_a_set(object);
        if !header.is_held() && (!header.is_stored() || is_judged) {
            return Ok(false);
        }
        self.arena.headers.hold(object).map(|()| true)
    }

    /// Gives up a reference that the mutator holds; nil is given up by doing nothing.
    ///
    /// The object is released when this was the last strong reference to it. It is not released
    /// when objects still refer to it, be it only in a cycle; such garbage is found by
    /// [`collect_cycles`](Self::collect_cycles).
    ///
    /// # Errors
    /// [`HeapError::Stale`], [`HeapError::NotHeld`].
    #[inline(always)]
    pub fn dec_ref(&mut self, object: ObjectId) -> Result<(), HeapError> {
        match self.arena.headers.let_go_here(object) {
            Left::More => self.tuning.count_operation(),
            Left::None(header) => {
                self.tuning.count_operation();
                self.let_go_last(object, header);
            }
            Left::Unknown => return self.let_go_slowly(object),
        }
        Ok(())
    }

    /// Gives up a reference that the mutator holds, whatever there may be to it.
    #[cold]
    #[inline(never)]
    fn let_go_slowly(&mut self, object: ObjectId) -> Result<(), HeapError> {
        let header = match self.arena.headers.let_go(object) {
            Ok(header) => header,
            Err(HeapError::Nil) => return Ok(()),
            Err(error) => return Err(error),
        };
        self.tuning.count_operation();
        if !header.is_held() {
            self.let_go_last(object, header);
        }
        Ok(())
    }

    /// Does what follows when the mutator has given up its last reference to an object.
    #[inline(never)]
    fn let_go_last(&mut self, object: ObjectId, header: Header) {
        if !header.is_stored() {
            self.release_at_once(object, header);
        } else if !header.marks.has(Mark::Untried) {
            self.suspect(object);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn the_strong_count_does_not_overflow() {
        let counts = Counts { external: u32::MAX, internal: u32::MAX, weak: 0 };
        assert_eq!(counts.strong(), 2 * u64::from(u32::MAX));
    }
}
