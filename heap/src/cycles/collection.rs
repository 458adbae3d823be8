//! Collection: what nothing reaches any more is freed as one set.
//!
//! **Definition.** A root is an object that the mutator holds, one that waits to be released, or
//! one whose finalizer runs before its release. Garbage is what no root reaches. A pass takes all
//! garbage as one set, which nothing outside refers into, and
//!
//! 1. runs the finalizers that its members still have, while all members are intact, their weak
//!    references work, and nothing is released;
//! 2. judges it again: a member lives on if the mutator holds it, if anything outside the set
//!    refers to it, be it garbage, or if a member that lives on reaches it;
//! 3. lets the others die in one step: all their ids are stale before any contents are given up.
//!
//! Passes are repeated until one finds nothing.
//!
//! **Why judging needs no look at the rest of the heap.** Internal counts are exact. So outside
//! the set there is a reference to a member if and only if its count exceeds the number of
//! references to it from members, and these are found by looking at members alone. This is how
//! Bacon and Rajan's trial deletion ("Concurrent cycle collection in reference counted systems",
//! ECOOP 2001) tells garbage from what is held from outside. Unlike there, the trial counts lie
//! beside the real ones, which therefore are never wrong.
//!
//! **Why finalizers come first.** A finalizer may store or hold any member. If some members had
//! died before, it could be handed an object that is half of a whole. See PEP 442, "Safe object
//! finalization", which has this order too, but clears weak references before it.
//!
//! **Why it ends.** A pass that runs no finalizer frees the whole of a set that is not empty; one
//! that runs finalizers uses them up. Only a program whose finalizers make new garbage with new
//! finalizers for ever keeps it busy for ever.

use crate::counts::Header;
use crate::{Heap, HeapError, Host, ObjectId};

/// What a collection has freed. What that let go was released, and is not counted here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collection {
    /// The objects that died as garbage.
    pub objects: u64,
    /// The cycles that these formed as they died.
    pub cycles: u64,
}

/// For each slot, whether it is outside the set that a pass looks at.
struct Outside(Vec<bool>);

impl Outside {
    /// A slot that was made after the set was found is outside.
    fn contains(&self, slot: u32) -> bool {
        self.0.get(slot as usize).copied().unwrap_or(true)
    }

    /// Moves a member outside and says whether it was one.
    fn add(&mut self, slot: u32) -> bool {
        match self.0.get_mut(slot as usize) {
            Some(outside) => !std::mem::replace(outside, true),
            None => false,
        }
    }
}

impl<H: Host> Heap<H> {
    /// Frees all garbage, whatever that costs: what is reached neither from an object that the
    /// mutator holds nor from one that is being released.
    ///
    /// A finalizer may call it, unless that is one of a collection's own.
    ///
    /// # Errors
    /// [`HeapError::Reentrant`] in a finalizer that a collection runs.
    ///
    /// ```
    /// # use heapproof_heap::{Heap, Value};
    /// let mut heap = Heap::<()>::new();
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
        Ok(self.collect())
    }

    pub(super) fn collect(&mut self) -> Collection {
        let mut collection = Collection::default();
        self.settle();
        while let Some(mut outside) = self.outside_of_garbage() {
            let members = self.arena.objects().filter(|it| !outside.contains(it.slot()));
            let mut set: Vec<ObjectId> = members.collect();
            let is_member = |object: ObjectId| !outside.contains(object.slot());
            if self.finalize_before_collection(&set, is_member) {
                self.spare_what_lives_on(&set, &mut outside);
                set.retain(|&it| self.contains(it) && !outside.contains(it.slot()));
            }
            collection.objects += set.len() as u64;
            collection.cycles += self.die_together(&set);
            self.settle();
        }
        collection
    }

    /// What roots reach, with the vacant slots; nothing if that is all.
    fn outside_of_garbage(&self) -> Option<Outside> {
        let headers = self.arena.headers.all();
        let is_doubtful = |header: &Header| header.is_live() && !header.is_root();
        let doubtful = headers.iter().filter(|header| is_doubtful(header)).count();
        if doubtful == 0 {
            return None;
        }
        let mut outside = Outside(headers.iter().map(|header| !is_doubtful(header)).collect());
        let roots = headers.iter().zip(0..).filter(|(header, _)| header.is_root());
        let roots = roots.map(|(_, slot)| slot).collect();
        let reached = self.trace(roots, &mut outside);
        (reached < doubtful).then_some(outside)
    }

    /// Moves what these objects reach outside, and says how many that moved.
    fn trace(&self, mut reached: Vec<u32>, outside: &mut Outside) -> usize {
        let mut moved = 0;
        while let Some(slot) = reached.pop() {
            for child in self.arena.contents()[slot as usize].references() {
                if outside.add(child.slot()) {
                    moved += 1;
                    reached.push(child.slot());
                }
            }
        }
        moved
    }

    /// Judges a set again after its finalizers: moves outside what lives on.
    fn spare_what_lives_on(&self, set: &[ObjectId], outside: &mut Outside) {
        let headers = self.arena.headers.all();
        let mut from_members = vec![0u32; headers.len()];
        for content in set.iter().filter_map(|&member| self.arena.content(member).ok()) {
            for child in content.references() {
                if let Some(count) = from_members.get_mut(child.slot() as usize) {
                    *count = count.saturating_add(1);
                }
            }
        }
        let mut living = Vec::new();
        for &member in set {
            let (slot, Ok(header)) = (member.slot(), self.arena.headers.find(member)) else {
                continue;
            };
            let referred_from_outside = header.internal > from_members[slot as usize];
            if (header.external > 0 || referred_from_outside) && outside.add(slot) {
                living.push(slot);
            }
        }
        self.trace(living, outside);
    }

    /// Lets a set die in one step, and says how many cycles it formed.
    fn die_together(&mut self, set: &[ObjectId]) -> u64 {
        let cycles = self.cycles_among(set);
        self.totals.cycles_collected += cycles;
        for &member in set {
            self.bury(member);
        }
        for &member in set {
            self.give_up_contents(member);
        }
        for &member in set {
            self.host_mut().died(member);
        }
        cycles
    }
}
