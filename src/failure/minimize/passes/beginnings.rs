//! Beginnings of programs: lines that the model carries out, one after the other, made from shapes.
//!
//! A line without its names is a shape. A line is made again from a shape and the names bound before it.

use heapproof_model::definitions::{self, Graph};
use heapproof_model::script::Outcome;
use heapproof_model::{Line, Machine, Name, Object, Reference, script};

/// The beginning of a program.
#[derive(Clone)]
pub(super) struct Beginning {
    pub lines: Vec<Line>,
    /// Names bound outside finalizers.
    pub bound: Vec<Name>,
    /// The next name.
    pub next: u32,
    /// The model after the lines.
    pub model: Reference,
}

impl Beginning {
    /// No line yet.
    pub fn of(model: Reference) -> Beginning {
        Beginning { lines: Vec::new(), bound: Vec::new(), next: 0, model }
    }

    /// With one line more, and what it does; `None` if the line is skipped.
    pub fn with(&self, line: Line) -> Option<(Beginning, Outcome)> {
        let mut model = self.model.clone();
        let outcome = script::step(&mut model, &line);
        model.script().journal.clear();
        if outcome == Outcome::Skipped {
            return None;
        }
        let next = self.next + line.bound().len() as u32;
        let bound = self.bound.iter().copied().chain(line.bind).collect();
        let lines = self.lines.iter().cloned().chain([line]).collect();
        Some((Beginning { lines, bound, next, model }, outcome))
    }

    /// Whether no object has died, and each refers to one or is referred to.
    pub fn is_connected(&self) -> bool {
        let counted = definitions::counted(&self.model);
        let takes_part = |object: Object| counted[object.index()] > 0 || self.model.references(object).next().is_some();
        self.model.living().count() == self.model.bound() && self.model.living().all(takes_part)
    }

    /// The lines of that shape; the names that they use are bound so far.
    pub fn filled(&self, shape: &Line) -> Vec<Line> {
        let places = shape.names();
        let mut choices: Vec<Vec<Name>> = vec![Vec::new()];
        let mut next = self.next;
        for place in places {
            let names = match place {
                Name::SELF => vec![Name::SELF],
                BOUND => {
                    next += 1;
                    vec![Name(next - 1)]
                }
                _ => self.bound.clone(),
            };
            choices = choices
                .iter()
                .flat_map(|chosen| names.iter().map(move |name| chosen.iter().copied().chain([*name]).collect()))
                .collect();
        }
        let fill = |names: Vec<Name>| {
            let mut line = shape.clone();
            let mut names = names.into_iter();
            line.rename(&mut |name| *name = names.next().unwrap_or(*name));
            line
        };
        choices.into_iter().map(fill).collect()
    }
}

/// What stands in a shape for a name that the line uses.
const USED: Name = Name(0);
/// What stands in a shape for a name that the line binds.
const BOUND: Name = Name(1);

/// A line without its names, but for `self`.
pub(super) fn shape(line: &Line) -> Line {
    let mut line = line.clone();
    let bound = line.bound();
    line.rename(&mut |name| {
        if *name != Name::SELF {
            *name = if bound.contains(name) { BOUND } else { USED };
        }
    });
    line
}

/// How many names the lines of a shape use.
pub(super) fn used(shape: &Line) -> usize {
    shape.names().iter().filter(|name| **name == USED).count()
}
