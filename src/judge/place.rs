//! The place of a failure: what its line does to contents, and the kind of object.
//!
//! Two mistakes in stores differ in the kind of object. Operations that only move counts are one place, and operations that
//! manage the heap are another, for every kind of object: one mistake in a collector shows in all kinds and at all these
//! operations, and would otherwise leave as many traces. `docs/signatures.md` has the figures.

use heapproof_model::definitions::Graph;
use heapproof_model::script::{Machine, step};
use heapproof_model::{Code, Kind, Name, Program, Reference};

/// The actions on contents.
const CONTENTS: [&str; 3] = ["read", "write", "allocate"];

/// The actions that touch no contents.
const COUNT: &str = "count";
const MANAGE: &str = "manage";

/// The place at a line of a program, or at an operation of its end.
pub(super) fn of(program: &Program, at: usize, ending: Option<Code>) -> String {
    let Some(line) = program.lines().get(at) else {
        return if matches!(ending, Some(Code::Drop | Code::Unpin)) { COUNT } else { MANAGE }.to_owned();
    };
    let code = line.operation.code();
    let action = match code {
        Code::Take | Code::TryTake | Code::Drop | Code::Upgrade | Code::Pin | Code::Unpin => return COUNT.to_owned(),
        code if code.reads() => "read",
        code if code.writes() => "write",
        code if code.allocates() || matches!(code, Code::Chain | Code::Ring) => "allocate",
        _ => return MANAGE.to_owned(),
    };
    let kind = match line.operation.allocated() {
        Some(kind) => Some(kind),
        None => line.operation.receiver().and_then(|name| kind_of(program, at, name)),
    };
    match kind {
        Some(kind) => format!("{action}-{}", kind.word()),
        // The object is nil or dead.
        None => action.to_owned(),
    }
}

/// All places.
pub(super) fn all() -> impl Iterator<Item = String> {
    let with_kinds = |action: &'static str| {
        Kind::ALL.iter().map(move |kind| format!("{action}-{}", kind.word())).chain([action.to_owned()])
    };
    CONTENTS.into_iter().flat_map(with_kinds).chain([COUNT.to_owned(), MANAGE.to_owned()])
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
