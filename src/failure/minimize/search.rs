//! The search for a simpler program: what is known of programs, and the simplest that fails so far.

use super::Options;
use super::judge::{Ballot, Judge, Verdict};
use super::order::Rank;
use crate::judge::lockstep::Failure;
use crate::judge::signature::Signature;
use heapproof_model::{Line, Program};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering;
use xxhash_rust::xxh3::xxh3_128;

/// A search under way.
pub(super) struct Search<'a> {
    judge: Judge<'a>,
    options: &'a Options<'a>,
    ballot: Ballot,
    /// What tells this failure from others.
    signature: Signature,
    /// The simplest program so far, its names canonical.
    best: Program,
    rank: Rank,
    failure: Failure,
    known: HashMap<u128, Known>,
    /// How often a program was run.
    pub executions: u64,
    /// Programs that fail otherwise, one for each signature.
    pub others: BTreeMap<Signature, Program>,
}

/// What is known of a program.
struct Known {
    verdict: Verdict,
    /// Whether it counts: with several jobs, some programs are run before it is known that nobody asks for them.
    asked: bool,
}

/// A program that is simpler than the best, and may fail.
struct Candidate<T> {
    what: T,
    program: Program,
    key: u128,
}

impl<'a> Search<'a> {
    /// A search that begins at a program which is known to fail.
    pub fn new(
        judge: Judge<'a>,
        options: &'a Options<'a>,
        ballot: Ballot,
        program: &Program,
        failure: Failure,
    ) -> Search<'a> {
        let best = program.canonical();
        if let Some(improved) = options.improved {
            improved(&best, &failure);
        }
        let known = Known { verdict: Verdict { failure: Some(failure.clone()), runs: 1 }, asked: true };
        Search {
            judge,
            options,
            ballot,
            signature: failure.violation.signature(),
            rank: Rank::of(&best),
            known: HashMap::from([(key(&best), known)]),
            best,
            failure,
            executions: 0,
            others: BTreeMap::new(),
        }
    }

    /// The simplest program so far.
    pub fn best(&self) -> &Program {
        &self.best
    }

    /// Its lines.
    pub fn lines(&self) -> Vec<Line> {
        self.best.lines().to_vec()
    }

    /// How it fails.
    pub fn failure(&self) -> &Failure {
        &self.failure
    }

    /// Its place in the order, which every step lowers.
    pub fn rank(&self) -> &Rank {
        &self.rank
    }

    /// Whether the budget is used up, or somebody wants it to stop.
    pub fn is_over(&self) -> bool {
        let spent = self.options.budget.is_some_and(|budget| self.executions >= budget);
        spent || self.options.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    /// Keeps the first of those programs that is simpler than the best and fails in the same way; what it was called.
    ///
    /// With several jobs as many are run at a time, and still the first is kept, so the result is that of one job.
    pub fn first<T>(&mut self, candidates: impl IntoIterator<Item = (T, Vec<Line>)>) -> Option<T> {
        let mut candidates = candidates.into_iter();
        loop {
            let mut window = Vec::new();
            while window.len() < self.judge.jobs()
                && let Some((what, lines)) = candidates.next()
            {
                window.extend(self.candidate(what, lines));
            }
            if window.is_empty() {
                return None;
            }
            self.learn(&window);
            for candidate in window {
                if self.is_over() {
                    return None;
                }
                if let Some(failure) = self.fails(candidate.key, &candidate.program) {
                    self.rank = Rank::of(&candidate.program);
                    (self.best, self.failure) = (candidate.program, failure);
                    if let Some(improved) = self.options.improved {
                        improved(&self.best, &self.failure);
                    }
                    return Some(candidate.what);
                }
            }
        }
    }

    /// Keeps the program of those lines if it is simpler than the best and fails in the same way.
    pub fn keep(&mut self, lines: Vec<Line>) -> bool {
        self.first([((), lines)]).is_some()
    }

    fn candidate<T>(&self, what: T, lines: Vec<Line>) -> Option<Candidate<T>> {
        let program = Program::new(lines).canonical();
        self.rank.is_above(&program).then(|| Candidate { what, key: key(&program), program })
    }

    /// Runs those programs of which nothing is known.
    fn learn<T>(&mut self, window: &[Candidate<T>]) {
        if self.is_over() {
            return;
        }
        let mut unknown: Vec<&Candidate<T>> = Vec::new();
        for candidate in window {
            let twice = unknown.iter().any(|other| other.key == candidate.key);
            if !twice && !self.known.contains_key(&candidate.key) {
                unknown.push(candidate);
            }
        }
        let programs: Vec<&Program> = unknown.iter().map(|candidate| &candidate.program).collect();
        let verdicts = self.judge.verdicts(&programs, &self.signature, self.ballot);
        for (candidate, verdict) in unknown.iter().zip(verdicts) {
            self.known.insert(candidate.key, Known { verdict, asked: false });
        }
    }

    /// How a program that was run fails, if it does in the same way.
    fn fails(&mut self, key: u128, program: &Program) -> Option<Failure> {
        let known = self.known.get_mut(&key)?;
        if !std::mem::replace(&mut known.asked, true) {
            self.executions += u64::from(known.verdict.runs);
        }
        let failure = known.verdict.failure.as_ref()?;
        let signature = failure.violation.signature();
        if signature == self.signature {
            return Some(failure.clone());
        }
        self.others.entry(signature).or_insert_with(|| program.clone());
        None
    }

    /// What came of a program, whether it is simpler or not; it is run only if it never was.
    pub fn verdict(&mut self, program: &Program) -> Option<Failure> {
        let program = program.canonical();
        let candidate = Candidate { what: (), key: key(&program), program };
        self.learn(std::slice::from_ref(&candidate));
        self.fails(candidate.key, &candidate.program);
        self.known.get(&candidate.key)?.verdict.failure.clone()
    }

    /// Runs the best again; how often it failed in the same way.
    pub fn again(&mut self, runs: u32) -> u32 {
        self.executions += u64::from(runs);
        let alike = |failure: Failure| failure.violation.signature() == self.signature;
        (0..runs).filter(|_| self.judge.once(&self.best).is_some_and(alike)).count() as u32
    }

    /// The judge, for another search.
    pub fn into_judge(self) -> Judge<'a> {
        self.judge
    }
}

/// A program in a few bytes. Its names are canonical, so two that differ in names alone are one.
fn key(program: &Program) -> u128 {
    xxh3_128(&program.encode())
}
