//! Lines that came to nothing: refused, or skipped since a name in them stands for nothing.
//!
//! What becomes of a line is the model's word, which need not be the subject's; what is kept has failed in a run.

use crate::failure::minimize::search::Search;
use heapproof_model::script::Outcome;
use heapproof_model::{Line, Machine, Reference, script};

pub(super) fn run(search: &mut Search<'_>) {
    let mut model = Reference::new();
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
