//! Reads the lines of a text, one after the other, and those of blocks as often as they are repeated (SPEC 10.22).
//!
//! A block is taken apart here, so that all else sees plain lines. How many lines all blocks come to is known before the first of
//! them is read.

use super::tokens::{Token, cut};
use super::{HEADER, NOTE, Reader, TextError};
use crate::operation::Line;
use crate::program::{DEEPEST_BLOCK, Place, Program};
use std::collections::BTreeMap;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

/// The most lines that the blocks of a text come to together.
const MOST_REPEATED: u64 = 1_000_000;

impl FromStr for Program {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Program, TextError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let texts: Vec<&str> = text.lines().collect();
        let mut reading = Reading { texts: &texts, ..Reading::default() };
        reading.lines_of(0..texts.len())?;
        let Reading { reader, lines, notes, places, repeated, .. } = reading;
        let places = if repeated > 0 { places } else { Vec::new() };
        Ok(Program::spelled(lines, reader.spelling).noted(notes).placed(places))
    }
}

/// What was read of a text so far.
#[derive(Default)]
struct Reading<'t> {
    texts: &'t [&'t str],
    reader: Reader,
    lines: Vec<Line>,
    notes: BTreeMap<usize, Arc<str>>,
    /// Where each of the lines stands.
    places: Vec<Place>,
    has_operations: bool,
    has_header: bool,
    /// How many lines the blocks come to that were met.
    repeated: u64,
}

impl Reading<'_> {
    fn lines_of(&mut self, range: Range<usize>) -> Result<(), TextError> {
        let mut at = range.start;
        while at < range.end {
            let tokens = cut(at + 1, self.texts[at])?;
            match (tokens.first(), mark(self.texts[at])) {
                (Some(first), Some(Mark::Opens)) => {
                    let block = self.block(&tokens, first, at, range.end)?;
                    at = block.body.end;
                    for round in 1..=block.times {
                        self.reader.rounds.push(round);
                        self.lines_of(block.body.clone())?;
                        self.reader.rounds.pop();
                    }
                }
                (Some(first), Some(Mark::Closes)) => {
                    return Err(first.wrong("there is no `repeat` above this `end repeat`"));
                }
                (Some(first), None) => self.line(at, &tokens, first)?,
                (None, _) => {}
            }
            at += 1;
        }
        Ok(())
    }

    /// A line that is no mark of a block.
    fn line(&mut self, at: usize, tokens: &[Token<'_>], first: &Token<'_>) -> Result<(), TextError> {
        let text = self.texts[at];
        if first.is_word("heapproof") {
            let is_it = text.split('#').next().unwrap_or_default().trim() == HEADER;
            let is_first =
                self.lines.is_empty() && self.repeated == 0 && !std::mem::replace(&mut self.has_header, true);
            let wrong = || first.wrong(format!("the header is `{HEADER}` and stands first"));
            return (is_it && is_first).then_some(()).ok_or_else(wrong);
        }
        let line = self.reader.line(tokens, 0)?;
        if line.operation.code().is_setting() && self.has_operations {
            return Err(first.wrong("a setting stands before the first operation"));
        }
        self.has_operations |= !line.operation.code().is_setting();
        self.notes.extend(note(text, tokens.len()).map(|note| (self.lines.len(), note.into())));
        self.lines.push(line);
        self.places.push(Place::new(at + 1, &self.reader.rounds));
        Ok(())
    }

    /// The block that opens at a line.
    fn block(&mut self, tokens: &[Token<'_>], first: &Token<'_>, at: usize, end: usize) -> Result<Block, TextError> {
        let times = match tokens {
            [] | [_] => {
                return Err(
                    first.behind("expected how often the lines up to `end repeat` are there, as in `repeat 10`")
                );
            }
            [_, times] => times.number().and_then(|times| times.parse::<u32>().ok()).filter(|times| *times > 0),
            [_, _, more, ..] => {
                return Err(more.wrong("what is repeated stands on lines of its own, up to `end repeat`"));
            }
        };
        let wrong = || tokens[1].wrong(format!("expected a number from 1 to 4294967295, found {}", tokens[1]));
        let times = times.ok_or_else(wrong)?;
        if self.reader.rounds.len() == DEEPEST_BLOCK {
            return Err(first.wrong(format!("blocks stand at most {DEEPEST_BLOCK} deep in one another")));
        }
        let close = close(self.texts, at, end).ok_or_else(|| first.wrong("this block has no `end repeat`"))?;
        if let Some(more) = cut(close + 1, self.texts[close])?.get(2) {
            return Err(more.wrong("nothing stands behind `end repeat`"));
        }
        if self.reader.rounds.is_empty() {
            self.repeated =
                self.repeated.saturating_add(u64::from(times).saturating_mul(length(self.texts, at + 1..close)));
        }
        if self.repeated > MOST_REPEATED {
            let many = self.repeated;
            return Err(
                tokens[1].wrong(format!("blocks come to {MOST_REPEATED} lines at most, and with this to {many}"))
            );
        }
        Ok(Block { times, body: at + 1..close })
    }
}

/// Lines that are repeated.
struct Block {
    times: u32,
    body: Range<usize>,
}

/// What a line is to blocks.
#[derive(PartialEq)]
enum Mark {
    Opens,
    Closes,
}

/// Neither has quotes, so a `#` begins a comment. A name can be called `repeat`.
fn mark(text: &str) -> Option<Mark> {
    let mut words = text.split('#').next().unwrap_or_default().split_whitespace();
    let is_named = |second: &str| second.starts_with(['=', '.', '[', '{']);
    match (words.next(), words.next()) {
        (Some("repeat"), second) if !second.is_some_and(is_named) => Some(Mark::Opens),
        (Some("end"), Some("repeat")) => Some(Mark::Closes),
        _ => None,
    }
}

/// The line that closes the block which opens at a line.
fn close(texts: &[&str], at: usize, end: usize) -> Option<usize> {
    let mut depth = 0;
    (at..end).find(|line| {
        match mark(texts[*line]) {
            Some(Mark::Opens) => depth += 1,
            Some(Mark::Closes) => depth -= 1,
            None => {}
        }
        depth == 0
    })
}

/// How many lines those come to, empty ones included; a block at least to its rounds.
fn length(texts: &[&str], range: Range<usize>) -> u64 {
    let (mut open, mut lines) = (Vec::new(), 1_u64);
    for text in &texts[range] {
        match mark(text) {
            Some(Mark::Opens) => {
                let times = text.split_whitespace().nth(1).and_then(|times| times.split('#').next()?.parse().ok());
                open.push((lines, times.unwrap_or(1_u64)));
                lines = 1;
            }
            Some(Mark::Closes) => {
                let (before, times) = open.pop().unwrap_or((0, 1));
                lines = lines.saturating_mul(times).saturating_add(before);
            }
            None => lines += 1,
        }
    }
    lines
}

/// How many lines a text comes to with all its blocks, roughly: to know before it is read whether that takes long.
pub fn expanded(text: &str) -> u64 {
    let texts: Vec<&str> = text.lines().collect();
    length(&texts, 0..texts.len())
}

/// The note behind a line of so many tokens. What looks like one within quotes has tokens behind it, or cuts one.
fn note(text: &str, tokens: usize) -> Option<&str> {
    let is_behind = |at: &usize| cut(1, &text[..*at]).is_ok_and(|before| before.len() == tokens);
    let at = text.match_indices(NOTE).map(|(at, _)| at).find(is_behind)?;
    Some(text[at + NOTE.len()..].trim())
}
