//! What threads have met in a stretch of the search, put into the order in which one thread would have met it.

use crate::judge::lockstep::Failure;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Into how many parts the states are divided, so that threads seldom wait for each other.
const PARTS: usize = 64;

/// How a state was met: from which one, by which of the lines that can follow. One thread meets them in this order.
pub(super) type Order = (usize, u16);

/// What was met.
pub(super) struct Chunk {
    states: Vec<Mutex<HashMap<u128, New>>>,
    /// Programs that are told from others by themselves, and lines that failed.
    rest: Mutex<Vec<New>>,
    pub(super) done: AtomicU64,
    pub(super) refused: AtomicU64,
}

/// A state that is new, or a program that failed.
pub(super) struct New {
    pub(super) order: Order,
    pub(super) digest: Option<u128>,
    pub(super) failure: Option<Failure>,
}

impl Chunk {
    pub(super) fn new() -> Chunk {
        Chunk {
            states: (0..PARTS).map(|_| Mutex::default()).collect(),
            rest: Mutex::default(),
            done: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// Notes a program that is told from others by itself.
    pub(super) fn add(&self, order: Order, digest: Option<u128>, failure: Option<Failure>) {
        lock(&self.rest).push(New { order, digest, failure });
    }

    /// Notes that a state was met; whether it is for the first time.
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

    /// Notes that a state that was met is wrong.
    pub(super) fn fail(&self, digest: u128, failure: Failure) {
        if let Some(met) = lock(self.part(digest)).get_mut(&digest) {
            met.failure = Some(failure);
        }
    }

    /// Counts what lines came to.
    pub(super) fn count(&self, done: u64, refused: u64) {
        self.done.fetch_add(done, Ordering::Relaxed);
        self.refused.fetch_add(refused, Ordering::Relaxed);
    }

    fn part(&self, digest: u128) -> &Mutex<HashMap<u128, New>> {
        &self.states[digest as usize % PARTS]
    }

    /// All that was met.
    pub(super) fn in_order(self) -> Vec<New> {
        let mut all = self.rest.into_inner().unwrap_or_else(PoisonError::into_inner);
        for part in self.states {
            all.extend(part.into_inner().unwrap_or_else(PoisonError::into_inner).into_values());
        }
        all.sort_unstable_by_key(|new| new.order);
        all
    }
}

/// The lock, also of a thread that panicked: each change under it is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
