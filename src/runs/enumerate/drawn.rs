//! Draws by a seed which transitions are compared with those that reached their states first, the same ones with any number of
//! threads.

use crate::judge::digest;
use std::collections::BinaryHeap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// How a state was reached: from which state, and by which of the lines that can follow. One thread reaches states in
/// this order.
pub(super) type Order = (usize, u16);

/// How pairs of states with equal digests are sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// Decides which pairs, and which lines follow.
    pub seed: u64,
    /// The most pairs of the states that are expanded together, some thousand.
    pub pairs: usize,
    /// How many tails each pair gets.
    pub tails: usize,
    /// How many lines each tail has.
    pub lines: usize,
}

impl Default for Sampling {
    fn default() -> Sampling {
        Sampling { seed: 1, pairs: 64, tails: 3, lines: 8 }
    }
}

/// The drawn transitions of a stretch: those with the least numbers.
pub(super) struct Drawn {
    most: usize,
    seed: u64,
    /// No transition with this number or a greater one is among them.
    limit: AtomicU64,
    taken: Mutex<BinaryHeap<(u64, Order, u128)>>,
}

impl Drawn {
    pub(super) fn new(sampling: &Sampling) -> Drawn {
        let limit = AtomicU64::new(if sampling.pairs == 0 { 0 } else { u64::MAX });
        Drawn { most: sampling.pairs, seed: sampling.seed, limit, taken: Mutex::default() }
    }

    /// A transition to a state of that digest. Which are drawn depends on no thread.
    pub(super) fn add(&self, order: Order, digest: u128) {
        let number = drawn(self.seed, &order);
        if number >= self.limit.load(Ordering::Relaxed) {
            return;
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.push((number, order, digest));
        if taken.len() > self.most {
            taken.pop();
            self.limit.store(taken.peek().map_or(0, |(number, ..)| *number), Ordering::Relaxed);
        }
    }

    /// The drawn transitions, by their numbers.
    pub(super) fn all(self) -> Vec<(u64, Order, u128)> {
        self.taken.into_inner().unwrap_or_else(PoisonError::into_inner).into_sorted_vec()
    }
}

/// A number drawn by a seed.
pub(super) fn drawn(seed: u64, what: &impl Hash) -> u64 {
    digest::of(&(seed, what)) as u64
}
