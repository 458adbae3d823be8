//! What a program expects stays as it is while the program is minimised: an expectation can go, and objects can get other
//! names, but no other claim takes its place. What a log says is what is judged; another claim would fail for its own reasons.

use heapproof_model::{Line, Name, Operation, Part, Value};

/// The expectations among those lines, without names, in some order that depends on them alone.
pub(super) fn of(lines: &[Line]) -> Vec<Operation<Name>> {
    let expectations = lines.iter().map(|line| &line.operation).filter(|operation| operation.code().is_expectation());
    let mut all: Vec<Operation<Name>> = expectations.map(without_names).collect();
    all.sort_by_cached_key(|operation| format!("{operation:?}"));
    all
}

/// Whether all expectations among those lines are among the expected ones, each as often at most.
pub(super) fn are_kept(lines: &[Line], expected: &[Operation<Name>]) -> bool {
    let mut rest = expected.iter();
    of(lines).iter().all(|one| rest.any(|other| other == one))
}

/// The same of an object that is the same for all; what is nil stays nil.
fn without_names(operation: &Operation<Name>) -> Operation<Name> {
    let mut operation = operation.clone();
    for part in operation.parts() {
        match part {
            Part::Object(Some(name)) | Part::Value(Value::Reference(name)) => *name = Name(0),
            _ => {}
        }
    }
    operation
}
