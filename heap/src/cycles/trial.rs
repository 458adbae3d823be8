//! Trials: garbage is found from new candidates, as long as counts alone bear it out.
//!
//! A trial supposes that candidates are dead, and counts the references that they would then no longer
//! have given. Where these are all the references that an object has, it would be dead as well, and the trial
//! goes on from it; it goes nowhere else ([`Reach::Covered`]). So a candidate in a large live structure costs
//! a look at that candidate and at the counts of what it refers to, and a dead ring costs its length. (The lazy
//! mark-scan of Lins, "Cyclic reference counting with lazy mark-scan", IPL 44 (1992), goes on from everything;
//! that what is referred to from elsewhere is left alone is as in the collector of Nim, ORC.)
//!
//! As many candidates as the budget allows are tried together, one after the other and each as far as it leads:
//! garbage that several of them hold together is found, and the budget is not spent on beginning many and ending
//! none. What a trial has gone on from is tried with it: a list that lives, of which each object is a candidate since it
//! was built, costs its length and not the square of it.
//!
//! **What it misses** is garbage with references from garbage that no candidate tried covers: most of a list that
//! is linked both ways, tried from one end. Such a candidate is kept, as *tried*, and the [mark](super::marking)
//! finds it.
//!
//! **Why nothing is lost.** A candidate is dropped only if the trial was not partial: then it reaches nothing but
//! roots and what was judged, so whatever refers into the region from outside is not reached from it. Suppose that
//! some garbage were reached from candidates dropped by this trial only. Then there is a set S of garbage, strongly
//! connected or a single object with a reference to itself, into which nothing outside refers and in which no
//! candidate is left. All of S is reached from those dropped that are in S, so it is in the region; and then its
//! members have no references but from members, and were found.

use super::Collection;
use super::allowance::{Allowance, ForMembers};
use super::search::Reach;
use crate::header::Mark;
use crate::{Heap, Host, ObjectId};

/// An object with more values than this, those included that ephemerons have for it, is left for the mark. To read it is one touch and yet much
/// work, and each of many candidates may lead to it: a list of all that there is, a global table.
const WIDE: usize = 64;

impl<H: Host> Heap<H> {
    /// Tries untried candidates and frees what garbage that shows, until there are none or the allowance is used
    /// up.
    pub(super) fn try_candidates(&mut self, allowance: &mut Allowance, collection: &mut Collection) {
        // Finalizers may end the collection, and whatever dies can make new candidates.
        while self.slices.are_under_way() && !self.candidates.untried().is_empty() && allowance.is_left(&self.host) {
            let started = self.run_trial(allowance);
            // What finalizers save of the garbage is reached from candidates that are left as they are until they die.
            for slot in self.search.spared().collect::<Vec<_>>().into_iter().chain(started) {
                if !self.search.is_member(slot) {
                    self.settle_candidate(slot);
                }
            }
            let found = self.search.found(&self.arena);
            self.free_set(found, collection);
        }
    }

    /// Makes an untried candidate, of which a trial has found no garbage, a tried one, or none.
    fn settle_candidate(&mut self, slot: u32) {
        let header = self.arena.headers.all().get(slot as usize);
        if !header.is_some_and(|header| header.marks.has(Mark::Untried)) {
            return;
        }
        match self.search.is_partial() {
            true => self.note_tried(slot),
            false => self.drop_candidate(slot),
        }
    }

    /// Tries as many candidates as the allowance permits, and gives those whose trial is over.
    fn run_trial(&mut self, allowance: &mut Allowance) -> Vec<u32> {
        self.search.begin(self.arena.slots());
        let (host, touched) = (&self.host, &mut self.totals.touched);
        let mut limits = ForMembers { allowance, host, touched, widest: WIDE, is_used_up: false };
        let mut over = 0;
        for &slot in self.candidates.untried() {
            let start = self.arena.tenant(slot).unwrap_or(ObjectId::NIL);
            self.search.go_on_from(&self.arena, start, Reach::Covered, &mut limits);
            // The first has all of it. If that is not enough, it has been tried all the same.
            over += usize::from(!limits.is_used_up || over == 0);
            if limits.is_used_up {
                break;
            }
        }
        self.search.judge(&self.arena);
        self.candidates.untried().get(..over).unwrap_or_default().to_vec()
    }
}
