//! Finds in which other contract a failure would be none.
//!
//! A heap may be right, and declare the wrong dialect (SPEC 11). So each other answer of each clause is tried on the failing trace, unless
//! the heap can't be asked any more.
//! An answer is told if the trace holds under it, no more lines of it are skipped, and no answer that allows less does as well:
//! a loose answer explains everything. What several clauses together would allow is not found.

use super::Explanation;
use super::variations::is_short;
use crate::judge::lockstep::Verdict;
use crate::judge::subject::SubjectKind;
use crate::judge::violation::Violation;
use heapproof_model::dialect::{CLAUSES, Clause};
use heapproof_model::{Dialect, Program};

/// Judges a program on a kind of subject.
pub type Judge<'a> = &'a mut dyn FnMut(&SubjectKind) -> Verdict;

impl Explanation {
    /// Finds the answers under which the program does not fail. `judge` runs it.
    pub fn try_contracts(&mut self, subject: &SubjectKind, program: &Program, judge: Judge<'_>) {
        let Some(declared) = subject.abilities().ok().map(|abilities| *abilities.dialect()) else { return };
        if !is_short(program) || self.expected {
            return;
        }
        let verdict = judge(subject);
        // No contract lets a heap end its process, keep it busy, or answer what the protocol has no word for. To see it again for each
        // answer could take its limit each time.
        if verdict.failure.is_some_and(|failure| matches!(failure.violation, Violation::Lost(_))) {
            return;
        }
        let skipped = verdict.tally.total().skipped;
        let mut holds = |dialect: Dialect| {
            let verdict = judge(&subject.clone().held_to(dialect));
            verdict.failure.is_none() && verdict.tally.total().skipped <= skipped
        };
        for clause in CLAUSES {
            let own = clause.of(&declared);
            let others = (0..clause.answers().len()).filter(|answer| *answer != own);
            let held: Vec<usize> = others.filter(|answer| holds(clause.with(&declared, *answer))).collect();
            let is_strictest = |answer: &&usize| !clause.stricter(**answer).iter().any(|other| held.contains(other));
            self.contracts.extend(held.iter().filter(is_strictest).map(|answer| told(clause, *answer)));
        }
    }
}

/// An answer in words.
fn told(clause: &Clause, answer: usize) -> String {
    let (word, meaning) = clause.answers()[answer];
    format!("`{} {word}` ({} {})", clause.name, clause.asks(), meaning)
}
