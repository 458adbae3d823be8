//! The state of a search: the verdicts so far, and the simplest program that fails so far.

use super::Options;
use super::expectations;
use super::judge::{Ballot, Judge, Verdict};
use super::order::Rank;
use crate::judge::lockstep::Failure;
use crate::judge::signature::Signature;
use heapproof_model::{Line, Name, Operation, Program, Reference};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering;
use xxhash_rust::xxh3::xxh3_128;

/// A running search.
pub(super) struct Search<'a> {
    judge: Judge<'a>,
    options: &'a Options<'a>,
    ballot: Ballot,
    /// The signature of the failure that the search is for.
    signature: Signature,
    /// The simplest program so far, its names canonical.
    best: Program,
    rank: Rank,
    /// What the program expects, which is never changed.
    expected: Vec<Operation<Name>>,
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
    /// Whether it counts. With several jobs, some programs are run although their verdicts are never needed.
    asked: bool,
}

/// A program that is simpler than the best so far, and may fail.
struct Candidate<T> {
    what: T,
    program: Program,
    key: u128,
}

impl<'a> Search<'a> {
    /// Starts a search at a program that is known to fail.
    pub fn new(
        judge: Judge<'a>,
        options: &'a Options<'a>,
        ballot: Ballot,
        program: &Program,
        failure: Failure,
    ) -> Search<'a> {
        let best = if program.has_notes() { program.clone() } else { program.canonical() };
        if let Some(improved) = options.improved {
            improved(&best, &failure);
        }
        let signature = failure.exactly(program);
        let failed = Some((signature.clone(), failure.clone()));
        let known = Known { verdict: Verdict { failed, runs: 1 }, asked: true };
        Search {
            judge,
            options,
            ballot,
            signature,
            expected: expectations::of(best.lines()),
            rank: Rank::of(&best),
            known: HashMap::from([(key(&best), known)]),
            best,
            failure,
            executions: 0,
            others: BTreeMap::new(),
        }
    }

    /// An empty model of the subject's dialect.
    pub fn model(&self) -> Reference {
        Reference::of(self.options.dialect)
    }

    /// Whether lines come from a log: then they are only left out, and keep their names and notes.
    pub fn is_of_log(&self) -> bool {
        self.best.has_notes()
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

    /// Whether the budget is used up, or the search was told to stop.
    pub fn is_over(&self) -> bool {
        let spent = self.options.budget.is_some_and(|budget| self.executions >= budget);
        spent || self.options.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    /// Keeps the first of those programs that is simpler than the best and fails in the same way, and returns its
    /// label.
    ///
    /// With several jobs as many programs are run at a time. Still the first is kept, so the result is the same as with
    /// one.
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
        if !expectations::are_kept(&lines, &self.expected) {
            return None;
        }
        let program = match self.is_of_log() {
            true => self.best.with_lines(lines),
            false => Program::new(lines).canonical(),
        };
        self.rank.is_above(&program).then(|| Candidate { what, key: key(&program), program })
    }

    /// Runs the programs that have no verdict yet.
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

    /// The failure of a program that was run, if it fails in the same way.
    fn fails(&mut self, key: u128, program: &Program) -> Option<Failure> {
        let known = self.known.get_mut(&key)?;
        if !std::mem::replace(&mut known.asked, true) {
            self.executions += u64::from(known.verdict.runs);
        }
        let (signature, failure) = known.verdict.failed.as_ref()?;
        if *signature == self.signature {
            return Some(failure.clone());
        }
        let signature = failure.signature(program);
        if signature != self.failure.signature(&self.best) {
            self.others.entry(signature).or_insert_with(|| program.clone());
        }
        None
    }

    /// The failure of any program, simpler or not. It is run only if it was not run before.
    pub fn verdict(&mut self, program: &Program) -> Option<(Signature, Failure)> {
        let program = if self.is_of_log() { program.clone() } else { program.canonical() };
        let candidate = Candidate { what: (), key: key(&program), program };
        self.learn(std::slice::from_ref(&candidate));
        self.fails(candidate.key, &candidate.program);
        self.known.get(&candidate.key)?.verdict.failed.clone()
    }

    /// Runs the best program again, and returns how often it failed in the same way.
    pub fn again(&mut self, runs: u32) -> u32 {
        self.executions += u64::from(runs);
        let alike = |failure: Failure| failure.exactly(&self.best) == self.signature;
        (0..runs).filter(|_| self.judge.once(&self.best).is_some_and(alike)).count() as u32
    }

    /// Gives the judge back, for another search.
    pub fn into_judge(self) -> Judge<'a> {
        self.judge
    }
}

/// A hash of a program. Its names are canonical, so programs that differ only in names have the same hash.
fn key(program: &Program) -> u128 {
    xxh3_128(&program.identity())
}
