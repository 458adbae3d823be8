//! Garbage that no collection would find.
//!
//! A collection looks only at what candidates reach, and one in slices at what it has taken, be that
//! left for its pass or found by it. So each object must be reached from a root or from one of these.
//! Roots are taken from what is recorded, external counts included: whether these are right is the
//! business of [`Heap::verify_ref_counts`].

use super::error::{VerificationDetail, VerificationError, VerificationErrorKind};
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    pub(super) fn verify_no_leaks(&self) -> impl Iterator<Item = VerificationError> {
        let (kind, detail) = (VerificationErrorKind::MemoryLeak, VerificationDetail::Unreachable);
        self.unreachable().map(move |it| VerificationError::new(kind, it, detail.clone()))
    }

    /// The living objects that neither roots nor candidates reach.
    pub(crate) fn unreachable(&self) -> impl Iterator<Item = ObjectId> {
        let reached = self.arena.reached_from(self.arena.roots().chain(self.where_collections_begin()));
        self.objects().filter(move |it| !reached.get(it.slot() as usize).is_some_and(|&it| it))
    }

    /// The slots from which collections find garbage.
    fn where_collections_begin(&self) -> impl Iterator<Item = u32> {
        let large = self.slices.large().iter().filter(|&&it| self.contains(it)).map(|it| it.slot());
        self.candidates.members().iter().copied().chain(large).chain(self.slices.members())
    }
}
