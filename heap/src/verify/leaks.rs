//! Garbage that no collection would find.
//!
//! A collection looks only at what candidates reach, and one in slices at what it has taken, be that
//! left for its pass or found by it. So each object must be reached from a root or from one of these.
//! Roots are taken from what is recorded, external counts included: whether
//! these are right is the business of [`Heap::verify_ref_counts`].

use super::error::{VerificationDetail, VerificationError, VerificationErrorKind};
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    pub(super) fn verify_no_leaks(&self) -> impl Iterator<Item = VerificationError> {
        let (kind, detail) = (VerificationErrorKind::MemoryLeak, VerificationDetail::Unreachable);
        self.unreachable().map(move |it| VerificationError::new(kind, it, detail.clone()))
    }

    /// The living objects that neither roots nor candidates reach.
    pub(crate) fn unreachable(&self) -> impl Iterator<Item = ObjectId> {
        let headers = self.arena.headers.all();
        let roots = headers.iter().zip(0..).filter(|(header, _)| header.is_root()).map(|(_, slot)| slot);
        let mut reached = vec![false; self.arena.slots()];
        self.reach(roots.chain(self.where_collections_begin()), &mut reached);
        self.objects().filter(move |it| !reached.get(it.slot() as usize).is_some_and(|&it| it))
    }

    /// The slots from which collections find garbage.
    fn where_collections_begin(&self) -> impl Iterator<Item = u32> {
        let large = self.slices.large().iter().filter(|&&it| self.contains(it)).map(|it| it.slot());
        self.candidates.members().iter().copied().chain(large).chain(self.slices.members())
    }

    /// Marks what is reached from these slots, themselves included.
    fn reach(&self, starts: impl Iterator<Item = u32>, reached: &mut [bool]) {
        let mut enter = |slot: u32| reached.get_mut(slot as usize).is_some_and(|it| !std::mem::replace(it, true));
        let mut left: Vec<u32> = starts.filter(|&slot| enter(slot)).collect();
        while let Some(slot) = left.pop() {
            let Some(content) = self.arena.tenant(slot).and_then(|it| self.arena.content(it).ok()) else {
                continue;
            };
            for child in content.references() {
                if self.contains(child) && enter(child.slot()) {
                    left.push(child.slot());
                }
            }
        }
    }
}
