//! The distribution of numbers: small ones exactly, larger ones by powers of two.

/// Numbers below this have a bucket each.
const EXACT: u64 = 16;

/// How many buckets there are: the exact ones, and one for each power of two from there on.
const BUCKETS: usize = EXACT as usize + (u64::BITS - EXACT.ilog2()) as usize;

/// How often numbers of each size occurred.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize), serde(into = "Vec<u64>", from = "Vec<u64>"))]
pub struct Distribution {
    buckets: [u64; BUCKETS],
    largest: u64,
}

/// The largest, and the buckets up to the last that is not empty.
impl From<Distribution> for Vec<u64> {
    fn from(distribution: Distribution) -> Vec<u64> {
        let used = distribution.buckets.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
        [&[distribution.largest][..], &distribution.buckets[..used]].concat()
    }
}

impl From<Vec<u64>> for Distribution {
    fn from(numbers: Vec<u64>) -> Distribution {
        let mut distribution = Distribution::default();
        distribution.buckets.iter_mut().zip(numbers.iter().skip(1)).for_each(|(bucket, count)| *bucket = *count);
        Distribution { largest: numbers.first().copied().unwrap_or(0), ..distribution }
    }
}

impl Default for Distribution {
    fn default() -> Distribution {
        Distribution { buckets: [0; BUCKETS], largest: 0 }
    }
}

impl Distribution {
    /// Counts a number.
    pub fn add(&mut self, number: u64) {
        let bucket =
            if number < EXACT { number as usize } else { (EXACT as u32 + number.ilog2() - EXACT.ilog2()) as usize };
        self.buckets[bucket] += 1;
        self.largest = self.largest.max(number);
    }

    /// Adds another distribution.
    pub fn merge(&mut self, other: &Distribution) {
        self.buckets.iter_mut().zip(&other.buckets).for_each(|(mine, theirs)| *mine += theirs);
        self.largest = self.largest.max(other.largest);
    }

    /// How many numbers were counted.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// The largest number.
    pub fn largest(&self) -> u64 {
        self.largest
    }

    /// The median; if it is large, the power of two at or below it.
    pub fn median(&self) -> u64 {
        let half = self.count().div_ceil(2);
        let mut sum = 0;
        let found = self.by_size().find(|(_, count)| {
            sum += count;
            sum >= half
        });
        found.map_or(0, |(least, _)| least)
    }

    /// The least number of each bucket that is not empty, and how many are in it.
    pub fn by_size(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let least = |bucket: usize| match (bucket as u64).checked_sub(EXACT) {
            None => bucket as u64,
            Some(power) => EXACT << power,
        };
        self.buckets.iter().enumerate().filter(|(_, count)| **count > 0).map(move |(at, count)| (least(at), *count))
    }
}

#[cfg(test)]
mod tests {
    use super::Distribution;

    #[test]
    fn small_numbers_are_exact_and_large_ones_by_powers_of_two() {
        let mut one = Distribution::default();
        [0, 3, 3, 15, 16, 31, 32, u64::MAX].into_iter().for_each(|number| one.add(number));
        let buckets: Vec<(u64, u64)> = one.by_size().collect();
        assert_eq!(buckets, [(0, 1), (3, 2), (15, 1), (16, 2), (32, 1), (1 << 63, 1)]);
        assert_eq!((one.count(), one.median(), one.largest()), (8, 15, u64::MAX));
    }

    #[test]
    fn nothing_has_a_median_of_nothing() {
        assert_eq!(Distribution::default().median(), 0);
    }
}
