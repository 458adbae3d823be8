//! Exhaustive search: every program of a [`Space`], up to names, breadth first.
//!
//! **What is tried once.** Names are given in the order of binding, so programs that differ only in names count as one.
//! If two programs lead to the same *state*, the search continues only from the first, since the same lines follow
//! both. A state has three parts: the model's state, the subject's
//! ([`Subject::digest`](crate::subject::Subject::digest)), and that of the names. The last says which living objects
//! have a name, and which places have names of dead objects. So one name stands for all names of dead objects in one
//! place. Both digests leave out counters that nothing reads back; these are compared after each line.
//!
//! **What is checked.** Each line that can follow each state is carried out on both sides, and outcome, journal and
//! counters are compared. Each new state is compared in full, as [`Lockstep::step`](crate::lockstep::Lockstep) does
//! after a line, and then the program ends there, as in [`Lockstep::end`](crate::lockstep::Lockstep). The full
//! comparison depends on the state alone, so its result is the same for every program that leads there.
//!
//! **What digests are trusted for.** A sample of the pairs of states that were merged is compared, see `pairs`.
//!
//! **Why breadth first.** All programs of n lines are tried before any of n + 1. So the first that fails is one of the
//! shortest. Of these it is the first in the order of lines, whatever the number of threads.
//!
//! The idea is explicit-state model checking (Holzmann, "The model checker SPIN", IEEE TSE 1997), on the implementation
//! itself (Musuvathi and others, "CMC", OSDI 2002). That small scopes show most bugs is the hypothesis of Jackson and
//! Damon (ISSTA 1996).

mod about;
mod checkpoint;
mod chunk;
mod drawn;
mod expand;
mod lines;
mod pairs;
mod sampled;
mod search;
mod situation;
mod space;
mod summary;
mod tail;

pub use crate::runs::share::Share;
pub use checkpoint::CheckpointError;
pub use drawn::Sampling;
pub use pairs::Parted;
pub use search::{Found, How, Progress, Search};
pub use space::Space;
pub use summary::{End, Summary};
pub use tail::{Counts, Failed, Tail};

use crate::judge::signature::Signature;
use crate::judge::subject::SubjectKind;
use std::sync::atomic::{AtomicBool, Ordering};

/// Finds a shortest program of the space that fails with that signature, or with that kind at any place; `None` where
/// there is none.
///
/// ```
/// use heapproof::enumerate::{Space, shortest};
/// use heapproof::signature::Signature;
/// use heapproof::subjects::CANARY;
///
/// let space = Space { lines: 2, ..Space::whole() };
/// let found = shortest(&CANARY, &Signature::parse("counts-external").unwrap(), space);
/// assert!(found.is_none(), "it takes three lines");
/// ```
pub fn shortest(subject: &SubjectKind, signature: &Signature, space: Space) -> Option<Found> {
    let enough = AtomicBool::new(false);
    let mut shortest = None;
    let mut found = |one: Found| {
        if one.failure.signature(&one.program).is_a(signature) {
            enough.store(true, Ordering::Relaxed);
            shortest.get_or_insert(one);
        }
    };
    let how = How { keep_going: true, ..How::default() };
    Search::new(space, subject, how).ok()?.run(super::threads(), &enough, &mut found, &mut |_, _| {});
    shortest
}
