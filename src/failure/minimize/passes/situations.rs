//! Replaces the beginning of a program by one that leads to a small state.
//!
//! A short program's beginning is replaced as a whole. Its settings go, stay, or become simple ones. Then comes a small
//! state (see [`states`]; those come first in which each object takes part), and then the last lines or a replacement for
//! them (a check, a few slices, a small finalizer), on the state's objects.

use super::beginnings::Beginning;
use super::states::states;
use super::vocabulary::{is_slice, on_objects_of, slices};
use crate::failure::minimize::search::Search;
use heapproof_model::{Line, Name, Operation, Value};

/// The longest program for this pass.
const MOST_LINES: usize = 24;
/// How many of the last lines stay at most.
const MOST_LAST: usize = 3;
/// How many programs are tried between two that are kept, those of the simplest states.
const MOST_TRIED: usize = 6_000;
/// Budgets of a few consecutive slices, which can replace a slice at the end.
const SLICES: [&[u32]; 4] = [&[1], &[1, 1], &[1, 2], &[1, 1, 1]];

pub(super) fn run(search: &mut Search<'_>) {
    if search.best().len() > MOST_LINES {
        return;
    }
    loop {
        let lines = search.lines();
        let room = search.rank().operations() as usize;
        let (busy, others): (Vec<_>, Vec<_>) =
            states(&search.model(), &lines, room).into_iter().partition(Beginning::is_connected);
        let programs =
            busy.iter().chain(&others).flat_map(|state| with(&lines, &state.lines)).filter(|lines| lines.len() <= room);
        if search.first(programs.take(MOST_TRIED).map(|lines| ((), lines))).is_none() {
            return;
        }
    }
}

/// The programs with that state before the end.
fn with(lines: &[Line], state: &[Line]) -> Vec<Vec<Line>> {
    let mut programs = Vec::new();
    for settings in settings(lines) {
        for last in last(lines) {
            for last in on_objects_of(state, &last) {
                programs.push([&settings, state, &last].into_iter().flatten().cloned().collect());
            }
        }
    }
    programs
}

/// No settings; the program's settings without bounds and with a check every second operation; the program's settings.
fn settings(lines: &[Line]) -> Vec<Vec<Line>> {
    let all: Vec<Line> = lines.iter().take_while(|line| line.operation.code().is_setting()).cloned().collect();
    let mut simple = all.clone();
    simple.retain(|line| !matches!(line.operation, Operation::SetBounds { .. }));
    for line in &mut simple {
        if let Operation::SetInterval { operations } = &mut line.operation {
            *operations = 2;
        }
    }
    let mut each = vec![Vec::new(), simple, all];
    each.dedup();
    each
}

/// The last lines, from none to a few, and their replacements.
fn last(lines: &[Line]) -> Vec<Vec<Line>> {
    let mut each: Vec<Vec<Line>> =
        (0..=lines.len().min(MOST_LAST)).map(|many| lines[lines.len() - many..].to_vec()).collect();
    let alone = |operation| vec![Line { bind: None, operation }];
    each.push(alone(Operation::Check {}));
    match lines.last().map(|line| &line.operation) {
        Some(Operation::On { line, .. } | Operation::When { line, .. }) => each.push(vec![(**line).clone()]),
        Some(Operation::CollectSlice { objects }) => each.push(alone(Operation::DetectSlice { objects: *objects })),
        _ => {}
    }
    each.extend(lines.iter().find_map(finalizers).into_iter().flatten().map(|line| vec![line]));
    if let Some(slice) = lines.last().filter(|line| is_slice(line)) {
        each.extend(SLICES.map(|budgets| slices(slice, budgets)));
    }
    each
}

/// Finalizers of one line: do nothing; resurrect the object, by a count or by a reference; set the finalizer again.
fn finalizers(line: &Line) -> Option<[Line; 4]> {
    let Operation::On { object: Some(name), .. } = line.operation else { return None };
    let on = |object, bind, operation| {
        let line = Box::new(Line { bind, operation });
        Line { bind: None, operation: Operation::On { object: Some(object), line } }
    };
    let nothing = Operation::Take { object: None };
    Some([
        on(name, None, nothing.clone()),
        on(name, None, Operation::Take { object: Some(Name::SELF) }),
        on(name, Some(Name(name.0 + 1)), Operation::Box { value: Value::Reference(Name::SELF) }),
        on(name, None, on(Name::SELF, None, nothing).operation),
    ])
}
