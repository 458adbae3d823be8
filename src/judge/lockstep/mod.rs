//! The lockstep runs subject and model side by side, and compares what the subject shows with what the model says.
//!
//! The subject goes first, and the model follows it where the contract leaves a choice. Comparisons use only calls that
//! change nothing. What a detection and a collection would find is tried on a copy, whose memory alone is kept. So the
//! subject detects and collects only where the program says so, and a heap that remembers only the last change is
//! caught. Of a heap that was damaged on purpose only one thing is compared: whether verification finds the fault.
//!
//! Outcomes, the journal and the budgets are always compared, since the model needs them to go on. An [`Inspection`]
//! says what else is compared and what is tried on copies; [`Everything`] compares everything after every operation.

mod ahead;
mod asked;
mod branch;
mod closing;
mod compare;
mod ending;
mod failure;
mod fork;
mod inspection;
mod interval;
mod noting;
mod returned;
mod run;
mod score;
mod seldom;
mod trial;
mod views;
mod work;

pub(crate) use branch::{Ends, Past};
pub use failure::{Doubt, Failure, Tried};
pub use inspection::{Everything, Inspection, Nothing};
pub use interval::{LONG, interval};
pub use run::{run, run_with};
pub use trial::{Failed, Trial};

pub(crate) use noting::begins;
#[cfg(feature = "cli")]
pub(crate) use noting::on_each_line;
pub(crate) use seldom::Seldom;

use crate::judge::expectation::Agreements;
use crate::judge::panics::{self, Panic, Running};
use crate::judge::subject::{Abilities, Observation, Subject, SubjectKind};
use crate::judge::tally::Tally;
use crate::judge::violation::{NotMade, Violation};
use ahead::Ahead;
pub(crate) use ahead::Then;
use asked::Asked;
use heapproof_model::definitions::Graph;
use heapproof_model::{
    Code, Contents, Event, Line, Machine, Name, Object, Operation, Outcome, Program, Reference, Refusal, Value,
};
use returned::Framed;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use work::{Due, Worked};

/// The result of a program.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The outcomes of its operations, as far as they were carried out.
    pub tally: Tally,
    /// Where it failed, if it did.
    pub failure: Option<Failure>,
}

impl Verdict {
    /// The verdict where no subject could be made.
    pub(crate) fn none(not_made: NotMade) -> Verdict {
        let failure = Failure::new(0, not_made.into());
        Verdict { tally: Tally::default(), failure: Some(failure) }
    }
}

/// A subject and the model beside it.
pub struct Lockstep {
    kind: SubjectKind,
    subject: Asked,
    abilities: Abilities,
    model: Reference,
    tally: Tally,
    /// All calls so far, for a subject that can't be copied; empty for others.
    history: Vec<(Operation<Object>, Option<Name>)>,
    /// The copy on which detections and a collection were tried last, kept to reuse its memory.
    tried: Option<Box<dyn Subject>>,
    /// A buffer for an object's contents, kept to reuse its memory.
    seen: Contents,
    /// The references of the model's graph when its cycles were last computed, and these cycles. They depend on the
    /// references alone, and most operations change none.
    references: Vec<(Object, Object)>,
    /// A buffer for the present references, kept to reuse its memory.
    present: Vec<(Object, Object)>,
    cycles: Vec<BTreeSet<Object>>,
    /// The model's garbage after the last call, once a comparison has asked for it: several do.
    garbage: OnceCell<BTreeSet<Object>>,
    /// The operation of a program's end that is carried out.
    ending: Option<Code>,
    /// What the program has expected so far, and it was so.
    agreements: Agreements,
    watcher: Option<Watcher>,
    ahead: Option<Ahead>,
    /// What has happened in the frame that is open, if it was opened here.
    framed: Option<Framed>,
    /// What earlier calls have left for later ones to do.
    due: Due,
    /// Whether the subject may be looked at though that changes what it does: nothing follows.
    is_over: bool,
    /// The last field, since it ends after the subject and its copies: their threads may panic between calls too.
    _running: Running,
}

/// A call that both sides have answered, and its events.
#[derive(Debug)]
pub struct Called<'a> {
    /// The operation.
    pub operation: &'a Operation<Object>,
    /// Its outcome in the model.
    pub model: &'a Outcome,
    /// Its outcome in the subject.
    pub subject: &'a Outcome,
    /// The events in the model, in its order.
    pub events: &'a [Event],
    /// The events in the subject, if it shows its journal.
    pub journal: &'a [Event],
}

/// A function that sees each call before anything is compared.
pub type Watcher = Box<dyn FnMut(&Lockstep, &Called<'_>)>;

/// Nothing, or how subject and model differ.
pub(crate) type Checked = Result<(), Violation>;

impl Lockstep {
    /// An empty subject of that kind beside an empty model.
    ///
    /// # Errors
    /// Why there can be no subject.
    pub fn new(kind: &SubjectKind) -> Result<Lockstep, NotMade> {
        let _running = Running::begins();
        let subject = kind.make()?;
        let abilities = kind.abilities_of(&*subject);
        let mut model = Reference::of(*abilities.dialect());
        if !(abilities.shows(Observation::Journal) && abilities.shows(Observation::Sets)) {
            model.expect_no_sets();
        }
        if !abilities.shows(Observation::Refusals) {
            model.expect_no_reasons();
        }
        if !abilities.has(Code::Check) {
            // A heap that has no automatic checks must not be expected to make any.
            let _ = model.call(&Operation::SetChecks { on: false });
        }
        Ok(Lockstep::of(kind, abilities, subject, model))
    }

    /// That subject beside that model.
    fn of(kind: &SubjectKind, abilities: Abilities, subject: Box<dyn Subject>, model: Reference) -> Lockstep {
        Lockstep {
            kind: kind.clone(),
            subject: Asked::new(subject),
            abilities,
            model,
            tally: Tally::default(),
            history: Vec::new(),
            tried: None,
            seen: Contents::default(),
            references: Vec::new(),
            present: Vec::new(),
            cycles: Vec::new(),
            garbage: OnceCell::new(),
            ending: None,
            agreements: Agreements::default(),
            watcher: None,
            ahead: None,
            framed: None,
            due: Due::default(),
            is_over: false,
            _running: Running::begins(),
        }
    }

    /// Shows a watcher each call from now on.
    pub fn watch(&mut self, watcher: Watcher) {
        self.watcher = Some(watcher);
    }

    /// The subject in its present state.
    pub fn subject(&self) -> &dyn Subject {
        self.subject.subject()
    }

    /// The model's garbage in its present state.
    fn garbage(&self) -> &BTreeSet<Object> {
        self.garbage.get_or_init(|| self.model.garbage())
    }

    /// The model in its present state.
    pub fn model(&self) -> &Reference {
        &self.model
    }

    /// Whether the subject has that operation.
    pub fn supports(&self, code: Code) -> bool {
        self.abilities.supports(code)
    }

    /// What the subject can do.
    pub fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    /// The operation of the program's end that was carried out last.
    pub(crate) fn ending(&self) -> Option<Code> {
        self.ending
    }

    /// The object that a name of the program stands for.
    pub fn object(&mut self, name: Name) -> Option<Object> {
        self.model.script().object(name)
    }

    fn run(&mut self, program: &Program, inspection: &dyn Inspection) -> Result<(), Failure> {
        self.lines(program, inspection, Then::End)?;
        begins(program.len());
        let checked = panics::catch(|| self.finish(inspection)).unwrap_or_else(panicked);
        checked.map_err(|failed| Failure { ending: self.ending, ..failed.at(program.len()) })
    }

    fn lines(&mut self, program: &Program, inspection: &dyn Inspection, then: Then) -> Result<(), Failure> {
        for step in 0..program.len() {
            begins(step);
            let ahead = &program.lines()[step..];
            let carried_out = || {
                if !inspection.looks_always() {
                    self.announce_lines(ahead, then);
                }
                self.inspected(ahead, inspection)
            };
            let checked = panics::catch(carried_out).unwrap_or_else(panicked);
            checked.map_err(|failed| failed.at(step))?;
        }
        Ok(())
    }

    /// Carries out a line on both, and compares everything.
    ///
    /// # Errors
    /// If they differ.
    pub fn step(&mut self, line: &Line) -> Result<Outcome, Violation> {
        self.inspected(std::slice::from_ref(line), &Everything).map_err(|failed| failed.violation)
    }

    /// Carries out a line on both, and compares only its outcome, the journal and the budget.
    ///
    /// # Errors
    /// If they differ.
    pub fn follow(&mut self, line: &Line) -> Result<Outcome, Violation> {
        self.inspected(std::slice::from_ref(line), &Nothing).map_err(|failed| failed.violation)
    }

    /// Carries out the first of the lines ahead.
    fn inspected(&mut self, ahead: &[Line], inspection: &dyn Inspection) -> Result<Outcome, Failed> {
        let Some(line) = ahead.first() else { return Ok(Outcome::Skipped) };
        let operation = self.resolved(line);
        if let Some(operation) = operation.as_ref().filter(|operation| operation.code().is_expectation()) {
            let checked = self.agreements.ask(&self.model, operation);
            self.tally.add(operation.code(), &Outcome::Done(Value::Nil));
            let not_so = |found| Violation::Expected { expected: operation.clone(), found };
            return checked.map(|()| Outcome::Done(Value::Nil)).map_err(|found| not_so(found).into());
        }
        let Some(operation) = operation else {
            self.tally.add(line.operation.code(), &Outcome::Skipped);
            return Ok(Outcome::Skipped);
        };
        if !self.model.is_damaged() {
            inspection.before(self, &operation, ahead)?;
        }
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

    /// The operation that a line calls; `None` where the line is skipped.
    pub(crate) fn resolved(&mut self, line: &Line) -> Option<Operation<Object>> {
        let can = self.abilities.supports_line(line);
        let script = self.model.script();
        let operation = line.operation.resolve(&|name| script.object(name)).filter(|_| can)?;
        // An expectation asks nothing of the heap, so what programs can say of it is no matter.
        let asks = operation.code().is_expectation() && !self.model.is_damaged();
        (asks || self.model.permits(&operation)).then_some(operation)
    }

    /// Calls both, and binds a name to the result.
    pub(crate) fn carry_out(
        &mut self,
        operation: &Operation<Object>,
        bind: Option<Name>,
    ) -> Result<Outcome, Violation> {
        if operation.code().is_expectation() {
            // A claim of the program holds on its way, and not on a copy's.
            return Ok(Outcome::Done(Value::Nil));
        }
        if !self.abilities.shows(Observation::Fork) {
            self.history.push((operation.clone(), bind));
        }
        let outcome = self.call(operation)?;
        if let (Some(name), Outcome::Done(Value::Reference(object))) = (bind, &outcome) {
            self.model.script().bind(name, *object);
            self.subject.call(|subject| subject.bind(name, *object))?;
        }
        Ok(outcome)
    }

    /// Carries out an operation on both, and compares outcome, journal and budget.
    fn call(&mut self, operation: &Operation<Object>) -> Result<Outcome, Violation> {
        let touched = self.subject.look(|subject| subject.touched())?;
        let (before, budget) = (self.model.counters(), self.model.budget());
        let reached = self.visits();
        let subject = match self.call_subject(operation) {
            Ok(reply) => as_outcome(reply),
            Err(lost) => {
                // It is the last step of a story too.
                let (model, events) = self.call_model(operation);
                self.tell(operation, (&model, &model), (&events, &[]));
                return Err(lost);
            }
        };
        let made = self.visits();
        let journal = if self.abilities.shows(Observation::Journal) {
            self.subject.call(|subject| subject.take_journal())?
        } else {
            Vec::new()
        };
        self.model.follow(journal.clone());
        self.model.follow_outcome(subject.clone(), self.gone(&self.subject)?);
        let (model, events) = self.call_model(operation);
        self.agreements.called(&self.model, operation, &events);
        self.tell(operation, (&model, &subject), (&events, &journal));

        if !self.same_outcome(&model, &subject) {
            return Err(Violation::Outcome { model, subject });
        }
        self.compare_deaths(&events)?;
        if self.abilities.shows(Observation::Journal) {
            self.compare_journals(&events, &journal)?;
        }
        self.compare_returned(operation, &before, &model, &events)?;
        let touched = self.subject.look(|subject| subject.touched())?.saturating_sub(touched);
        let has_code = events.iter().any(|event| matches!(event, Event::Began(_) | Event::Called(_)));
        match operation {
            // Operations that user code calls count against no budget.
            _ if has_code => {}
            Operation::CollectSlice { objects } | Operation::DetectSlice { objects } => {
                within_budget(touched, (*objects).into())?;
            }
            Operation::End {} => within_budget(touched, budget)?,
            _ if self.model.counters().checks > before.checks => within_budget(touched, budget)?,
            _ => {}
        }
        let made = made.since(reached);
        let is_done = matches!(model, Outcome::Done(_));
        self.compare_work(&Worked { operation, is_done, before: &before, has_code, touched, made })?;
        Ok(model)
    }

    /// Shows the watcher, if there is one, the outcomes and journals of model and subject.
    fn tell(&mut self, operation: &Operation<Object>, outcomes: (&Outcome, &Outcome), journals: (&[Event], &[Event])) {
        let Some(mut watcher) = self.watcher.take() else { return };
        let ((model, subject), (events, journal)) = (outcomes, journals);
        watcher(self, &Called { operation, model, subject, events, journal });
        self.watcher = Some(watcher);
    }

    /// Carries out an operation on the subject; a recovery may get the references that the mutator holds.
    fn call_subject(&mut self, operation: &Operation<Object>) -> Result<Result<Value<Object>, Refusal>, Violation> {
        match operation {
            Operation::Recover {} => self.subject.call(|subject| subject.recover(None))?,
            Operation::RecoverRoots {} => self.subject.call(|subject| subject.recover(Some(&self.model.roots())))?,
            // Nor is it announced, see `ahead`.
            other if !self.model.script().is_call(other) => {}
            other => return self.subject.call(|subject| subject.call(other)),
        }
        Ok(Ok(Value::Nil))
    }

    /// The objects that have died in the subject since the last call, where the model has to be told.
    fn gone(&self, subject: &Asked) -> Result<BTreeSet<Object>, Violation> {
        let mut gone = BTreeSet::new();
        if self.abilities.shows(Observation::Journal) || !self.abilities.dialect().frees_when_it_likes() {
            return Ok(gone);
        }
        for object in self.model.living() {
            let (lives, knows) = subject.look(|subject| (subject.lives(object), subject.knows(object)))?;
            if knows && !lives {
                gone.insert(object);
            }
        }
        Ok(gone)
    }

    fn call_model(&mut self, operation: &Operation<Object>) -> (Outcome, Vec<Event>) {
        self.garbage = OnceCell::new();
        let outcome = as_outcome(self.model.call(operation));
        (outcome, std::mem::take(&mut self.model.script().journal))
    }
}

/// Whether the subject has the operations of a line, those within a finalizer included.
pub fn supported(subject: &dyn Subject, line: &Line) -> bool {
    Abilities::of(subject).supports_line(line)
}

fn panicked<T>(panic: Panic) -> Result<T, Failed> {
    Err(Violation::from(panic).into())
}

fn as_outcome(reply: Result<Value<Object>, Refusal>) -> Outcome {
    reply.map_or_else(Outcome::Refused, Outcome::Done)
}

fn within_budget(touched: u64, budget: u64) -> Checked {
    if touched <= budget { Ok(()) } else { Err(Violation::OverBudget { touched, budget }) }
}
