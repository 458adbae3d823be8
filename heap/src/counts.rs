//! The counts of an object, kept apart from its contents.
//!
//! Two counts say who refers to an object strongly: `external` the mutator, `internal` the
//! contents of objects. One sum would do to release objects, but could be checked only for being
//! too small. With two, `internal` must equal what the contents say, exactly; and an object that
//! the mutator holds is known to be no garbage without looking at anything else.
//!
//! Counts, generation and state of an object make a header of 16 bytes, in an array of their own:
//! to count a reference touches one header and no contents.

use std::hash::Hasher;

use crate::digest::Digest;
use crate::{Heap, HeapError, Host, ObjectId, Value};

/// How often an object is referred to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Counts {
    /// The strong references that the mutator holds.
    pub external: u32,
    /// The strong references in the contents of objects.
    pub internal: u32,
    /// The weak objects that target it.
    pub weak: u32,
}

impl Counts {
    /// All strong references; the object is released when there is none.
    #[must_use]
    pub fn strong(self) -> u64 {
        u64::from(self.external) + u64::from(self.internal)
    }
}

/// How far the finalizer of an object is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Finalizer {
    #[default]
    None,
    Armed,
    /// It has begun, and will never run again.
    Begun,
}

/// What an object can be marked as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It waits to be released, or runs its finalizer before that.
    Queued,
    /// Weak objects target it.
    Targeted,
    /// Its references have changed since cycles were last detected.
    Dirty,
    /// It may be where garbage hangs that only a collection finds.
    Candidate,
    /// The frame that is open gives up one reference to it at its end.
    Temporary,
    /// A collection under way takes it for garbage as long as it is left alone.
    Member,
}

impl Mark {
    /// Those that say something to people who look at a heap, in words.
    pub(crate) const TOLD: [(Mark, &'static str); 5] = [
        (Mark::Dirty, "dirty"),
        (Mark::Candidate, "candidate"),
        (Mark::Queued, "queued"),
        (Mark::Temporary, "temporary"),
        (Mark::Member, "member"),
    ];
}

/// What an object is marked as, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks(u8);

impl Marks {
    #[inline]
    pub(crate) fn has(self, mark: Mark) -> bool {
        self.0 & 1 << mark as u8 != 0
    }

    #[inline]
    pub(crate) fn set(&mut self, mark: Mark) {
        self.0 |= 1 << mark as u8;
    }

    #[inline]
    pub(crate) fn clear(&mut self, mark: Mark) {
        self.0 &= !(1 << mark as u8);
    }
}

/// All that is known of an object but its contents.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Header {
    /// Which tenant the slot has, from 1; 0 while it has none.
    pub(crate) generation: u32,
    pub(crate) external: u32,
    pub(crate) internal: u32,
    pub(crate) finalizer: Finalizer,
    pub(crate) marks: Marks,
}

impl Header {
    /// The header of a new object.
    pub(crate) fn held_once(generation: u32) -> Self {
        Self { generation, external: 1, ..Self::default() }
    }

    #[inline]
    pub(crate) fn is_live(&self) -> bool {
        self.generation != 0
    }

    #[inline]
    pub(crate) fn is_unreferenced(&self) -> bool {
        self.external == 0 && self.internal == 0
    }

    /// Whether the object lives whatever refers to it.
    #[inline]
    pub(crate) fn is_root(&self) -> bool {
        self.is_live() && (self.external > 0 || self.marks.has(Mark::Queued))
    }
}

/// The headers of all slots, and how high they may count.
///
/// Each change of a count goes through here, so that none of a member of a collection under way
/// goes unnoticed.
#[derive(Clone, Debug)]
pub(crate) struct Headers {
    list: Vec<Header>,
    ceiling: u32,
    /// Members of the collection under way that have not been left alone.
    pub(crate) disturbed: Vec<u32>,
}

impl Headers {
    pub(crate) fn new(ceiling: u32) -> Self {
        Self { list: Vec::new(), ceiling, disturbed: Vec::new() }
    }

    /// Notes that an object was not left alone.
    #[inline]
    pub(crate) fn disturb(&mut self, object: ObjectId) {
        if let Ok(header) = self.find_mut(object)
            && header.marks.has(Mark::Member)
        {
            header.marks.clear(Mark::Member);
            self.disturbed.push(object.slot());
        }
    }

    pub(crate) fn all(&self) -> &[Header] {
        &self.list
    }

    pub(crate) fn push(&mut self, header: Header) {
        self.list.push(header);
    }

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

    #[inline]
    pub(crate) fn find(&self, object: ObjectId) -> Result<&Header, HeapError> {
        match self.list.get(object.slot() as usize) {
            Some(header) if header.generation == object.generation() && header.is_live() => Ok(header),
            _ => Err(missing(object)),
        }
    }

    #[inline]
    pub(crate) fn find_mut(&mut self, object: ObjectId) -> Result<&mut Header, HeapError> {
        match self.list.get_mut(object.slot() as usize) {
            Some(header) if header.generation == object.generation() && header.is_live() => Ok(header),
            _ => Err(missing(object)),
        }
    }

    /// Counts a reference that the mutator is given.
    #[inline]
    pub(crate) fn hold(&mut self, object: ObjectId) -> Result<(), HeapError> {
        let ceiling = self.ceiling;
        let header = self.find_mut(object)?;
        if header.external >= ceiling {
            return Err(HeapError::Overflow { object });
        }
        header.external += 1;
        if header.marks.has(Mark::Member) {
            self.disturb(object);
        }
        Ok(())
    }

    /// Gives up a reference that the mutator holds; the header as it then is.
    #[inline]
    pub(crate) fn let_go(&mut self, object: ObjectId) -> Result<Header, HeapError> {
        let header = self.find_mut(object)?;
        let Some(external) = header.external.checked_sub(1) else {
            return Err(HeapError::NotHeld { object });
        };
        header.external = external;
        let header = *header;
        if header.marks.has(Mark::Member) {
            self.disturb(object);
        }
        Ok(header)
    }

    /// Gives up a reference that was stored; the header as it then is.
    #[inline]
    pub(crate) fn forget(&mut self, object: ObjectId) -> Result<Header, HeapError> {
        let header = self.find_mut(object)?;
        header.internal = header.internal.saturating_sub(1);
        let header = *header;
        if header.marks.has(Mark::Member) {
            self.disturb(object);
        }
        Ok(header)
    }

    /// Counts a value that is about to be stored.
    #[inline]
    pub(crate) fn retain(&mut self, value: &Value) -> Result<(), HeapError> {
        let Some(object) = value.reference() else {
            return Ok(());
        };
        if self.count(object)?.marks.has(Mark::Member) {
            self.disturb(object);
        }
        Ok(())
    }

    /// Counts values that are about to be stored together: all of them or, with an error, none.
    /// The objects are [disturbed](Self::disturb_all) once nothing can be refused any more.
    pub(crate) fn retain_all(&mut self, values: &[Value]) -> Result<(), HeapError> {
        for object in values.iter().filter_map(Value::reference) {
            self.find(object)?;
        }
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
        values.iter().filter_map(Value::reference).for_each(|object| self.disturb(object));
    }

    /// Undoes [`retain_all`](Self::retain_all) for values that are not stored after all.
    pub(crate) fn take_back<'a>(&mut self, values: impl IntoIterator<Item = &'a Value>) {
        for object in values.into_iter().filter_map(Value::reference) {
            if let Ok(header) = self.find_mut(object) {
                header.internal = header.internal.saturating_sub(1);
            }
        }
    }

    /// Counts a reference from contents; the header as it then is.
    #[inline]
    fn count(&mut self, object: ObjectId) -> Result<Header, HeapError> {
        let ceiling = self.ceiling;
        let header = self.find_mut(object)?;
        if header.internal >= ceiling {
            return Err(HeapError::Overflow { object });
        }
        header.internal += 1;
        Ok(*header)
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Hasher>) {
        let Self { list, ceiling, disturbed } = self;
        digest.number(*ceiling);
        digest.list(list.iter(), |digest, header| {
            let Header { generation, external, internal, finalizer, marks } = *header;
            let generation = if digest.counts_generations() { generation } else { u32::from(header.is_live()) };
            digest.number(u64::from(generation) << 32 | u64::from(finalizer as u8) << 8 | u64::from(marks.0));
            digest.number(u64::from(external) << 32 | u64::from(internal));
        });
        digest.list(disturbed.iter(), |digest, slot| digest.number(*slot));
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
}

#[cold]
fn missing(object: ObjectId) -> HeapError {
    if object.is_nil() { HeapError::Nil } else { HeapError::Stale { object } }
}

impl<H: Host> Heap<H> {
    /// Counts a further reference that the mutator holds; nil is counted nowhere.
    ///
    /// # Errors
    /// [`HeapError::Stale`], [`HeapError::Overflow`].
    #[inline]
    pub fn inc_ref(&mut self, object: ObjectId) -> Result<(), HeapError> {
        if object.is_nil() {
            return Ok(());
        }
        self.arena.headers.hold(object)
    }

    /// Gives up a reference that the mutator holds; nil is given up by doing nothing.
    ///
    /// The object is released when this was the last strong reference to it. It is not released
    /// when objects still refer to it, be it only in a cycle; such garbage is found by
    /// [`collect_cycles`](Self::collect_cycles).
    ///
    /// # Errors
    /// [`HeapError::Stale`], [`HeapError::NotHeld`].
    #[inline]
    pub fn dec_ref(&mut self, object: ObjectId) -> Result<(), HeapError> {
        if object.is_nil() {
            return Ok(());
        }
        let header = self.arena.headers.let_go(object)?;
        self.tuning.count_operation();
        if header.is_unreferenced() {
            self.release(object);
            self.settle();
        } else if header.external == 0 && !header.marks.has(Mark::Candidate) {
            self.suspect(object);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Header};

    #[test]
    fn a_header_takes_16_bytes() {
        assert_eq!(size_of::<Header>(), 16);
    }

    #[test]
    fn the_strong_count_does_not_overflow() {
        let counts = Counts { external: u32::MAX, internal: u32::MAX, weak: 0 };
        assert_eq!(counts.strong(), 2 * u64::from(u32::MAX));
    }
}
