//! Leaves out sets of lines that depend on each other: an object with all its lines; lines that take and drop one name;
//! a frame's begin and end; a fault and its recovery; and, in a short program, any two lines.

use crate::failure::minimize::removals::Removal;
use crate::failure::minimize::search::Search;
use heapproof_model::{Code, Line, Name, Operation};

/// The longest program of which all pairs of lines are tried.
const MOST_FOR_PAIRS: usize = 8;

pub(super) fn run(search: &mut Search<'_>) {
    objects(search);
    pairs(search);
}

fn objects(search: &mut Search<'_>) {
    let mut names: Vec<Name> = search.best().lines().iter().flat_map(Line::bound).collect();
    loop {
        let best = search.best().clone();
        names.retain(|name| best.lines().iter().any(|line| line.bound().contains(name)));
        let candidates =
            names.iter().enumerate().rev().map(|(at, name)| (at, Removal::Object(*name).from(&best).lines().to_vec()));
        let Some(at) = search.first(candidates) else { return };
        names.truncate(at);
    }
}

fn pairs(search: &mut Search<'_>) {
    loop {
        let lines = search.lines();
        let few = lines.len() <= MOST_FOR_PAIRS;
        let pairs = (0..lines.len()).rev().flat_map(|second| (0..second).rev().map(move |first| (first, second)));
        let together = pairs.filter(|(first, second)| few || belong(&lines[*first], &lines[*second]));
        let candidates = together.map(|(first, second)| {
            let stays = |at: &usize| *at != first && *at != second;
            ((), (0..lines.len()).filter(stays).map(|at| lines[at].clone()).collect())
        });
        if search.first(candidates).is_none() {
            return;
        }
    }
}

/// Whether the second line undoes or ends what the first did.
fn belong(first: &Line, second: &Line) -> bool {
    match (&first.operation, &second.operation) {
        (Operation::Take { object }, Operation::Drop { object: other }) => object == other,
        (Operation::Begin { .. }, Operation::End {}) => true,
        (Operation::Fault { .. }, other) => matches!(other.code(), Code::Recover | Code::RecoverRoots),
        _ => false,
    }
}
