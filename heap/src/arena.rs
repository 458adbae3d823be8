//! Slots, and which of them are vacant.
//!
//! A slot is a header and contents, at the same index of two arrays. Vacant slots are a linked
//! list through the contents, the one vacated last in front. A slot that has had as many tenants
//! as its generation can tell apart is vacant for ever, and not in the list.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::copying::copies;
use crate::digest::{Digest, Parts};
use crate::elements::Elements;
use crate::fields::Values;
use crate::footprint::Reserved;
use crate::header::{Header, Mark};
use crate::headers::Headers;
use crate::object::Content;
use crate::visits::List;
use crate::weak::{WeakIndex, WeakLink};
use crate::{Configuration, HeapError, ObjectId, Value};

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
}

copies!(Arena { headers, contents, weak_index, vacant, live, capacity, generation_ceiling });

/// What a dead object leaves as its slot is vacated.
pub(crate) enum Remains {
    /// Nothing that has to be given up.
    Nothing,
    /// The value of a box.
    One(Value),
    /// The values of a small array or table, or of a closure.
    List(Box<[Value]>),
    /// The place of a weak object in the list of its target.
    Weak(WeakLink),
    /// The contents of any other object.
    Other(Content),
}

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
    fn is_full(&self) -> bool {
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

    /// Makes an object that the mutator holds once. Its contents are made where they will lie.
    #[inline(always)]
    pub(crate) fn insert(&mut self, content: impl FnOnce() -> Content) -> Result<ObjectId, HeapError> {
        if self.is_full() {
            return Err(HeapError::Capacity);
        }
        let slot = self.vacant;
        // The end of the list is no index of the contents, and then there is a slot to append.
        let Some(place @ &mut Content::Vacant { generation, next }) = self.contents.get_mut(slot as usize) else {
            return self.append(content());
        };
        self.vacant = next;
        self.live += 1;
        let generation = generation + 1;
        // What was there is vacant and has nothing to drop, which the compiler can't see.
        std::mem::forget(std::mem::replace(place, content()));
        let colour = self.headers.colour;
        if let Some(header) = self.headers.at_mut(slot) {
            *header = Header::held_once(generation, colour);
        }
        Ok(ObjectId::of_tenant(slot, generation))
    }

    #[cold]
    #[inline(never)]
    fn append(&mut self, content: Content) -> Result<ObjectId, HeapError> {
        self.room()?;
        self.live += 1;
        let slot = u32::try_from(self.contents.len()).unwrap_or(NONE);
        self.contents.push(content);
        self.headers.push(Header::held_once(1, self.headers.colour));
        Ok(ObjectId::new(slot, 1))
    }

    /// Makes the id of a living object stale; its contents stay until its slot is vacated.
    #[inline(always)]
    pub(crate) fn bury(&mut self, object: ObjectId) {
        if let Some(header) = self.headers.at_mut(object.slot()) {
            *header = Header::default();
            self.live -= 1;
        }
    }

    /// Takes the contents of a buried object, and makes its slot vacant.
    #[inline(always)]
    pub(crate) fn vacate(&mut self, object: ObjectId) -> Remains {
        let Some(place) = self.contents.get_mut(object.slot() as usize) else {
            return Remains::Nothing;
        };
        let generation = object.generation();
        let mut next = NONE;
        if generation < self.generation_ceiling {
            next = std::mem::replace(&mut self.vacant, object.slot());
        }
        let vacant = Content::Vacant { generation, next };
        let remains = match place {
            Content::Array(Elements::Few(list))
            | Content::Table { values: Values::Shaped(list), .. }
            | Content::Closure { captures: list, .. } => {
                if list.is_empty() {
                    Remains::Nothing
                } else {
                    Remains::List(std::mem::take(list))
                }
            }
            Content::Box(value) => Remains::One(std::mem::take(value)),
            Content::Weak(link) => Remains::Weak(*link),
            _ => return Remains::Other(std::mem::replace(place, vacant)),
        };
        // What was there has nothing left to drop, which the compiler can't see.
        std::mem::forget(std::mem::replace(place, vacant));
        remains
    }

    /// See [`crate::footprint`].
    pub(crate) fn reserved(&self) -> u64 {
        let Self { headers, contents, weak_index, vacant: _, live: _, capacity: _, generation_ceiling: _ } = self;
        let of_contents = contents.reserved() + contents.iter().map(Content::reserved).sum::<u64>();
        headers.reserved() + of_contents + weak_index.reserved()
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self { headers, contents, weak_index, vacant, live, capacity, generation_ceiling } = self;
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
    }
}

/// The number of the slot at that place. There are fewer slots than numbers.
#[inline]
fn number(place: usize) -> u32 {
    place as u32
}

#[cfg(test)]
mod tests {
    use super::Arena;
    use crate::object::Content;
    use crate::{Configuration, HeapError, Value};

    fn arena(capacity: u32, generations: u32) -> Arena {
        let configuration = Configuration::default()
            .with_capacity(capacity)
            .and_then(|it| it.with_generation_ceiling(generations))
            .unwrap();
        Arena::new(&configuration)
    }

    fn scalar() -> Content {
        Content::Scalar(Value::Nil)
    }

    #[test]
    fn contents_take_24_bytes_and_a_slot_32() {
        println!("contents: {} bytes", size_of::<Content>());
        println!("header: {} bytes", size_of::<crate::header::Header>());
        println!("value: {} bytes", size_of::<Value>());
        assert_eq!(size_of::<Content>(), 24);
        assert!(size_of::<Content>() + size_of::<crate::header::Header>() <= 32);
        assert_eq!(size_of::<Value>(), 16);
        assert_eq!(size_of::<crate::ephemerons::Ephemeron>(), 48);
        assert_eq!(size_of::<crate::ObjectId>(), 8);
        assert_eq!(size_of::<crate::Text>(), 8);
    }

    #[test]
    fn a_vacated_slot_is_given_out_with_the_next_generation() {
        let mut arena = arena(10, u32::MAX);
        let one = arena.insert(scalar).unwrap();
        let two = arena.insert(scalar).unwrap();
        arena.bury(one);
        arena.vacate(one);
        let three = arena.insert(scalar).unwrap();
        assert_eq!((three.slot(), three.generation()), (one.slot(), 2));
        assert!(arena.content(one).is_err());
        assert_eq!(arena.objects().collect::<Vec<_>>(), [three, two]);
    }

    #[test]
    fn all_vacated_slots_are_given_out_before_a_new_one() {
        let mut arena = arena(10, u32::MAX);
        let objects: Vec<_> = (0..4).map(|_| arena.insert(scalar).unwrap()).collect();
        for &object in &objects {
            arena.bury(object);
            arena.vacate(object);
        }
        let slots: Vec<u32> = (0..5).map(|_| arena.insert(scalar).unwrap().slot()).collect();
        assert_eq!(slots, [3, 2, 1, 0, 4]);
    }

    #[test]
    fn a_slot_whose_generations_are_used_up_is_retired() {
        let mut arena = arena(1, 2);
        let mut slots = Vec::new();
        for _ in 0..6 {
            let object = arena.insert(scalar).unwrap();
            slots.push(object.slot());
            assert_eq!(arena.insert(scalar), Err(HeapError::Capacity));
            arena.bury(object);
            arena.vacate(object);
        }
        assert_eq!(slots, [0, 0, 1, 1, 2, 2]);
    }
}
