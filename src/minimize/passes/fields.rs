//! The first common fields in place of others, all lines that speak of a field at once.

use super::operands::flat;
use crate::minimize::search::Search;
use heapproof_model::{Field, Line, Part};

/// The most fields that a program may have.
const MOST_FIELDS: usize = 3;

pub(super) fn run(search: &mut Search<'_>) {
    loop {
        let lines = search.lines();
        let fields = fields(&lines);
        if fields.is_empty() || fields.len() > MOST_FIELDS {
            return;
        }
        let candidates = assignments(fields.len()).into_iter().map(|places| {
            let instead = |field: &mut Field| {
                let at = fields.iter().position(|known| known == field);
                *field = at.map_or_else(|| field.clone(), |at| Field::common(places[at]));
            };
            let mut lines = lines.clone();
            lines.iter_mut().for_each(|line| each_field(line, &mut instead.clone()));
            ((), lines)
        });
        if search.first(candidates).is_none() {
            return;
        }
    }
}

/// The fields of those lines, in order of appearance.
fn fields(lines: &[Line]) -> Vec<Field> {
    let mut fields = Vec::new();
    for line in lines {
        each_field(&mut line.clone(), &mut |field| {
            if !fields.contains(field) {
                fields.push(field.clone());
            }
        });
    }
    fields
}

fn each_field(line: &mut Line, each: &mut dyn FnMut(&mut Field)) {
    for part in flat(&mut line.operation) {
        if let Part::Field(field) = part {
            each(field);
        }
    }
}

/// All ways to give that many fields different ones of the first common fields.
fn assignments(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..count {
        let longer = |places: &Vec<usize>| {
            let free = (0..MOST_FIELDS).filter(|place| !places.contains(place));
            free.map(|place| places.iter().copied().chain([place]).collect()).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}
