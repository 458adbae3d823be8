//! Bytes: encoding and decoding gives the same program, and any bytes decode to a program for which this holds.
//!
//! A program is tested with its own bytes and, for each of its lines, with these bytes where the line's record is
//! damaged. The damage depends on the record alone, so a failure stays while the minimiser leaves out other lines.
//! Fuzzers pass any bytes to [`holds`].

use crate::judge::lockstep::{Failure, Verdict};
use crate::judge::panics;
use crate::judge::subject::SubjectKind;
use crate::judge::tally::Tally;
use crate::judge::violation::Violation;
use heapproof_model::{Field, Name, Operation, Program};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// A way to encode programs as bytes. A wrong one proves that the property can fail.
#[derive(Debug, Clone, Copy)]
pub struct Encoding {
    /// Encodes a program.
    pub encode: fn(&Program) -> Vec<u8>,
    /// Decodes bytes.
    pub decode: fn(&[u8]) -> Program,
}

/// The encoding that fuzzers use.
pub const ENCODING: Encoding = Encoding { encode: Program::encode, decode: Program::decode };

pub(super) fn check(_: &SubjectKind, program: &Program) -> Verdict {
    // Bytes leave out what lines expect (SPEC 10.20), and fields that are no words (10.15).
    let has_bytes = |operation: &Operation<Name>| {
        !operation.code().is_expectation() && operation.field().is_none_or(Field::is_word)
    };
    let operations = program.lines().iter().filter(|line| has_bytes(&line.operation));
    let program = program.with_lines(operations.cloned().collect());
    Verdict { tally: Tally::default(), failure: ENCODING.check(&program).err() }
}

/// Checks that bytes decode to a program that is the same after encoding and decoding.
///
/// # Errors
/// If it is not.
pub fn holds(bytes: &[u8]) -> Result<(), Violation> {
    ENCODING.holds(bytes)
}

impl Encoding {
    /// Checks the property for a program.
    ///
    /// # Errors
    /// If it does not hold, with the line.
    pub fn check(&self, program: &Program) -> Result<(), Failure> {
        let fails = |step| move |violation| Failure::new(step, violation);
        let bytes = (self.encode)(program);
        self.survives(program, &bytes).map_err(fails(program.len()))?;
        let mut end = 1;
        for (step, line) in program.lines().iter().enumerate() {
            let length = (self.encode)(&program.with_lines(vec![line.clone()])).len() - 1;
            let record = end..(end + length).min(bytes.len());
            end = record.end;
            self.holds(&damaged(&bytes, record)).map_err(fails(step))?;
        }
        Ok(())
    }

    fn holds(&self, bytes: &[u8]) -> Result<(), Violation> {
        let program = self.decoded(bytes)?;
        self.survives(&program, &(self.encode)(&program))
    }

    fn survives(&self, program: &Program, bytes: &[u8]) -> Result<(), Violation> {
        let back = self.decoded(bytes)?;
        if back == *program && (self.encode)(&back) == bytes {
            return Ok(());
        }
        Err(Violation::RoundTrip { form: "bytes", back: back.to_string() })
    }

    fn decoded(&self, bytes: &[u8]) -> Result<Program, Violation> {
        panics::catch(|| (self.decode)(bytes)).map_err(Violation::from)
    }
}

/// The bytes with that record damaged.
fn damaged(bytes: &[u8], record: Range<usize>) -> Vec<u8> {
    let mut rng = ChaCha8Rng::seed_from_u64(xxh3_64(&bytes[record.clone()]));
    let mut damaged = bytes[record.clone()].to_vec();
    let mut ends_here = false;
    for _ in 0..rng.random_range(1..=3) {
        let at = rng.random_range(0..=damaged.len());
        match rng.random_range(0..6) {
            0 if at < damaged.len() => damaged[at] ^= 1 << rng.random_range(0..8),
            1 if at < damaged.len() => damaged[at] = rng.random(),
            2 if at < damaged.len() => drop(damaged.remove(at)),
            3 => damaged.extend_from_within(..at),
            4 => (damaged, ends_here) = (damaged[..at].to_vec(), true),
            _ => damaged.insert(at, rng.random()),
        }
    }
    let rest = if ends_here { &[] } else { &bytes[record.end..] };
    [&bytes[..record.start], &damaged, rest].concat()
}
