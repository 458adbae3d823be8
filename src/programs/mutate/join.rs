//! Puts lines of one program into another.

use super::Draft;
use super::scope::{Scope, renamed};
use heapproof_model::{Line, Name, Program};
use rand::RngExt;
use std::collections::{BTreeMap, btree_map::Entry};

impl Draft<'_> {
    /// Inserts lines of another program: all of them at the end, its tail after our head, or a stretch in the middle.
    pub(super) fn join(&mut self, other: &Program) {
        let theirs = other.lines();
        let (ours, many) = (self.lines.len(), theirs.len());
        let (at, lines) = match self.rng.random_range(0..3) {
            0 => (ours, theirs),
            1 => {
                self.lines.truncate(self.rng.random_range(0..=ours));
                (self.lines.len(), &theirs[self.rng.random_range(0..=many)..])
            }
            _ => {
                let start = self.rng.random_range(0..=many);
                (self.rng.random_range(0..=ours), &theirs[start..self.rng.random_range(start..=many)])
            }
        };
        let scope = self.scope(at);
        let lines = self.adopted(lines.to_vec(), &scope);
        self.lines.splice(at..at, lines);
    }

    /// Lines of another program with new names. Names that these lines use but don't bind mostly become names of ours.
    fn adopted(&mut self, lines: Vec<Line>, scope: &Scope) -> Vec<Line> {
        let mut numbers = self.numbers(&lines);
        for name in lines.iter().flat_map(Line::names) {
            if let Entry::Vacant(unbound) = numbers.entry(name) {
                let ours = if self.rng.random_ratio(7, 8) { self.name(scope, None) } else { None };
                if let Some(chosen) = ours.or_else(|| self.fresh()) {
                    unbound.insert(chosen);
                }
            }
        }
        renumbered(lines, &numbers)
    }

    /// The same lines, but they bind new names.
    pub(super) fn bound_anew(&mut self, lines: Vec<Line>) -> Vec<Line> {
        let numbers = self.numbers(&lines);
        renumbered(lines, &numbers)
    }

    /// New numbers for the names that lines bind.
    fn numbers(&mut self, lines: &[Line]) -> BTreeMap<Name, Name> {
        lines.iter().flat_map(Line::bound).filter_map(|name| Some((name, self.fresh()?))).collect()
    }
}

fn renumbered(lines: Vec<Line>, numbers: &BTreeMap<Name, Name>) -> Vec<Line> {
    lines.into_iter().map(|line| renamed(line, &mut |name| numbers.get(&name).copied().unwrap_or(name))).collect()
}
