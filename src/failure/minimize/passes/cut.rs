//! What comes after the line that failed has not been run at all.

use crate::failure::minimize::search::Search;

pub(super) fn run(search: &mut Search<'_>) {
    let end = search.failure().step + 1;
    if end < search.best().len() {
        let lines = search.best().lines()[..end].to_vec();
        search.keep(lines);
    }
}
