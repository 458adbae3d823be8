//! Slots, and which of them are vacant.
//!
//! A slot is a header and contents, at the same index of two arrays. Vacant slots are a linked
//! list through the contents, the one vacated last in front. A slot that has had as many tenants
//! as its generation can tell apart is vacant for ever, and not in the list.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::copying::copies;
use crate::digest::{Digest, Parts};
use crate::footprint::Reserved;
use crate::header::{Header, Mark};
use crate::headers::Headers;
use crate::object::Content;
use crate::visits::List;
use crate::weak::WeakIndex;
use crate::{Configuration, HeapError, ObjectId};

/// The end of a list of slots; no slot has this number.
pub(crate) const NONE: u32 = u32::MAX;

#[derive(Debug)]
pub(crate) struct Arena {
    pub(crate) headers: Headers,
    pub(crate) contents: List<Content>,
    pub(crate) weak_index: WeakIndex,
    pub(crate) vacant: u32,
    pub(crate) live: u32,
    capacity: u32,
    pub(crate) generation_ceiling: u32,
    /// The highest generation of a tenant of a slot that was [cut off](crate::Heap::shrink): new slots begin above it.
    pub(crate) floor: u32,
}

copies!(Arena { headers, contents, weak_index, vacant, live, capacity, generation_ceiling, floor });

impl Arena {
    pub(crate) fn new(configuration: &Configuration) -> Self {
        Self {
            headers: Headers::new(configuration.count_ceiling()),
            contents: List::new(),
            weak_index: WeakIndex::default(),
            vacant: NONE,
            live: 0,
            capacity: configuration.capacity(),
            generation_ceiling: configuration.generation_ceiling(),
            floor: 0,
        }
    }

    /// The number of living objects.
    pub(crate) fn live(&self) -> u32 {
        self.live
    }

    /// The number of slots, vacant ones included.
    pub(crate) fn slots(&self) -> usize {
        self.contents.len()
    }

    /// The numbers of all slots, vacant ones included.
    #[inline]
    pub(crate) fn every_slot(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.slots()).unwrap_or(NONE)
    }

    /// The contents of all slots.
    #[inline]
    pub(crate) fn contents(&self) -> &List<Content> {
        &self.contents
    }

    /// The contents of all slots, with the headers beside them, to be changed.
    pub(crate) fn parts(&mut self) -> (&List<Content>, &mut Headers) {
        (&self.contents, &mut self.headers)
    }

    /// The generation of a slot's tenant, or of its last one, and whether it lives; none if it never had any.
    pub(crate) fn latest_generation(&self, slot: u32) -> Option<(u32, bool)> {
        if let Some(tenant) = self.tenant(slot) {
            return Some((tenant.generation(), true));
        }
        match self.contents.get(slot as usize) {
            Some(&Content::Vacant { generation, .. }) => Some((generation, false)),
            _ => None,
        }
    }

    /// The living object in a slot.
    #[inline]
    pub(crate) fn tenant(&self, slot: u32) -> Option<ObjectId> {
        let header = self.headers.all().get(slot as usize)?;
        header.is_live().then(|| ObjectId::new(slot, header.generation))
    }

    /// The slots of roots.
    #[inline]
    pub(crate) fn roots(&self) -> impl Iterator<Item = u32> {
        self.headers.all().iter().enumerate().filter(|(_, header)| header.is_root()).map(|(slot, _)| number(slot))
    }

    /// For each slot, whether its object is reached from those in some slots, or is one of them: an ephemeron's value
    /// only if its key is reached too. What dangles in a damaged heap leads nowhere, and no list is trusted.
    pub(crate) fn reached_from(&self, starts: impl Iterator<Item = u32>) -> Vec<bool> {
        let (mut reached, mut left) = (vec![false; self.slots()], Vec::with_capacity(self.slots()));
        let enter = |reached: &mut [bool], left: &mut Vec<u32>, slot: u32| {
            if let Some(reached @ false) = reached.get_mut(slot as usize) {
                *reached = true;
                left.push(slot);
            }
        };
        starts.for_each(|slot| enter(&mut reached, &mut left, slot));
        // What ephemerons that are reached have for keys that are not, by the key's slot.
        let mut waiting: HashMap<u32, Vec<u32>, FxBuildHasher> = HashMap::default();
        while let Some(slot) = left.pop() {
            waiting.remove(&slot).into_iter().flatten().for_each(|value| enter(&mut reached, &mut left, value));
            let Some((_, content, _)) = self.at(slot) else { continue };
            let key = if let Content::Ephemeron(it) = content { Some(it.link.target.slot()) } else { None };
            let lacks_key = key.filter(|&key| reached.get(key as usize) == Some(&false));
            content.each_reference(|child| match lacks_key {
                _ if self.headers.find(child).is_err() => {}
                Some(key) => waiting.entry(key).or_default().push(child.slot()),
                None => enter(&mut reached, &mut left, child.slot()),
            });
        }
        reached
    }

    /// How much work it is to read an object: how many places for values it has, and of how many ephemerons it is the key.
    #[inline]
    pub(crate) fn width(&self, slot: u32) -> Option<usize> {
        let (header, content) = (self.headers.all().get(slot as usize)?, self.contents.get(slot as usize)?);
        let is_targeted = header.marks.has(Mark::Targeted);
        let kept = if is_targeted { self.weak_index.of_slot(slot).ephemerons as usize } else { 0 };
        Some(content.width() + kept)
    }

    /// Calls `each` with the ephemerons that have a value which refers to an object, of those whose key is in that slot; and
    /// with these objects.
    #[inline]
    pub(crate) fn each_kept_by(&self, key: u32, mut each: impl FnMut(u32, ObjectId)) {
        if !self.headers.all().get(key as usize).is_some_and(|header| header.marks.has(Mark::Targeted)) {
            return;
        }
        let mut ephemeron = self.weak_index.of_slot(key).ephemeron;
        while let Some(Content::Ephemeron(it)) = self.contents.get(ephemeron as usize) {
            if let Some(value) = it.value.reference() {
                each(ephemeron, value);
            }
            ephemeron = it.link.next;
        }
    }

    pub(crate) fn content_at_mut(&mut self, slot: u32) -> Option<&mut Content> {
        self.contents.get_mut(slot as usize)
    }

    #[inline]
    pub(crate) fn content(&self, object: ObjectId) -> Result<&Content, HeapError> {
        self.headers.find(object)?;
        let stale = HeapError::Stale { object };
        self.contents.get(object.slot() as usize).ok_or(stale)
    }

    /// The contents of an object, to be changed, with the headers beside them, to be counted in.
    #[inline(always)]
    pub(crate) fn split(&mut self, object: ObjectId) -> Result<(&mut Content, &mut Headers), HeapError> {
        self.headers.find(object)?;
        match self.contents.get_mut(object.slot() as usize) {
            Some(content) => Ok((content, &mut self.headers)),
            None => Err(HeapError::Stale { object }),
        }
    }

    /// The living object in a slot, with its contents and its header.
    #[inline]
    fn at(&self, slot: u32) -> Option<(ObjectId, &Content, &Header)> {
        let (header, content) = (self.headers.all().get(slot as usize)?, self.contents.get(slot as usize)?);
        header.is_live().then(|| (ObjectId::new(slot, header.generation), content, header))
    }

    /// All living objects, each with its contents and its header.
    #[inline]
    pub(crate) fn all(&self) -> impl Iterator<Item = (ObjectId, &Content, &Header)> {
        let slots =
            self.headers.all().iter().zip(self.contents.iter()).enumerate().filter(|(_, (header, _))| header.is_live());
        slots.map(|(slot, (header, content))| (ObjectId::new(number(slot), header.generation), content, header))
    }

    /// The living objects, in order of slots.
    #[inline]
    pub(crate) fn objects(&self) -> impl Iterator<Item = ObjectId> {
        let named = |(slot, header): (usize, &Header)| ObjectId::new(number(slot), header.generation);
        let live = |(_, header): &(usize, &Header)| header.is_live();
        self.headers.all().iter().enumerate().filter(live).map(named)
    }

    /// Whether as many objects live as may.
    #[inline(always)]
    pub(crate) fn is_full(&self) -> bool {
        self.live >= self.capacity
    }

    /// The error if there is no room for one more object.
    #[inline]
    pub(crate) fn room(&self) -> Result<(), HeapError> {
        let slots_left = self.vacant != NONE || self.contents.len() < NONE as usize;
        if self.is_full() || !slots_left {
            return Err(HeapError::Capacity);
        }
        Ok(())
    }

    /// See [`crate::footprint`].
    pub(crate) fn reserved(&self) -> u64 {
        let Self { headers, contents, weak_index, vacant: _, live: _, capacity: _, generation_ceiling: _, floor: _ } =
            self;
        let of_contents = contents.reserved() + contents.iter().map(Content::reserved).sum::<u64>();
        headers.reserved() + of_contents + weak_index.reserved()
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self { headers, contents, weak_index, vacant, live, capacity, generation_ceiling, floor } = self;
        headers.digest(digest);
        digest.part("contents.length");
        digest.list(contents.iter(), |digest, content| content.digest(digest));
        weak_index.digest(digest);
        digest.part("arena.vacant");
        digest.number(*vacant);
        digest.part("arena.live");
        digest.number(*live);
        digest.part("arena.limits");
        digest.numbers([*capacity, *generation_ceiling]);
        digest.part("arena.floor");
        digest.number(if digest.counts_generations() { *floor } else { 0 });
    }
}

/// The number of the slot at that place. There are fewer slots than numbers.
#[inline]
fn number(place: usize) -> u32 {
    place as u32
}

#[cfg(test)]
mod tests {
    use crate::object::Content;
    use crate::{ObjectId, Value};

    #[test]
    fn contents_take_24_bytes_and_a_slot_32() {
        println!("contents: {} bytes", size_of::<Content>());
        println!("header: {} bytes", size_of::<crate::header::Header>());
        println!("value: {} bytes", size_of::<Value>());
        assert_eq!(size_of::<Content>(), 24);
        assert!(size_of::<Content>() + size_of::<crate::header::Header>() <= 32);
        assert_eq!(size_of::<Value>(), 16);
        assert_eq!(size_of::<crate::ephemerons::Ephemeron>(), 48);
        assert_eq!(size_of::<ObjectId>(), 8);
        assert_eq!(size_of::<crate::Text>(), 8);
    }
}
