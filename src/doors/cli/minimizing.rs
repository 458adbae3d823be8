//! Says now and then how far a minimisation is, which may take minutes.

use super::say;
use crate::judge::lockstep::Failure;
use crate::judge::signature::Signature;
use crate::judge::violation::Violation;
use heapproof_model::Program;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often.
const OFTEN: Duration = Duration::from_secs(5);

/// How far a minimisation is.
pub(super) struct Minimizing(Mutex<Far>);

struct Far {
    told: Instant,
    runs: u64,
    hung: u64,
    /// The failure that is minimised: the first that is met.
    signature: Option<Signature>,
    shortest: usize,
}

impl Minimizing {
    /// It begins.
    pub fn begin(program: &Program) -> Minimizing {
        let (told, shortest) = (Instant::now(), program.len());
        Minimizing(Mutex::new(Far { told, runs: 0, hung: 0, signature: None, shortest }))
    }

    /// A program was run.
    pub fn ran(&self, program: &Program, failure: Option<&Failure>) {
        let mut far = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        far.runs += 1;
        if let Some(failure) = failure {
            far.hung += u64::from(matches!(failure.violation, Violation::Hung { .. }));
            let signature = failure.signature(program);
            if *far.signature.get_or_insert_with(|| signature.clone()) == signature {
                far.shortest = far.shortest.min(program.len());
            }
        }
        if far.told.elapsed() >= OFTEN {
            far.told = Instant::now();
            let (runs, shortest) = (far.runs, far.shortest);
            let hung = if far.hung == 0 { String::new() } else { format!(", {} of them hung", far.hung) };
            say(&format!("minimising: {runs} programs run{hung}; the shortest that fails so has {shortest} lines"));
        }
    }
}
