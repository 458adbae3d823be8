//! Cutting a failing program down to a short one that fails in the same way.
//!
//! Delta debugging (Zeller and Hildebrandt, 2002) in passes, each of which tries programs with something left out and keeps
//! one that still fails with the same signature. Passes are repeated until a whole round changes nothing. That round has
//! tried every single line and every object with all its lines, so when the search ends of itself none of them can go: the
//! result is minimal in that sense, by the last round's own executions. It ends, for each change leaves fewer lines, or as
//! many with fewer values or simpler operations. A program that fails with another signature is no step towards this failure; the first of each
//! is kept.

mod changing;

use crate::lockstep::Failure;
use crate::signature::Signature;
use heapproof_model::{Line, Name, Program};
use std::collections::BTreeMap;

/// What a search came to.
#[derive(Debug, Clone)]
pub struct Minimized {
    /// The shortest program found, its names canonical.
    pub program: Program,
    /// How it fails.
    pub failure: Failure,
    /// How often a program was run.
    pub executions: u64,
    /// Programs that were met on the way and fail otherwise, one for each signature.
    pub others: BTreeMap<Signature, Program>,
}

/// Minimises a program by what `judge` says of it and of others; `None` where it does not fail at all.
///
/// ```
/// use heapproof::minimize::minimize;
/// use heapproof::{properties::Property, subjects::CANARY, model::Program};
///
/// let program: Program = "b = box 1\na = array b\npush a a\ncollect\nc = pop a\ndrop a\ndrop b".parse().unwrap();
/// let found = minimize(&program, &mut |program| Property::Lockstep.check(&CANARY, program).failure).unwrap();
/// assert_eq!(found.program, "a = box 1\nb = array a\nc = pop b".parse().unwrap());
/// ```
pub fn minimize(program: &Program, judge: &mut dyn FnMut(&Program) -> Option<Failure>) -> Option<Minimized> {
    let failure = judge(program)?;
    let signature = failure.violation.signature();
    let (executions, others) = (1, BTreeMap::new());
    let mut search = Search { judge, best: program.clone(), failure, signature, executions, others };
    loop {
        let before = size(&search.best);
        search.cut();
        search.chunks();
        search.objects();
        search.values();
        search.simplify();
        search.merge();
        if size(&search.best) == before {
            break;
        }
    }
    let canonical = search.best.canonical();
    if let Some(failure) =
        (search.judge)(&canonical).filter(|failure| failure.violation.signature() == search.signature)
    {
        (search.best, search.failure) = (canonical, failure);
    }
    let Search { best, failure, executions, others, .. } = search;
    Some(Minimized { program: best, failure, executions: executions + 1, others })
}

/// What every change makes smaller: lines, then values in lists, then operations for which there are simpler ones.
fn size(program: &Program) -> (usize, usize, usize) {
    let values = |line: &Line| changing::listed(&mut line.operation.clone()).map_or(0, |values| values.len());
    let simpler = |line: &Line| std::iter::successors(Some(line.operation.clone()), changing::simpler).skip(1).count();
    let lines = program.lines();
    (lines.len(), lines.iter().map(values).sum(), lines.iter().map(simpler).sum())
}

struct Search<'a> {
    judge: &'a mut dyn FnMut(&Program) -> Option<Failure>,
    best: Program,
    failure: Failure,
    signature: Signature,
    executions: u64,
    others: BTreeMap<Signature, Program>,
}

impl Search<'_> {
    /// Keeps the program of those lines if it fails in the same way.
    fn keep(&mut self, lines: Vec<Line>) -> bool {
        let candidate = self.best.with_lines(lines);
        self.executions += 1;
        let Some(failure) = (self.judge)(&candidate) else { return false };
        let signature = failure.violation.signature();
        if signature != self.signature {
            self.others.entry(signature).or_insert(candidate);
            return false;
        }
        (self.best, self.failure) = (candidate, failure);
        true
    }

    /// Leaves out what comes after the line that failed.
    fn cut(&mut self) {
        let end = self.failure.step + 1;
        if end < self.best.len() {
            let lines = self.best.lines()[..end].to_vec();
            self.keep(lines);
        }
    }

    /// Leaves out stretches of lines, from half the program down to single lines, later ones first: what comes later
    /// depends on what came before.
    fn chunks(&mut self) {
        let mut size = (self.best.len() / 2).max(1);
        loop {
            let mut end = self.best.len();
            while end > 0 {
                let start = end.saturating_sub(size);
                let lines = self.best.lines();
                let rest = lines[..start].iter().chain(&lines[end..]).cloned().collect();
                if self.keep(rest) {
                    self.cut();
                }
                end = start.min(self.best.len());
            }
            if size == 1 {
                return;
            }
            size /= 2;
        }
    }

    /// Leaves out objects, each with all lines that name it.
    fn objects(&mut self) {
        let names: Vec<Name> = self.best.lines().iter().rev().flat_map(Line::bound).collect();
        for name in names {
            let lines =
                self.best.lines().iter().filter(|line| !line.names().contains(&name)).cloned().collect::<Vec<_>>();
            if lines.len() < self.best.len() {
                self.keep(lines);
            }
        }
    }
}
