//! What finalizers and callbacks did inside a call. A journal has only the outcomes of their operations; which operation each belongs to
//! follows from the lines that armed it, in order (SPEC 2.5, 2.13, 10.9, 10.10).

use crate::judge::code::Sort;
use heapproof_model::dialect::Again;
use heapproof_model::{Dialect, Event, Line, Name, Object, Operation, Outcome, Program, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// An operation of a finalizer or callback.
#[derive(Debug, Clone)]
pub struct Done {
    /// The place of its outcome among the events of the call.
    pub event: usize,
    /// The object whose code it stands in.
    pub of: Object,
    /// What code that is.
    pub sort: Sort,
    /// The index of the program's line with its text, where one is known.
    pub line: Option<usize>,
    /// The operation as a line of the trace has it.
    pub text: String,
    /// The operation as it was called; `None` where it was skipped.
    pub operation: Option<Operation<Object>>,
    /// Its outcome.
    pub outcome: Outcome,
}

/// The user code of a program that is under way.
#[derive(Default)]
pub struct UserCode {
    armed: BTreeMap<(Object, Sort), Vec<Armed>>,
    names: BTreeMap<Name, Object>,
    runs: Vec<Run>,
    begun: BTreeSet<(Object, Sort)>,
    /// Whether a finalizer stays when it has run.
    again: bool,
}

/// A line of user code, and the index of the program's line that it was taken from.
#[derive(Clone)]
struct Armed {
    line: Line,
    from: Option<usize>,
}

/// A run that has not ended.
struct Run {
    of: Object,
    sort: Sort,
    lines: std::vec::IntoIter<Armed>,
    names: BTreeMap<Name, Object>,
}

impl UserCode {
    /// That of a program for a heap of that dialect.
    pub fn of(dialect: &Dialect) -> UserCode {
        UserCode { again: dialect.again == Again::EachDeath, ..UserCode::default() }
    }

    /// What finalizers did in a call, by the events in it; and learns from the call itself, which is that line of the
    /// program if it is one.
    pub fn called(
        &mut self,
        program: &Program,
        operation: &Operation<Object>,
        outcome: &Outcome,
        events: &[Event],
        line: Option<(Option<usize>, &Line)>,
    ) -> Vec<Done> {
        let mut done = Vec::new();
        for (index, event) in events.iter().enumerate() {
            if let Some((of, sort)) = Sort::begun(event) {
                self.begun.insert((of, sort));
                let lines = self.armed.get(&(of, sort)).cloned().unwrap_or_default().into_iter();
                self.runs.push(Run { of, sort, lines, names: BTreeMap::new() });
            }
            match event {
                Event::Did(outcome) => done.extend(self.did(program, index, outcome)),
                Event::Ended(_) => drop(self.runs.pop()),
                _ => {}
            }
        }
        if matches!(outcome, Outcome::Done(_)) {
            self.arm(operation, line.and_then(|(index, _)| index));
        }
        if let (Some((_, Line { bind: Some(name), .. })), Outcome::Done(Value::Reference(object))) = (line, outcome) {
            self.names.insert(*name, *object);
        }
        done
    }

    /// Learns from an operation that was done, and from which line that comes.
    fn arm(&mut self, operation: &Operation<Object>, from: Option<usize>) {
        let is_over = |of: &(Object, Sort)| self.begun.contains(of) && !(self.again && of.1 == Sort::Finalizer);
        let Some(of) = Sort::given_to(operation).filter(|of| !is_over(of)) else { return };
        if let Operation::Inherit { from: Some(like), .. } = operation {
            let like = (*like, Sort::Finalizer);
            let runs = self.runs.iter().any(|run| (run.of, run.sort) == like);
            if let Some(lines) = self.armed.get(&like).filter(|_| runs || !is_over(&like)).cloned() {
                self.armed.insert(of, lines);
            }
        }
        if let Some((object, sort, line)) = Sort::armed(operation) {
            self.armed.entry((object, sort)).or_default().push(Armed { line: line.clone(), from });
        }
    }

    /// The next line of the run that is under way, which came to that.
    fn did(&mut self, program: &Program, event: usize, outcome: &Outcome) -> Option<Done> {
        let (names, run) = (&self.names, self.runs.last_mut()?);
        let Armed { line, from } = run.lines.next()?;
        let (of, sort) = (run.of, run.sort);
        let called = !matches!(outcome, Outcome::Skipped);
        let look_up = |name: Name| match name {
            Name::SELF => Some(of),
            name => run.names.get(&name).or_else(|| names.get(&name)).copied(),
        };
        let operation = line.operation.resolve(&look_up).filter(|_| called);
        if let (Some(name), Outcome::Done(Value::Reference(object))) = (line.bind, outcome) {
            run.names.insert(name, *object);
        }
        if let (Outcome::Done(_), Some(operation)) = (outcome, &operation) {
            self.arm(operation, from);
        }
        Some(Done { event, of, sort, line: from, text: program.print(&line), operation, outcome: outcome.clone() })
    }
}

impl Done {
    /// The numbers of the objects that it has allocated, or given as if it had.
    pub fn allocated(&self) -> Range<usize> {
        let (Some(operation), Outcome::Done(Value::Reference(first))) = (&self.operation, &self.outcome) else {
            return 0..0;
        };
        match operation {
            Operation::Chain { length } | Operation::Ring { length } => first.index()..first.index() + *length as usize,
            other if other.allocated().is_some() => first.index()..first.index() + 1,
            _ => 0..0,
        }
    }

    /// The change of the number of references to an object that the mutator holds.
    pub fn moves(&self, object: Object) -> i64 {
        self.operation.as_ref().map_or(0, |operation| moves(operation, &self.outcome, object))
    }
}

/// The change that a call makes by itself to the number of references to an object that the mutator holds.
pub fn moves(operation: &Operation<Object>, outcome: &Outcome, object: Object) -> i64 {
    let Outcome::Done(value) = outcome else { return 0 };
    let gives = value.reference() == Some(object);
    match operation {
        Operation::Take { object: Some(taken) } => (*taken == object).into(),
        Operation::TryTake { object: Some(taken) } => (*taken == object && *value == Value::Bool(true)).into(),
        Operation::Drop { object: Some(dropped) } => -i64::from(*dropped == object),
        Operation::Transfer { .. } => -i64::from(operation.stored().and_then(Value::reference) == Some(object)),
        Operation::Temp { allocation } => moves(allocation, outcome, object),
        Operation::Upgrade { .. }
        | Operation::Pop { .. }
        | Operation::Remove { .. }
        | Operation::RemoveElement { .. }
        | Operation::SwapRemove { .. }
        | Operation::Chain { .. }
        | Operation::Ring { .. } => gives.into(),
        other => (other.allocated().is_some() && gives).into(),
    }
}
