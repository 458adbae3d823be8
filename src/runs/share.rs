//! A share of a run: the work that one machine of several does, without asking the others.

use std::fmt;
use std::ops::Range;

/// One of several shares of the same work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub struct Share {
    /// The number of this share, from 1.
    pub number: u32,
    /// How many shares there are.
    pub of: u32,
}

impl Share {
    /// All the work.
    pub const WHOLE: Share = Share { number: 1, of: 1 };

    /// The share with this number, from 1; `None` if there is no such share.
    pub fn new(number: u32, of: u32) -> Option<Share> {
        (1 <= number && number <= of).then_some(Share { number, of })
    }

    /// The cases of this share if there are so many in all. Shares are adjacent and in order, so what depends on the order of
    /// cases can be put together from them.
    pub fn cases(self, all: u64) -> Range<u64> {
        let bound = |number: u32| (u128::from(all) * u128::from(number) / u128::from(self.of.max(1))) as u64;
        bound(self.number.saturating_sub(1))..bound(self.number)
    }

    /// How many cases this share has.
    pub fn count(self, all: u64) -> u64 {
        let cases = self.cases(all);
        cases.end - cases.start
    }
}

impl fmt::Display for Share {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::Share;

    #[test]
    fn shares_are_adjacent_and_none_is_longer_by_more_than_one() {
        for (all, of) in [(10, 3), (7, 7), (u64::MAX, 5), (100, 1)] {
            let shares: Vec<_> = (1..=of).map(|number| Share { number, of }.cases(all)).collect();
            assert_eq!((shares[0].start, shares[shares.len() - 1].end), (0, all));
            assert!(shares.windows(2).all(|pair| pair[0].end == pair[1].start));
            let lengths = || shares.iter().map(|share| share.end - share.start);
            assert!(lengths().max().unwrap() - lengths().min().unwrap() <= 1);
        }
    }
}
