//! Finds the simplest interleaving of slices with what the mutator does between them.
//!
//! The place where a detection or collection must pause before a change depends on the objects that it visits. So
//! neither objects nor slices can be made simpler alone, and there are about as many local minima as failing programs.
//! Therefore this pass does not start from the program. If the program does work in slices, the pass tries all programs
//! made from a small vocabulary, the shortest first: a small state (see [`states`]), a few slices, a change, a few slices.
//! A collection begins in a state with garbage, a detection in one with a reference; states in which each object takes part
//! come first. The program's own changes between slices are in the vocabulary too, on the state's objects, since no other
//! change may replace them. A whole detection or collection with a change after it is treated in the same way, and so are
//! checks that a budget limits. The program's settings and its recovery are kept or left out.

use super::beginnings::{Beginning, shape};
use super::states::states;
use super::vocabulary::{is_slice, on_objects_of, parsed, slices};
use crate::failure::minimize::order::Rank;
use crate::failure::minimize::search::Search;
use heapproof_model::definitions::{self, Graph};
use heapproof_model::script::Outcome;
use heapproof_model::{Code, Line, Operation, Program};
use std::cell::OnceCell;

/// The longest program for this pass.
const MOST_LINES: usize = 64;
/// How many programs are made that begin with one sort of states, the shortest ones.
const MOST_MADE: usize = 20_000;

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

/// Changes of a state: an object is made, read, taken or dropped; it loses or gets a reference or a value; a new or an old
/// object gets a reference to it.
const CHANGES: &str =
    "a = table\na.next\ntake a\na.next = nil\n*a = nil\npush a a\nremove a.next\npop a\nb = box a\na.x = a\ndrop a";

pub(super) fn run(search: &mut Search<'_>) {
    let lines = search.lines();
    // A run that never ends takes its whole time limit, too much for so many runs.
    if lines.len() > MOST_LINES || search.failure().violation.ends_the_process() {
        return;
    }
    let most = search.rank().operations() as usize;
    let Some(vocabulary) = Vocabulary::of(&lines) else { return };
    let states = states(&search.model(), &lines, most.saturating_sub(1)).into_iter();
    let states =
        states.filter(|state| vocabulary.has_work(state)).map(|reached| State { reached, changes: OnceCell::new() });
    let (busy, others): (Vec<State>, Vec<State>) = states.partition(|state| vocabulary.is_busy(&state.reached));
    let _ = tries(search, &vocabulary, &busy) || tries(search, &vocabulary, &others);
}

/// Tries the programs that begin with those states, the shortest first, and says whether one was kept.
fn tries(search: &mut Search<'_>, vocabulary: &Vocabulary, states: &[State]) -> bool {
    let mut left = MOST_MADE;
    for length in 1..=MOST_LINES.min(search.rank().operations() as usize) {
        let made: Vec<Vec<Line>> = vocabulary.programs(states, length).take(left).collect();
        left -= made.len();
        let mut programs: Vec<(Rank, Program)> = made
            .into_iter()
            .map(|lines| Program::new(lines).canonical())
            .map(|program| (Rank::of(&program), program))
            .filter(|(rank, _)| rank < search.rank())
            .collect();
        programs.sort_by(|(one, _), (other, _)| one.cmp(other));
        programs.dedup_by(|(one, _), (other, _)| one == other);
        if search.first(programs.into_iter().map(|(_, program)| ((), program.lines().to_vec()))).is_some() {
            return true;
        }
        if left == 0 || search.is_over() {
            break;
        }
    }
    false
}

/// What programs are made from.
struct Vocabulary {
    /// The settings in front of states.
    settings: Vec<Vec<Line>>,
    work: Line,
    /// Whether the work is a collection, and not a detection.
    collects: bool,
    /// The program's own recovery.
    recovery: Option<Line>,
    /// The program's own changes.
    own: Option<Vec<Line>>,
}

/// A state, and the changes that can be made in it between slices.
struct State {
    reached: Beginning,
    changes: OnceCell<Vec<Vec<Line>>>,
}

impl Vocabulary {
    /// That of a program.
    fn of(lines: &[Line]) -> Option<Vocabulary> {
        let work = work(lines)?;
        let recovers = |line: &&Line| matches!(line.operation.code(), Code::Recover | Code::RecoverRoots);
        Some(Vocabulary {
            settings: settings(lines),
            collects: matches!(work.operation.code(), Code::Collect | Code::CollectSlice),
            recovery: lines.iter().find(recovers).cloned(),
            own: between(lines, work.operation.code()),
            work,
        })
    }

    /// Whether there is anything to collect or to detect.
    fn has_work(&self, Beginning { model, .. }: &Beginning) -> bool {
        match self.collects {
            true => !model.garbage().is_empty(),
            false => definitions::counted(model).iter().any(|count| *count > 0),
        }
    }

    /// Whether each object takes part in the work.
    fn is_busy(&self, state: &Beginning) -> bool {
        match self.collects {
            true => state.model.garbage().len() == state.model.bound(),
            false => state.is_connected(),
        }
    }

    /// The programs of that many lines.
    fn programs<'a>(&'a self, states: &'a [State], length: usize) -> impl Iterator<Item = Vec<Line>> + 'a {
        // How often an object is touched at most; a detection visits it once.
        let touches = if self.collects { 4 } else { 1 };
        let begun = states.iter().flat_map(|state| self.settings.iter().map(move |settings| (state, settings)));
        begun.flat_map(move |(state, settings)| {
            let beginning = [settings, &state.reached.lines[..]].concat();
            let room = length.saturating_sub(beginning.len());
            let objects = state.reached.bound.len() as u32;
            let changes: &[Vec<Line>] =
                if room == 0 { &[] } else { state.changes.get_or_init(|| self.changes(&state.reached)) };
            let ends = changes.iter().flat_map(move |change| self.around(change, objects * touches, room));
            ends.map(move |end| [&beginning[..], &end].concat())
        })
    }

    /// The changes of a state, with the program's own, and with its recovery after each.
    fn changes(&self, state: &Beginning) -> Vec<Vec<Line>> {
        let mut changes = changes(state);
        let recovered =
            self.recovery.iter().flat_map(|line| changes.iter().map(|change| [change, &[line.clone()][..]].concat()));
        let own = self.own.iter().flat_map(|lines| on_objects_of(&state.lines, lines));
        let more: Vec<Vec<Line>> = recovered.chain(own).collect();
        changes.extend(more);
        changes
    }

    /// A change with the work before and after it, in every division into slices that has that many lines. Unsliced work
    /// runs once before, and at most once after. Slices before the change touch at most `most` objects; more would find
    /// nothing left to do.
    fn around(&self, change: &[Line], most: u32, length: usize) -> Vec<Vec<Line>> {
        let (before, after) =
            if is_slice(&self.work) { (&BEFORE[..], &AFTER[..]) } else { (&ONCE[..], &AT_MOST_ONCE[..]) };
        let after = if change.is_empty() { &NEVER[..] } else { after };
        let useful = before.iter().filter(|budgets| budgets.iter().sum::<u32>() <= most);
        let paces = useful.flat_map(|before| after.iter().map(move |after| (before, after)));
        let fitting = paces.filter(|(before, after)| before.len() + change.len() + after.len() == length);
        fitting
            .map(|(before, after)| [&slices(&self.work, before), change, &slices(&self.work, after)].concat())
            .collect()
    }
}

/// The first slice, in a finalizer or not. If there is none: a slice of a collection, where a budget limits checks; or
/// else an unsliced detection or collection that lines follow.
fn work(lines: &[Line]) -> Option<Line> {
    let slice = |line: &Line| match &line.operation {
        Operation::On { line, .. } | Operation::When { line, .. } => is_slice(line).then(|| (**line).clone()),
        _ => is_slice(line).then(|| line.clone()),
    };
    let limits = |line: &Line| matches!(line.operation.code(), Code::SetBudget | Code::SetDebt | Code::Begin);
    let of_checks = || Line { bind: None, operation: Operation::CollectSlice { objects: 1 } };
    let whole = |line: &&Line| matches!(line.operation.code(), Code::Detect | Code::DetectFull | Code::Collect);
    let others = || lines.split_last().and_then(|(_, before)| before.iter().find(whole).cloned());
    let own = lines.iter().find_map(slice);
    own.or_else(|| lines.iter().any(limits).then(of_checks)).or_else(others)
}

/// No settings, and the program's settings without those of when checks happen and how far they go.
fn settings(lines: &[Line]) -> Vec<Vec<Line>> {
    let when = |line: &Line| {
        let operation = &line.operation;
        operation.code().paces_checks() || operation.code() == Code::SetBudget
    };
    let own = lines.iter().take_while(|line| line.operation.code().is_setting()).filter(|line| !when(line));
    let mut each = vec![Vec::new(), own.cloned().collect()];
    each.dedup();
    each
}

/// No change, or one of one line; or a new object that refers to a new object that refers to one.
fn changes(state: &Beginning) -> Vec<Vec<Line>> {
    let shapes = parsed(CHANGES).unwrap_or_default();
    let lines = shapes.iter().map(shape).flat_map(|shape| state.filled(&shape));
    let done = lines.filter_map(|line| match state.with(line.clone())? {
        (changed, Outcome::Done(_)) => Some((line, changed)),
        _ => None,
    });
    let mut changes = vec![Vec::new()];
    for (line, changed) in done {
        if let Operation::Box { .. } = line.operation {
            let last = changed.bound.last().copied();
            let outer = changed.filled(&shape(&line)).into_iter().find(|outer| outer.names().first().copied() == last);
            changes.extend(outer.map(|outer| vec![line.clone(), outer]));
        }
        changes.push(vec![line]);
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
