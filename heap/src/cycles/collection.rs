//! Collection: what nothing reaches any more is freed as one set.
//!
//! **Definition.** A root is an object that the mutator holds or has pinned, one that waits to be released, or
//! one whose finalizer runs before its release. Garbage is what no root reaches.
//!
//! **A pass** of a collection finds a set of garbage that nothing outside refers into, and
//!
//! 1. runs the finalizers that its members still have, while all members are intact, their weak
//!    references work, and nothing is released;
//! 2. judges it again: a member lives on if the mutator holds it or has pinned it, if anything outside the set
//!    refers to it, be it garbage, or if a member that lives on reaches it;
//! 3. lets the others die in one step: all their ids are stale before any contents are given up.
//!
//! **Finding all garbage.** All of it is reached from candidates ([`super::candidates`]), so one
//! search ([`super::search`]) from all of them finds it: the search does not go on from roots, so
//! garbage could be outside its region only if a path from every candidate to it led through a root,
//! and then it would be no garbage. For the same reason whatever outside refers into the region
//! lives. The cost follows what candidates reach without passing roots, not the heap. Afterwards
//! the candidates that live are needed no more, for what they reach lives as well. Where they reach a
//! large part of the heap, a mark from roots ([`super::marking`]) costs less and finds the same.
//!
//! [`Heap::collect_cycles`] makes such passes until one finds nothing. A collection within a budget
//! finds smaller sets, see [`super::slices`].
//!
//! **Why finalizers come first.** A finalizer may store or hold any member. If some members had
//! died before, it could be handed an object that is half of a whole. See PEP 442, "Safe object
//! finalization", which has this order too, but clears weak references before it.
//!
//! **Why it ends.** A pass that runs no finalizer frees the whole of a set that is not empty; one
//! that runs finalizers uses them up. Only a program whose finalizers make new garbage with new
//! finalizers for ever keeps it busy for ever.

use super::allowance::UpTo;
use crate::{Heap, HeapError, Host, ObjectId};

/// A search may reach so many objects before a mark is made instead.
const FEW: usize = 1_000;

/// Or, if that is more, one in so many of all that live: then a search that comes to nothing costs little beside a
/// mark.
const PART: usize = 32;

/// What a collection has freed. What that let go was released, and is not counted here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Collection {
    /// The objects that died as garbage.
    pub objects: u64,
    /// The cycles that these formed as they died, if [they are counted](crate::Configuration::with_cycle_counts).
    pub cycles: u64,
    /// Whether it has come to its end: nothing that was garbage when it began, and was left alone
    /// since, lives any more. If not, the next call or check goes on with it.
    pub complete: bool,
}

impl<H: Host> Heap<H> {
    /// Frees all garbage, whatever that costs: what is reached neither from an object that the
    /// mutator holds nor from one that is being released. A collection in slices that is under
    /// way ends with it.
    ///
    /// A finalizer may call it, unless that is one of a collection's own.
    ///
    /// # Errors
    /// [`HeapError::Reentrant`] in a finalizer that a collection runs.
    ///
    /// ```
    /// # use heapproof_heap::{Configuration, Heap, Value};
    /// let mut heap = Heap::with_configuration((), Configuration::default().with_cycle_counts(true));
    /// let a = heap.allocate_table()?;
    /// let b = heap.allocate_table()?;
    /// heap.set_field(a, "next", b.into())?;
    /// heap.set_field(b, "next", a.into())?;
    /// heap.dec_ref(a)?;
    /// heap.dec_ref(b)?;
    /// assert!(heap.contains(a) && heap.contains(b));
    ///
    /// let collection = heap.collect_cycles()?;
    /// assert_eq!((collection.objects, collection.cycles), (2, 1));
    /// assert!(heap.is_empty());
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    pub fn collect_cycles(&mut self) -> Result<Collection, HeapError> {
        if self.finalizers.run_for_a_collection() {
            return Err(HeapError::Reentrant);
        }
        let mut collection = Collection::default();
        self.settle();
        loop {
            // A finalizer may have begun one since the last pass.
            self.abandon_slices();
            let garbage = self.find_all_garbage();
            if !self.free_set(garbage, &mut collection) {
                break;
            }
        }
        collection.complete = true;
        self.collected(collection);
        self.log_collection("collection", collection);
        Ok(collection)
    }

    /// Finds all garbage, and drops the candidates that live: by a search from all candidates, or if that would lead
    /// through a large part of the heap, by a mark.
    fn find_all_garbage(&mut self) -> Vec<ObjectId> {
        let starts = self.candidates.members().iter().filter_map(|&slot| self.arena.tenant(slot));
        let starts: Vec<ObjectId> = starts.collect();
        let mut limits = UpTo(FEW.max(self.arena.live() as usize / PART));
        self.search.run(&self.arena, starts.iter().copied(), &mut limits);
        self.totals.touched += self.search.reached() as u64;
        if self.search.is_partial() {
            self.search.rest();
            return self.mark_all();
        }
        for start in starts {
            if !self.search.is_member(start.slot()) {
                self.drop_candidate(start.slot());
            }
        }
        self.search.found(&self.arena)
    }

    /// Frees a set of garbage, save what its finalizers make live, and then what is released by that. False if there
    /// is none.
    ///
    /// All of it must be reached from candidates. So they reach what lives on, and whatever
    /// interrupts this, or clones the heap meanwhile, has lost track of nothing.
    pub(crate) fn free_set(&mut self, mut set: Vec<ObjectId>, collection: &mut Collection) -> bool {
        if set.is_empty() {
            return false;
        }
        self.host.collecting(&set);
        let armed: Vec<ObjectId> = set.iter().copied().filter(|&object| self.has_finalizer(object)).collect();
        if !armed.is_empty() {
            // Nothing that finalizers of a set may call searches.
            self.search.take_for_members(&self.arena, &set);
            self.finalize_before_collection(armed);
            set.retain(|&object| self.contains(object));
            self.search.judge_among(&self.arena, &set);
            set.retain(|object| self.search.is_member(object.slot()));
        }
        self.search.rest();
        collection.objects += set.len() as u64;
        collection.cycles += self.die_together(&set);
        self.settle();
        true
    }

    /// Lets a set die in one step, and says how many cycles it formed.
    fn die_together(&mut self, set: &[ObjectId]) -> u64 {
        let cycles = if self.configuration.cycle_counts() { self.cycles_among(set) } else { 0 };
        self.totals.cycles_collected += cycles;
        self.totals.objects_collected += set.len() as u64;
        for &member in set {
            let marks = self.arena.headers.find(member).map(|it| it.marks).unwrap_or_default();
            self.bury(member, marks);
        }
        for &member in set {
            self.give_up_contents(member);
        }
        for &member in set {
            self.host_mut().died(member);
        }
        cycles
    }

    /// Does what follows a collection, or a slice of one.
    pub(crate) fn collected(&mut self, collection: Collection) {
        self.host.collected(collection);
    }
}
