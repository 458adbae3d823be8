//! Handles as a subject.

use super::Pointers;
use super::node::{Caller, Shared};
use crate::judge::subject::{Observation, Subject};
use heapproof_model::{Code, Contents, Dialect, Event, Kind, Machine, Name, Object, Operation, Refusal, Value};
use std::rc::Rc;

/// A heap of nodes under smart pointers.
pub(super) struct PointerHeap<P: Pointers>(Rc<Shared<P>>);

impl<P: Pointers> Default for PointerHeap<P> {
    fn default() -> PointerHeap<P> {
        PointerHeap(Rc::default())
    }
}

impl<P: Pointers> PointerHeap<P> {
    fn caller(&self) -> Caller<'_, P> {
        Caller { heap: Rc::clone(&self.0), own: None, script: self.0.script.take() }
    }
}

impl<P: Pointers> Subject for PointerHeap<P> {
    fn supports(&self, code: Code) -> bool {
        match code {
            Code::Table | Code::Box | Code::ReadField | Code::WriteField | Code::ReadBox | Code::WriteBox => true,
            Code::Take | Code::Drop | Code::On => true,
            Code::Weak | Code::Upgrade => P::WEAK,
            Code::Collect => P::COLLECT.is_some(),
            _ => false,
        }
    }

    fn observes(&self, observation: Observation) -> bool {
        matches!(observation, Observation::Contents | Observation::Journal)
    }

    fn dialect(&self) -> Dialect {
        P::dialect()
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        let mut caller = self.caller();
        let reply = caller.call(operation);
        *self.0.script.borrow_mut() = caller.script;
        reply
    }

    fn lives(&self, object: Object) -> bool {
        self.0.records.borrow().get(object.index()).is_some_and(|record| record.alive)
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.0.script.borrow_mut().bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.0.script.borrow_mut().journal)
    }

    /// What is read through handles; of garbage, to which there is none, what was stored.
    fn look(&self, object: Object, contents: &mut Contents) {
        let caller = Caller { heap: Rc::clone(&self.0), own: None, script: Default::default() };
        let handle = caller.handle(object);
        let records = self.0.records.borrow();
        let Some(record) = records.get(object.index()) else { return };
        *contents = Contents { kind: record.kind, fields: record.fields.clone(), ..Contents::default() };
        contents.values.clone_from(&record.values);
        contents.target = record.target.filter(|target| records[target.index()].alive && record.kind == Kind::Weak);
        let Some(strong) = handle else { return };
        for (value, edge) in contents.values.iter_mut().zip(P::node(&strong).edges().borrow().iter()) {
            match edge {
                Some(edge) => *value = Value::Reference(P::node(edge).object()),
                None if value.reference().is_some() => *value = Value::Nil,
                None => {}
            }
        }
    }
}
