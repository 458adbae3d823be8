//! A digest of all that the future of a heap depends on.
//!
//! A search through all states of a small heap must know when it has come back to one. Two heaps with equal digests
//! answer every sequence of calls alike, as long as it is shorter than [`NEAR`], but for the numbers in ids and for
//! counters that nothing reads back. So what goes in is everything, in its order, and what stays out needs a reason:
//!
//! - **Generations**, of slots and in ids, unless a ceiling on them is set. They only grow and are only compared for
//!   equality, so an id is current, is stale for ever, or (in a damaged heap) belongs to a tenant still to come; which
//!   of these is in the digest. With a ceiling they say when a slot is retired, and are in it.
//! - **How many operations are left until a check or a verification is due**, when that is further away than [`NEAR`],
//!   with what is counted for it: numbers that a sequence so short can't bring to be read.
//! - **Totals** of allocations, frees, cycles, checks, verifications, objects touched, also those that a frame keeps,
//!   the list of panics and the report of the last verification. They are given to whoever asks and read by nothing.
//! - **Places in sparse sets** ([`crate::slots`]): they are believed only if the list agrees.
//! - **Memory that is used again**: the search in one go between two searches, and the numbers of a detection that is
//!   not under way or begins anew, since that begins above all of them. What lists have room for.
//! - **How an array lies in memory**: a cut slice and a vector answer alike. So do counts, however they are split.
//!
//! Structures are taken apart without `..`, so that the compiler asks here about whatever is added to them.

use std::hash::Hasher;

use crate::arena::Arena;
use crate::{Heap, Host, ObjectId, Value};

/// Sequences of calls in which fewer operations than this are counted can't tell heaps with equal digests apart.
pub(crate) const NEAR: u64 = 256;

/// What takes a digest, and is told which part of the heap comes next. So a search can try what it would miss if a part were
/// left out.
pub trait Parts: Hasher {
    /// What is fed from now on belongs to that part.
    fn part(&mut self, name: &'static str);
}

/// A hasher that takes everything, whatever part it belongs to.
struct Whole<'a, H>(&'a mut H);

impl<H: Hasher> Hasher for Whole<'_, H> {
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    fn write_u64(&mut self, number: u64) {
        self.0.write_u64(number);
    }

    fn finish(&self) -> u64 {
        self.0.finish()
    }
}

impl<H: Hasher> Parts for Whole<'_, H> {
    fn part(&mut self, _: &'static str) {}
}

/// Where a digest goes, and what ids in it are compared with.
pub(crate) struct Digest<'a, S> {
    arena: &'a Arena,
    state: &'a mut S,
}

impl<S: Parts> Digest<'_, S> {
    pub(crate) fn part(&mut self, name: &'static str) {
        self.state.part(name);
    }

    pub(crate) fn number(&mut self, number: impl Into<u64>) {
        self.state.write_u64(number.into());
    }

    pub(crate) fn numbers<const N: usize>(&mut self, numbers: [impl Into<u64>; N]) {
        numbers.into_iter().for_each(|number| self.number(number));
    }

    pub(crate) fn size(&mut self, size: usize) {
        self.state.write_u64(size as u64);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.size(text.len());
        self.state.write(text.as_bytes());
    }

    /// A list: how long it is, then each of its items.
    pub(crate) fn list<T>(&mut self, items: impl ExactSizeIterator<Item = T>, mut each: impl FnMut(&mut Self, T)) {
        self.size(items.len());
        items.for_each(|item| each(self, item));
    }

    /// Whether generations are counted, because slots are retired by them.
    pub(crate) fn counts_generations(&self) -> bool {
        self.arena.generation_ceiling != u32::MAX
    }

    /// A slot, and whether its tenant is meant, or how many tenants later, or an earlier one.
    pub(crate) fn id(&mut self, id: ObjectId) {
        self.number(if id.is_nil() { 0 } else { id.slot() });
        let tense = match self.arena.latest_generation(id.slot()) {
            _ if id.is_nil() => 0,
            Some((latest, lives)) if id.generation() < latest || (id.generation() == latest && !lives) => 1,
            Some((latest, _)) => 2 + u64::from(id.generation() - latest),
            // No slot that comes to be there has a tenant of that generation.
            None if id.generation() <= self.arena.floor => 1,
            None => 2 + u64::from(id.generation() - self.arena.floor),
        };
        self.number(tense);
    }

    pub(crate) fn value(&mut self, value: &Value) {
        let (tag, payload) = match value {
            Value::Nil => (0, 0),
            Value::Bool(value) => (1, u64::from(*value)),
            Value::Char(value) => (2, u64::from(*value)),
            Value::Int(value) => (3, value.cast_unsigned()),
            Value::Float(value) => (4, value.to_bits()),
            Value::Text(value) => (5, value.len() as u64),
            Value::Reference(_) => (6, 0),
        };
        self.number(tag | payload.rotate_left(8) & !0xff);
        match value {
            Value::Int(_) | Value::Float(_) => self.number(payload),
            Value::Text(text) => self.text(text),
            Value::Reference(id) => self.id(*id),
            _ => {}
        }
    }
}

impl<H: Host> Heap<H> {
    /// Feeds all that the heap's future depends on to `state`; the host's part is the host's to add.
    ///
    /// Two heaps that feed the same answer alike whatever is called next, in sequences that count fewer than 256
    /// operations, but for generations in ids, totals in [`statistics`](Self::statistics), and what was gathered for the
    /// mutator to fetch (panics, reports). It is meant for searches through all states of a small heap: the cost follows
    /// the slots. No finalizer may be running.
    pub fn digest(&self, state: &mut impl Hasher) {
        self.digest_parts(&mut Whole(state));
    }

    /// Does the same, and says to which part of the heap what it feeds belongs.
    pub fn digest_parts(&self, state: &mut impl Parts) {
        let Self {
            arena,
            shapes,
            queue,
            finalizers: _,
            callbacks,
            dirty,
            cycles,
            detection,
            candidates,
            slices,
            search: _,
            spare: _,
            tuning,
            frame,
            totals: _,
            last_verification: _,
            configuration,
            host: _,
        } = self;
        let digest = &mut Digest { arena, state };
        arena.digest(digest);
        shapes.digest(digest);
        digest.part("queue");
        digest.list(queue.0.iter(), |digest, id| digest.id(*id));
        digest.part("due");
        digest.list(callbacks.due.iter(), |digest, id| digest.id(*id));
        digest.part("dirty");
        dirty.digest(digest);
        cycles.digest(digest);
        detection.digest(digest);
        candidates.digest(digest);
        slices.digest(digest);
        tuning.digest(digest);
        digest.part("frame");
        digest.list(frame.iter(), |digest, frame| frame.digest(digest));
        configuration.digest(digest);
    }
}
