//! Trial deletion: which of the objects that some others reach are garbage.
//!
//! After Bacon and Rajan, "Concurrent cycle collection in reference counted systems", ECOOP 2001.
//! There the counts are lowered on trial and put back; here the trial counts lie beside the real
//! ones, which therefore are never wrong, whatever interrupts a search.
//!
//! **The search.** It starts from objects and reaches what they reach, without going on from
//! roots. Each object that it reaches becomes a *member*.
//!
//! 1. *Scan*: the contents of each member are read, and the references to members counted. This
//!    gives `inner(m)`, the references to m from objects that were scanned.
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
//! **Partial searches.** The first argument does not need the region to be everything that is
//! reached. So a search that may not let an object join goes on without it, and what it finds is
//! garbage still; but it need not be all.
//!
//! **In one go or in steps.** A search may stop after each step of these and go on later, although
//! the mutator has been busy meanwhile, if it is *watched*: its members carry a mark, with which
//! each change of their counts or contents, and their death, is noted
//! ([`Headers::disturb`](crate::headers::Headers::disturb)), and whoever goes on with the search lets
//! them [leave](Search::spare) first. The argument still holds. Let m be left: it was never noted, so
//! no reference to it came or went since it joined, and `inner(m)` counts references that all
//! still exist. Those who hold them have not left, for then m would have been restored from them:
//! everything that leaves, for whatever reason, is restored from. And m is no root, since it would
//! have been noted when it became one.

use std::collections::VecDeque;
use std::hash::Hasher;

use super::allowance::{Limits, Unlimited};
use super::region::Region;
use crate::ObjectId;
use crate::arena::Arena;
use crate::header::Mark;
use crate::headers::Headers;
use crate::digest::Digest;
use crate::object::Content;

/// For how many objects a search that has ended keeps memory.
pub(super) const KEPT: usize = 4_096;

#[derive(Clone, Copy, Debug, Default)]
enum Phase {
    #[default]
    Scan,
    Judge,
    Restore,
}

/// A search, which may be empty, in the midst of things, or over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    region: Region,
    phase: Phase,
    /// Members whose contents are still to be read, and some that have left.
    unscanned: VecDeque<u32>,
    /// How many members are still to be judged: the first ones.
    unjudged: usize,
    /// Objects that have left and are still to be restored from.
    grey: Vec<u32>,
    /// Whether members carry a mark.
    watched: bool,
    /// Whether an object was reached that might not join.
    partial: bool,
}

impl Search {
    /// Begins anew, among the slots below a number.
    pub(crate) fn begin(&mut self, slots: usize, watched: bool) {
        self.region.begin(slots);
        self.phase = Phase::Scan;
        self.unscanned.clear();
        self.unjudged = 0;
        self.grey.clear();
        self.watched = watched;
        self.partial = false;
    }

    /// See [`crate::digest`].
    pub(super) fn digest(&self, digest: &mut Digest<'_, impl Hasher>) {
        let Self { region, phase, unscanned, unjudged, grey, watched, partial } = self;
        region.digest(digest);
        digest.number(*phase as u32);
        digest.list(unscanned.iter(), |digest, slot| digest.number(*slot));
        digest.size(*unjudged);
        digest.list(grey.iter(), |digest, slot| digest.number(*slot));
        digest.numbers([*watched, *partial]);
    }

    /// Forgets everything, and gives back the memory of a large search.
    pub(super) fn rest(&mut self) {
        self.region.rest();
        self.phase = Phase::Scan;
        self.unscanned.clear();
        self.unscanned.shrink_to(KEPT);
        self.grey.clear();
        self.grey.shrink_to(KEPT);
    }

    /// Whether an object was reached that might not join.
    pub(crate) fn is_partial(&self) -> bool {
        self.partial
    }

    /// How many objects it has reached.
    pub(super) fn reached(&self) -> usize {
        self.region.len()
    }

    pub(crate) fn is_member(&self, slot: u32) -> bool {
        self.region.is_member(slot)
    }

    /// The slots of the members; once the search is over, of the garbage.
    pub(crate) fn members(&self) -> impl ExactSizeIterator<Item = u32> {
        self.region.members()
    }

    /// The slots of those that have left.
    pub(super) fn spared(&self) -> impl Iterator<Item = u32> {
        self.region.others()
    }

    /// The objects that are members.
    pub(super) fn found(&self, arena: &Arena) -> Vec<ObjectId> {
        self.members().filter_map(|slot| arena.tenant(slot)).collect()
    }

    /// Sees to it that an object is no member and never becomes one.
    pub(super) fn shut_out(&mut self, slot: u32) {
        self.region.shut_out(slot);
    }

    /// Goes on until it is over and returns true, or until it may not and returns false.
    ///
    /// `starts` are the objects to start from; those that are gone or roots are passed over. If an
    /// object may not join, the search is [partial](Self::is_partial). The limits may panic when they
    /// are asked for a step, and then nothing has been done.
    pub(crate) fn advance(
        &mut self,
        arena: &mut Arena,
        starts: &mut impl Iterator<Item = ObjectId>,
        limits: &mut impl Limits,
    ) -> bool {
        loop {
            match self.phase {
                Phase::Scan => match self.unscanned.front().copied() {
                    Some(slot) if self.region.is_member(slot) => {
                        if !limits.may_step() {
                            return false;
                        }
                        self.unscanned.pop_front();
                        self.scan(arena, slot, limits);
                    }
                    Some(_) => _ = self.unscanned.pop_front(),
                    None => match starts.next() {
                        Some(object) => self.start_from(arena, object, limits),
                        None => {
                            self.unjudged = self.region.members().len();
                            self.phase = Phase::Judge;
                        }
                    },
                },
                Phase::Judge => {
                    self.unjudged = self.unjudged.min(self.region.members().len());
                    if self.unjudged == 0 {
                        self.phase = Phase::Restore;
                    } else if limits.may_step() {
                        self.judge(&mut arena.headers);
                    } else {
                        return false;
                    }
                }
                Phase::Restore => match self.grey.last().copied() {
                    None => return true,
                    Some(slot) => {
                        if !limits.may_step() {
                            return false;
                        }
                        self.grey.pop();
                        self.restore(arena, slot);
                    }
                },
            }
        }
    }

    /// Judges a set whose references may have changed: what is left has references only from what
    /// is left, and none from the mutator. Being queued makes no difference.
    pub(super) fn judge_among(&mut self, arena: &mut Arena, set: &[ObjectId]) {
        self.begin(arena.slots(), false);
        for object in set {
            if self.region.is_open_to(object.slot()) {
                self.region.join(object.slot(), 0);
            }
        }
        for object in set {
            if let Some(content) = arena.contents().get(object.slot() as usize) {
                content.each_reference(|child| _ = self.region.count(child.slot()));
            }
        }
        self.unjudged = self.region.members().len();
        self.phase = Phase::Judge;
        self.advance(arena, &mut std::iter::empty(), &mut Unlimited);
    }

    /// Lets a member leave, to be restored from.
    pub(super) fn spare(&mut self, headers: &mut Headers, slot: u32) {
        if !self.region.leave(slot) {
            return;
        }
        self.grey.push(slot);
        if self.watched
            && let Some(header) = headers.at_mut(slot)
        {
            header.marks.clear(Mark::Member);
        }
    }

    /// Takes the marks from all members.
    pub(super) fn unmark(&self, headers: &mut Headers) {
        for slot in self.members() {
            if let Some(header) = headers.at_mut(slot) {
                header.marks.clear(Mark::Member);
            }
        }
    }

    fn start_from(&mut self, arena: &mut Arena, object: ObjectId, limits: &mut impl Limits) {
        let (contents, headers) = arena.parts();
        let is_no_root = headers.find(object).is_ok_and(|header| !header.is_root());
        if is_no_root && self.region.is_open_to(object.slot()) {
            self.join(contents, headers, (object.slot(), 0), limits);
        }
    }

    /// Makes an object a member, if it may be.
    ///
    /// One that has no other references than those found is scanned before others: it is as likely to
    /// be garbage as what it was reached from, while others may lead into something large and live.
    #[inline]
    fn join(
        &mut self,
        contents: &[Content],
        headers: &mut Headers,
        (slot, inner): (u32, u32),
        limits: &mut impl Limits,
    ) {
        if !contents.get(slot as usize).is_some_and(|content| limits.may_join(content)) {
            self.partial = true;
            return;
        }
        self.region.join(slot, inner);
        if self.watched
            && let Some(header) = headers.at_mut(slot)
        {
            header.marks.set(Mark::Member);
        }
        match headers.strong(slot).internal > inner {
            true => self.unscanned.push_back(slot),
            false => self.unscanned.push_front(slot),
        }
    }

    /// Reads the contents of a member.
    fn scan(&mut self, arena: &mut Arena, slot: u32, limits: &mut impl Limits) {
        let (contents, headers) = arena.parts();
        let Some(content) = contents.get(slot as usize) else {
            return;
        };
        content.each_reference(|child| {
            if !self.region.count(child.slot()) && headers.find(child).is_ok_and(|header| !header.is_root()) {
                self.join(contents, headers, (child.slot(), 1), limits);
            }
        });
    }

    fn judge(&mut self, headers: &mut Headers) {
        self.unjudged -= 1;
        let Some((slot, inner)) = self.region.member_at(self.unjudged) else {
            return;
        };
        let counts = headers.strong(slot);
        if counts.external > 0 || counts.internal > inner {
            self.spare(headers, slot);
        }
    }

    /// Lets what an object refers to leave.
    fn restore(&mut self, arena: &mut Arena, slot: u32) {
        let (contents, headers) = arena.parts();
        let Some(content) = contents.get(slot as usize) else {
            return;
        };
        content.each_reference(|child| self.spare(headers, child.slot()));
    }
}
