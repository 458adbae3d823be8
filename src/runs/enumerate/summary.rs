//! What a search has done, and how it ended.

use super::pairs::Parted;
use super::tail::Counts;
use crate::judge::signature::Signature;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a search has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many distinct states were reached, including the empty heap; without merging, how many programs.
    pub states: u64,
    /// How many lines after these states were carried out and not refused.
    pub done: u64,
    /// How many were refused.
    pub refused: u64,
    /// The greatest length of which all programs were tried.
    pub complete: usize,
    /// The signatures of the failures found, each with its first program's length.
    pub violations: Vec<(Signature, usize)>,
    /// How many programs were not gone on from since they fail in a way that is known, by signature.
    pub known: BTreeMap<Signature, u64>,
    /// How many pairs of states with equal digests were compared.
    pub pairs: u64,
    /// Two states of one digest that differ, if any were found.
    pub parted: Option<Parted>,
    /// How long it took.
    pub elapsed: Duration,
    /// How it ended.
    pub end: End,
}

impl Summary {
    /// How many lines were called after states, done or refused.
    pub fn transitions(&self) -> u64 {
        self.done + self.refused
    }

    /// What is the same in all shares, up to the last level.
    pub(super) fn counts(&self) -> Counts {
        let Summary { states, done, refused, violations, known, .. } = self;
        let (violations, known) = (violations.clone(), known.clone());
        Counts { states: *states, done: *done, refused: *refused, violations, known }
    }
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum End {
    /// It has not ended.
    #[default]
    UnderWay,
    /// Everything was tried.
    Done,
    /// A program failed.
    Failed,
    /// Two states of one digest differ, so that nothing is proved.
    Unsound,
    /// It was stopped from outside.
    Stopped,
    /// States took more memory than they may.
    OutOfMemory,
}
