//! The lines of a trace while it is written. Most stand one behind another, in the order in which they are written; those of user
//! code stand behind the line that binds its object, wherever that is.

use std::collections::HashMap;

/// The lines of a trace.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// In the order in which they were written.
    lines: Vec<Line>,
    /// Those that stand one behind another.
    sequence: Vec<usize>,
    /// What stands behind a line before the next of the sequence.
    behind: HashMap<usize, Vec<usize>>,
}

/// A line of a trace.
#[derive(Debug)]
pub(super) struct Line {
    /// Its text, without its end.
    pub text: String,
    /// The line of the log that it comes from, counted from 1.
    pub source: usize,
}

impl Lines {
    /// Writes a line at the end, or behind another one and what stands behind that already. Returns its place.
    pub fn push(&mut self, behind: Option<usize>, line: Line) -> usize {
        let place = self.lines.len();
        self.lines.push(line);
        match behind {
            None => self.sequence.push(place),
            Some(other) => self.behind.entry(other).or_default().push(place),
        }
        place
    }

    /// All of them as they stand in the trace.
    pub fn in_order(&self) -> impl Iterator<Item = &Line> {
        let mut open: Vec<usize> = self.sequence.iter().rev().copied().collect();
        std::iter::from_fn(move || {
            let place = open.pop()?;
            open.extend(self.behind.get(&place).into_iter().flatten().rev());
            self.lines.get(place)
        })
    }
}

/// Whether a line of a trace expects something. A name may be called so too.
pub(super) fn is_claim(line: &str) -> bool {
    line.strip_prefix("expect ").is_some_and(|rest| !rest.trim_start().starts_with('='))
}
