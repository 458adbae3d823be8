//! Cuts the lines after the one that failed, which were never run.

use crate::failure::minimize::search::Search;

pub(super) fn run(search: &mut Search<'_>) {
    let end = search.failure().step + 1;
    if end < search.best().len() {
        let lines = search.best().lines()[..end].to_vec();
        search.keep(lines);
    }
}
