//! Gives an object a simpler kind, in all its lines at once: an array's elements become a table's fields, a closure's
//! captures become a box's value. One line at a time would not do, since each line alone would be refused.

use super::operations::refitted;
use crate::failure::minimize::search::Search;
use heapproof_model::{Code, Fault, Field, Line, Name, Operation, Store};

/// The operations that allocate, read and write each kind that holds references, simple kinds first.
pub(super) const KINDS: [[Code; 3]; 4] = [
    [Code::Table, Code::ReadField, Code::WriteField],
    [Code::Box, Code::ReadBox, Code::WriteBox],
    [Code::Array, Code::ReadElement, Code::WriteElement],
    [Code::Closure, Code::ReadCapture, Code::WriteCapture],
];

pub(super) fn run(search: &mut Search<'_>) {
    loop {
        let lines = search.lines();
        let allocated = lines.iter().rev().filter_map(|line| Some((line.bind?, kind(line)?)));
        let candidates = allocated.flat_map(|(name, kind)| {
            let lines = &lines;
            KINDS[..kind].iter().map(move |to| ((), lines.iter().map(|line| changed(line, name, *to)).collect()))
        });
        if search.first(candidates).is_none() {
            return;
        }
    }
}

/// The index in [`KINDS`] of the kind that a line allocates.
pub(super) fn kind(line: &Line) -> Option<usize> {
    let code = match &line.operation {
        Operation::Temp { allocation } => allocation.code(),
        other => other.code(),
    };
    KINDS.iter().position(|[allocates, ..]| *allocates == code)
}

/// The line for an object of another kind, if it uses that name.
pub(super) fn changed(line: &Line, name: Name, to: [Code; 3]) -> Line {
    let [allocates, reads, writes] = to;
    let operation = match &line.operation {
        Operation::Temp { allocation } if line.bind == Some(name) => {
            Operation::Temp { allocation: Box::new(refitted(allocation, allocates)) }
        }
        operation if line.bind == Some(name) && kind(line).is_some() => refitted(operation, allocates),
        Operation::Transfer { store: Store(store) } => {
            let within = Line { bind: None, operation: (**store).clone() };
            Operation::Transfer { store: Store(Box::new(changed(&within, name, to).operation)) }
        }
        Operation::On { .. } | Operation::When { .. } => {
            let mut operation = line.operation.clone();
            operation.armed_mut().into_iter().for_each(|within| *within = changed(within, name, to));
            operation
        }
        Operation::Fault { fault, object } if *object == Some(name) => {
            Operation::Fault { fault: dangling(*fault, allocates), object: *object }
        }
        operation if is_done_to(operation, name) => match operation.code() {
            Code::Remove => refitted(operation, if allocates == Code::Array { Code::Pop } else { reads }),
            Code::Pop => refitted(operation, if allocates == Code::Table { Code::Remove } else { reads }),
            Code::Clear if matches!(allocates, Code::Table | Code::Array) => operation.clone(),
            Code::RemoveElement | Code::SwapRemove => {
                refitted(operation, if allocates == Code::Table { Code::Remove } else { reads })
            }
            code if code.reads() => at(operation, refitted(operation, reads)),
            code if code.writes() => at(operation, refitted(operation, writes)),
            _ => operation.clone(),
        },
        operation => operation.clone(),
    };
    Line { bind: line.bind, operation }
}

/// The fault that makes a reference dangle in an object of another kind.
fn dangling(fault: Fault, allocates: Code) -> Fault {
    // In the order of `KINDS`.
    const HELD: [Fault; 4] = [Fault::DanglingField, Fault::DanglingBox, Fault::DanglingElement, Fault::DanglingCapture];
    match KINDS.iter().position(|[kind, ..]| *kind == allocates) {
        Some(at) if HELD.contains(&fault) => HELD[at],
        _ => fault,
    }
}

fn is_done_to(operation: &Operation<Name>, name: Name) -> bool {
    use heapproof_model::Part;
    let code = operation.code();
    let first = operation.clone().parts().into_iter().next().is_some_and(|part| match part {
        Part::Object(object) => *object == Some(name),
        _ => false,
    });
    first && (code.reads() || code.writes())
}

/// The element of an index becomes the common field of that index.
fn at(from: &Operation<Name>, mut to: Operation<Name>) -> Operation<Name> {
    let index = match from {
        Operation::ReadElement { index, .. }
        | Operation::WriteElement { index, .. }
        | Operation::ReadCapture { index, .. }
        | Operation::WriteCapture { index, .. } => *index as usize,
        _ => return to,
    };
    if let Operation::ReadField { field, .. } | Operation::WriteField { field, .. } = &mut to {
        *field = Field::common(index);
    }
    to
}
