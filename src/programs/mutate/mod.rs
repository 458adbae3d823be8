//! Programs made from programs by single steps that keep most of what they do.
//!
//! A fuzzer reaches more if it keeps the programs that reached something new, and changes those. Changes to bytes break
//! a program: with one binding less, every later name means another object. Here the program itself is changed, as in
//! grammar-aware fuzzers. Steps move, copy and insert lines, change an operand, insert a shape of several objects, or
//! join two programs. A name keeps its object wherever that is still bound. New lines use names that are bound there,
//! by the kind that their objects probably have. No program is carried out for this, so a change costs far less than a
//! run of its result.
//!
//! The crate `mutatis` does not fit here. It changes each value by itself, while nearly every choice here depends on
//! the lines before, and since 0.4 it needs a newer Rust than this crate.

mod bytes;
mod join;
mod lines;
mod operands;
mod said;
mod scope;
mod shapes;
mod shrink;
mod text;

pub use bytes::{Notation, Plain, cross_bytes, mutate_bytes};
pub use said::said;

use heapproof_model::{Line, Name, Operation, Program};
use lines::STEPS;
use rand::{Rng, RngExt};

/// The most objects that the bulk lines of a changed program ask for. Everything is compared after every line, and more
/// objects would show nothing else.
pub const MOST_BULK: u64 = 32;

/// How many steps are tried until one fits. Some don't: there may be no name to exchange, or no line at all.
const TRIES: usize = 8;

/// Changes the program in one place or a few. The result depends only on the program, the limit and what `rng` draws.
///
/// The result has at most `most_lines` lines, and its bulk lines ask for at most [`MOST_BULK`] objects.
pub fn mutate(program: &Program, rng: &mut dyn Rng, most_lines: usize) -> Program {
    let mut draft = Draft::of(program, rng, most_lines);
    // Mostly one: of several changes together, those that spoil the program hide the useful one.
    while draft.step() && draft.rng.random_ratio(1, 3) {}
    draft.finish()
}

/// A program with parts of both, under the limits of [`mutate`]. The names of the second are numbered anew. Names whose
/// binding was cut off mostly become names of the first.
pub fn cross(first: &Program, second: &Program, rng: &mut dyn Rng, most_lines: usize) -> Program {
    let mut draft = Draft::of(first, rng, most_lines);
    draft.join(second);
    draft.finish()
}

/// A program while it is changed.
struct Draft<'a> {
    rng: &'a mut dyn Rng,
    lines: Vec<Line>,
    /// The lowest number that no name has yet.
    next: usize,
    most_lines: usize,
}

impl<'a> Draft<'a> {
    fn of(program: &Program, rng: &'a mut dyn Rng, most_lines: usize) -> Draft<'a> {
        let lines = program.canonical().lines().to_vec();
        let names = lines.iter().flat_map(Line::names);
        let next = names.map(|name| name.index() + 1).max().unwrap_or(0);
        Draft { rng, lines, next, most_lines }
    }

    /// Takes one step. Returns false where none fits.
    fn step(&mut self) -> bool {
        let weights = STEPS.iter().map(|(weight, _)| *weight);
        (0..TRIES).any(|_| drawn(self.rng, weights.clone()).is_some_and(|at| self.take(STEPS[at].1)))
    }

    /// The program, within its limits.
    fn finish(mut self) -> Program {
        self.repair();
        let mut left = MOST_BULK;
        self.lines.iter_mut().for_each(|line| limit_bulk(&mut line.operation, &mut left));
        let length = self.lines.len();
        if length > self.most_lines {
            // Anywhere: if the end always went, nothing could be added behind a program of full length.
            let start = self.rng.random_range(0..=self.most_lines);
            self.lines.drain(start..start + length - self.most_lines);
        }
        Program::new(self.lines).canonical()
    }

    /// A new name; `None` where all names are in use.
    fn fresh(&mut self) -> Option<Name> {
        let name = (self.next < Name::MOST_IN_BYTES).then_some(Name(self.next as u32))?;
        self.next += 1;
        Some(name)
    }

    /// A stretch of at most that many lines; mostly short.
    fn stretch(&mut self, longest: usize) -> Option<std::ops::Range<usize>> {
        let longest = longest.min(self.lines.len());
        if longest == 0 {
            return None;
        }
        let one = self.rng.random_range(1..=longest);
        let length = self.rng.random_range(1..=one);
        let start = self.rng.random_range(0..=self.lines.len() - length);
        Some(start..start + length)
    }
}

/// The index of one of several, each drawn as often as its weight says.
fn drawn(rng: &mut dyn Rng, weights: impl Iterator<Item = u32> + Clone) -> Option<usize> {
    let total: u32 = weights.clone().sum();
    let mut at = if total > 0 { rng.random_range(0..total) } else { return None };
    weights.enumerate().find_map(|(index, weight)| match at.checked_sub(weight) {
        None => Some(index),
        Some(rest) => {
            at = rest;
            None
        }
    })
}

/// Subtracts what bulk lines ask for from `left`, and cuts them to what is left.
fn limit_bulk(operation: &mut Operation<Name>, left: &mut u64) {
    match operation {
        Operation::Chain { length } | Operation::Ring { length } => {
            *length = u64::from(*length).min(*left) as u32;
            *left -= u64::from(*length);
        }
        Operation::On { line, .. } | Operation::When { line, .. } => limit_bulk(&mut line.operation, left),
        _ => {}
    }
}
