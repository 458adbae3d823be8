//! What lines do with handles.

use super::super::Pointers;
use super::{Edges, Node, Record, Shared};
use heapproof_model::{Field, Kind, Machine, Object, Operation, Refusal, Script, Value};
use std::rc::Rc;

type Reply = Result<Value<Object>, Refusal>;

/// Who calls the crate: the program, or the code of an object that dies.
pub(in crate::subjects::pointers) struct Caller<'a, P: Pointers> {
    pub heap: Rc<Shared<P>>,
    /// The object whose code it is, which has no handle any more, and its edges.
    pub own: Option<(Object, &'a Edges<P>)>,
    /// The script, taken out of the heap while no call needs it there.
    pub script: Script,
}

impl<P: Pointers> Machine for Caller<'_, P> {
    fn call(&mut self, operation: &Operation<Object>) -> Reply {
        // A call may drop nodes whose code runs then.
        *self.heap.script.borrow_mut() = std::mem::take(&mut self.script);
        let reply = self.perform(operation);
        self.script = self.heap.script.take();
        reply
    }

    fn script(&mut self) -> &mut Script {
        &mut self.script
    }

    /// There is a handle for each object, and each is of the kind that the operation is for.
    fn permits(&self, operation: &Operation<Object>) -> bool {
        let is = |object: &Option<Object>, kind: Kind| object.is_some_and(|object| self.kind(object) == Some(kind));
        let own = self.own.map(|(object, _)| object);
        let (receiver, fits) = match operation {
            Operation::ReadField { object, .. } | Operation::WriteField { object, .. } => {
                (*object, is(object, Kind::Table))
            }
            Operation::ReadBox { object } | Operation::WriteBox { object, .. } => (*object, is(object, Kind::Box)),
            Operation::Upgrade { weak } => (*weak, is(weak, Kind::Weak)),
            Operation::Take { object } | Operation::On { object, .. } | Operation::Weak { target: object } => {
                (None, object.is_some())
            }
            Operation::Drop { object } => (None, object.is_some_and(|object| self.held(object).is_some())),
            _ => (None, true),
        };
        // The own object's contents can be used, the object itself can't, not even where an edge of a ring leads to it.
        let uses_own = own.is_some() && receiver == own;
        let mut others = operation.objects().into_iter().skip(usize::from(uses_own));
        fits && others.all(|object| Some(object) != own && self.handle(object).is_some())
    }
}

impl<P: Pointers> Caller<'_, P> {
    fn kind(&self, object: Object) -> Option<Kind> {
        self.heap.records.borrow().get(object.index()).map(|record| record.kind)
    }

    /// A handle that the program holds.
    fn held(&self, object: Object) -> Option<P::Strong> {
        self.heap.records.borrow().get(object.index())?.held.last().cloned()
    }

    /// A handle to an object: one that is held, or one on the way from such a one, or from the own edges.
    pub fn handle(&self, object: Object) -> Option<P::Strong> {
        let mut open: Vec<P::Strong> = {
            let records = self.heap.records.borrow();
            records.iter().filter_map(|record| record.held.last().cloned()).collect()
        };
        open.extend(
            self.own.iter().flat_map(|(_, edges)| edges.borrow().iter().flatten().cloned().collect::<Vec<_>>()),
        );
        let mut seen = Vec::new();
        while let Some(strong) = open.pop() {
            let node = P::node(&strong);
            if node.object() == object {
                return Some(strong);
            }
            if !seen.contains(&node.object()) {
                seen.push(node.object());
                open.extend(node.edges().borrow().iter().flatten().cloned());
            }
        }
        None
    }

    fn perform(&mut self, operation: &Operation<Object>) -> Reply {
        match operation {
            Operation::Table {} => Ok(self.allocate(Kind::Table, None)),
            Operation::Box { value } => {
                let made = self.allocate(Kind::Box, None);
                self.write(made.reference(), 0, value)?;
                Ok(made)
            }
            Operation::Weak { target } => {
                let strong = target.and_then(|target| self.handle(target)).ok_or(Refusal::Stale)?;
                Ok(self.allocate(Kind::Weak, P::downgrade(&strong).zip(*target)))
            }
            Operation::ReadField { object, field } => match self.place(*object, field) {
                Some(place) => self.read(*object, place),
                None => Ok(Value::Nil),
            },
            Operation::ReadBox { object } => self.read(*object, 0),
            Operation::WriteField { object, field, value } => {
                let place = self.place(*object, field).unwrap_or_else(|| self.new_place(*object, field));
                self.write(*object, place, value)
            }
            Operation::WriteBox { object, value } => self.write(*object, 0, value),
            Operation::Take { object: Some(object) } => {
                let strong = self.handle(*object).ok_or(Refusal::Stale)?;
                self.keep(*object, strong);
                Ok(Value::Nil)
            }
            Operation::Drop { object: Some(object) } => {
                let given_up = self.heap.records.borrow_mut()[object.index()].held.pop();
                given_up.map(drop).ok_or(Refusal::NotHeld)?;
                Ok(Value::Nil)
            }
            Operation::Upgrade { weak } => {
                let weak = weak.ok_or(Refusal::Nil)?;
                // The pointer is put back: the crate must not be called while records are borrowed.
                let pointer = self.heap.records.borrow_mut()[weak.index()].weak.take();
                let strong = pointer.as_ref().and_then(P::upgrade);
                self.heap.records.borrow_mut()[weak.index()].weak = pointer;
                let Some(strong) = strong else { return Ok(Value::Nil) };
                let object = P::node(&strong).object();
                self.keep(object, strong);
                Ok(Value::Reference(object))
            }
            Operation::On { object, line } => {
                let object = object.ok_or(Refusal::Nil)?;
                self.heap.script.borrow_mut().append(object, (**line).clone());
                Ok(Value::Nil)
            }
            Operation::Collect {} => {
                P::COLLECT.iter().for_each(|collect| collect());
                Ok(Value::Nil)
            }
            _ => Ok(Value::Nil),
        }
    }

    fn allocate(&mut self, kind: Kind, weak: Option<(P::Weak, Object)>) -> Value<Object> {
        let object = Object(self.heap.records.borrow().len() as u32);
        let (weak, target) = weak.unzip();
        let (held, fields, values) = (Vec::new(), Vec::new(), Vec::new());
        let record = Record { kind, alive: true, held, fields, values, weak, target };
        self.heap.records.borrow_mut().push(record);
        let strong = P::allocate(Node::new(object, &self.heap));
        self.keep(object, strong);
        Value::Reference(object)
    }

    fn keep(&self, object: Object, strong: P::Strong) {
        self.heap.records.borrow_mut()[object.index()].held.push(strong);
    }

    fn place(&self, object: Option<Object>, field: &Field) -> Option<usize> {
        self.heap.records.borrow()[object?.index()].fields.iter().position(|have| have == field)
    }

    fn new_place(&self, object: Option<Object>, field: &Field) -> usize {
        let mut records = self.heap.records.borrow_mut();
        let fields = object.map(|object| &mut records[object.index()].fields);
        fields.map_or(0, |fields| {
            fields.push(field.clone());
            fields.len() - 1
        })
    }

    /// Does something with the edges of an object.
    fn with_edges<T>(&self, object: Object, work: impl FnOnce(&Edges<P>) -> T) -> Result<T, Refusal> {
        if let Some((_, edges)) = self.own.filter(|(own, _)| *own == object) {
            return Ok(work(edges));
        }
        let strong = self.handle(object).ok_or(Refusal::Stale)?;
        Ok(work(P::node(&strong).edges()))
    }

    fn read(&self, object: Option<Object>, place: usize) -> Reply {
        let object = object.ok_or(Refusal::Nil)?;
        let edge = self.with_edges(object, |edges| edges.borrow().get(place).cloned().flatten())?;
        match edge {
            Some(strong) => Ok(Value::Reference(P::node(&strong).object())),
            None => {
                let value = self.heap.records.borrow()[object.index()].values.get(place).cloned();
                // An edge that is gone is no reference, whatever was stored.
                Ok(value.filter(|value| value.reference().is_none()).unwrap_or(Value::Nil))
            }
        }
    }

    fn write(&self, object: Option<Object>, place: usize, value: &Value<Object>) -> Reply {
        let object = object.ok_or(Refusal::Nil)?;
        let new = match value.reference() {
            Some(target) => Some(self.handle(target).ok_or(Refusal::StaleValue)?),
            None => None,
        };
        if let Some(record) = self.heap.records.borrow_mut().get_mut(object.index()) {
            let length = record.values.len().max(place + 1);
            record.values.resize(length, Value::Nil);
            record.values[place] = value.clone();
        }
        let old = self.with_edges(object, |edges| {
            let mut edges = edges.borrow_mut();
            let length = edges.len().max(place + 1);
            edges.resize_with(length, || None);
            std::mem::replace(&mut edges[place], new)
        })?;
        drop(old);
        Ok(Value::Nil)
    }
}
