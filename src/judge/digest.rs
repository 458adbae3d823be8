//! Digests of states, in 128 bits.
//!
//! A digest that leaves something out makes a search silently unsound. So each part of a state is fed under its name, and a
//! test leaves out one after the other, and sees whether the search finds that it misses something.

use heapproof_model::Program;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_128};

thread_local! {
    static TEST: RefCell<Test> = RefCell::default();
}

/// A part of a state: whose it is (`heap`, `model` or `search`), and which.
pub type Part = (&'static str, &'static str);

/// What is done to digests, to test whoever trusts them. A thread that starts others gives it on to them.
#[derive(Debug, Clone, Default)]
pub struct Test {
    omitted: Arc<[Part]>,
    fed: Option<Arc<Mutex<BTreeSet<Part>>>>,
}

impl Test {
    /// Those parts are left out.
    pub fn omitting(parts: &[Part]) -> Test {
        Test { omitted: parts.into(), fed: None }
    }

    /// It is noted which parts are fed.
    pub fn noting() -> Test {
        Test { omitted: Arc::default(), fed: Some(Arc::default()) }
    }

    /// The parts that were fed so far, if that is noted.
    pub fn fed(&self) -> BTreeSet<Part> {
        let fed = self.fed.as_ref().map(|fed| fed.lock().unwrap_or_else(PoisonError::into_inner).clone());
        fed.unwrap_or_default()
    }

    /// What is done to digests in this thread.
    pub fn current() -> Test {
        TEST.with_borrow(Clone::clone)
    }

    /// Does this to all digests that this thread makes from now on; the default does nothing.
    pub fn begin(&self) {
        TEST.set(self.clone());
    }
}

/// A number that belongs to a program: what is drawn by it is the same whenever the program runs. To encode the program for it would
/// take twice as long.
pub(crate) fn of_program(program: &Program) -> u64 {
    let mut digest = Xxh3::new();
    program.lines().hash(&mut digest);
    digest.finish()
}

/// Gathers values and hashes them all at once, since states are many small numbers.
#[derive(Debug)]
pub struct Gathered {
    bytes: Vec<u8>,
    whose: &'static str,
    test: Test,
    /// Whether what comes is left out.
    is_omitted: bool,
}

impl Default for Gathered {
    /// Empty, with room for a small heap.
    fn default() -> Gathered {
        Gathered::of("subject")
    }
}

impl Gathered {
    /// The same, for a state of that owner.
    pub fn of(whose: &'static str) -> Gathered {
        Gathered { bytes: Vec::with_capacity(1_024), whose, test: Test::current(), is_omitted: false }
    }

    /// The digest of all gathered values.
    pub fn digest(&self) -> u128 {
        xxh3_128(&self.bytes)
    }

    /// What is fed from now on belongs to that part.
    pub fn part(&mut self, name: &'static str) {
        let part = (self.whose, name);
        self.is_omitted = self.test.omitted.contains(&part);
        if let Some(fed) = &self.test.fed {
            fed.lock().unwrap_or_else(PoisonError::into_inner).insert(part);
        }
    }

    /// The parts that follow are of another owner.
    pub fn owner(&mut self, whose: &'static str) {
        (self.whose, self.is_omitted) = (whose, false);
    }
}

impl Hasher for Gathered {
    fn write(&mut self, bytes: &[u8]) {
        if !self.is_omitted {
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn finish(&self) -> u64 {
        xxh3_64(&self.bytes)
    }
}

impl heapproof_model::Parts for Gathered {
    fn part(&mut self, name: &'static str) {
        Gathered::part(self, name);
    }
}

/// The digest of a value, for subjects that add hidden state of their own to the digest of the heap inside them.
pub fn of(value: &impl Hash) -> u128 {
    let mut gathered = Gathered::default();
    value.hash(&mut gathered);
    gathered.digest()
}
