//! Runs that gain time by what may mislead, and what is made of their failures.
//!
//! A subject in another process is asked many lines ahead of its answers, is looked at only where the program ends, and has
//! served other programs before. So what fails like that is run again carefully: in a fresh process, line by line, with a look
//! after each. That failure names the line, and it is the one that counts. If there is none, the failure depends on one of
//! these three, which is said with it ([`Doubt`]).

use super::lockstep::{Doubt, Verdict};
use super::subject::{Looks, SubjectKind};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

thread_local! {
    static CASE: Cell<Option<u64>> = const { Cell::new(None) };
    static EARLIER: RefCell<BTreeSet<u64>> = const { RefCell::new(BTreeSet::new()) };
}

/// From now on this thread runs that program of a run.
pub(crate) fn begins(case: u64) {
    CASE.set(Some(case));
}

/// The program that this thread runs, by its number.
#[cfg(feature = "cli")]
pub(crate) fn case() -> Option<u64> {
    CASE.get()
}

/// A subject that was just made in this thread has served those programs.
#[cfg(feature = "cli")]
pub(crate) fn has_served(cases: &[u64]) {
    let others = cases.iter().copied().filter(|case| CASE.get() != Some(*case));
    EARLIER.with_borrow_mut(|earlier| earlier.extend(others));
}

/// The verdict of `run` on a kind of subject; if it fails in haste, that without, or the doubt that is left.
pub(super) fn confirmed(kind: &SubjectKind, run: impl Fn(&SubjectKind) -> Verdict) -> Verdict {
    EARLIER.with_borrow_mut(BTreeSet::clear);
    let verdict = run(kind);
    let Some(failure) = &verdict.failure else { return verdict };
    if kind.is_careful() || kind.abilities().map_or(Looks::Free, |abilities| abilities.looks()) == Looks::Free {
        return verdict;
    }
    let earlier = EARLIER.take();
    let careful = run(&kind.clone().careful());
    if careful.failure.is_some() {
        return careful;
    }
    let doubt = match run(&kind.clone().fresh()).failure {
        Some(_) => Doubt::Haste,
        None if earlier.is_empty() => Doubt::Chance,
        None => Doubt::Earlier(earlier.into_iter().collect()),
    };
    let mut doubted = failure.clone();
    doubted.doubt = Some(Box::new(doubt));
    Verdict { failure: Some(doubted), ..verdict }
}
