//! Programs for other test frameworks, and each property as a test for them.
//!
//! All doors share the generator or the decoder, the properties, and the report. [`fuzz`] and [`fuzz_subject`] are for fuzzers that
//! make bytes, [`replay`] for the folders of such fuzzers, and [`corpus`] for kept traces. The modules `proptest` and `quickcheck` are
//! behind features of the same names. With the feature `arbitrary`, [`Program`] implements `arbitrary::Arbitrary`.

mod corpus;
mod fuzz;
#[cfg(feature = "proptest")]
pub mod proptest;
#[cfg(feature = "quickcheck")]
pub mod quickcheck;

pub use corpus::corpus;
pub use fuzz::{fuzz, fuzz_in_short, fuzz_subject, replay};

use heapproof_model::Program;

/// The programs that lack some adjacent lines of this one. Those that lack the most lines come first.
pub fn shorter(program: &Program) -> impl Iterator<Item = Program> + use<> {
    let program = program.clone();
    let length = program.len();
    let sizes = std::iter::successors(Some(length / 2), |size| Some(size / 2)).take_while(|size| *size > 0);
    let stretches = sizes.flat_map(move |size| (0..length.div_ceil(size)).rev().map(move |index| (index * size, size)));
    let only = (length == 1).then_some((0, 1));
    stretches.chain(only).map(move |(start, size)| {
        let lines = program.lines();
        let end = (start + size).min(length);
        program.with_lines(lines[..start].iter().chain(&lines[end..]).cloned().collect())
    })
}
