//! The cycles that the last detection found, and which of them have lost a member since.
//!
//! Members never change: a cycle is found whole and forgotten whole. For each slot it is known
//! which cycle its tenant is in, so that a death finds its cycle without a search. A cycle of
//! which a member has died is *broken*: it is no longer given, but kept until the next detection
//! has looked at what is left of it.
//!
//! There are three statements of the same thing: a living member's slot leads to its cycle, no
//! other slot leads to any, and the broken cycles are those with a dead member.

use crate::ObjectId;
use crate::arena::NONE;
use crate::copying::copies;
use crate::digest::{Digest, Parts};
use crate::footprint::Reserved;

/// A cycle, or a place for one: that has no members and is not whole.
#[derive(Debug, Default)]
struct Cycle {
    members: Box<[ObjectId]>,
    /// Whether all members live.
    whole: bool,
}

copies!(Cycle { members, whole });

#[derive(Debug, Default)]
pub(crate) struct KnownCycles {
    cycles: Vec<Cycle>,
    /// The places without a cycle.
    vacant: Vec<u32>,
    /// For each slot the cycle that its tenant is in. As long as is needed: nothing, where no
    /// cycle was ever found.
    of_slot: Vec<u32>,
    broken: Vec<u32>,
    whole: usize,
}

copies!(KnownCycles { cycles, vacant, of_slot, broken, whole });

impl KnownCycles {
    /// How many there are, those left out of which a member has died.
    pub(crate) fn len(&self) -> usize {
        self.whole
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[ObjectId]> {
        self.cycles.iter().filter(|cycle| cycle.whole).map(|cycle| &*cycle.members)
    }

    /// The cycle that the tenant of a slot is in, or [`NONE`].
    #[inline]
    pub(crate) fn of_slot(&self, slot: u32) -> u32 {
        self.of_slot.get(slot as usize).copied().unwrap_or(NONE)
    }

    /// Whether the tenant of a slot is in one.
    #[inline(always)]
    pub(crate) fn have(&self, slot: u32) -> bool {
        self.of_slot(slot) != NONE
    }

    /// All members of a cycle, those that have died included.
    pub(crate) fn members(&self, cycle: u32) -> &[ObjectId] {
        self.cycles.get(cycle as usize).map_or(&[], |cycle| &cycle.members)
    }

    /// The slots that lead to a cycle, each with that cycle.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u32, u32)> {
        (0..).zip(self.of_slot.iter().copied()).filter(|&(_, cycle)| cycle != NONE)
    }

    /// All cycles, broken ones included, each with its members and whether it is whole.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u32, &[ObjectId], bool)> {
        let taken = |(_, cycle): &(u32, &Cycle)| !cycle.members.is_empty();
        (0..).zip(&self.cycles).filter(taken).map(|(place, cycle)| (place, &*cycle.members, cycle.whole))
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        let Self { cycles, vacant, of_slot, broken, whole } = self;
        cycles.clear();
        [vacant, of_slot, broken].into_iter().for_each(Vec::clear);
        *whole = 0;
    }

    /// Gives back the room for the slots from a number on, which lead to no cycle, and for cycles that were. Of a broken one of which no
    /// member lives there is nothing left for a detection to look at.
    pub(crate) fn shrink_to(&mut self, slots: usize) {
        for place in std::mem::take(&mut self.broken) {
            match self.members(place).iter().any(|member| self.of_slot(member.slot()) == place) {
                true => self.broken.push(place),
                false => self.remove(place),
            }
        }
        while self.cycles.pop_if(|cycle| cycle.members.is_empty()).is_some() {}
        self.vacant.retain(|&place| (place as usize) < self.cycles.len());
        self.of_slot.truncate(slots);
        self.of_slot.shrink_to_fit();
        [&mut self.vacant, &mut self.broken].into_iter().for_each(Vec::shrink_to_fit);
        self.cycles.shrink_to_fit();
    }

    /// Notes that the tenant of a slot dies.
    #[inline(always)]
    pub(crate) fn bury(&mut self, slot: u32) {
        if let Some(entry) = self.of_slot.get_mut(slot as usize)
            && *entry != NONE
        {
            let cycle = std::mem::replace(entry, NONE);
            self.break_up(cycle);
        }
    }

    #[cold]
    fn break_up(&mut self, place: u32) {
        if let Some(cycle) = self.cycles.get_mut(place as usize)
            && cycle.whole
        {
            cycle.whole = false;
            self.whole -= 1;
            self.broken.push(place);
        }
    }

    /// Adds a cycle of objects that are in none.
    pub(crate) fn insert(&mut self, members: Box<[ObjectId]>) {
        let place = self.vacant.pop().unwrap_or_else(|| {
            self.cycles.push(Cycle::default());
            (self.cycles.len() - 1) as u32
        });
        for member in &members {
            let slot = member.slot() as usize;
            if self.of_slot.len() <= slot {
                self.of_slot.resize(slot + 1, NONE);
            }
            self.of_slot[slot] = place;
        }
        self.cycles[place as usize] = Cycle { members, whole: true };
        self.whole += 1;
    }

    /// Forgets a cycle, if it is not forgotten already.
    pub(crate) fn remove(&mut self, place: u32) {
        let Some(cycle) = self.cycles.get_mut(place as usize).map(std::mem::take) else {
            return;
        };
        if cycle.members.is_empty() {
            return;
        }
        for member in cycle.members {
            if let Some(entry) = self.of_slot.get_mut(member.slot() as usize)
                && *entry == place
            {
                *entry = NONE;
            }
        }
        self.whole -= usize::from(cycle.whole);
        self.vacant.push(place);
    }

    /// Whether the places noted as vacant or broken are those that are, once each, and the rest whole.
    pub(crate) fn counts_right(&self) -> bool {
        let mut noted = vec![0_u8; self.cycles.len()];
        let lists = [(&self.vacant, 1), (&self.broken, 2)];
        for (place, note) in lists.into_iter().flat_map(|(list, note)| list.iter().map(move |&place| (place, note))) {
            match noted.get_mut(place as usize) {
                Some(noted) if *noted == 0 => *noted = note,
                _ => return false,
            }
        }
        let is_right = |(cycle, &noted): (&Cycle, &u8)| match noted {
            0 => cycle.whole && !cycle.members.is_empty(),
            1 => !cycle.whole && cycle.members.is_empty(),
            _ => !cycle.whole && !cycle.members.is_empty(),
        };
        self.cycles.iter().zip(&noted).all(is_right) && self.whole == noted.iter().filter(|&&it| it == 0).count()
    }

    /// Derives everything anew from which cycles there are and which objects live. False, and
    /// nothing is worth anything, if an object is in two cycles.
    pub(crate) fn reindex(&mut self, slots: usize, lives: impl Fn(ObjectId) -> bool) -> bool {
        let cycles = std::mem::take(&mut self.cycles);
        *self = Self { of_slot: vec![NONE; slots], ..Self::default() };
        for (place, mut cycle) in (0..).zip(cycles) {
            cycle.whole = !cycle.members.is_empty() && cycle.members.iter().all(|&it| lives(it));
            match (cycle.whole, cycle.members.is_empty()) {
                (true, _) => self.whole += 1,
                (false, true) => self.vacant.push(place),
                (false, false) => self.broken.push(place),
            }
            for member in cycle.members.iter().filter(|&&it| lives(it)) {
                match self.of_slot.get_mut(member.slot() as usize) {
                    Some(entry) if *entry == NONE => *entry = place,
                    _ => return false,
                }
            }
            self.cycles.push(cycle);
        }
        true
    }

    /// Lets a slot lead to a cycle, or to none.
    #[cfg(feature = "fault-injection")]
    pub(crate) fn misdirect(&mut self, slot: u32, cycle: u32) {
        let needed = slot as usize + 1;
        if self.of_slot.len() < needed {
            self.of_slot.resize(needed, NONE);
        }
        self.of_slot[slot as usize] = cycle;
    }

    /// Forgets the broken cycles.
    pub(crate) fn remove_broken(&mut self) {
        for cycle in std::mem::take(&mut self.broken) {
            self.remove(cycle);
        }
    }

    /// See [`crate::footprint`].
    pub(crate) fn reserved(&self) -> u64 {
        let Self { cycles, vacant, of_slot, broken, whole: _ } = self;
        let members = cycles.iter().map(|cycle| cycle.members.reserved()).sum::<u64>();
        cycles.reserved() + members + vacant.reserved() + of_slot.reserved() + broken.reserved()
    }

    /// See [`crate::digest`]. A slot beyond the last that led to a cycle leads to none.
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self { cycles, vacant, of_slot: _, broken, whole } = self;
        digest.part("cycles.length");
        digest.list(cycles.iter(), |digest, Cycle { members, whole }| {
            digest.part("cycle.members");
            digest.list(members.iter(), |digest, id| digest.id(*id));
            digest.part("cycle.whole");
            digest.number(*whole);
        });
        digest.part("cycles.vacant");
        digest.list(vacant.iter(), |digest, place| digest.number(*place));
        digest.part("cycles.broken");
        digest.list(broken.iter(), |digest, place| digest.number(*place));
        digest.part("cycles.whole");
        digest.size(*whole);
        digest.part("cycles.of_slot");
        digest.size(self.entries().count());
        self.entries().for_each(|(slot, cycle)| digest.number(u64::from(slot) << 32 | u64::from(cycle)));
    }
}

#[cfg(test)]
mod tests {
    use super::KnownCycles;
    use crate::ObjectId;

    fn objects(slots: &[u32]) -> Box<[ObjectId]> {
        slots.iter().map(|&slot| ObjectId::new(slot, 1)).collect()
    }

    #[test]
    fn a_cycle_is_given_until_a_member_dies_and_kept_until_it_is_removed() {
        let mut known = KnownCycles::default();
        known.insert(objects(&[1, 5]));
        known.insert(objects(&[2]));
        assert_eq!(known.entries().collect::<Vec<_>>(), [(1, 0), (2, 1), (5, 0)]);
        for slot in [5, 4, 9, 5] {
            known.bury(slot);
        }
        assert_eq!(known.len(), 1);
        assert_eq!(known.entries().collect::<Vec<_>>(), [(1, 0), (2, 1)]);
        assert_eq!(known.iter().collect::<Vec<_>>(), [&*objects(&[2])]);
        assert_eq!(known.all().map(|(place, _, whole)| (place, whole)).collect::<Vec<_>>(), [(0, false), (1, true)]);
        known.insert(objects(&[5]));
        known.remove_broken();
        assert_eq!(known.all().map(|(place, _, whole)| (place, whole)).collect::<Vec<_>>(), [(1, true), (2, true)]);
        assert_eq!(known.entries().collect::<Vec<_>>(), [(2, 1), (5, 2)], "the next tenant is in another");
    }

    #[test]
    fn the_place_of_a_forgotten_cycle_is_used_again() {
        let mut known = KnownCycles::default();
        known.insert(objects(&[1, 2]));
        known.remove(0);
        known.remove(0);
        assert_eq!((known.len(), known.entries().count()), (0, 0));
        known.insert(objects(&[3]));
        known.insert(objects(&[2]));
        assert_eq!(known.entries().collect::<Vec<_>>(), [(2, 1), (3, 0)]);
    }

    #[test]
    fn a_count_or_a_note_that_is_wrong_is_noticed() {
        let known = || {
            let mut known = KnownCycles::default();
            (0..3).for_each(|slot| known.insert(objects(&[slot])));
            known.bury(0);
            known.remove(1);
            known
        };
        assert!(known().counts_right());
        let wrong: [fn(&mut KnownCycles); 5] = [
            |known| known.whole += 1,
            |known| known.broken.clear(),
            |known| known.vacant.clear(),
            |known| known.vacant.push(2),
            |known| known.broken.push(7),
        ];
        for (number, damage) in wrong.into_iter().enumerate() {
            let mut known = known();
            damage(&mut known);
            assert!(!known.counts_right(), "{number}");
        }
    }
}
