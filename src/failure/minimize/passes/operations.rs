//! Replaces an operation by a simpler one of its family, and removes names that no line needs.
//!
//! Operations of a family are likely to have the same effect on the failure: allocations, reads, writes, and operations
//! that manage the heap. The new operation gets the operands of the old one, as far as it has room for them.

use crate::failure::minimize::search::Search;
use heapproof_model::{Code, Field, Gives, Line, Name, Operation, Part, Store, Value};

/// Of how many fields of a table each is tried with each value of one that is made like it.
const FEW_FIELDS: usize = 6;

pub(super) fn run(search: &mut Search<'_>) {
    super::at_each_line(search, |lines, at| {
        Box::new(super::instead(lines, at, simpler(&lines[at], 0)).chain(pushed(lines, at)).chain(narrower(lines, at)))
    });
}

/// Lines that can replace that one, the simplest first. It is nested in `depth` finalizers.
fn simpler(line: &Line, depth: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some((object, within)) = line.operation.armed() {
        if depth == 0 {
            let mut alone = within.clone();
            alone.operation = with_self(alone.operation, object.copied());
            lines.push(alone);
        }
        if let Operation::When { weak, line: within } = &line.operation {
            lines.push(Line { bind: None, operation: Operation::On { object: *weak, line: within.clone() } });
        }
        let on = |within| {
            let mut operation = line.operation.clone();
            if let Some(line) = operation.armed_mut() {
                *line = within;
            }
            operation
        };
        let lose = Operation::WriteField { object: Some(Name::SELF), field: Field::common(0), value: Value::Nil };
        let few = [Operation::Collect {}, Operation::End {}, Operation::Panic {}, lose];
        let few = few.into_iter().chain([None, Some(Name::SELF)].map(|object| Operation::Take { object }));
        lines.extend(few.map(|operation| Line { bind: None, operation: on(Line { bind: None, operation }) }));
        if within.bind.is_some() {
            let operation = Operation::Box { value: Value::Reference(Name::SELF) };
            lines.push(Line { bind: line.bind, operation: on(Line { bind: within.bind, operation }) });
        }
        lines.extend(
            simpler(within, depth + 1).into_iter().map(|within| Line { bind: line.bind, operation: on(within) }),
        );
    }
    if line.bind.is_some() && line.operation.code().gives() != Gives::New {
        lines.push(Line { bind: None, operation: line.operation.clone() });
    }
    lines.extend(operations(&line.operation).into_iter().filter_map(|operation| {
        let bind = if operation.code().gives() == Gives::Nothing { None } else { line.bind };
        let allowed = bind.is_some() || operation.code().gives() != Gives::New;
        allowed.then_some(Line { bind, operation })
    }));
    lines
}

/// Pushes an element instead of writing it over one that the array was allocated with.
fn pushed(lines: &[Line], at: usize) -> Option<Vec<Line>> {
    let Operation::WriteElement { object, value, .. } = &lines[at].operation else { return None };
    let mut lines = lines.to_vec();
    lines[at].operation = Operation::Push { object: *object, value: value.clone() };
    let made = lines[..at].iter_mut().find(|line| line.bind.is_some() && line.bind == *object)?;
    let Operation::Array { values } = &mut made.operation else { return None };
    values.pop()?;
    Some(lines)
}

/// Makes a table like one of a field less: takes a value out, with a line that writes a field of the other one.
fn narrower(lines: &[Line], at: usize) -> Vec<Vec<Line>> {
    let Operation::TableLike { like, values } = &lines[at].operation else { return Vec::new() };
    let writes = |line: &Line| matches!(&line.operation, Operation::WriteField { object, .. } if object == like);
    let written = (0..at).filter(|line| writes(&lines[*line])).take(FEW_FIELDS);
    let both = written.flat_map(|line| (0..values.len().min(FEW_FIELDS)).map(move |value| (line, value)));
    let without = |(line, value)| {
        let mut lines = lines.to_vec();
        if let Operation::TableLike { values, .. } = &mut lines[at].operation {
            values.remove(value);
        }
        lines.remove(line);
        lines
    };
    both.map(without).collect()
}

fn operations(operation: &Operation<Name>) -> Vec<Operation<Name>> {
    let code = operation.code();
    if let Operation::Temp { allocation } = operation {
        let temp = |allocation| Operation::Temp { allocation: Box::new(allocation) };
        let others = operations(allocation).into_iter().map(temp);
        return std::iter::once((**allocation).clone()).chain(others).collect();
    }
    if let Operation::Transfer { store: Store(store) } = operation {
        let transfer = |store| Operation::Transfer { store: Store(Box::new(store)) };
        let others = operations(store).into_iter().filter(|other| other.code().stores()).map(transfer);
        return std::iter::once((**store).clone()).chain(others).collect();
    }
    let family = |other: &&Code| match code {
        code if allocates(code) => allocates(**other),
        code if code.reads() => other.reads(),
        code if code.writes() => other.writes() && **other != Code::Transfer || other.reads(),
        code if manages(code) => manages(**other),
        Code::RecoverRoots => **other == Code::Recover,
        Code::TryTake => **other == Code::Take,
        // To a collection a pin is as a count.
        Code::Pin => **other == Code::Take,
        Code::Unpin => **other == Code::Drop,
        _ => false,
    };
    let others = Code::ALL.iter().filter(|other| **other != code).filter(family);
    others.map(|other| refitted(operation, *other)).collect()
}

fn allocates(code: Code) -> bool {
    code.allocates_plainly() || matches!(code, Code::Chain | Code::Ring)
}

fn manages(code: Code) -> bool {
    (Code::Collect..=Code::Verify).contains(&code)
}

/// The operation `code` with the operands of another.
pub(super) fn refitted(from: &Operation<Name>, code: Code) -> Operation<Name> {
    let mut from = from.clone();
    let (mut objects, mut values, mut numbers, mut fields) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for part in from.parts() {
        match part {
            Part::Object(object) => objects.push(*object),
            Part::Value(value) => values.push(value.clone()),
            Part::Values(list) => values.extend(list.iter().cloned()),
            Part::Number(number) => numbers.push(*number),
            Part::Field(field) => fields.push(field.clone()),
            _ => {}
        }
    }
    let mut to = Operation::simplest(code);
    let (mut objects, mut numbers, mut fields) = (objects.into_iter(), numbers.into_iter(), fields.into_iter());
    for part in to.parts() {
        match part {
            Part::Object(object) => {
                let reference = || values.iter().find_map(Value::reference);
                *object = objects.next().unwrap_or_else(reference);
            }
            Part::Value(value) => *value = values.first().cloned().unwrap_or(Value::Nil),
            Part::Values(list) => list.clone_from(&values),
            Part::Number(number) => *number = numbers.next().unwrap_or(*number),
            Part::Field(field) => *field = fields.next().unwrap_or_else(|| field.clone()),
            _ => {}
        }
    }
    to
}

/// An operation of a finalizer, on the finalizer's own object.
fn with_self(mut operation: Operation<Name>, object: Option<Name>) -> Operation<Name> {
    for part in operation.parts() {
        match part {
            Part::Object(name) if *name == Some(Name::SELF) => *name = object,
            Part::Value(value) => renamed(value, object),
            Part::Values(values) => values.iter_mut().for_each(|value| renamed(value, object)),
            _ => {}
        }
    }
    operation
}

fn renamed(value: &mut Value<Name>, object: Option<Name>) {
    if *value == Value::Reference(Name::SELF) {
        *value = object.map_or(Value::Nil, Value::Reference);
    }
}
