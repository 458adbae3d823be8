//! Weak references: objects that name a target without keeping it alive.
//!
//! When a target dies, its weak objects are cleared at once. They are found through a list that is
//! threaded through the weak objects themselves, so that clearing costs their number and nothing
//! more, and a weak object that dies takes itself out in constant time. Few objects are targeted,
//! so the heads of the lists lie in a map beside the objects instead of in each header. Whoever goes over all of them does so in
//! order of slots, for the order of the map says nothing.
//!
//! A target has two such lists, one of its [ephemerons](crate::ephemerons) and one of the others: a search goes over the
//! first, and others are to cost it nothing. The youngest is in front.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::arena::NONE;
use crate::copying::copies;
use crate::digest::{Digest, Parts};
use crate::footprint::Reserved;
use crate::header::Mark;
use crate::object::Content;
use crate::{Heap, HeapError, Host, Kind, ObjectId};

/// The contents of a weak object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WeakLink {
    /// The target, or nil once that has died.
    pub(crate) target: ObjectId,
    /// The neighbours in the list of those with the same target.
    pub(crate) previous: u32,
    pub(crate) next: u32,
    /// Whether the host is told when the target has died; see [`crate::callbacks`].
    pub(crate) callback: bool,
}

impl WeakLink {
    /// That of a new weak object.
    pub(crate) fn to(target: ObjectId) -> Self {
        Self { target, previous: NONE, next: NONE, callback: false }
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self { target, previous, next, callback } = self;
        digest.part("weak.target");
        digest.id(*target);
        digest.part("weak.previous");
        digest.number(*previous);
        digest.part("weak.next");
        digest.number(*next);
        digest.part("weak.callback");
        digest.number(u32::from(*callback));
    }
}

/// The weak objects of one target, in two lists: what goes over ephemerons is not to pass others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WeakList {
    /// The first of those without a value.
    pub(crate) first: u32,
    /// The first of the ephemerons.
    pub(crate) ephemeron: u32,
    /// How many ephemerons there are.
    pub(crate) ephemerons: u32,
    /// How many there are of both.
    pub(crate) count: u32,
}

impl WeakList {
    const EMPTY: Self = Self { first: NONE, ephemeron: NONE, ephemerons: 0, count: 0 };

    /// The head of the list of one sort.
    pub(crate) fn head(&mut self, is_ephemeron: bool) -> &mut u32 {
        if is_ephemeron { &mut self.ephemeron } else { &mut self.first }
    }
}

/// The weak objects of all targets, by the slot of the target.
#[derive(Debug, Default)]
pub(crate) struct WeakIndex {
    lists: HashMap<u32, WeakList, FxBuildHasher>,
}

copies!(WeakIndex { lists });

impl WeakIndex {
    pub(crate) fn count(&self, target: ObjectId) -> u32 {
        self.lists.get(&target.slot()).map_or(0, |list| list.count)
    }

    pub(crate) fn has(&self, slot: u32) -> bool {
        self.lists.contains_key(&slot)
    }

    /// The list of the target in that slot.
    pub(crate) fn of_slot(&self, target: u32) -> WeakList {
        self.lists.get(&target).copied().unwrap_or(WeakList::EMPTY)
    }

    pub(crate) fn list_mut(&mut self, target: ObjectId) -> Option<&mut WeakList> {
        self.lists.get_mut(&target.slot())
    }

    /// The list of a target, which is empty if there was none.
    #[inline]
    pub(crate) fn list_or_empty(&mut self, target: ObjectId) -> &mut WeakList {
        self.lists.entry(target.slot()).or_insert(WeakList::EMPTY)
    }

    /// How many targets there are.
    pub(crate) fn len(&self) -> usize {
        self.lists.len()
    }

    /// All lists with the slots of their targets, in order of these.
    pub(crate) fn all(&self) -> Vec<(u32, WeakList)> {
        let mut all: Vec<(u32, WeakList)> = self.lists.iter().map(|(slot, list)| (*slot, *list)).collect();
        all.sort_unstable_by_key(|(slot, _)| *slot);
        all
    }

    pub(crate) fn clear(&mut self) {
        self.lists.clear();
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        digest.part("weak_index");
        digest.list(self.all().into_iter(), |digest, (slot, WeakList { first, ephemeron, ephemerons, count })| {
            digest.numbers([slot, first, count]);
            digest.numbers([ephemeron, ephemerons]);
        });
    }
}

impl Reserved for WeakIndex {
    fn reserved(&self) -> u64 {
        self.lists.reserved()
    }
}

impl<H: Host> Heap<H> {
    /// Makes a weak object, and lists it with its target.
    pub(crate) fn insert_weak(&mut self, target: ObjectId) -> Result<ObjectId, HeapError> {
        self.room_for_weak(target)?;
        let weak = self.insert(Content::Weak(WeakLink::to(target)), false)?;
        self.link(weak.slot(), target);
        Ok(weak)
    }

    /// The error if no further weak object may have that target.
    #[inline]
    pub(crate) fn room_for_weak(&self, target: ObjectId) -> Result<(), HeapError> {
        if self.arena.headers.find(target)?.marks.has(Mark::Targeted) {
            let count = self.arena.weak_index.count(target);
            self.arena.headers.room(target, count)?;
        }
        Ok(())
    }

    /// The target of a weak object, or the key of an ephemeron, with a reference to it that the mutator then holds; nil if
    /// it has died.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`], [`HeapError::Overflow`].
    pub fn upgrade(&mut self, weak: ObjectId) -> Result<ObjectId, HeapError> {
        let (content, headers) = self.arena.split(weak)?;
        let Some(link) = content.weak_link() else {
            return Err(content.mismatch(weak, Kind::Weak));
        };
        if !link.target.is_nil() {
            headers.hold(link.target)?;
        }
        Ok(link.target)
    }

    pub(crate) fn weak_link(&mut self, weak: u32) -> Option<&mut WeakLink> {
        self.arena.content_at_mut(weak)?.weak_link_mut()
    }

    /// Puts a new weak object in front of its target's list.
    pub(crate) fn link(&mut self, weak: u32, target: ObjectId) {
        if let Ok(header) = self.arena.headers.find_mut(target) {
            header.marks.set(Mark::Targeted);
        }
        let is_ephemeron = matches!(self.arena.content_at_mut(weak), Some(Content::Ephemeron(_)));
        let list = self.arena.weak_index.list_or_empty(target);
        list.count += 1;
        list.ephemerons += u32::from(is_ephemeron);
        let next = std::mem::replace(list.head(is_ephemeron), weak);
        if let Some(link) = self.weak_link(weak) {
            link.next = next;
        }
        if let Some(link) = self.weak_link(next) {
            link.previous = weak;
        }
    }

    /// Takes a weak object that has died out of its target's list.
    pub(crate) fn unlink(&mut self, dead: WeakLink, is_ephemeron: bool) {
        if dead.target.is_nil() {
            return;
        }
        if let Some(previous) = self.weak_link(dead.previous) {
            previous.next = dead.next;
        }
        if let Some(next) = self.weak_link(dead.next) {
            next.previous = dead.previous;
        }
        let Some(list) = self.arena.weak_index.list_mut(dead.target) else {
            return;
        };
        list.count -= 1;
        list.ephemerons -= u32::from(is_ephemeron);
        if dead.previous == NONE {
            *list.head(is_ephemeron) = dead.next;
        }
        if list.count == 0 {
            self.arena.weak_index.lists.remove(&dead.target.slot());
            if let Ok(header) = self.arena.headers.find_mut(dead.target) {
                header.marks.clear(Mark::Targeted);
            }
        }
    }

    /// Makes the weak objects of a dying object refer to nil; their callbacks are due from now on. Its ephemerons give up their
    /// values.
    pub(crate) fn clear_weak_references(&mut self, target: ObjectId) {
        let Some(list) = self.arena.weak_index.lists.remove(&target.slot()) else {
            return;
        };
        for mut weak in [list.first, list.ephemeron] {
            while let Some(link) = self.weak_link(weak) {
                link.target = ObjectId::NIL;
                let (is_due, next) = (link.is_due(), link.next);
                // One that has died with its target gives up what it has by itself.
                if let Some(living) = self.arena.tenant(weak) {
                    if is_due {
                        self.callbacks.due.push(living);
                    }
                    self.give_up_value(living);
                }
                weak = next;
            }
        }
    }
}
