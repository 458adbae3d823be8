//! References to objects that are gone.

use super::census::Census;
use super::error::{VerificationDetail, VerificationError, VerificationErrorKind};
use super::places::each_value;
use crate::{Heap, Host};

impl<H: Host> Heap<H> {
    /// Verifies that whatever objects refer to lives, and that targets and weak objects know each
    /// other.
    ///
    /// Finds [`DanglingReference`](VerificationErrorKind::DanglingReference) at the object that
    /// refers, and [`WeakRefCorruption`](VerificationErrorKind::WeakRefCorruption) at the weak
    /// object or the target.
    #[must_use]
    pub fn verify_no_dangling_refs(&self) -> Vec<VerificationError> {
        self.verify_references(&self.census())
    }

    pub(super) fn verify_references(&self, census: &Census) -> Vec<VerificationError> {
        let mut found = Vec::new();
        for (object, content, _) in self.arena.all().filter(|_| census.dangles) {
            let Some(view) = content.view(&self.shapes) else {
                continue;
            };
            each_value(view, |value, place| {
                if let Some(target) = value.reference().filter(|&it| !self.contains(it)) {
                    let detail = VerificationDetail::Dangling { place: place(), target };
                    found.push(VerificationError::new(VerificationErrorKind::DanglingReference, object, detail));
                }
            });
        }
        found.append(&mut self.verify_weak_lists(census));
        found
    }
}
