//! The region that a search has reached: which objects, which of them may still be garbage, and
//! how many references it has found to each.
//!
//! Entries lie in a list, those that the search goes on from and that may be garbage (the *members*) in
//! front of the others: those that are known to live, and those that it has only come to. To leave the members is to change places with the last of them, so that at the
//! end of a search the garbage lies together and need not be gathered. For each slot its place in
//! the list is known; a place is believed only if the list agrees, so nothing has to be cleared
//! before the next search, and no search costs more than what it reaches. (Briggs and Torczon, "An
//! efficient representation for sparse sets", ACM LOPLAS 1993.)

use crate::footprint::Reserved;

#[derive(Clone, Copy, Debug)]
struct Entry {
    slot: u32,
    inner: u32,
}

#[derive(Debug, Default)]
pub(super) struct Region {
    entries: Vec<Entry>,
    /// How many entries are members: the first ones.
    members: usize,
    /// How many were when the members were last judged.
    judged: usize,
    places: Vec<u32>,
}

impl Region {
    /// Empties it, and makes it one of the slots below a number.
    pub(super) fn begin(&mut self, slots: usize) {
        self.entries.clear();
        (self.members, self.judged) = (0, 0);
        if self.places.len() < slots {
            // Doubled, so that growing costs a constant for each slot that there ever was. The old
            // places mean nothing now, and fresh zeros are cheaper than a copy of them.
            self.places = vec![0; slots.next_power_of_two()];
        }
    }

    /// See [`crate::footprint`].
    pub(super) fn reserved(&self) -> u64 {
        let Self { entries, members: _, judged: _, places } = self;
        entries.reserved() + places.reserved()
    }

    /// Gives back the memory of a large region.
    pub(super) fn rest(&mut self) {
        self.entries.clear();
        self.entries.shrink_to(super::search::KEPT);
        (self.members, self.judged) = (0, 0);
    }

    #[inline]
    fn place(&self, slot: u32) -> Option<usize> {
        let place = *self.places.get(slot as usize)? as usize;
        let entry = self.entries.get(place)?;
        (entry.slot == slot).then_some(place)
    }

    /// How many objects it has reached.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn members(&self) -> impl ExactSizeIterator<Item = u32> {
        self.entries[..self.members].iter().map(|entry| entry.slot)
    }

    /// The entries that are no members.
    pub(super) fn others(&self) -> impl Iterator<Item = u32> {
        self.entries[self.members..].iter().map(|entry| entry.slot)
    }

    /// Notes that the members are judged from now on, and says how many there are.
    pub(super) fn begin_judging(&mut self) -> usize {
        self.judged = self.members;
        self.members
    }

    /// Those that have left the members since they were judged: each changed places with the last.
    pub(super) fn left(&self) -> impl Iterator<Item = u32> {
        self.entries[self.members..self.judged].iter().map(|entry| entry.slot)
    }

    /// A member, and the references to it that were found.
    pub(super) fn member_at(&self, place: usize) -> Option<(u32, u32)> {
        let entry = self.entries[..self.members].get(place)?;
        Some((entry.slot, entry.inner))
    }

    #[inline]
    pub(super) fn is_member(&self, slot: u32) -> bool {
        self.place(slot).is_some_and(|place| place < self.members)
    }

    /// Whether both are members, and one became such before the other, if none has left since.
    #[inline]
    pub(super) fn precedes(&self, one: u32, other: u32) -> bool {
        let place = |slot| self.place(slot).filter(|&place| place < self.members);
        place(one).zip(place(other)).is_some_and(|(one, other)| one < other)
    }

    /// Counts a reference to an object, if it has an entry.
    #[inline]
    pub(super) fn count(&mut self, slot: u32) {
        if let Some(place) = self.place(slot) {
            self.entries[place].inner = self.entries[place].inner.saturating_add(1);
        }
    }

    /// Counts a reference to an object. How many were found to it, unless it is a member.
    #[inline]
    pub(super) fn reach(&mut self, slot: u32) -> Option<u32> {
        let place = self.enter(slot);
        let entry = &mut self.entries[place];
        entry.inner = entry.inner.saturating_add(1);
        (place >= self.members).then_some(entry.inner)
    }

    /// Makes an object a member, whether it has an entry or not.
    #[inline]
    pub(super) fn admit(&mut self, slot: u32) {
        let place = self.enter(slot);
        if place >= self.members {
            self.swap(self.members, place);
            self.members += 1;
        }
    }

    /// The place of an object's entry, which it is given if it has none.
    #[inline]
    fn enter(&mut self, slot: u32) -> usize {
        self.place(slot).unwrap_or_else(|| {
            self.entries.push(Entry { slot, inner: 0 });
            self.set_place(self.entries.len() - 1);
            self.entries.len() - 1
        })
    }

    /// Lets a member leave the members, and says whether it was one.
    #[inline]
    pub(super) fn leave(&mut self, slot: u32) -> bool {
        let Some(place) = self.place(slot).filter(|&place| place < self.members) else {
            return false;
        };
        self.members -= 1;
        self.swap(place, self.members);
        true
    }

    #[inline]
    fn swap(&mut self, one: usize, other: usize) {
        if one != other {
            self.entries.swap(one, other);
            self.set_place(one);
            self.set_place(other);
        }
    }

    #[inline]
    fn set_place(&mut self, place: usize) {
        if let Some(known) = self.places.get_mut(self.entries[place].slot as usize) {
            *known = place as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Region;

    fn members(region: &Region) -> Vec<u32> {
        region.members().collect()
    }

    #[test]
    fn members_lie_in_front_of_those_that_have_left() {
        let mut region = Region::default();
        region.begin(10);
        for slot in [3, 7, 0, 9] {
            region.admit(slot);
            region.count(slot);
        }
        assert!(region.leave(7) && !region.leave(7) && !region.leave(5));
        assert_eq!(members(&region), [3, 9, 0]);
        region.admit(4);
        assert_eq!(members(&region), [3, 9, 0, 4]);
        assert_eq!(region.others().collect::<Vec<_>>(), [7]);
        [9, 7, 5].into_iter().for_each(|slot| region.count(slot));
        assert_eq!(region.member_at(1), Some((9, 2)));
        assert_eq!((region.member_at(4), region.len()), (None, 5));
    }

    #[test]
    fn those_that_leave_as_they_are_judged_are_told_from_those_that_were_only_reached() {
        let mut region = Region::default();
        region.begin(10);
        [3, 7, 0].into_iter().for_each(|slot| region.admit(slot));
        region.reach(5);
        assert_eq!(region.begin_judging(), 3);
        assert!(region.leave(3) && region.leave(7));
        assert_eq!((members(&region), region.left().collect::<Vec<_>>()), (vec![0], vec![7, 3]));
        assert_eq!(region.others().collect::<Vec<_>>(), [7, 3, 5]);
    }

    #[test]
    fn what_is_reached_is_counted_until_it_is_admitted() {
        let mut region = Region::default();
        region.begin(5);
        assert_eq!([region.reach(3), region.reach(4), region.reach(3)], [Some(1), Some(1), Some(2)]);
        region.admit(3);
        region.admit(1);
        assert_eq!((region.reach(3), region.reach(4)), (None, Some(2)));
        assert_eq!(region.member_at(0), Some((3, 3)));
        assert_eq!((members(&region), region.others().collect::<Vec<_>>()), (vec![3, 1], vec![4]));
    }

    #[test]
    fn nothing_is_left_of_the_region_before() {
        let mut region = Region::default();
        region.begin(3);
        region.admit(2);
        region.begin(3);
        assert_eq!((region.is_member(2), region.reach(2)), (false, Some(1)));
        region.begin(100);
        assert!((0..100).all(|slot| region.reach(slot) == Some(1)));
    }
}
