//! Verification by itself, every so many operations.
//!
//! It is due by the same count of operations as checks for cycles, and allocations look at both
//! with one comparison; a heap that is not verified by itself pays nothing for it.

use super::report::VerificationReport;
use crate::logging::log_findings;
use crate::{Heap, Host};

impl<H: Host> Heap<H> {
    /// Verifies the heap, without roots, if that is due and no finalizer runs, and says what it has
    /// found.
    ///
    /// It is due after as many operations as
    /// [`with_verification_interval`](crate::Configuration::with_verification_interval) says, counted
    /// from the last one that was due; a check for cycles does not begin that count anew. Every
    /// allocation makes it first, before the check for cycles, whether automatic checks are on or
    /// off. If something is found, it is logged, and [`Host::verified`] is called.
    ///
    /// ```
    /// # use heapproof_heap::{Configuration, Heap};
    /// let configuration = Configuration::default().with_verification_interval(Some(2))?;
    /// let mut heap = Heap::with_configuration((), configuration);
    /// heap.allocate_table()?;
    /// assert!(heap.maybe_verify_heap().is_none());
    /// heap.allocate_table()?;
    /// assert!(heap.maybe_verify_heap().unwrap().is_clean());
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    pub fn maybe_verify_heap(&mut self) -> Option<VerificationReport> {
        if !self.verify_if_due() {
            return None;
        }
        self.last_verification().cloned()
    }

    /// What the last verification found that was due; none if none was so far.
    #[must_use]
    pub fn last_verification(&self) -> Option<&VerificationReport> {
        self.last_verification.as_deref()
    }

    /// Verifies the heap if that is due, and says whether it was.
    pub(crate) fn verify_if_due(&mut self) -> bool {
        if !self.tuning.is_verification_due() || self.finalizers.are_running() {
            return false;
        }
        self.tuning.begin_verification(self.configuration().verification_interval());
        let found = self.verify(None);
        let report = self.last_verification.insert(Box::new(found));
        if !report.is_clean() {
            log_findings(report);
            self.host.verified(report);
        }
        true
    }
}
