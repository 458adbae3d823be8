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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize), serde(into = "String", try_from = "String"))]
pub struct Distinct {
    kept: HashSet<u64>,
    bits: u32,
}

/// How many hexadecimal digits a hash has.
#[cfg(feature = "cli")]
const DIGITS: usize = 16;

/// The zero bits, a colon, and the hashes in order, sixteen hexadecimal digits each.
#[cfg(feature = "cli")]
impl From<Distinct> for String {
    fn from(distinct: Distinct) -> String {
        let mut hashes: Vec<u64> = distinct.kept.into_iter().collect();
        hashes.sort_unstable();
        let mut text = format!("{}:", distinct.bits);
        text.extend(hashes.iter().map(|hash| format!("{hash:0DIGITS$x}")));
        text
    }
}

#[cfg(feature = "cli")]
impl TryFrom<String> for Distinct {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Distinct, &'static str> {
        let wrong = "expected a number, `:` and hashes of sixteen hexadecimal digits";
        let (bits, hashes) = text.split_once(':').ok_or(wrong)?;
        let bits = bits.parse().ok().filter(|bits| *bits < u64::BITS).ok_or(wrong)?;
        let hashes = hashes.as_bytes().chunks(DIGITS).map(|digits| {
            let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() == DIGITS)?;
            u64::from_str_radix(digits, 16).ok().filter(|hash| hash.trailing_zeros() >= bits)
        });
        Ok(Distinct { kept: hashes.collect::<Option<_>>().ok_or(wrong)?, bits })
    }
}

impl Distinct {
    /// Adds a hash, which must be well mixed.
    pub fn add(&mut self, hash: u64) {
        if hash.trailing_zeros() < self.bits || !self.kept.insert(hash) {
            return;
        }
        while self.kept.len() > MOST {
            self.require(self.bits + 1);
        }
    }

    /// Adds all that was added to another one, even what that one has not kept: the result is the same as if each hash had been
    /// added here.
    pub fn join(&mut self, other: &Distinct) {
        self.require(self.bits.max(other.bits));
        other.kept.iter().for_each(|hash| self.add(*hash));
    }

    /// Keeps only the hashes that end in so many zero bits.
    fn require(&mut self, bits: u32) {
        if bits > self.bits {
            self.bits = bits;
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
    fn what_is_joined_is_as_if_it_had_been_added_to_one() {
        for many in [100, MOST as u64, 5 * MOST as u64] {
            let (mut first, last) = (of(0..many), of(many / 2..2 * many));
            first.join(&last);
            assert!(first == of(0..2 * many), "{many}");
        }
    }

    #[cfg(feature = "cli")]
    #[test]
    fn it_is_written_and_read_again() {
        let some = of(0..1_000);
        assert!(Distinct::try_from(String::from(some.clone())) == Ok(some));
        for wrong in ["", "0", "x:", "64:", "0:12", "1:0000000000000001", "0:00000000000000é"] {
            assert!(Distinct::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_order_does_not_matter() {
        let many = 2 * MOST as u64;
        assert_eq!(of(0..many).count(), of((0..many).rev()).count());
    }
}
