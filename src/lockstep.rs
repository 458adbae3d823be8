//! The lockstep: subject and model side by side, everything compared after every operation.
//!
//! The subject goes first and the model follows it where the contract leaves a choice. What is compared is read by calls
//! that change nothing, and what a detection and a collection would find is tried on a copy that is thrown away: so the
//! subject detects and collects only where the program says so, and a heap that remembers only the last change is seen.

use crate::panics;
use crate::subject::{Observation, Subject, SubjectKind};
use crate::tally::Tally;
use crate::violation::Violation;
use heapproof_model::definitions::{self, Graph};
use heapproof_model::{
    Code, Contents, Event, Line, Machine, Object, Operation, Outcome, Program, Reference, Statistics, Value,
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
}

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
        }
    }

    /// The model as it is.
    pub fn model(&self) -> &Reference {
        &self.model
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
        let script = self.model.script();
        let code = line.operation.code();
        let outcome = match line.operation.resolve(&|name| script.object(name)) {
            Some(operation) if supported(&*self.subject, line) => {
                let outcome = self.call(&operation)?;
                if let (Some(name), Outcome::Done(Value::Reference(object))) = (line.bind, &outcome) {
                    self.model.script().bind(name, *object);
                    self.subject.bind(name, *object);
                }
                self.compare()?;
                self.compare_fork()?;
                outcome
            }
            _ => Outcome::Skipped,
        };
        self.tally.add(code, &outcome);
        Ok(outcome)
    }

    /// Collects, and drops whatever the mutator holds, until it holds nothing; then the heap must be empty.
    ///
    /// # Errors
    /// Where they part.
    pub fn end(&mut self) -> Checked {
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
        let subject = as_outcome(self.subject.call(operation));
        let journal = if self.observes.journal { self.subject.take_journal() } else { Vec::new() };
        self.model.follow(journal.clone());
        let (model, events) = self.call_model(operation);

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
        Ok(model)
    }

    fn call_model(&mut self, operation: &Operation<Object>) -> (Outcome, Vec<Event>) {
        let outcome = as_outcome(self.model.call(operation));
        (outcome, std::mem::take(&mut self.model.script().journal))
    }

    /// Those that died just now must be gone.
    fn compare_deaths(&self, events: &[Event]) -> Checked {
        for event in events {
            if let Event::Died(object) = event
                && self.subject.lives(*object)
            {
                return Err(Violation::NotFreed { object: *object });
            }
        }
        Ok(())
    }

    fn compare_lives(&self) -> Checked {
        for object in (0..self.model.bound()).map(|number| Object(number as u32)) {
            match (self.model.lives(object), self.subject.lives(object)) {
                (true, false) => return Err(Violation::FreedTooEarly { object }),
                // It is not late but back: its id reaches another object, or it was freed and kept.
                (false, true) => return Err(Violation::NotFreed { object }),
                _ => {}
            }
        }
        Ok(())
    }

    /// Compares all that can be seen of every object and of the heap.
    fn compare(&mut self) -> Checked {
        self.compare_lives()?;
        if self.observes.contents {
            self.compare_contents()?;
        }
        if self.observes.counts {
            for (object, model) in self.model.counts() {
                let subject = self.subject.counts(object);
                if model != subject {
                    return Err(Violation::Counts { object, model, subject });
                }
            }
        }
        if self.observes.statistics {
            compare_statistics(&self.model.statistics(), &self.subject.statistics())?;
        }
        if self.observes.cycles {
            let (model, subject) = (self.model.cycles().cloned().collect(), sorted(self.subject.cycles()));
            if model != subject {
                return Err(Violation::Cycles { model, subject });
            }
        }
        Ok(())
    }

    fn compare_contents(&mut self) -> Checked {
        for object in self.model.living() {
            let Some(contents) = self.model.contents(object) else { continue };
            self.subject.look(object, &mut self.seen);
            let target = self.model.target(object);
            let same = self.seen.kind == contents.kind
                && self.seen.function == contents.function
                && self.seen.target == target
                && self.seen.fields == contents.fields
                && self.seen.values == contents.values;
            if !same {
                let model = Box::new(Contents { target, ..contents.clone() });
                return Err(Violation::Contents { object, model, subject: Box::new(self.seen.clone()) });
            }
        }
        Ok(())
    }

    /// Compares what a detection and a collection would do, on a copy.
    fn compare_fork(&mut self) -> Checked {
        if !self.observes.fork {
            return Ok(());
        }
        let Some(mut fork) = self.subject.fork() else { return Ok(()) };
        self.find_cycles();
        if fork.supports(Code::DetectFull) {
            let _ = fork.call(&Operation::DetectFull {});
            self.compare_detection(&*fork)?;
        }
        if fork.supports(Code::Collect) {
            let _ = fork.call(&Operation::Collect {});
            self.compare_survivors(&mut *fork)?;
        }
        Ok(())
    }

    fn compare_detection(&self, fork: &dyn Subject) -> Checked {
        let subject = sorted(fork.cycles());
        if self.cycles == subject {
            return Ok(());
        }
        Err(Violation::Detection { model: self.cycles.clone(), subject })
    }

    /// The cycles of the model's graph as it is.
    fn find_cycles(&mut self) {
        let model = &self.model;
        let references = model.living().flat_map(|object| model.references(object).map(move |target| (object, target)));
        if !references.clone().eq(self.references.iter().copied()) {
            self.references = references.collect();
            self.cycles = definitions::cycles(model, model.living());
        }
    }

    /// Finalizers may save what is garbage now, so where there is any the model collects too.
    fn compare_survivors(&self, fork: &mut dyn Subject) -> Checked {
        let collected;
        let survivors = if self.model.garbage().is_empty() {
            &self.model
        } else {
            let mut copy = self.model.clone();
            copy.follow(fork.take_journal());
            let _ = copy.call(&Operation::Collect {});
            collected = copy;
            &collected
        };
        for object in self.model.living() {
            match (survivors.lives(object), fork.lives(object)) {
                (true, false) => return Err(Violation::CollectsLive { object }),
                (false, true) => return Err(Violation::LeavesGarbage { object }),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Cycles in the model's order; sets that share no object are in order of their first.
fn sorted(mut cycles: Vec<BTreeSet<Object>>) -> Vec<BTreeSet<Object>> {
    cycles.sort_unstable();
    cycles
}

/// Whether the subject has the operations of a line, those within a finalizer included.
pub fn supported(subject: &dyn Subject, line: &Line) -> bool {
    let within = match &line.operation {
        Operation::On { line, .. } => supported(subject, line),
        _ => true,
    };
    within && (subject.supports(line.operation.code()) || line.operation.code() == Code::Panic)
}

fn panicked<T>(message: String) -> Result<T, Violation> {
    Err(Violation::Panicked { message })
}

fn as_outcome(reply: Result<Value<Object>, heapproof_model::Refusal>) -> Outcome {
    reply.map_or_else(Outcome::Refused, Outcome::Done)
}

fn compare_journals(model: &[Event], subject: &[Event]) -> Checked {
    let at = model.iter().zip(subject).take_while(|(model, subject)| model == subject).count();
    match (model.get(at), subject.get(at)) {
        (None, None) => Ok(()),
        (model, subject) => Err(Violation::Journal { model: model.cloned(), subject: subject.cloned() }),
    }
}

fn compare_statistics(model: &Statistics, subject: &Statistics) -> Checked {
    if model == subject {
        return Ok(());
    }
    for ((which, model), (_, subject)) in model.named().into_iter().zip(subject.named()) {
        if model != subject {
            return Err(Violation::Statistics { which, model, subject });
        }
    }
    Ok(())
}
