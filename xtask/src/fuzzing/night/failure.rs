//! A failure that a night has found.

use std::path::PathBuf;

/// The signature of an input that does not fail again: too slow, too large, or flaky.
pub(super) const UNCLEAR: &str = "not-reproduced";

/// The failure with one property and signature.
pub(crate) struct Failure {
    pub property: String,
    pub signature: String,
    /// The minimised trace as text.
    pub trace: Option<String>,
    /// The files of the trace and of its input, relative to the folder of the night.
    pub path: Option<PathBuf>,
    pub artifact: PathBuf,
    /// How many inputs failed in this way.
    pub inputs: usize,
    /// Where it was found before, if it was.
    pub known: Option<String>,
}
