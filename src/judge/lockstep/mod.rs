//! The lockstep: subject and model side by side, everything compared after every operation.
//!
//! The subject goes first and the model follows it where the contract leaves a choice. What is compared is read by calls
//! that change nothing, and what a detection and a collection would find is tried on a copy that is thrown away: so the
//! subject detects and collects only where the program says so, and a heap that remembers only the last change is seen.
//! Of a heap that was damaged on purpose nothing is compared but whether verification finds the fault.
//!
//! What operations come to, the journal and the budgets are compared always, since the model has to know them to go on.
//! What is looked at besides, and what is tried on copies, is for a [`Inspection`] to say; [`Everything`] looks at everything
//! after every operation.

mod branch;
mod compare;
mod fork;
mod inspection;
mod noting;
mod score;
mod trial;

pub(crate) use branch::{Ends, Past};
pub use inspection::{Everything, Inspection, Nothing};
pub use trial::{Failed, Trial, Tried};

pub(crate) use noting::begins;
#[cfg(feature = "cli")]
pub(crate) use noting::on_each_line;

use crate::judge::panics;
use crate::judge::subject::{Observation, Subject, SubjectKind};
use crate::judge::tally::Tally;
use crate::judge::violation::Violation;
use compare::compare_journals;
use heapproof_model::definitions::Graph;
use heapproof_model::{
    Code, Contents, Event, Line, Machine, Name, Object, Operation, Outcome, Program, Reference, Refusal, Value,
};
use std::collections::{BTreeSet, VecDeque};

/// Where a program failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The index of the line; the number of lines where it failed in what follows them: everything is collected and
    /// dropped, and the heap must be empty.
    pub step: usize,
    /// Where they part on a copy: what was done to it after it was made at that line.
    pub tried: Box<[Tried]>,
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

/// Carries out a program on a fresh subject of that kind and on the model, and looks at everything.
pub fn run(kind: &SubjectKind, program: &Program) -> Verdict {
    run_with(kind, program, &Everything)
}

/// The same with something else that looks.
pub fn run_with(kind: &SubjectKind, program: &Program, inspection: &dyn Inspection) -> Verdict {
    let mut lockstep = Lockstep::new(kind);
    let failure = lockstep.run(program, inspection).err();
    Verdict { tally: lockstep.tally, failure }
}

/// A subject and the model beside it.
pub struct Lockstep {
    kind: SubjectKind,
    subject: Box<dyn Subject>,
    model: Reference,
    observes: Observes,
    tally: Tally,
    /// All that was called, for copies of a subject that can't be copied; of others nothing.
    history: Vec<(Operation<Object>, Option<Name>)>,
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
#[derive(Clone)]
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

/// Nothing, or where subject and model part.
pub(crate) type Checked = Result<(), Violation>;

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
            kind: kind.clone(),
            subject,
            model,
            observes,
            tally: Tally::default(),
            history: Vec::new(),
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

    /// Whether the subject has that operation.
    pub fn supports(&self, code: Code) -> bool {
        supports(&*self.subject, code)
    }

    /// The object that a name of the program stands for.
    pub fn object(&mut self, name: Name) -> Option<Object> {
        self.model.script().object(name)
    }

    fn run(&mut self, program: &Program, inspection: &dyn Inspection) -> Result<(), Failure> {
        for step in 0..program.len() {
            begins(step);
            let ahead = &program.lines()[step..];
            let checked = panics::catch(|| self.inspected(ahead, inspection)).unwrap_or_else(panicked);
            checked.map_err(|failed| failed.at(step))?;
        }
        begins(program.len());
        let checked = panics::catch(|| self.finish(inspection)).unwrap_or_else(panicked);
        checked.map_err(|failed| failed.at(program.len()))
    }

    /// Carries out a line on both, and compares everything.
    ///
    /// # Errors
    /// Where they part.
    pub fn step(&mut self, line: &Line) -> Result<Outcome, Violation> {
        self.inspected(std::slice::from_ref(line), &Everything).map_err(|failed| failed.violation)
    }

    /// Carries out a line on both, and looks at nothing but what it came to.
    ///
    /// # Errors
    /// Where they part.
    pub fn follow(&mut self, line: &Line) -> Result<Outcome, Violation> {
        self.inspected(std::slice::from_ref(line), &Nothing).map_err(|failed| failed.violation)
    }

    /// Carries out the first of the lines that lie ahead.
    fn inspected(&mut self, ahead: &[Line], inspection: &dyn Inspection) -> Result<Outcome, Failed> {
        let Some(line) = ahead.first() else { return Ok(Outcome::Skipped) };
        let operation = self.resolved(line);
        if operation.is_some() && !self.model.is_damaged() {
            inspection.before(self, ahead)?;
        }
        let Some(operation) = operation else {
            self.tally.add(line.operation.code(), &Outcome::Skipped);
            return Ok(Outcome::Skipped);
        };
        let outcome = self.carry_out(&operation, line.bind)?;
        self.tally.add(line.operation.code(), &outcome);
        if self.model.is_damaged() {
            inspection.damaged(self)?;
        } else {
            inspection.look(self)?;
            inspection.after(self, &operation)?;
        }
        Ok(outcome)
    }

    /// What a line calls; `None` where it is skipped.
    fn resolved(&mut self, line: &Line) -> Option<Operation<Object>> {
        let can = supported(&*self.subject, line);
        let script = self.model.script();
        let operation = line.operation.resolve(&|name| script.object(name)).filter(|_| can)?;
        self.model.permits(&operation).then_some(operation)
    }

    /// Calls both, and binds a name to what that gives.
    pub(crate) fn carry_out(
        &mut self,
        operation: &Operation<Object>,
        bind: Option<Name>,
    ) -> Result<Outcome, Violation> {
        if !self.observes.fork {
            self.history.push((operation.clone(), bind));
        }
        let outcome = self.call(operation)?;
        if let (Some(name), Outcome::Done(Value::Reference(object))) = (bind, &outcome) {
            self.model.script().bind(name, *object);
            self.subject.bind(name, *object);
        }
        Ok(outcome)
    }

    /// Recovers from damage and ends an open frame; then collects, and drops whatever the mutator holds, until it holds
    /// nothing; then the heap must be empty. Everything is looked at.
    ///
    /// # Errors
    /// Where they part.
    pub fn end(&mut self) -> Checked {
        self.finish(&Everything).map_err(|failed| failed.violation)
    }

    fn finish(&mut self, inspection: &dyn Inspection) -> Result<(), Failed> {
        if self.model.is_damaged() {
            self.carry_out(&Operation::RecoverRoots {}, None)?;
            inspection.look(self)?;
        }
        if self.model.has_frame() && self.subject.supports(Code::End) {
            self.carry_out(&Operation::End {}, None)?;
            inspection.look(self)?;
        }
        inspection.end(self)?;
        loop {
            self.collect_all()?;
            if inspection.was_ended(self, &[]) {
                return Ok(());
            }
            inspection.look(self)?;
            let living = self.model.living().map(|object| (object, self.model.external(object)));
            let mut held: VecDeque<(Object, u32)> = living.filter(|(_, external)| *external > 0).collect();
            if held.is_empty() {
                return Ok(self.compare_lives()?);
            }
            // Of many objects the round's last look sees as much; to look at all after each would be quadratic.
            let few = held.len() < 1_000;
            while let Some((object, external)) = held.pop_front() {
                if external > 1 {
                    held.push_front((object, external - 1));
                }
                if self.model.lives(object) {
                    self.call(&Operation::Drop { object: Some(object) })?;
                }
                if few {
                    if inspection.was_ended(self, held.make_contiguous()) {
                        return Ok(());
                    }
                    inspection.look(self)?;
                }
            }
        }
    }

    /// Collects; where the subject can't, what nothing refers to must be gone all the same: a heap that can't collect leaks
    /// here.
    fn collect_all(&mut self) -> Checked {
        if self.subject.supports(Code::Collect) {
            return self.call(&Operation::Collect {}).map(drop);
        }
        let (model, events) = self.call_model(&Operation::Collect {});
        self.tell(&Operation::Collect {}, (&model, &Outcome::Skipped), (&events, &[]));
        self.compare_deaths(&events).map_err(|violation| match violation {
            Violation::NotFreed { object } => Violation::LeaksCycle { object },
            other => other,
        })
    }

    /// Carries out an operation on both and compares what it came to.
    fn call(&mut self, operation: &Operation<Object>) -> Result<Outcome, Violation> {
        let (touched, checks, budget) = (self.subject.touched(), self.model.statistics().checks, self.model.budget());
        let subject = as_outcome(self.call_subject(operation));
        let journal = if self.observes.journal { self.subject.take_journal() } else { Vec::new() };
        self.model.follow(journal.clone());
        let (model, events) = self.call_model(operation);
        self.tell(operation, (&model, &subject), (&events, &journal));

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

    /// Tells the watcher, if there is one, of the outcomes and journals of model and subject.
    fn tell(&mut self, operation: &Operation<Object>, outcomes: (&Outcome, &Outcome), journals: (&[Event], &[Event])) {
        let Some(mut watcher) = self.watcher.take() else { return };
        let ((model, subject), (events, journal)) = (outcomes, journals);
        watcher(self, &Called { operation, model, subject, events, journal });
        self.watcher = Some(watcher);
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
        Operation::Temp { allocation } => supports(subject, allocation.code()),
        _ => true,
    };
    within && supports(subject, line.operation.code())
}

/// Whether the subject has that operation, and what it takes to judge it.
fn supports(subject: &dyn Subject, code: Code) -> bool {
    match code {
        Code::Panic => true,
        // What was damaged is read in the journal, and it must be possible to end the damage.
        Code::Fault => {
            subject.supports(code) && subject.observes(Observation::Journal) && subject.supports(Code::RecoverRoots)
        }
        code => subject.supports(code),
    }
}

fn panicked<T>(message: String) -> Result<T, Failed> {
    Err(Violation::Panicked { message }.into())
}

fn as_outcome(reply: Result<Value<Object>, Refusal>) -> Outcome {
    reply.map_or_else(Outcome::Refused, Outcome::Done)
}

fn within_budget(touched: u64, budget: u64) -> Checked {
    if touched <= budget { Ok(()) } else { Err(Violation::OverBudget { touched, budget }) }
}
