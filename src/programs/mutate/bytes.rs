//! Mutates a fuzzer's input as a program, not as bytes.
//!
//! An input is decoded, changed or crossed, and encoded again. One time in eight the fuzzer's own mutator changes it
//! instead: that finds bytes that no program is encoded to, and changes that our steps lack. Text that is not a program
//! is changed word by word.
//!
//! A fuzzer that minimises a failing input gives less room than it takes. Then the program is not changed but shrunk.

use super::shrink::shrunk;
use super::{cross, mutate, text};
use heapproof_model::Program;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The most lines of an input.
const MOST_LINES: usize = 64;

/// The notation of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// A program as bytes; any bytes are a program.
    Bytes,
    /// A trace, or text that does not parse as one.
    Text,
}

/// The fuzzer's own mutator. It takes a buffer, the length in use and the greatest length, and returns the new length.
pub type Plain<'a> = dyn FnMut(&mut [u8], usize, usize) -> usize + 'a;

/// Replaces the first `size` bytes of `data`, an input in that notation, by at most `most` others, and returns how many
/// there are. Where there is less room than the input takes, lines are left out or made simpler. The result is the same for
/// the same seed, if `plain` is deterministic.
pub fn mutate_bytes(
    notation: impl Into<Notation>,
    data: &mut [u8],
    size: usize,
    most: usize,
    seed: u32,
    plain: &mut Plain<'_>,
) -> usize {
    let rng: &mut dyn Rng = &mut ChaCha8Rng::seed_from_u64(seed.into());
    let (notation, shrinks) = (notation.into(), most < size);
    // What is cut out of a text byte by byte may be half of a character.
    if rng.random_ratio(1, 8) && !(shrinks && notation == Notation::Text) {
        return plain(data, size, most);
    }
    let (input, most) = (&data[..size.min(data.len())], most.min(data.len()));
    let changed = match (notation, shrinks) {
        (Notation::Text, false) => text::mutate(input, rng, MOST_LINES, most),
        (Notation::Text, true) => text::shrink(input, rng, most),
        (Notation::Bytes, false) => fitting(&mutate(&Program::decode(input), rng, MOST_LINES), rng, most),
        (Notation::Bytes, true) => {
            shrunk(&Program::decode(input), rng, &|program| program.encode().len() <= most).encode()
        }
    };
    put(&changed, &mut data[..most])
}

/// Writes an input with parts of two others into `out`, and returns its length.
pub fn cross_bytes(notation: impl Into<Notation>, first: &[u8], second: &[u8], out: &mut [u8], seed: u32) -> usize {
    let rng: &mut dyn Rng = &mut ChaCha8Rng::seed_from_u64(seed.into());
    let crossed = match notation.into() {
        Notation::Text => text::cross(first, second, rng, MOST_LINES, out.len()),
        Notation::Bytes => {
            let crossed = cross(&Program::decode(first), &Program::decode(second), rng, MOST_LINES);
            fitting(&crossed, rng, out.len())
        }
    };
    put(&crossed, out)
}

/// The program in at most that many bytes; of a longer one lines are left out, anywhere.
fn fitting(program: &Program, rng: &mut dyn Rng, most: usize) -> Vec<u8> {
    let mut lines = program.lines().to_vec();
    loop {
        let bytes = program.with_lines(lines.clone()).encode();
        if bytes.len() <= most || lines.is_empty() {
            return bytes;
        }
        lines.remove(rng.random_range(0..lines.len()));
    }
}

/// Copies as much as there is room for.
fn put(bytes: &[u8], out: &mut [u8]) -> usize {
    let size = bytes.len().min(out.len());
    out[..size].copy_from_slice(&bytes[..size]);
    size
}
