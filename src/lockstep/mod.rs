//! The lockstep: subject and model side by side, everything compared after every operation.
//!
//! The subject goes first and the model follows it where the contract leaves a choice. What is compared is read by calls
//! that change nothing, and what a detection and a collection would find is tried on a copy that is thrown away: so the
//! subject detects and collects only where the program says so, and a heap that remembers only the last change is seen.
//! Of a heap that was damaged on purpose nothing is compared but whether verification finds the fault.

mod compare;
mod trial;

use crate::panics;
use crate::subject::{Observation, Subject, SubjectKind};
use crate::tally::Tally;
use crate::violation::Violation;
use compare::compare_journals;
use heapproof_model::definitions::Graph;
use heapproof_model::{
    Code, Contents, Event, Line, Machine, Name, Object, Operation, Outcome, Program, Reference, Refusal, Value,
};
use std::collections::BTreeSet;

/// Where a program failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The index of the line; the number of lines where it failed in what follows them: everything is collected and
    /// dropped, and the heap must be empty.
    pub step: usize,
    /// How subject and model part.
    pub violation: Violation,
}

/// What came of a program.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What its operations came to, as far as they were carried out.
    pub tally: Tally,
    /// Where it failed, if it did.
    pub failure: Option<Failure>,
}

/// Carries out a program on a fresh subject of that kind and on the model.
pub fn run(kind: &SubjectKind, program: &Program) -> Verdict {
    let mut lockstep = Lockstep::new(kind);
    let failure = lockstep.run(program).err();
    Verdict { tally: lockstep.tally, failure }
}

/// A subject and the model beside it.
pub struct Lockstep {
    subject: Box<dyn Subject>,
    model: Reference,
    observes: Observes,
    tally: Tally,
    /// Room for what an object holds, kept for its memory.
    seen: Contents,
    /// The references of the model's graph when its cycles were last computed, and those cycles: they follow from the
    /// references alone, and most operations change none.
    references: Vec<(Object, Object)>,
    cycles: Vec<BTreeSet<Object>>,
    watcher: Option<Watcher>,
}

/// A call that both sides have answered, and what happened in it.
#[derive(Debug)]
pub struct Called<'a> {
    /// What was called.
    pub operation: &'a Operation<Object>,
    /// What it came to in the model.
    pub model: &'a Outcome,
    /// What it came to in the subject.
    pub subject: &'a Outcome,
    /// What happened in the model, in its order.
    pub events: &'a [Event],
    /// What happened in the subject, where it shows its journal.
    pub journal: &'a [Event],
}

/// Is told of each call before anything is compared.
pub type Watcher = Box<dyn FnMut(&Lockstep, &Called<'_>)>;

/// What can be observed of the subject, asked once.
struct Observes {
    refusals: bool,
    contents: bool,
    counts: bool,
    journal: bool,
    sets: bool,
    statistics: bool,
    cycles: bool,
    fork: bool,
    verification: bool,
}

type Checked = Result<(), Violation>;

impl Lockstep {
    /// An empty subject of that kind beside an empty model.
    pub fn new(kind: &SubjectKind) -> Lockstep {
        let subject = kind.make();
        let observes = Observes {
            refusals: subject.observes(Observation::Refusals),
            contents: subject.observes(Observation::Contents),
            counts: subject.observes(Observation::Counts),
            journal: subject.observes(Observation::Journal),
            sets: subject.observes(Observation::Journal) && subject.observes(Observation::Sets),
            statistics: subject.observes(Observation::Statistics),
            cycles: subject.observes(Observation::Cycles),
            fork: subject.observes(Observation::Fork),
            verification: subject.observes(Observation::Verification),
        };
        let mut model = Reference::new();
        if !observes.sets {
            model.expect_no_sets();
        }
        if !subject.supports(Code::Check) {
            // A heap without automatic checks is not expected to make any.
            let _ = model.call(&Operation::SetChecks { on: false });
        }
        Lockstep {
            subject,
            model,
            observes,
            tally: Tally::default(),
            seen: Contents::default(),
            references: Vec::new(),
            cycles: Vec::new(),
            watcher: None,
        }
    }

    /// Tells a watcher of each call from now on.
    pub fn watch(&mut self, watcher: Watcher) {
        self.watcher = Some(watcher);
    }

    /// The subject as it is.
    pub fn subject(&self) -> &dyn Subject {
        &*self.subject
    }

    /// The model as it is.
    pub fn model(&self) -> &Reference {
        &self.model
    }

    /// The object that a name of the program stands for.
    pub fn object(&mut self, name: Name) -> Option<Object> {
        self.model.script().object(name)
    }

    fn run(&mut self, program: &Program) -> Result<(), Failure> {
        for (step, line) in program.lines().iter().enumerate() {
            let checked = panics::catch(|| self.step(line)).unwrap_or_else(panicked);
            checked.map_err(|violation| Failure { step, violation })?;
        }
        let checked = panics::catch(|| self.end()).unwrap_or_else(panicked);
        checked.map_err(|violation| Failure { step: program.len(), violation })
    }

    /// Carries out a line on both, and compares everything.
    ///
    /// # Errors
    /// Where they part.
    pub fn step(&mut self, line: &Line) -> Result<Outcome, Violation> {
        let code = line.operation.code();
        let can = supported(&*self.subject, line) && (!self.model.is_damaged() || code.suits_damage());
        let script = self.model.script();
        let outcome = match line.operation.resolve(&|name| script.object(name)) {
            Some(operation) if can => {
                let outcome = self.call(&operation)?;
                if let (Some(name), Outcome::Done(Value::Reference(object))) = (line.bind, &outcome) {
                    self.model.script().bind(name, *object);
                    self.subject.bind(name, *object);
                }
                match self.model.damage() {
                    Some(damage) => self.compare_damage(damage)?,
                    None => {
                        self.compare()?;
                        self.compare_fork()?;
                        if matches!(operation, Operation::Verify {} | Operation::Recover {}) {
                            self.compare_verification_without_roots()?;
                        }
                    }
                }
                outcome
            }
            _ => Outcome::Skipped,
        };
        self.tally.add(code, &outcome);
        Ok(outcome)
    }

    /// Recovers from damage and ends an open frame; then collects, and drops whatever the mutator holds, until it holds
    /// nothing; then the heap must be empty.
    ///
    /// # Errors
    /// Where they part.
    pub fn end(&mut self) -> Checked {
        if self.model.is_damaged() {
            self.call(&Operation::RecoverRoots {})?;
            self.compare()?;
        }
        if self.model.has_frame() && self.subject.supports(Code::End) {
            self.call(&Operation::End {})?;
            self.compare()?;
        }
        self.compare_verification_without_roots()?;
        loop {
            if self.subject.supports(Code::Collect) {
                self.call(&Operation::Collect {})?;
            } else {
                // What nothing refers to must be gone all the same: a heap that can't collect leaks here.
                let (_, events) = self.call_model(&Operation::Collect {});
                self.compare_deaths(&events).map_err(|violation| match violation {
                    Violation::NotFreed { object } => Violation::LeaksCycle { object },
                    other => other,
                })?;
            }
            self.compare()?;
            let living = self.model.living().map(|object| (object, self.model.external(object)));
            let held: Vec<(Object, u32)> = living.filter(|(_, external)| *external > 0).collect();
            if held.is_empty() {
                return Ok(());
            }
            // Of many objects the round's last look sees as much; to look at all after each would be quadratic.
            let few = held.len() < 1_000;
            for (object, external) in held {
                for _ in 0..external {
                    if self.model.lives(object) {
                        self.call(&Operation::Drop { object: Some(object) })?;
                    }
                    if few {
                        self.compare()?;
                    }
                }
            }
        }
    }

    /// Carries out an operation on both and compares what it came to.
    fn call(&mut self, operation: &Operation<Object>) -> Result<Outcome, Violation> {
        let (touched, checks, budget) = (self.subject.touched(), self.model.statistics().checks, self.model.budget());
        let subject = as_outcome(self.call_subject(operation));
        let journal = if self.observes.journal { self.subject.take_journal() } else { Vec::new() };
        self.model.follow(journal.clone());
        let (model, events) = self.call_model(operation);
        if let Some(mut watcher) = self.watcher.take() {
            let (model, subject, events, journal) = (&model, &subject, &*events, &*journal);
            watcher(self, &Called { operation, model, subject, events, journal });
            self.watcher = Some(watcher);
        }

        let same = match (&model, &subject) {
            (Outcome::Refused(_), Outcome::Refused(_)) if !self.observes.refusals => true,
            (model, subject) => model == subject,
        };
        if !same {
            return Err(Violation::Outcome { model, subject });
        }
        self.compare_deaths(&events)?;
        if self.observes.journal {
            compare_journals(&events, &journal)?;
        }
        let touched = self.subject.touched().saturating_sub(touched);
        let finalizers = events.iter().any(|event| matches!(event, Event::Began(_)));
        match operation {
            // What finalizers call is charged to nobody.
            _ if finalizers => {}
            Operation::CollectSlice { objects } | Operation::DetectSlice { objects } => {
                within_budget(touched, (*objects).into())?;
            }
            Operation::End {} => within_budget(touched, budget)?,
            _ if self.model.statistics().checks > checks => within_budget(touched, budget)?,
            _ => {}
        }
        Ok(model)
    }

    /// Carries out an operation on the subject; a recovery may be told what the mutator holds.
    fn call_subject(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        match operation {
            Operation::Recover {} => self.subject.recover(None),
            Operation::RecoverRoots {} => self.subject.recover(Some(&self.model.roots())),
            other => return self.subject.call(other),
        }
        Ok(Value::Nil)
    }

    fn call_model(&mut self, operation: &Operation<Object>) -> (Outcome, Vec<Event>) {
        let outcome = as_outcome(self.model.call(operation));
        (outcome, std::mem::take(&mut self.model.script().journal))
    }
}

/// Whether the subject has the operations of a line, those within a finalizer included.
pub fn supported(subject: &dyn Subject, line: &Line) -> bool {
    let within = match &line.operation {
        Operation::On { line, .. } => supported(subject, line),
        Operation::Temp { allocation } => subject.supports(allocation.code()),
        // What was damaged is read in the journal, and it must be possible to end the damage.
        Operation::Fault { .. } => subject.observes(Observation::Journal) && subject.supports(Code::RecoverRoots),
        _ => true,
    };
    within && (subject.supports(line.operation.code()) || line.operation.code() == Code::Panic)
}

fn panicked<T>(message: String) -> Result<T, Violation> {
    Err(Violation::Panicked { message })
}

fn as_outcome(reply: Result<Value<Object>, Refusal>) -> Outcome {
    reply.map_or_else(Outcome::Refused, Outcome::Done)
}

fn within_budget(touched: u64, budget: u64) -> Checked {
    if touched <= budget { Ok(()) } else { Err(Violation::OverBudget { touched, budget }) }
}
