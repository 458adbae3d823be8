//! Collection within a budget, in as many slices as it takes.
//!
//! It takes the candidates that there are as it begins, and *settles* one after another. What
//! becomes a candidate later waits for the next collection.
//!
//! 1. **Local search** from each that was taken, limited to [`LOCAL`] objects and in one go. The
//!    garbage that it finds dies at once as a set of its own. If it was partial and the candidate is
//!    spared, that is *large*, and left for the pass with all others that were taken and spared by the
//!    search: what they reach is likely to be the same. If it was partial and the candidate is found,
//!    what the garbage that was found refers to is left for the pass.
//! 2. **A pass** over what all large ones reach: one search, watched, that stops whenever the
//!    budget is used up. What it finds in the end dies as one set.
//!
//! Both are as in [`super::search`], where it is argued that what they find is garbage. What they
//! spare need not be live: garbage outside the region may refer into it, or something was disturbed.
//!
//! **Why nothing is lost** (the invariant of [`super::candidates`], for candidates and large ones
//! together). Suppose that some garbage is reached from neither. Then there is a set S of garbage,
//! strongly connected or a single object with a reference to itself, into which nothing outside
//! refers, and with neither in it. The last of its members to lose a reference became a candidate
//! then, at a time t; since t nothing outside has referred into S, whose members have only got
//! references from each other; and at t all of it was reached from candidates and large ones
//! within it. Each that was dropped since then was dropped in one of these ways.
//!
//! - A local search from c was not partial, and c was spared. Then c is dropped, and what was taken
//!   and spared in the region of c. It was spared because some o outside the region refers to what
//!   reaches it; o is in S too, is reached from a candidate or large one in S, and that one is not
//!   in the region, or o would be as well. From that one everything is reached that was reached
//!   from those dropped. So the last ones can't be dropped in this way.
//! - The pass ended. At t the new candidate was still among the taken, or it would be a candidate
//!   now; so all of the pass came after t. No member of S is younger than the collection, for then
//!   it has lost its allocator's reference after the taking, and is a candidate still. No member of
//!   S is a root, and all of S is reached from large ones in it. So all of S joined, and was
//!   found as garbage and has died; unless a member was disturbed, and that was made a candidate.
//!   (So a store disturbs what it is stored in, too. Were only what is stored noted, and that no
//!   member yet, then it would be judged by a reference that was not there when its holder was
//!   scanned, and all of S be spared for its sake.)
//! - It died, or it was live in a pass over all candidates. Then it is not in S.
//!
//! **Why it ends.** Each call settles at least one candidate while there are some: the first has the
//! whole budget, and is large if that is not enough. After that each call but the last uses its
//! budget up. An object that joins the pass is scanned, judged and restored from at most once each,
//! and none younger than the collection joins. So with L objects at the beginning it takes L calls
//! at most to settle, 3 L to go through the pass, and one to end.
//!
//! **Why it is no waste.** Searching from each of n candidates in one large live structure costs at
//! most [`LOCAL`] objects each, and all of them together one pass over the structure.

use std::hash::Hasher;

use super::Collection;
use super::allowance::{Allowance, Budget, ForMembers, ForSteps};
use super::candidates::Candidates;
use super::search::Search;
use crate::configuration::positive;
use crate::digest::Digest;
use crate::{Heap, HeapError, Host, ObjectId};

/// How many objects a search from a single candidate may reach.
///
/// Larger finds larger rings before the pass; smaller costs less for candidates that live. Measured
/// with rings of 2 to 60 objects, of which each refers into live structures of up to 100,000: 16 and
/// less leaves rings of 20 to the pass, and with 128 the default budget does not keep up.
const LOCAL: usize = 32;

/// An object with more values than this is left for the pass. To read it is one touch and yet much
/// work, and each of many candidates may lead to it: a list of all that there is, a global table.
const WIDE: usize = 64;

/// The collection under way, if there is one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slices {
    under_way: bool,
    /// Candidates that were taken and left for the pass, and some that have died.
    large: Vec<ObjectId>,
    /// How many of them the pass has started from: the first ones.
    started: usize,
    pass: Search,
}

impl Slices {
    /// Candidates that were taken and left for the pass, and some that have died.
    pub(crate) fn large(&self) -> &[ObjectId] {
        &self.large
    }

    pub(crate) fn are_under_way(&self) -> bool {
        self.under_way
    }

    /// The slots of the members of the pass, those included that were disturbed since it paused.
    pub(crate) fn members(&self) -> impl Iterator<Item = u32> {
        self.pass.members()
    }

    pub(crate) fn is_member(&self, slot: u32) -> bool {
        self.pass.is_member(slot)
    }

    /// Whether it has taken no more than there is, and nothing if it is not under way.
    pub(crate) fn counts_right(&self, candidates: &Candidates) -> bool {
        let is_at_rest = !candidates.has_taken() && self.large.is_empty();
        self.started <= self.large.len() && candidates.counts_right() && (self.under_way || is_at_rest)
    }

    /// Learns of a new object.
    #[inline]
    pub(crate) fn allocated(&mut self, slot: u32) {
        if self.under_way {
            self.pass.shut_out(slot);
        }
    }

    /// See [`crate::digest`]. A pass that is not under way has no members, and begins anew.
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Hasher>) {
        let Self { under_way, large, started, pass } = self;
        digest.number(*under_way);
        digest.list(large.iter(), |digest, id| digest.id(*id));
        digest.size(*started);
        match under_way {
            true => pass.digest(digest),
            false => digest.list(pass.members(), |digest, slot| digest.number(slot)),
        }
    }
}

impl<H: Host> Heap<H> {
    /// Goes on collecting for a slice, or begins to: touches at most so many objects, and frees
    /// garbage as it finds it. The collection is [complete](Collection::complete) after a bounded
    /// number of slices, whatever the mutator does between them.
    ///
    /// To touch is to read an object's contents, however many values it has, or to judge its counts;
    /// finalizers, and what it takes to free garbage that was found, come on top. Checks collect in
    /// this way too.
    ///
    /// # Errors
    /// [`HeapError::Reentrant`] in a finalizer that a collection runs, [`HeapError::Setting`] for 0.
    ///
    /// ```
    /// # use heapproof_heap::{Heap, Value};
    /// let mut heap = Heap::<()>::new();
    /// for _ in 0..100 {
    ///     let ring = heap.allocate_box(Value::Nil)?;
    ///     heap.set_box(ring, ring.into())?;
    ///     heap.dec_ref(ring)?;
    /// }
    /// let collection = heap.collect_slice(60)?;
    /// assert!(!collection.complete && collection.objects > 0);
    /// while !heap.collect_slice(60)?.complete {}
    /// assert!(heap.is_empty());
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    pub fn collect_slice(&mut self, objects: u32) -> Result<Collection, HeapError> {
        if self.finalizers.run_for_a_collection() {
            return Err(HeapError::Reentrant);
        }
        let budget = Budget::Objects(positive("slice", objects)?);
        let collection = self.collect_within(budget);
        self.log_collection("slice", collection);
        Ok(collection)
    }

    /// Goes on collecting within a budget, or begins to.
    pub(super) fn collect_within(&mut self, budget: Budget) -> Collection {
        let mut allowance = Allowance::new(budget, &self.host);
        let mut collection = Collection::default();
        self.settle();
        if !self.slices.under_way {
            self.begin_slices();
        }
        let mut is_first = true;
        // Finalizers may have ended it, or begun another.
        while self.slices.under_way {
            let goes_on = match self.candidates.next_taken() {
                Some(slot) => self.settle_candidate(slot, is_first, &mut allowance, &mut collection),
                None => self.advance_pass(&mut allowance, &mut collection),
            };
            if !goes_on {
                break;
            }
            is_first = false;
        }
        collection.complete = !self.slices.under_way;
        self.collected(collection);
        collection
    }

    fn begin_slices(&mut self) {
        self.slices.under_way = true;
        self.slices.pass.begin(self.arena.slots(), true);
        self.candidates.take();
    }

    /// Ends the collection under way: what it had taken are candidates again.
    pub(crate) fn abandon_slices(&mut self) {
        if !self.slices.under_way {
            return;
        }
        self.slices.pass.unmark(&mut self.arena.headers);
        for object in self.end_slices() {
            self.suspect(object);
        }
    }

    /// Ends the collection under way, and gives the candidates that were left for the pass.
    pub(crate) fn end_slices(&mut self) -> Vec<ObjectId> {
        self.slices.under_way = false;
        self.slices.started = 0;
        self.slices.pass.rest();
        self.arena.headers.disturbed.clear();
        self.candidates.untake();
        std::mem::take(&mut self.slices.large)
    }

    /// Searches from one candidate. False if the allowance is used up and it has to wait.
    fn settle_candidate(
        &mut self,
        slot: u32,
        is_first: bool,
        allowance: &mut Allowance,
        collection: &mut Collection,
    ) -> bool {
        if !allowance.take(&self.host, &mut self.totals.touched) {
            return false;
        }
        let start = self.arena.tenant(slot);
        let touched = &mut self.totals.touched;
        // The first is the candidate itself.
        let (room, paid) = (LOCAL, 1);
        let mut limits =
            ForMembers { allowance, host: &self.host, touched, room, widest: WIDE, paid, is_used_up: false };
        self.search.begin(self.arena.slots(), false);
        let is_over = self.search.advance(&mut self.arena, &mut start.into_iter(), &mut limits);
        if limits.is_used_up && !is_first {
            return false;
        }
        self.candidates.settle_next();
        if !is_over {
            self.drop_candidate(slot);
            self.slices.large.extend(start);
            return true;
        }
        if self.search.is_member(slot) {
            self.leave_children_of_found();
        } else {
            self.drop_candidate(slot);
            let spared = self.drop_spared();
            if self.search.is_partial() {
                self.slices.large.extend(start.into_iter().chain(spared));
            }
        }
        self.free_found(collection);
        true
    }

    /// Drops the candidates that were taken and have just been spared, and says which.
    fn drop_spared(&mut self) -> Vec<ObjectId> {
        let candidates = &self.candidates;
        let taken = self.search.spared().filter(|&slot| candidates.is_taken(slot));
        let spared: Vec<ObjectId> = taken.filter_map(|slot| self.arena.tenant(slot)).collect();
        spared.iter().for_each(|object| self.drop_candidate(object.slot()));
        spared
    }

    /// Leaves for the pass what the garbage that a partial search has found refers to: it may be
    /// garbage as well, and be reached from there only.
    fn leave_children_of_found(&mut self) {
        if !self.search.is_partial() {
            return;
        }
        for member in self.search.members() {
            let content = self.arena.contents().get(member as usize);
            let children = content.into_iter().flat_map(|content| content.references());
            self.slices.large.extend(children.filter(|child| !self.search.is_member(child.slot())));
        }
    }

    /// Goes on with the pass. False if the allowance is used up and there is more to do.
    fn advance_pass(&mut self, allowance: &mut Allowance, collection: &mut Collection) -> bool {
        self.spare_what_was_disturbed();
        let Slices { large, started, pass, .. } = &mut self.slices;
        let mut starts = large.get(*started..).unwrap_or_default().iter().copied();
        let mut limits = ForSteps { allowance, host: &self.host, touched: &mut self.totals.touched };
        let is_over = pass.advance(&mut self.arena, &mut starts, &mut limits);
        *started = large.len() - starts.len();
        if !is_over {
            // So that noting what is disturbed allocates nothing.
            let members = pass.members().len();
            self.arena.headers.disturbed.reserve(members);
            return false;
        }
        pass.unmark(&mut self.arena.headers);
        std::mem::swap(&mut self.search, &mut self.slices.pass);
        for object in self.end_slices() {
            if self.search.is_member(object.slot()) {
                self.suspect(object);
            }
        }
        self.free_found(collection);
        true
    }

    /// Lets members that were disturbed leave the pass, and makes them candidates for the next.
    fn spare_what_was_disturbed(&mut self) {
        while let Some(slot) = self.arena.headers.disturbed.pop() {
            self.slices.pass.spare(&mut self.arena.headers, slot);
            if let Some(object) = self.arena.tenant(slot) {
                self.suspect(object);
            }
        }
    }
}
