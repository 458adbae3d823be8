//! Strongly connected components, after Tarjan, "Depth-first search and linear graph algorithms",
//! SIAM Journal on Computing 1 (1972).
//!
//! A depth-first walk numbers objects as it enters them and keeps those whose component is still
//! open on a stack. `low` of an open object is the smallest number of an open object that it is
//! known to reach. An object that is left with `low` equal to its own number reaches nothing open
//! that was entered before it; so what lies above it on the stack, which all reaches it, is with
//! it one component, and is closed.
//!
//! Three departures from the paper. `low` takes over the `low` of an open neighbour, where the
//! paper takes its number: also a number of an open object that is reached, so the test at the end
//! comes out the same, and one array serves for both. The walk keeps its own stack of objects and
//! places in them, so that a long chain takes memory but no stack, and so that the walk can pause
//! before any object that it would enter or leave. And numbers go on from walk to walk, so that all that
//! earlier walks have left behind is smaller than any number of this one, and need not be wiped
//! out: what a walk costs follows the objects that it enters, not the size of the heap.

use super::search::KEPT;
use super::steps::{Steps, TO_READ_AGAIN};
use crate::copying::copies;
use crate::digest::{Digest, Parts};
use crate::footprint::Reserved;
use crate::object::Content;
use crate::visits::List;

/// `low` of all slots, kept between walks.
///
/// What it means depends on one bound, `closed`: below it the slot is unseen in this walk, at it
/// the slot's component is closed, above it the slot is open.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    low: Vec<u32>,
    closed: u32,
    /// The highest number in use.
    last: u32,
}

copies!(Numbers { low, closed, last });

impl Numbers {
    /// Makes all slots unseen, for a walk that goes wherever references lead.
    pub(super) fn begin(&mut self, slots: usize) {
        if self.low.len() < slots {
            self.low.resize(slots, 0);
        }
        // A walk takes a number a slot, one for closed components, and one for its members.
        if ((u32::MAX - self.last) as usize) < slots.saturating_add(2) {
            self.low.fill(0);
            self.last = 0;
        }
        self.last += 1;
        self.closed = self.last;
    }

    /// Of how many slots there are numbers.
    pub(super) fn slots(&self) -> usize {
        self.low.len()
    }

    /// Makes these slots unseen and tells them from all others, for a walk among them.
    pub(super) fn begin_among(&mut self, slots: usize, members: impl Iterator<Item = u32>) {
        self.begin(slots);
        for slot in members {
            if let Some(low) = self.low.get_mut(slot as usize) {
                *low = self.closed;
            }
        }
        self.last += 1;
        self.closed = self.last;
    }

    /// Gives back the room for the slots from a number on.
    pub(super) fn shrink_to(&mut self, slots: usize) {
        self.low.truncate(slots);
        self.low.shrink_to_fit();
    }

    /// Whether a slot has not been seen; the slots of a heap that has grown since are left out.
    #[inline]
    pub(super) fn is_unseen(&self, slot: u32) -> bool {
        self.low.get(slot as usize).is_some_and(|&low| low < self.closed)
    }

    /// Whether a slot was entered and its component is not closed: the walk may stand in its tenant.
    #[inline]
    pub(super) fn is_open(&self, slot: u32) -> bool {
        self.low.get(slot as usize).is_some_and(|&low| low > self.closed)
    }

    /// Whether a slot is one of those that a walk is among, and has not been seen.
    #[inline]
    pub(super) fn is_unseen_member(&self, slot: u32) -> bool {
        self.low.get(slot as usize).is_some_and(|&low| self.closed.checked_sub(1) == Some(low))
    }

    /// See [`crate::footprint`].
    pub(super) fn reserved(&self) -> u64 {
        let Self { low, closed: _, last: _ } = self;
        low.reserved()
    }

    /// See [`crate::digest`]. Numbers count from the one of closed components: whatever is smaller was never met.
    pub(super) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self { low, closed, last } = self;
        digest.part("detection.low");
        digest.list(low.iter(), |digest, low| digest.number((low + 1).saturating_sub(*closed)));
        digest.part("detection.last");
        digest.number(last - closed);
    }

    /// Gives the next number to a slot.
    #[inline]
    fn open(&mut self, slot: u32) -> u32 {
        self.last = self.last.saturating_add(1);
        self.low[slot as usize] = self.last;
        self.last
    }

    /// Notes that one slot reaches what another is known to reach, if that is open.
    #[inline]
    fn reaches(&mut self, slot: u32, target: u32) {
        let Some(&reached) = self.low.get(target as usize) else {
            return;
        };
        let low = &mut self.low[slot as usize];
        if reached > self.closed && reached < *low {
            *low = reached;
        }
    }
}

/// An object that the walk has entered and not left.
#[derive(Clone, Debug)]
struct Frame {
    slot: u32,
    number: u32,
    /// Where in its contents the walk goes on. It counts values, so it is right only as long as no
    /// value moves: whoever pauses must begin anew when one does.
    place: usize,
    /// Whether no reference comes behind that. Whoever stores one lets the walk begin anew.
    is_last: bool,
    refers_to_itself: bool,
}

impl Frame {
    /// Goes on in what the object holds, to the next slot that is to be entered, or to the end. It stands before that, and
    /// it is also said where it stands behind it.
    #[inline]
    fn go_on(
        &mut self,
        content: &Content,
        numbers: &mut Numbers,
        admits: &impl Fn(&Numbers, u32) -> bool,
    ) -> Option<(u32, usize)> {
        while let Some((target, next)) = content.next_reference(self.place) {
            let target = target.slot();
            if numbers.is_unseen(target) && admits(numbers, target) {
                return Some((target, next));
            }
            self.place = next;
            self.refers_to_itself |= target == self.slot;
            numbers.reaches(self.slot, target);
        }
        None
    }
}

/// How far a walk is. Any number of them may follow one another with the same numbers: each goes
/// over what is still unseen.
#[derive(Debug, Default)]
pub(super) struct Walk {
    frames: Vec<Frame>,
    open: Vec<u32>,
}

copies!(Walk { frames, open });

impl Walk {
    /// Forgets everything, and gives back the memory of a large one.
    pub(super) fn rest(&mut self) {
        self.frames.clear();
        self.frames.shrink_to(KEPT);
        self.open.clear();
        self.open.shrink_to(KEPT);
    }

    /// Begins with an unseen slot.
    #[inline]
    pub(super) fn enter(&mut self, slot: u32, numbers: &mut Numbers) {
        let number = numbers.open(slot);
        self.open.push(slot);
        self.frames.push(Frame { slot, number, place: 0, is_last: false, refers_to_itself: false });
    }

    /// Goes on to the end of the walk, which is true; or, false, to where it would take a step and
    /// may not. It enters unseen slots that `admits` lets it, and calls
    /// `found` with the slots of each cycle.
    #[inline]
    pub(super) fn go_on(
        &mut self,
        contents: &List<Content>,
        numbers: &mut Numbers,
        steps: &mut Steps,
        admits: impl Fn(&Numbers, u32) -> bool,
        found: &mut impl FnMut(&[u32]),
    ) -> bool {
        while let Some(frame) = self.frames.last_mut() {
            if !frame.is_last && frame.place > 0 && !steps.pass(TO_READ_AGAIN) {
                return false;
            }
            let content = if frame.is_last { None } else { contents.get(frame.slot as usize) };
            let Some((target, next)) = content.and_then(|content| frame.go_on(content, numbers, &admits)) else {
                if !steps.pass(1) {
                    return false;
                }
                self.leave(numbers, found);
                continue;
            };
            if !steps.enter() {
                return false;
            }
            frame.place = next;
            frame.is_last = content.is_none_or(|content| content.next_reference(next).is_none());
            self.enter(target, numbers);
        }
        true
    }

    /// See [`crate::footprint`].
    pub(super) fn reserved(&self) -> u64 {
        let Self { frames, open } = self;
        frames.reserved() + open.reserved()
    }

    /// See [`crate::digest`]; `numbers` are those that it is walking by.
    pub(super) fn digest(&self, numbers: &Numbers, digest: &mut Digest<'_, impl Parts>) {
        let Self { frames, open } = self;
        digest.part("detection.frames");
        digest.list(frames.iter(), |digest, Frame { slot, number, place, is_last: _, refers_to_itself }| {
            digest.number(u64::from(*slot) << 32 | u64::from(number - numbers.closed));
            digest.size(*place);
            digest.number(*refers_to_itself);
        });
        digest.part("detection.open");
        digest.list(open.iter(), |digest, slot| digest.number(*slot));
    }

    fn leave(&mut self, numbers: &mut Numbers, found: &mut impl FnMut(&[u32])) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if numbers.low[frame.slot as usize] == frame.number {
            self.close(&frame, numbers, found);
        } else if let Some(parent) = self.frames.last() {
            numbers.reaches(parent.slot, frame.slot);
        }
    }

    /// Closes the component of which this object was entered first.
    fn close(&mut self, first: &Frame, numbers: &mut Numbers, found: &mut impl FnMut(&[u32])) {
        let start = self.open.iter().rposition(|&slot| slot == first.slot);
        let start = start.unwrap_or(0);
        let component = &self.open[start..];
        if component.len() > 1 || first.refers_to_itself {
            found(component);
        }
        for &slot in component {
            numbers.low[slot as usize] = numbers.closed;
        }
        self.open.truncate(start);
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;

    #[test]
    fn numbers_begin_again_when_they_run_out() {
        let mut numbers = Numbers { last: u32::MAX - 9, ..Numbers::default() };
        numbers.begin(3);
        assert_eq!(numbers.open(1), u32::MAX - 7);
        assert!(numbers.is_unseen(0) && !numbers.is_unseen(1));
        numbers.begin_among(3, [0, 2].into_iter());
        assert_eq!(numbers.open(2), u32::MAX - 4);
        assert!(numbers.is_unseen_member(0) && !numbers.is_unseen_member(1) && !numbers.is_unseen_member(2));
        numbers.begin(3);
        assert_eq!(numbers.last, 1);
        assert!((0..3).all(|slot| numbers.is_unseen(slot)));
        assert!(!numbers.is_unseen(3), "there is no such slot");
    }
}
