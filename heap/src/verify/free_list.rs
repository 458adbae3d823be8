//! The list of vacant slots against the slots.
//!
//! The list is followed once and left at the first thing that does not belong there, a slot that
//! it has led to before included. Then each slot must have either an object, or a place in the
//! list, or no generation left.

use super::error::{VerificationDetail, VerificationError, VerificationErrorKind};
use crate::arena::NONE;
use crate::object::Content;
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    /// Verifies that each slot either has an object or can be given to one.
    ///
    /// Finds [`DoubleFreed`](VerificationErrorKind::DoubleFreed) for a slot that is vacant twice or
    /// vacant and in use, [`FieldRefMismatch`](VerificationErrorKind::FieldRefMismatch) for a list
    /// that leads out of the heap or to a slot that must not be used again, and
    /// [`MemoryLeak`](VerificationErrorKind::MemoryLeak) for a slot that is lost.
    #[must_use]
    pub fn verify_free_list(&self) -> Vec<VerificationError> {
        let mut found = Vec::new();
        let mut report = |kind, object, detail| found.push(VerificationError::new(kind, object, detail));
        let listed = self.follow_free_list(&mut report);
        for (slot, content) in (0..).zip(self.arena.contents().iter()) {
            let listed = listed.get(slot as usize).is_some_and(|&it| it);
            let leak = VerificationErrorKind::MemoryLeak;
            match (content, self.arena.tenant(slot)) {
                (Content::Vacant { .. }, Some(object)) => {
                    report(VerificationErrorKind::DoubleFreed, object, VerificationDetail::WithoutContents);
                }
                (&Content::Vacant { generation, .. }, None) => {
                    if !listed && generation < self.arena.generation_ceiling {
                        report(leak, ObjectId::new(slot, generation), VerificationDetail::SlotMissing);
                    }
                }
                (_, None) => report(leak, ObjectId::NIL, VerificationDetail::LostSlot { slot }),
                (_, Some(_)) => {}
            }
        }
        found
    }

    /// Follows the list and says which slots are in it; of an empty list, nothing.
    fn follow_free_list(
        &self,
        report: &mut impl FnMut(VerificationErrorKind, ObjectId, VerificationDetail),
    ) -> Vec<bool> {
        let (mut last, mut slot) = (ObjectId::NIL, self.arena.vacant);
        let mut listed = vec![false; if slot == NONE { 0 } else { self.arena.slots() }];
        while slot != NONE {
            let (Some(content), Some(listed)) =
                (self.arena.contents().get(slot as usize), listed.get_mut(slot as usize))
            else {
                report(VerificationErrorKind::FieldRefMismatch, last, VerificationDetail::ListBeyond { slot });
                break;
            };
            let &Content::Vacant { generation, next } = content else {
                let tenant = self.arena.tenant(slot).unwrap_or_default();
                report(VerificationErrorKind::DoubleFreed, tenant, VerificationDetail::LiveSlotListed);
                break;
            };
            let vacated = ObjectId::new(slot, generation);
            if std::mem::replace(listed, true) {
                report(VerificationErrorKind::DoubleFreed, vacated, VerificationDetail::SlotTwice);
                break;
            }
            if generation >= self.arena.generation_ceiling {
                report(VerificationErrorKind::FieldRefMismatch, vacated, VerificationDetail::RetiredSlotListed);
            }
            (last, slot) = (vacated, next);
        }
        listed
    }
}
