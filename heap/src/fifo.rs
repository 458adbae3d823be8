//! A queue: first in, first out.
//!
//! It is a list, and how many at its front have gone. To put one in or take one out is to move one number, where a ring would have to
//! ask for its seam. As the last one goes, the list is empty and begins anew; and before it grows, those that have gone make room.
//! So it takes no more than twice the memory that a ring would.

use crate::footprint::Reserved;

/// A queue.
#[derive(Clone, Debug)]
pub(crate) struct Fifo<T> {
    list: Vec<T>,
    /// How many at the front have gone: all of the list only if it is empty.
    gone: usize,
}

impl<T> Default for Fifo<T> {
    fn default() -> Self {
        Self { list: Vec::new(), gone: 0 }
    }
}

impl<T: Copy + PartialEq> Fifo<T> {
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len() - self.gone
    }

    #[inline(always)]
    pub(crate) fn push_back(&mut self, item: T) {
        if self.list.len() == self.list.capacity() {
            self.make_room();
        }
        self.list.push(item);
    }

    /// Lets those behind move up, if that makes as much room as there are; else the list grows.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self) {
        if self.gone > self.list.len() / 2 {
            self.list.drain(..std::mem::take(&mut self.gone));
        } else {
            self.list.reserve(1);
        }
    }

    #[inline(always)]
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let first = *self.list.get(self.gone)?;
        self.gone += 1;
        if self.gone == self.list.len() {
            self.list.clear();
            self.gone = 0;
        }
        Some(first)
    }

    pub(crate) fn push_front(&mut self, item: T) {
        self.list.insert(self.gone, item);
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.list.get(self.gone..).unwrap_or_default().iter()
    }

    /// Gives back what room nothing lies in.
    pub(crate) fn shrink(&mut self) {
        self.list.drain(..std::mem::take(&mut self.gone));
        self.list.shrink_to_fit();
    }

    /// Becomes a queue of these.
    pub(crate) fn refill(&mut self, items: Vec<T>) {
        (self.list, self.gone) = (items, 0);
    }

    /// Becomes a copy of another, in the memory that it has.
    pub(crate) fn copy_from(&mut self, source: &Self) {
        self.list.clear();
        self.list.extend_from_slice(source.iter().as_slice());
        self.gone = 0;
    }
}

impl<T> Reserved for Fifo<T> {
    fn reserved(&self) -> u64 {
        self.list.reserved()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::Fifo;

    #[test]
    fn it_is_what_a_ring_is_and_takes_no_more_than_twice_the_room() {
        let (mut fifo, mut ring, mut most) = (Fifo::default(), VecDeque::new(), 0);
        for step in 0..10_000_u32 {
            // It swells and shrinks again.
            for _ in 0..(step / 100) % 4 {
                fifo.push_back(step);
                ring.push_back(step);
            }
            for _ in 0..(step / 70) % 4 {
                assert_eq!(fifo.pop_front(), ring.pop_front());
            }
            most = most.max(ring.len());
            assert_eq!((fifo.len(), fifo.is_empty()), (ring.len(), ring.is_empty()));
            assert!(fifo.iter().eq(ring.iter()));
            assert!(fifo.list.capacity() <= (4 * most).max(8), "{most} at most, room for {}", fifo.list.capacity());
        }
        fifo.push_front(7);
        assert_eq!(fifo.pop_front(), Some(7));
        assert!(fifo.iter().eq(ring.iter()));
    }
}
