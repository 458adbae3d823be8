//! A corpus as a test: replays each trace as its heading says.

use crate::failure::corpus::{CorpusError, load};
use crate::failure::proof::assert_holds;
use crate::judge::subject::SubjectKind;
use std::path::Path;

/// Checks each trace of a corpus by the property and on the subject that its heading names, else in lockstep on the first
/// of these subjects. Returns the number of traces.
///
/// ```
/// use heapproof::{front_doors, subjects};
///
/// assert!(front_doors::corpus("corpus/regressions".as_ref(), &subjects::all()).unwrap() > 0);
/// ```
///
/// # Errors
/// If a file can't be read, or names a subject that is not among them.
///
/// # Panics
/// If a trace fails.
pub fn corpus(folder: &Path, subjects: &[SubjectKind]) -> Result<usize, CorpusError> {
    let kept = load(folder)?;
    for one in &kept {
        let claim = one.heading.claim(None, None, subjects);
        let (property, subject) = claim.map_err(|error| CorpusError::Foreign(one.path.clone(), error))?;
        assert_holds(property, &subject, &one.program);
    }
    Ok(kept.len())
}
