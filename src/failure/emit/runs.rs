//! Follows finalizers and callbacks through the journal: to which line each outcome belongs, and which objects its names stood for.

use crate::judge::code::Sort;
use crate::judge::story::{Left, Run, Step};
use heapproof_model::dialect::{Again, UserCode};
use heapproof_model::{Dialect, End, Event, Gives, Line, Name, Object, Operation, Outcome, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Follows a program's journal.
#[derive(Default)]
pub(super) struct Runs {
    /// Whose answers say whether the lines of code stay when they have run.
    dialect: Dialect,
    armed: BTreeMap<(Object, Sort), VecDeque<Line>>,
    begun: BTreeSet<(Object, Sort)>,
    names: BTreeMap<Name, Object>,
    under_way: Vec<UnderWay>,
    /// What runs have given up by names that did not hold it.
    given_up_elsewhere: BTreeSet<Object>,
    /// The runs that have ended, in that order.
    pub ended: Vec<Run>,
}

struct UnderWay {
    run: Run,
    /// All its lines, and those that it has not reached.
    all: VecDeque<Line>,
    lines: VecDeque<Line>,
    bound: Vec<Bound>,
}

struct Bound {
    name: Name,
    object: Object,
    owns: bool,
    held: i64,
}

impl Runs {
    /// Of a subject of that dialect.
    pub fn of(dialect: Dialect) -> Runs {
        Runs { dialect, ..Runs::default() }
    }

    /// Follows a line of the program: first its events, then its own effect.
    pub fn line(&mut self, line: &Line, operation: &Operation<Object>, outcome: &Outcome, events: &[Event]) {
        self.events(events);
        if let Outcome::Done(value) = outcome {
            self.arms(operation);
            if let (Some(name), Some(object)) = (line.bind, value.reference()) {
                self.names.insert(name, object);
            }
        }
    }

    fn arms(&mut self, operation: &Operation<Object>) {
        let Some((object, sort)) = Sort::given_to(operation) else { return };
        let again = self.dialect.again == Again::EachDeath && sort == Sort::Finalizer;
        if !again && self.begun.contains(&(object, sort)) {
            return;
        }
        match operation {
            Operation::Inherit { from, .. } => {
                let lines = self.code_of(*from);
                if !lines.is_empty() {
                    self.armed.insert((object, sort), lines);
                }
            }
            operation => {
                let line = operation.armed().map(|(_, line)| line.clone());
                self.armed.entry((object, sort)).or_default().extend(line);
            }
        }
    }

    /// The lines of a finalizer that has not ended.
    fn code_of(&self, object: Option<Object>) -> VecDeque<Line> {
        let Some(object) = object else { return VecDeque::new() };
        let runs = self.under_way.iter().find(|it| it.run.object == object && it.run.sort == Sort::Finalizer);
        let armed = self.armed.get(&(object, Sort::Finalizer));
        armed.or(runs.map(|it| &it.all)).cloned().unwrap_or_default()
    }

    /// The operation as a test makes it, which has code for each object: that one gets a line, if it is to get those of another.
    /// `None` if there are none.
    pub fn spelled(&self, operation: &Operation<Object>) -> Option<Operation<Object>> {
        let Operation::Inherit { object, from } = operation else { return Some(operation.clone()) };
        let line = self.code_of(*from).front()?.clone();
        Some(Operation::On { object: *object, line: Box::new(line) })
    }

    /// Follows the events of a call.
    pub fn events(&mut self, events: &[Event]) {
        for event in events {
            if let Some((object, sort)) = Sort::begun(event) {
                let is_first = self.begun.insert((object, sort));
                let lines = match self.stays(sort, is_first) {
                    true => self.armed.get(&(object, sort)).cloned(),
                    false => self.armed.remove(&(object, sort)),
                };
                let lines = lines.unwrap_or_default();
                let run = Run { sort, object, steps: Vec::new(), left: Vec::new(), end: End::Returned };
                self.under_way.push(UnderWay { run, all: lines.clone(), lines, bound: Vec::new() });
            }
            match event {
                Event::Did(outcome) => self.did(outcome),
                Event::Ended(end) => {
                    let Some(mut under_way) = self.under_way.pop() else { continue };
                    under_way.run.end = *end;
                    let left = |bound: &Bound| {
                        let given_up_elsewhere = self.given_up_elsewhere.contains(&bound.object);
                        Left { object: bound.object, given_up_elsewhere }
                    };
                    let left = under_way.bound.iter().flat_map(|bound| (0..bound.held).map(move |_| left(bound)));
                    under_way.run.left = left.collect();
                    self.ended.push(under_way.run);
                }
                _ => {}
            }
        }
    }

    /// Whether the lines of code stay when they have run. Of an object with a finalizer and a destructor, the finalizer is what
    /// begins first.
    fn stays(&self, sort: Sort, is_first: bool) -> bool {
        let runs_as = if is_first { UserCode::Finalizer } else { UserCode::Destructor };
        sort == Sort::Finalizer && self.dialect.keeps_code(runs_as)
    }

    fn did(&mut self, outcome: &Outcome) {
        let Some(UnderWay { run, all: _, lines, bound }) = self.under_way.last_mut() else { return };
        let Some(line) = lines.pop_front() else { return };
        let look_up = |name| match bound.iter().find(|bound| bound.name == name) {
            _ if name == Name::SELF => Some(run.object),
            Some(bound) => Some(bound.object),
            None => self.names.get(&name).copied(),
        };
        let operation = line.operation.resolve(&look_up);
        let gives_up = operation.as_ref().and_then(given_up);
        let mut armed = None;
        if let Outcome::Done(value) = outcome {
            let by_its_holder = match (&line.operation, line.bind) {
                (Operation::Take { object }, _) => holds(bound, *object, 1),
                (Operation::TryTake { object }, _) => holds(bound, *object, i64::from(*value == Value::Bool(true))),
                (Operation::Drop { object }, _) => holds(bound, *object, -1),
                (Operation::Transfer { store }, _) => holds(bound, store.0.stored().and_then(Value::reference), -1),
                (Operation::On { .. } | Operation::When { .. } | Operation::Inherit { .. }, _) => {
                    armed.clone_from(&operation);
                    false
                }
                (operation, Some(name)) => {
                    if let Some(object) = value.reference() {
                        let owns = operation.code().gives() != Gives::Look;
                        bound.push(Bound { name, object, owns, held: i64::from(owns) });
                    }
                    false
                }
                _ => false,
            };
            self.given_up_elsewhere.extend(gives_up.filter(|_| !by_its_holder));
        }
        let step = Step { line, operation: None, outcome: outcome.clone() };
        let operation = operation.and_then(|operation| self.spelled(&operation));
        let steps = self.under_way.last_mut().map(|under_way| &mut under_way.run.steps);
        steps.into_iter().for_each(|steps| steps.push(Step { operation: operation.clone(), ..step.clone() }));
        if let Some(armed) = armed {
            self.arms(&armed);
        }
    }
}

/// The object of which an operation gives up a reference that the mutator holds.
fn given_up(operation: &Operation<Object>) -> Option<Object> {
    match operation {
        Operation::Drop { object } => *object,
        Operation::Transfer { store } => store.0.stored().and_then(Value::reference),
        _ => None,
    }
}

/// Counts what a name of the run holds. Returns whether it is one that holds.
fn holds(bound: &mut [Bound], name: Option<Name>, more: i64) -> bool {
    let bound = bound.iter_mut().find(|bound| Some(bound.name) == name && bound.owns);
    bound.map(|bound| bound.held += more).is_some()
}
