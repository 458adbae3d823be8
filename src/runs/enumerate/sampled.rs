//! Compares states that the search has merged, as far as they were drawn.

use super::drawn::Order;
use super::expand::Expander;
use super::pairs::{self, Way};
use super::search::Search;
use crate::judge::digest;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

impl Search {
    /// Remembers how a state was reached first: of every one of the first many, later of some.
    pub(super) fn watch(&mut self, digest: Option<u128>, order: Order) {
        const ALL: usize = 50_000;
        const ONE_IN: u128 = 8;
        let samples = self.how.sampling.pairs > 0;
        if let Some(digest) = digest.filter(|digest| samples && (self.watched.len() < ALL || digest % ONE_IN == 0)) {
            self.watched.insert(digest, Some(order));
        }
    }

    /// Compares drawn states with those that were kept in their place, and returns whether any two differ.
    pub(super) fn finds_parted(&mut self, drawn: Vec<(u64, Order, u128)>, jobs: usize) -> bool {
        // Where a subject has choices, it may do something else when the same lines are repeated.
        if self.has_choices {
            return false;
        }
        let watched = |(_, order, digest): &(u64, Order, u128)| {
            self.watched.get(digest).is_some_and(|kept| *kept != Some(*order))
        };
        let drawn: Vec<_> = drawn.into_iter().filter(watched).collect();
        let (next, compared, test) = (AtomicUsize::new(0), AtomicU64::new(0), digest::Test::current());
        let parted = Mutex::new(BTreeMap::new());
        std::thread::scope(|scope| {
            for _ in 0..jobs.clamp(1, drawn.len().max(1)) {
                scope.spawn(|| {
                    test.begin();
                    let mut expander = Expander::new(&self.space, &self.subject);
                    while let Some((number, order, digest)) = drawn.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let kept = self.watched.get(digest).copied().flatten();
                        let ways = (&kept.map_or_else(Vec::new, |kept| self.way(kept)), &self.way(*order));
                        let (both, one) = pairs::compare(&mut expander, ways, &self.how.sampling, *number);
                        compared.fetch_add(u64::from(both), Ordering::Relaxed);
                        if let Some(one) = one {
                            parted.lock().unwrap_or_else(PoisonError::into_inner).insert(*number, one);
                        }
                    }
                });
            }
        });
        self.summary.pairs += compared.into_inner();
        let first = parted.into_inner().unwrap_or_else(PoisonError::into_inner).pop_first();
        self.summary.parted = first.map(|(_, parted)| parted);
        self.summary.parted.is_some()
    }

    /// The choices that lead to a state.
    fn way(&self, (parent, choice): Order) -> Way {
        self.choices(parent).into_iter().chain([choice]).collect()
    }
}
