//! Replaces the beginning of a program by one of a few small situations.
//!
//! One bug of a collector shows in garbage of any shape: in two objects that refer to themselves, in one that holds
//! another, in a ring of two. No change of one line leads from one to the other while the failure stays. So this pass
//! replaces the beginning of a short program as a whole. Its settings go, stay, or become simple ones. Then comes a
//! situation, and then the last lines or a replacement for them (a check, a few slices, a small finalizer), on the
//! situation's objects.

use super::vocabulary::{is_slice, on_objects_of, parsed, slices};
use crate::failure::minimize::search::Search;
use heapproof_model::{Line, Name, Operation, Value};
use std::sync::LazyLock;

/// The longest program for this pass.
const MOST_LINES: usize = 24;
/// How many of the last lines stay at most.
const MOST_LAST: usize = 3;
/// Budgets of a few consecutive slices, which can replace a slice at the end.
const SLICES: [&[u32]; 4] = [&[1], &[1, 1], &[1, 2], &[1, 1, 1]];

/// Ways in which few objects refer to each other. The shortest traces of seeded bugs and canaries begin with these.
const SITUATIONS: [&str; 23] = [
    "a = table\na.next = a",
    "a = table\na.next = a\ndrop a",
    "a = table\nb = box a\ndrop a",
    "a = table\nb = weak a",
    "a = table\nb = weak a\ndrop b",
    "a = table\na.next = a\nb = weak a",
    "a = table\na.next = nil\na.x = nil\nremove a.next",
    "a = table\nb = box a\nc = box b",
    "a = table\nb = box a\na.next = b",
    "a = table\na.next = a\nb = table\na.x = b",
    "a = table\na.next = a\nb = box a\na.x = b",
    "a = table\na.next = a\nb = table\nb.next = b",
    "a = table\nb = box a\ndrop a\na.next = b\ndrop b",
    "a = table\nb = box a\ndrop a\nc = box b\ndrop b",
    "begin 1\na = temp table\nb = box a",
    "a = table\na.next = a\nb = box a\nc = array b\npush c c",
    "a = table\nbegin 1\nb = temp array a\ndrop a\npush b b",
    "begin 1\na = temp table\nb = temp table",
    "begin 1\na = temp table\nb = temp box a",
    "begin 1\na = temp table\nb = temp box a\nc = box b",
    "begin 1\na = temp table\nb = temp box a\na.next = b",
    "begin 1\na = temp table\na.next = a\nb = temp table",
    "begin 1\na = temp table\na.next = a\nb = temp table\nb.next = b",
];

static PARSED: LazyLock<Vec<Vec<Line>>> = LazyLock::new(|| SITUATIONS.iter().filter_map(|text| parsed(text)).collect());

pub(super) fn run(search: &mut Search<'_>) {
    if search.best().len() > MOST_LINES {
        return;
    }
    loop {
        let lines = search.lines();
        let candidates = PARSED.iter().flat_map(|situation| with(&lines, situation)).map(|lines| ((), lines));
        if search.first(candidates).is_none() {
            return;
        }
    }
}

/// The programs with that situation before the end.
fn with(lines: &[Line], situation: &[Line]) -> Vec<Vec<Line>> {
    let mut programs = Vec::new();
    for settings in settings(lines) {
        for last in last(lines) {
            for last in on_objects_of(situation, &last) {
                programs.push([&settings, situation, &last].into_iter().flatten().cloned().collect());
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

#[cfg(test)]
mod tests {
    use super::{SITUATIONS, parsed};
    use crate::failure::minimize::passes::vocabulary::can_be_done;

    #[test]
    fn each_situation_is_a_program_all_of_whose_lines_can_be_done() {
        assert!(SITUATIONS.iter().all(|text| can_be_done(&parsed(text).unwrap())));
    }
}
