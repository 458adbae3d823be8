//! How often objects are reached, counted where that happens.
//!
//! What a collection has touched it says itself ([`crate::HeapStats::objects_touched`]). One that does more than it says meets every
//! budget, and nothing that a caller compares can show it. So headers and contents lie in lists that count: whoever wants one has to take it from there.
//! With the feature `visits` they do; without it nothing is counted, and nothing is left of this but the lists.
//!
//! - To reach **contents** is to come to an object so as to read or change what it holds, however much that is.
//! - To reach a **header** is to come to its counts and marks. Who has read contents comes to the headers of what they refer to. So it
//!   is also counted how many **places** for values the contents had that were reached: that many headers may follow from them.
//!
//! The count is the thread's, and not a heap's: a heap would be larger by it, and could be shared with no other thread. Who asks
//! before a call and behind it knows what the call took.

use std::ops::Index;

use crate::footprint::Reserved;
use crate::header::Header;
use crate::object::Content;

/// How often objects were reached. See [`visits`](fn@crate::visits).
#[cfg(feature = "visits")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visits {
    /// How often contents were reached.
    pub contents: u64,
    /// How many places for values these contents had.
    pub places: u64,
    /// How often headers were reached.
    pub headers: u64,
}

#[cfg(feature = "visits")]
thread_local! {
    static MADE: std::cell::Cell<Visits> = const { std::cell::Cell::new(Visits { contents: 0, places: 0, headers: 0 }) };
}

/// How often the heaps of this thread have reached objects so far.
///
/// The difference between two of these says what the calls between them took, whatever the heap says it touched. Copies,
/// verification and what else looks at everything count too.
///
/// ```
/// # use heapproof_heap::{Heap, Value, visits};
/// let mut heap = Heap::<()>::new();
/// let objects: Vec<_> = (0..100).map(|_| heap.allocate_box(Value::Nil)).collect::<Result<_, _>>()?;
/// let before = visits();
/// heap.set_box(objects[0], objects[1].into())?;
/// let after = visits();
/// assert!(after.contents - before.contents <= 2 && after.headers - before.headers <= 4);
/// # Ok::<(), heapproof_heap::HeapError>(())
/// ```
#[cfg(feature = "visits")]
#[must_use]
pub fn visits() -> Visits {
    MADE.get()
}

/// What is counted as it is reached.
pub(crate) trait Reached {
    /// Counts that it was reached.
    fn reached(&self);
}

impl Reached for Header {
    #[inline(always)]
    fn reached(&self) {
        #[cfg(feature = "visits")]
        MADE.set(Visits { headers: MADE.get().headers + 1, ..MADE.get() });
    }
}

impl Reached for Content {
    #[inline(always)]
    fn reached(&self) {
        #[cfg(feature = "visits")]
        MADE.set(Visits {
            contents: MADE.get().contents + 1,
            places: MADE.get().places + self.width() as u64,
            ..MADE.get()
        });
    }
}

/// A list of what is counted as it is reached.
#[derive(Debug)]
pub(crate) struct List<T>(Vec<T>);

impl<T> List<T> {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    pub(crate) fn push(&mut self, item: T) {
        self.0.push(item);
    }

    /// Leaves so many items, and gives back the room behind them.
    pub(crate) fn shrink_to(&mut self, items: usize) {
        self.0.truncate(items);
        self.0.shrink_to_fit();
    }
}

impl<T: Reached> List<T> {
    #[inline(always)]
    pub(crate) fn get(&self, place: usize) -> Option<&T> {
        let item = self.0.get(place)?;
        item.reached();
        Some(item)
    }

    #[inline(always)]
    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        let item = self.0.get_mut(place)?;
        item.reached();
        Some(item)
    }

    #[inline]
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.0.iter().inspect(|item| item.reached())
    }

    #[inline]
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().inspect(|item| item.reached())
    }
}

impl<T: Reached> Index<usize> for List<T> {
    type Output = T;

    #[inline]
    fn index(&self, place: usize) -> &T {
        let item = &self.0[place];
        item.reached();
        item
    }
}

impl<T: Clone> Clone for List<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }

    #[inline]
    fn clone_from(&mut self, source: &Self) {
        self.0.clone_from(&source.0);
    }
}

impl<T> Reserved for List<T> {
    fn reserved(&self) -> u64 {
        self.0.reserved()
    }
}
