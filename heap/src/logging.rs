//! What the heap says about its work, through the `log` facade.
//!
//! Nothing here is reached from a hot place: what is logged are whole collections, detections, frames
//! and repairs. They are logged only if the heap is [verbose](crate::Configuration::with_verbose). What
//! a verification by itself finds is always logged, since a host may well leave it unheard.

use log::Level;

use crate::verify::ErrorSeverity;
use crate::{Collection, FrameStats, Heap, Host, Recovery, VerificationReport};

/// Under which all messages are logged.
const TARGET: &str = "heapproof_heap";

/// The most single findings that are logged of one verification.
const LISTED: usize = 30;

impl<H: Host> Heap<H> {
    /// A collection that was asked for: all of it, or a slice.
    #[cold]
    pub(crate) fn log_collection(&self, what: &str, collection: Collection) {
        if self.configuration().verbose() {
            let Collection { objects, cycles, complete } = collection;
            log::debug!(target: TARGET, "{what}: freed {objects} objects, {cycles} cycles, {}", end(complete));
        }
    }

    /// A check that was due when so many operations had to lie between checks, if an interval paces them.
    #[cold]
    pub(crate) fn log_check(&self, collection: Collection, interval: u32) {
        if self.configuration().verbose() {
            let Collection { objects, cycles, complete } = collection;
            let paced = match self.configuration().debt() {
                Some((allocations, _)) => format!("due after {allocations} allocations"),
                None => format!("interval {interval} -> {}", self.tuning.interval()),
            };
            let end = end(complete);
            log::debug!(target: TARGET, "check: freed {objects} objects, {cycles} cycles, {end}; {paced}");
        }
    }

    #[cold]
    pub(crate) fn log_detection(&self) {
        if self.configuration().verbose() {
            log::debug!(target: TARGET, "detection: {} cycles among {} objects", self.cycles.len(), self.len());
        }
    }

    #[cold]
    pub(crate) fn log_frame_begun(&self) {
        if self.configuration().verbose()
            && let Some(frame) = &self.frame
        {
            log::debug!(target: TARGET, "frame: opened, budget {}", frame.budget());
        }
    }

    #[cold]
    pub(crate) fn log_frame_ended(&self, frame: &FrameStats) {
        if self.configuration().verbose() {
            log::debug!(
                target: TARGET,
                "frame: closed after {} temporaries and {} checks; freed {} objects, {} cycles",
                frame.temporaries,
                frame.checks,
                frame.objects_collected,
                frame.cycles_collected,
            );
        }
    }

    #[cold]
    pub(crate) fn log_recovery(&self, recovery: &Recovery) {
        if self.configuration().verbose() {
            for action in &recovery.actions {
                log::info!(target: TARGET, "recovery: {action}");
            }
        }
    }
}

/// What a verification by itself has found.
#[cold]
pub(crate) fn log_findings(report: &VerificationReport) {
    for finding in report.iter().take(LISTED) {
        let (severity, level) = match finding.kind.severity() {
            ErrorSeverity::Warning => ("warning", Level::Warn),
            ErrorSeverity::Error => ("error", Level::Error),
            ErrorSeverity::Critical => ("critical", Level::Error),
        };
        log::log!(target: TARGET, level, "verification: {severity}: {finding}");
    }
    let more = report.findings().saturating_sub(LISTED);
    if more > 0 {
        // Warnings come last.
        let level = if report.errors.len() > LISTED { Level::Error } else { Level::Warn };
        log::log!(target: TARGET, level, "verification: and {more} more");
    }
}

fn end(complete: bool) -> &'static str {
    if complete { "complete" } else { "to be continued" }
}
