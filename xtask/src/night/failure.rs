//! A failure that a night has found.

use crate::fuzzing::known::Standing;
use std::path::PathBuf;

/// The failures with one property, signature and trace.
pub(crate) struct Failure {
    pub property: String,
    /// The signature of the harness, or one of [`odd`].
    pub signature: String,
    /// The minimised trace as text.
    pub trace: Option<String>,
    /// The files of the trace and of its input, relative to the folder of the night.
    pub path: Option<PathBuf>,
    pub artifact: PathBuf,
    /// How many inputs failed in this way.
    pub inputs: usize,
    /// How many more failed with this signature and were not minimised, since many before them came to the same traces.
    pub more: usize,
    pub standing: Standing,
}

/// The signatures of inputs that have no other.
pub(super) mod odd {
    /// It did not fail in a second run.
    pub const FLAKY: &str = "flaky";
    /// It fails in the fuzz target, again, and not in `heapproof replay`: an error that only a sanitizer sees.
    pub const ONLY_IN_THE_FUZZER: &str = "only-in-the-fuzzer";
    /// It took too long twice, and passes in `heapproof replay`.
    pub const TOO_SLOW: &str = "too-slow";
    /// It took too much memory twice, and passes in `heapproof replay`.
    pub const TOO_LARGE: &str = "too-large";
    /// It ends `heapproof replay` before that can tell a signature.
    pub const CRASH: &str = "crash";
    /// `heapproof replay` does not end.
    pub const HANG: &str = "hang";
}
