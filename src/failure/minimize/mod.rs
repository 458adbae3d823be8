//! Minimises a failing program to the simplest one that fails in the same way.
//!
//! This is delta debugging (Zeller and Hildebrandt, 2002) in passes. Each pass tries simpler programs of one kind: with
//! something left out, with a simpler operation or value, with two objects merged, in another order. At last, where the
//! program is short, a pass tries every program that its own operations can form. A pass keeps the first program that
//! still fails with the same signature, and goes on from there. All passes are repeated until a whole round changes
//! nothing.
//!
//! *It ends*, since every kept program is simpler in one well-founded order. *It is minimal*: the last round has tried
//! to remove every single line and every object with all its lines, and [`removals`] looks up the verdicts of these
//! runs again. *It is deterministic*: passes try programs in a fixed order, no matter how many are run at a time. And
//! *it is idempotent*, since a search that begins at its own result is one last round. Programs that fail by the same
//! bug mostly end at the same trace, since the order also decides between traces of the same length.
//!
//! A program that fails with another signature is no step towards this failure; the first of each signature is kept. No
//! program is run twice: verdicts are remembered by canonical bytes.
//!
//! At the end the search runs its result several times. If the failure does not always happen, the search starts anew,
//! and runs each program several times. A program then counts as failing if it fails more than half as often as the
//! first did.

mod expectations;
mod judge;
mod order;
mod passes;
mod removals;
mod search;

pub use order::Rank;
pub use removals::{Removal, Tried, Without, removals};

use crate::judge::lockstep::Failure;
use crate::judge::signature::Signature;
use heapproof_model::{Dialect, Program};
use judge::{Ballot, Judge};
use search::Search;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

/// How often each program is run where a failure does not always happen.
const RUNS: u32 = 10;
/// How often the result is run again, to see whether it always fails. A program that hangs is run again only once.
const AGAIN: u32 = 9;

/// The options of a search.
#[derive(Clone, Default)]
pub struct Options<'a> {
    /// After that many executions the search stops, and returns the simplest program so far.
    pub budget: Option<u64>,
    /// How many programs are run at a time; the result does not depend on it. 0 means one.
    pub jobs: usize,
    /// Once it is set, the search stops and returns the simplest program so far.
    pub stop: Option<&'a AtomicBool>,
    /// The dialect of the subject: passes ask a model of it which lines do something.
    pub dialect: Dialect,
    /// Is told of each program that is the simplest so far, with how it fails; the first is the one that was given.
    pub improved: Option<&'a Improved<'a>>,
}

/// A function that gets the simplest program so far.
pub type Improved<'a> = dyn Fn(&Program, &Failure) + 'a;

/// The result of a search.
#[derive(Debug, Clone)]
pub struct Minimized {
    /// The simplest program found, its names canonical.
    pub program: Program,
    /// How it fails.
    pub failure: Failure,
    /// How often a program was run.
    pub executions: u64,
    /// Programs that the search found and that fail in other ways, one for each signature.
    pub others: BTreeMap<Signature, Program>,
    /// Every removal from the program, with its result; empty where the search was stopped.
    pub removals: Vec<Tried>,
    /// Whether the search ended by itself, so that nothing more can be removed.
    pub is_minimal: bool,
    /// How often the first program failed, if it did not always fail.
    pub flaky: Option<Flaky>,
}

/// A failure that does not always happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flaky {
    /// How many runs failed.
    pub failed: u32,
    /// How many runs there were.
    pub runs: u32,
}

/// Minimises a program; `judge` says whether a program fails. Returns `None` where the program never fails.
///
/// ```
/// use heapproof::minimize::minimize;
/// use heapproof::{properties::Property, subjects::CANARY, model::Program};
///
/// let program: Program = "b = box 1\na = array b\npush a a\ncollect\nc = pop a\ndrop a\ndrop b".parse().unwrap();
/// let found = minimize(&program, &mut |program| Property::Lockstep.check(&CANARY, program).failure).unwrap();
/// assert_eq!(found.program, "a = array\npush a a\npop a".parse().unwrap());
/// ```
pub fn minimize(program: &Program, judge: &mut dyn FnMut(&Program) -> Option<Failure>) -> Option<Minimized> {
    begin(program, &Options::default(), Judge::One(judge))
}

/// Does the same with options, and with a judge that several threads can call.
pub fn minimize_as(
    program: &Program,
    options: &Options<'_>,
    judge: &(dyn Fn(&Program) -> Option<Failure> + Sync),
) -> Option<Minimized> {
    begin(program, options, Judge::Many(judge, options.jobs))
}

fn begin<'a>(program: &Program, options: &'a Options<'a>, mut judge: Judge<'a>) -> Option<Minimized> {
    let Some(failure) = judge.once(program) else { return by_vote(program, options, judge, 1) };
    let mut search = Search::new(judge, options, Ballot::CERTAIN, program, failure);
    search.executions = 1;
    let is_minimal = passes::run(&mut search);
    let again = if search.failure().violation.hangs() { 1 } else { AGAIN };
    let again = options.budget.map_or(again, |budget| again.min(budget.saturating_sub(search.executions) as u32));
    if !search.is_over() && search.again(again) < again {
        let executions = search.executions;
        return by_vote(program, options, search.into_judge(), executions);
    }
    Some(end(search, is_minimal, None))
}

/// The search for a failure that does not always happen.
fn by_vote<'a>(
    program: &Program,
    options: &'a Options<'a>,
    mut judge: Judge<'a>,
    executions: u64,
) -> Option<Minimized> {
    let failures: Vec<Failure> = (0..RUNS).filter_map(|_| judge.once(program)).collect();
    let failure = failures.first()?.clone();
    let signature = failure.exactly(program);
    let failed = failures.iter().filter(|failure| failure.exactly(program) == signature).count() as u32;
    let ballot = Ballot { runs: RUNS, least: (failed / 2 + 1).min(failed) };
    let mut search = Search::new(judge, options, ballot, program, failure);
    search.executions = executions + u64::from(RUNS);
    let is_minimal = passes::run(&mut search);
    Some(end(search, is_minimal, Some(Flaky { failed, runs: RUNS })))
}

fn end(mut search: Search<'_>, ended: bool, flaky: Option<Flaky>) -> Minimized {
    let (program, failure) = (search.best().clone(), search.failure().clone());
    let signature = failure.exactly(&program);
    let judge = &mut |program: &_| search.verdict(program).map(|(signature, _)| signature);
    let removals = if ended { removals::tried(&program, &signature, judge) } else { Vec::new() };
    let is_minimal = ended && removals.iter().all(|tried| tried.without != Without::FailsAlike);
    let Search { executions, others, .. } = search;
    Minimized { program, failure, executions, others, removals, is_minimal, flaky }
}
