//! Verification: is all that the heap records about its objects so?
//!
//! Whatever a heap keeps beside contents and external counts is derived from them: internal and
//! weak counts, lists of weak objects, marks and the sets that go with them, indexes, shapes, which
//! known cycle an object is in, the list of vacant slots. Each check derives one of these anew and
//! compares. External counts are known only to the mutator; they can be compared if it says what it
//! holds.
//!
//! **All checks only look, take linear time, and stand any damage.** Each visits objects and
//! entries once, follows no list to a place that it has seen, trusts no index, and keeps its own
//! stack. An id is believed only if its generation is that of the living object in its slot.
//!
//! A structure that is added to the heap gets a file here, which derives it anew, and a line in
//! `verify_structures`; what it can spare itself by the [`Census`] is a field there. Its repair gets a function in [`crate::recovery`].

mod census;
mod colours;
mod counts;
mod dangling;
mod error;
mod free_list;
mod index;
mod known;
mod leaks;
mod marks;
mod periodic;
mod places;
mod quick;
mod report;
mod shapes;
mod tally;
mod temporaries;
mod weak;

pub(crate) use census::Census;
pub use error::{
    CountKind, ErrorSeverity, Place, Structure, VerificationDetail, VerificationError, VerificationErrorKind,
};
pub(crate) use index::index_fault;
pub(crate) use places::with_values_mut;
pub use report::VerificationReport;
pub(crate) use shapes::{link_faults, shape_fault};
pub(crate) use tally::{Tally, WRAPPED};

use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    /// Verifies all that the heap records, save external counts: what the mutator holds is known
    /// to it alone, see [`verify_heap_with_roots`](Self::verify_heap_with_roots).
    ///
    /// Takes time in proportion to the heap, and changes nothing. It may be called at any time,
    /// also in a finalizer. Garbage that waits for a collection is no error.
    ///
    /// ```
    /// # use heapproof_heap::Heap;
    /// let mut heap = Heap::<()>::new();
    /// let table = heap.allocate_table()?;
    /// heap.set_field(table, "own", table.into())?;
    /// let report = heap.verify_heap();
    /// assert!(report.is_clean());
    /// assert_eq!(report.to_string(), "heap is clean: 1 objects, health 1.000");
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    #[must_use]
    pub fn verify_heap(&self) -> VerificationReport {
        self.verify(None)
    }

    /// Verifies all that the heap records. `roots` are the references that the mutator holds, an
    /// object being named as often as it is held; nil counts for nothing.
    ///
    /// ```
    /// # use heapproof_heap::Heap;
    /// let mut heap = Heap::<()>::new();
    /// let held = heap.allocate_table()?;
    /// let forgotten = heap.allocate_table()?;
    /// assert!(heap.verify_heap_with_roots(&[held, forgotten]).is_clean());
    /// let report = heap.verify_heap_with_roots(&[held]);
    /// assert_eq!(report.errors[0].object, forgotten);
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    #[must_use]
    pub fn verify_heap_with_roots(&self, roots: &[ObjectId]) -> VerificationReport {
        self.verify(Some(roots))
    }

    pub(crate) fn verify(&self, roots: Option<&[ObjectId]>) -> VerificationReport {
        let census = self.census();
        let mut found = self.verify_ref_counts(roots);
        found.append(&mut self.verify_references(&census));
        found.append(&mut self.verify_structures(&census));
        found.append(&mut self.verify_dirty(&census));
        found.append(&mut self.verify_free_list());
        VerificationReport::new(found, self.objects().count())
    }

    /// Verifies every structure that notes objects or what they refer to: candidates, the release
    /// queue, callbacks that are due, what counts have beside headers, the indexes and shapes of tables, known cycles, the collection under way, temporaries;
    /// and that no garbage is lost to collections.
    ///
    /// Finds [`FieldRefMismatch`](VerificationErrorKind::FieldRefMismatch) and
    /// [`MemoryLeak`](VerificationErrorKind::MemoryLeak).
    #[must_use]
    pub fn verify_field_refs_consistency(&self) -> Vec<VerificationError> {
        self.verify_structures(&self.census())
    }

    fn verify_structures(&self, census: &Census) -> Vec<VerificationError> {
        let mut found = self.verify_candidates(census);
        found.append(&mut self.verify_queue(census));
        found.append(&mut self.verify_callbacks());
        found.append(&mut self.verify_spilled(census));
        self.verify_no_unreferenced(census, &mut found);
        found.append(&mut self.verify_indexes(census));
        found.append(&mut self.verify_shapes(census));
        found.append(&mut self.verify_known_cycles());
        found.append(&mut self.verify_colours(census));
        found.append(&mut self.verify_temporaries(census));
        self.verify_no_leaks(&mut found);
        found
    }

    /// What there is among its objects.
    pub(crate) fn census(&self) -> Census {
        Census::of(&self.arena)
    }
}
