//! Strongly connected components, after Tarjan, "Depth-first search and linear graph algorithms",
//! SIAM Journal on Computing 1 (1972).
//!
//! A depth-first walk numbers objects as it enters them and keeps those whose component is still
//! open on a stack. `low` of an open object is the smallest number of an open object that it is
//! known to reach. An object that is left with `low` equal to its own number reaches nothing open
//! that was entered before it; so what lies above it on the stack, which all reaches it, is with
//! it one component, and is closed.
//!
//! Two departures from the paper. `low` takes over the `low` of an open neighbour, where the paper
//! takes its number: also a number of an open object that is reached, so the test at the end comes
//! out the same, and one array serves for both. And the walk keeps its own stack of objects and
//! places in them, so that a long chain takes memory but no stack.

use crate::arena::Arena;

/// `low` of an object that is to be walked and has not been.
const UNSEEN: u32 = 0;
/// `low` of an object that is left out, or whose component is closed: never the smaller of two.
const CLOSED: u32 = u32::MAX;

/// How deep a walk can go before it makes more room.
const EXPECTED_DEPTH: usize = 32;

/// An object that the walk has entered and not left.
struct Frame {
    slot: u32,
    number: u32,
    /// Where in its contents the walk goes on.
    place: usize,
    refers_to_itself: bool,
}

/// The cycles among some objects, references to others left out.
pub(super) struct Components<'a> {
    arena: &'a Arena,
    low: Vec<u32>,
    frames: Vec<Frame>,
    open: Vec<u32>,
    entered: u32,
}

impl<'a> Components<'a> {
    /// Prepares a walk among the objects in these slots.
    pub(super) fn among(arena: &'a Arena, slots: impl Iterator<Item = u32>) -> Self {
        let mut low = vec![CLOSED; arena.contents().len()];
        for slot in slots {
            if let Some(low) = low.get_mut(slot as usize) {
                *low = UNSEEN;
            }
        }
        let depth = low.len().min(EXPECTED_DEPTH);
        Self { arena, low, frames: Vec::with_capacity(depth), open: Vec::with_capacity(depth), entered: 0 }
    }

    /// Calls `found` with the slots of each cycle.
    pub(super) fn each_cycle(mut self, mut found: impl FnMut(&[u32])) {
        for root in 0..self.low.len() {
            if self.low[root] == UNSEEN {
                self.enter(root as u32);
                self.walk(&mut found);
            }
        }
    }

    #[inline]
    fn enter(&mut self, slot: u32) {
        self.entered += 1;
        self.low[slot as usize] = self.entered;
        self.open.push(slot);
        self.frames.push(Frame { slot, number: self.entered, place: 0, refers_to_itself: false });
    }

    fn walk(&mut self, found: &mut impl FnMut(&[u32])) {
        let contents = self.arena.contents();
        while let Some(frame) = self.frames.last_mut() {
            let Some((target, next)) = contents[frame.slot as usize].next_reference(frame.place) else {
                self.leave(found);
                continue;
            };
            frame.place = next;
            frame.refers_to_itself |= target.slot() == frame.slot;
            match self.low.get(target.slot() as usize) {
                Some(&UNSEEN) => self.enter(target.slot()),
                Some(&reached) => lower(&mut self.low[frame.slot as usize], reached),
                None => {}
            }
        }
    }

    fn leave(&mut self, found: &mut impl FnMut(&[u32])) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let low = self.low[frame.slot as usize];
        if low == frame.number {
            self.close(&frame, found);
        } else if let Some(parent) = self.frames.last() {
            lower(&mut self.low[parent.slot as usize], low);
        }
    }

    /// Closes the component of which this object was entered first.
    fn close(&mut self, first: &Frame, found: &mut impl FnMut(&[u32])) {
        let start = self.open.iter().rposition(|&slot| slot == first.slot);
        let start = start.unwrap_or(0);
        let component = &self.open[start..];
        if component.len() > 1 || first.refers_to_itself {
            found(component);
        }
        for &slot in component {
            self.low[slot as usize] = CLOSED;
        }
        self.open.truncate(start);
    }
}

#[inline]
fn lower(low: &mut u32, reached: u32) {
    *low = reached.min(*low);
}
