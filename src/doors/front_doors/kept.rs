//! A corpus as a test: each trace by what it says itself.

use crate::failure::corpus::{CorpusError, load};
use crate::failure::proof::assert_holds;
use crate::judge::subject::SubjectKind;
use std::path::Path;

/// Checks each trace of a corpus by the property and on the subject that it says it was found by, else in lockstep on the
/// first of those subjects; how many there were.
///
/// ```
/// use heapproof::{front_doors, subjects};
///
/// assert!(front_doors::corpus("corpus/regressions".as_ref(), &subjects::all()).unwrap() > 0);
/// ```
///
/// # Errors
/// Where a file can't be read, or is about a subject that is not among them.
///
/// # Panics
/// Where a trace fails.
pub fn corpus(folder: &Path, subjects: &[SubjectKind]) -> Result<usize, CorpusError> {
    let kept = load(folder)?;
    for one in &kept {
        let claim = one.heading.claim(None, None, subjects);
        let (property, subject) = claim.map_err(|error| CorpusError::Foreign(one.path.clone(), error))?;
        assert_holds(property, subject, &one.program);
    }
    Ok(kept.len())
}
