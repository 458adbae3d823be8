//! Slices and what the mutator does between them, in the simplest order in time.
//!
//! How far a pass must have come when a change is made depends on what it walks over, so neither the objects nor the slices can
//! be made simpler alone. Of a program that comes to slices in one or two stretches, the lines before them are replaced by
//! a small situation or stay, each stretch is replaced by a few slices, and what is between stays or is simple, on the situation's
//! objects: all of these programs, the simplest first.

use super::situations::{MORE, SITUATIONS, on_objects_of, parsed};
use crate::minimize::order::Rank;
use crate::minimize::search::Search;
use heapproof_model::{Field, Line, Operation, Program, Value};
use std::sync::LazyLock;

/// How long a program may be.
const MOST_LINES: usize = 32;
/// How many programs are run, the simplest ones.
const MOST_RUNS: usize = 3_000;

/// Budgets of the slices of a stretch.
const STRETCHES: [&[u32]; 11] = [
    &[1],
    &[2],
    &[3],
    &[1, 1],
    &[1, 2],
    &[2, 2],
    &[1, 1, 1],
    &[1, 1, 2],
    &[1, 1, 1, 1],
    &[1, 1, 1, 2],
    &[1, 1, 1, 1, 1],
];

static BEGINNINGS: LazyLock<Vec<Vec<Line>>> =
    LazyLock::new(|| SITUATIONS.iter().chain(&MORE).filter_map(|text| parsed(text)).collect());

pub(super) fn run(search: &mut Search<'_>) {
    let lines = search.lines();
    // What never ends takes its whole time in each run: that is too much for so many.
    if lines.len() > MOST_LINES || search.failure().violation.ends_the_process() {
        return;
    }
    let mut programs: Vec<(Rank, Program)> = candidates(&lines)
        .into_iter()
        .map(|lines| Program::new(lines).canonical())
        .filter(|program| search.rank().is_above(program))
        .map(|program| (Rank::of(&program), program))
        .collect();
    programs.sort_by(|(one, _), (other, _)| one.cmp(other));
    programs.dedup_by(|(one, _), (other, _)| one == other);
    search.first(programs.into_iter().take(MOST_RUNS).map(|(_, program)| ((), program.lines().to_vec())));
}

fn candidates(lines: &[Line]) -> Vec<Vec<Line>> {
    let Some(start) = lines.iter().position(is_slice) else { return Vec::new() };
    let settings = lines.iter().take_while(|line| line.operation.code().is_setting()).count();
    let (before, tail) = lines.split_at(start);
    let (settings, own) = before.split_at(settings);
    let mut programs = Vec::new();
    for tail in paced(tail) {
        programs.push([before, &tail].concat());
        for beginning in BEGINNINGS.iter().filter(|beginning| beginning.len() <= own.len()) {
            programs
                .extend(on_objects_of(beginning, &tail).into_iter().map(|tail| [settings, beginning, &tail].concat()));
        }
    }
    programs
}

pub(super) fn is_slice(line: &Line) -> bool {
    matches!(line.operation, Operation::CollectSlice { .. } | Operation::DetectSlice { .. })
}

/// The same with other budgets and numbers of slices in each stretch of them; none where there are more stretches than two.
fn paced(tail: &[Line]) -> Vec<Vec<Line>> {
    let stretches: Vec<&[Line]> = tail.chunk_by(|one, other| is_slice(one) == is_slice(other)).collect();
    if stretches.iter().filter(|stretch| is_slice(&stretch[0])).count() > 2 {
        return Vec::new();
    }
    let mut programs: Vec<Vec<Line>> = vec![Vec::new()];
    for stretch in stretches {
        let instead: Vec<Vec<Line>> = match is_slice(&stretch[0]) {
            true => STRETCHES.iter().map(|budgets| slices(&stretch[0], budgets)).collect(),
            false => changes(stretch),
        };
        programs =
            programs.iter().flat_map(|begun| instead.iter().map(move |lines| [&begun[..], lines].concat())).collect();
    }
    programs
}

/// What is done between slices; of one line, also something simple on the same object.
fn changes(stretch: &[Line]) -> Vec<Vec<Line>> {
    let mut each = vec![stretch.to_vec()];
    if let [line] = stretch
        && let Some(name) = line.names().first()
    {
        let object = Some(*name);
        let lose = Operation::WriteField { object, field: Field::common(0), value: Value::Nil };
        each.extend([Operation::Take { object }, lose].map(|operation| vec![Line { bind: None, operation }]));
    }
    each
}

/// Slices of the kind of one, with those budgets.
pub(super) fn slices(one: &Line, budgets: &[u32]) -> Vec<Line> {
    let with = |budget: &u32| {
        let mut line = one.clone();
        if let Operation::CollectSlice { objects } | Operation::DetectSlice { objects } = &mut line.operation {
            *objects = *budget;
        }
        line
    };
    budgets.iter().map(with).collect()
}
