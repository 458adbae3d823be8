//! The passes, in the order in which they are made.
//!
//! Those at the top leave out much at a time, and are only guesses of what matters: each costs a run or a few. Then lines
//! go in stretches, in sets that depend on each other, and one by one. Those that change lines come last, when few are
//! left.

mod chunks;
mod cut;
mod kinds;
mod merge;
mod operands;
mod operations;
mod related;
mod reorder;
mod sets;
mod shortest;
mod skipped;

use super::search::Search;

/// Makes all passes until a round of them changes nothing; whether it came to that.
pub(super) fn run(search: &mut Search<'_>) -> bool {
    cut::run(search);
    related::run(search);
    skipped::run(search);
    loop {
        let before = search.rank().clone();
        cut::run(search);
        chunks::run(search);
        sets::run(search);
        operations::run(search);
        kinds::run(search);
        operands::run(search);
        merge::run(search);
        reorder::run(search);
        if *search.rank() == before {
            shortest::run(search);
        }
        if search.is_over() {
            return false;
        }
        if *search.rank() == before {
            return true;
        }
    }
}
