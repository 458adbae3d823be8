//! Leaves out stretches of lines, from half the program down to single lines. Later stretches go first, since later
//! lines depend on earlier ones.

use super::cut;
use crate::failure::minimize::search::Search;

pub(super) fn run(search: &mut Search<'_>) {
    let mut size = (search.best().len() / 2).max(1);
    loop {
        without(search, size);
        if size == 1 {
            return;
        }
        size /= 2;
    }
}

/// Leaves out stretches of that many lines.
fn without(search: &mut Search<'_>, size: usize) {
    let mut end = search.best().len();
    loop {
        let lines = search.lines();
        let ends = std::iter::successors(Some(end), |end| end.checked_sub(size)).take_while(|end| *end > 0);
        let candidates = ends.map(|end| {
            let start = end.saturating_sub(size);
            (start, lines[..start].iter().chain(&lines[end..]).cloned().collect())
        });
        let Some(start) = search.first(candidates) else { return };
        cut::run(search);
        end = start.min(search.best().len());
    }
}
