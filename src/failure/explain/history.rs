//! What could be seen of both sides after each call of a program.
//!
//! The program is run once more in lockstep, and after each call every object is looked at on both sides. Kept is only
//! what has changed since the call before, so a history is about as large as what the program does; what was there at any
//! moment follows by going through the changes. Heaps can be far larger than a person looks at: objects beyond the first
//! [`MOST_OBJECTS`] and values beyond the first [`MOST_VALUES`](super::state::MOST_VALUES) of an object are left out.

use super::names::Names;
use super::state::{Look, State};
use crate::judge::lockstep::{Called, Failure, Lockstep, Tried, begins};
use crate::judge::panics;
use crate::judge::subject::{Observation, Subject, SubjectKind};
use heapproof_model::definitions::Graph;
use heapproof_model::{Contents, Counts, Event, Line, Object, Operation, Outcome, Program, Reference, Statistics};
use heapproof_model::{Machine, Value, script};
use std::cell::RefCell;
use std::rc::Rc;

/// The most objects that are looked at.
pub const MOST_OBJECTS: usize = 5_000;

/// What happened at each call, on both sides.
#[derive(Default)]
pub struct History {
    /// A moment for each line that was reached, at the line's index; then one for each call of what follows the last, or
    /// for each that was tried on a copy.
    pub moments: Vec<Moment>,
    /// What objects are called.
    pub names: Names,
    /// Whether the subject shows what objects hold.
    pub shows_contents: bool,
    /// Whether the subject shows counts.
    pub shows_counts: bool,
    /// How many objects there were, those that were left out included.
    pub objects: usize,
}

/// One call and what it changed.
pub struct Moment {
    /// When it was.
    pub when: When,
    /// What was called; `None` where nothing was.
    pub operation: Option<Operation<Object>>,
    /// By the model.
    pub model: Side,
    /// In the subject.
    pub subject: Side,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At the line of that index.
    Line(usize),
    /// In what follows the last line.
    End,
    /// On a copy, on which something was tried.
    Copy,
}

/// What one side did at a call.
#[derive(Default)]
pub struct Side {
    /// What the call came to; `None` where the side did not answer.
    pub outcome: Option<Outcome>,
    /// What happened inside.
    pub events: Vec<Event>,
    /// The objects that look different now; `None` is one that is gone.
    pub changes: Vec<(Object, Option<Rc<Look>>)>,
    /// Its counters afterwards.
    pub statistics: Statistics,
}

/// The one side or the other.
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
    /// The history of a program up to that line and with it; to the end of what follows the last, where there are not as
    /// many. What was tried on a copy comes last, and instead of what follows. It ends early where the subject panics.
    pub fn of(kind: &SubjectKind, program: &Program, step: usize, tried: &[Tried]) -> History {
        let mut lockstep = Lockstep::new(kind);
        let recorder = Rc::new(RefCell::new(Recorder::new(program, lockstep.subject())));
        let watching = Rc::clone(&recorder);
        lockstep.watch(Box::new(move |lockstep, called| watching.borrow_mut().called(lockstep, called)));
        run(&mut lockstep, &recorder, program, step, tried);
        let objects = lockstep.model().bound();
        let Recorder { moments, names, shows_contents, shows_counts, .. } = recorder.take();
        History { moments, names, shows_contents, shows_counts, objects }
    }

    /// The history of a program that fails, up to there. Where this process would be ended too, it ends a line before;
    /// where the failure is about no heap, there is none.
    pub fn of_failure(kind: &SubjectKind, program: &Program, failure: &Failure) -> History {
        let ends = failure.violation.ends_the_process();
        match failure.step.checked_sub(1) {
            _ if failure.violation.is_of_notation() => History::default(),
            None if ends => History::default(),
            Some(last) if ends => History::of(kind, program, last, &[]),
            _ => History::of(kind, program, failure.step, &failure.tried),
        }
    }

    /// What was there on that side after so many moments.
    pub fn state(&self, which: Which, moments: usize) -> State {
        let mut state = State::default();
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
    // A copy on which the line itself was tried was made before it.
    let failing = program.lines().get(step);
    let before = tried.iter().any(|tried| matches!(tried, Tried::Line(line) if Some(line) == failing));
    let lines = if before { step } else { step.saturating_add(1) };
    for (index, line) in program.lines().iter().enumerate().take(lines) {
        recorder.borrow_mut().begin(When::Line(index), Some(line));
        begins(index);
        let panicked = panics::catch(|| lockstep.step(line)).is_err();
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
    /// What is carried out, and the line that it is, if it is one.
    when: Option<When>,
    line: Option<Line>,
    /// How many objects had been allocated before.
    bound: usize,
    model: Looks,
    subject: Looks,
    seen: Contents,
}

/// What each object looked like last, by number.
type Looks = Vec<Option<Rc<Look>>>;

impl Recorder {
    fn new(program: &Program, subject: &dyn Subject) -> Recorder {
        Recorder {
            program: program.clone(),
            shows_contents: subject.observes(Observation::Contents),
            shows_counts: subject.observes(Observation::Counts),
            shows_statistics: subject.observes(Observation::Statistics),
            ..Recorder::default()
        }
    }

    fn begin(&mut self, when: When, line: Option<&Line>) {
        (self.when, self.line) = (Some(when), line.cloned());
    }

    fn called(&mut self, lockstep: &Lockstep, called: &Called<'_>) {
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
            // A subject that is wrong may panic where it is looked at.
            changes: panics::catch(|| self.of_subject(lockstep)).unwrap_or_default(),
            statistics,
        };
        self.learn_names(lockstep.model(), called.model);
        let (when, operation) = (self.when.unwrap_or(When::End), Some(called.operation.clone()));
        self.moments.push(Moment { when, operation, model, subject });
    }

    /// A line of which nothing was called has a moment all the same. Where the subject panicked, only the model answers.
    fn end_line(&mut self, lockstep: &Lockstep, panicked: bool) {
        let (Some(When::Line(index)), Some(line)) = (self.when, self.line.clone()) else { return };
        if self.moments.len() > index {
            return;
        }
        let statistics = self.moments.last().map_or_else(Statistics::default, |moment| moment.model.statistics);
        let skipped = |statistics| Side { outcome: Some(Outcome::Skipped), statistics, ..Side::default() };
        let (mut model, mut subject) = (skipped(statistics), skipped(statistics));
        let mut operation = None;
        if panicked {
            let mut after = lockstep.model().clone();
            let script = after.script();
            operation = line.operation.resolve(&|name| script.object(name));
            let outcome = script::step(&mut after, &line);
            model.events = std::mem::take(&mut after.script().journal);
            model.changes = self.of_model(&after);
            model.statistics = after.statistics();
            self.learn_names(&after, &outcome);
            (model.outcome, subject.outcome) = (Some(outcome), None);
        }
        self.moments.push(Moment { when: When::Line(index), operation, model, subject });
    }

    /// Calls objects by the first name that is bound to them; before, by their numbers and the line that allocates them.
    fn learn_names(&mut self, model: &Reference, outcome: &Outcome) {
        let Some(line) = &self.line else { return };
        if let Some(When::Line(index)) = self.when {
            self.names.number(self.bound..model.bound(), index);
        }
        self.bound = model.bound();
        if let (Some(name), Outcome::Done(Value::Reference(object))) = (line.bind, outcome) {
            self.names.name(*object, &self.program.spell(name));
        }
    }

    fn of_model(&mut self, model: &Reference) -> Vec<(Object, Option<Rc<Look>>)> {
        let counts = model.counts().take_while(|(object, _)| object.index() < MOST_OBJECTS);
        let mut changes = gone(&mut self.model, |object| model.lives(object));
        for (object, counts) in counts {
            let Some(contents) = model.contents(object) else { continue };
            let target = model.target(object);
            let marks = Vec::new();
            changes.extend(changed(&mut self.model, object, contents, target, counts, marks));
        }
        changes
    }

    fn of_subject(&mut self, lockstep: &Lockstep) -> Vec<(Object, Option<Rc<Look>>)> {
        let (subject, bound) = (lockstep.subject(), lockstep.model().bound().min(MOST_OBJECTS));
        let mut changes = gone(&mut self.subject, |object| subject.lives(object));
        for object in (0..bound).map(|number| Object(number as u32)).filter(|object| subject.lives(*object)) {
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

/// Those of which there was a look and that live no more.
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

/// The new look of an object, if it has one.
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
