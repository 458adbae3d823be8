//! The collection under way: marks against members, and what it has taken against what there is.
//!
//! A member carries a mark until it is disturbed; then it has lost the mark and is noted, and stays
//! a member until the collection goes on. So the marked ones must be the members that are not
//! noted. While no collection is under way it has no member and has taken nothing.

use super::error::{Structure, VerificationDetail, VerificationError, VerificationErrorKind};
use crate::header::Mark;
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    pub(crate) fn verify_pass(&self) -> Vec<VerificationError> {
        let (mut found, kind) = (Vec::new(), VerificationErrorKind::FieldRefMismatch);
        let mut disturbed = vec![false; self.arena.slots()];
        for &slot in &self.arena.headers.disturbed {
            if let Some(disturbed) = disturbed.get_mut(slot as usize) {
                *disturbed = true;
            }
        }
        let is_left_alone = |slot: &u32| !disturbed.get(*slot as usize).is_some_and(|&it| it);
        let members = self.slices.members().filter(is_left_alone);
        self.verify_marks(Mark::Member, members, Structure::Pass, kind, &mut found);
        for slot in self.slices.members().filter(|&slot| !self.slices.is_member(slot)) {
            let object = self.arena.tenant(slot).unwrap_or_default();
            found.push(VerificationError::new(kind, object, VerificationDetail::EntryMisplaced(Structure::Pass)));
        }
        let has_left_traces = !self.slices.are_under_way() && !self.arena.headers.disturbed.is_empty();
        if has_left_traces || !self.slices.counts_right(&self.candidates) {
            let detail = VerificationDetail::Miscounted(Structure::Pass);
            found.push(VerificationError::new(kind, ObjectId::NIL, detail));
        }
        found
    }
}
