//! The mark: which objects roots reach, found in as many steps as it takes while the mutator goes on.
//!
//! It is the complete search that stands behind the [trials](super::trial). A trial looks at candidates
//! and goes no further than counts bear out, so it may miss garbage: a dead list linked both ways of which
//! one object is a candidate. The mark misses nothing, and costs the live heap: one random access a
//! reference.
//!
//! **Colours.** As it begins, all objects become *white* at once, since the [colour](crate::header::Colour)
//! that means otherwise flips. An object that it comes to is painted, and is *grey* until its contents have
//! been read, which paints what they refer to. New objects are born painted.
//!
//! **The invariant.** A painted object that is not grey refers to no white one, and no root below `rooted` is
//! white. Reading contents keeps it. So does the mutator, because whatever is given a reference while it is
//! white (it is stored, or the mutator comes to hold it or pins it) is painted there and then and becomes grey
//! ([`Headers::hold`], [`Headers::retain`](crate::headers::Headers::retain)): the insertion barrier of
//! Dijkstra, Lamport, Martin, Scholten and Steffens, "On-the-fly garbage collection: an exercise in
//! cooperation", CACM 21 (1978). To take a reference away needs nothing. What waits to be released is a root
//! of its own kind, and is painted each time that the mark goes on.
//!
//! **Ephemerons** ([`crate::ephemerons`]). Reading one whose key is white paints nothing: its value is painted when the key is read. So a painted
//! ephemeron that is not grey may refer to a white value, as long as its key is white or grey. A key that was born since the beginning is never
//! read, but its ephemerons are younger than it, and their values were painted as they were stored.
//!
//! **Why what is white in the end is garbage.** When all has been looked at, no object is grey and `rooted` is the end of the heap.
//! So no root is white, and no painted object refers to a white one, but ephemerons whose keys are white: no path leads from a root to any. And
//! all other references to what is white come from what is white: it is a set.
//!
//! **Why all garbage is white** that was garbage as the mark began, and has been left alone: no root reached
//! it, and only being given a reference paints an object otherwise.
//!
//! **Why it ends.** An object is painted once. Those born since the beginning are born painted and never grey.
//! So with L objects at the beginning it reads the contents of L objects at most. The headers of all slots that there
//! were, which may be many more, are looked at twice, for roots and for what is white, in at most (L + 4) / 4
//! stretches each time. What is white is [parted](super::parting), with a step for each object, and gathered with another: 2 L at most.

use super::allowance::Limits;
use super::candidates::Candidates;
use super::parting::Parting;
use crate::arena::Arena;
use crate::copying::copies;
use crate::digest::{Digest, Parts};
use crate::footprint::Reserved;
use crate::header::Mark;
use crate::headers::Headers;
use crate::object::Content;

/// How many headers are looked at in a step, if that makes few enough of them. They lie side by side: this takes about
/// as long as to read the contents of an object that is in no cache.
pub(super) const STRETCH: u32 = 128;

/// How many headers of so many slots are looked at in a step if so many objects live: then there are at most a quarter as many steps as
/// objects, and one.
pub(super) fn stretch(slots: u32, live: u32) -> u32 {
    let few_enough = 4 * u64::from(slots) / (u64::from(live) + 1) + 1;
    u32::try_from(few_enough).unwrap_or(slots).max(STRETCH)
}

/// What a mark has come to.
#[derive(Debug)]
pub(super) enum Found {
    /// A part of the garbage, which is given again if it has not died.
    Part(Vec<u32>),
    /// There is no other, and it is not under way any more.
    End,
}

/// A mark, which may be under way.
#[derive(Debug, Default)]
pub(crate) struct Marking {
    under_way: bool,
    /// Objects that were painted and whose contents are still to be read, and some that have died.
    grey: Vec<u32>,
    /// Slots below this one have been looked at for roots.
    rooted: u32,
    /// Slots below this one have been looked at for what is white, once nothing was grey.
    swept: u32,
    /// Slots from this one on have younger objects.
    end: u32,
    /// How many headers are looked at in a step.
    stretch: u32,
    /// What was white when it was looked at.
    white: Parting,
}

copies!(Marking { under_way, grey, rooted, swept, end, stretch, white });

impl Marking {
    pub(crate) fn is_under_way(&self) -> bool {
        self.under_way
    }

    /// Whether roots have been looked for in a slot, or need not be.
    pub(crate) fn has_looked_for_roots_at(&self, slot: u32) -> bool {
        slot < self.rooted || slot >= self.end
    }

    /// The objects whose contents are still to be read, and some that have died.
    pub(crate) fn grey(&self) -> &[u32] {
        &self.grey
    }

    /// Whether it is at rest as it should be.
    pub(crate) fn counts_right(&self) -> bool {
        self.rooted <= self.end
            && self.swept <= self.end
            && self.white.counts_right()
            && (self.under_way || (self.grey.is_empty() && self.white.is_empty()))
    }

    /// Begins: all objects become white, but those that are `newborn`. Of the others `lived` lived at most.
    pub(super) fn begin(&mut self, arena: &mut Arena, newborn: &[u32], lived: u32) {
        let end = arena.every_slot().end;
        *self = Self { under_way: true, end, stretch: stretch(end, lived), ..Self::default() };
        arena.headers.colour.flip();
        for &slot in newborn {
            arena.headers.paint(slot);
        }
        for &slot in newborn {
            self.read(arena, slot);
        }
    }

    /// Gives back memory. If nothing lives, there is nothing left to look at among the slots that there were as it began.
    pub(super) fn shrink(&mut self, nothing_lives: bool) {
        if nothing_lives {
            let (under_way, end, stretch) = (self.under_way, self.end, self.stretch);
            *self = Self { under_way, rooted: end, swept: end, end, stretch, ..Self::default() };
        }
        self.grey.shrink_to_fit();
        self.white.shrink();
    }

    /// Comes to an object, for a reason outside the graph.
    pub(super) fn come_to(&mut self, headers: &mut Headers, slot: u32) {
        if headers.paint(slot) {
            self.grey.push(slot);
        }
    }

    /// Goes on from an object that has been painted already.
    pub(super) fn go_on_from(&mut self, slot: u32) {
        self.grey.push(slot);
    }

    /// Goes on until it is over and returns true, or until it may not and returns false.
    /// The candidates that it has taken are dropped as it goes on from them.
    pub(super) fn advance(&mut self, arena: &mut Arena, candidates: &mut Candidates, limits: &mut impl Limits) -> bool {
        loop {
            if let Some(&slot) = self.grey.last() {
                if !limits.may_step() {
                    return false;
                }
                self.grey.pop();
                candidates.drop_if_taken(&mut arena.headers, slot);
                self.read(arena, slot);
            } else if self.rooted < self.end {
                if !limits.may_step() {
                    return false;
                }
                self.look_for_roots(&mut arena.headers);
            } else if self.swept < self.end {
                if !limits.may_step() {
                    return false;
                }
                self.look_for_white(&arena.headers);
            } else {
                return true;
            }
        }
    }

    /// Goes on until a part of the garbage is known or the mark has ended, and gives that; nothing if it may not go on so far.
    pub(super) fn next_part(
        &mut self,
        arena: &mut Arena,
        candidates: &mut Candidates,
        limits: &mut impl Limits,
    ) -> Option<Found> {
        if !self.advance(arena, candidates, limits) || !self.white.read(arena, limits) {
            return None;
        }
        loop {
            if !self.white.has_next() {
                // All that was white has died, or has been painted.
                *self = Self::default();
                return Some(Found::End);
            }
            if !self.white.gather(&arena.headers, limits) {
                return None;
            }
            let part = self.white.next_part(&arena.headers);
            if !part.is_empty() {
                return Some(Found::Part(part));
            }
            self.white.pass_part(&mut arena.headers);
        }
    }

    /// Notes that the part that was given last has died, unless code has gone on with the mark since, or has begun another.
    pub(super) fn pass_part(&mut self, headers: &mut Headers) {
        self.white.pass_part(headers);
    }

    /// Ends: paints what is still white, so that all objects have one colour, and gives the slots of that.
    pub(super) fn end(&mut self, headers: &mut Headers) -> Vec<u32> {
        let white = std::mem::take(self).white;
        // Some have been given a reference since they were looked at, or have died.
        white.slots().filter(|&slot| headers.paint(slot)).collect()
    }

    /// Ends before it is over.
    pub(super) fn abandon(&mut self, headers: &mut Headers) {
        if std::mem::take(self).under_way {
            headers.paint_all();
        }
    }

    fn read(&mut self, arena: &mut Arena, slot: u32) {
        if arena.headers.all().get(slot as usize).is_some_and(|header| header.marks.has(Mark::Targeted)) {
            self.read_ephemerons_of(arena, slot);
        }
        let (contents, headers) = arena.parts();
        match contents.get(slot as usize) {
            // A white key will see to the value, if it is ever painted.
            Some(Content::Ephemeron(it)) if headers.is_white(it.link.target.slot()) => {}
            Some(content) => content.each_reference(|child| {
                if headers.paint(child.slot()) {
                    self.grey.push(child.slot());
                }
            }),
            None => {}
        }
    }

    /// Paints the values that painted ephemerons have for a key.
    #[cold]
    fn read_ephemerons_of(&mut self, arena: &mut Arena, key: u32) {
        let mut kept = Vec::new();
        arena.each_kept_by(key, |ephemeron, value| {
            if !arena.headers.is_white(ephemeron) {
                kept.push(value.slot());
            }
        });
        kept.into_iter().for_each(|value| self.come_to(&mut arena.headers, value));
    }

    fn look_for_roots(&mut self, headers: &mut Headers) {
        let stretch = self.rooted..self.rooted.saturating_add(self.stretch).min(self.end);
        self.rooted = stretch.end;
        for slot in stretch {
            if headers.all().get(slot as usize).is_some_and(|header| header.is_root()) && headers.paint(slot) {
                self.grey.push(slot);
            }
        }
    }

    fn look_for_white(&mut self, headers: &Headers) {
        let stretch = self.swept..self.swept.saturating_add(self.stretch).min(self.end);
        self.swept = stretch.end;
        stretch.filter(|&slot| headers.is_white(slot)).for_each(|slot| self.white.add(slot));
    }

    /// See [`crate::footprint`].
    pub(crate) fn reserved(&self) -> u64 {
        let Self { under_way: _, grey, rooted: _, swept: _, end: _, stretch: _, white } = self;
        grey.reserved() + white.reserved()
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self { under_way, grey, rooted, swept, end, stretch, white } = self;
        digest.part("marking.under_way");
        digest.number(*under_way);
        digest.part("marking.rooted");
        digest.number(*rooted);
        digest.part("marking.swept");
        digest.number(*swept);
        digest.part("marking.end");
        digest.number(*end);
        digest.part("marking.stretch");
        digest.number(*stretch);
        digest.part("marking.grey");
        digest.list(grey.iter(), |digest, slot| digest.number(*slot));
        white.digest(digest);
    }
}
