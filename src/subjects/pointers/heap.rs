//! Nodes and their handles as a subject.

use super::Pointers;
use super::calls::Caller;
use super::probe::Shared;
use crate::judge::subject::{Observation, Subject};
use heapproof_model::dialect::Garbage;
use heapproof_model::{Code, Contents, Dialect, Event, Name, Object, Operation, Refusal, Value};

/// The heap that the nodes of a crate of smart pointers are.
pub struct PointerHeap<P: Pointers> {
    shared: Shared<P>,
}

impl<P: Pointers> Default for PointerHeap<P> {
    fn default() -> PointerHeap<P> {
        PointerHeap { shared: Shared::default() }
    }
}

/// Whether there is that operation. Without garbage that dies, a collection would do nothing.
pub(super) fn supports<P: Pointers>(code: Code) -> bool {
    use Code::{Array, Box, Collect, Drop, Inherit, On, Panic, Pop, Push, Table, Take, Upgrade, Weak};
    use Code::{ReadBox, ReadElement, ReadField, Remove, WriteBox, WriteElement, WriteField};
    match code {
        Table | ReadField | WriteField | Remove | Box | ReadBox | WriteBox => true,
        Array | ReadElement | WriteElement | Push | Pop | Take | Drop | On | Inherit | Panic => true,
        Weak | Upgrade => P::WEAK,
        Collect => P::dialect().garbage != Garbage::Never,
        _ => false,
    }
}

/// Whether that can be seen.
pub(super) fn observes<P: Pointers>(observation: Observation) -> bool {
    match observation {
        Observation::Refusals | Observation::Contents | Observation::Journal => true,
        Observation::Strong => P::COUNTS,
        _ => false,
    }
}

impl<P: Pointers> PointerHeap<P> {
    /// How many objects there have been.
    pub(super) fn bound(&self) -> usize {
        self.shared.borrow().things.len()
    }
}

impl<P: Pointers> Subject for PointerHeap<P> {
    fn supports(&self, code: Code) -> bool {
        supports::<P>(code)
    }

    fn supports_in_code(&self, code: Code) -> bool {
        !P::NOT_IN_CODE.contains(&code)
    }

    fn observes(&self, observation: Observation) -> bool {
        observes::<P>(observation)
    }

    fn repeats(&self) -> bool {
        P::REPEATS
    }

    fn dialect(&self) -> Dialect {
        P::dialect()
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        let reply = Caller { shared: &self.shared, own: None }.call(operation);
        self.shared.borrow_mut().rests();
        reply
    }

    fn lives(&self, object: Object) -> bool {
        self.shared.borrow().lives(object)
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.shared.borrow_mut().finalizers.bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.shared.borrow_mut().finalizers.journal)
    }

    /// What is read through handles; of garbage, to which there is none, what was stored.
    fn look(&self, object: Object, contents: &mut Contents) {
        let state = self.shared.borrow();
        contents.clone_from(state.contents_of(object));
        contents.target = contents.target.filter(|target| state.lives(*target));
        drop(state);
        let number = |edge: &Option<P::Handle>| edge.as_ref().and_then(|edge| edge.probe().number());
        let see = &mut |edges: &mut Vec<Option<P::Handle>>| {
            for (place, value) in contents.values.iter_mut().enumerate() {
                match edges.get(place).and_then(number) {
                    Some(target) => *value = Value::Reference(target),
                    None if value.reference().is_some() => *value = Value::Nil,
                    None => {}
                }
            }
        };
        let caller = Caller { shared: &self.shared, own: None };
        // Without a handle there is nothing more to see.
        let _ = caller.with_handle(object, &mut |handle| handle.edges(&mut *see));
    }

    fn strong(&self, object: Object) -> u64 {
        let mut count = 0;
        let caller = Caller { shared: &self.shared, own: None };
        // Without a handle there is nothing to ask; then none is expected either.
        let _ = caller.with_handle(object, &mut |handle| count = P::strong(handle));
        count
    }
}

impl<P: Pointers> Drop for PointerHeap<P> {
    /// Handles lead to nodes, their probes to what is shared, and that to the handles.
    fn drop(&mut self) {
        let mut state = self.shared.borrow_mut();
        state.has_ended = true;
        let things = std::mem::take(&mut state.things);
        drop(state);
        drop(things);
    }
}
