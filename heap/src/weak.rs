//! Weak references: objects that name a target without keeping it alive.
//!
//! When a target dies, its weak objects are cleared at once. They are found through a list that is
//! threaded through the weak objects themselves, so that clearing costs their number and nothing
//! more, and a weak object that dies takes itself out in constant time. Few objects are targeted,
//! so the heads of the lists lie beside the objects instead of in each header, in [pages](WeakIndex) of which there are only those
//! that were needed.
//!
//! A target has two such lists, one of its [ephemerons](crate::ephemerons) and one of the others: a search goes over the
//! first, and others are to cost it nothing. The youngest is in front.

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
    /// No list: no list has so many ephemerons.
    const ABSENT: Self = Self { ephemerons: u32::MAX, ..Self::EMPTY };

    #[inline]
    fn is_absent(&self) -> bool {
        self.ephemerons == Self::ABSENT.ephemerons
    }

    /// The head of the list of one sort.
    #[inline]
    pub(crate) fn head(&mut self, is_ephemeron: bool) -> &mut u32 {
        if is_ephemeron { &mut self.ephemeron } else { &mut self.first }
    }
}

/// The lists of so many slots lie together: 256 bytes.
const PAGE: usize = 16;

/// The weak objects of all targets, by the slot of the target.
///
/// A list is found by two steps, and hashes nothing. A page, once there, stays until the heap is shrunk: what
/// lies here is bounded by half of what the slots take.
#[derive(Debug, Default)]
pub(crate) struct WeakIndex {
    pages: Vec<Option<Box<[WeakList; PAGE]>>>,
    /// How many targets there are.
    len: usize,
}

copies!(WeakIndex { pages, len });

impl WeakIndex {
    #[inline]
    fn get(&self, slot: u32) -> Option<&WeakList> {
        let page = self.pages.get(slot as usize / PAGE)?.as_ref()?;
        Some(&page[slot as usize % PAGE]).filter(|list| !list.is_absent())
    }

    /// The place of a list, if there is a page for it.
    #[inline]
    fn place(&mut self, slot: u32) -> Option<&mut WeakList> {
        let page = self.pages.get_mut(slot as usize / PAGE)?.as_mut()?;
        Some(&mut page[slot as usize % PAGE])
    }

    #[inline]
    pub(crate) fn count(&self, target: ObjectId) -> u32 {
        self.get(target.slot()).map_or(0, |list| list.count)
    }

    pub(crate) fn has(&self, slot: u32) -> bool {
        self.get(slot).is_some()
    }

    /// The list of the target in that slot.
    #[inline]
    pub(crate) fn of_slot(&self, target: u32) -> WeakList {
        self.get(target).copied().unwrap_or(WeakList::EMPTY)
    }

    #[inline]
    pub(crate) fn list_mut(&mut self, target: ObjectId) -> Option<&mut WeakList> {
        self.place(target.slot()).filter(|list| !list.is_absent())
    }

    /// Makes a list of one weak object for a slot, if it has none and there is a page for it; says whether it did.
    #[inline(always)]
    fn insert_only(&mut self, slot: u32, weak: u32) -> bool {
        let Some(list) = self.place(slot).filter(|list| list.is_absent()) else {
            return false;
        };
        *list = WeakList { first: weak, count: 1, ..WeakList::EMPTY };
        self.len += 1;
        true
    }

    /// Takes the list of a slot out, if it is one of one weak object; says whether it did.
    #[inline(always)]
    fn remove_if_only(&mut self, slot: u32) -> bool {
        let Some(list) = self.place(slot).filter(|list| list.count == 1) else {
            return false;
        };
        *list = WeakList::ABSENT;
        self.len -= 1;
        true
    }

    /// The list of a target, which is empty if there was none.
    #[inline]
    pub(crate) fn list_or_empty(&mut self, target: ObjectId) -> &mut WeakList {
        let (number, place) = (target.slot() as usize / PAGE, target.slot() as usize % PAGE);
        if self.pages.len() <= number {
            self.pages.resize(number + 1, None);
        }
        let page = self.pages[number].get_or_insert_with(|| Box::new([WeakList::ABSENT; PAGE]));
        let list = &mut page[place];
        if list.is_absent() {
            *list = WeakList::EMPTY;
            self.len += 1;
        }
        list
    }

    /// Takes the list of the target in a slot out.
    #[inline]
    fn remove(&mut self, slot: u32) -> Option<WeakList> {
        let list = self.place(slot).filter(|list| !list.is_absent())?;
        let removed = std::mem::replace(list, WeakList::ABSENT);
        self.len -= 1;
        Some(removed)
    }

    /// How many targets there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// All lists with the slots of their targets, in order of these.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u32, WeakList)> {
        let places = self.pages.iter().enumerate().flat_map(|(number, page)| {
            let first = number * PAGE;
            page.iter()
                .flat_map(|page| page.iter())
                .enumerate()
                .map(move |(place, list)| ((first + place) as u32, *list))
        });
        places.filter(|(_, list)| !list.is_absent())
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Gives back the pages on which no list is.
    pub(crate) fn shrink(&mut self) {
        for page in &mut self.pages {
            page.take_if(|page| page.iter().all(|list| list.is_absent()));
        }
        while self.pages.pop_if(|page| page.is_none()).is_some() {}
        self.pages.shrink_to_fit();
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        digest.part("weak_index");
        digest.size(self.len);
        for (slot, WeakList { first, ephemeron, ephemerons, count }) in self.all() {
            digest.numbers([slot, first, count]);
            digest.numbers([ephemeron, ephemerons]);
        }
    }
}

impl Reserved for WeakIndex {
    fn reserved(&self) -> u64 {
        let Self { pages, len: _ } = self;
        pages.reserved() + (pages.iter().flatten().count() * size_of::<[WeakList; PAGE]>()) as u64
    }
}

impl<H: Host> Heap<H> {
    /// Makes a weak object, and lists it with its target.
    #[inline]
    pub(crate) fn insert_weak(&mut self, target: ObjectId) -> Result<ObjectId, HeapError> {
        let weak = self.insert_first_weak(target);
        if weak.is_nil() { self.insert_further_weak(target) } else { Ok(weak) }
    }

    /// The same if the target has no other, and there is room where it is looked for first. Nil if not, and then nothing is done.
    #[inline(always)]
    fn insert_first_weak(&mut self, target: ObjectId) -> ObjectId {
        let Some(vacancy) = self.arena.vacancy() else {
            return ObjectId::NIL;
        };
        let Ok(header) = self.arena.headers.find_mut(target) else {
            return ObjectId::NIL;
        };
        if self.slices.list_newborn() || !self.arena.weak_index.insert_only(target.slot(), vacancy.slot) {
            return ObjectId::NIL;
        }
        header.marks.set(Mark::Targeted);
        self.count_birth();
        self.arena.fill(vacancy, || Content::Weak(WeakLink::to(target)))
    }

    #[inline(never)]
    fn insert_further_weak(&mut self, target: ObjectId) -> Result<ObjectId, HeapError> {
        self.room_for_weak(target)?;
        let weak = self.insert(Content::Weak(WeakLink::to(target)), false)?;
        self.link(weak.slot(), target, false);
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
    #[inline]
    pub fn upgrade(&mut self, weak: ObjectId) -> Result<ObjectId, HeapError> {
        let (content, headers) = self.arena.split(weak)?;
        let target = match content {
            Content::Weak(link) => link.target,
            Content::Ephemeron(it) => it.link.target,
            _ => return Err(content.mismatch(weak, Kind::Weak)),
        };
        match headers.hold(target) {
            Ok(()) | Err(HeapError::Nil) => Ok(target),
            Err(error) => Err(error),
        }
    }

    #[inline]
    pub(crate) fn weak_link(&mut self, weak: u32) -> Option<&mut WeakLink> {
        self.arena.content_at_mut(weak)?.weak_link_mut()
    }

    /// Puts a new weak object in front of its target's list.
    #[inline]
    pub(crate) fn link(&mut self, weak: u32, target: ObjectId, is_ephemeron: bool) {
        if let Ok(header) = self.arena.headers.find_mut(target) {
            header.marks.set(Mark::Targeted);
        }
        let list = self.arena.weak_index.list_or_empty(target);
        list.count += 1;
        list.ephemerons += u32::from(is_ephemeron);
        let next = std::mem::replace(list.head(is_ephemeron), weak);
        if next != NONE {
            self.link_before(weak, next);
        }
    }

    /// Lets a new weak object be the one before another in a list.
    #[inline(never)]
    fn link_before(&mut self, weak: u32, next: u32) {
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
        if let Some(list) = self.arena.weak_index.list_mut(dead.target) {
            list.count -= 1;
            list.ephemerons -= u32::from(is_ephemeron);
            if dead.previous == NONE {
                *list.head(is_ephemeron) = dead.next;
            }
            if list.count == 0 {
                self.arena.weak_index.remove(dead.target.slot());
                self.untarget(dead.target);
            }
        }
        if dead.previous != NONE || dead.next != NONE {
            self.join(dead.previous, dead.next);
        }
    }

    /// Takes the only weak object of a target out of its list. False if there are others, or no list, and then nothing is done.
    #[inline(always)]
    pub(crate) fn unlink_only(&mut self, target: ObjectId) -> bool {
        let is_only = self.arena.weak_index.remove_if_only(target.slot());
        if is_only {
            self.untarget(target);
        }
        is_only
    }

    /// Notes that an object has no weak objects any more.
    #[inline(always)]
    fn untarget(&mut self, target: ObjectId) {
        if let Ok(header) = self.arena.headers.find_mut(target) {
            header.marks.clear(Mark::Targeted);
        }
    }

    /// Lets two weak objects be neighbours in their list, of which one may be none.
    #[inline(never)]
    fn join(&mut self, before: u32, behind: u32) {
        if let Some(previous) = self.weak_link(before) {
            previous.next = behind;
        }
        if let Some(next) = self.weak_link(behind) {
            next.previous = before;
        }
    }

    /// Makes the weak objects of a dying object refer to nil; their callbacks are due from now on. Its ephemerons give up their
    /// values.
    pub(crate) fn clear_weak_references(&mut self, target: ObjectId) {
        let Some(list) = self.arena.weak_index.remove(target.slot()) else {
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
