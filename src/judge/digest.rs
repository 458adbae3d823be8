//! Digests of states, in 128 bits.

use std::hash::{Hash, Hasher};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// Gathers values and hashes them all at once, since states are many small numbers.
#[derive(Debug)]
pub struct Gathered(Vec<u8>);

impl Default for Gathered {
    /// Empty, with room for a small heap.
    fn default() -> Gathered {
        Gathered(Vec::with_capacity(1_024))
    }
}

impl Gathered {
    /// The digest of all gathered values.
    pub fn digest(&self) -> u128 {
        xxh3_128(&self.0)
    }
}

impl Hasher for Gathered {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        xxh3_64(&self.0)
    }
}

/// The digest of a value, for subjects that add hidden state of their own to the digest of the heap inside them.
pub fn of(value: &impl Hash) -> u128 {
    let mut gathered = Gathered::default();
    value.hash(&mut gathered);
    gathered.digest()
}
