//! Sorts lines: each line moves up as far as the program gets simpler and still fails. Sorts values: two lines exchange
//! theirs.
//!
//! Independent lines can be swapped, so without this pass one failure would have many traces.

use crate::failure::minimize::search::Search;
use heapproof_model::{Line, Name, Part, Value};

/// The longest program for this pass, which is quadratic in the lines.
const MOST_LINES: usize = 24;

pub(super) fn run(search: &mut Search<'_>) {
    if search.best().len() > MOST_LINES {
        return;
    }
    loop {
        let lines = search.lines();
        let moves = (1..lines.len()).flat_map(|from| (0..from).map(move |to| (from, to)));
        let moves = moves.filter(|(from, to)| can_pass(&lines[*from], &lines[*to..*from]));
        let moved = moves.map(|(from, to)| {
            let mut lines = lines.clone();
            let line = lines.remove(from);
            lines.insert(to, line);
            lines
        });
        let pairs = (0..lines.len()).flat_map(|first| (first + 1..lines.len()).map(move |second| (first, second)));
        let exchanged = pairs.filter_map(|(first, second)| exchanged(&lines, first, second));
        let candidates = moved.chain(exchanged).map(|lines| ((), lines));
        if search.first(candidates).is_none() {
            return;
        }
    }
}

/// The program where two lines have exchanged the values that they write.
fn exchanged(lines: &[Line], first: usize, second: usize) -> Option<Vec<Line>> {
    fn value(line: &mut Line) -> Option<&mut Value<Name>> {
        line.operation.parts().into_iter().find_map(|part| match part {
            Part::Value(value) => Some(value),
            _ => None,
        })
    }
    let mut lines = lines.to_vec();
    let (before, after) = lines.split_at_mut(second);
    let (one, other) = (value(&mut before[first])?, value(&mut after[0])?);
    if one == other {
        return None;
    }
    std::mem::swap(one, other);
    Some(lines)
}

/// Whether a line uses nothing that those lines bind.
fn can_pass(line: &Line, others: &[Line]) -> bool {
    let names = line.names();
    others.iter().all(|other| other.bind.is_none_or(|name| !names.contains(&name)))
}
