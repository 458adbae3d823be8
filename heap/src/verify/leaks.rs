//! Garbage that no collection would find.
//!
//! Whether a collection is made at all is up to candidates, and what it finds is reached from them. So each
//! object must be reached from a root or from one of these.
//! Roots are taken from what is recorded, external counts included: whether these are right is the
//! business of [`Heap::verify_ref_counts`].

use super::error::{VerificationDetail, VerificationError, VerificationErrorKind};
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    pub(super) fn verify_no_leaks(&self, found: &mut Vec<VerificationError>) {
        let kind = VerificationErrorKind::MemoryLeak;
        let error = |it| VerificationError::new(kind, it, VerificationDetail::Unreachable);
        self.unreachable().for_each(|it| found.push(error(it)));
    }

    /// The living objects that neither roots nor candidates reach.
    pub(crate) fn unreachable(&self) -> impl Iterator<Item = ObjectId> {
        let candidates = self.candidates.members().iter().copied();
        let reached = self.arena.reached_from(self.arena.roots().chain(candidates));
        self.objects().filter(move |it| !reached.get(it.slot() as usize).is_some_and(|&it| it))
    }
}
