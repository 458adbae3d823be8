//! A failure that a night has found.

use std::path::PathBuf;

/// What an input is called that does not fail by itself: too slow, too large, or flaky.
pub(super) const UNCLEAR: &str = "not-reproduced";

/// One for each property and signature.
pub(crate) struct Failure {
    pub property: String,
    pub signature: String,
    /// The minimised trace as text.
    pub trace: Option<String>,
    /// Where that is, and the input that it was made from, below the folder of the night.
    pub path: Option<PathBuf>,
    pub artifact: PathBuf,
    /// How many inputs failed like that.
    pub inputs: usize,
    /// Where it is known from.
    pub known: Option<String>,
}
