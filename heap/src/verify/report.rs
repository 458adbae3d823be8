//! What a verification found, as a whole.

use std::collections::BTreeMap;
use std::fmt;

use super::error::{ErrorSeverity, VerificationError, VerificationErrorKind};

/// The most single errors that a written report lists.
const LISTED: usize = 30;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct VerificationReport {
    /// Errors and critical errors, critical ones first.
    pub errors: Vec<VerificationError>,
    /// What is only a warning.
    pub warnings: Vec<VerificationError>,
    /// How many objects live.
    pub total_objects: usize,
}

impl VerificationReport {
    pub(crate) fn new(found: Vec<VerificationError>, total_objects: usize) -> Self {
        if found.is_empty() {
            return Self { total_objects, ..Self::default() };
        }
        let is_error = |it: &VerificationError| it.kind.severity() > ErrorSeverity::Warning;
        let (mut errors, warnings): (Vec<_>, Vec<_>) = found.into_iter().partition(is_error);
        errors.sort_by_key(|it| std::cmp::Reverse(it.kind.severity()));
        Self { errors, warnings, total_objects }
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty() && self.warnings.is_empty()
    }

    /// How many errors and warnings there are.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.errors.len() + self.warnings.len()
    }

    /// All errors, critical ones first, then warnings.
    pub fn iter(&self) -> impl Iterator<Item = &VerificationError> {
        self.errors.iter().chain(&self.warnings)
    }

    /// From 1, for a clean heap, down to 0: what an error weighs depends on how many objects there
    /// are, and a warning weighs a tenth of it.
    ///
    /// The score is for people who watch a heap over time. Decisions should go by the errors: a
    /// single critical one among a million objects hardly changes the score.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a score is good to a few digits")]
    pub fn heap_health_score(&self) -> f64 {
        let weight = 10.0 * self.errors.len() as f64 + self.warnings.len() as f64;
        let scale = (5.0 * self.total_objects as f64).max(10.0);
        (1.0 - weight / scale).max(0.0)
    }

    /// The report as text of some tens of lines at most: critical errors first, then how many of
    /// each kind, then single errors.
    #[must_use]
    pub fn format_report(&self) -> String {
        self.to_string()
    }

    fn critical(&self) -> usize {
        self.errors.iter().filter(|it| it.kind.severity() == ErrorSeverity::Critical).count()
    }
}

impl fmt::Display for VerificationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (critical, objects, score) = (self.critical(), self.total_objects, self.heap_health_score());
        if self.is_clean() {
            return write!(f, "heap is clean: {objects} objects, health 1.000");
        }
        if critical > 0 {
            writeln!(f, "*** CRITICAL: {critical} errors after which the heap must not be used ***")?;
        }
        let (errors, warnings) = (self.errors.len() - critical, self.warnings.len());
        write!(f, "{critical} critical, {errors} errors, {warnings} warnings; {objects} objects, health {score:.3}")?;
        let mut kinds: BTreeMap<VerificationErrorKind, usize> = BTreeMap::new();
        for error in self.iter() {
            *kinds.entry(error.kind).or_default() += 1;
        }
        for (kind, count) in kinds {
            write!(f, "\n  {count} x {kind} ({})", kind.severity())?;
        }
        for error in self.iter().take(LISTED) {
            write!(f, "\n{}: {error}", error.kind.severity())?;
        }
        match self.findings().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}
