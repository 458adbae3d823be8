//! A program: lines, each an operation that may bind a name.

pub use crate::operation::{DEEPEST_FINALIZER, Line};

use crate::operation::Operation;
use crate::value::Name;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Operations in the order in which they are carried out, settings first. Its `Debug` is its trace.
#[derive(Clone, Default)]
pub struct Program {
    lines: Vec<Line>,
    /// The spelling of names in the text from which the program was read. Names beyond its end are spelled by counting.
    spelling: Vec<String>,
    /// Where lines come from, by their indices (SPEC 10.21).
    notes: BTreeMap<usize, Arc<str>>,
    /// Where each line stands in its text, if that has blocks.
    places: Arc<Vec<Place>>,
}

/// How deep blocks stand in one another.
pub(crate) const DEEPEST_BLOCK: usize = 3;

/// Where a line stands in a text with blocks (SPEC 10.22).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    line: u32,
    /// Those that are not there are 0.
    rounds: [u32; DEEPEST_BLOCK],
}

impl Place {
    pub(crate) fn new(line: usize, within: &[u32]) -> Place {
        let mut rounds = [0; DEEPEST_BLOCK];
        rounds.iter_mut().zip(within).for_each(|(round, of)| *round = *of);
        Place { line: line as u32, rounds }
    }

    /// The line of the text, counted from 1.
    pub fn line(&self) -> usize {
        self.line as usize
    }

    /// The round of each block around it, counted from 1, the outermost first.
    pub fn rounds(&self) -> impl Iterator<Item = u32> {
        self.rounds.into_iter().take_while(|round| *round > 0)
    }
}

impl PartialEq for Program {
    /// Equal up to names.
    fn eq(&self, other: &Program) -> bool {
        numbered(self.lines.clone()) == numbered(other.lines.clone())
    }
}

impl Eq for Program {}

impl Program {
    /// The program of those lines. Lines that are not allowed in their place are left out, and so is the second binding
    /// of a name. Settings are moved to the front.
    pub fn new(lines: Vec<Line>) -> Program {
        Program::spelled(lines, Vec::new())
    }

    pub(crate) fn spelled(mut lines: Vec<Line>, spelling: Vec<String>) -> Program {
        let mut bound = std::collections::BTreeSet::new();
        lines.retain(|line| line.is_allowed(0) && line.bound().iter().all(|name| bound.insert(*name)));
        lines.sort_by_key(|line| !line.operation.code().is_setting());
        Program { lines, spelling, ..Program::default() }
    }

    /// The same with the places of its lines in a text that has blocks.
    #[must_use]
    pub(crate) fn placed(self, places: Vec<Place>) -> Program {
        Program { places: Arc::new(places), ..self }
    }

    /// Where the line of that index stands in the text that was read, if that has blocks.
    pub fn place(&self, index: usize) -> Option<Place> {
        self.places.get(index).copied()
    }

    /// The same with notes of where its lines come from, by their indices.
    #[must_use]
    pub(crate) fn noted(self, notes: BTreeMap<usize, Arc<str>>) -> Program {
        Program { notes, ..self }
    }

    /// Where the line of that index comes from, if that is noted.
    pub fn note(&self, index: usize) -> Option<&str> {
        self.notes.get(&index).map(|note| &**note)
    }

    /// Whether it is noted of any line where it comes from.
    pub fn has_notes(&self) -> bool {
        !self.notes.is_empty()
    }

    /// Its lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// How many lines it has.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it has no lines.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A program of other lines with the same spelling of names. Those that this program has too, in the same order, keep
    /// their notes.
    pub fn with_lines(&self, lines: Vec<Line>) -> Program {
        let program = Program::spelled(lines, self.spelling.clone());
        let mut notes = BTreeMap::new();
        let mut from = 0;
        for (index, line) in program.lines.iter().enumerate().filter(|_| self.has_notes()) {
            let Some(same) = self.lines[from..].iter().position(|other| other == line) else { continue };
            notes.extend(self.notes.get(&(from + same)).map(|note| (index, Arc::clone(note))));
            from += same + 1;
        }
        program.noted(notes)
    }

    /// How a name is spelled in its trace.
    pub fn spell(&self, name: Name) -> String {
        if name == Name::SELF {
            return "self".into();
        }
        self.spelling.get(name.index()).cloned().unwrap_or_else(|| count(name.0))
    }

    /// The same program with names numbered in the order of their binding, then the unbound ones, and spelled by
    /// counting.
    pub fn canonical(&self) -> Program {
        let (lines, _) = numbered(self.lines.clone());
        Program { lines, ..Program::default() }
    }

    /// How many objects its bulk lines allocate, which is what makes a program large.
    pub fn bulk(&self) -> u64 {
        fn of(line: &Line) -> u64 {
            match &line.operation {
                Operation::Chain { length } | Operation::Ring { length } => u64::from(*length),
                Operation::On { line, .. } | Operation::When { line, .. } => of(line),
                _ => 0,
            }
        }
        self.lines.iter().map(of).sum()
    }
}

/// The same lines with names numbered in the order of their binding, then the unbound ones; and how many names there are.
pub(crate) fn numbered(mut lines: Vec<Line>) -> (Vec<Line>, usize) {
    let mut numbers = Numbers::default();
    for name in lines.iter().flat_map(Line::bound) {
        numbers.of(name);
    }
    for line in &mut lines {
        line.rename(&mut |name| *name = numbers.of(*name));
    }
    (lines, numbers.next as usize)
}

/// New numbers for names, in the order of the requests.
#[derive(Default)]
struct Numbers {
    given: Vec<Option<Name>>,
    next: u32,
}

impl Numbers {
    fn of(&mut self, name: Name) -> Name {
        let index = name.index();
        if self.given.len() <= index {
            self.given.resize(index + 1, None);
        }
        *self.given[index].get_or_insert_with(|| {
            self.next += 1;
            Name(self.next - 1)
        })
    }
}

/// `a`, `b`, .. `z`, `a1`, ..
fn count(number: u32) -> String {
    let letter = char::from(b'a' + (number % 26) as u8);
    match number / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}
