//! Pins: what lives as long as the program, and is to cost no collection anything.
//!
//! A pinned object is a root, as one that the mutator holds is. So no trial goes on from it, and it is no candidate. A pin is
//! no reference: an object whose last reference goes is released, pinned or not. CPython's `gc.freeze` and the permanent
//! generations of other collectors serve the same end; there a whole generation is set aside, here any object.

use crate::header::Mark;
use crate::{Heap, HeapError, Host, ObjectId};

impl<H: Host> Heap<H> {
    /// Pins an object: until [`unpin`](Self::unpin) no collection frees it, nor what it reaches, and none examines it. It is
    /// still released when it loses its last reference. Pins do not add up.
    ///
    /// ```
    /// use heapproof_heap::Heap;
    /// let mut heap = Heap::<()>::new();
    /// let module = heap.allocate_table()?;
    /// heap.set_field(module, "itself", module.into())?;
    /// heap.pin(module)?;
    /// heap.dec_ref(module)?;
    /// heap.collect_cycles()?;
    /// assert!(heap.contains(module));
    /// heap.unpin(module)?;
    /// heap.collect_cycles()?;
    /// assert!(!heap.contains(module));
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`].
    pub fn pin(&mut self, object: ObjectId) -> Result<(), HeapError> {
        let header = self.arena.headers.find_mut(object)?;
        header.marks.set(Mark::Pinned);
        // It has become a root, and those who hold it from now on need not say so: to a mark that is under way this is what a
        // reference is.
        let marks = header.marks;
        self.arena.headers.disturb(object, marks);
        Ok(())
    }

    /// Takes a pin back. An object that is not pinned stays as it is.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`].
    pub fn unpin(&mut self, object: ObjectId) -> Result<(), HeapError> {
        let header = self.arena.headers.find_mut(object)?;
        if header.marks.has(Mark::Pinned) {
            header.marks.clear(Mark::Pinned);
            // What has no reference waits to be released already.
            if header.is_stored() {
                self.suspect(object);
            }
        }
        Ok(())
    }

    /// Whether an object is pinned.
    #[must_use]
    pub fn is_pinned(&self, object: ObjectId) -> bool {
        self.arena.headers.find(object).is_ok_and(|header| header.marks.has(Mark::Pinned))
    }
}
