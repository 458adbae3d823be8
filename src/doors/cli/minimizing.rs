//! Prints the progress of a minimisation now and then, since it may take minutes.

use super::say;
use crate::judge::lockstep::Failure;
use crate::judge::signature::Signature;
use heapproof_model::Program;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time between two messages.
const INTERVAL: Duration = Duration::from_secs(5);

/// The progress of a minimisation.
pub(super) struct Minimizing(Mutex<Progress>);

struct Progress {
    printed: Instant,
    runs: u64,
    hung: u64,
    /// The failure that is minimised: the first one found.
    signature: Option<Signature>,
    shortest: usize,
}

impl Minimizing {
    /// Starts the clock.
    pub fn begin(program: &Program) -> Minimizing {
        let (printed, shortest) = (Instant::now(), program.len());
        Minimizing(Mutex::new(Progress { printed, runs: 0, hung: 0, signature: None, shortest }))
    }

    /// Counts a program that was run.
    pub fn ran(&self, program: &Program, failure: Option<&Failure>) {
        let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        progress.runs += 1;
        if let Some(failure) = failure {
            progress.hung += u64::from(failure.violation.hangs());
            let signature = failure.signature(program);
            if *progress.signature.get_or_insert_with(|| signature.clone()) == signature {
                progress.shortest = progress.shortest.min(program.len());
            }
        }
        if progress.printed.elapsed() >= INTERVAL {
            progress.printed = Instant::now();
            let (runs, shortest) = (progress.runs, progress.shortest);
            let hung = if progress.hung == 0 { String::new() } else { format!(", {} of them hung", progress.hung) };
            say(&format!("minimising: {runs} programs run{hung}; the shortest that fails so has {shortest} lines"));
        }
    }
}
