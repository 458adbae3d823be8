//! Leaves out lines on which the failure probably does not depend.
//!
//! There are two guesses, each in several sizes. First: lines that share a name are neighbours, and the lines that
//! matter are within some distance of the line that failed, or of the lines that name the object of the violation.
//! Lines without names are kept or not. Second: the lines that matter are the last ones before the failure, and those
//! that bind their names. Nobody knows which size is enough. Small ones are tried first, since they cost little; and a
//! wrong guess does no harm, since a program is kept only if it failed in a run.

use crate::failure::minimize::search::Search;
use heapproof_model::{Line, Machine, Name, Value, script};
use std::collections::{BTreeMap, BTreeSet};

/// How many of the last lines are tried.
const LAST: [usize; 4] = [4, 16, 64, 256];

pub(super) fn run(search: &mut Search<'_>) {
    let lines = search.lines();
    let names: Vec<Vec<Name>> = lines.iter().map(Line::names).collect();
    let step = search.failure().step;
    let begin = beginning(search, step);
    let mut kept = near(&lines, &names, begin);
    let end = lines.len().min(step + 1);
    kept.extend(LAST.iter().filter(|last| **last < end).map(|last| last_lines(&names, &lines, end - last..end)));
    kept.retain(|kept| kept.len() < lines.len() / 4 * 3);
    kept.sort_by_key(Vec::len);
    let candidates =
        kept.into_iter().map(|kept| ((), kept.into_iter().map(|at| lines[at].clone()).collect::<Vec<Line>>()));
    search.first(candidates);
}

/// The lines within growing distances, with and without those that have no names.
fn near(lines: &[Line], names: &[Vec<Name>], begin: BTreeSet<Name>) -> Vec<Vec<usize>> {
    let (mut reached, mut last) = (begin, 0);
    let mut kept = Vec::new();
    for distance in 0_usize.. {
        let is_near = |at: &usize| names[*at].iter().any(|name| reached.contains(name));
        let near: Vec<usize> = (0..lines.len()).filter(is_near).collect();
        if near.len() == last {
            break;
        }
        last = near.len();
        reached = near.iter().flat_map(|at| names[*at].iter().copied()).collect();
        if distance == 0 || distance.is_power_of_two() {
            let with = |at: &usize| names[*at].is_empty() || near.binary_search(at).is_ok();
            kept.push((0..lines.len()).filter(with).collect());
            kept.push(with_settings(lines, near));
        }
    }
    kept
}

/// Those lines, the lines that bind their names, the lines that bind the names of these, and so on.
pub(super) fn last_lines(names: &[Vec<Name>], lines: &[Line], last: std::ops::Range<usize>) -> Vec<usize> {
    let binds: BTreeMap<Name, usize> =
        lines.iter().enumerate().flat_map(|(at, line)| line.bound().into_iter().map(move |name| (name, at))).collect();
    let mut kept: BTreeSet<usize> = last.collect();
    let mut open: Vec<usize> = kept.iter().copied().collect();
    while let Some(at) = open.pop() {
        let needed = names[at].iter().filter_map(|name| binds.get(name)).copied();
        open.extend(needed.filter(|at| kept.insert(*at)).collect::<Vec<_>>());
    }
    with_settings(lines, kept.into_iter().collect())
}

fn with_settings(lines: &[Line], kept: Vec<usize>) -> Vec<usize> {
    let settings = lines.iter().take_while(|line| line.operation.code().is_setting()).count();
    (0..settings).chain(kept.into_iter().filter(|at| *at >= settings)).collect()
}

/// The names of the line that failed, and the names of the violation's objects.
fn beginning(search: &Search<'_>, step: usize) -> BTreeSet<Name> {
    let (program, violation) = (search.best(), &search.failure().violation);
    let mut names: BTreeSet<Name> = program.lines().get(step).map(Line::names).into_iter().flatten().collect();
    let objects = violation.objects();
    if !objects.is_empty() {
        let mut model = search.model();
        for line in program.lines().iter().take(step + 1) {
            let outcome = script::step(&mut model, line);
            model.script().journal.clear();
            if let script::Outcome::Done(Value::Reference(object)) = outcome
                && objects.contains(&object)
            {
                names.extend(line.bind);
            }
        }
    }
    names
}
