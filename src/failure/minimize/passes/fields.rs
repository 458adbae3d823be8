//! Replaces fields by the first common ones, in all lines at once that name a field.

use super::operands::flat;
use crate::failure::minimize::search::Search;
use heapproof_model::{Field, Line, Part};

/// For up to so many fields, all ways to name them are tried. For more, only the order of appearance and exchanges of
/// two.
const FEW_FIELDS: usize = 3;

pub(super) fn run(search: &mut Search<'_>) {
    loop {
        let lines = search.lines();
        let fields = fields(&lines);
        if fields.is_empty() || fields.len() > Field::COMMON.len() {
            return;
        }
        let candidates = assignments(&fields).into_iter().map(|names| {
            let instead = |field: &mut Field| {
                let at = fields.iter().position(|known| known == field);
                *field = at.map_or_else(|| field.clone(), |at| names[at].clone());
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

/// Other names for those fields.
fn assignments(fields: &[Field]) -> Vec<Vec<Field>> {
    if fields.len() <= FEW_FIELDS {
        return all_ways(fields.len());
    }
    let in_order = (0..fields.len()).map(Field::common).collect();
    let pairs = (0..fields.len()).flat_map(|first| (first + 1..fields.len()).map(move |second| (first, second)));
    let exchanged = pairs.map(|(first, second)| {
        let mut fields = fields.to_vec();
        fields.swap(first, second);
        fields
    });
    std::iter::once(in_order).chain(exchanged).collect()
}

/// All ways to name that many fields by different ones of the first common fields.
fn all_ways(count: usize) -> Vec<Vec<Field>> {
    let mut all = vec![Vec::new()];
    for _ in 0..count {
        let longer = |fields: &Vec<Field>| {
            let free = (0..FEW_FIELDS).map(Field::common).filter(|field| !fields.contains(field));
            free.map(|field| fields.iter().cloned().chain([field]).collect()).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}
