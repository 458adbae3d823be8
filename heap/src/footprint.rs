//! How much memory a heap has reserved.
//!
//! A structure says what it has reserved beyond its own fields: what its lists have room for, used or not. So a list that only
//! grows shows, and one that is used again does not. Of trees and tables it is an estimate, since the library does not tell:
//! a node of a tree is taken for three quarters full. A test compares the sum with what an allocator counts.
//!
//! Structures are taken apart without `..`, so that the compiler asks here about whatever is added to them.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use crate::{Heap, Host, Value};

/// What has memory of its own.
pub(crate) trait Reserved {
    /// How many bytes it has reserved beyond its own fields.
    fn reserved(&self) -> u64;
}

fn bytes<T>(places: usize) -> u64 {
    (places * size_of::<T>()) as u64
}

impl<T> Reserved for Vec<T> {
    fn reserved(&self) -> u64 {
        bytes::<T>(self.capacity())
    }
}

impl<T> Reserved for VecDeque<T> {
    fn reserved(&self) -> u64 {
        bytes::<T>(self.capacity())
    }
}

impl<T> Reserved for Box<[T]> {
    fn reserved(&self) -> u64 {
        bytes::<T>(self.len())
    }
}

/// Two counts stand before what is shared.
impl<T> Reserved for Arc<[T]> {
    fn reserved(&self) -> u64 {
        bytes::<T>(self.len()) + bytes::<usize>(2)
    }
}

impl Reserved for Arc<str> {
    fn reserved(&self) -> u64 {
        self.len() as u64 + bytes::<usize>(2)
    }
}

impl<K, V> Reserved for BTreeMap<K, V> {
    fn reserved(&self) -> u64 {
        // A node has room for eleven, and a link and two lengths.
        let nodes = self.len().div_ceil(8);
        bytes::<(K, V)>(11 * nodes) + bytes::<usize>(2 * nodes)
    }
}

impl<K, V, S> Reserved for HashMap<K, V, S> {
    fn reserved(&self) -> u64 {
        bytes::<(K, V, u8)>(self.capacity())
    }
}

/// The texts in some values, each as if it were shared with nobody.
pub(crate) fn texts<'a>(values: impl IntoIterator<Item = &'a Value>) -> u64 {
    let text =
        |value: &Value| if let Value::Text(text) = value { text.as_str().len() as u64 + bytes::<usize>(4) } else { 0 };
    values.into_iter().map(text).sum()
}

impl<H: Host> Heap<H> {
    /// How many bytes of memory the heap has reserved, for objects and for what it notes about them. The host's are not
    /// among them, nor those of what is kept to be fetched: panics of finalizers and the report of the last verification.
    ///
    /// Takes time in proportion to the heap. Slots are given to later objects, so it follows the most objects that have lived at
    /// a time since memory was last [given back](Self::shrink), and not how many there have been.
    ///
    /// ```
    /// # use heapproof_heap::{Heap, Value};
    /// let mut heap = Heap::<()>::new();
    /// let mut once = |heap: &mut Heap| {
    ///     let ring = heap.allocate_box(Value::Nil)?;
    ///     heap.set_box(ring, ring.into())?;
    ///     heap.dec_ref(ring)?;
    ///     heap.collect_cycles().map(drop)
    /// };
    /// once(&mut heap)?;
    /// let reserved = heap.footprint();
    /// (0..1_000).try_for_each(|_| once(&mut heap))?;
    /// assert_eq!(heap.footprint(), reserved);
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    #[must_use]
    pub fn footprint(&self) -> u64 {
        let Self {
            arena,
            shapes,
            queue,
            finalizers,
            callbacks,
            dirty,
            cycles,
            detection,
            candidates,
            slices,
            search,
            spare,
            tuning: _,
            frame,
            totals: _,
            last_verification: _,
            configuration: _,
            host: _,
        } = self;
        arena.reserved()
            + shapes.reserved()
            + queue.0.reserved()
            + finalizers.reserved()
            + callbacks.reserved()
            + dirty.reserved()
            + cycles.reserved()
            + detection.reserved()
            + candidates.set().reserved()
            + slices.reserved()
            + search.reserved()
            + spare.reserved()
            + frame.as_ref().map_or(0, |frame| frame.temporaries.reserved())
    }
}
