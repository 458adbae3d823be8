//! A set of slots: entering, leaving and asking take constant time and hash nothing.
//!
//! Members lie in a list; for each slot its place in the list is known. A place is believed only
//! if the list agrees, so those of slots that are no members may be anything. (Briggs and Torczon,
//! "An efficient representation for sparse sets", ACM LOPLAS 1993.)

use crate::arena::NONE;
use crate::copying::copies;
use crate::digest::{Digest, Parts};
use crate::footprint::Reserved;

#[derive(Debug, Default)]
pub(crate) struct SlotSet {
    members: Vec<u32>,
    places: Vec<u32>,
}

copies!(SlotSet { members, places });

impl SlotSet {
    /// Makes room for all slots below a number, so that none of them allocates as it enters, but after memory was given back.
    #[inline]
    pub(crate) fn make_room(&mut self, slots: usize) {
        if self.places.len() < slots {
            self.places.resize(slots, NONE);
            self.members.reserve(self.places.capacity() - self.members.len());
        }
    }

    /// Gives back the room for the slots from a number on, which are no members.
    pub(crate) fn shrink_to(&mut self, slots: usize) {
        self.places.truncate(slots);
        self.places.shrink_to_fit();
        self.members.shrink_to_fit();
    }

    #[inline]
    pub(crate) fn contains(&self, slot: u32) -> bool {
        self.place(slot).is_some()
    }

    /// Where in the list of members a slot is.
    #[inline]
    pub(crate) fn place(&self, slot: u32) -> Option<usize> {
        let place = self.places.get(slot as usize).copied().unwrap_or(NONE);
        (self.members.get(place as usize) == Some(&slot)).then_some(place as usize)
    }

    /// Lets the members at two places change them.
    #[inline]
    pub(crate) fn swap(&mut self, one: usize, other: usize) {
        let (Some(&first), Some(&second)) = (self.members.get(one), self.members.get(other)) else {
            return;
        };
        self.members.swap(one, other);
        self.places[first as usize] = other as u32;
        self.places[second as usize] = one as u32;
    }

    /// Lets a slot enter, if it is not in the set and there is room for it.
    #[inline]
    pub(crate) fn insert(&mut self, slot: u32) {
        if let Some(place) = self.places.get_mut(slot as usize)
            && self.members.get(*place as usize) != Some(&slot)
        {
            *place = self.members.len() as u32;
            // So that nothing is saved for what is seldom.
            if self.members.len() == self.members.capacity() {
                return self.push_and_grow(slot);
            }
            self.members.push(slot);
        }
    }

    #[cold]
    #[inline(never)]
    fn push_and_grow(&mut self, slot: u32) {
        self.members.push(slot);
    }

    /// Lets a slot leave, and the last member take its place in the list.
    #[inline]
    pub(crate) fn remove(&mut self, slot: u32) {
        if let Some(place) = self.place(slot) {
            self.remove_at(place);
        }
    }

    /// Lets the member at a place leave, likewise.
    #[inline]
    pub(crate) fn remove_at(&mut self, place: usize) {
        let Some(last) = self.members.pop() else {
            return;
        };
        // Most often it is the last itself, which leads nowhere.
        if let Some(left) = self.members.get_mut(place) {
            *left = last;
            self.places[last as usize] = place as u32;
        }
    }

    /// Whether each member is where its slot's place says: then none is in the list twice.
    pub(crate) fn has_each_once(&self) -> bool {
        let mut members = (0..).zip(&self.members);
        members.all(|(place, &slot)| self.places.get(slot as usize) == Some(&place))
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn members(&self) -> &[u32] {
        &self.members
    }

    /// Takes the member that entered last out of the set.
    pub(crate) fn pop(&mut self) -> Option<u32> {
        self.members.pop()
    }

    pub(crate) fn clear(&mut self) {
        self.members.clear();
    }

    /// See [`crate::footprint`].
    pub(crate) fn reserved(&self) -> u64 {
        let Self { members, places } = self;
        members.reserved() + places.reserved()
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        // The part is that of whoever has the set.
        let Self { members, places: _ } = self;
        digest.list(members.iter(), |digest, slot| digest.number(*slot));
    }
}

#[cfg(test)]
mod tests {
    use super::SlotSet;

    #[test]
    fn slots_enter_and_leave_in_any_order() {
        let mut set = SlotSet::default();
        set.make_room(10);
        for slot in [3, 7, 0, 3, 9] {
            set.insert(slot);
        }
        assert_eq!(set.members(), [3, 7, 0, 9]);
        set.remove(3);
        set.remove(3);
        assert_eq!(set.members(), [9, 7, 0]);
        assert!(set.contains(9) && !set.contains(3) && !set.contains(10));
        set.remove(0);
        set.insert(3);
        assert_eq!(set.members(), [9, 7, 3]);
        set.clear();
        assert!((0..10).all(|slot| !set.contains(slot)));
    }
}
