//! Programs for other people's frameworks, and each property as a test of theirs.
//!
//! All doors share one generator or decoder, the properties, and the report. [`fuzz`] is for fuzzers that make bytes,
//! [`replay`] for folders in which these keep them, [`corpus`] for traces that are kept, `proptest` and `quickcheck` are modules behind features of their names,
//! and with the feature `arbitrary` a [`Program`] is `arbitrary::Arbitrary` itself.

mod fuzz;
mod kept;
#[cfg(feature = "proptest")]
pub mod proptest;
#[cfg(feature = "quickcheck")]
pub mod quickcheck;

pub use fuzz::{fuzz, fuzz_in_short, replay};
pub use kept::corpus;

use heapproof_model::Program;

/// Programs that are shorter than this one by a stretch of lines, the longest stretches first.
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
