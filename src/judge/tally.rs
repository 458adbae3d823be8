//! Counts the outcomes of operations.

use heapproof_model::{Code, Outcome};

/// How often each operation had each outcome, outside finalizers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub struct Tally {
    by_code: Vec<Outcomes>,
}

/// How often an operation had each outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub struct Outcomes {
    /// Carried out.
    pub done: u64,
    /// Called and refused.
    pub refused: u64,
    /// Not called, since a name was unbound.
    pub skipped: u64,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { by_code: vec![Outcomes::default(); Code::EVERY.len()] }
    }
}

impl Tally {
    /// Adds an outcome.
    pub fn add(&mut self, code: Code, outcome: &Outcome) {
        let outcomes = &mut self.by_code[code as usize];
        match outcome {
            Outcome::Done(_) => outcomes.done += 1,
            Outcome::Refused(_) => outcomes.refused += 1,
            Outcome::Skipped => outcomes.skipped += 1,
        }
    }

    /// Has an operation have those outcomes.
    #[cfg(feature = "cli")]
    pub(crate) fn set(&mut self, code: Code, outcomes: Outcomes) {
        self.by_code[code as usize] = outcomes;
    }

    /// Adds the counts of another tally.
    pub fn merge(&mut self, other: &Tally) {
        for (mine, theirs) in self.by_code.iter_mut().zip(&other.by_code) {
            mine.done += theirs.done;
            mine.refused += theirs.refused;
            mine.skipped += theirs.skipped;
        }
    }

    /// Each operation with its outcomes, in the order of the table.
    pub fn by_operation(&self) -> impl Iterator<Item = (Code, Outcomes)> + '_ {
        self.every().take(Code::ALL.len())
    }

    /// The same with expectations at the end; done is one that was asked.
    pub fn every(&self) -> impl Iterator<Item = (Code, Outcomes)> + '_ {
        Code::EVERY.iter().copied().zip(self.by_code.iter().copied())
    }

    /// How many expectations were asked.
    pub fn asked(&self) -> u64 {
        self.every().skip(Code::ALL.len()).map(|(_, one)| one.done).sum()
    }

    /// All operations together, and the expectations that were skipped.
    pub fn total(&self) -> Outcomes {
        let sum = self.by_code.iter().fold(Outcomes::default(), |sum, one| Outcomes {
            done: sum.done + one.done,
            refused: sum.refused + one.refused,
            skipped: sum.skipped + one.skipped,
        });
        Outcomes { done: sum.done - self.asked(), ..sum }
    }
}
