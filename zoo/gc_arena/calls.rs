//! What calls do, from outside and in code.

use super::State;
use super::node::{Node, NodeIn, Number, RootsIn, Slot, Slots};
use gc_arena::lock::RefLock;
use gc_arena::{Gc, GcWeak, Mutation, barrier::field};
use heapproof::model::script::{Machine, Script};
use heapproof::model::{Contents, Field, Kind, Object, Operation, Refusal, Value};
use std::cell::RefMut;

type Reply = Result<Value<Object>, Refusal>;

/// The contract's limit on how many objects live at once.
const CAPACITY: usize = 1_000_000;

/// A call into the arena.
pub struct Call<'a, 'gc> {
    pub mc: &'gc Mutation<'gc>,
    pub roots: RootsIn<'gc>,
    pub state: &'a mut State,
    /// The object whose code calls.
    pub own: Option<(Object, NodeIn<'gc>)>,
}

impl Machine for Call<'_, '_> {
    fn call(&mut self, operation: &Operation<Object>) -> Reply {
        self.perform(operation)
    }

    fn script(&mut self) -> &mut Script {
        &mut self.state.script
    }

    /// Code reaches what the root and its own object lead to (SPEC 11.5).
    fn permits(&self, operation: &Operation<Object>) -> bool {
        let is_held = match operation {
            Operation::Drop { object: Some(object) } => self.roots.borrow().held.contains_key(&object.0),
            _ => true,
        };
        is_held && !names_nil(operation) && operation.objects().into_iter().all(|object| self.node(object).is_some())
    }
}

fn names_nil(operation: &Operation<Object>) -> bool {
    use Operation::{Drop, On, Pop, Push, ReadBox, ReadCapture, ReadElement, ReadField, Remove, Take, Upgrade, Weak};
    use Operation::{WriteBox, WriteCapture, WriteElement, WriteField};
    match operation {
        Take { object } | Drop { object } | On { object, .. } | Pop { object } | Push { object, .. } => object,
        ReadBox { object } | ReadCapture { object, .. } | ReadElement { object, .. } | ReadField { object, .. } => {
            object
        }
        WriteBox { object, .. } | WriteCapture { object, .. } | WriteElement { object, .. } => object,
        WriteField { object, .. } | Remove { object, .. } => object,
        Upgrade { weak: object } | Weak { target: object } => object,
        _ => return false,
    }
    .is_none()
}

impl<'gc> Call<'_, 'gc> {
    pub fn perform(&mut self, operation: &Operation<Object>) -> Reply {
        match operation {
            Operation::Table {} => self.make(Kind::Table, 0, &[], None),
            Operation::Array { values } => self.make(Kind::Array, 0, values, None),
            Operation::Closure { function, values } => self.make(Kind::Closure, *function, values, None),
            Operation::Box { value } => self.make(Kind::Box, 0, std::slice::from_ref(value), None),
            Operation::Scalar { value: Value::Reference(_) } => Err(Refusal::NotPlain),
            Operation::Scalar { value } => self.make(Kind::Scalar, 0, std::slice::from_ref(value), None),
            Operation::Weak { target } => {
                let target = Gc::downgrade(self.find(*target, None)?);
                self.make(Kind::Weak, 0, &[], Some(target))
            }
            Operation::Chain { length } => self.chain(*length, false),
            Operation::Ring { length } => self.chain(*length, true),
            Operation::ReadField { object, field } => {
                let node = self.find(*object, Some(Kind::Table))?;
                Ok(place(node, field).map_or(Value::Nil, |place| node.slots.borrow().values[place].shown()))
            }
            Operation::ReadElement { object, index } => self.read(*object, Kind::Array, *index),
            Operation::ReadCapture { object, index } => self.read(*object, Kind::Closure, *index),
            Operation::ReadBox { object } => self.read(*object, Kind::Box, 0),
            // The crate can't be called before code has returned.
            Operation::Collect {} => Err(Refusal::Reentrant),
            other => self.change(other),
        }
    }

    /// Operations that write, and those that move references of the program.
    fn change(&mut self, operation: &Operation<Object>) -> Reply {
        match operation {
            Operation::WriteField { object, field, value } => {
                let node = self.find(*object, Some(Kind::Table))?;
                match place(node, field) {
                    Some(place) => self.write(*object, Kind::Table, place as u32, value),
                    None => self.append(node, Some(field), value),
                }
            }
            Operation::WriteElement { object, index, value } => self.write(*object, Kind::Array, *index, value),
            Operation::WriteCapture { object, index, value } => self.write(*object, Kind::Closure, *index, value),
            Operation::WriteBox { object, value } => self.write(*object, Kind::Box, 0, value),
            Operation::Push { object, value } => {
                let node = self.find(*object, Some(Kind::Array))?;
                self.append(node, None, value)
            }
            Operation::Pop { object } => {
                let node = self.find(*object, Some(Kind::Array))?;
                let last = node.slots.borrow().values.len().checked_sub(1).ok_or(Refusal::Index)?;
                Ok(self.take_out(node, last))
            }
            Operation::Remove { object, field } => {
                let node = self.find(*object, Some(Kind::Table))?;
                let place = place(node, field).ok_or(Refusal::Field)?;
                Ok(self.take_out(node, place))
            }
            Operation::Upgrade { weak } => {
                let weak = self.find(*weak, Some(Kind::Weak))?;
                let target = weak.target.and_then(|target| target.upgrade(self.mc));
                Ok(target.map_or(Value::Nil, |target| self.hold(target)))
            }
            Operation::On { object, line } => {
                let node = self.find(*object, None)?;
                self.state.script.append(node.object(), (**line).clone());
                self.roots.borrow_mut(self.mc).coded.insert(node.object().0, Gc::downgrade(node));
                Ok(Value::Nil)
            }
            Operation::Take { object } => {
                let node = self.find(*object, None)?;
                self.hold(node);
                Ok(Value::Nil)
            }
            Operation::Drop { object } => self.give_up(object.ok_or(Refusal::Nil)?),
            _ => Err(Refusal::Inapplicable),
        }
    }

    fn node(&self, object: Object) -> Option<NodeIn<'gc>> {
        self.roots.borrow().find(object, self.own.map(|(_, node)| node))
    }

    fn find(&self, object: Option<Object>, kind: Option<Kind>) -> Result<NodeIn<'gc>, Refusal> {
        let node = self.node(object.ok_or(Refusal::Nil)?).ok_or(Refusal::Stale)?;
        if kind.is_some_and(|kind| kind != node.kind) { Err(Refusal::Kind) } else { Ok(node) }
    }

    /// The slots of a node, to be written: the crate's barrier comes before.
    fn slots(&self, node: NodeIn<'gc>) -> RefMut<'gc, Slots<'gc>> {
        field!(Gc::write(self.mc, node), Node, slots).unlock().borrow_mut()
    }

    fn slot(&self, value: &Value<Object>) -> Result<Slot<'gc>, Refusal> {
        match value {
            Value::Reference(object) => self.node(*object).map(Slot::Edge).ok_or(Refusal::StaleValue),
            plain => Ok(Slot::Plain(plain.clone())),
        }
    }

    fn hold(&mut self, node: NodeIn<'gc>) -> Value<Object> {
        self.roots.borrow_mut(self.mc).hold(node);
        Value::Reference(node.object())
    }

    fn give_up(&mut self, object: Object) -> Reply {
        let held = &mut self.roots.borrow_mut(self.mc).held;
        let pointers = held.get_mut(&object.0).ok_or(Refusal::NotHeld)?;
        pointers.pop();
        if pointers.is_empty() {
            held.remove(&object.0);
        }
        Ok(Value::Nil)
    }

    fn make(
        &mut self,
        kind: Kind,
        function: u32,
        values: &[Value<Object>],
        target: Option<GcWeak<'gc, Node<'gc>>>,
    ) -> Reply {
        let slots = values.iter().map(|value| self.slot(value)).collect::<Result<Vec<_>, _>>()?;
        let object = Object(self.state.lives.len() as u32);
        let number = Number { object, deaths: self.state.deaths.clone() };
        let slots = RefLock::new(Slots { fields: Vec::new(), values: slots });
        let node = Gc::new(self.mc, Node { number, kind, function, target, slots });
        let mut contents = Contents::default();
        node.show(self.mc, &mut contents);
        self.state.stored.push(contents);
        self.state.lives.push(true);
        if self.own.is_some() {
            self.roots.borrow_mut(self.mc).fresh.push(node);
        }
        Ok(self.hold(node))
    }

    /// Tables, each in the field `next` of the one before; only the first remains held.
    fn chain(&mut self, length: u32, is_ring: bool) -> Reply {
        let living = self.state.lives.iter().filter(|lives| **lives).count();
        if living + length as usize > CAPACITY {
            return Err(Refusal::Capacity);
        }
        let next = Some(&Field::common(0));
        let (mut first, mut last) = (None, None);
        for _ in 0..length {
            let Some(object) = self.make(Kind::Table, 0, &[], None)?.reference() else { continue };
            let node = self.find(Some(object), None)?;
            first = first.or(Some(object));
            if let Some(last) = last {
                self.append(last, next, &Value::Reference(object))?;
                self.give_up(object)?;
            }
            last = Some(node);
        }
        let Some(first) = first.map(Value::Reference) else { return Ok(Value::Nil) };
        if let Some(last) = last.filter(|_| is_ring) {
            self.append(last, next, &first)?;
        }
        Ok(first)
    }

    fn read(&self, object: Option<Object>, kind: Kind, index: u32) -> Reply {
        let node = self.find(object, Some(kind))?;
        let value = node.slots.borrow().values.get(index as usize).map(Slot::shown);
        value.ok_or(Refusal::Index)
    }

    fn write(&mut self, object: Option<Object>, kind: Kind, index: u32, value: &Value<Object>) -> Reply {
        let node = self.find(object, Some(kind))?;
        if index as usize >= node.slots.borrow().values.len() {
            return Err(Refusal::Index);
        }
        let slot = self.slot(value)?;
        self.slots(node).values[index as usize] = slot;
        self.state.stored[node.object().index()].values[index as usize] = value.clone();
        Ok(Value::Nil)
    }

    fn append(&mut self, node: NodeIn<'gc>, field: Option<&Field>, value: &Value<Object>) -> Reply {
        let slot = self.slot(value)?;
        let mut slots = self.slots(node);
        slots.values.push(slot);
        slots.fields.extend(field.cloned());
        let stored = &mut self.state.stored[node.object().index()];
        stored.values.push(value.clone());
        stored.fields.extend(field.cloned());
        Ok(Value::Nil)
    }

    /// Takes a value out, which the program holds then.
    fn take_out(&mut self, node: NodeIn<'gc>, place: usize) -> Value<Object> {
        let mut slots = self.slots(node);
        let slot = slots.values.remove(place);
        let stored = &mut self.state.stored[node.object().index()];
        stored.values.remove(place);
        if node.kind == Kind::Table {
            slots.fields.remove(place);
            stored.fields.remove(place);
        }
        drop(slots);
        match slot {
            Slot::Edge(target) => self.hold(target),
            Slot::Plain(value) => value,
        }
    }
}

fn place(table: NodeIn<'_>, field: &Field) -> Option<usize> {
    table.slots.borrow().fields.iter().position(|one| one == field)
}
