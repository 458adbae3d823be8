//! For a short program, tries all programs that its own operations can form, the simplest first.
//!
//! Lines are made from the shapes of the program's lines and the names bound before them, and programs line by line. So this
//! pass reaches programs that single steps can't reach, and the result is a simplest program over its own shapes. It leaves out programs with a line that the model refuses or skips, unless the program
//! itself has one. It also leaves out programs that begin with one which failed before its end. Programs shorter than
//! the result may also use other small finalizers and other faults, and each shape as often as they like; programs of
//! its length use a shape only as often as the result does.

use super::beginnings::{Beginning, shape};
use crate::failure::minimize::order::Rank;
use crate::failure::minimize::search::Search;
use heapproof_model::script::Outcome;
use heapproof_model::{Fault, Line, Operation, Program, Reference, script};

/// The longest program for this pass.
const MOST_LINES: usize = 5;
/// How many programs are run before the pass gives up.
const MOST_RUNS: u64 = 150;

pub(super) fn run(search: &mut Search<'_>) {
    let lines = search.lines();
    if lines.len() > MOST_LINES {
        return;
    }
    // Such a signature contains the fault that was missed.
    let same_faults = search.failure().violation.kind().starts_with("fault-missed-");
    let shapes = Shapes::of(&lines, same_faults, search.model());
    let most = search.executions + MOST_RUNS;
    let mut begun = vec![Beginning::of(search.model())];
    for length in 1..=lines.len() {
        let mut next = Vec::new();
        for longer in begun.iter().flat_map(|begun| shapes.longer(begun)) {
            if length == lines.len() && !shapes.suffice_for(&longer.lines) {
                continue;
            }
            if search.keep(longer.lines.clone()) || search.executions >= most || search.is_over() {
                return;
            }
            if length < lines.len() {
                let failed = search.verdict(&Program::new(longer.lines.clone()));
                next.extend(failed.is_none_or(|(_, failure)| failure.step >= length).then_some(longer));
            }
        }
        begun = next;
    }
}

/// The shapes that programs are made from.
struct Shapes {
    /// Each shape once, the simplest first.
    all: Vec<Line>,
    /// Each shape as often as the program has it.
    own: Vec<Line>,
    /// Whether the model refuses or skips a line of the program.
    nothing: bool,
}

impl Shapes {
    fn of(lines: &[Line], same_faults: bool, mut model: Reference) -> Shapes {
        let own: Vec<Line> = lines.iter().map(shape).collect();
        let mut all: Vec<Line> = Vec::new();
        let others =
            own.iter().flat_map(other_finalizers).chain(own.iter().filter(|_| !same_faults).flat_map(other_faults));
        for shape in own.iter().cloned().chain(others) {
            if !all.contains(&shape) {
                all.push(shape);
            }
        }
        all.sort_by_cached_key(|shape| Rank::of(&Program::new(vec![shape.clone()])));
        let nothing = lines.iter().any(|line| !matches!(script::step(&mut model, line), Outcome::Done(_)));
        Shapes { all, own, nothing }
    }

    /// Whether those lines use no shape more often than the program does.
    fn suffice_for(&self, lines: &[Line]) -> bool {
        let mut left = self.own.clone();
        lines.iter().all(|line| {
            let shape = shape(line);
            left.iter().position(|own| *own == shape).map(|at| left.swap_remove(at)).is_some()
        })
    }

    /// The beginnings with one line more.
    fn longer(&self, begun: &Beginning) -> Vec<Beginning> {
        let only_settings = begun.lines.iter().all(|line| line.operation.code().is_setting());
        let fitting = self.all.iter().filter(|shape| only_settings || !shape.operation.code().is_setting());
        let longer = fitting.flat_map(|shape| begun.filled(shape)).filter_map(|line| begun.with(line));
        longer
            .filter(|(_, outcome)| self.nothing || matches!(outcome, Outcome::Done(_)))
            .map(|(longer, _)| longer)
            .collect()
    }
}

/// Finalizers of one operation without operands, which may be refused there.
fn other_finalizers(shape: &Line) -> Vec<Line> {
    let Operation::On { object, .. } = shape.operation else { return Vec::new() };
    let on = |operation| {
        let within = Box::new(Line { bind: None, operation });
        Line { bind: None, operation: Operation::On { object, line: within } }
    };
    [Operation::Collect {}, Operation::End {}, Operation::Panic {}].map(on).into()
}

/// The other faults at the same object.
fn other_faults(shape: &Line) -> Vec<Line> {
    let Operation::Fault { object, fault } = shape.operation else { return Vec::new() };
    let others = Fault::ALL.iter().filter(|other| **other != fault);
    others.map(|fault| Line { bind: None, operation: Operation::Fault { object, fault: *fault } }).collect()
}
