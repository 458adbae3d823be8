//! Finds the simplest interleaving of slices with what the mutator does between them.
//!
//! The place where a detection or collection must pause before a change depends on the objects that it visits. So
//! neither objects nor slices can be made simpler alone, and there are about as many local minima as failing programs.
//! Therefore this pass does not start from the program. If the program does work in slices, the pass tries all programs
//! made from a small vocabulary, the simplest first: a small situation, a few slices, a change, a few slices. The
//! program's own changes between slices are in the vocabulary too, on the situation's objects, since no other change
//! may replace them. A whole detection or collection with a change after it is treated in the same way, and so are
//! checks that a budget limits. The program's settings and its recovery are kept or left out.

use super::vocabulary::{can_be_done, is_slice, on_objects_of, parsed, slices};
use crate::failure::minimize::order::Rank;
use crate::failure::minimize::search::Search;
use heapproof_model::{Code, Line, Operation, Program};
use std::sync::LazyLock;

/// The longest program for this pass.
const MOST_LINES: usize = 64;
/// How many programs are run, the simplest ones.
const MOST_RUNS: usize = 20_000;

/// How many of the program's own lines, from its first slice on, are in the vocabulary.
const MOST_OWN: usize = 2;

/// Budgets of the slices before a change.
const BEFORE: [&[u32]; 13] = [
    &[1],
    &[2],
    &[3],
    &[1, 1],
    &[1, 2],
    &[1, 3],
    &[2, 2],
    &[1, 1, 1],
    &[1, 1, 2],
    &[1, 1, 3],
    &[1, 1, 1, 1],
    &[1, 1, 1, 2],
    &[1, 1, 1, 1, 1],
];
/// Budgets of the slices after it.
const AFTER: [&[u32]; 8] = [&[], &[1], &[2], &[3], &[1, 1], &[1, 2], &[2, 2], &[1, 1, 1]];

/// An unsliced detection or collection runs once before a change, and at most once after it.
const ONCE: [&[u32]; 1] = [&[1]];
const AT_MOST_ONCE: [&[u32]; 2] = [&[], &[1]];
const NEVER: [&[u32]; 1] = [&[]];

/// Situations for a collection.
const GARBAGE: [&str; 12] = [
    "a = table\na.next = a\ndrop a",
    "a = table\nb = box a\ndrop a\na.next = b\ndrop b",
    "a = table\nb = box a\na.next = b\ndrop b\ndrop a",
    "a = table\nb = box a\ndrop a\nc = box b\ndrop b",
    "a = table\nb = box a\na.next = b\ndrop b\ncollect\ndrop a",
    "a = table\nb = box a\na.next = b\ndrop b\ndrop a\nc = table",
    "a = table\nb = box a\na.next = b\ndrop b\nc = table\ncollect\ndrop a",
    "a = table\nb = box a\na.next = b\ndrop b\ndrop a\nc = box b",
    "a = table\nb = box a\ndrop a\na.next = b\ndrop b\nc = box b",
    "a = table\nb = box a\ndrop a\nc = box b\ndrop b\na.next = c\ndrop c",
    "a = table\nb = box a\na.next = b\ndrop b\nc = box a\na.x = c\ndrop c\ndrop a",
    "a = table\na.next = a\ndrop a\nb = table\nb.next = b\ndrop b",
];
/// Situations for a detection.
const GRAPHS: [&str; 14] = [
    "a = table\na.next = a",
    "a = table\nb = box a",
    "a = table\nb = box a\nc = box b",
    "a = table\nb = box a\na.next = b",
    "a = table\na.next = a\nb = table\na.x = b",
    "a = table\na.next = a\nb = array a",
    "a = table\na.next = a\nb = box a\na.x = b",
    "a = array\npush a a\nb = box a\npush a b",
    "a = table\na.next = a\nb = table\nb.next = a",
    "a = table\na.next = a\nb = table\nb.next = b",
    "a = table\na.next = a\nb = table\nc = box b",
    "a = table\na.next = a\nb = table\nc = box a\nb.next = b",
    // With a plain value in front, so that the values behind it can move.
    "a = table\na.next = nil\na.x = a\nb = box a\na.y = b",
    "a = array nil\npush a a\nb = box a\npush a b",
];

pub(super) fn run(search: &mut Search<'_>) {
    let lines = search.lines();
    // A run that never ends takes its whole time limit, too much for so many runs.
    if lines.len() > MOST_LINES || search.failure().violation.ends_the_process() {
        return;
    }
    let mut programs: Vec<(Rank, Program)> = candidates(&lines, search.rank().operations() as usize)
        .into_iter()
        .map(|lines| Program::new(lines).canonical())
        .map(|program| (Rank::of(&program), program))
        .filter(|(rank, _)| rank < search.rank())
        .collect();
    programs.sort_by(|(one, _), (other, _)| one.cmp(other));
    programs.dedup_by(|(one, _), (other, _)| one == other);
    search.first(programs.into_iter().take(MOST_RUNS).map(|(_, program)| ((), program.lines().to_vec())));
}

/// The programs of the vocabulary with at most so many lines.
fn candidates(lines: &[Line], most: usize) -> Vec<Vec<Line>> {
    let Some(work) = work(lines) else { return Vec::new() };
    let collects = matches!(work.operation.code(), Code::Collect | Code::CollectSlice);
    let situations = if collects { &OF_GARBAGE } else { &OF_GRAPHS };
    // How often an object is touched at most; a detection visits it once.
    let touches = if collects { 4 } else { 1 };
    let recovers = |line: &&Line| matches!(line.operation.code(), Code::Recover | Code::RecoverRoots);
    let recovery = lines.iter().find(recovers);
    let own = between(lines, work.operation.code());
    let mut programs = Vec::new();
    for Situation { beginning, changes } in situations.iter() {
        let objects = beginning.iter().filter(|line| line.bind.is_some()).count();
        let recovered =
            recovery.iter().flat_map(|line| changes.iter().map(|change| [change, &[(*line).clone()][..]].concat()));
        let own = own.iter().flat_map(|lines| on_objects_of(beginning, lines));
        let changes: Vec<Vec<Line>> = changes.iter().cloned().chain(recovered).chain(own).collect();
        for settings in settings(lines, objects as u32) {
            let begun = [&settings[..], beginning].concat();
            let room = most.saturating_sub(begun.len());
            let most = objects as u32 * touches;
            let ends = changes.iter().flat_map(|change| around(&work, change, most, room));
            programs.extend(ends.map(|end| [&begun[..], &end].concat()));
        }
    }
    programs
}

/// A change with that work before and after it, in every division into slices for which there is room. Unsliced work
/// runs once before, and at most once after. Slices before the change touch at most `most` objects; more would find
/// nothing left to do.
fn around(work: &Line, change: &[Line], most: u32, room: usize) -> Vec<Vec<Line>> {
    let (before, after) = if is_slice(work) { (&BEFORE[..], &AFTER[..]) } else { (&ONCE[..], &AT_MOST_ONCE[..]) };
    let after = if change.is_empty() { &NEVER[..] } else { after };
    let useful = before.iter().filter(|budgets| budgets.iter().sum::<u32>() <= most);
    let paces = useful.flat_map(|before| after.iter().map(move |after| (before, after)));
    let fitting = paces.filter(|(before, after)| before.len() + change.len() + after.len() <= room);
    fitting.map(|(before, after)| [&slices(work, before), change, &slices(work, after)].concat()).collect()
}

/// The first slice, in a finalizer or not. If there is none: a slice of a collection, where a budget limits checks; or
/// else an unsliced detection or collection that lines follow.
fn work(lines: &[Line]) -> Option<Line> {
    let slice = |line: &Line| match &line.operation {
        Operation::On { line, .. } | Operation::When { line, .. } => is_slice(line).then(|| (**line).clone()),
        _ => is_slice(line).then(|| line.clone()),
    };
    let limits = |line: &Line| matches!(line.operation, Operation::SetBudget { .. } | Operation::Begin { .. });
    let of_checks = || Line { bind: None, operation: Operation::CollectSlice { objects: 1 } };
    let whole = |line: &&Line| matches!(line.operation.code(), Code::Detect | Code::DetectFull | Code::Collect);
    let others = || lines.split_last().and_then(|(_, before)| before.iter().find(whole).cloned());
    let own = lines.iter().find_map(slice);
    own.or_else(|| lines.iter().any(limits).then(of_checks)).or_else(others)
}

/// No settings, and the program's settings without those of when checks happen and how far they go. A capacity becomes
/// that many objects.
fn settings(lines: &[Line], objects: u32) -> Vec<Vec<Line>> {
    let own = lines.iter().take_while(|line| line.operation.code().is_setting()).filter_map(|line| {
        let operation = match &line.operation {
            Operation::SetInterval { .. } | Operation::SetBounds { .. } | Operation::SetBudget { .. } => return None,
            Operation::SetCapacity { .. } => Operation::SetCapacity { objects },
            other => other.clone(),
        };
        Some(Line { bind: None, operation })
    });
    let mut each = vec![Vec::new(), own.collect()];
    each.dedup();
    each
}

/// A situation, and the changes that can be made in it between slices.
struct Situation {
    beginning: Vec<Line>,
    changes: Vec<Vec<Line>>,
}

static OF_GARBAGE: LazyLock<Vec<Situation>> =
    LazyLock::new(|| GARBAGE.iter().filter_map(|text| situation(text)).collect());
static OF_GRAPHS: LazyLock<Vec<Situation>> =
    LazyLock::new(|| GRAPHS.iter().filter_map(|text| situation(text)).collect());

fn situation(text: &str) -> Option<Situation> {
    let beginning = parsed(text)?;
    let names = ["a", "b", "c"].into_iter().take(beginning.iter().filter(|line| line.bind.is_some()).count());
    let changes = changes(&names.collect::<Vec<_>>());
    let all = changes.iter().filter_map(|change| parsed(&format!("{text}\n{change}")));
    let changes = all.filter(|lines| can_be_done(lines)).map(|lines| lines[beginning.len()..].to_vec()).collect();
    Some(Situation { beginning, changes })
}

/// No change, or: an object is read, taken or dropped; it loses or gets a reference or a value; a new or an old object
/// gets a reference to it.
fn changes(names: &[&str]) -> Vec<String> {
    let mut changes = vec![String::new()];
    for name in names {
        changes.extend([format!("{name}.next"), format!("take {name}"), format!("drop {name}")]);
        changes.extend([format!("{name}.next = nil"), format!("*{name} = nil"), format!("push {name} {name}")]);
        changes.extend([format!("remove {name}.next"), format!("pop {name}")]);
        changes.extend([format!("d = box {name}"), format!("d = box {name}\ne = box d")]);
        changes.extend(names.iter().map(|other| format!("{name}.x = {other}")));
    }
    changes
}

/// What the program does besides that work, from its first slice on; `None` where that is too much.
fn between(lines: &[Line], work: Code) -> Option<Vec<Line>> {
    let works = |line: &Line| line.operation.code() == work;
    let first = lines.iter().position(works)?;
    let own: Vec<Line> = lines[first..].iter().filter(|line| !works(line)).cloned().collect();
    (own.len() <= MOST_OWN).then_some(own)
}

#[cfg(test)]
mod tests {
    use super::{GARBAGE, GRAPHS, can_be_done, parsed};

    #[test]
    fn each_beginning_is_a_program_all_of_whose_lines_can_be_done() {
        assert!(GARBAGE.iter().chain(&GRAPHS).all(|text| can_be_done(&parsed(text).unwrap())));
    }
}
