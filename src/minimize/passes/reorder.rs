//! Lines in the least order: each line is moved up as far as makes the program simpler and lets it fail.
//!
//! Lines that have nothing to do with each other can be swapped, so without this one failure has many traces.

use crate::minimize::search::Search;
use heapproof_model::Line;

/// How long a program may be: the pass is quadratic in its lines.
const MOST_LINES: usize = 24;

pub(super) fn run(search: &mut Search<'_>) {
    if search.best().len() > MOST_LINES {
        return;
    }
    loop {
        let lines = search.lines();
        let moves = (1..lines.len()).flat_map(|from| (0..from).map(move |to| (from, to)));
        let moves = moves.filter(|(from, to)| can_pass(&lines[*from], &lines[*to..*from]));
        let candidates = moves.map(|(from, to)| {
            let mut lines = lines.clone();
            let line = lines.remove(from);
            lines.insert(to, line);
            ((), lines)
        });
        if search.first(candidates).is_none() {
            return;
        }
    }
}

/// Whether a line uses nothing that those lines bind.
fn can_pass(line: &Line, others: &[Line]) -> bool {
    let names = line.names();
    others.iter().all(|other| other.bind.is_none_or(|name| !names.contains(&name)))
}
