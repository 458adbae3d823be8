//! Runs that gain time by what may mislead, and what is made of their failures.
//!
//! A subject in another process is asked many lines ahead of its answers, is looked at only where the program ends, and has
//! served other programs before. So what fails like that is run again carefully: in a fresh process, line by line, with a look
//! after each. That failure names the line, and it is the one that counts. If there is none, the failure depends on one of
//! these three, which is said with it ([`Doubt`]).
//!
//! A subject that is cheap to look at is looked at after every few operations ([`Seldom`]), where a run looks for failures, and
//! other properties make some of their trials. What fails like that is run again too.

use super::lockstep::{self, Doubt, Failure, Seldom, Verdict};
use super::subject::{Looks, SubjectKind};
use heapproof_model::Program;
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
    if verdict.failure.is_none() || kind.is_careful() || is_cheap(kind) {
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
    doubted(verdict, doubt)
}

/// The verdict of a run of the lockstep that looks at everything now and then; what fails is checked.
pub(super) fn looked_at_seldom(kind: &SubjectKind, program: &Program, check: impl Fn() -> Verdict) -> Verdict {
    if lockstep::interval(program).is_some() {
        // A check looks at so long a program at intervals too.
        return check();
    }
    let interval = Seldom::interval(program);
    let run = || lockstep::run_with(kind, program, &Seldom::every(interval));
    sought(kind, Doubt::Looks(interval), run, check)
}

/// The verdict of a run that does some of what a check does; if it fails, that of the check, or the doubt that is left. A subject that
/// is dear to look at, or careful, is checked.
pub(super) fn sought(
    kind: &SubjectKind,
    doubt: Doubt,
    run: impl Fn() -> Verdict,
    check: impl Fn() -> Verdict,
) -> Verdict {
    if kind.is_careful() || !is_cheap(kind) {
        return check();
    }
    let verdict = run();
    if verdict.failure.is_none() {
        return verdict;
    }
    let checked = check();
    if checked.failure.is_some() { checked } else { doubted(verdict, doubt) }
}

/// Whether subjects of that kind are cheap to look at.
fn is_cheap(kind: &SubjectKind) -> bool {
    kind.abilities().map_or(Looks::Free, |abilities| abilities.looks()) == Looks::Free
}

fn doubted(verdict: Verdict, doubt: Doubt) -> Verdict {
    let failure = verdict.failure.map(|failure| Failure { doubt: Some(Box::new(doubt)), ..failure });
    Verdict { failure, ..verdict }
}
