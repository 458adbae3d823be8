//! Folds writes into allocations: an object is allocated with what is written into it later, or with what is written
//! into another object; or all references to an object come from one array.

use super::fresh;
use super::kinds::{KINDS, changed};
use crate::failure::minimize::search::Search;
use heapproof_model::{Line, Name, Operation, Value};

pub(super) fn run(search: &mut Search<'_>) {
    loop {
        let lines = search.lines();
        let names: Vec<Name> = lines.iter().filter_map(|line| line.bind).collect();
        let candidates = names.iter().flat_map(|name| {
            let at_once = written(&lines, *name).into_iter().chain(pushed(&lines, *name));
            at_once.chain(moved(&lines, *name)).chain(referred(&lines, *name))
        });
        if search.first(candidates.map(|lines| ((), lines))).is_none() {
            return;
        }
    }
}

/// Programs that allocate an object with what is written into it, in the place of the last write.
fn written(lines: &[Line], name: Name) -> Vec<Vec<Line>> {
    let (mut values, mut last, mut writes) = (Vec::new(), 0, 0);
    let mut rest = Vec::new();
    for line in lines {
        let made = match &line.operation {
            Operation::Table {} if line.bind == Some(name) => Vec::new(),
            Operation::Array { values } | Operation::Closure { values, .. } if line.bind == Some(name) => {
                values.clone()
            }
            Operation::Box { .. } if line.bind == Some(name) => Vec::new(),
            Operation::WriteField { object, value, .. }
            | Operation::WriteElement { object, value, .. }
            | Operation::WriteCapture { object, value, .. }
            | Operation::WriteBox { object, value }
            | Operation::Push { object, value }
            | Operation::Insert { object, value, .. }
            | Operation::Fill { object, value, .. }
                if *object == Some(name) =>
            {
                writes += 1;
                vec![value.clone()]
            }
            _ => {
                rest.push(line.clone());
                continue;
            }
        };
        values.extend(made);
        last = rest.len();
    }
    let own = values.contains(&Value::Reference(name));
    if writes == 0 || own {
        return Vec::new();
    }
    let with = |operation| {
        let mut lines = rest.clone();
        lines.insert(last, Line { bind: Some(name), operation });
        lines
    };
    let alone = values.last().filter(|_| writes == 1).cloned();
    let in_a_box = alone.map(|value| with(Operation::Box { value }));
    in_a_box.into_iter().chain([with(Operation::Array { values })]).collect()
}

/// A program that allocates an array with the first value that is pushed to it.
fn pushed(lines: &[Line], name: Name) -> Option<Vec<Line>> {
    let at = lines.iter().position(|line| line.bind == Some(name))?;
    let push = lines.iter().position(|line| {
        let object = Some(name);
        matches!(&line.operation, Operation::Push { object: other, .. } if *other == object)
    })?;
    let mut lines = lines.to_vec();
    let Operation::Push { value, .. } = lines.remove(push).operation else { return None };
    let Operation::Array { values } = &mut lines.get_mut(at)?.operation else { return None };
    values.push(value);
    Some(lines)
}

/// Programs with a box for a table; the box holds a reference that was stored elsewhere.
fn moved(lines: &[Line], name: Name) -> Vec<Vec<Line>> {
    let is_made = |line: &Line| line.bind == Some(name) && line.operation == Operation::Table {};
    let Some(at) = lines.iter().position(is_made) else { return Vec::new() };
    let stores = (0..lines.len()).filter_map(|store| Some((store, stored(&lines[store])?)));
    let known = stores.filter(|(_, held)| lines[..at].iter().any(|line| line.bind == Some(*held)));
    let instead = known.map(|(store, held)| {
        let mut lines: Vec<Line> = lines.iter().map(|line| changed(line, name, KINDS[1])).collect();
        lines[at].operation = Operation::Box { value: Value::Reference(held) };
        lines.remove(store);
        lines
    });
    instead.collect()
}

/// The reference that a line writes.
fn stored(line: &Line) -> Option<Name> {
    match &line.operation {
        Operation::WriteField { value, .. }
        | Operation::WriteElement { value, .. }
        | Operation::WriteCapture { value, .. }
        | Operation::WriteBox { value, .. }
        | Operation::Push { value, .. }
        | Operation::Insert { value, .. }
        | Operation::Fill { value, .. } => value.reference(),
        _ => None,
    }
}

/// A program where all references to an object are in one array, as many as before.
fn referred(lines: &[Line], name: Name) -> Option<Vec<Line>> {
    let value = Value::Reference(name);
    let (mut rest, mut last, mut times) = (Vec::new(), 0, 0);
    for line in lines {
        let found = match &line.operation {
            Operation::Array { values } | Operation::Closure { values, .. } => {
                values.iter().filter(|one| **one == value).count()
            }
            Operation::WriteField { value: one, .. }
            | Operation::WriteElement { value: one, .. }
            | Operation::WriteCapture { value: one, .. }
            | Operation::WriteBox { value: one, .. }
            | Operation::Push { value: one, .. }
            | Operation::Insert { value: one, .. }
            | Operation::Box { value: one } => usize::from(*one == value),
            _ => 0,
        };
        times += found;
        if found == 0 {
            rest.push(line.clone());
        } else {
            last = rest.len();
        }
    }
    if times < 2 {
        return None;
    }
    let operation = Operation::Array { values: vec![value; times] };
    rest.insert(last, Line { bind: Some(Name(fresh(lines))), operation });
    Some(rest)
}
