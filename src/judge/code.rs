//! User code on the subject's side: what a program has armed objects with, and how a subject runs it (SPEC 2.5 to 2.13, 10.9).
//!
//! The model runs finalizers and callbacks by itself, in `heapproof_model::script`. This was written from the text of the contract alone, and
//! the two share no code: so a mistake in either is seen as any other difference between subject and model.

use heapproof_model::{Code, End, Event, Line, Name, Object, Operation, Outcome, Refusal, Value};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// How many operations all finalizers and callbacks of a program may reach (SPEC 2.12).
const FUEL: u32 = 1_000;

/// What user code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// Code that runs before its object dies.
    Finalizer,
    /// Code of a weak object, which runs when the target has died.
    Callback,
}

impl Sort {
    /// The code that begins with an event, by its object.
    pub fn begun(event: &Event) -> Option<(Object, Sort)> {
        match event {
            Event::Began(object) => Some((*object, Sort::Finalizer)),
            Event::Called(weak) => Some((*weak, Sort::Callback)),
            _ => None,
        }
    }

    /// Whose code an operation adds a line to, and the line.
    pub fn armed(operation: &Operation<Object>) -> Option<(Object, Sort, &Line)> {
        let sort = if operation.code() == Code::When { Sort::Callback } else { Sort::Finalizer };
        operation.armed().and_then(|(object, line)| Some((*object?, sort, line)))
    }

    /// Whose code an operation gives lines to, be they those of another.
    pub fn given_to(operation: &Operation<Object>) -> Option<(Object, Sort)> {
        match operation {
            Operation::Inherit { object, .. } => object.map(|object| (object, Sort::Finalizer)),
            operation => Sort::armed(operation).map(|(object, sort, _)| (object, sort)),
        }
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Sort::Finalizer => "finalizer",
            Sort::Callback => "callback",
        }
    }
}

/// What belongs to a program: its names, the finalizers and callbacks that it has made, and what has happened.
#[derive(Debug)]
pub struct Finalizers {
    /// The object of each name that the program has bound.
    names: Vec<Option<Object>>,
    /// The lines of each object's finalizer. They are shared between copies of a heap.
    lines: BTreeMap<Object, Arc<Vec<Line>>>,
    /// The lines of each weak object's callback.
    callbacks: BTreeMap<Object, Arc<Vec<Line>>>,
    /// The finalizers that run.
    running: Vec<(Object, Arc<Vec<Line>>)>,
    fuel: u32,
    /// Whether the lines of a finalizer stay when it has run.
    keeps: bool,
    /// What has happened since this was last taken (SPEC 10.10).
    pub journal: Vec<Event>,
}

impl Default for Finalizers {
    fn default() -> Finalizers {
        let (lines, callbacks, running) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        Finalizers { names: Vec::new(), lines, callbacks, running, fuel: FUEL, keeps: false, journal: Vec::new() }
    }
}

impl Clone for Finalizers {
    fn clone(&self) -> Finalizers {
        let Finalizers { names, lines, callbacks, running, fuel, keeps, journal } = self;
        let (names, lines, callbacks, running) = (names.clone(), lines.clone(), callbacks.clone(), running.clone());
        Finalizers { names, lines, callbacks, running, fuel: *fuel, keeps: *keeps, journal: journal.clone() }
    }

    /// Copies into a former copy, whose memory is used again.
    fn clone_from(&mut self, source: &Finalizers) {
        let Finalizers { names, lines, callbacks, running, fuel, keeps, journal } = source;
        self.running.clone_from(running);
        self.names.clone_from(names);
        self.lines.clone_from(lines);
        self.callbacks.clone_from(callbacks);
        (self.fuel, self.keeps) = (*fuel, *keeps);
        self.journal.clone_from(journal);
    }
}

impl Finalizers {
    /// A name of the program stands for an object from now on.
    pub fn bind(&mut self, name: Name, object: Object) {
        let place = name.index();
        if place >= self.names.len() {
            self.names.resize(place + 1, None);
        }
        self.names[place] = Some(object);
    }

    /// The object that a name of the program stands for.
    pub fn object(&self, name: Name) -> Option<Object> {
        self.names.get(name.index()).copied().flatten()
    }

    /// Appends a line to an object's finalizer. Whether it may still have one is for the subject to say.
    pub fn append(&mut self, object: Object, line: Line) {
        Arc::make_mut(self.lines.entry(object).or_default()).push(line);
    }

    /// Whether an object has a finalizer that can run.
    pub fn has_finalizer(&self, object: Object) -> bool {
        self.lines.contains_key(&object)
    }

    /// Whether an object has a finalizer that others can be given: one that has not ended (SPEC 2.15).
    pub fn has_code(&self, object: Option<Object>) -> bool {
        self.code_of(object).is_some()
    }

    /// Gives an object the finalizer of another in place of its own. Whether it may still have one is for the subject to say.
    pub fn inherit(&mut self, object: Object, from: Option<Object>) {
        if let Some(lines) = self.code_of(from).cloned() {
            self.lines.insert(object, lines);
        }
    }

    fn code_of(&self, object: Option<Object>) -> Option<&Arc<Vec<Line>>> {
        let runs = || self.running.iter().find(|(of, _)| Some(*of) == object).map(|(_, lines)| lines);
        object.and_then(|object| self.lines.get(&object)).or_else(runs)
    }

    /// Removes an object's finalizer.
    pub fn forget(&mut self, object: Object) {
        self.lines.remove(&object);
    }

    /// Appends a line to a weak object's callback. Whether that may still run is for the subject to say.
    pub fn append_to_callback(&mut self, weak: Object, line: Line) {
        Arc::make_mut(self.callbacks.entry(weak).or_default()).push(line);
    }

    /// Whether a weak object has a callback that has not run.
    pub fn has_callback(&self, weak: Object) -> bool {
        self.callbacks.contains_key(&weak)
    }

    /// Removes a weak object's callback.
    pub fn forget_callback(&mut self, weak: Object) {
        self.callbacks.remove(&weak);
    }

    /// Says whether the lines of a finalizer stay when it has run: where it runs before each death (SPEC 11.18), or as a
    /// finalizer and as a destructor (SPEC 11.17).
    pub fn keep(&mut self, keeps: bool) {
        self.keeps = keeps;
    }

    /// Feeds all on which the future depends: fuel, and the finalizers and callbacks of what lives. `label` says of an object whether it lives,
    /// and what tells it from others. A name that stands for no object yet is told by its order within its finalizer. `part` is
    /// told what comes next.
    pub fn digest<H: Hasher>(
        &self,
        label: &dyn Fn(Object) -> (bool, u64),
        part: impl Fn(&mut H, &'static str),
        state: &mut H,
    ) {
        let Finalizers { names: _, lines, callbacks, running: _, fuel, keeps: _, journal: _ } = self;
        part(state, "fuel");
        fuel.hash(state);
        for (name, code) in [("finalizers", lines), ("callbacks", callbacks)] {
            part(state, name);
            self.digest_lines(code, label, state);
        }
    }

    fn digest_lines<H: Hasher>(
        &self,
        code: &BTreeMap<Object, Arc<Vec<Line>>>,
        label: &dyn Fn(Object) -> (bool, u64),
        state: &mut H,
    ) {
        for (object, lines) in code {
            if !label(*object).0 {
                continue;
            }
            (label(*object), lines.len()).hash(state);
            let mut unbound: Vec<Name> = Vec::new();
            for line in lines.iter() {
                let mut line = line.clone();
                line.rename(&mut |name| {
                    match self.object(*name) {
                        Some(object) => label(object).hash(state),
                        None => {
                            let known = unbound.iter().position(|one| one == name);
                            known.unwrap_or(unbound.len()).hash(state);
                            unbound.extend(known.is_none().then_some(*name));
                        }
                    }
                    *name = Name(0);
                });
                line.hash(state);
            }
        }
    }
}

/// A heap that runs finalizers and callbacks.
pub trait Runs {
    /// Carries out an operation of a finalizer or callback.
    ///
    /// # Errors
    /// Why it is refused.
    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal>;

    /// What belongs to the program.
    fn finalizers(&mut self) -> &mut Finalizers;

    /// Whether its dialect has words for this now; other lines are skipped (SPEC 11.2).
    fn permits(&self, _operation: &Operation<Object>) -> bool {
        true
    }

    /// Whether the last call was skipped on the other side of a process.
    fn has_skipped(&self) -> bool {
        false
    }
}

/// Carries out a line of the program outside of user code, and binds its name.
pub fn step(machine: &mut impl Runs, line: &Line) -> Outcome {
    let finalizers = machine.finalizers();
    let operation = line.operation.resolve(&|name| finalizers.object(name));
    if operation.as_ref().is_some_and(|operation| operation.code().is_expectation()) {
        // The model is asked, and no heap (SPEC 10.20).
        return Outcome::Skipped;
    }
    let outcome = call(machine, operation);
    if let (Some(name), Some(object)) = (line.bind, given(&outcome)) {
        machine.finalizers().bind(name, object);
    }
    outcome
}

/// Runs the finalizer of an object, if it has one, and says how that ended (SPEC 2.6).
pub fn run(machine: &mut impl Runs, object: Object) -> End {
    let finalizers = machine.finalizers();
    let lines =
        if finalizers.keeps { finalizers.lines.get(&object).cloned() } else { finalizers.lines.remove(&object) };
    let lines = lines.unwrap_or_default();
    finalizers.journal.push(Event::Began(object));
    finalizers.running.push((object, lines.clone()));
    let end = carry_out(machine, object, &lines);
    machine.finalizers().running.pop();
    end
}

/// Runs the callback of a weak object whose target has died, and says how that ended (SPEC 2.13).
pub fn call_back(machine: &mut impl Runs, weak: Object) -> End {
    let finalizers = machine.finalizers();
    let lines = finalizers.callbacks.remove(&weak).unwrap_or_default();
    finalizers.journal.push(Event::Called(weak));
    carry_out(machine, weak, &lines)
}

fn carry_out(machine: &mut impl Runs, own: Object, lines: &[Line]) -> End {
    let mut run = Run { own, names: Vec::new() };
    let end = run.carry_out(machine, lines);
    run.give_up_the_rest(machine);
    machine.finalizers().journal.push(Event::Ended(end));
    end
}

/// A finalizer or callback that runs.
struct Run {
    own: Object,
    /// The names that it has bound, in that order.
    names: Vec<Bound>,
}

/// A name that a run has bound.
struct Bound {
    name: Name,
    object: Object,
    /// How many references the run holds by it; `None` where it only looked (SPEC 2.9).
    held: Option<i64>,
}

impl Run {
    fn carry_out(&mut self, machine: &mut impl Runs, lines: &[Line]) -> End {
        for line in lines {
            match machine.finalizers().fuel.checked_sub(1) {
                Some(left) => machine.finalizers().fuel = left,
                None => return End::OutOfFuel,
            }
            if line.operation.code() == Code::Panic {
                return End::Panicked;
            }
            let outcome = self.line(machine, line);
            machine.finalizers().journal.push(Event::Did(outcome));
        }
        End::Returned
    }

    /// Carries out a line. Names are those of the run first, and then those of the program.
    fn line(&mut self, machine: &mut impl Runs, line: &Line) -> Outcome {
        let finalizers = machine.finalizers();
        let operation = line.operation.resolve(&|name| match name {
            Name::SELF => Some(self.own),
            name => self.bound(name).map(|bound| bound.object).or_else(|| finalizers.object(name)),
        });
        let outcome = call(machine, operation);
        if let Outcome::Done(value) = &outcome {
            self.count(&line.operation, value);
            if let (Some(name), Some(object)) = (line.bind, value.reference()) {
                let held = gives_a_reference(line.operation.code()).then_some(1);
                self.names.push(Bound { name, object, held });
            }
        }
        outcome
    }

    fn bound(&self, name: Name) -> Option<&Bound> {
        self.names.iter().find(|bound| bound.name == name)
    }

    /// Counts a reference that the run takes or gives up by a name by which it holds some.
    fn count(&mut self, operation: &Operation<Name>, value: &Value<Object>) {
        let (name, by) = match operation {
            Operation::Take { object } => (*object, 1),
            Operation::TryTake { object } if *value == Value::Bool(true) => (*object, 1),
            Operation::Drop { object } => (*object, -1),
            Operation::Transfer { .. } => (operation.stored().and_then(Value::reference), -1),
            _ => return,
        };
        let bound = self.names.iter_mut().find(|bound| Some(bound.name) == name);
        if let Some(held) = bound.and_then(|bound| bound.held.as_mut()) {
            *held += by;
        }
    }

    /// Drops what is still held, by the names in the order in which they were bound (SPEC 2.10).
    fn give_up_the_rest(&self, machine: &mut impl Runs) {
        for Bound { object, held, .. } in &self.names {
            for _ in 0..held.unwrap_or(0) {
                // One that is refused is passed over.
                let _ = call(machine, Some(Operation::Drop { object: Some(*object) }));
            }
        }
    }
}

/// Calls what a line has come to. It is skipped if it uses a name that stands for nothing, or can't be said.
fn call(machine: &mut impl Runs, operation: Option<Operation<Object>>) -> Outcome {
    let Some(operation) = operation.filter(|operation| machine.permits(operation)) else { return Outcome::Skipped };
    let reply = machine.call(&operation);
    if machine.has_skipped() {
        return Outcome::Skipped;
    }
    reply.map_or_else(Outcome::Refused, Outcome::Done)
}

fn given(outcome: &Outcome) -> Option<Object> {
    if let Outcome::Done(value) = outcome { value.reference() } else { None }
}

/// Whether what an operation gives belongs to the caller.
fn gives_a_reference(code: Code) -> bool {
    let takes_out = matches!(code, Code::Pop | Code::Remove | Code::RemoveElement | Code::SwapRemove | Code::Upgrade);
    takes_out || code.allocates() || matches!(code, Code::Chain | Code::Ring)
}
