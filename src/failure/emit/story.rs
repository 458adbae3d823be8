//! Makes a story: runs the program once more, and records calls and claims.

use super::runs::Runs;
use crate::failure::explain::{Explanation, explain};
use crate::judge::lockstep::{Called, Failure, Lockstep};
use crate::judge::lost::Loss;
use crate::judge::panics;
use crate::judge::properties::Property;
use crate::judge::story::{Claim, Part, Story, Telling};
use crate::judge::subject::SubjectKind;
use crate::judge::violation::{NotMade, Violation};
use heapproof_model::dialect::{ContentsOrder, Release};
use heapproof_model::{Code, Event, Line, Machine, Object, Operation, Outcome, Program, Reference, script};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// The most objects of which a passing test claims whether they survive.
const MOST_CLAIMED: usize = 40;

impl Story {
    /// The story of a program on a subject, up to its failure in lockstep or to its end.
    ///
    /// # Errors
    /// The failure, if calls and claims can't express it.
    pub fn of(subject: &SubjectKind, property: Property, program: &Program) -> Result<Story, String> {
        let violates = property.check(subject, program).failure;
        let failure = Property::Lockstep.check(subject, program).failure;
        if violates.is_some() && failure.is_none() {
            return Err(format!("what fails is `{}`, which takes more than one heap to see", property.name()));
        }
        let signature = failure.as_ref().map(|failure| failure.signature(program));
        let told = match &failure {
            None => vec![format!("`{}` carries this out as the model says.", subject.name)],
            Some(failure) => told(subject, program, failure),
        };
        let mut teller = Teller::new(subject, failure).map_err(|not_made| not_made.to_string())?;
        teller.tell(program)?;
        Ok(Story {
            program: program.clone(),
            trace: program.to_string(),
            signature,
            told,
            parts: teller.parts,
            runs: teller.runs.ended,
        })
    }
}

/// The comments about a failure: where it is, what subject and model say there, and why the model is right.
fn told(subject: &SubjectKind, program: &Program, failure: &Failure) -> Vec<String> {
    let Explanation { place, model, subject: said, facts, expected, .. } = explain(subject, program, failure);
    let claimant = if expected { "the line" } else { "the subject" };
    let mut told = vec![
        format!("`{}` fails: {}", subject.name, failure.signature(program)),
        format!("{place}:"),
        format!("  the model says    {model}"),
        format!("  {:17} {said}", format!("{claimant} says")),
    ];
    told.extend((!facts.is_empty()).then(|| "why:".to_owned()));
    told.extend(facts.iter().map(|fact| format!("  {}", fact.text)));
    // A panic message may have several lines.
    told.iter().flat_map(|line| line.lines().map(str::to_owned)).collect()
}

/// A call, its outcome, and its events.
type Recorded = (Operation<Object>, Outcome, Vec<Event>);

struct Teller {
    lockstep: Lockstep,
    failure: Option<Failure>,
    called: Rc<RefCell<Vec<Recorded>>>,
    parts: Vec<Part>,
    runs: Runs,
    /// The objects that were bound to a name, in order.
    named: Vec<Object>,
}

impl Teller {
    fn new(subject: &SubjectKind, failure: Option<Failure>) -> Result<Teller, NotMade> {
        let mut lockstep = Lockstep::new(subject)?;
        let called = Rc::new(RefCell::new(Vec::new()));
        let calls = Rc::clone(&called);
        lockstep.watch(Box::new(move |_, call: &Called<'_>| {
            calls.borrow_mut().push((call.operation.clone(), call.model.clone(), call.events.to_vec()));
        }));
        let runs = Runs::of(*lockstep.abilities().dialect());
        Ok(Teller { lockstep, failure, called, parts: Vec::new(), runs, named: Vec::new() })
    }

    fn tell(&mut self, program: &Program) -> Result<(), String> {
        for (step, line) in program.lines().iter().enumerate() {
            let fails = self.failure.as_ref().is_some_and(|failure| failure.step == step);
            let roots = self.roots();
            let stepped = panics::catch(|| self.lockstep.step(line));
            let called = self.called.take().pop();
            match called {
                Some((operation, outcome, events)) => {
                    let before = self.runs.ended.len();
                    let spelled = self.runs.spelled(&operation);
                    self.runs.line(line, &operation, &outcome, &events);
                    let Some(operation) = spelled else {
                        // It gives nobody code, so a test has nothing to do.
                        self.parts.push(Part::Skipped(line.clone()));
                        if fails {
                            return self.claims(&events);
                        }
                        continue;
                    };
                    let runs = before..self.runs.ended.len();
                    if let (Some(_), Outcome::Done(value)) = (line.bind, &outcome) {
                        self.named.extend(value.reference());
                    }
                    let line = Some(line.clone());
                    let (unordered, happened) = (self.is_unordered(&operation, fails), events.clone());
                    let is_models = false;
                    let telling = Telling {
                        line,
                        operation,
                        roots,
                        outcome,
                        events: happened,
                        unordered,
                        runs,
                        fails,
                        is_models,
                    };
                    self.parts.push(Part::Call(telling));
                    if fails {
                        return self.claims(&events);
                    }
                }
                None if line.operation.code().is_expectation() && fails => return self.claims(&[]),
                None if line.operation.code().is_expectation() => {}
                None if fails => return self.panicked(line, roots),
                None => self.parts.push(Part::Skipped(line.clone())),
            }
            if !matches!(stepped, Ok(Ok(_))) {
                return Err("it fails elsewhere when it is run once more".to_owned());
            }
        }
        self.state();
        self.end()
    }

    /// Whether the order of a call's events is the heap's to choose: that of a set, and what the dialect leaves free. An order
    /// that was wrong is none.
    fn is_unordered(&self, operation: &Operation<Object>, fails: bool) -> bool {
        let is_wrong = |failure: &Failure| fails && matches!(failure.violation, Violation::Journal { .. });
        let dialect = self.lockstep.abilities().dialect();
        let is_free = matches!(dialect.release, Release::Unordered | Release::Traced | Release::Deferred)
            || dialect.contents == ContentsOrder::Unordered
            || operation.code() == Code::Collect;
        is_free && !self.failure.as_ref().is_some_and(is_wrong)
    }

    fn roots(&self) -> Vec<Object> {
        self.lockstep.model().roots()
    }

    /// Records a call in which the subject panicked, so that the model was not asked.
    fn panicked(&mut self, line: &Line, roots: Vec<Object>) -> Result<(), String> {
        let mut model = self.lockstep.model().clone();
        let script = model.script();
        let operation = line.operation.resolve(&|name| script.object(name));
        let operation = operation.ok_or("it panics in a line that is skipped")?;
        let outcome = script::step(&mut model, line);
        let line = Some(line.clone());
        let (events, unordered, runs, fails, is_models) = (Vec::new(), false, 0..0, true, false);
        let telling = Telling { line, operation, roots, outcome, events, unordered, runs, fails, is_models };
        self.parts.push(Part::Call(telling));
        Ok(())
    }

    /// For a program that passes: claims which objects live after its lines.
    fn state(&mut self) {
        if self.failure.is_some() || !self.lockstep.model().damages().is_empty() {
            return;
        }
        let mut named = std::mem::take(&mut self.named);
        let mut seen = BTreeSet::new();
        named.retain(|object| seen.insert(*object));
        let model = self.lockstep.model();
        for object in named.into_iter().take(MOST_CLAIMED) {
            let counts = model.counts().find(|(counted, _)| *counted == object);
            self.parts.push(Part::Claim(match counts {
                Some((_, counts)) => Claim::Counts(object, counts),
                None => Claim::Lives(object, false),
            }));
        }
        let sound = Claim::Sound(Some(model.roots()));
        self.parts.push(Part::Claim(sound));
    }

    /// Records the end, where everything is collected and dropped.
    fn end(&mut self) -> Result<(), String> {
        let roots = self.roots();
        let fails = panics::catch(|| self.lockstep.end());
        let called = self.called.take();
        let last = called.len().saturating_sub(1);
        let mut events = Vec::new();
        for (index, (operation, outcome, happened)) in called.into_iter().enumerate() {
            let before = self.runs.ended.len();
            self.runs.events(&happened);
            let runs = before..self.runs.ended.len();
            let fails = self.failure.is_some() && index == last;
            let roots = roots.clone();
            let unordered = self.is_unordered(&operation, fails);
            events.clone_from(&happened);
            let is_models = !self.lockstep.abilities().has(operation.code());
            let (line, events) = (None, happened);
            let telling = Telling { line, operation, roots, outcome, events, unordered, runs, fails, is_models };
            self.parts.push(Part::Call(telling));
        }
        match (&self.failure, fails) {
            (Some(_), Ok(Err(_))) => self.claims(&events),
            (Some(_), Err(_)) => Err("it panics at the end, where everything is dropped".to_owned()),
            (None, Ok(Ok(()))) => {
                self.parts.push(Part::Claim(Claim::Empty));
                Ok(())
            }
            _ => Err("it fails elsewhere when it is run once more".to_owned()),
        }
    }

    /// Records what the model claims where the subject is wrong.
    fn claims(&mut self, events: &[Event]) -> Result<(), String> {
        let Some(failure) = &self.failure else { return Ok(()) };
        let model = self.lockstep.model();
        let claims = match failure.violation.clone() {
            Violation::Panicked { .. } => everything(model),
            // The call alone shows the failure.
            Violation::Outcome { .. } => Vec::new(),
            Violation::Lost(lost) if matches!(lost.how, Loss::Crashed(_) | Loss::Hung(..)) => Vec::new(),
            Violation::FreedTooEarly { object } => vec![Claim::Lives(object, true)],
            Violation::NotFreed { object } => vec![Claim::Lives(object, false)],
            Violation::Contents { object, model, .. } => vec![Claim::Holds(object, model)],
            Violation::Counts { object, model, .. } => vec![Claim::Counts(object, model)],
            // What model counts apart, a subject that has only the sum can't spell.
            Violation::Strong { .. } => Vec::new(),
            Violation::Statistics { which, model, .. } => vec![Claim::Statistic(which, model)],
            Violation::Cycles { model, .. } => vec![Claim::Knows(model)],
            Violation::Detection { model, .. } => vec![Claim::Finds(model)],
            Violation::CollectsLive { object } => vec![Claim::Survives(object, true)],
            Violation::LeavesGarbage { object } => vec![Claim::Survives(object, false)],
            Violation::OverBudget { budget: 0, .. } => vec![Claim::Rests],
            Violation::OverBudget { budget, .. } => vec![Claim::Touched(budget)],
            Violation::Verification { .. } => vec![Claim::Sound(Some(model.roots())), Claim::Sound(None)],
            Violation::FaultMissed { wanted, .. } => vec![Claim::Reports(wanted, model.roots())],
            Violation::Journal { .. } if events.iter().any(|event| matches!(event, Event::Took(_) | Event::Paused)) => {
                return Err("the order in which a set is freed is partly the heap's to choose".to_owned());
            }
            Violation::Journal { .. } => vec![Claim::Happened(events.to_vec())],
            other => return Err(format!("`{}` is seen by the harness alone", other.kind())),
        };
        self.parts.extend(claims.into_iter().map(Part::Claim));
        Ok(())
    }
}

/// Everything that is compared after a call. The subject may have panicked in one of these comparisons.
fn everything(model: &Reference) -> Vec<Claim> {
    let counts = model.counts().take(MOST_CLAIMED).map(|(object, counts)| Claim::Counts(object, counts));
    counts.chain([Claim::Sound(Some(model.roots())), Claim::Rests]).collect()
}
