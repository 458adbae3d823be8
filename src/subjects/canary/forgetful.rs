//! The canary of the first failure.

use crate::judge::digest;
use crate::judge::subject::{Figure, Observation, Subject, SubjectKind};
use crate::subjects::HeapSubject;
use heapproof_model::{Code, Contents, Counts, Event, Finding, Name, Object, Operation, Refusal, Statistics, Value};
use std::collections::BTreeSet;

/// The heap of this project with one mistake: it ignores the first `drop` of an object that was popped from an array
/// and is held more than once. That takes four operations: allocate, push, pop, drop.
pub const CANARY: SubjectKind =
    SubjectKind::new("canary", "wrong on purpose: forgets a decrement now and then", || Box::new(Forgetful::default()))
        .in_rust("heapproof::subjects::all().into_iter().find(|kind| kind.name == \"canary\").unwrap()");

#[derive(Default)]
struct Forgetful {
    heap: HeapSubject,
    popped: BTreeSet<Object>,
}

impl Subject for Forgetful {
    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        if let Operation::Drop { object: Some(object) } = operation
            && self.heap.counts(*object).external > 1
            && self.popped.remove(object)
        {
            return Ok(Value::Nil);
        }
        let reply = self.heap.call(operation);
        if let (Operation::Pop { .. }, Ok(Value::Reference(object))) = (operation, &reply) {
            self.popped.insert(*object);
        }
        reply
    }

    fn supports(&self, code: Code) -> bool {
        self.heap.supports(code)
    }

    fn observes(&self, observation: Observation) -> bool {
        self.heap.observes(observation)
    }

    fn lives(&self, object: Object) -> bool {
        self.heap.lives(object)
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.heap.bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        self.heap.take_journal()
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        self.heap.look(object, contents);
    }

    fn counts(&self, object: Object) -> Counts {
        self.heap.counts(object)
    }

    fn marks(&self, object: Object) -> Vec<&'static str> {
        self.heap.marks(object)
    }

    fn take_returned(&mut self) -> Vec<(Figure, u64)> {
        self.heap.take_returned()
    }

    fn statistics(&self) -> Statistics {
        self.heap.statistics()
    }

    fn cycles(&self) -> Vec<Vec<Object>> {
        self.heap.cycles()
    }

    fn verify(&self, roots: Option<&[Object]>) -> Vec<Finding> {
        self.heap.verify(roots)
    }

    fn score(&self, roots: Option<&[Object]>) -> Option<f64> {
        self.heap.score(roots)
    }

    fn recover(&mut self, roots: Option<&[Object]>) {
        self.heap.recover(roots);
    }

    fn repairs(&self) -> Option<u64> {
        self.heap.repairs()
    }

    fn touched(&self) -> u64 {
        self.heap.touched()
    }

    fn digest(&self) -> Option<u128> {
        Some(digest::of(&(self.heap.digest()?, &self.popped)))
    }

    fn place(&self, object: Object) -> u64 {
        self.heap.place(object)
    }

    fn fork(&self) -> Option<Box<dyn Subject>> {
        self.heap.fork()
    }
}
