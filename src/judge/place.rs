//! The place of a failure: what its line does to contents, and to those of what kind of object.
//!
//! Two mistakes in stores differ in the kind of object that is stored in. What only moves counts, and what manages the
//! heap, is one place each, whatever the object: one mistake in a collector shows in every kind and at every such
//! operation, and would come to as many traces. `docs/signatures.md` has the figures.

use heapproof_model::definitions::Graph;
use heapproof_model::script::{Machine, step};
use heapproof_model::{Code, Kind, Name, Operation, Program, Reference};

/// The kinds of objects in words.
const KINDS: [(Kind, &str); 6] = [
    (Kind::Table, "table"),
    (Kind::Array, "array"),
    (Kind::Closure, "closure"),
    (Kind::Box, "box"),
    (Kind::Scalar, "scalar"),
    (Kind::Weak, "weak"),
];

/// What is done to contents.
const CONTENTS: [&str; 3] = ["read", "write", "allocate"];

/// What is done, where it is done to no contents.
const COUNT: &str = "count";
const MANAGE: &str = "manage";

/// The place at that line of a program, or at that operation of its end.
pub(super) fn of(program: &Program, at: usize, ending: Option<Code>) -> String {
    let Some(line) = program.lines().get(at) else {
        return if ending == Some(Code::Drop) { COUNT } else { MANAGE }.to_owned();
    };
    let code = line.operation.code();
    let does = match code {
        Code::Take | Code::Drop | Code::Upgrade => return COUNT.to_owned(),
        code if code.reads() => "read",
        code if code.writes() => "write",
        code if code.allocates() || matches!(code, Code::Chain | Code::Ring) => "allocate",
        _ => return MANAGE.to_owned(),
    };
    let kind = match allocated(&line.operation) {
        Some(kind) => Some(kind),
        None => line.operation.receiver().and_then(|name| kind_of(program, at, name)),
    };
    match KINDS.iter().find(|(known, _)| Some(*known) == kind) {
        Some((_, kind)) => format!("{does}-{kind}"),
        // Nil, or an object that is gone.
        None => does.to_owned(),
    }
}

/// All places.
pub(super) fn all() -> impl Iterator<Item = String> {
    let with =
        |does: &'static str| KINDS.iter().map(move |(_, kind)| format!("{does}-{kind}")).chain([does.to_owned()]);
    CONTENTS.into_iter().flat_map(with).chain([COUNT.to_owned(), MANAGE.to_owned()])
}

/// The kind of object that an operation allocates.
fn allocated(operation: &Operation<Name>) -> Option<Kind> {
    Some(match operation {
        Operation::Temp { allocation } => return allocated(allocation),
        Operation::Table {} | Operation::Chain { .. } | Operation::Ring { .. } => Kind::Table,
        Operation::Box { .. } => Kind::Box,
        Operation::Array { .. } => Kind::Array,
        Operation::Closure { .. } => Kind::Closure,
        Operation::Scalar { .. } => Kind::Scalar,
        Operation::Weak { .. } => Kind::Weak,
        _ => return None,
    })
}

/// The kind of object that a name stands for at a line, by the model alone: a subject that has ended its process can't be
/// asked.
fn kind_of(program: &Program, at: usize, name: Name) -> Option<Kind> {
    let mut model = Reference::new();
    for line in &program.lines()[..at] {
        step(&mut model, line);
    }
    let object = model.script().object(name)?;
    Some(model.contents(object)?.kind)
}
