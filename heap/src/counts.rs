//! The counts of an object, and how the mutator changes them.
//!
//! Two counts say who refers to an object strongly: `external` the mutator, `internal` the
//! contents of objects. One sum would do to release objects, but could be checked only for being
//! too small. With two, `internal` must equal what the contents say, exactly; and an object that
//! the mutator holds is known to be no garbage without looking at anything else.
//!
//! How they are kept is said in [`crate::header`] and [`crate::headers`].

use crate::header::{Header, Mark};
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
        match self.arena.headers.let_go(object) {
            Ok(header) => {
                self.tuning.count_operation();
                if !header.is_held() {
                    self.let_go_last(object, header);
                }
                Ok(())
            }
            Err(HeapError::Nil) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Does what follows when the mutator has given up its last reference to an object.
    #[inline(never)]
    fn let_go_last(&mut self, object: ObjectId, header: Header) {
        if header.is_stored() {
            if !header.marks.has(Mark::Untried) {
                self.suspect(object);
            }
        } else {
            self.release_at_once(object, header);
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
