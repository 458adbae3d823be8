//! Carries out operations: what each does with handles and edges.

use super::Pointers;
use super::probe::{Probe, Shared};
use heapproof_model::dialect::{CollectInCode, CollectInSet, UserCode};
use heapproof_model::{Contents, Field, Kind, Object, Operation, Refusal, Value};
use std::rc::Rc;

pub(super) type Reply = Result<Value<Object>, Refusal>;

/// Who calls: the mutator, or the code of an object, of which there is no handle.
pub(super) struct Caller<'a, P: Pointers> {
    pub shared: &'a Shared<P>,
    pub own: Option<(Object, &'a P)>,
}

impl<P: Pointers> Caller<'_, P> {
    /// Why an operation is refused, if it is.
    pub fn check(&self, operation: &Operation<Object>) -> Result<(), Refusal> {
        let state = self.shared.borrow();
        let stored = |value: &Value<Object>| {
            let stale = value.reference().is_some_and(|object| !state.is_open(object));
            if stale { Err(Refusal::StaleValue) } else { Ok(()) }
        };
        match operation {
            Operation::Take { object: None } | Operation::Drop { object: None } => Ok(()),
            Operation::Take { object } | Operation::On { object, .. } => state.find(*object, None).map(drop),
            Operation::Drop { object } => {
                let (object, _) = state.find(*object, None)?;
                if state.holds(object) { Ok(()) } else { Err(Refusal::NotHeld) }
            }
            Operation::Weak { target } => state.find(*target, None).map(drop),
            Operation::Upgrade { weak } => state.find(*weak, Some(Kind::Weak)).map(drop),
            Operation::Box { value } => stored(value),
            Operation::Array { values } => values.iter().try_for_each(stored),
            Operation::Inherit { object, from } if state.finalizers.has_code(*from) => {
                state.find(*object, None).map(drop)
            }
            Operation::WriteField { object, value, .. } => {
                state.find(*object, Some(Kind::Table))?;
                stored(value)
            }
            Operation::WriteElement { value, .. } | Operation::WriteBox { value, .. } => {
                self.slot(operation)?;
                stored(value)
            }
            Operation::Push { object, value } => {
                state.find(*object, Some(Kind::Array))?;
                stored(value)
            }
            Operation::Pop { .. } | Operation::Remove { .. } => {
                let (object, slot) = self.slot(operation)?;
                let taken = state.contents_of(object).values[slot].reference();
                if taken.is_some_and(|taken| !state.is_open(taken)) { Err(Refusal::Stale) } else { Ok(()) }
            }
            Operation::ReadField { object, .. } => state.find(*object, Some(Kind::Table)).map(drop),
            Operation::ReadElement { .. } | Operation::ReadBox { .. } => self.slot(operation).map(drop),
            Operation::Collect {} => {
                let refused = match state.running.iter().any(|run| run.in_set) {
                    true => state.dialect.collect_in_set == CollectInSet::Refused,
                    false => !state.running.is_empty() && state.dialect.collect_in_code == CollectInCode::Refused,
                };
                if refused { Err(Refusal::Reentrant) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    /// The place that an operation reads, replaces or takes out: an object, and which of its values.
    pub fn slot(&self, operation: &Operation<Object>) -> Result<(Object, usize), Refusal> {
        let state = self.shared.borrow();
        let element = |object: &Option<Object>, kind, index: Option<usize>| {
            let (object, contents) = state.find(*object, Some(kind))?;
            let index = index.or(contents.values.len().checked_sub(1)).filter(|index| *index < contents.values.len());
            Ok((object, index.ok_or(Refusal::Index)?))
        };
        match operation {
            Operation::ReadElement { object, index } | Operation::WriteElement { object, index, .. } => {
                element(object, Kind::Array, Some(*index as usize))
            }
            Operation::ReadBox { object } | Operation::WriteBox { object, .. } => element(object, Kind::Box, Some(0)),
            Operation::Pop { object } => element(object, Kind::Array, None),
            Operation::ReadField { object, field }
            | Operation::WriteField { object, field, .. }
            | Operation::Remove { object, field } => {
                let (object, contents) = state.find(*object, Some(Kind::Table))?;
                let place = contents.fields.iter().position(|have| have == field);
                Ok((object, place.ok_or(Refusal::Field)?))
            }
            _ => Err(Refusal::Inapplicable),
        }
    }

    /// Carries out an operation.
    pub fn perform(&self, operation: &Operation<Object>) -> Reply {
        self.check(operation)?;
        match operation {
            Operation::Table {} => self.make(Kind::Table, &[]),
            Operation::Box { value } => self.make(Kind::Box, std::slice::from_ref(value)),
            Operation::Array { values } => self.make(Kind::Array, values),
            Operation::Weak { target: Some(target) } => self.make_weak(*target),
            Operation::Upgrade { weak: Some(weak) } => self.upgrade(*weak),
            Operation::ReadField { .. } | Operation::ReadElement { .. } | Operation::ReadBox { .. } => {
                match self.slot(operation) {
                    Ok((object, slot)) => self.read(object, slot),
                    Err(_) => Ok(Value::Nil),
                }
            }
            Operation::WriteField { object: Some(object), field, value } => match self.slot(operation) {
                Ok((object, slot)) => self.replace(object, slot, value),
                Err(_) => self.append(*object, Some(field), value),
            },
            Operation::WriteElement { value, .. } | Operation::WriteBox { value, .. } => {
                let (object, slot) = self.slot(operation)?;
                self.replace(object, slot, value)
            }
            Operation::Push { object: Some(object), value } => self.append(*object, None, value),
            Operation::Pop { .. } | Operation::Remove { .. } => {
                let (object, slot) = self.slot(operation)?;
                self.take_out(object, slot)
            }
            Operation::Take { object: Some(object) } => {
                let handle = self.handle(*object)?;
                self.hold(*object, handle);
                Ok(Value::Nil)
            }
            Operation::Drop { object: Some(object) } => {
                let given_up = self.shared.borrow_mut().things[object.index()].held.pop();
                drop(given_up);
                Ok(Value::Nil)
            }
            Operation::On { object: Some(object), line } => {
                let mut state = self.shared.borrow_mut();
                if state.takes_lines(*object) {
                    state.finalizers.append(*object, (**line).clone());
                }
                Ok(Value::Nil)
            }
            Operation::Inherit { object: Some(object), from } => {
                let mut state = self.shared.borrow_mut();
                if state.takes_lines(*object) {
                    state.finalizers.inherit(*object, *from);
                }
                Ok(Value::Nil)
            }
            Operation::Collect {} => Ok(self.collect()),
            _ => Ok(Value::Nil),
        }
    }

    /// A new node that the mutator holds.
    fn make(&self, kind: Kind, values: &[Value<Object>]) -> Reply {
        let handles = values.iter().map(|value| self.stored(value)).collect::<Result<Vec<_>, _>>()?;
        let handle = P::node(Probe::new(self.shared));
        let contents = Contents { kind, values: values.to_vec(), ..Contents::default() };
        let handle = Rc::new(handle);
        let number = self.shared.borrow_mut().add(contents, handle.clone());
        handle.probe().number.set(Some(number));
        handle.edges(|edges| edges.extend(handles));
        let dialect = self.shared.borrow().dialect;
        let finalized = [dialect.code, dialect.set_code].iter().any(|code| code.runs_as(UserCode::Finalizer));
        if P::WEAK && finalized {
            P::downgrade(&handle).map(|own| handle.probe().own.set(own));
        }
        Ok(Value::Reference(number))
    }

    fn make_weak(&self, target: Object) -> Reply {
        let mut pointer = None;
        self.with_handle(target, &mut |handle| pointer = P::downgrade(handle))?;
        let made = self.make(Kind::Weak, &[])?;
        if let Value::Reference(weak) = &made {
            self.shared.borrow_mut().things[weak.index()].contents.target = Some(target);
            self.with_node(*weak, &mut |node| drop(pointer.take().map(|pointer| node.probe().target.set(pointer))))?;
        }
        Ok(made)
    }

    fn upgrade(&self, weak: Object) -> Reply {
        let mut handle = None;
        self.with_node(weak, &mut |node| handle = node.probe().target.get().and_then(P::upgrade))?;
        Ok(handle.map_or(Value::Nil, |handle| self.given(handle)))
    }

    fn read(&self, object: Object, slot: usize) -> Reply {
        let stored = self.shared.borrow().contents_of(object).values[slot].clone();
        let Some(target) = stored.reference() else { return Ok(stored) };
        // Crates keep handles to what is dead or about to be, and panic where one is followed.
        if !self.shared.borrow().is_safe(target) {
            return Ok(stored);
        }
        let mut found = None;
        let number = |edge: Option<&Option<P::Handle>>| edge?.as_ref()?.probe().number();
        self.with_node(object, &mut |node| found = node.edges(|edges| number(edges.get(slot))))?;
        Ok(found.map_or(Value::Nil, Value::Reference))
    }

    /// Replaces a value. The old one is given up when the new one is there (SPEC 1.8).
    fn replace(&self, object: Object, slot: usize, value: &Value<Object>) -> Reply {
        let mut handle = self.stored(value)?;
        let mut old = None;
        self.with_node(object, &mut |node| {
            old = node.edges(|edges| edges.get_mut(slot).and_then(|edge| std::mem::replace(edge, handle.take())));
        })?;
        self.shared.borrow_mut().things[object.index()].contents.values[slot] = value.clone();
        drop(old);
        Ok(Value::Nil)
    }

    /// Adds a value at the end.
    fn append(&self, object: Object, field: Option<&Field>, value: &Value<Object>) -> Reply {
        let mut handle = self.stored(value)?;
        self.with_node(object, &mut |node| node.edges(|edges| edges.push(handle.take())))?;
        let contents = &mut self.shared.borrow_mut().things[object.index()].contents;
        contents.fields.extend(field.cloned());
        contents.values.push(value.clone());
        Ok(Value::Nil)
    }

    /// Takes a value out, which belongs to the mutator then.
    fn take_out(&self, object: Object, slot: usize) -> Reply {
        let mut handle = None;
        self.with_node(object, &mut |node| {
            handle = node.edges(|edges| if slot < edges.len() { edges.remove(slot) } else { None });
        })?;
        let mut state = self.shared.borrow_mut();
        let contents = &mut state.things[object.index()].contents;
        let value = contents.values.remove(slot);
        if contents.kind == Kind::Table {
            contents.fields.remove(slot);
        }
        drop(state);
        // A handle that is dead to code is no reference.
        let handle = handle.filter(|_| value.reference().is_some());
        Ok(handle.map_or(value, |handle| self.given(handle)))
    }

    fn collect(&self) -> Value<Object> {
        let outer = self.shared.borrow().doomed.clone();
        let freed = P::collect();
        self.shared.borrow_mut().doomed = outer;
        freed.map_or(Value::Nil, |freed| Value::Int(freed as i64))
    }

    /// Gives a handle to the mutator.
    fn given(&self, handle: P::Handle) -> Value<Object> {
        let Some(object) = handle.probe().number() else { return Value::Nil };
        self.hold(object, handle);
        Value::Reference(object)
    }

    fn hold(&self, object: Object, handle: P::Handle) {
        self.shared.borrow_mut().things[object.index()].held.push(Rc::new(handle));
    }

    /// What is stored for a value: a handle, unless it is plain.
    fn stored(&self, value: &Value<Object>) -> Result<Option<P::Handle>, Refusal> {
        value.reference().map(|object| self.handle(object)).transpose()
    }

    /// A new handle to an object.
    fn handle(&self, object: Object) -> Result<P::Handle, Refusal> {
        let mut clone = None;
        self.with_handle(object, &mut |handle| clone = Some(handle.clone()))?;
        clone.ok_or(Refusal::Stale)
    }

    /// Lets `act` see a node.
    fn with_node(&self, object: Object, act: &mut dyn FnMut(&P)) -> Result<(), Refusal> {
        match self.own {
            Some((own, node)) if own == object => {
                act(node);
                Ok(())
            }
            _ => self.with_handle(object, &mut |handle| act(handle)),
        }
    }

    /// Lets `act` see a handle to an object: one that the mutator holds, one that stands in an edge, or one that the object
    /// whose code runs makes of itself. Where there is none, or it leads to another object, the heap has lost the object.
    pub fn with_handle(&self, object: Object, act: &mut dyn FnMut(&P::Handle)) -> Result<(), Refusal> {
        let mut is_found = false;
        let act = &mut |handle: &P::Handle| {
            if handle.probe().number() == Some(object) {
                is_found = true;
                act(handle);
            }
        };
        let held = |object: Object| self.shared.borrow().things[object.index()].held.last().cloned();
        let path = || self.shared.borrow().path(object);
        if let Some(handle) = held(object) {
            act(&handle);
        } else if let Some((root, path)) = path() {
            match self.own {
                Some((own, node)) if own == root => follow(node, &path, act),
                _ => held(root).into_iter().for_each(|handle| follow(&**handle, &path, act)),
            }
        } else if let Some((_, node)) = self.own.filter(|(own, _)| *own == object) {
            node.probe().own.get().and_then(P::upgrade).iter().for_each(act);
        }
        if is_found { Ok(()) } else { Err(Refusal::Stale) }
    }
}

/// Goes through edges, without a clone of a handle.
fn follow<P: Pointers>(node: &P, path: &[usize], act: &mut dyn FnMut(&P::Handle)) {
    let Some((slot, further)) = path.split_first() else { return };
    node.edges(|edges| match edges.get(*slot) {
        Some(Some(handle)) if further.is_empty() => act(handle),
        Some(Some(handle)) => follow(&**handle, further, act),
        _ => {}
    });
}
