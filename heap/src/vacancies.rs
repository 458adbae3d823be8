//! Slots that are vacant: how they are given out, and how they come to be vacant again.
//!
//! Nearly every object gets the slot of one that has died. So that is done in the fewest steps, with nothing to save for what is
//! seldom; a new slot is the other case, and left to cold calls.

use crate::arena::{Arena, NONE};
use crate::elements::Elements;
use crate::fields::Values;
use crate::header::Header;
use crate::object::Content;
use crate::weak::WeakLink;
use crate::{HeapError, ObjectId, Value};

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

/// A vacant slot, the generation of its last tenant, and the vacant slot behind it.
#[derive(Clone, Copy)]
pub(crate) struct Vacancy {
    pub(crate) slot: u32,
    generation: u32,
    next: u32,
}

impl Arena {
    /// The vacant slot for one more object, if there is one and as many objects as may do not live yet.
    #[inline(always)]
    pub(crate) fn vacancy(&self) -> Option<Vacancy> {
        if self.is_full() {
            return None;
        }
        // The end of the list is no index of the contents.
        match self.contents.get(self.vacant as usize) {
            Some(&Content::Vacant { generation, next }) => Some(Vacancy { slot: self.vacant, generation, next }),
            _ => None,
        }
    }

    /// Makes an object that the mutator holds once in the slot that is [vacant](Self::vacancy). Its contents are made where
    /// they will lie.
    #[inline(always)]
    pub(crate) fn fill(&mut self, vacancy: Vacancy, content: impl FnOnce() -> Content) -> ObjectId {
        let Vacancy { slot, generation, next } = vacancy;
        self.vacant = next;
        self.live += 1;
        let generation = generation + 1;
        let content = content();
        // What was there is vacant and has nothing to drop, which the compiler can't see; nor that there is such a slot.
        std::mem::forget(match self.contents.get_mut(slot as usize) {
            Some(place) => std::mem::replace(place, content),
            None => content,
        });
        let colour = self.headers.colour;
        if let Some(header) = self.headers.at_mut(slot) {
            *header = Header::held_once(generation, colour);
        }
        ObjectId::of_tenant(slot, generation)
    }

    /// Makes an object that the mutator holds once in a new slot.
    #[inline]
    pub(crate) fn append(&mut self, content: Content) -> Result<ObjectId, HeapError> {
        self.room()?;
        self.live += 1;
        let slot = u32::try_from(self.contents.len()).unwrap_or(NONE);
        self.contents.push(content);
        // A slot with that number may have been cut off.
        let generation = self.floor + 1;
        self.headers.push(Header::held_once(generation, self.headers.colour));
        Ok(ObjectId::new(slot, generation))
    }

    /// Makes the id of a living object stale; its contents stay until its slot is vacated.
    #[inline(always)]
    pub(crate) fn bury(&mut self, object: ObjectId) {
        if let Some(header) = self.headers.at_mut(object.slot()) {
            *header = Header::default();
            self.live -= 1;
        }
    }

    /// Puts the slot of a buried object in front of the vacant ones, and gives the one behind it.
    #[inline(always)]
    fn list_vacant(&mut self, object: ObjectId) -> u32 {
        let generation = object.generation();
        let mut next = NONE;
        if generation < self.generation_ceiling {
            next = std::mem::replace(&mut self.vacant, object.slot());
        }
        next
    }

    /// Makes the slot of a buried object vacant, of which nothing has to be given up or dropped.
    #[inline(always)]
    pub(crate) fn vacate_bare(&mut self, object: ObjectId) {
        let next = self.list_vacant(object);
        if let Some(place) = self.contents.get_mut(object.slot() as usize) {
            let vacant = Content::Vacant { generation: object.generation(), next };
            std::mem::forget(std::mem::replace(place, vacant));
        }
    }

    /// Takes the contents of a buried object, and makes its slot vacant.
    #[inline(always)]
    pub(crate) fn vacate(&mut self, object: ObjectId) -> Remains {
        let next = self.list_vacant(object);
        let Some(place) = self.contents.get_mut(object.slot() as usize) else {
            return Remains::Nothing;
        };
        let vacant = Content::Vacant { generation: object.generation(), next };
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
}

#[cfg(test)]
mod tests {
    use crate::arena::Arena;
    use crate::object::Content;
    use crate::{Configuration, HeapError, ObjectId, Value};

    fn arena(capacity: u32, generations: u32) -> Arena {
        let configuration = Configuration::default()
            .with_capacity(capacity)
            .and_then(|it| it.with_generation_ceiling(generations))
            .unwrap();
        Arena::new(&configuration)
    }

    /// Makes a scalar.
    fn insert(arena: &mut Arena) -> Result<ObjectId, HeapError> {
        match arena.vacancy() {
            Some(vacancy) => Ok(arena.fill(vacancy, || Content::Scalar(Value::Nil))),
            None => arena.append(Content::Scalar(Value::Nil)),
        }
    }

    #[test]
    fn a_vacated_slot_is_given_out_with_the_next_generation() {
        let mut arena = arena(10, u32::MAX);
        let one = insert(&mut arena).unwrap();
        let two = insert(&mut arena).unwrap();
        arena.bury(one);
        arena.vacate(one);
        let three = insert(&mut arena).unwrap();
        assert_eq!((three.slot(), three.generation()), (one.slot(), 2));
        assert!(arena.content(one).is_err());
        assert_eq!(arena.objects().collect::<Vec<_>>(), [three, two]);
    }

    #[test]
    fn all_vacated_slots_are_given_out_before_a_new_one() {
        let mut arena = arena(10, u32::MAX);
        let objects: Vec<_> = (0..4).map(|_| insert(&mut arena).unwrap()).collect();
        for &object in &objects {
            arena.bury(object);
            arena.vacate(object);
        }
        let slots: Vec<u32> = (0..5).map(|_| insert(&mut arena).unwrap().slot()).collect();
        assert_eq!(slots, [3, 2, 1, 0, 4]);
    }

    #[test]
    fn a_slot_whose_generations_are_used_up_is_retired() {
        let mut arena = arena(1, 2);
        let mut slots = Vec::new();
        for _ in 0..6 {
            let object = insert(&mut arena).unwrap();
            slots.push(object.slot());
            assert_eq!(insert(&mut arena), Err(HeapError::Capacity));
            arena.bury(object);
            arena.vacate(object);
        }
        assert_eq!(slots, [0, 0, 1, 1, 2, 2]);
    }
}
