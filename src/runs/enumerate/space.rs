//! Which programs are tried: a bound on lines, a bound on objects, and what lines are made of.

use crate::judge::subject::Subject;
use heapproof_model::reference::NEAR;
use heapproof_model::{Code, Fault, Field, Kind, Name, Value};
use std::fmt;

/// All programs of so many lines on so many objects that are made of certain lines.
///
/// A program belongs to it if it has at most [`lines`](Space::lines) lines, each of them made as [`Space`] says, and if an
/// allocation stands in it only where fewer than [`objects`](Space::objects) objects live. What finalizers allocate comes
/// on top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// What it is called.
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
    /// Values besides references.
    pub plain: Vec<Value<Name>>,
    /// Whether nil stands where an object should.
    pub nil: bool,
    /// The faults that are made.
    pub faults: Vec<Fault>,
}

/// The kinds of objects, each by its name.
pub const KINDS: [(&str, Kind); 6] = [
    ("table", Kind::Table),
    ("array", Kind::Array),
    ("closure", Kind::Closure),
    ("box", Kind::Box),
    ("scalar", Kind::Scalar),
    ("weak", Kind::Weak),
];

impl Space {
    /// Tables with one field, and what makes cycles of them: allocate, store, take, drop, detect, collect.
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
        }
    }

    /// The same with two fields: objects refer to two others, or twice to one.
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
            kinds: KINDS.iter().map(|(_, kind)| *kind).collect(),
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
        }
    }

    /// The same with every fault.
    pub fn faults() -> Space {
        Space { name: "faults", lines: 4, faults: Fault::ALL.to_vec(), ..Space::whole() }
    }

    /// Whether programs are so short that digests tell states apart in them: what they count is far from where counting
    /// is read. A line counts a reference that is stored, taken out or dropped, or an allocation, for each object; a
    /// finalizer's line does so once more, and what it holds is dropped.
    pub fn is_near(&self) -> bool {
        self.lines <= self.most_lines()
    }

    /// How many lines there can be for that.
    pub fn most_lines(&self) -> usize {
        (NEAR as usize - 1) / (3 * self.objects.max(1))
    }

    /// Whether a line of it allocates, on such a subject: without objects there is nothing to prove.
    pub fn allocates(&self, subject: &dyn Subject) -> bool {
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
        ];
        tables && kinds(Kind::Table) || others.into_iter().any(|(code, kind)| makes(code) && kinds(kind))
    }

    /// The same with as few lines as can be tried program by program, where states are not merged.
    pub fn unmerged(self) -> Space {
        let most = if self.operations.len() > 20 { 3 } else { 5 };
        Space { lines: self.lines.min(most), ..self }
    }

    /// All that have names, those that are searched unless others are asked for: the widest first, since a heap that is
    /// wrong is mostly wrong soon.
    pub fn all() -> Vec<Space> {
        vec![Space::faults(), Space::cycles(), Space::graphs(), Space::whole()]
    }
}

impl fmt::Display for Space {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: at most {} lines, at most {} objects at once", self.name, self.lines, self.objects)
    }
}
