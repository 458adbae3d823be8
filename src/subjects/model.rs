//! The model as a subject: beside it stands no heap, so only what a trace itself expects can fail.

use crate::judge::subject::{Observation, Subject, SubjectKind};
use heapproof_model::{Code, Dialect, Event, Machine, Name, Object, Operation, Reference, Refusal, Value};

/// The name of the kind.
pub const MODEL: &str = "model";

/// The model of a dialect as a kind of subject.
pub fn model(dialect: Dialect) -> SubjectKind {
    let make = move || Ok(Box::new(Alone(Reference::of(dialect))) as Box<dyn Subject>);
    SubjectKind::made_by(MODEL, "the model itself: what a trace expects is all that can fail", make)
}

struct Alone(Reference);

impl Subject for Alone {
    fn supports(&self, _code: Code) -> bool {
        true
    }

    fn observes(&self, observation: Observation) -> bool {
        use Observation::{Closing, Journal, Refusals, Sets};
        matches!(observation, Refusals | Journal | Sets | Closing)
    }

    fn dialect(&self) -> Dialect {
        *self.0.dialect()
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        self.0.call(operation)
    }

    fn lives(&self, object: Object) -> bool {
        self.0.lives(object)
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.0.script().bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.0.script().journal)
    }

    fn close(&mut self) -> Option<Vec<Event>> {
        let (begin, _) = self.0.at_end();
        Some(begin.into_iter().map(Event::Began).collect())
    }

    fn recover(&mut self, roots: Option<&[Object]>) {
        let operation = if roots.is_some() { Operation::RecoverRoots {} } else { Operation::Recover {} };
        // It is done wherever the lockstep calls it.
        let _ = self.0.call(&operation);
    }
}
