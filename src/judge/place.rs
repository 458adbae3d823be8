//! The place of a failure: what its line does to contents, and the kind of object.
//!
//! Two mistakes in stores differ in the kind of object. Operations that only move counts are one place, and operations that
//! manage the heap are another, for every kind of object: one mistake in a collector shows in all kinds and at all these
//! operations, and would otherwise leave as many traces. `docs/signatures.md` has the figures.

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

/// The actions on contents.
const CONTENTS: [&str; 3] = ["read", "write", "allocate"];

/// The actions that touch no contents.
const COUNT: &str = "count";
const MANAGE: &str = "manage";

/// The place at a line of a program, or at an operation of its end.
pub(super) fn of(program: &Program, at: usize, ending: Option<Code>) -> String {
    let Some(line) = program.lines().get(at) else {
        return if ending == Some(Code::Drop) { COUNT } else { MANAGE }.to_owned();
    };
    let code = line.operation.code();
    let action = match code {
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
        Some((_, kind)) => format!("{action}-{kind}"),
        // The object is nil or dead.
        None => action.to_owned(),
    }
}

/// All places.
pub(super) fn all() -> impl Iterator<Item = String> {
    let with_kinds =
        |action: &'static str| KINDS.iter().map(move |(_, kind)| format!("{action}-{kind}")).chain([action.to_owned()]);
    CONTENTS.into_iter().flat_map(with_kinds).chain([COUNT.to_owned(), MANAGE.to_owned()])
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

/// The kind of object that a name means at a line. Only the model is asked, since the subject may have ended its process.
fn kind_of(program: &Program, at: usize, name: Name) -> Option<Kind> {
    let mut model = Reference::new();
    for line in &program.lines()[..at] {
        step(&mut model, line);
    }
    let object = model.script().object(name)?;
    Some(model.contents(object)?.kind)
}
