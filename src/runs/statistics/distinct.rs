//! Counts different things in bounded memory.
//!
//! This is adaptive sampling (Wegman; analysed by Flajolet, 1990). Only the hashes that end in so many zero bits are
//! kept. When too many are kept, one more zero bit is required, which halves them. The number of kept hashes, times two
//! to the power of the zero bits, estimates the number of different things. Its error is about 1.2 divided by the
//! square root of the number of kept hashes. The estimate depends on the set alone, not on the order of its elements.

use std::collections::HashSet;

/// The most hashes that are kept. Up to this number the count is exact; beyond, the error is 0.3 %.
const MOST: usize = 1 << 17;

/// The number of different hashes.
#[derive(Debug, Clone, Default)]
pub struct Distinct {
    kept: HashSet<u64>,
    bits: u32,
}

impl Distinct {
    /// Adds a hash, which must be well mixed.
    pub fn add(&mut self, hash: u64) {
        if hash.trailing_zeros() < self.bits || !self.kept.insert(hash) {
            return;
        }
        while self.kept.len() > MOST {
            self.bits += 1;
            let bits = self.bits;
            self.kept.retain(|hash| hash.trailing_zeros() >= bits);
        }
    }

    /// How many different hashes were added; an estimate if there are more than are kept.
    pub fn count(&self) -> u64 {
        (self.kept.len() as u64) << self.bits
    }
}

#[cfg(test)]
mod tests {
    use super::{Distinct, MOST};
    use xxhash_rust::xxh3::xxh3_64;

    fn of(numbers: impl Iterator<Item = u64>) -> Distinct {
        let mut distinct = Distinct::default();
        numbers.for_each(|number| distinct.add(xxh3_64(&number.to_le_bytes())));
        distinct
    }

    #[test]
    fn few_are_counted_exactly_and_many_within_two_percent() {
        assert_eq!(of((0..1_000).chain(0..1_000)).count(), 1_000);
        let many = 5 * MOST as u64;
        let estimate = of(0..many).count();
        assert!(estimate.abs_diff(many) * 50 < many, "{estimate} of {many}");
    }

    #[test]
    fn the_order_does_not_matter() {
        let many = 2 * MOST as u64;
        assert_eq!(of(0..many).count(), of((0..many).rev()).count());
    }
}
