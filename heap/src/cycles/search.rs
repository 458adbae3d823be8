//! Trial deletion: which of the objects that some others reach are garbage.
//!
//! After Bacon and Rajan, "Concurrent cycle collection in reference counted systems", ECOOP 2001.
//! There the counts are lowered on trial and put back; here the trial counts lie beside the real
//! ones, which therefore are never wrong, whatever interrupts a search.
//!
//! **The search.** It starts from objects and reaches what they reach, without going on from
//! roots. Each object that it goes on from is a *member*.
//!
//! 1. *Scan*: the contents of each member are read, and the references to all that they refer to counted.
//!    This gives `inner(m)`, the references to m from objects that were scanned.
//! 2. *Judge*: a member with `internal > inner` is referred to from outside. It lives, and leaves.
//! 3. *Restore*: what a member that left refers to lives as well and leaves, and so on.
//!
//! The members that are left are the garbage among what was reached, provided that whatever
//! outside the region refers into it lives.
//!
//! **Why they are garbage.** Let m be left. Then `internal(m) = inner(m)`: all references to m are
//! from objects that were scanned. None of these has left, for m would have been restored from it.
//! So all references to what is left come from what is left, and no root is among it: roots were
//! not reached.
//!
//! **Why nothing else is.** What left lives, if what refers into the region from outside does:
//! that is what it was judged by, or restored from.
//!
//! **Ephemerons** ([`crate::ephemerons`]). That one refers to its value is counted when the first of ephemeron and key is scanned:
//! it goes with either. Which was the first shows in their places, as members are scanned in the order in which they become such. A value is
//! restored from when neither is a member any more.
//!
//! **How far it goes** is one of two ([`Reach`]). The first argument does not need the region to be
//! everything that is reached. So a search that may not go on from an object, or does not care to, goes
//! on without it, and what it finds is garbage still; but it need not be all. Such a search is *partial*.

use std::collections::VecDeque;

use super::allowance::Limits;
use super::region::Region;
use crate::ObjectId;
use crate::arena::Arena;
use crate::footprint::Reserved;
use crate::object::Content;

/// For how many objects a search that has ended keeps memory.
pub(super) const KEPT: usize = 4_096;

/// Which of the objects that it reaches a search goes on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// From all that are no roots.
    All,
    /// From those alone to which it has found all references. It never goes on into what is referred to from
    /// elsewhere: what it costs follows the starts and the garbage, not what lives behind them.
    Covered,
}

/// A search in one go, and memory that is used again.
#[derive(Debug, Default)]
pub(crate) struct Search {
    region: Region,
    /// Members whose contents are still to be read.
    unscanned: VecDeque<u32>,
    /// Objects that have left and are still to be restored from.
    grey: Vec<u32>,
    /// Whether an object was reached that it has not gone on from.
    partial: bool,
}

impl Search {
    /// Begins anew, among the slots below a number.
    pub(crate) fn begin(&mut self, slots: usize) {
        self.region.begin(slots);
        self.unscanned.clear();
        self.grey.clear();
        self.partial = false;
    }

    /// See [`crate::footprint`].
    pub(crate) fn reserved(&self) -> u64 {
        let Self { region, unscanned, grey, partial: _ } = self;
        region.reserved() + unscanned.reserved() + grey.reserved()
    }

    /// Forgets everything, and gives back the memory of a large search.
    pub(super) fn rest(&mut self) {
        self.region.rest();
        self.unscanned.clear();
        self.unscanned.shrink_to(KEPT);
        self.grey.clear();
        self.grey.shrink_to(KEPT);
    }

    /// Whether an object was reached that it has not gone on from, and that may be garbage.
    pub(crate) fn is_partial(&self) -> bool {
        self.partial
    }

    pub(crate) fn is_member(&self, slot: u32) -> bool {
        self.region.is_member(slot)
    }

    /// The slots of those that it has gone on from and not found to be garbage.
    pub(super) fn spared(&self) -> impl Iterator<Item = u32> {
        self.region.left()
    }

    /// How many objects it has gone on from, or come to.
    pub(super) fn reached(&self) -> usize {
        self.region.len()
    }

    /// The objects that are members; once it is judged, the garbage.
    pub(crate) fn found(&self, arena: &Arena) -> Vec<ObjectId> {
        self.region.members().filter_map(|slot| arena.tenant(slot)).collect()
    }

    /// Searches from some objects. Those that are gone or roots are passed over. False if it may not go to its
    /// end, and then nothing was found.
    pub(crate) fn run(
        &mut self,
        arena: &Arena,
        starts: impl Iterator<Item = ObjectId>,
        limits: &mut impl Limits,
    ) -> bool {
        self.begin(arena.slots());
        for object in starts {
            if !self.go_on_from(arena, object, Reach::All, limits) {
                return false;
            }
        }
        self.judge(arena);
        true
    }

    /// Goes on from one more object, as far as it reaches. False if it may not go to its end.
    pub(super) fn go_on_from(
        &mut self,
        arena: &Arena,
        object: ObjectId,
        reach: Reach,
        limits: &mut impl Limits,
    ) -> bool {
        let is_no_root = arena.headers.find(object).is_ok_and(|header| !header.is_root());
        if is_no_root && !self.region.is_member(object.slot()) {
            self.admit(arena, object.slot(), limits);
        }
        while let Some(&slot) = self.unscanned.front() {
            if !limits.may_step() {
                self.partial = true;
                return false;
            }
            self.unscanned.pop_front();
            self.scan(arena, slot, reach, limits);
        }
        true
    }

    /// Judges what was scanned: the members that are left are garbage.
    pub(super) fn judge(&mut self, arena: &Arena) {
        let is_no_root = |slot: u32| arena.headers.all().get(slot as usize).is_some_and(|it| !it.is_root());
        self.partial |= self.region.others().any(is_no_root);
        self.judge_members(arena);
    }

    /// Makes a set the members.
    pub(super) fn take_for_members(&mut self, arena: &Arena, set: &[ObjectId]) {
        self.begin(arena.slots());
        set.iter().for_each(|object| self.region.admit(object.slot()));
    }

    /// Judges a set whose references may have changed: what is left has references only from what
    /// is left, and neither one from the mutator nor a pin. Being queued makes no difference.
    pub(super) fn judge_among(&mut self, arena: &Arena, set: &[ObjectId]) {
        self.take_for_members(arena, set);
        for object in set {
            if let Some(content) = arena.contents().get(object.slot() as usize) {
                content.each_reference(|child| self.region.count(child.slot()));
            }
            arena.each_kept_by(object.slot(), |ephemeron, value| {
                if !self.region.is_member(ephemeron) {
                    self.region.count(value.slot());
                }
            });
        }
        self.judge_members(arena);
    }

    /// Makes an object a member, if it may be.
    #[inline]
    fn admit(&mut self, arena: &Arena, slot: u32, limits: &mut impl Limits) {
        if arena.width(slot).is_some_and(|width| limits.may_join(width)) {
            self.region.admit(slot);
            self.unscanned.push_back(slot);
        } else {
            self.partial = true;
        }
    }

    /// Reads the contents of a member.
    fn scan(&mut self, arena: &Arena, slot: u32, reach: Reach, limits: &mut impl Limits) {
        let Some(content) = arena.contents().get(slot as usize) else {
            return;
        };
        match content {
            Content::Ephemeron(it) if self.region.precedes(it.link.target.slot(), slot) => {}
            _ => content.each_reference(|child| self.reach(arena, child, reach, limits)),
        }
        arena.each_kept_by(slot, |ephemeron, value| {
            if !self.region.precedes(ephemeron, slot) {
                self.reach(arena, value, reach, limits);
            }
        });
    }

    /// Comes to an object by a reference.
    #[inline(always)]
    fn reach(&mut self, arena: &Arena, child: ObjectId, reach: Reach, limits: &mut impl Limits) {
        let Some(inner) = self.region.reach(child.slot()) else {
            return;
        };
        let headers = &arena.headers;
        let goes_on = match reach {
            Reach::All => inner == 1,
            Reach::Covered => inner == headers.strong(child.slot()).internal,
        };
        if goes_on && headers.find(child).is_ok_and(|header| !header.is_root()) {
            self.admit(arena, child.slot(), limits);
        }
    }

    /// Lets those leave that are referred to from outside, and what they refer to.
    fn judge_members(&mut self, arena: &Arena) {
        for unjudged in (0..self.region.begin_judging()).rev() {
            let Some((slot, inner)) = self.region.member_at(unjudged) else {
                continue;
            };
            let is_held = arena.headers.all().get(slot as usize).is_some_and(|header| header.is_held_or_pinned());
            if is_held || arena.headers.strong(slot).internal > inner {
                self.spare(slot);
            }
        }
        while let Some(slot) = self.grey.pop() {
            match arena.contents().get(slot as usize) {
                Some(Content::Ephemeron(it)) if self.region.is_member(it.link.target.slot()) => {}
                Some(content) => content.each_reference(|child| self.spare(child.slot())),
                None => {}
            }
            arena.each_kept_by(slot, |ephemeron, value| {
                if !self.region.is_member(ephemeron) {
                    self.spare(value.slot());
                }
            });
        }
    }

    /// Lets a member leave, to be restored from.
    fn spare(&mut self, slot: u32) {
        if self.region.leave(slot) {
            self.grey.push(slot);
        }
    }
}
