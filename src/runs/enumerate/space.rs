//! Spaces say which programs are tried: the most lines, the most objects, and the parts of lines.

use crate::judge::subject::Abilities;
use heapproof_model::reference::NEAR;
use heapproof_model::{Code, Fault, Field, Kind, Name, Value};
use std::fmt;

/// All programs of at most so many lines on at most so many objects, with lines made from certain parts.
///
/// A program belongs to the space if it has at most [`lines`](Space::lines) lines, if each line is made from the parts
/// below, and if it allocates only while fewer than [`objects`](Space::objects) objects live. Allocations of finalizers
/// are not limited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// Its name.
    pub name: &'static str,
    /// The most objects that live at once.
    pub objects: usize,
    /// The most lines.
    pub lines: usize,
    /// The operations, simplest first.
    pub operations: Vec<Code>,
    /// The kinds of objects that are allocated.
    pub kinds: Vec<Kind>,
    /// The names of fields.
    pub fields: Vec<Field>,
    /// The values besides references.
    pub plain: Vec<Value<Name>>,
    /// Whether nil is also used in place of an object.
    pub nil: bool,
    /// The faults that are made.
    pub faults: Vec<Fault>,
    /// Whether finalizers look: they read what their own object holds and give it up, upgrade weak objects, and give code to
    /// others and to what code has made.
    pub looks: bool,
}

impl Space {
    /// Tables with one field, and the operations for cycles: allocate, store, take, drop, detect, collect.
    pub fn cycles() -> Space {
        use Code::{Collect, Detect, DetectFull, Drop, Table, Take, WriteField};
        Space {
            name: "cycles",
            objects: 3,
            lines: 8,
            operations: vec![Take, Drop, WriteField, Table, Collect, DetectFull, Detect],
            kinds: vec![Kind::Table],
            fields: vec![Field::common(1)],
            plain: vec![Value::Nil],
            nil: false,
            faults: Vec::new(),
            looks: false,
        }
    }

    /// Like [`cycles`](Space::cycles) with two fields: objects refer to two others, or twice to one.
    pub fn graphs() -> Space {
        Space { name: "graphs", lines: 7, fields: vec![Field::common(1), Field::common(2)], ..Space::cycles() }
    }

    /// The whole table of operations, with a fault of each class.
    pub fn whole() -> Space {
        Space {
            name: "whole",
            objects: 2,
            lines: 5,
            operations: Code::ALL.to_vec(),
            kinds: Kind::ALL.to_vec(),
            fields: vec![Field::common(1)],
            plain: vec![Value::Nil],
            nil: true,
            faults: vec![
                Fault::ExternalLow,
                Fault::InternalHigh,
                Fault::DanglingField,
                Fault::DirtyEntry,
                Fault::FreeMissing,
                Fault::CandidateFlag,
            ],
            looks: false,
        }
    }

    /// Tables and weak objects, and finalizers that look: what code sees of the dying.
    pub fn code() -> Space {
        use Code::{Collect, Drop, On, Panic, ReadField, Ring, Table, Take, Upgrade, Weak, WriteField};
        Space {
            name: "code",
            lines: 5,
            operations: vec![Take, Drop, ReadField, WriteField, Upgrade, Table, Ring, Weak, Collect, On, Panic],
            kinds: vec![Kind::Table, Kind::Weak],
            looks: true,
            ..Space::cycles()
        }
    }

    /// Tables and weak objects, and callbacks: who is called when what has died, and what that sets off.
    pub fn callbacks() -> Space {
        use Code::{Collect, Drop, Panic, Table, Take, Upgrade, Weak, When, WriteField};
        Space {
            name: "callbacks",
            lines: 6,
            operations: vec![Take, Drop, WriteField, Upgrade, Table, Weak, Collect, When, Panic],
            kinds: vec![Kind::Table, Kind::Weak],
            ..Space::cycles()
        }
    }

    /// Tables and ephemerons: what lives with two others, and dies with either.
    pub fn ephemerons() -> Space {
        use Code::{Collect, CollectSlice, Drop, Ephemeron, ReadBox, Table, WriteField};
        Space {
            name: "ephemerons",
            lines: 9,
            operations: vec![Drop, ReadBox, WriteField, Table, Ephemeron, Collect, CollectSlice],
            kinds: vec![Kind::Table, Kind::Weak],
            ..Space::cycles()
        }
    }

    /// Like [`whole`](Space::whole) with every fault.
    pub fn faults() -> Space {
        Space { name: "faults", lines: 4, faults: Fault::ALL.to_vec(), ..Space::whole() }
    }

    /// Whether programs are short enough for digests to distinguish their states: no counter comes near a value at
    /// which it is read. For each object, a line counts a reference that is stored, removed or dropped, or an
    /// allocation. A finalizer's line counts once more, and so does the drop of what it holds.
    pub fn is_near(&self) -> bool {
        self.lines <= self.most_lines()
    }

    /// The most lines for which that holds.
    pub fn most_lines(&self) -> usize {
        (NEAR as usize - 1) / (3 * self.objects.max(1))
    }

    /// Whether a line of it allocates, on such a subject: without objects there is nothing to prove.
    pub fn allocates(&self, subject: &Abilities) -> bool {
        let kinds = |kind: Kind| self.kinds.contains(&kind);
        let has = |code: Code| self.operations.contains(&code) && subject.supports(code);
        // What a temporary is made of need not be among the operations.
        let makes = |code: Code| has(code) || has(Code::Temp) && code.allocates_plainly() && subject.supports(code);
        let tables = makes(Code::Table) || has(Code::Chain) || has(Code::Ring);
        let others = [
            (Code::Array, Kind::Array),
            (Code::Closure, Kind::Closure),
            (Code::Box, Kind::Box),
            (Code::Scalar, Kind::Scalar),
            (Code::Weak, Kind::Weak),
            (Code::Ephemeron, Kind::Weak),
        ];
        tables && kinds(Kind::Table) || others.into_iter().any(|(code, kind)| makes(code) && kinds(kind))
    }

    /// The same space, with so few lines that each program can be tried without merging.
    pub fn unmerged(self) -> Space {
        let most = if self.operations.len() > 20 { 3 } else { 5 };
        Space { lines: self.lines.min(most), ..self }
    }

    /// All named spaces, which are searched by default. The widest comes first, since a wrong heap mostly fails soon.
    pub fn all() -> Vec<Space> {
        let of = [
            Space::faults,
            Space::cycles,
            Space::graphs,
            Space::code,
            Space::callbacks,
            Space::ephemerons,
            Space::whole,
        ];
        of.map(|space| space()).into()
    }
}

impl fmt::Display for Space {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: at most {} lines, at most {} objects at once", self.name, self.lines, self.objects)
    }
}
