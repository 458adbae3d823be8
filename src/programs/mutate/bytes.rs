//! What a fuzzer holds, changed as the program that it is.
//!
//! An input is decoded, changed or crossed, and encoded again. One time in eight it is left to the fuzzer's own mutator:
//! that finds what no program is encoded to, and what a step of ours forgets. Where the input is text and not a program,
//! it is changed by words.

use super::{cross, mutate, text};
use heapproof_model::Program;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The most lines of an input.
const MOST_LINES: usize = 64;

/// How an input is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// A program as bytes, which any bytes are.
    Bytes,
    /// A trace, or a text that is none.
    Text,
}

/// How a fuzzer changes bytes by itself: a buffer, how much of it is in use, how much may be; then how much is.
pub type Plain<'a> = dyn FnMut(&mut [u8], usize, usize) -> usize + 'a;

/// Changes the first `size` bytes of `data`, an input in that notation or for that property, into others of at most `most`
/// bytes; how many these are. The same for the same seed, if `plain` is.
pub fn mutate_bytes(
    notation: impl Into<Notation>,
    data: &mut [u8],
    size: usize,
    most: usize,
    seed: u32,
    plain: &mut Plain<'_>,
) -> usize {
    let mut rng = ChaCha8Rng::seed_from_u64(seed.into());
    if rng.random_ratio(1, 8) {
        return plain(data, size, most);
    }
    let (input, most) = (&data[..size.min(data.len())], most.min(data.len()));
    let changed = match notation.into() {
        Notation::Text => text::mutate(input, &mut rng, MOST_LINES),
        Notation::Bytes => fitting(&mutate(&Program::decode(input), &mut rng, MOST_LINES), most),
    };
    put(&changed, &mut data[..most])
}

/// Writes an input with parts of two others into `out`; how many bytes it has.
pub fn cross_bytes(notation: impl Into<Notation>, first: &[u8], second: &[u8], out: &mut [u8], seed: u32) -> usize {
    let rng: &mut dyn Rng = &mut ChaCha8Rng::seed_from_u64(seed.into());
    let crossed = match notation.into() {
        Notation::Text => text::cross(first, second, rng, MOST_LINES),
        Notation::Bytes => {
            fitting(&cross(&Program::decode(first), &Program::decode(second), rng, MOST_LINES), out.len())
        }
    };
    put(&crossed, out)
}

/// The program in at most that many bytes, without the last lines where it has more.
fn fitting(program: &Program, most: usize) -> Vec<u8> {
    let mut lines = program.lines().to_vec();
    loop {
        let bytes = program.with_lines(lines.clone()).encode();
        if bytes.len() <= most || lines.pop().is_none() {
            return bytes;
        }
    }
}

/// As much as there is room for.
fn put(bytes: &[u8], out: &mut [u8]) -> usize {
    let size = bytes.len().min(out.len());
    out[..size].copy_from_slice(&bytes[..size]);
    size
}
