//! A subject that is wrong on purpose: a harness that does not catch it proves nothing.

use crate::subject::{Observation, Subject, SubjectKind};
use crate::subjects::HeapSubject;
use heapproof_model::{Code, Contents, Counts, Event, Name, Object, Operation, Refusal, Statistics, Value};
use std::collections::BTreeSet;

/// The heap of this project with one mistake: it forgets to count a `drop` of an object that the mutator holds twice
/// and to which living objects refer twice.
pub const CANARY: SubjectKind =
    SubjectKind::new("canary", "wrong on purpose: forgets a decrement now and then", || Box::new(Canary::default()));

#[derive(Default)]
struct Canary(HeapSubject);

impl Subject for Canary {
    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        if let Operation::Drop { object: Some(object) } = operation {
            let counts = self.0.counts(*object);
            if counts.external >= 2 && counts.internal >= 2 {
                return Ok(Value::Nil);
            }
        }
        self.0.call(operation)
    }

    fn supports(&self, code: Code) -> bool {
        self.0.supports(code)
    }

    fn observes(&self, observation: Observation) -> bool {
        self.0.observes(observation)
    }

    fn lives(&self, object: Object) -> bool {
        self.0.lives(object)
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.0.bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        self.0.take_journal()
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        self.0.look(object, contents);
    }

    fn counts(&self, object: Object) -> Counts {
        self.0.counts(object)
    }

    fn statistics(&self) -> Statistics {
        self.0.statistics()
    }

    fn cycles(&self) -> Vec<BTreeSet<Object>> {
        self.0.cycles()
    }

    fn fork(&self) -> Option<Box<dyn Subject>> {
        self.0.fork()
    }
}
