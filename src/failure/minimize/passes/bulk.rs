//! Replaces bulk lines of a few objects by single lines.

use super::fresh;
use crate::failure::minimize::search::Search;
use heapproof_model::{Field, Line, Name, Operation, Value};

/// The most objects of such a bulk line.
const MOST_OBJECTS: u32 = 4;

pub(super) fn run(search: &mut Search<'_>) {
    loop {
        let lines = search.lines();
        let candidates = (0..lines.len()).rev().filter_map(|at| {
            let (length, is_ring) = match lines[at].operation {
                Operation::Chain { length } => (length, false),
                Operation::Ring { length } => (length, true),
                _ => return None,
            };
            let head = lines[at].bind.filter(|_| (1..=MOST_OBJECTS).contains(&length))?;
            let by_hand = by_hand(head, length, is_ring, fresh(&lines));
            Some(((), lines[..at].iter().cloned().chain(by_hand).chain(lines[at + 1..].iter().cloned()).collect()))
        });
        if search.first(candidates).is_none() {
            return;
        }
    }
}

/// Tables, each in the field `next` of the one before. The mutator holds only the first.
fn by_hand(head: Name, length: u32, is_ring: bool, fresh: u32) -> Vec<Line> {
    let names: Vec<Name> = std::iter::once(head).chain((fresh..).map(Name)).take(length as usize).collect();
    let line = |operation| Line { bind: None, operation };
    let tables = names.iter().map(|name| Line { bind: Some(*name), operation: Operation::Table {} });
    let last = if is_ring { vec![head] } else { Vec::new() };
    let targets = names[1..].iter().chain(&last);
    let writes = names.iter().zip(targets).map(|(object, target)| {
        let (object, value) = (Some(*object), Value::Reference(*target));
        line(Operation::WriteField { object, field: Field::common(0), value })
    });
    let drops = names[1..].iter().map(|name| line(Operation::Drop { object: Some(*name) }));
    tables.chain(writes).chain(drops).collect()
}
