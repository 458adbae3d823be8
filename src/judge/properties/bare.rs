//! A subject without a model: it is called as a program says, and what it shows is for others to judge.

use crate::judge::code::{self, Finalizers, Runs};
use crate::judge::subject::{Abilities, Observation, Subject, SubjectKind};
use crate::judge::violation::Violation;
use heapproof_model::{Event, Line, Object, Operation, Outcome, Refusal, Value};

/// A subject without a model.
pub(super) struct Bare {
    pub subject: Box<dyn Subject>,
    pub abilities: Abilities,
    finalizers: Finalizers,
    /// How many objects were allocated, as far as is known.
    pub objects: u32,
    /// Whether the heap is damaged.
    pub is_damaged: bool,
    /// The references that the mutator held before the heap was damaged, one entry each.
    roots: Vec<Object>,
    /// Whether the program has given code to an object.
    pub has_code: bool,
}

impl Runs for Bare {
    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        match operation {
            Operation::Recover {} => self.subject.recover(None),
            Operation::RecoverRoots {} => {
                let roots = self.roots_before_damage();
                self.subject.recover(Some(&roots));
            }
            Operation::Fault { object: Some(_), .. } => {
                self.roots = self.roots_before_damage();
                let reply = self.subject.call(operation);
                self.is_damaged |= reply.is_ok();
                return reply;
            }
            other => return self.subject.call(other),
        }
        self.is_damaged = false;
        Ok(Value::Nil)
    }

    fn finalizers(&mut self) -> &mut Finalizers {
        &mut self.finalizers
    }

    fn permits(&self, operation: &Operation<Object>) -> bool {
        operation.suits_damage() || !self.is_damaged
    }
}

impl Bare {
    /// The references that the mutator held before the heap was damaged, which are those that it holds if it was not.
    fn roots_before_damage(&mut self) -> Vec<Object> {
        if self.is_damaged { std::mem::take(&mut self.roots) } else { self.held(0) }
    }

    /// An empty one.
    pub fn of(kind: &SubjectKind) -> Result<Bare, Violation> {
        let subject = kind.make()?;
        let abilities = kind.abilities_of(&*subject);
        let finalizers = Finalizers::default();
        Ok(Bare { subject, abilities, finalizers, objects: 0, is_damaged: false, roots: Vec::new(), has_code: false })
    }

    /// A copy, if the subject can be copied.
    pub fn copied(&self) -> Option<Bare> {
        let subject = self.subject.fork().filter(|_| self.abilities.shows(Observation::Fork))?;
        let Bare { abilities, finalizers, objects, is_damaged, roots, has_code, .. } = self;
        let (abilities, objects, is_damaged, has_code) = (*abilities, *objects, *is_damaged, *has_code);
        let (finalizers, roots) = (finalizers.clone(), roots.clone());
        Some(Bare { subject, abilities, finalizers, objects, is_damaged, roots, has_code })
    }

    /// Lets the names of a program stand for nothing again, so that it can be run once more.
    pub fn forget_names(&mut self) {
        self.finalizers = Finalizers::default();
    }

    /// Carries out a line: its outcome and its events. `None` where the subject lacks what it calls.
    pub fn carry_out(&mut self, line: &Line) -> Result<Option<(Outcome, Vec<Event>)>, Violation> {
        if !self.abilities.supports_line(line) {
            return Ok(None);
        }
        let outcome = code::step(self, line);
        self.unless_lost()?;
        if let (Some(name), Outcome::Done(Value::Reference(object))) = (line.bind, &outcome) {
            self.subject.bind(name, *object);
        }
        let journal = self.subject.take_journal();
        self.note_objects(&outcome, &journal);
        Ok(Some((outcome, journal)))
    }

    /// Calls an operation that no line of a program calls, if the subject has it.
    pub fn perform(&mut self, operation: &Operation<Object>) -> Result<(), Violation> {
        if !self.abilities.supports(operation.code()) {
            return Ok(());
        }
        let outcome = self.call(operation).map_or_else(Outcome::Refused, Outcome::Done);
        self.unless_lost()?;
        let journal = self.subject.take_journal();
        self.note_objects(&outcome, &journal);
        Ok(())
    }

    fn note_objects(&mut self, outcome: &Outcome, journal: &[Event]) {
        let results =
            journal.iter().filter_map(|event| if let Event::Did(outcome) = event { Some(outcome) } else { None });
        for outcome in results.chain([outcome]) {
            if let Outcome::Done(Value::Reference(object)) = outcome {
                self.objects = self.objects.max(object.0 + 1);
            }
        }
        if self.abilities.shows(Observation::Statistics) {
            self.objects = self.objects.max(self.subject.statistics().allocations as u32);
        }
    }

    /// Why the subject is lost, if it is.
    pub fn unless_lost(&self) -> Result<(), Violation> {
        self.subject.broken().map_or(Ok(()), Err)
    }

    /// The references that the mutator holds to objects from that number on, an entry each.
    pub fn held(&self, since: u32) -> Vec<Object> {
        let objects = (since..self.objects).map(Object).filter(|object| self.subject.lives(*object));
        objects.flat_map(|object| std::iter::repeat_n(object, self.subject.counts(object).external as usize)).collect()
    }
}
