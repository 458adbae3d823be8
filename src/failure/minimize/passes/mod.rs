//! The passes, in the order in which they run.
//!
//! The first ones leave out much at a time. They only guess what matters, and each costs a few runs. The next ones
//! leave out lines: in stretches, in sets that depend on each other, and one by one. Then others change lines. The last
//! ones seldom find anything, and run where the others find nothing more. They are for bugs that show in several ways,
//! where no change of one line leads from one way to another.

mod beginnings;
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
mod states;
mod vocabulary;

use super::search::Search;
use heapproof_model::{Line, Name};

type Pass = fn(&mut Search<'_>);

/// These run once, at the beginning.
const GUESSES: &[Pass] = &[related::run, cut::run, skipped::run];
/// These run in every round.
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
/// Each of these runs only in a round in which nothing has changed so far.
const LAST: &[Pass] = &[fold::run, pace::run, situations::run, interleavings::run, fillers::run, shortest::run];

/// Of these, the ones that leave lines out and change none.
const OF_LOGS: &[Pass] = &[cut::run, chunks::run, sets::run];

/// Runs all passes until a round changes nothing. Returns false if the search was stopped before.
pub(super) fn run(search: &mut Search<'_>) -> bool {
    GUESSES.iter().for_each(|pass| pass(search));
    loop {
        let before = search.rank().clone();
        let of_log = search.is_of_log();
        let (usual, last) = if of_log { (OF_LOGS, &[][..]) } else { (USUAL, LAST) };
        usual.iter().for_each(|pass| pass(search));
        for pass in last {
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

/// Tries the candidates for each line, from the last line on. After a success it goes on at the same line.
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

/// The lines with one of them replaced by each of the others in turn.
fn instead(lines: &[Line], at: usize, others: Vec<Line>) -> impl Iterator<Item = Vec<Line>> {
    others.into_iter().map(move |line| {
        let mut lines = lines.to_vec();
        lines[at] = line;
        lines
    })
}

/// The number of a name that no line uses.
fn fresh(lines: &[Line]) -> u32 {
    let used = lines.iter().flat_map(Line::names).filter(|name| *name != Name::SELF);
    used.map(|name| name.0 + 1).max().unwrap_or(0)
}
