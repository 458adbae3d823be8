//! Exhaustive search: every program of a [`Space`], up to names, breadth first.
//!
//! **What is tried once.** Names are given in the order of binding, so programs that differ in names alone are one. Of two
//! programs that lead to one *state* only the first is gone on from: whatever follows one, follows the other. A state is
//! the model's, the subject's ([`Subject::digest`](crate::subject::Subject::digest)), and that of the names: which living
//! objects have one, and which places names of dead objects lead to; so of the names of dead objects of one place one
//! stands for all. Both digests leave out counters that nothing reads back, and these are compared after each line.
//!
//! **What is checked.** Each line that can follow each state is carried out on both sides, and outcome, journal and
//! counters are compared. Each state that is new is compared in full, as [`Lockstep::step`](crate::lockstep::Lockstep) does
//! after a line, and is then a program's end, as [`Lockstep::end`](crate::lockstep::Lockstep) is. What is compared in full
//! depends on the state alone, so it would come out the same for each program that leads there.
//!
//! **Why breadth first.** All programs of n lines are done before one of n + 1 is begun, so the first that fails is one of
//! the shortest, and of these it is the first in the order of lines, whatever the number of threads.
//!
//! The idea is that of explicit-state model checking (Holzmann, "The model checker SPIN", IEEE TSE 1997), on the
//! implementation itself (Musuvathi and others, "CMC", OSDI 2002); that small scopes show most bugs is Jackson's and
//! Damon's hypothesis (ISSTA 1996).

mod about;
mod checkpoint;
mod chunk;
mod expand;
mod lines;
mod search;
mod situation;
mod space;

pub use checkpoint::CheckpointError;
pub use search::{End, Found, How, Progress, Search, Share, Summary};
pub use space::{KINDS, Space};

use crate::judge::signature::Signature;
use crate::judge::subject::SubjectKind;
use std::sync::atomic::{AtomicBool, Ordering};

/// A shortest program of the space that fails with that signature; `None` where there is none.
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
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let mut shortest = None;
    let mut found = |one: Found| {
        if one.failure.violation.signature() == *signature {
            enough.store(true, Ordering::Relaxed);
            shortest.get_or_insert(one);
        }
    };
    let how = How { keep_going: true, ..How::default() };
    Search::new(space, subject, how).ok()?.run(jobs, &enough, &mut found, &mut |_, _| {});
    shortest
}
