//! Merges two objects: a line that binds a name goes, and another name replaces it.
//!
//! That other name is one bound before. What was done to the one object is then done to the other, by the operations of
//! its kind. Where an object is allocated with the other (`b = array a`), it can hold itself instead, which takes a
//! write but saves an object.

use super::kinds::{KINDS, changed, kind};
use crate::failure::minimize::search::Search;
use heapproof_model::{Line, Operation, Value};

/// The longest program for this pass, which is quadratic in the objects.
const MOST_LINES: usize = 32;

pub(super) fn run(search: &mut Search<'_>) {
    if search.best().len() > MOST_LINES {
        return;
    }
    super::at_each_line(search, |lines, at| Box::new(merged(lines, at).into_iter().chain(holding_itself(lines, at))));
}

/// Programs that use an older object instead of the one that the line `at` binds.
fn merged(lines: &[Line], at: usize) -> Vec<Vec<Line>> {
    let Some(name) = lines[at].bind else { return Vec::new() };
    let from = kind(&lines[at]);
    let mut programs = Vec::new();
    for made in &lines[..at] {
        let Some(other) = made.bind else { continue };
        let stands_for = |lines: &mut [Line]| {
            for line in lines {
                if let Some(to) = kind(made).filter(|to| from != Some(*to)) {
                    *line = changed(line, name, KINDS[to]);
                }
                line.rename(&mut |used| *used = if *used == name { other } else { *used });
            }
        };
        let mut without = lines.to_vec();
        without.remove(at);
        stands_for(&mut without);
        // If it was dropped before, it now stays held.
        let dropped = Operation::Drop { object: Some(other) };
        if let Some(drop) = lines[..at].iter().rposition(|line| line.operation == dropped) {
            let mut alive = without.clone();
            alive.remove(drop);
            programs.push(alive);
        }
        programs.push(without);
        // A take can replace an upgrade.
        if matches!(lines[at].operation, Operation::Upgrade { .. }) {
            let mut taken = lines.to_vec();
            taken[at] = Line { bind: None, operation: Operation::Take { object: Some(other) } };
            stands_for(&mut taken);
            programs.push(taken);
        }
    }
    programs
}

/// Programs where the object that the line `at` allocates holds itself, instead of an object that no other line uses.
fn holding_itself(lines: &[Line], at: usize) -> Vec<Vec<Line>> {
    let Some(name) = lines[at].bind else { return Vec::new() };
    let object = Some(name);
    let value = Value::Reference(name);
    let (held, write) = match &lines[at].operation {
        Operation::Array { values } => (values.last(), Operation::Push { object, value }),
        Operation::Box { value: held } => (Some(held), Operation::WriteBox { object, value }),
        Operation::Closure { values, .. } => (values.first(), Operation::WriteCapture { object, index: 0, value }),
        _ => return Vec::new(),
    };
    let Some(held) = held.and_then(Value::reference) else { return Vec::new() };
    let Some(gone) = lines[..at].iter().position(|line| line.bind == Some(held)) else { return Vec::new() };
    let mut lines = lines.to_vec();
    match &mut lines[at].operation {
        Operation::Array { values } => drop(values.pop()),
        Operation::Box { value } => *value = Value::Nil,
        Operation::Closure { values, .. } => values[0] = Value::Nil,
        _ => {}
    }
    lines.insert(at + 1, Line { bind: None, operation: write });
    lines.remove(gone);
    for line in &mut lines {
        line.rename(&mut |used| *used = if *used == held { name } else { *used });
    }
    vec![lines]
}
