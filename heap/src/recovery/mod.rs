//! Recovery: a damaged heap becomes one that can be trusted again.
//!
//! Contents are believed, and what is derived from them is made anew: internal and weak counts,
//! lists of weak objects, marks and the sets that go with them, the release queue, due callbacks, indexes, links
//! between shapes, which known cycle an object is in, the list of vacant slots. Two things can't be
//! derived. What a dangling reference referred to is lost; it becomes nil. And what the mutator
//! holds is known to the mutator alone: if it says so, external counts become exact; if not, those
//! recorded are kept, save where keeping them would be worse than to err on the side of what lives.
//!
//! **Why the heap is clean afterwards.** Each step makes one structure true to contents and counts,
//! and none changes what an earlier one has made: first which slots have objects, then contents,
//! then the structures that depend on contents alone, then counts, then what depends on counts
//! (the queue and candidates). Steps that find their structure right leave it alone, so a second
//! recovery does nothing.

mod rebuild;
mod record;
mod tables;
mod under_way;

pub use record::{Lost, Recovery, RecoveryAction, Unknown};

use crate::{Heap, HeapError, Host, ObjectId, VerificationReport};

impl<H: Host> Heap<H> {
    /// Repairs what verification finds wrong with the heap, and says what was done, what was lost,
    /// and what can't be known. A heap in which nothing is wrong is left as it is, but that a
    /// collection and a detection in slices that are under way end without being completed. A frame
    /// stays open.
    ///
    /// `report` is what an earlier verification has found. It is a hint and may be out of date: the
    /// heap is verified again.
    ///
    /// `roots` are the references that the mutator holds, an object being named as often as it is
    /// held. With them external counts become exact, and an object to which nothing refers then is
    /// released, in order of slots; finalizers run. Without them such an object is kept: its
    /// external count becomes 1, as does one that has been counted down below 0, and any other
    /// external count stands.
    ///
    /// # Errors
    /// [`HeapError::Reentrant`] in a finalizer.
    ///
    /// ```
    /// # use heapproof_heap::Heap;
    /// let mut heap = Heap::<()>::new();
    /// let (held, forgotten) = (heap.allocate_table()?, heap.allocate_table()?);
    ///
    /// let report = heap.verify_heap_with_roots(&[held]);
    /// let recovery = heap.attempt_recovery(&report, Some(&[held]))?;
    /// assert!(recovery.is_clean());
    /// assert_eq!(recovery.fixed(), 1);
    /// assert!(heap.contains(held) && !heap.contains(forgotten));
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    pub fn attempt_recovery(
        &mut self,
        report: &VerificationReport,
        roots: Option<&[ObjectId]>,
    ) -> Result<Recovery, HeapError> {
        if self.finalizers.are_running() {
            return Err(HeapError::Reentrant);
        }
        let before = self.verify(roots);
        let mut recovery = Recovery::new(before, report);
        self.forget_slices(&mut recovery);
        if recovery.before.is_clean() {
            self.log_recovery(&recovery);
            return Ok(recovery);
        }
        self.rebuild_slots(&mut recovery);
        self.clear_dangling_references(&mut recovery);
        self.rebuild_weak_lists(&mut recovery);
        self.rebuild_free_list(&mut recovery);
        self.rebuild_shapes(&mut recovery);
        self.rebuild_indexes(&mut recovery);
        self.rebuild_dirty(&mut recovery);
        self.rebuild_known_cycles(&mut recovery);
        self.rebuild_colours(&mut recovery);
        self.rebuild_temporaries(&mut recovery);
        self.rebuild_queue(&mut recovery);
        self.rebuild_callbacks(&mut recovery);
        self.rebuild_counts(roots, &mut recovery);
        self.release_the_unreferenced(&mut recovery);
        self.rebuild_candidates(&mut recovery);
        recovery.note_unknown(roots, |root| self.contains(root));
        // What is released from here on runs finalizers, which may take and drop references: the
        // roots say how it is now.
        recovery.after = self.verify(roots);
        self.log_recovery(&recovery);
        self.settle();
        Ok(recovery)
    }
}
