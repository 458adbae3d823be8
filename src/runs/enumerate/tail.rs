//! What a share of a search needs to keep so that all shares can be put together: its part of the last level.
//!
//! All shares walk the levels before in the same way. In the last one they reach some states from different sides, so these
//! can't be counted apart; and which failure of a state counts depends on who reaches it first.

use super::drawn::Order;
use crate::judge::signature::Signature;
use std::collections::{BTreeMap, HashSet};

/// A share's part of the last level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub struct Tail {
    /// The counts of the levels before, which are those of all shares.
    pub before: Counts,
    /// The new states by their digests.
    #[cfg_attr(feature = "cli", serde(with = "digests"))]
    pub states: HashSet<u128>,
    /// How many programs passed whose states have no digest.
    pub unmerged: u64,
    /// The programs that fail.
    pub failed: Vec<Failed>,
}

/// What was done up to the last level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub struct Counts {
    /// As in a [`Summary`](super::Summary).
    pub states: u64,
    /// As in a [`Summary`](super::Summary).
    pub done: u64,
    /// As in a [`Summary`](super::Summary).
    pub refused: u64,
    /// As in a [`Summary`](super::Summary).
    pub violations: Vec<(Signature, usize)>,
    /// As in a [`Summary`](super::Summary).
    pub known: BTreeMap<Signature, u64>,
}

/// A program of the last level that fails.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub struct Failed {
    /// Its place among all programs of the level.
    pub order: (u64, u16),
    /// The digest of its state, if it has come to one.
    #[cfg_attr(feature = "cli", serde(with = "digests"))]
    pub digest: Option<u128>,
    /// How it fails.
    pub signature: Signature,
}

impl Tail {
    /// Notes a program that passes.
    pub(super) fn pass(&mut self, digest: Option<u128>) {
        match digest {
            Some(digest) => drop(self.states.insert(digest)),
            None => self.unmerged += 1,
        }
    }

    /// Notes a program that fails.
    pub(super) fn fail(&mut self, order: Order, digest: Option<u128>, signature: Signature) {
        self.failed.push(Failed { order: (order.0 as u64, order.1), digest, signature });
    }

    /// Adds the part of another share.
    pub fn join(&mut self, other: Tail) {
        self.states.extend(other.states);
        self.unmerged += other.unmerged;
        self.failed.extend(other.failed);
    }

    /// The failures in the order in which one search meets them: each state only once, when it is reached first.
    pub fn met(&self) -> Vec<&Failed> {
        let mut failed: Vec<&Failed> = self.failed.iter().collect();
        failed.sort_unstable();
        let mut met = HashSet::new();
        failed.retain(|one| one.digest.is_none_or(|digest| met.insert(digest)));
        failed
    }
}

/// Digests in JSON: one after the other in order, 32 hexadecimal digits each.
#[cfg(feature = "cli")]
mod digests {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    const DIGITS: usize = 32;

    pub fn serialize<S: Serializer>(
        digests: &(impl IntoIterator<Item = u128> + Clone),
        out: S,
    ) -> Result<S::Ok, S::Error> {
        let mut digests: Vec<u128> = digests.clone().into_iter().collect();
        digests.sort_unstable();
        out.serialize_str(&digests.iter().map(|digest| format!("{digest:0DIGITS$x}")).collect::<String>())
    }

    pub fn deserialize<'de, D: Deserializer<'de>, T: FromDigests>(input: D) -> Result<T, D::Error> {
        let text = String::deserialize(input)?;
        let digests = text.as_bytes().chunks(DIGITS).map(|digits| {
            let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() == DIGITS)?;
            u128::from_str_radix(digits, 16).ok()
        });
        let digests = digests.collect::<Option<Vec<u128>>>();
        digests.map(T::from_digests).ok_or_else(|| D::Error::custom("expected digests of 32 hexadecimal digits"))
    }

    /// What is made from digests.
    pub trait FromDigests {
        fn from_digests(digests: Vec<u128>) -> Self;
    }

    impl FromDigests for std::collections::HashSet<u128> {
        fn from_digests(digests: Vec<u128>) -> Self {
            digests.into_iter().collect()
        }
    }

    impl FromDigests for Option<u128> {
        fn from_digests(digests: Vec<u128>) -> Self {
            digests.first().copied()
        }
    }
}
