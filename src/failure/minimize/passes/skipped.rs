//! Leaves out lines that did nothing: they were refused, or skipped since a name in them is unbound.
//!
//! The model says which lines these are, and the subject may differ. That does no harm, since a program is kept only if
//! it failed in a run.

use crate::failure::minimize::search::Search;
use heapproof_model::script::Outcome;
use heapproof_model::{Line, Machine, script};

pub(super) fn run(search: &mut Search<'_>) {
    let mut model = search.model();
    let mut outcome = |line: &Line| {
        let outcome = script::step(&mut model, line);
        model.script().journal.clear();
        outcome
    };
    let (mut done, mut called) = (Vec::new(), Vec::new());
    for line in search.lines() {
        let outcome = outcome(&line);
        if outcome != Outcome::Skipped {
            called.push(line.clone());
        }
        if matches!(outcome, Outcome::Done(_)) {
            done.push(line);
        }
    }
    search.first([((), done), ((), called)]);
}
