//! Prints the progress of a minimisation now and then, since it may take minutes.

use super::say;
use crate::judge::lockstep::Failure;
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
    /// How many lines the program has that is the result if the search stops now.
    lines: usize,
}

impl Minimizing {
    /// Starts the clock.
    pub fn begin(program: &Program) -> Minimizing {
        let (printed, lines) = (Instant::now(), program.len());
        Minimizing(Mutex::new(Progress { printed, runs: 0, hung: 0, lines }))
    }

    /// Takes note of the simplest program so far.
    pub fn improved(&self, program: &Program) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).lines = program.len();
    }

    /// Counts a program that was run.
    pub fn ran(&self, failure: Option<&Failure>) {
        let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        progress.runs += 1;
        progress.hung += u64::from(failure.is_some_and(|failure| failure.violation.hangs()));
        if progress.printed.elapsed() >= INTERVAL {
            progress.printed = Instant::now();
            let (runs, lines) = (progress.runs, progress.lines);
            let hung = if progress.hung == 0 { String::new() } else { format!(", {} of them hung", progress.hung) };
            say(&format!("minimising: {runs} programs run{hung}; the simplest that fails so has {lines} lines"));
        }
    }
}
