//! Failures that are known, so that they are no news: kept traces, each of which still fails.
//!
//! What is known is a signature, and it is taken from the trace anew for each run, on the subject as it is. So a trace that
//! no longer fails excuses nothing, and its bug is told when it comes back.

use crate::failure::corpus::{self, CorpusError, Kept};
use crate::judge::lockstep::Failure;
use crate::judge::signature::Signature;
use heapproof_model::Program;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The signatures that the traces fail with.
    pub signatures: BTreeSet<Signature>,
    /// The traces that pass.
    pub passing: Vec<PathBuf>,
}

impl Known {
    /// What the traces of those files and folders fail with, by what a judge says.
    ///
    /// # Errors
    /// Where one can't be read, or is no trace.
    pub fn of(paths: &[PathBuf], judge: &dyn Fn(&Program) -> Option<Failure>) -> Result<Known, CorpusError> {
        let mut known = Known::default();
        for path in paths {
            let kept = if path.is_dir() { corpus::load(path)? } else { vec![corpus::read(path.clone())?] };
            for Kept { path, program, .. } in kept {
                match judge(&program) {
                    Some(failure) => drop(known.signatures.insert(failure.signature(&program))),
                    None => known.passing.push(path),
                }
            }
        }
        Ok(known)
    }
}
