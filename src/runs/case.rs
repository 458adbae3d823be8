//! A program of a run and what came of it, for those who look at programs one by one.

use crate::judge::signature::Signature;
use crate::judge::tally::Outcomes;
use crate::runs::mix::Aim;
use crate::runs::statistics::Observed;
use heapproof_model::Program;
use std::sync::Arc;
use std::time::Duration;

/// A program that was judged.
#[derive(Debug, Clone)]
pub struct Case {
    /// The case's number.
    pub number: u64,
    /// What it was judged by.
    pub aim: Aim,
    /// The program.
    pub program: Arc<Program>,
    /// The outcomes of its operations.
    pub outcomes: Outcomes,
    /// How it failed, if it did.
    pub failure: Option<Signature>,
    /// What was observed, if its process lives.
    pub observed: Option<Observed>,
    /// How long it took to judge.
    pub took: Duration,
}
