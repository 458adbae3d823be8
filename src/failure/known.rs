//! Known failures: the signatures of kept traces that still fail.
//!
//! Each run replays the traces on the current subject to get their signatures. So a trace that passes now excuses nothing,
//! and its bug is reported when it comes back.

use crate::failure::corpus::{self, CorpusError, Kept};
use crate::judge::lockstep::Failure;
use crate::judge::signature::Signature;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The known failures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The signatures that the traces fail with.
    pub signatures: BTreeSet<Signature>,
    /// The traces that pass.
    pub passing: Vec<PathBuf>,
}

impl Known {
    /// Runs the traces of these files and folders with a judge.
    ///
    /// # Errors
    /// If one can't be read, or is not a trace.
    pub fn of(paths: &[PathBuf], judge: &dyn Fn(&Kept) -> Option<Failure>) -> Result<Known, CorpusError> {
        let mut known = Known::default();
        for path in paths {
            let kept = if path.is_dir() { corpus::load(path)? } else { vec![corpus::read(path.clone())?] };
            for trace in kept {
                match judge(&trace) {
                    Some(failure) => drop(known.signatures.insert(failure.signature(&trace.program))),
                    None => known.passing.push(trace.path),
                }
            }
        }
        Ok(known)
    }
}
