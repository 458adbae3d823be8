//! How each fault is made.
//!
//! Several may be made one after the other, so nothing here trusts the structures that it damages:
//! lists are followed for as many steps as there are slots, and no further.

use std::sync::Arc;

use super::Fault;
use crate::arena::NONE;
use crate::fields::Values;
use crate::header::{Header, Mark};
use crate::headers::Strong;
use crate::object::Content;
use crate::verify::with_values_mut;
use crate::weak::WeakList;
use crate::{Heap, HeapError, Host, Kind, ObjectId, Value};

/// What a count is that has been counted down below 0.
const BELOW_ZERO: u32 = u32::MAX - 2;

/// Counts that are damaged.
#[derive(Clone, Copy)]
enum Damage {
    High,
    Low,
    Wrapped,
}

impl Damage {
    fn apply(self, count: &mut u32) -> Option<()> {
        *count = match self {
            Self::High => count.checked_add(1)?,
            Self::Low => count.checked_sub(1)?,
            Self::Wrapped => BELOW_ZERO,
        };
        Some(())
    }
}

impl<H: Host> Heap<H> {
    /// Damages the heap, at a living object or for all, and says where verification will report
    /// it: at which object; nil means the heap as a whole. Faults in the list of vacant slots are
    /// reported at the last object that a slot has had.
    ///
    /// From then on the heap may do anything but panic or hang when it is verified, recovered
    /// ([`attempt_recovery`](Self::attempt_recovery)) or dropped; nothing else should be asked of
    /// it before it is recovered.
    ///
    /// # Errors
    /// [`HeapError::Reentrant`] in a finalizer, [`HeapError::Nil`], [`HeapError::Stale`],
    /// [`HeapError::Inapplicable`] if there is nothing to damage: then nothing has changed.
    ///
    /// ```
    /// # use heapproof_heap::{Fault, Heap, VerificationErrorKind};
    /// let mut heap = Heap::<()>::new();
    /// let table = heap.allocate_table()?;
    /// assert_eq!(heap.inject(Fault::LiveHigh, table)?.is_nil(), true);
    /// let report = heap.verify_heap();
    /// assert_eq!(report.errors[0].kind, VerificationErrorKind::RefCountMismatch);
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    pub fn inject(&mut self, fault: Fault, object: ObjectId) -> Result<ObjectId, HeapError> {
        if self.finalizers.are_running() {
            return Err(HeapError::Reentrant);
        }
        self.arena.headers.find(object)?;
        self.damage(fault, object).ok_or(HeapError::Inapplicable)
    }

    /// Makes a fault, and says where it is reported; nothing if it can't be made.
    fn damage(&mut self, fault: Fault, object: ObjectId) -> Option<ObjectId> {
        match fault {
            Fault::ExternalHigh => self.damage_strong(object, |it| Damage::High.apply(&mut it.external))?,
            Fault::ExternalLow => self.damage_strong(object, |it| Damage::Low.apply(&mut it.external))?,
            Fault::ExternalWrapped => self.damage_strong(object, |it| Damage::Wrapped.apply(&mut it.external))?,
            Fault::InternalHigh => self.damage_strong(object, |it| Damage::High.apply(&mut it.internal))?,
            Fault::InternalLow => self.damage_strong(object, |it| Damage::Low.apply(&mut it.internal))?,
            Fault::InternalWrapped => self.damage_strong(object, |it| Damage::Wrapped.apply(&mut it.internal))?,
            Fault::WeakHigh => Damage::High.apply(&mut self.weak_list_of(object)?.count)?,
            Fault::WeakLow => Damage::Low.apply(&mut self.weak_list_of(object)?.count)?,
            Fault::WeakWrapped => Damage::Wrapped.apply(&mut self.weak_list_of(object)?.count)?,
            Fault::LiveHigh => return Damage::High.apply(&mut self.arena.live).map(|()| ObjectId::NIL),
            Fault::LiveLow => return Damage::Low.apply(&mut self.arena.live).map(|()| ObjectId::NIL),
            Fault::LiveWrapped => return Damage::Wrapped.apply(&mut self.arena.live).map(|()| ObjectId::NIL),
            Fault::DanglingField | Fault::DanglingElement | Fault::DanglingCapture | Fault::DanglingBox => {
                self.make_dangling(fault, object)?;
            }
            Fault::DanglingWeak => self.make_weak_dangling(object)?,
            Fault::WeakEntryMissing => self.cut_from_weak_list(object)?,
            Fault::WeakEntryExtra => self.hang_into_other_weak_list(object)?,
            Fault::FreeLive | Fault::FreeTwice | Fault::FreeBeyond | Fault::FreeMissing => {
                return self.damage_free_list(fault, object);
            }
            Fault::IndexMissing | Fault::IndexExtra => self.damage_index(fault, object)?,
            Fault::DirtyFlag
            | Fault::DirtyEntry
            | Fault::CandidateFlag
            | Fault::CandidateEntry
            | Fault::QueueFlag
            | Fault::QueueEntry => self.damage_mark(fault, object)?,
            Fault::ShapeLinkMissing | Fault::ShapeLinkExtra => self.damage_shape_link(fault, object)?,
            Fault::CycleEntryMissing | Fault::CycleEntryExtra => self.damage_known_cycles(fault, object)?,
            Fault::PassEntryMissing | Fault::PassEntryExtra => self.damage_pass(fault, object)?,
            Fault::TemporaryFlag | Fault::TemporaryEntry => self.damage_temporaries(fault, object)?,
            Fault::CallbackEntry => self.callbacks.due.push(object),
        }
        Some(object)
    }

    fn header_of(&mut self, object: ObjectId) -> Option<&mut Header> {
        self.arena.headers.find_mut(object).ok()
    }

    fn damage_strong(&mut self, object: ObjectId, damage: impl FnOnce(&mut Strong) -> Option<()>) -> Option<()> {
        let mut counts = self.arena.headers.strong(object.slot());
        damage(&mut counts)?;
        self.arena.headers.set_strong(object.slot(), counts);
        Some(())
    }

    fn weak_list_of(&mut self, object: ObjectId) -> Option<&mut WeakList> {
        self.arena.weak_index.list_mut(object)
    }

    /// Lets the reference in the middle, of those that do not dangle already, refer to an object that there has never been.
    fn make_dangling(&mut self, fault: Fault, object: ObjectId) -> Option<()> {
        let headers = &self.arena.headers;
        let content = self.arena.contents.get_mut(object.slot() as usize)?;
        let is_right = |target: &ObjectId| headers.find(*target).is_ok();
        match (fault, &*content) {
            (Fault::DanglingField, Content::Table { .. })
            | (Fault::DanglingElement, Content::Array(_))
            | (Fault::DanglingCapture, Content::Closure { .. })
            | (Fault::DanglingBox, Content::Box(_)) => {}
            _ => return None,
        }
        let middle = content.references().filter(is_right).count() / 2;
        let (mut seen, mut made) = (0, None);
        with_values_mut(content, |_, value| {
            if let Some(target) = value.reference().filter(is_right) {
                if seen == middle {
                    *value = Value::Reference(of_no_object(target));
                    made = Some(());
                }
                seen += 1;
            }
        });
        made
    }

    fn make_weak_dangling(&mut self, object: ObjectId) -> Option<()> {
        match self.arena.content_at_mut(object.slot())? {
            Content::Weak(link) if !link.target.is_nil() => link.target = of_no_object(link.target),
            _ => return None,
        }
        Some(())
    }

    fn cut_from_weak_list(&mut self, object: ObjectId) -> Option<()> {
        let link = *self.weak_link_of(object)?;
        self.arena.headers.find(link.target).ok()?;
        match self.weak_link(link.previous) {
            Some(previous) => previous.next = link.next,
            None => {
                let is_ephemeron = self.kind(object) == Some(Kind::Ephemeron);
                *self.weak_list_of(link.target)?.head(is_ephemeron) = link.next;
            }
        }
        if let Some(next) = self.weak_link(link.next) {
            next.previous = link.previous;
        }
        let own = self.weak_link(object.slot())?;
        (own.previous, own.next) = (NONE, NONE);
        Some(())
    }

    /// Hangs a weak object at the end of a list, preferably one that there is.
    fn hang_into_other_weak_list(&mut self, object: ObjectId) -> Option<()> {
        let own = self.weak_link_of(object)?.target;
        let lists = self.arena.weak_index.all();
        let targets = lists.filter_map(|(slot, _)| self.arena.tenant(slot));
        let target = targets.chain(self.arena.objects()).find(|&it| it != own)?;
        let list = self.arena.weak_index.list_or_empty(target);
        let (mut last, mut next) = (NONE, list.first);
        for _ in 0..self.arena.slots() {
            let Some(link) = self.weak_link(next) else {
                break;
            };
            (last, next) = (next, link.next);
        }
        match self.weak_link(last) {
            Some(last) => last.next = object.slot(),
            None => self.weak_list_of(target)?.first = object.slot(),
        }
        self.header_of(target)?.marks.set(Mark::Targeted);
        Some(())
    }

    fn damage_free_list(&mut self, fault: Fault, object: ObjectId) -> Option<ObjectId> {
        let first = self.arena.vacant;
        let named = |heap: &Self, slot: u32| match heap.arena.contents().get(slot as usize) {
            Some(&Content::Vacant { generation, next }) => Some((ObjectId::new(slot, generation), next)),
            _ => None,
        };
        let (mut last, mut next) = (ObjectId::NIL, first);
        for _ in 0..self.arena.slots() {
            let Some(vacant) = named(self, next) else {
                break;
            };
            (last, next) = vacant;
        }
        let (target, reported) = match fault {
            Fault::FreeLive => (object.slot(), object),
            Fault::FreeBeyond => (u32::try_from(self.arena.slots()).ok()?.checked_add(3)?, last),
            Fault::FreeTwice => (first, named(self, first)?.0),
            _ => {
                let (cut, next) = named(self, first)?;
                self.arena.vacant = next;
                return Some(cut);
            }
        };
        match self.arena.content_at_mut(last.slot()) {
            Some(Content::Vacant { next, .. }) if !last.is_nil() => *next = target,
            _ => self.arena.vacant = target,
        }
        Some(reported)
    }

    fn damage_index(&mut self, fault: Fault, object: ObjectId) -> Option<()> {
        let Content::Table { values: Values::Directory(directory), .. } = self.arena.content_at_mut(object.slot())?
        else {
            return None;
        };
        // One character longer than any name that there is.
        let longest = directory.index.keys().map(|name| name.len()).max()?;
        let name = directory.fields.iter().flatten().next().map(|field| Arc::clone(&field.name))?;
        match fault {
            Fault::IndexMissing => directory.index.remove(&name).map(|_| ()),
            _ => directory.index.insert("_".repeat(longest + 1).into(), 0).is_none().then_some(()),
        }
    }

    /// Leaves an object with a mark and no entry, or with an entry and no mark.
    fn damage_mark(&mut self, fault: Fault, object: ObjectId) -> Option<()> {
        let slot = object.slot();
        let (mark, keeps_mark) = match fault {
            Fault::DirtyFlag => (Mark::Dirty, true),
            Fault::DirtyEntry => (Mark::Dirty, false),
            Fault::CandidateFlag => (Mark::Candidate, true),
            Fault::CandidateEntry => (Mark::Candidate, false),
            Fault::QueueFlag => (Mark::Queued, true),
            _ => (Mark::Queued, false),
        };
        match (mark, keeps_mark) {
            (Mark::Dirty, true) => self.dirty.remove(slot),
            (Mark::Dirty, false) => {
                self.dirty.make_room(self.arena.slots());
                self.dirty.insert(slot);
            }
            (Mark::Candidate, true) => self.candidates.remove(slot),
            (Mark::Candidate, false) => self.candidates.insert(slot),
            (_, true) => {
                let others = self.queue.0.iter().copied().filter(|&it| it != object).collect();
                self.queue.0.refill(others);
            }
            (_, false) if self.queue.0.iter().any(|&it| it == object) => {}
            (_, false) => self.queue.0.push_back(object),
        }
        let marks = &mut self.header_of(object)?.marks;
        match keeps_mark {
            true => marks.set(mark),
            false => marks.clear(mark),
        }
        Some(())
    }
}

/// An id in the same slot that no object has.
fn of_no_object(target: ObjectId) -> ObjectId {
    match target.generation() {
        u32::MAX => ObjectId::new(NONE, 1),
        generation => ObjectId::new(target.slot(), generation + 1),
    }
}
