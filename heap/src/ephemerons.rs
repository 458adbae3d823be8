//! Ephemerons: a weak object whose target, its *key*, has a value with it.
//!
//! The value lives as long as both of them do, and no longer. So a table of properties that are kept beside objects is a list
//! of ephemerons: what is kept for an object goes with the object, though it may refer to it, and all of it with the table. (Hayes,
//! "Ephemerons: a new finalization mechanism", OOPSLA 1997; JavaScript's `WeakMap`; Lua's tables with weak keys from 5.2 on.)
//!
//! **Counts.** The value is a stored reference like others, and counted. A key that dies gives up the values of its ephemerons. So
//! release needs nothing else, and a value without other references dies with the first of the two.
//!
//! **Cycles.** The reference from an ephemeron E to its value V goes if E dies, and it goes if the key K dies. A search supposes that
//! some objects are dead, so it counts the reference as soon as it has gone on from either of E and K, once; and V is restored when
//! neither is supposed to be dead any more ([`super::cycles::search`]). A mark paints V when it has painted both, whichever comes last
//! ([`super::cycles::marking`]). So an ephemeron leads to its value, and a key does: all garbage is reached from candidates in this
//! sense. For suppose that V has become garbage without having lost a reference, and nothing that is garbage refers to it but E, if E
//! is garbage. If neither E nor K were garbage, then V would live. So one of them is, and leads to V.
//!
//! An ephemeron can't be given another value: then nothing has to be asked where values are written. The ephemerons of a key lie in a list apart from
//! its other weak objects. To read a key is to go over them, as to read an array is to go over its elements.

use crate::object::Content;
use crate::weak::WeakLink;
use crate::{Heap, HeapError, Host, ObjectId, Value};

/// The contents of an ephemeron.
#[derive(Clone, Debug)]
pub(crate) struct Ephemeron {
    /// Its key, and its place in the list of that.
    pub(crate) link: WeakLink,
    /// What it has for the key.
    pub(crate) value: Value,
    /// How many objects were allocated before it: a list that is made anew goes by this.
    pub(crate) age: u64,
}

impl<H: Host> Heap<H> {
    /// Allocates an ephemeron: a weak object with a value. [`upgrade`](Self::upgrade) gives its key, and
    /// [`get_box`](Self::get_box) the value, which is nil once the key has died. It keeps the value alive as long as the key lives, and not
    /// the key: not even if the value refers to that.
    ///
    /// # Errors
    /// [`HeapError::Nil`] and [`HeapError::Stale`] for the key, [`HeapError::Stale`] for a reference as value, then
    /// [`HeapError::Overflow`], [`HeapError::Capacity`].
    ///
    /// ```
    /// use heapproof_heap::{Heap, Value};
    /// let mut heap = Heap::<()>::new();
    /// let key = heap.allocate_table()?;
    /// let value = heap.allocate_table()?;
    /// heap.set_field(value, "of", key.into())?;
    /// let entry = heap.allocate_ephemeron(key, value.into())?;
    /// heap.dec_ref(value)?;
    /// heap.collect_cycles()?;
    /// assert_eq!(heap.get_box(entry)?, value.into());
    ///
    /// heap.dec_ref(key)?;
    /// heap.collect_cycles()?;
    /// assert_eq!(heap.get_box(entry)?, Value::Nil);
    /// assert!(!heap.contains(key) && !heap.contains(value));
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    pub fn allocate_ephemeron(&mut self, key: ObjectId, value: Value) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.insert_ephemeron(key, value)
    }

    /// Makes an ephemeron, and lists it with its key.
    pub(crate) fn insert_ephemeron(&mut self, key: ObjectId, value: Value) -> Result<ObjectId, HeapError> {
        self.arena.headers.find(key)?;
        self.arena.headers.find_all(std::slice::from_ref(&value))?;
        self.room_for_weak(key)?;
        let refers = self.count_contents(std::slice::from_ref(&value))?;
        let age = self.totals.allocations;
        let content = Ephemeron { link: WeakLink::to(key), value: value.normalized(), age };
        let ephemeron = self.insert(Content::Ephemeron(Box::new(content)), refers)?;
        self.link(ephemeron.slot(), key, true);
        Ok(ephemeron)
    }

    /// Gives up the value of an ephemeron whose key dies. Other weak objects have none.
    pub(crate) fn give_up_value(&mut self, weak: ObjectId) {
        let Some(Content::Ephemeron(it)) = self.arena.content_at_mut(weak.slot()) else {
            return;
        };
        if let Some(value) = std::mem::take(&mut it.value).reference() {
            self.changed(weak);
            self.give_up(value);
        }
    }

    /// How many objects had been allocated when an ephemeron was; 0 of any other object.
    pub(crate) fn age_of(&self, object: ObjectId) -> u64 {
        match self.arena.content(object) {
            Ok(Content::Ephemeron(it)) => it.age,
            _ => 0,
        }
    }
}
