//! What the failure can't depend on, probably: lines that have nothing to do with where it failed.
//!
//! Lines that share a name are neighbours. What is kept is all lines without names, and those within some distance of the
//! line that failed, or of those that name the object which the violation is about. Which distance is enough is not
//! known: short ones are tried first, and what is kept has failed in a run, so a wrong guess costs one.

use crate::minimize::search::Search;
use crate::violation::Violation;
use heapproof_model::{Line, Machine, Name, Object, Program, Reference, Value, script};
use std::collections::BTreeSet;

pub(super) fn run(search: &mut Search<'_>) {
    let lines = search.lines();
    let names: Vec<Vec<Name>> = lines.iter().map(Line::names).collect();
    let begin = beginning(search.best(), search.failure().step, &search.failure().violation);
    let (mut near, mut last) = (begin, 0);
    let mut candidates = Vec::new();
    for distance in 0_usize.. {
        let kept: Vec<usize> = (0..lines.len()).filter(|at| is_near(&names[*at], &near)).collect();
        if kept.len() == last || kept.len() == lines.len() {
            break;
        }
        last = kept.len();
        near = kept.iter().flat_map(|at| names[*at].iter().copied()).collect();
        if distance == 0 || distance.is_power_of_two() {
            candidates.push(((), kept.into_iter().map(|at| lines[at].clone()).collect()));
        }
    }
    search.first(candidates);
}

fn is_near(names: &[Name], near: &BTreeSet<Name>) -> bool {
    names.is_empty() || names.iter().any(|name| near.contains(name))
}

/// The names of the line that failed, and those that stand for the object which the violation is about.
fn beginning(program: &Program, step: usize, violation: &Violation) -> BTreeSet<Name> {
    let mut names: BTreeSet<Name> = program.lines().get(step).map(Line::names).into_iter().flatten().collect();
    if let Some(object) = concerned(violation) {
        let mut model = Reference::new();
        for line in program.lines().iter().take(step + 1) {
            let outcome = script::step(&mut model, line);
            model.script().journal.clear();
            if outcome == script::Outcome::Done(Value::Reference(object)) {
                names.extend(line.bind);
            }
        }
    }
    names
}

fn concerned(violation: &Violation) -> Option<Object> {
    match violation {
        Violation::FreedTooEarly { object }
        | Violation::NotFreed { object }
        | Violation::LeaksCycle { object }
        | Violation::Contents { object, .. }
        | Violation::Counts { object, .. }
        | Violation::CollectsLive { object }
        | Violation::LeavesGarbage { object } => Some(*object),
        Violation::Verification { found } => found.object,
        Violation::Cycles { model, subject } | Violation::Detection { model, subject } => {
            let parts = model.iter().find(|cycle| !subject.contains(cycle));
            parts.or_else(|| subject.iter().find(|cycle| !model.contains(cycle)))?.first().copied()
        }
        _ => None,
    }
}
