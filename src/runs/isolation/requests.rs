//! The questions to a child about a program, and its answers, as data.

use crate::failure::explain::Explanation;
use crate::failure::viewer::Wanted;
use crate::judge::lockstep::{Failure, Verdict};
use crate::judge::tally::{Outcomes, Tally};
use crate::judge::violation::{Crash, Hang, Violation};
use crate::runs::campaign::Judged;
use crate::runs::statistics::Observed;
use heapproof_model::{Code, Object, Program};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io;
use std::time::Duration;

/// A question.
#[derive(Serialize, Deserialize)]
pub(super) enum Request {
    /// Whether it passes. If `observes` is set, the child also observes it.
    Run { observes: bool },
    /// Why it fails. The trace is needed since bytes have no names.
    Explain { trace: String, ended: Ended },
    /// Draw the run.
    Draw { trace: String, title: String, ended: Ended, explanation: Option<Box<Explanation>>, wanted: Wanted },
}

/// How and at which line the program ends its process, if it does. The child then stops before that line.
#[derive(Serialize, Deserialize)]
pub(super) struct Ended(Option<(usize, End)>);

#[derive(Serialize, Deserialize)]
enum End {
    Crashed(Crash),
    Hung(Hang, Duration),
    OutOfMemory(u64),
}

impl Ended {
    /// The part of a failure that a child needs to run the program again.
    pub fn of(failure: Option<&Failure>) -> Ended {
        let Some(Failure { step, violation, .. }) = failure else { return Ended(None) };
        let end = match violation {
            Violation::Crashed { how } => End::Crashed(*how),
            Violation::Hung { how, limit } => End::Hung(*how, *limit),
            Violation::OutOfMemory { limit } => End::OutOfMemory(*limit),
            _ => return Ended(None),
        };
        Ended(Some((*step, end)))
    }

    /// The failure, if it ends the process.
    pub fn failure(self) -> Option<Failure> {
        let (step, end) = self.0?;
        let violation = match end {
            End::Crashed(how) => Violation::Crashed { how },
            End::Hung(how, limit) => Violation::Hung { how, limit },
            End::OutOfMemory(limit) => Violation::OutOfMemory { limit },
        };
        Some(Failure::new(step, violation))
    }
}

/// The result of a run.
#[derive(Serialize, Deserialize)]
pub(super) struct Ran {
    /// For each operation its index in the table, and how often it was done, refused, skipped.
    tally: Vec<(usize, u64, u64, u64)>,
    failure: Option<Survived>,
    observed: Option<Observed>,
    /// The longest processor time of a call that the watchdog saw.
    pub longest: Duration,
}

/// A failure that the child has survived.
#[derive(Serialize, Deserialize)]
struct Survived {
    step: usize,
    signature: String,
    objects: Vec<u32>,
}

impl Ran {
    pub fn new(program: &Program, Judged { verdict, observed }: Judged, longest: Duration) -> Ran {
        let by_operation = verdict.tally.every().filter(|(_, one)| *one != Outcomes::default());
        let survived = |failure: &Failure| Survived {
            step: failure.step,
            signature: failure.signature(program).to_string(),
            objects: failure.violation.objects().iter().map(|object| object.0).collect(),
        };
        Ran {
            tally: by_operation.map(|(code, one)| (code as usize, one.done, one.refused, one.skipped)).collect(),
            failure: verdict.failure.as_ref().map(survived),
            observed,
            longest,
        }
    }

    /// The result as the parent knows it: of a failure, only its line, its signature and its objects.
    pub fn judged(self) -> io::Result<Judged> {
        let mut tally = Tally::default();
        for (number, done, refused, skipped) in self.tally {
            let code = Code::EVERY.get(number).copied().ok_or(io::ErrorKind::InvalidData)?;
            tally.set(code, Outcomes { done, refused, skipped });
        }
        let failure = self.failure.map(|Survived { step, signature, objects }| {
            let objects = objects.into_iter().map(Object).collect();
            Failure::new(step, Violation::Told { signature, objects })
        });
        Ok(Judged { verdict: Verdict { tally, failure }, observed: self.observed })
    }
}

pub(super) fn bytes(of: &impl Serialize) -> Vec<u8> {
    // This can fail only for a map whose keys are not strings, and there is none here.
    serde_json::to_vec(of).unwrap_or_default()
}

pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    serde_json::from_slice(bytes).map_err(io::Error::from)
}
