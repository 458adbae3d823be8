//! Collection within a budget, in as many slices as it takes.
//!
//! 1. **Trials** ([`super::trial`]) of all new candidates, in every slice. Most garbage is found by these, soon
//!    and at a cost in proportion to it.
//! 2. **A mark** ([`super::marking`]), if candidates are left that trials could not judge. What is white in the end
//!    dies in [parts](super::parting), which are sets.
//!
//! **When a mark begins, and when it goes on.** It begins, all objects becoming white, at the end of the first slice
//! that leaves candidates behind. From then on objects that are given references are painted, but no more is done
//! until it is *paid* for: a mark costs the live heap, whatever garbage it finds. A check therefore goes on with it
//! only after checks have passed that could together have touched [`WAIT`] times as many objects as live, so that
//! marks take at most a small part of the time that checks may take, and what waits for a mark stays in proportion
//! to what lives. Whoever asks for slices by [`Heap::collect_slice`] wants garbage found, and does not wait. Then the
//! mark has half of each slice, and trials the other half.
//!
//! **Why nothing is lost** (the invariant of [`super::candidates`]). All garbage is reached from garbage S, strongly
//! connected or a single object, into which no other garbage refers. So it is enough that a candidate is left in S.
//! Trials see to that, as argued there. The mark drops the candidates that it has taken as it goes on from them, and each of
//! these has lost no reference since it began, or it would be untried again. There are three cases.
//!
//! - S has become garbage since the mark began. The last path to it was cut at a member, which lost a reference then: it
//!   is a candidate since, and not taken.
//! - S was garbage as the mark began, and the mark has come to a member. The first one it came to because that was given
//!   a reference while white, or was newborn. That one was made a candidate then, untried, or the mutator held it, and it
//!   became one when that let go.
//! - S is white. Its candidates are not dropped, and it dies with its part. They are untried again before, so that they
//!   lead to what finalizers save of it.
//!
//! **Why it ends.** With L objects at the beginning there is one slice before the mark begins, at most (L + 1) / 2 in which it is
//! not paid for, and at most 7 L / 2 + 2 in which it goes on: each takes a step at least, and how many there are is said in
//! [`super::marking`]. Objects that finalizers make in that first slice are born before the mark begins, but are painted
//! as it does, and made candidates anew.
//!
//! **Why it is complete when it ends:** either no candidate is left, or a mark ends that began after the collection did. Where code
//! that runs as a part dies has ended the collection and begun another, that is the one that goes on.

use super::Collection;
use super::allowance::{Allowance, Budget, Counted, ForSteps};
use super::marking::{Found, Marking};
use crate::copying::copies;
use crate::digest::{Digest, Parts};
use crate::footprint::Reserved;
use crate::{Heap, HeapError, Host, ObjectId};

/// How many times as many objects as live checks could have touched before one goes on with a mark.
const WAIT: u64 = 16;

/// How many objects a slice is taken to touch whose budget is a time.
const OF_A_TIME: u32 = 1_000;

/// The collection under way, if there is one.
#[derive(Debug, Default)]
pub(crate) struct Slices {
    under_way: bool,
    /// How many objects lived as it began.
    lived: u32,
    /// How many slices it has had since the mark has begun.
    waited: u32,
    /// How many objects these could have touched.
    allowed: u64,
    /// The slots of objects that finalizers have made before the mark has begun.
    newborn: Vec<u32>,
    marking: Marking,
}

copies!(Slices { under_way, lived, waited, allowed, newborn, marking });

impl Slices {
    pub(crate) fn are_under_way(&self) -> bool {
        self.under_way
    }

    pub(crate) fn marking(&self) -> &Marking {
        &self.marking
    }

    /// Notes that the mark goes on from an object, whether it has come to it or not.
    #[cfg(feature = "fault-injection")]
    pub(crate) fn go_on_from(&mut self, slot: u32) {
        self.marking.go_on_from(slot);
    }

    /// Whether new objects are listed.
    #[inline]
    pub(crate) fn list_newborn(&self) -> bool {
        self.under_way && !self.marking.is_under_way()
    }

    /// Learns of a new object.
    pub(crate) fn allocated(&mut self, slot: u32) {
        if self.list_newborn() {
            self.newborn.push(slot);
        }
    }

    /// Gives back memory that the collection under way does not need, which is all of it if nothing lives.
    pub(crate) fn shrink(&mut self, nothing_lives: bool) {
        self.newborn.shrink_to_fit();
        self.marking.shrink(nothing_lives);
    }

    /// Counts a slice since the mark has begun.
    fn wait(&mut self, budget: Budget) {
        let objects = match budget {
            Budget::Objects(objects) => objects,
            Budget::Microseconds(_) => OF_A_TIME,
        };
        self.waited = self.waited.saturating_add(1);
        self.allowed = self.allowed.saturating_add(u64::from(objects));
    }

    /// Whether a mark is paid for by what slices could have done.
    fn are_paid(&self) -> bool {
        self.allowed >= WAIT * u64::from(self.lived) || u64::from(self.waited) * 2 >= u64::from(self.lived)
    }

    /// See [`crate::footprint`].
    pub(crate) fn reserved(&self) -> u64 {
        let Self { under_way: _, lived: _, waited: _, allowed: _, newborn, marking } = self;
        newborn.reserved() + marking.reserved()
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self { under_way, lived, waited, allowed, newborn, marking } = self;
        digest.part("slices.under_way");
        digest.number(*under_way);
        digest.part("slices.lived");
        digest.number(*lived);
        digest.part("slices.waited");
        digest.number(*waited);
        digest.part("slices.allowed");
        digest.number(*allowed);
        digest.part("slices.newborn");
        digest.list(newborn.iter(), |digest, slot| digest.number(*slot));
        marking.digest(digest);
    }
}

impl<H: Host> Heap<H> {
    /// Goes on collecting for a slice, or begins to: touches at most so many objects, or for so long, and frees
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
    /// # use heapproof_heap::{Budget, Heap, Value};
    /// let mut heap = Heap::<()>::new();
    /// // Or the checks that come by themselves would collect first.
    /// heap.set_automatic_checks(false);
    /// for _ in 0..100 {
    ///     let ring = heap.allocate_box(Value::Nil)?;
    ///     heap.set_box(ring, ring.into())?;
    ///     heap.dec_ref(ring)?;
    /// }
    /// let collection = heap.collect_slice(60)?;
    /// assert!(!collection.complete && collection.objects > 0);
    /// // One may last for so many microseconds too, on the clock of the host.
    /// while !heap.collect_slice(Budget::Microseconds(60))?.complete {}
    /// assert!(heap.is_empty());
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    pub fn collect_slice(&mut self, budget: impl Into<Budget>) -> Result<Collection, HeapError> {
        if self.finalizers.run_for_a_collection() {
            return Err(HeapError::Reentrant);
        }
        let budget = budget.into().positive("slice")?;
        let collection = self.collect_within(budget, false);
        self.log_collection("slice", collection);
        Ok(collection)
    }

    /// Goes on collecting within a budget, or begins to. One that `waits` goes on with a mark only if it is paid for.
    pub(super) fn collect_within(&mut self, budget: Budget, waits: bool) -> Collection {
        let mut allowance = Allowance::new(budget, &self.host);
        let mut collection = Collection::default();
        self.settle();
        if !self.slices.under_way {
            // Many checks have nothing to look for.
            if self.candidates.len() == 0 {
                collection.complete = true;
                self.collected(collection);
                return collection;
            }
            self.slices = Slices { under_way: true, lived: self.arena.live(), ..Slices::default() };
        }
        let marks = self.slices.marking.is_under_way() && (!waits || self.slices.are_paid());
        let mut share = if marks { allowance.half(&self.host) } else { allowance };
        self.try_candidates(&mut share, &mut collection);
        allowance.take_back(share, marks);
        // Finalizers may have ended it, or begun another.
        if self.slices.under_way && !self.slices.marking.is_under_way() {
            self.begin_marking();
        }
        if self.slices.marking.is_under_way() {
            self.slices.wait(budget);
            self.come_to_what_it_has_not_seen();
            if !waits || self.slices.are_paid() {
                self.advance_marking(&mut allowance, &mut collection);
            }
        }
        collection.complete = !self.slices.under_way;
        self.collected(collection);
        collection
    }

    /// Begins the mark, or ends the collection if no candidate is left for it to judge.
    fn begin_marking(&mut self) {
        if self.candidates.len() == 0 {
            self.slices = Slices::default();
            return;
        }
        let newborn = std::mem::take(&mut self.slices.newborn);
        self.slices.marking.begin(&mut self.arena, &newborn, self.slices.lived);
        self.candidates.take_tried();
        // They are painted, whether they live or not, and so may be what they refer to.
        for object in newborn.into_iter().filter_map(|slot| self.arena.tenant(slot)).collect::<Vec<_>>() {
            self.suspect(object);
        }
    }

    /// Goes on with the mark. What it shows to be garbage dies part by part, and then the collection ends.
    fn advance_marking(&mut self, allowance: &mut Allowance, collection: &mut Collection) {
        // Code that runs as a part dies may go on with the mark, or end it and begin another.
        while self.slices.marking.is_under_way() {
            let marking = &mut self.slices.marking;
            let mut limits = ForSteps { allowance, host: &self.host, touched: &mut self.totals.touched };
            match marking.next_part(&mut self.arena, &mut self.candidates, &mut limits) {
                None => return,
                Some(Found::End) => {
                    self.candidates.untake();
                    self.slices = Slices::default();
                }
                Some(Found::Part(slots)) => {
                    let garbage = self.condemn(slots);
                    let runs_code = garbage.iter().any(|&object| self.has_finalizer(object));
                    self.free_set(garbage, collection);
                    self.slices.marking.pass_part(&mut self.arena.headers);
                    // Within code the queue is not worked off, and to walk it for each part would take long.
                    if runs_code || self.queue.0.is_empty() {
                        self.come_to_what_it_has_not_seen();
                    }
                }
            }
        }
    }

    /// Gives the objects of some garbage. Those of them that the mark has taken are candidates as others again: what
    /// finalizers save of the garbage is reached from these.
    fn condemn(&mut self, slots: Vec<u32>) -> Vec<ObjectId> {
        let garbage: Vec<ObjectId> = slots.into_iter().filter_map(|slot| self.arena.tenant(slot)).collect();
        for &object in garbage.iter().filter(|object| self.candidates.is_taken(object.slot())).collect::<Vec<_>>() {
            self.suspect(object);
        }
        garbage
    }

    /// Lets the mark come to what it can't come to by contents: what was given a reference while it was white, and
    /// what waits to be released.
    fn come_to_what_it_has_not_seen(&mut self) {
        if !self.slices.marking.is_under_way() {
            return;
        }
        while let Some(slot) = self.arena.headers.disturbed.pop() {
            self.slices.marking.go_on_from(slot);
            if let Some(object) = self.arena.tenant(slot) {
                self.suspect(object);
            }
        }
        for object in self.queue.0.iter().copied().chain(self.finalizers.interrupted()) {
            if self.arena.headers.find(object).is_ok() {
                self.slices.marking.come_to(&mut self.arena.headers, object.slot());
            }
        }
    }

    /// Marks all that roots reach, in one go, and gives the garbage.
    pub(super) fn mark_all(&mut self) -> Vec<ObjectId> {
        let lived = self.arena.live();
        self.slices.marking.begin(&mut self.arena, &[], lived);
        self.take_candidates();
        self.come_to_what_it_has_not_seen();
        let mut limits = Counted { steps: &mut self.totals.touched };
        self.slices.marking.advance(&mut self.arena, &mut self.candidates, &mut limits);
        let garbage = self.slices.marking.end(&mut self.arena.headers);
        let garbage = self.condemn(garbage);
        self.candidates.untake();
        self.slices = Slices::default();
        garbage
    }

    /// Ends the collection under way: what it had taken are candidates again.
    pub(crate) fn abandon_slices(&mut self) {
        self.slices.marking.abandon(&mut self.arena.headers);
        self.slices = Slices::default();
        self.candidates.untake();
        while let Some(slot) = self.arena.headers.disturbed.pop() {
            if let Some(object) = self.arena.tenant(slot) {
                self.suspect(object);
            }
        }
    }
}
