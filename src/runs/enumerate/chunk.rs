//! Gathers what threads reach in a stretch of the search, in the order in which one thread would reach it.

use super::drawn::{Drawn, Order};
use crate::judge::lockstep::Failure;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of parts into which the states are divided, so that threads seldom wait for each other.
const PARTS: usize = 64;

/// The states and failures of a stretch.
pub(super) struct Chunk {
    states: Vec<Mutex<HashMap<u128, New>>>,
    /// Programs that are not merged by their states, and lines that failed.
    rest: Mutex<Vec<New>>,
    drawn: Drawn,
    pub(super) done: AtomicU64,
    pub(super) refused: AtomicU64,
}

/// A new state, or a program that failed.
pub(super) struct New {
    pub(super) order: Order,
    pub(super) digest: Option<u128>,
    pub(super) failure: Option<Failure>,
}

impl Chunk {
    pub(super) fn new(drawn: Drawn) -> Chunk {
        Chunk {
            states: (0..PARTS).map(|_| Mutex::default()).collect(),
            rest: Mutex::default(),
            drawn,
            done: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// Adds a program that is not merged with others.
    pub(super) fn add(&self, order: Order, digest: Option<u128>, failure: Option<Failure>) {
        lock(&self.rest).push(New { order, digest, failure });
    }

    /// Notes a transition to a state of that digest, so that it may be drawn.
    pub(super) fn draw(&self, order: Order, digest: Option<u128>) {
        if let Some(digest) = digest {
            self.drawn.add(order, digest);
        }
    }

    /// Notes that a state was reached, and returns whether this is the first time.
    pub(super) fn meet(&self, digest: u128, order: Order) -> bool {
        match lock(self.part(digest)).entry(digest) {
            Entry::Vacant(entry) => {
                entry.insert(New { order, digest: Some(digest), failure: None });
                true
            }
            Entry::Occupied(mut entry) => {
                let known = &mut entry.get_mut().order;
                *known = order.min(*known);
                false
            }
        }
    }

    /// Notes that a state that was reached is wrong.
    pub(super) fn fail(&self, digest: u128, failure: Failure) {
        if let Some(met) = lock(self.part(digest)).get_mut(&digest) {
            met.failure = Some(failure);
        }
    }

    /// Adds to the counts of lines that were done and refused.
    pub(super) fn count(&self, done: u64, refused: u64) {
        self.done.fetch_add(done, Ordering::Relaxed);
        self.refused.fetch_add(refused, Ordering::Relaxed);
    }

    fn part(&self, digest: u128) -> &Mutex<HashMap<u128, New>> {
        &self.states[digest as usize % PARTS]
    }

    /// All states and failures, in order, and the drawn transitions.
    pub(super) fn in_order(self) -> (Vec<New>, Vec<(u64, Order, u128)>) {
        let mut all = self.rest.into_inner().unwrap_or_else(PoisonError::into_inner);
        for part in self.states {
            all.extend(part.into_inner().unwrap_or_else(PoisonError::into_inner).into_values());
        }
        all.sort_unstable_by_key(|new| new.order);
        (all, self.drawn.all())
    }
}

/// The lock, even if a thread panicked under it, since each change under it is complete.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
