//! What a program means on any heap: names, outcomes, and the runs of finalizers and callbacks (SPEC 2).
//!
//! A heap that carries out programs is a [`Machine`]. It answers calls with objects for names, and lends its
//! [`Script`], the part of its state that belongs to the program and not to the heap.

use crate::operation::{Gives, Line, Operation};
use crate::value::{Name, Object, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

mod digest;

/// How many operations all finalizers of one program together may carry out.
pub const FUEL: u32 = 1_000;

/// Why a call is refused (SPEC 1), in the order in which reasons are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// The call is not allowed inside the running finalizer.
    Reentrant,
    /// A frame is open where none may be, or none is open where one must be.
    Frame,
    /// Nil where an object is needed.
    Nil,
    /// The object is gone.
    Stale,
    /// The object is of another kind.
    Kind,
    /// There is no such element or capture.
    Index,
    /// There is no such field.
    Field,
    /// The value refers to an object that is gone.
    StaleValue,
    /// A reference where only plain values are allowed.
    NotPlain,
    /// A count has no room for one more.
    Overflow,
    /// The mutator holds no reference to give up.
    NotHeld,
    /// There is no room for one more object.
    Capacity,
    /// A setting or a budget of zero, or bounds that cross.
    Setting,
    /// The fault finds nothing to damage.
    Inapplicable,
    /// The call is done, and a panic of user code came out of it; a dialect's answer (SPEC 11.24).
    Panicked,
}

/// The outcome of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Done, with the result, which is nil if there is none.
    Done(Value<Object>),
    /// Called, and refused.
    Refused(Refusal),
    /// Not called: a name that it uses is unbound, or the heap is damaged.
    Skipped,
}

/// How a run of a finalizer or callback ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// It returned.
    Returned,
    /// It panicked.
    Panicked,
    /// The program's fuel was used up.
    OutOfFuel,
}

/// An event inside a heap; journals have events in their order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event {
    /// The finalizer of an object began.
    Began(Object),
    /// The callback of a weak object began.
    Called(Object),
    /// A finalizer or callback carried out an operation.
    Did(Outcome),
    /// The running finalizer or callback ended, and its references are dropped.
    Ended(End),
    /// An object died.
    Died(Object),
    /// A set of garbage was found. Its finalizers run next, then its members die.
    Took(BTreeSet<Object>),
    /// A slice or a check ends with more to do.
    Paused,
    /// A fault was made; with the object at which verification must find it, if there is one.
    Damaged(Option<Object>),
    /// The heap was repaired.
    Recovered {
        /// References that became nil: the object, and the place among its values; a weak object's target is at 0.
        lost: Vec<(Object, usize)>,
        /// The new external count of each living object, in order of numbers; empty where roots were given.
        externals: Vec<(Object, u32)>,
    },
}

/// The part of a machine's state that belongs to the program.
#[derive(Debug, Clone)]
pub struct Script {
    names: Vec<Option<Object>>,
    /// In `Arc`, since heaps are copied after every operation.
    finalizers: BTreeMap<Object, Arc<Vec<Line>>>,
    callbacks: BTreeMap<Object, Arc<Vec<Line>>>,
    /// The finalizers that run, and whose they are.
    running: Vec<(Object, Arc<Vec<Line>>)>,
    fuel: u32,
    /// Whether a finalizer stays when it has run (SPEC 11.17, 11.18).
    again: bool,
    /// The events since the journal was last taken.
    pub journal: Vec<Event>,
}

impl Default for Script {
    fn default() -> Script {
        let (finalizers, callbacks) = (BTreeMap::new(), BTreeMap::new());
        let (names, running, journal) = (Vec::new(), Vec::new(), Vec::new());
        Script { names, finalizers, callbacks, running, fuel: FUEL, again: false, journal }
    }
}

impl Script {
    /// From now on, finalizers stay when they have run, or don't.
    pub fn keep(&mut self, again: bool) {
        self.again = again;
    }

    /// The object that a name stands for.
    pub fn object(&self, name: Name) -> Option<Object> {
        self.names.get(name.index()).copied().flatten()
    }

    /// Binds a name to an object, for ever.
    pub fn bind(&mut self, name: Name, object: Object) {
        let index = name.index();
        if self.names.len() <= index {
            self.names.resize(index + 1, None);
        }
        self.names[index] = Some(object);
    }

    /// Appends a line to a finalizer that has not begun.
    pub fn append(&mut self, object: Object, line: Line) {
        Arc::make_mut(self.finalizers.entry(object).or_default()).push(line);
    }

    /// Gives an object the finalizer of another, which has one or whose finalizer runs (SPEC 2.15).
    pub fn inherit(&mut self, object: Object, from: Object) {
        if let Some(lines) = self.lines(from).cloned() {
            self.finalizers.insert(object, lines);
        }
    }

    /// Whether a heap is called for an operation: to give an object no finalizer changes nothing, whatever it is.
    pub fn is_call(&self, operation: &Operation<Object>) -> bool {
        !matches!(operation, Operation::Inherit { from, .. } if from.is_none_or(|from| self.lines(from).is_none()))
    }

    fn lines(&self, object: Object) -> Option<&Arc<Vec<Line>>> {
        let runs = self.running.iter().find(|(running, _)| *running == object).map(|(_, lines)| lines);
        self.finalizers.get(&object).or(runs)
    }

    /// Takes a finalizer away.
    pub fn forget(&mut self, object: Object) {
        self.finalizers.remove(&object);
    }

    /// Appends a line to the callback of a weak object whose target lives.
    pub fn append_to_callback(&mut self, weak: Object, line: Line) {
        Arc::make_mut(self.callbacks.entry(weak).or_default()).push(line);
    }

    /// Takes a callback away.
    pub fn forget_callback(&mut self, weak: Object) {
        self.callbacks.remove(&weak);
    }

    /// The weak objects that have a callback that has not run.
    pub fn with_callbacks(&self) -> impl Iterator<Item = Object> + '_ {
        self.callbacks.keys().copied()
    }

    /// Whether any user code may still run: a finalizer that has not begun, or is one at each death, or a callback.
    pub fn has_code(&self) -> bool {
        !self.finalizers.is_empty() || !self.callbacks.is_empty()
    }

    /// Whether an object has a finalizer that has not begun.
    pub fn has_finalizer(&self, object: Object) -> bool {
        self.finalizers.contains_key(&object)
    }
}

/// A heap that carries out programs.
pub trait Machine {
    /// Carries out one operation.
    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal>;
    /// The program's part of its state.
    fn script(&mut self) -> &mut Script;
    /// Whether the operation is carried out. On a damaged heap some are not; in a dialect, those that its programs can't
    /// say (SPEC 11.2).
    fn permits(&self, _operation: &Operation<Object>) -> bool {
        true
    }
}

/// Carries out one line outside finalizers.
pub fn step(machine: &mut impl Machine, line: &Line) -> Outcome {
    let script = machine.script();
    let operation = match line.operation.resolve(&|name| script.object(name)) {
        Some(operation) if operation.code().is_expectation() => return Outcome::Done(Value::Nil),
        Some(operation) if machine.permits(&operation) => operation,
        _ => return Outcome::Skipped,
    };
    match machine.call(&operation) {
        Ok(value) => {
            if let (Some(name), Value::Reference(object)) = (line.bind, &value) {
                machine.script().bind(name, *object);
            }
            Outcome::Done(value)
        }
        Err(refusal) => Outcome::Refused(refusal),
    }
}

/// Runs the finalizer of an object.
pub fn finalize(machine: &mut impl Machine, object: Object) -> End {
    let script = machine.script();
    script.journal.push(Event::Began(object));
    let lines = match script.again {
        true => script.finalizers.get(&object).cloned(),
        false => script.finalizers.remove(&object),
    };
    let lines = lines.unwrap_or_default();
    script.running.push((object, lines.clone()));
    let end = run(machine, object, &lines);
    machine.script().running.pop();
    end
}

/// Runs the callback of a weak object.
pub fn call_back(machine: &mut impl Machine, weak: Object) -> End {
    let script = machine.script();
    script.journal.push(Event::Called(weak));
    let lines = script.callbacks.remove(&weak).unwrap_or_default();
    run(machine, weak, &lines)
}

/// Carries out the lines of a finalizer or callback, and drops what is left over (SPEC 2.6, 2.10).
fn run(machine: &mut impl Machine, object: Object, lines: &[Line]) -> End {
    let mut run = Run { object, bound: Vec::new() };
    let mut end = End::Returned;
    for line in lines {
        let script = machine.script();
        if script.fuel == 0 {
            end = End::OutOfFuel;
            break;
        }
        script.fuel -= 1;
        if let Operation::Panic {} = line.operation {
            end = End::Panicked;
            break;
        }
        let outcome = run.step(machine, line);
        machine.script().journal.push(Event::Did(outcome));
    }
    for bound in run.bound {
        for _ in 0..bound.held {
            let _ = machine.call(&Operation::Drop { object: Some(bound.object) });
        }
    }
    machine.script().journal.push(Event::Ended(end));
    end
}

/// A run of a finalizer or callback: its object and the names that it has bound, in order.
struct Run {
    object: Object,
    bound: Vec<Bound>,
}

struct Bound {
    name: Name,
    object: Object,
    /// Whether the run holds references by this name, and how many. The number is below zero if it dropped more than it
    /// had.
    owns: bool,
    held: i64,
}

impl Run {
    fn step(&mut self, machine: &mut impl Machine, line: &Line) -> Outcome {
        let script = machine.script();
        let look_up = |name| match self.bound.iter().find(|bound| bound.name == name) {
            _ if name == Name::SELF => Some(self.object),
            Some(bound) => Some(bound.object),
            None => script.object(name),
        };
        let resolved = line.operation.resolve(&look_up);
        let Some(operation) = resolved.filter(|operation| machine.permits(operation)) else { return Outcome::Skipped };
        let value = match machine.call(&operation) {
            Ok(value) => value,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        match (&line.operation, line.bind, &value) {
            (Operation::Take { object }, ..) | (Operation::TryTake { object }, _, Value::Bool(true)) => {
                self.holds(*object, 1);
            }
            (Operation::Drop { object }, ..) => self.holds(*object, -1),
            (Operation::Transfer { store }, ..) => self.holds(store.0.stored().and_then(Value::reference), -1),
            (operation, Some(name), Value::Reference(object)) => {
                let owns = operation.code().gives() != Gives::Look;
                self.bound.push(Bound { name, object: *object, owns, held: i64::from(owns) });
            }
            _ => {}
        }
        Outcome::Done(value)
    }

    fn holds(&mut self, name: Option<Name>, more: i64) {
        if let Some(bound) = self.bound.iter_mut().find(|bound| Some(bound.name) == name && bound.owns) {
            bound.held += more;
        }
    }
}
