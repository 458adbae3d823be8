//! The headers of all slots: each change of a count goes through here.
//!
//! What is done for every reference is [`hot`]. What is seldom done is *cold*. Counts beyond a byte are [`spilled`],
//! and which objects a mark has come to is a matter of [`colours`].

mod colours;
mod hot;
mod spilled;

pub(crate) use hot::Left;
pub(crate) use spilled::Strong;

use std::collections::BTreeMap;

use crate::copying::copies;
use crate::digest::{Digest, Parts};
use crate::footprint::Reserved;
use crate::header::{Colour, Header, Mark};
use crate::visits::List;
use crate::{HeapError, ObjectId, Value};

/// The headers of all slots, and how high they may count.
#[derive(Debug)]
pub(crate) struct Headers {
    list: List<Header>,
    /// What counts have beyond their bytes, by slot.
    spilled: BTreeMap<u32, Strong>,
    ceiling: u32,
    /// From this on a byte says nothing about room.
    limit: u8,
    /// The colour of objects to which the mark under way has come.
    pub(crate) colour: Colour,
    /// White objects that were given a reference while a mark was under way, and painted for that.
    pub(crate) disturbed: Vec<u32>,
}

copies!(Headers { list, spilled, ceiling, limit, colour, disturbed });

impl Headers {
    pub(crate) fn new(ceiling: u32) -> Self {
        let limit = u8::try_from(ceiling).unwrap_or(u8::MAX);
        Self {
            list: List::new(),
            spilled: BTreeMap::new(),
            ceiling,
            limit,
            colour: Colour::default(),
            disturbed: Vec::new(),
        }
    }

    pub(crate) fn all(&self) -> &List<Header> {
        &self.list
    }

    #[inline]
    pub(crate) fn push(&mut self, header: Header) {
        self.list.push(header);
    }

    #[inline(always)]
    pub(crate) fn at_mut(&mut self, slot: u32) -> Option<&mut Header> {
        self.list.get_mut(slot as usize)
    }

    /// The error if a count has no room for one more.
    #[inline]
    pub(crate) fn room(&self, object: ObjectId, count: u32) -> Result<(), HeapError> {
        if count >= self.ceiling {
            return Err(HeapError::Overflow { object });
        }
        Ok(())
    }

    /// The header of a living object.
    ///
    /// Nil is in no slot, and a vacant slot has the generation of no id.
    #[inline(always)]
    pub(crate) fn find(&self, object: ObjectId) -> Result<&Header, HeapError> {
        match self.list.get(object.slot() as usize) {
            Some(header) if header.generation == object.generation() => Ok(header),
            _ => Err(missing(object)),
        }
    }

    #[inline(always)]
    pub(crate) fn find_mut(&mut self, object: ObjectId) -> Result<&mut Header, HeapError> {
        match self.list.get_mut(object.slot() as usize) {
            Some(header) if header.generation == object.generation() => Ok(header),
            _ => Err(missing(object)),
        }
    }

    /// Leaves the headers of so many slots, and gives back the room behind them.
    pub(crate) fn shrink_to(&mut self, slots: usize) {
        self.list.shrink_to(slots);
        self.disturbed.shrink_to_fit();
    }

    /// Leaves a slot without an object.
    pub(crate) fn vacate(&mut self, slot: u32) {
        self.spilled.remove(&slot);
        if let Some(header) = self.list.get_mut(slot as usize) {
            *header = Header::default();
        }
    }

    /// Changes counts where the header alone does not do.
    #[cold]
    fn change(
        &mut self,
        object: ObjectId,
        change: impl FnOnce(&mut Strong, u32) -> Option<()>,
    ) -> Result<(), HeapError> {
        let mut counts = self.strong(object.slot());
        change(&mut counts, self.ceiling).ok_or(HeapError::Overflow { object })?;
        self.set_strong(object.slot(), counts);
        Ok(())
    }

    /// Gives up a reference that the mutator holds; the header as it then is.
    #[inline(always)]
    pub(crate) fn let_go(&mut self, object: ObjectId) -> Result<Header, HeapError> {
        let header = self.find_mut(object)?;
        let Some(external) = header.external.checked_sub(1) else {
            return Err(HeapError::NotHeld { object });
        };
        header.external = external;
        if external == 0 && header.marks.has(Mark::Spilled) {
            return Ok(self.lowered(object.slot()));
        }
        Ok(*header)
    }

    /// Gives up a reference that was stored; the header as it then is.
    #[inline(always)]
    pub(crate) fn forget(&mut self, object: ObjectId) -> Result<Header, HeapError> {
        let header = self.find_mut(object)?;
        header.internal = header.internal.saturating_sub(1);
        if header.internal == 0 && header.marks.has(Mark::Spilled) {
            return Ok(self.lowered(object.slot()));
        }
        Ok(*header)
    }

    /// Moves what lies beside a header into it, since a count has come to 0 there, and gives it as it then is.
    #[cold]
    fn lowered(&mut self, slot: u32) -> Header {
        self.set_strong(slot, self.strong(slot));
        self.list.get(slot as usize).copied().unwrap_or_default()
    }

    /// Counts a value that is about to be stored in so many places: in all of them or, with an error, in none.
    pub(crate) fn retain_times(&mut self, value: &Value, times: u32) -> Result<(), HeapError> {
        let Some(object) = value.reference().filter(|_| times > 0) else {
            return Ok(());
        };
        self.find(object)?;
        self.change(object, |counts, ceiling| {
            counts.internal = counts.internal.checked_add(times).filter(|&count| count <= ceiling)?;
            Some(())
        })?;
        self.disturb_white(object.slot());
        Ok(())
    }

    /// The error for the first of these values that refers to no object.
    pub(crate) fn find_all(&self, values: &[Value]) -> Result<(), HeapError> {
        values.iter().filter_map(Value::reference).try_for_each(|object| self.find(object).map(|_| ()))
    }

    /// Counts values that are about to be stored together: all of them or, with an error, none.
    /// The objects are [disturbed](Self::disturb_all) once nothing can be refused any more.
    pub(crate) fn retain_all(&mut self, values: &[Value]) -> Result<(), HeapError> {
        self.find_all(values)?;
        for (counted, value) in values.iter().enumerate() {
            if let Some(object) = value.reference()
                && let Err(error) = self.count(object)
            {
                self.take_back(values.iter().take(counted));
                return Err(error);
            }
        }
        Ok(())
    }

    /// Notes that values were stored.
    pub(crate) fn disturb_all(&mut self, values: &[Value]) {
        values.iter().filter_map(Value::reference).for_each(|object| self.disturb_white(object.slot()));
    }

    /// Undoes [`retain_all`](Self::retain_all) for values that are not stored after all.
    pub(crate) fn take_back<'a>(&mut self, values: impl IntoIterator<Item = &'a Value>) {
        for object in values.into_iter().filter_map(Value::reference) {
            let mut counts = self.strong(object.slot());
            counts.internal = counts.internal.saturating_sub(1);
            self.set_strong(object.slot(), counts);
        }
    }

    /// Counts a reference from contents.
    #[inline]
    fn count(&mut self, object: ObjectId) -> Result<(), HeapError> {
        let limit = self.limit;
        let header = self.find_mut(object)?;
        if header.internal >= limit {
            return self.change(object, |counts, ceiling| add(&mut counts.internal, ceiling));
        }
        header.internal += 1;
        Ok(())
    }

    /// Turns a reference from contents into one that the mutator holds.
    pub(crate) fn hand_out(&mut self, value: &Value) -> Result<(), HeapError> {
        let Some(object) = value.reference() else {
            return Ok(());
        };
        self.hold(object)?;
        self.forget(object)?;
        Ok(())
    }

    /// Turns a reference that the mutator holds into one from contents; the header as it then is. Who stores it then
    /// [notes](Self::disturb) so.
    #[inline]
    pub(crate) fn hand_in(&mut self, object: ObjectId) -> Result<Header, HeapError> {
        let limit = self.limit;
        let header = self.find_mut(object)?;
        if header.internal >= limit || !header.is_held() || header.marks.has(Mark::Spilled) {
            return self.hand_in_slowly(object);
        }
        header.internal += 1;
        header.external -= 1;
        Ok(*header)
    }

    /// The same where the header alone does not do, or there is a reason to refuse it.
    #[cold]
    fn hand_in_slowly(&mut self, object: ObjectId) -> Result<Header, HeapError> {
        self.change(object, |counts, ceiling| add(&mut counts.internal, ceiling))?;
        self.let_go(object).inspect_err(|_| self.take_back([&Value::Reference(object)]))
    }

    /// Undoes [`hand_in`](Self::hand_in) for what is not stored after all.
    #[cold]
    pub(crate) fn hand_back(&mut self, object: ObjectId) {
        let counts = self.strong(object.slot());
        let external = counts.external.saturating_add(1);
        self.set_strong(object.slot(), Strong { external, internal: counts.internal.saturating_sub(1) });
    }

    /// See [`crate::footprint`].
    pub(crate) fn reserved(&self) -> u64 {
        let Self { list, spilled, ceiling: _, limit: _, colour: _, disturbed } = self;
        list.reserved() + spilled.reserved() + disturbed.reserved()
    }

    /// See [`crate::digest`]. How a count is split changes nothing.
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self { list, spilled: _, ceiling, limit: _, colour, disturbed } = self;
        digest.part("headers.ceiling");
        digest.number(*ceiling);
        digest.part("headers.length");
        digest.list(list.iter().enumerate(), |digest, (slot, header)| {
            let Header { generation, external: _, internal: _, marks } = *header;
            let Strong { external, internal } = self.strong(slot as u32);
            let generation = if digest.counts_generations() { generation } else { u32::from(header.is_live()) };
            digest.part("header.generation");
            digest.number(generation);
            digest.part("header.finalizer");
            digest.number(marks.finalizer_bits());
            digest.part("header.pin");
            digest.number(marks.has(Mark::Pinned));
            digest.part("header.marks");
            digest.number(if header.is_live() { marks.other_bits(*colour) } else { 0 });
            digest.part("header.external");
            digest.number(external);
            digest.part("header.internal");
            digest.number(internal);
        });
        digest.part("headers.disturbed");
        digest.list(disturbed.iter(), |digest, slot| digest.number(*slot));
    }
}

/// Adds one, unless that is more than the ceiling allows.
fn add(count: &mut u32, ceiling: u32) -> Option<()> {
    if *count >= ceiling {
        return None;
    }
    *count += 1;
    Some(())
}

#[cold]
fn missing(object: ObjectId) -> HeapError {
    if object.is_nil() { HeapError::Nil } else { HeapError::Stale { object } }
}

#[cfg(test)]
mod tests {
    use super::Headers;
    use crate::header::{Header, Mark};
    use crate::{HeapError, ObjectId};

    /// Headers of one held object.
    fn headers(ceiling: u32) -> (Headers, ObjectId) {
        let mut headers = Headers::new(ceiling);
        headers.push(Header::held_once(1, headers.colour));
        (headers, ObjectId::new(0, 1))
    }

    #[test]
    fn counts_are_exact_up_to_any_ceiling_and_back() {
        for ceiling in [1, 2, 127, 128, 254, 255, 256, 257, 300, 383, 384, 1_000] {
            let (mut headers, object) = headers(ceiling);
            for count in 1..ceiling {
                assert_eq!(headers.strong(0).external, count);
                assert_eq!(headers.hold(object), Ok(()));
            }
            assert_eq!(headers.hold(object), Err(HeapError::Overflow { object }), "ceiling {ceiling}");
            for count in (0..ceiling).rev() {
                let header = headers.let_go(object).unwrap();
                assert_eq!((headers.strong(0).external, header.is_held()), (count, count > 0));
            }
            assert_eq!(headers.let_go(object).unwrap_err(), HeapError::NotHeld { object });
            assert_eq!(headers.spilled().count(), 0);
        }
    }

    #[test]
    fn references_are_handed_in_one_by_one_up_to_any_ceiling_and_the_rest_is_refused() {
        for ceiling in [1, 2, 254, 255, 256, 300, 1_000] {
            let (mut headers, object) = headers(ceiling);
            headers.set_strong(0, super::Strong { external: ceiling, internal: 0 });
            for internal in 1..=ceiling {
                let header = headers.hand_in(object).unwrap();
                assert_eq!(headers.strong(0), super::Strong { external: ceiling - internal, internal });
                assert_eq!(header.is_held(), internal < ceiling);
            }
            assert_eq!(headers.hand_in(object).unwrap_err(), HeapError::Overflow { object });
            headers.set_strong(0, super::Strong { external: 0, internal: ceiling - 1 });
            assert_eq!(headers.hand_in(object).unwrap_err(), HeapError::NotHeld { object });
            assert_eq!(headers.strong(0), super::Strong { external: 0, internal: ceiling - 1 });
            headers.hand_back(object);
            assert_eq!(headers.strong(0).external, 1);
        }
    }

    #[test]
    fn a_count_that_goes_up_and_down_is_seldom_moved() {
        let (mut headers, object) = headers(u32::MAX);
        headers.set_strong(0, super::Strong { external: 1_000, internal: 0 });
        let beside = headers.spilled[&0];
        for _ in 0..100 {
            (0..100).for_each(|_| headers.hold(object).unwrap());
            for _ in 0..100 {
                headers.let_go(object).unwrap();
                assert_eq!(headers.spilled[&0], beside);
            }
        }
        assert!(headers.all()[0].marks.has(Mark::Spilled));
    }
}
