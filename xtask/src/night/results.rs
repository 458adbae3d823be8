//! What a night came to.

use super::failure::Failure;
use super::fuzzer::Figures;
use super::plan::Part;
use crate::common::command::End;
use crate::fuzzing::soak::Tally;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The results so far.
#[derive(Default)]
pub(super) struct Results {
    pub targets: Vec<Outcome>,
    pub failures: Vec<Failure>,
    /// The other parts.
    pub parts: Vec<(Part, Ended)>,
    pub soak: Option<Soaked>,
    pub kills: Option<Kills>,
    /// What there was no time for, or no tool, in words.
    pub left_out: Vec<String>,
    /// Errors, in words.
    pub trouble: Vec<String>,
    pub interrupted: bool,
    /// Whether nothing more comes.
    pub over: bool,
}

/// What the soak has written.
pub(super) struct Soaked {
    pub summary: String,
    pub tally: Tally,
    /// Its failures, for the page of the night.
    pub failures: Vec<Value>,
}

/// The result of a target.
pub(super) struct Outcome {
    pub target: String,
    pub figures: Figures,
    /// The number of inputs in its corpus, before and after.
    pub inputs: (usize, usize),
    /// How many of them fail, those of the nights before included.
    pub failing: usize,
}

/// How a part ended.
pub(super) struct Ended {
    pub verdict: Verdict,
    pub seconds: u64,
    /// Its last words.
    pub words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Passed,
    Failed,
    /// It could not do its work.
    Incomplete,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Incomplete => "incomplete",
        }
    }
}

/// How many seeded bugs of a share were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kills {
    pub found: usize,
    pub of: usize,
}

impl Results {
    /// Whether there is a failure that someone has to look at.
    pub fn has_news(&self) -> bool {
        self.failures.iter().any(|failure| failure.standing.is_news())
            || self.parts.iter().any(|(_, ended)| ended.verdict == Verdict::Failed)
    }

    pub fn end(&self) -> End {
        let is_incomplete = self.parts.iter().any(|(_, ended)| ended.verdict == Verdict::Incomplete);
        match self {
            results if results.interrupted => End::Interrupted,
            results if results.has_news() => End::Failed,
            results if is_incomplete || !results.trouble.is_empty() => End::Incomplete,
            _ => End::Done,
        }
    }
}
