//! Counts against contents and roots.
//!
//! Both directions are covered by comparing for equality, object by object: a count that is too
//! low would free what is referred to, one that is too high would never free. One error is made of
//! an object and a count. What can't be a count at all (it was counted down below 0) is told
//! before what has no referrer at all (the object will never be released), and that before any
//! other difference.

use super::error::{CountKind, VerificationDetail, VerificationError, VerificationErrorKind};
use super::tally::{Tally, WRAPPED};
use crate::headers::Strong;
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    /// Verifies internal and weak counts and the number of living objects, and external counts if
    /// there are roots, one for each reference that the mutator holds. Without roots an external
    /// count is only wrong if it is 2^31 or more: then it must have been counted down below 0.
    ///
    /// Finds [`RefCountMismatch`](VerificationErrorKind::RefCountMismatch),
    /// [`OrphanedObject`](VerificationErrorKind::OrphanedObject) and
    /// [`NegativeRefCount`](VerificationErrorKind::NegativeRefCount), and
    /// [`DanglingReference`](VerificationErrorKind::DanglingReference) for a root that is gone.
    #[must_use]
    pub fn verify_ref_counts(&self, roots: Option<&[ObjectId]>) -> Vec<VerificationError> {
        let tally = Tally::new(&self.arena, roots);
        let (mut found, mut live) = (Vec::new(), 0u32);
        for object in self.arena.objects() {
            live = live.saturating_add(1);
            let Strong { external, internal } = self.arena.headers.strong(object.slot());
            let weak = self.arena.weak_index.count(object);
            let counts = [
                (CountKind::External, external, tally.external(object)),
                (CountKind::Internal, internal, Some(tally.internal(object))),
                (CountKind::Weak, weak, Some(tally.weak(object))),
            ];
            for (count, recorded, actual) in counts {
                if let Some(error) = judge(object, count, recorded, actual) {
                    found.push(error);
                }
            }
        }
        found.extend(judge(ObjectId::NIL, CountKind::Live, self.arena.live(), Some(live)));
        for &root in roots.unwrap_or_default() {
            if !root.is_nil() && !self.contains(root) {
                let (kind, detail) = (VerificationErrorKind::DanglingReference, VerificationDetail::DanglingRoot);
                found.push(VerificationError::new(kind, root, detail));
            }
        }
        found
    }
}

/// What is wrong with a count, if anything is.
#[inline]
fn judge(object: ObjectId, count: CountKind, recorded: u32, actual: Option<u32>) -> Option<VerificationError> {
    if actual == Some(recorded) || (actual.is_none() && recorded < WRAPPED) {
        return None;
    }
    Some(wrong(object, count, recorded, actual))
}

#[cold]
fn wrong(object: ObjectId, count: CountKind, recorded: u32, actual: Option<u32>) -> VerificationError {
    let is_strong = matches!(count, CountKind::External | CountKind::Internal);
    let kind = if recorded >= WRAPPED {
        VerificationErrorKind::NegativeRefCount
    } else if is_strong && actual == Some(0) {
        VerificationErrorKind::OrphanedObject
    } else {
        VerificationErrorKind::RefCountMismatch
    };
    VerificationError::new(kind, object, VerificationDetail::Count { count, recorded, actual })
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::ObjectId;
    use crate::verify::{CountKind, VerificationErrorKind};

    fn kind(count: CountKind, recorded: u32, actual: Option<u32>) -> Option<VerificationErrorKind> {
        judge(ObjectId::NIL, count, recorded, actual).map(|it| it.kind)
    }

    #[test]
    fn negative_goes_before_orphaned_and_that_before_mismatch() {
        use VerificationErrorKind::{NegativeRefCount, OrphanedObject, RefCountMismatch};
        assert_eq!(kind(CountKind::Internal, 3, Some(3)), None);
        assert_eq!(kind(CountKind::Internal, 3, Some(2)), Some(RefCountMismatch));
        assert_eq!(kind(CountKind::Internal, 0, Some(2)), Some(RefCountMismatch));
        assert_eq!(kind(CountKind::External, 3, Some(0)), Some(OrphanedObject));
        assert_eq!(kind(CountKind::Weak, 3, Some(0)), Some(RefCountMismatch));
        assert_eq!(kind(CountKind::External, u32::MAX, Some(0)), Some(NegativeRefCount));
        assert_eq!(kind(CountKind::Live, u32::MAX, Some(1)), Some(NegativeRefCount));
    }

    #[test]
    fn an_external_count_is_believed_without_roots_unless_it_wrapped() {
        assert_eq!(kind(CountKind::External, 1_000_000, None), None);
        assert_eq!(kind(CountKind::External, u32::MAX, None), Some(VerificationErrorKind::NegativeRefCount));
        assert_eq!(kind(CountKind::External, u32::MAX, Some(u32::MAX)), None);
    }
}
