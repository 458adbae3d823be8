//! What came of a mutant.

use crate::seeded::trial::Outcome;
use serde::{Deserialize, Serialize};

/// What came of a mutant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Fate {
    /// It does not compile.
    Unviable,
    Tried(Outcome),
    /// All programs and the corpus passed, and this test of the crate did not.
    ByTests(String),
    /// These passed too, and this test of the harness with wrong heaps and other dialects did not.
    ByHarness(String),
}

impl Fate {
    /// Whether nothing saw it.
    pub fn is_unseen(&self) -> bool {
        matches!(self, Fate::Tried(Outcome::Undetected { .. }))
    }
}

impl std::fmt::Display for Fate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fate::Unviable => out.write_str("does not compile"),
            Fate::Tried(outcome) => outcome.fmt(out),
            Fate::ByTests(test) => write!(out, "only the crate's own tests: {test}"),
            Fate::ByHarness(test) => write!(out, "only the harness's tests: {test}"),
        }
    }
}
