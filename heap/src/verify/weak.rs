//! The lists of weak objects against the targets of weak objects.
//!
//! Lists are followed from all targets, and what is met is noted, so that in the end each weak
//! object with a target must have been met exactly once. A list is left as soon as it leads to
//! something that does not belong there; hence each weak object is met once at most, and a list
//! that runs in a circle or into another one ends.

use super::census::Census;
use super::error::{Place, Structure, VerificationDetail, VerificationError, VerificationErrorKind};
use crate::arena::NONE;
use crate::header::Mark;
use crate::object::Content;
use crate::weak::WeakLink;
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    pub(crate) fn verify_weak_lists(&self, census: &Census) -> Vec<VerificationError> {
        let mut found = Vec::new();
        // Nothing is targeted, and nothing says so.
        if self.weak_index.len() == 0 && !census.has(Mark::Targeted) && !census.targets {
            return found;
        }
        let mut report = |object, detail| {
            found.push(VerificationError::new(VerificationErrorKind::WeakRefCorruption, object, detail));
        };
        let mut met = vec![false; if self.weak_index.len() == 0 { 0 } else { self.arena.slots() }];
        for (slot, list) in self.weak_index.all() {
            match self.arena.tenant(slot) {
                Some(target) => self.follow_weak_list(target, list.first, &mut met, &mut report),
                None => {
                    let structure = Structure::WeakIndex;
                    report(ObjectId::NIL, VerificationDetail::EntryOfNoObject { structure, slot });
                }
            }
        }
        for (object, content, header) in self.arena.all() {
            if let Content::Weak(link) = content
                && !link.target.is_nil()
                && !met.get(object.slot() as usize).is_some_and(|&met| met)
            {
                let (place, target) = (Place::Target, link.target);
                report(
                    object,
                    match self.contains(target) {
                        true => VerificationDetail::NotListed { target },
                        false => VerificationDetail::Dangling { place, target },
                    },
                );
            }
            match (header.marks.has(Mark::Targeted), self.weak_index.has(object.slot())) {
                (true, false) => report(object, VerificationDetail::MarkWithoutEntry(Structure::WeakIndex)),
                (false, true) => report(object, VerificationDetail::EntryWithoutMark(Structure::WeakIndex)),
                _ => {}
            }
        }
        found
    }

    fn follow_weak_list(
        &self,
        target: ObjectId,
        first: u32,
        met: &mut [bool],
        report: &mut impl FnMut(ObjectId, VerificationDetail),
    ) {
        let (mut previous, mut slot) = (NONE, first);
        while slot != NONE {
            let weak = self.arena.tenant(slot).unwrap_or_default();
            let (Some(link), Some(met)) = (self.weak_link_of(weak), met.get_mut(slot as usize)) else {
                return report(target, VerificationDetail::BrokenList);
            };
            if link.target != target {
                return report(weak, VerificationDetail::ListedElsewhere { list: target });
            }
            if std::mem::replace(met, true) {
                return report(target, VerificationDetail::CircularList);
            }
            if link.previous != previous {
                report(weak, VerificationDetail::WrongNeighbour);
            }
            (previous, slot) = (slot, link.next);
        }
    }

    pub(crate) fn weak_link_of(&self, object: ObjectId) -> Option<&WeakLink> {
        match self.arena.content(object) {
            Ok(Content::Weak(link)) => Some(link),
            _ => None,
        }
    }
}
