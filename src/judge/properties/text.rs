//! Text: printing and parsing gives the same program, and any text either parses or gets an error with its place.
//!
//! A program is tested with its own text and, for each of its lines, with that text where the line is damaged. The
//! damage depends on the line alone, so a failure stays while the minimiser leaves out other lines. Fuzzers pass any
//! text to [`holds`].

use super::sample::Sample;
use crate::judge::lockstep::{Failure, Verdict};
use crate::judge::panics;
use crate::judge::subject::SubjectKind;
use crate::judge::tally::Tally;
use crate::judge::violation::Violation;
use heapproof_model::{Program, TextError};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// How many neighbours a damaged line keeps on each side. A parser that fails here fails whatever is further away.
const NEIGHBOURS: usize = 3;

/// How many lines there are for one that is damaged where a run looks for failures.
const ONE_IN: u64 = 4;

/// Strings that are inserted where they don't belong.
const STRAY: &[&str] = &[
    " ",
    "\t",
    "\r",
    "\n",
    "#",
    "\"",
    "'",
    "\\",
    "\\u{110000}",
    "\\u{",
    "=",
    " = ",
    ".",
    "[",
    "]",
    "{",
    "}",
    "*",
    "-",
    "0",
    "4294967296",
    "99999999999999999999",
    "-9223372036854775808",
    "1e999",
    "-inf",
    "nan",
    "nil",
    "self",
    "on a: ",
    "temp ",
    "table",
    "panic",
    "fault ",
    "set ",
    "heapproof trace 1\n",
    "heapproof trace 2\n",
    "\u{feff}",
    "\0",
    "\u{301}",
    "ß",
    "𝕊",
];

/// A way to write programs as text. A wrong one proves that the property can fail.
#[derive(Debug, Clone, Copy)]
pub struct Notation {
    /// Prints a program.
    pub print: fn(&Program) -> String,
    /// Parses a text.
    pub parse: fn(&str) -> Result<Program, TextError>,
}

/// The notation of traces.
pub const TRACE: Notation = Notation { print: |program| program.to_string(), parse: |text| text.parse() };

pub(super) fn check(_: &SubjectKind, program: &Program) -> Verdict {
    Verdict { tally: Tally::default(), failure: TRACE.check(program).err() }
}

/// Damages some of the lines.
pub(super) fn seek(_: &SubjectKind, program: &Program) -> Verdict {
    Verdict { tally: Tally::default(), failure: TRACE.check_some(program, Sample::of(program, ONE_IN)).err() }
}

/// Checks that a text parses to a program that is the same after printing and parsing, or gets an error at a place that
/// the text has.
///
/// # Errors
/// If neither is so.
pub fn holds(text: &str) -> Result<(), Violation> {
    TRACE.holds(text)
}

impl Notation {
    /// Checks the property for a program.
    ///
    /// # Errors
    /// If it does not hold, with the line.
    pub fn check(&self, program: &Program) -> Result<(), Failure> {
        self.check_some(program, Sample::ALL)
    }

    fn check_some(&self, program: &Program, sample: Sample) -> Result<(), Failure> {
        let text = (self.print)(program);
        let fails = |step| move |violation| Failure::new(step, violation);
        self.survives(program, &text).map_err(fails(program.len()))?;
        let lines: Vec<&str> = text.lines().skip(1).collect();
        for step in (0..lines.len()).filter(|step| sample.has(*step, 0)) {
            self.holds(&damaged(&lines, step)).map_err(fails(step))?;
        }
        Ok(())
    }

    fn holds(&self, text: &str) -> Result<(), Violation> {
        match self.parsed(text)? {
            Ok(program) => self.survives(&program, &(self.print)(&program)),
            Err(error) if has_place(text, error.line, error.column) => Ok(()),
            Err(error) => Err(Violation::Misplaced { error: error.to_string(), text: text.to_owned() }),
        }
    }

    /// Checks that the text parses to the program again, and that this prints the same text.
    fn survives(&self, program: &Program, text: &str) -> Result<(), Violation> {
        let back = match self.parsed(text)? {
            Ok(back) if back == *program && (self.print)(&back) == text => return Ok(()),
            Ok(back) => back.to_string(),
            Err(error) => error.to_string(),
        };
        Err(Violation::RoundTrip { form: "text", back })
    }

    fn parsed(&self, text: &str) -> Result<Result<Program, TextError>, Violation> {
        panics::catch(|| (self.parse)(text)).map_err(Violation::from)
    }
}

/// Whether the text has that line, and the line has that column or ends just before it.
fn has_place(text: &str, line: usize, column: usize) -> bool {
    let line = line.checked_sub(1).and_then(|index| text.lines().nth(index).or((index == 0).then_some("")));
    line.is_some_and(|line| (1..=line.chars().count() + 1).contains(&column))
}

/// A damaged line and its neighbours.
fn damaged(lines: &[&str], step: usize) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(xxh3_64(lines[step].as_bytes()));
    let (before, after) = (&lines[step.saturating_sub(NEIGHBOURS)..step], &lines[step + 1..]);
    let mut line: Vec<char> = lines[step].chars().collect();
    let mut ends_here = false;
    for _ in 0..rng.random_range(1..=3) {
        let at = rng.random_range(0..=line.len());
        let some = at..(at + rng.random_range(1..=3)).min(line.len());
        match rng.random_range(0..6) {
            0 => drop(line.drain(some)),
            1 => again(&mut line, some),
            2 if at + 1 < line.len() => line.swap(at, at + 1),
            3 => (line, ends_here) = (line[..at].to_vec(), true),
            _ => drop(line.splice(at..at, STRAY[rng.random_range(0..STRAY.len())].chars())),
        }
    }
    let mut text: String = before.iter().flat_map(|line| [line, "\n"]).collect();
    text.extend(line);
    let after = if ends_here { &[] } else { &after[..after.len().min(NEIGHBOURS)] };
    text.extend(after.iter().flat_map(|line| ["\n", line]));
    text
}

fn again(line: &mut Vec<char>, some: Range<usize>) {
    let copy = line[some.clone()].to_vec();
    line.splice(some.start..some.start, copy);
}
