//! The lists of weak objects against the targets of weak objects.
//!
//! Lists are followed from all targets, and what is met is noted, so that in the end each weak
//! object with a target must have been met exactly once. A list is left as soon as it leads to
//! something that does not belong there; hence each weak object is met once at most, and a list
//! that runs in a circle or into another one ends. Of two ephemerons the younger stands first.

use super::census::Census;
use super::error::{Place, Structure, VerificationDetail, VerificationError, VerificationErrorKind};
use crate::arena::NONE;
use crate::header::Mark;
use crate::weak::WeakLink;
use crate::{Heap, Host, Kind, ObjectId};

impl<H: Host> Heap<H> {
    pub(crate) fn verify_weak_lists(&self, census: &Census) -> Vec<VerificationError> {
        let mut found = Vec::new();
        // Nothing is targeted, and nothing says so.
        if self.arena.weak_index.len() == 0 && !census.has(Mark::Targeted) && !census.targets {
            return found;
        }
        let mut report = |object, detail| {
            found.push(VerificationError::new(VerificationErrorKind::WeakRefCorruption, object, detail));
        };
        let mut met = vec![false; if self.arena.weak_index.len() == 0 { 0 } else { self.arena.slots() }];
        for (slot, list) in self.arena.weak_index.all() {
            match self.arena.tenant(slot) {
                Some(target) => {
                    for (head, are_ephemerons) in [(list.first, false), (list.ephemeron, true)] {
                        match self.follow_weak_list(target, (head, are_ephemerons), &mut met, &mut report) {
                            Ok(count) if are_ephemerons && count != list.ephemerons => {
                                report(target, VerificationDetail::BrokenList);
                            }
                            Ok(_) => {}
                            Err((object, detail)) => report(object, detail),
                        }
                    }
                }
                None => {
                    let structure = Structure::WeakIndex;
                    report(ObjectId::NIL, VerificationDetail::EntryOfNoObject { structure, slot });
                }
            }
        }
        for (object, content, header) in self.arena.all() {
            if let Some(link) = content.weak_link()
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
            match (header.marks.has(Mark::Targeted), self.arena.weak_index.has(object.slot())) {
                (true, false) => report(object, VerificationDetail::MarkWithoutEntry(Structure::WeakIndex)),
                (false, true) => report(object, VerificationDetail::EntryWithoutMark(Structure::WeakIndex)),
                _ => {}
            }
        }
        found
    }

    /// Follows a list of one sort, and says how many it has; or where it ends, and why.
    fn follow_weak_list(
        &self,
        target: ObjectId,
        (first, are_ephemerons): (u32, bool),
        met: &mut [bool],
        report: &mut impl FnMut(ObjectId, VerificationDetail),
    ) -> Result<u32, (ObjectId, VerificationDetail)> {
        let (mut previous, mut slot, mut younger, mut count) = (NONE, first, u64::MAX, 0);
        while slot != NONE {
            let weak = self.arena.tenant(slot).unwrap_or_default();
            let (Some(link), Some(met)) = (self.weak_link_of(weak), met.get_mut(slot as usize)) else {
                return Err((target, VerificationDetail::BrokenList));
            };
            if link.target != target || (self.kind(weak) == Some(Kind::Ephemeron)) != are_ephemerons {
                return Err((weak, VerificationDetail::ListedElsewhere { list: target }));
            }
            if std::mem::replace(met, true) {
                return Err((target, VerificationDetail::CircularList));
            }
            let age = self.age_of(weak);
            if link.previous != previous || age > younger {
                report(weak, VerificationDetail::WrongNeighbour);
            }
            (previous, slot, younger, count) = (slot, link.next, age, count + 1);
        }
        Ok(count)
    }

    pub(crate) fn weak_link_of(&self, object: ObjectId) -> Option<&WeakLink> {
        self.arena.content(object).ok()?.weak_link()
    }
}
