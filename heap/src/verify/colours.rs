//! The mark under way: colours against what refers to what.
//!
//! While none is under way all objects have one colour. While one is, an object that it has come to and gone
//! on from refers to none that is white (an ephemeron may, whose key is still to come), and what the mutator holds or has pinned is not white where roots have been looked
//! for. What the mark is to go on from is not white either.

use super::census::Census;
use super::error::{Structure, VerificationDetail, VerificationError, VerificationErrorKind};
use crate::object::Content;
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    pub(crate) fn verify_colours(&self, census: &Census) -> Vec<VerificationError> {
        let (mut found, kind) = (Vec::new(), VerificationErrorKind::FieldRefMismatch);
        let detail = VerificationDetail::EntryWithoutMark(Structure::Colours);
        let mut report = |slot: u32| {
            let error = |object| VerificationError::new(kind, object, detail.clone());
            found.extend(self.arena.tenant(slot).map(error));
        };
        match self.slices.marking().is_under_way() {
            true => self.what_the_mark_has_missed().for_each(&mut report),
            false if census.whites => {
                self.arena.every_slot().filter(|&slot| self.arena.headers.is_white(slot)).for_each(&mut report);
            }
            false => {}
        }
        let marking = self.slices.marking();
        let rests = !marking.is_under_way();
        let has_left_traces = rests && (!self.arena.headers.disturbed.is_empty() || !self.candidates.none_is_taken());
        if has_left_traces || !marking.counts_right() || !self.candidates.counts_right() {
            let detail = VerificationDetail::Miscounted(Structure::Colours);
            found.push(VerificationError::new(kind, ObjectId::NIL, detail));
        }
        found
    }

    /// Whether it is that of an ephemeron to whose key the mark has not come, or is still to go on from.
    fn waits_for_its_key(&self, content: &Content, is_grey: &[bool]) -> bool {
        let Content::Ephemeron(it) = content else {
            return false;
        };
        let key = it.link.target.slot();
        self.arena.headers.is_white(key) || is_grey.get(key as usize) == Some(&true)
    }

    /// The slots of white objects that can't be white.
    fn what_the_mark_has_missed(&self) -> impl Iterator<Item = u32> {
        let mut is_wrong = vec![false; self.arena.slots()];
        let (headers, marking) = (&self.arena.headers, self.slices.marking());
        let mut is_grey = vec![false; self.arena.slots()];
        for &slot in marking.grey().iter().chain(&headers.disturbed) {
            if let Some(is_grey) = is_grey.get_mut(slot as usize) {
                *is_grey = true;
            }
        }
        for (slot, header) in (0..).zip(headers.all().iter()) {
            if headers.is_white(slot) {
                let is_found = header.is_held_or_pinned() && marking.has_looked_for_roots_at(slot);
                is_wrong[slot as usize] |= is_found || is_grey[slot as usize];
            } else if header.is_live() && !is_grey[slot as usize] {
                let content =
                    self.arena.contents().get(slot as usize).filter(|it| !self.waits_for_its_key(it, &is_grey));
                for child in content.into_iter().flat_map(|it| it.references()) {
                    if headers.find(child).is_ok() && headers.is_white(child.slot()) {
                        is_wrong[child.slot() as usize] = true;
                    }
                }
            }
        }
        (0..).zip(is_wrong).filter(|(_, is_wrong)| *is_wrong).map(|(slot, _)| slot)
    }
}
