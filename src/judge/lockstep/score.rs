//! The score of a verification, by its formula (SPEC 7.4).

use super::{Checked, Lockstep};
use crate::judge::subject::Observation;
use crate::judge::violation::Violation;
use heapproof_model::definitions::Graph;
use heapproof_model::{Finding, FindingKind};

impl Lockstep {
    /// Compares the subject's score with the score of its findings.
    pub(crate) fn compare_score(&self) -> Checked {
        let roots = self.model.roots();
        let score = self.subject.look(|subject| subject.score(Some(&roots)))?;
        let Some(score) = score.filter(|_| self.abilities.shows(Observation::Verification)) else { return Ok(()) };
        let found = self.subject.look(|subject| subject.verify(Some(&roots)))?;
        let wanted = score_of(&found, self.model.living().count());
        if score == wanted { Ok(()) } else { Err(Violation::Score { found, wanted, score }) }
    }
}

/// The score: 1 for a clean heap. An error weighs ten times as much as a warning, and each weighs less in a larger
/// heap.
fn score_of(found: &[Finding], objects: usize) -> f64 {
    let is_warning = |found: &&Finding| matches!(found.kind, FindingKind::Dirty | FindingKind::Leak);
    let warnings = found.iter().filter(is_warning).count();
    let errors = found.len() - warnings;
    (1.0 - (10 * errors + warnings) as f64 / (5 * objects).max(10) as f64).max(0.0)
}
