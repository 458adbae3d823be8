//! The passes, in the order in which they are made.
//!
//! Those at the top leave out much at a time, and are only guesses of what matters: each costs a run or a few. Then lines
//! go in stretches, in sets that depend on each other, and one by one; then lines are changed. The last ones seldom find
//! anything, and are tried where the others find nothing more: they are for failures that one bug shows in several ways,
//! between which no change of one line leads.

mod bulk;
mod chunks;
mod cut;
mod fields;
mod fillers;
mod fold;
mod frames;
mod interleavings;
mod kinds;
mod merge;
mod operands;
mod operations;
mod pace;
mod related;
mod reorder;
mod sets;
mod shortest;
mod situations;
mod skipped;
mod vocabulary;

use super::search::Search;
use heapproof_model::{Line, Name};

type Pass = fn(&mut Search<'_>);

/// Once, to begin with.
const GUESSES: &[Pass] = &[related::run, cut::run, skipped::run];
/// Again and again.
const USUAL: &[Pass] = &[
    cut::run,
    chunks::run,
    sets::run,
    frames::run,
    bulk::run,
    operations::run,
    kinds::run,
    operands::run,
    fields::run,
    merge::run,
    reorder::run,
];
/// Each where all others change nothing.
const LAST: &[Pass] = &[fold::run, pace::run, situations::run, interleavings::run, fillers::run, shortest::run];

/// Makes all passes until a round of them changes nothing; whether it came to that.
pub(super) fn run(search: &mut Search<'_>) -> bool {
    GUESSES.iter().for_each(|pass| pass(search));
    loop {
        let before = search.rank().clone();
        USUAL.iter().for_each(|pass| pass(search));
        for pass in LAST {
            if *search.rank() == before {
                pass(search);
            }
        }
        if search.is_over() {
            return false;
        }
        if *search.rank() == before {
            return true;
        }
    }
}

/// Tries what may stand for the program, line by line from the last one on, and goes on where something did.
fn at_each_line<'s, C>(search: &mut Search<'s>, candidates: C)
where
    C: for<'a> Fn(&'a [Line], usize) -> Box<dyn Iterator<Item = Vec<Line>> + 'a>,
{
    let mut end = search.best().len();
    loop {
        let lines = search.lines();
        end = end.min(lines.len());
        let all = (0..end).rev().flat_map(|at| candidates(&lines, at).map(move |lines| (at, lines)));
        let Some(at) = search.first(all) else { return };
        end = at + 1;
    }
}

/// The lines with others in the place of one, each in its turn.
fn instead(lines: &[Line], at: usize, others: Vec<Line>) -> impl Iterator<Item = Vec<Line>> {
    others.into_iter().map(move |line| {
        let mut lines = lines.to_vec();
        lines[at] = line;
        lines
    })
}

/// The number of a name that no line has.
fn fresh(lines: &[Line]) -> u16 {
    let used = lines.iter().flat_map(Line::names).filter(|name| *name != Name::SELF);
    used.map(|name| name.0 + 1).max().unwrap_or(0)
}
