//! Programs made from programs by single steps that keep most of what they do.
//!
//! Whoever keeps the programs that have reached something new, and changes those, reaches more. Changed as bytes, a
//! program falls to pieces: one binding less, and every name behind it is another object's. Here the program itself is
//! changed, as in grammar-aware fuzzers: lines are moved, copied or made anew, an operand becomes another, a shape of
//! several objects is put in, two programs are joined. A name goes on to mean its object wherever that is still bound,
//! and what is new uses names that are bound where it stands, as what they probably are. Nothing is carried out for
//! that, so a change costs far less than a run of its result.
//!
//! The crate `mutatis` does not serve here. It changes each value by itself, where nearly every choice of ours hangs on
//! the lines before, and since 0.4 it needs a newer Rust than this crate.

mod bytes;
mod join;
mod lines;
mod operands;
mod scope;
mod shapes;
mod text;

pub use bytes::{Notation, Plain, cross_bytes, mutate_bytes};

use heapproof_model::{Line, Name, Operation, Program};
use lines::STEPS;
use rand::{Rng, RngExt};

/// The most objects that the bulk lines of a changed program ask for: everything is compared after every line, and
/// what shows with more shows with these.
pub const MOST_BULK: u64 = 32;

/// How often a step is tried until one fits: there may be no name to exchange, or no line at all.
const TRIES: usize = 8;

/// The program, changed in one place or a few; a function of the program, the limit and what `rng` draws.
///
/// Its result is a program of at most `most_lines` lines, whose bulk lines ask for [`MOST_BULK`] objects at most.
pub fn mutate(program: &Program, rng: &mut dyn Rng, most_lines: usize) -> Program {
    let mut draft = Draft::of(program, rng, most_lines);
    // Mostly one: of several changes together, those that spoil the program hide the one that is worth something.
    while draft.step() && draft.rng.random_ratio(1, 3) {}
    draft.finish()
}

/// A program with parts of both, under the limits of [`mutate`]. The names of the second are numbered anew; where it
/// is cut, what it has lost is mostly replaced by something of the first.
pub fn cross(first: &Program, second: &Program, rng: &mut dyn Rng, most_lines: usize) -> Program {
    let mut draft = Draft::of(first, rng, most_lines);
    draft.join(second);
    draft.finish()
}

/// A program that is being changed.
struct Draft<'a> {
    rng: &'a mut dyn Rng,
    lines: Vec<Line>,
    /// The lowest number that is no name yet.
    next: usize,
    most_lines: usize,
}

impl<'a> Draft<'a> {
    fn of(program: &Program, rng: &'a mut dyn Rng, most_lines: usize) -> Draft<'a> {
        let lines = program.canonical().lines().to_vec();
        let names = lines.iter().flat_map(Line::names);
        let next = names.map(|name| usize::from(name.0) + 1).max().unwrap_or(0);
        Draft { rng, lines, next, most_lines }
    }

    /// Takes one step; false where none fits.
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
            // Anywhere: were it always the end, nothing could be put behind a program of full length.
            let start = self.rng.random_range(0..=self.most_lines);
            self.lines.drain(start..start + length - self.most_lines);
        }
        Program::new(self.lines).canonical()
    }

    /// A name that was not there before; none where there are as many as there can be.
    fn fresh(&mut self) -> Option<Name> {
        let name = (self.next < Name::MOST).then_some(Name(self.next as u16))?;
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

/// Which of several, each as often as its weight says.
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

/// Takes from `left` what bulk lines ask for, and cuts them to that.
fn limit_bulk(operation: &mut Operation<Name>, left: &mut u64) {
    match operation {
        Operation::Chain { length } | Operation::Ring { length } => {
            *length = u64::from(*length).min(*left) as u32;
            *left -= u64::from(*length);
        }
        Operation::On { line, .. } => limit_bulk(&mut line.operation, left),
        _ => {}
    }
}
