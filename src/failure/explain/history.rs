//! The history of a program: what both sides showed after each call.
//!
//! The program is run once more in lockstep, and after each call every object is read on both sides. A history keeps
//! only what changed since the call before, so its size follows the work of the program. The state at any moment is
//! computed from the changes. Heaps can be far larger than a person looks at: objects beyond the first [`MOST_OBJECTS`]
//! and values beyond the first [`MOST_VALUES`](super::state::MOST_VALUES) of an object are left out.

use super::code::{Done, UserCode};
use super::names::Names;
use super::state::{Look, PINNED, State};
use super::watched::Watched;
use crate::judge::lockstep::{Called, Failure, Lockstep, Tried, begins, interval};
use crate::judge::panics;
use crate::judge::subject::{Abilities, Observation, SubjectKind};
use heapproof_model::definitions::Graph;
use heapproof_model::dialect::Dialect;
use heapproof_model::{Contents, Counts, Event, Line, Object, Operation, Outcome, Program, Reference, Statistics};
use heapproof_model::{Machine, Value, script};
use std::cell::RefCell;
use std::rc::Rc;

/// The most objects that a history contains.
pub const MOST_OBJECTS: usize = 5_000;

/// How many moments of a long program are kept at least, the last ones.
const MOST_MOMENTS: usize = 5_000;

/// The calls of a program, and what changed at each on both sides.
#[derive(Default)]
pub struct History {
    /// A moment for each line that was reached, at the line's index. Then one for each call of the program's end, or
    /// for each step that was tried on a copy.
    pub moments: Vec<Moment>,
    /// The names of objects.
    pub names: Names,
    /// Whether the subject shows contents.
    pub shows_contents: bool,
    /// Whether the subject shows counts.
    pub shows_counts: bool,
    /// How many objects were allocated, including those that are left out.
    pub objects: usize,
    /// The dialect that the subject is held to.
    pub dialect: Dialect,
    /// Whether it has only the calls that concern the objects of a failure, since the program is long.
    pub is_partial: bool,
}

/// One call and what it changed.
pub struct Moment {
    /// When it happened.
    pub when: When,
    /// The operation; `None` where nothing was called.
    pub operation: Option<Operation<Object>>,
    /// The model's side.
    pub model: Side,
    /// The subject's side.
    pub subject: Side,
    /// What finalizers did in it, in the model.
    pub inside: Vec<Done>,
}

/// The place of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At the line of that index.
    Line(usize),
    /// At the end of the program, after the last line.
    End,
    /// On a copy, as a trial.
    Copy,
}

/// What one side did at a call.
#[derive(Default)]
pub struct Side {
    /// The outcome of the call; `None` where the side did not answer.
    pub outcome: Option<Outcome>,
    /// The events during the call.
    pub events: Vec<Event>,
    /// The objects whose look changed, with the new look; `None` where the object is gone.
    pub changes: Vec<(Object, Option<Rc<Look>>)>,
    /// Its counters afterwards.
    pub statistics: Statistics,
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The model.
    Model,
    /// The subject.
    Subject,
}

impl Moment {
    /// What that side did.
    pub fn side(&self, which: Which) -> &Side {
        match which {
            Which::Model => &self.model,
            Which::Subject => &self.subject,
        }
    }
}

impl History {
    /// The history of a program up to and including that line; if there are fewer lines, the program's end is included.
    /// What was tried on a copy comes last, in place of the end. The history ends early where the subject panics.
    pub fn of(kind: &SubjectKind, program: &Program, step: usize, tried: &[Tried]) -> History {
        History::watching(kind, program, step, tried, None)
    }

    /// The same; of a long program, of what is watched only.
    fn watching(
        kind: &SubjectKind,
        program: &Program,
        step: usize,
        tried: &[Tried],
        watched: Option<Watched>,
    ) -> History {
        let Ok(mut lockstep) = Lockstep::new(kind) else { return History::default() };
        let is_partial = watched.is_some();
        let recorder = Recorder { watched, ..Recorder::new(program, lockstep.abilities()) };
        let recorder = Rc::new(RefCell::new(recorder));
        let watching = Rc::clone(&recorder);
        lockstep.watch(Box::new(move |lockstep, called| watching.borrow_mut().called(lockstep, called)));
        run(&mut lockstep, &recorder, program, step, tried);
        let (objects, dialect) = (lockstep.model().bound(), *lockstep.model().dialect());
        let Recorder { moments, names, shows_contents, shows_counts, .. } = recorder.take();
        History { moments, names, shows_contents, shows_counts, objects, dialect, is_partial }
    }

    /// The history of a program up to its failure. If the failure would end this process too, the history ends one line
    /// before. If the failure is about the notation, and not about a heap, it is empty.
    pub fn of_failure(kind: &SubjectKind, program: &Program, failure: &Failure) -> History {
        let ends = failure.violation.ends_the_process();
        match failure.step.checked_sub(1) {
            _ if failure.violation.is_of_notation() => History::default(),
            None if ends => History::default(),
            Some(last) if ends => History::of(kind, program, last, &[]),
            _ => {
                let watched = interval(program).map(|_| Watched::new(failure.violation.objects(), failure.step));
                History::watching(kind, program, failure.step, &failure.tried, watched)
            }
        }
    }

    /// What a step of the end does, as a line of a trace would have it. A subject that has no collection does not carry
    /// one out; what it would free must be gone all the same.
    pub fn end_step(&self, moment: &Moment) -> String {
        let Some(operation) = &moment.operation else { return String::new() };
        let code = operation.code();
        let objects = operation.objects().into_iter().map(|object| format!(" {}", self.names.short(object)));
        let text: String = code.text().split(" $").take(1).map(str::to_owned).chain(objects).collect();
        match moment.subject.outcome {
            Some(Outcome::Skipped) => format!("{text} (the subject has no `{text}`)"),
            _ => text,
        }
    }

    /// The state of that side after so many moments.
    pub fn state(&self, which: Which, moments: usize) -> State {
        let mut state = State::empty(self.dialect);
        for moment in self.moments.iter().take(moments) {
            state.apply(&moment.side(which).changes);
        }
        state
    }
}

fn run(
    lockstep: &mut Lockstep,
    recorder: &RefCell<Recorder>,
    program: &Program,
    step: usize,
    tried: &[Tried],
) -> Option<()> {
    // If the failing line was tried on a copy, the copy was made before that line.
    let failing = program.lines().get(step);
    let before = tried.iter().any(|tried| matches!(tried, Tried::Line(line) if Some(line) == failing));
    let lines = if before { step } else { step.saturating_add(1) };
    for (index, line) in program.lines().iter().enumerate().take(lines) {
        recorder.borrow_mut().begin(When::Line(index), Some(line));
        begins(index);
        // What was found by looks at intervals is found again by a look at the failing line.
        let looks = recorder.borrow().watched.is_none() || index == step;
        let panicked = panics::catch(|| if looks { lockstep.step(line) } else { lockstep.follow(line) }).is_err();
        recorder.borrow_mut().end_line(lockstep, panicked);
        if panicked {
            return None;
        }
    }
    if tried.is_empty() && step >= program.len() {
        recorder.borrow_mut().begin(When::End, None);
        panics::catch(|| drop(lockstep.end())).ok()?;
    }
    for tried in tried {
        let line = if let Tried::Line(line) = tried { Some(line) } else { None };
        recorder.borrow_mut().begin(When::Copy, line);
        let tried = panics::catch(|| match tried {
            Tried::Line(line) => drop(lockstep.step(line)),
            Tried::Call(operation) => drop(lockstep.carry_out(operation, None)),
            // It is the last thing that is tried, and nothing can be read after it.
            Tried::End => {}
        });
        tried.ok()?;
    }
    Some(())
}

#[derive(Default)]
struct Recorder {
    program: Program,
    moments: Vec<Moment>,
    names: Names,
    shows_contents: bool,
    shows_counts: bool,
    shows_statistics: bool,
    /// The place of the present call, and its line, if it has one.
    when: Option<When>,
    line: Option<Line>,
    /// Whether the present line has called anything.
    has_called: bool,
    /// What is watched of a long program.
    watched: Option<Watched>,
    /// How many objects were allocated before the present call.
    bound: usize,
    model: Looks,
    subject: Looks,
    seen: Contents,
    finalizers: UserCode,
}

/// The last look of each object, by number.
type Looks = Vec<Option<Rc<Look>>>;

impl Recorder {
    fn new(program: &Program, abilities: &Abilities) -> Recorder {
        Recorder {
            program: program.clone(),
            shows_contents: abilities.shows(Observation::Contents),
            shows_counts: abilities.shows(Observation::Counts),
            shows_statistics: abilities.shows(Observation::Statistics),
            finalizers: UserCode::of(abilities.dialect()),
            ..Recorder::default()
        }
    }

    fn begin(&mut self, when: When, line: Option<&Line>) {
        (self.when, self.line, self.has_called) = (Some(when), line.cloned(), false);
    }

    fn called(&mut self, lockstep: &Lockstep, called: &Called<'_>) {
        self.has_called = true;
        let born = self.bound..lockstep.model().bound();
        let line = if let Some(When::Line(index)) = self.when { Some(index) } else { None };
        let concerns =
            |watched: &mut Watched| watched.is_concerned(line, (called.operation, called.model), born, called.events);
        let is_concerned = self.watched.as_mut().is_none_or(concerns);
        let inside = self.inside(called.operation, called.model, called.events);
        if !is_concerned {
            return self.learn_names(lockstep.model(), called.model, &inside);
        }
        let model = Side {
            outcome: Some(called.model.clone()),
            events: called.events.to_vec(),
            changes: self.of_model(lockstep.model()),
            statistics: lockstep.model().statistics(),
        };
        let statistics = if self.shows_statistics { lockstep.subject().statistics() } else { Statistics::default() };
        let subject = Side {
            outcome: Some(called.subject.clone()),
            events: called.journal.to_vec(),
            // A wrong subject may panic when it is read.
            changes: panics::catch(|| self.of_subject(lockstep)).unwrap_or_default(),
            statistics,
        };
        self.learn_names(lockstep.model(), called.model, &inside);
        let (when, operation) = (self.when.unwrap_or(When::End), Some(called.operation.clone()));
        self.push(Moment { when, operation, model, subject, inside });
    }

    /// Adds a moment; of a long program not too many are kept.
    fn push(&mut self, moment: Moment) {
        self.moments.push(moment);
        if self.watched.is_some() && self.moments.len() > 2 * MOST_MOMENTS {
            self.moments.drain(..MOST_MOMENTS);
        }
    }

    /// Adds a moment for a line that called nothing. Where the subject panicked, only the model answers.
    fn end_line(&mut self, lockstep: &mut Lockstep, panicked: bool) {
        let (Some(When::Line(index)), Some(line)) = (self.when, self.line.clone()) else { return };
        if self.has_called {
            return;
        }
        let statistics = self.moments.last().map_or_else(Statistics::default, |moment| moment.model.statistics);
        let skipped = |statistics| Side { outcome: Some(Outcome::Skipped), statistics, ..Side::default() };
        let (mut model, mut subject) = (skipped(statistics), skipped(statistics));
        let (mut operation, mut inside) = (None, Vec::new());
        if line.operation.code().is_expectation() {
            operation = lockstep.resolved(&line);
        }
        if panicked {
            let mut after = lockstep.model().clone();
            let script = after.script();
            operation = line.operation.resolve(&|name| script.object(name));
            let outcome = script::step(&mut after, &line);
            model.events = std::mem::take(&mut after.script().journal);
            model.changes = self.of_model(&after);
            model.statistics = after.statistics();
            if let Some(operation) = &operation {
                inside = self.inside(operation, &outcome, &model.events);
            }
            self.learn_names(&after, &outcome, &inside);
            (model.outcome, subject.outcome) = (Some(outcome), None);
        }
        let asks = |watched: &Watched| index == watched.step || operation.as_ref().is_some_and(|one| watched.asks(one));
        if !self.watched.as_ref().is_none_or(asks) {
            return;
        }
        self.push(Moment { when: When::Line(index), operation, model, subject, inside });
    }

    /// What finalizers did in the present call.
    fn inside(&mut self, operation: &Operation<Object>, outcome: &Outcome, events: &[Event]) -> Vec<Done> {
        let index = if let Some(When::Line(index)) = self.when { Some(index) } else { None };
        let line = self.line.as_ref().map(|line| (index, line));
        self.finalizers.called(&self.program, operation, outcome, events, line)
    }

    /// Names objects by the first name that is bound to them, and until then by their numbers and what allocates them.
    fn learn_names(&mut self, model: &Reference, outcome: &Outcome, inside: &[Done]) {
        if let Some(When::Line(index)) = self.when {
            self.names.number(self.bound..model.bound(), index);
        }
        for done in inside {
            let new = done.allocated().filter(|number| (self.bound..model.bound()).contains(number));
            new.for_each(|number| self.names.number_inside(Object(number as u32), done.sort, done.line));
        }
        self.bound = model.bound();
        let Some(line) = &self.line else { return };
        if let (Some(name), Outcome::Done(Value::Reference(object))) = (line.bind, outcome) {
            self.names.name(*object, &self.program.spell(name));
        }
    }

    fn of_model(&mut self, model: &Reference) -> Vec<(Object, Option<Rc<Look>>)> {
        let watched = self.watched.as_ref().map(|watched| watched.objects.clone());
        let counts = model.counts().filter(|(object, _)| match &watched {
            Some(watched) => watched.contains(object),
            None => object.index() < MOST_OBJECTS,
        });
        let mut changes = gone(&mut self.model, |object| model.lives(object));
        for (object, counts) in counts {
            let Some(contents) = model.contents(object) else { continue };
            let target = model.target(object);
            let marks = Vec::from_iter(model.is_pinned(object).then_some(PINNED));
            changes.extend(changed(&mut self.model, object, contents, target, counts, marks));
        }
        changes
    }

    fn of_subject(&mut self, lockstep: &Lockstep) -> Vec<(Object, Option<Rc<Look>>)> {
        let (subject, bound) = (lockstep.subject(), lockstep.model().bound().min(MOST_OBJECTS));
        let mut changes = gone(&mut self.subject, |object| subject.lives(object));
        let all: Vec<Object> = match &self.watched {
            Some(watched) => watched.objects.iter().copied().collect(),
            None => (0..bound).map(|number| Object(number as u32)).collect(),
        };
        for object in all.into_iter().filter(|object| subject.lives(*object)) {
            if self.shows_contents {
                subject.look(object, &mut self.seen);
            }
            let counts = if self.shows_counts { subject.counts(object) } else { Counts::default() };
            let target = self.seen.target;
            changes.extend(changed(&mut self.subject, object, &self.seen, target, counts, subject.marks(object)));
        }
        changes
    }
}

/// The objects that had a look and no longer live.
fn gone(looks: &mut Looks, lives: impl Fn(Object) -> bool) -> Vec<(Object, Option<Rc<Look>>)> {
    let numbered = looks.iter_mut().enumerate().map(|(number, look)| (Object(number as u32), look));
    let dead = numbered.filter(|(object, look)| look.is_some() && !lives(*object));
    dead.map(|(object, look)| {
        (object, {
            *look = None;
            None
        })
    })
    .collect()
}

/// The new look of an object, if it changed.
fn changed(
    looks: &mut Looks,
    object: Object,
    contents: &Contents,
    target: Option<Object>,
    counts: Counts,
    marks: Vec<&'static str>,
) -> Option<(Object, Option<Rc<Look>>)> {
    if looks.len() <= object.index() {
        looks.resize(object.index() + 1, None);
    }
    let last = &mut looks[object.index()];
    if last.as_ref().is_some_and(|look| look.is_of(contents, target, counts, &marks)) {
        return None;
    }
    let look = Rc::new(Look::new(contents, target, counts, marks));
    *last = Some(Rc::clone(&look));
    Some((object, Some(look)))
}
