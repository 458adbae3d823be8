//! What calls do.

use super::node::{Held, Node};
use super::{Handle, SafeHeap, Thing};
use heapproof::model::{Field, Kind, Object, Operation, Refusal, Value};

type Reply = Result<Value<Object>, Refusal>;

/// The contract's limit on how many objects live at once.
const CAPACITY: usize = 1_000_000;

impl SafeHeap {
    pub fn perform(&mut self, operation: &Operation<Object>) -> Reply {
        match operation {
            Operation::Table {} => self.make(Kind::Table, 0, &[]),
            Operation::Array { values } => self.make(Kind::Array, 0, values),
            Operation::Closure { function, values } => self.make(Kind::Closure, *function, values),
            Operation::Box { value } => self.make(Kind::Box, 0, std::slice::from_ref(value)),
            Operation::Scalar { value } => match value {
                Value::Reference(object) if self.is_alive(*object) => Err(Refusal::NotPlain),
                value => self.make(Kind::Scalar, 0, std::slice::from_ref(value)),
            },
            Operation::Chain { length } => self.chain(*length, false),
            Operation::Ring { length } => self.chain(*length, true),
            Operation::ReadField { object, field } => {
                let object = self.find(*object, Some(Kind::Table))?;
                Ok(self.place(object, field).map_or(Value::Nil, |place| self.value(object, place)))
            }
            Operation::ReadElement { object, index } => self.read(*object, Kind::Array, *index),
            Operation::ReadCapture { object, index } => self.read(*object, Kind::Closure, *index),
            Operation::ReadBox { object } => self.read(*object, Kind::Box, 0),
            Operation::Collect {} => {
                self.heap.gc();
                Ok(Value::Nil)
            }
            other => self.change(other),
        }
    }

    /// Operations that write, and those that move references of the mutator.
    fn change(&mut self, operation: &Operation<Object>) -> Reply {
        match operation {
            Operation::WriteField { object, field, value } => {
                let object = self.find(*object, Some(Kind::Table))?;
                match self.place(object, field) {
                    Some(place) => self.write(Some(object), Kind::Table, place as u32, value),
                    None => self.append(object, Some(field), value),
                }
            }
            Operation::WriteElement { object, index, value } => self.write(*object, Kind::Array, *index, value),
            Operation::WriteCapture { object, index, value } => self.write(*object, Kind::Closure, *index, value),
            Operation::WriteBox { object, value } => self.write(*object, Kind::Box, 0, value),
            Operation::Push { object, value } => {
                let object = self.find(*object, Some(Kind::Array))?;
                self.append(object, None, value)
            }
            Operation::Pop { object } => {
                let object = self.find(*object, Some(Kind::Array))?;
                let last = self.node(object).values.len().checked_sub(1).ok_or(Refusal::Index)?;
                Ok(self.take_out(object, last))
            }
            Operation::Remove { object, field } => {
                let object = self.find(*object, Some(Kind::Table))?;
                let place = self.place(object, field).ok_or(Refusal::Field)?;
                Ok(self.take_out(object, place))
            }
            Operation::Clear { object } => {
                let object = self.find(*object, None)?;
                if !matches!(self.node(object).kind, Kind::Table | Kind::Array) {
                    return Err(Refusal::Kind);
                }
                let node = self.node_mut(object);
                node.fields.clear();
                node.values.clear();
                Ok(Value::Nil)
            }
            Operation::Swap { object, index, other, place } => self.swap((*object, *index), (*other, *place)),
            Operation::Take { object: Some(object) } => {
                let object = self.find(Some(*object), None)?;
                self.hold(object);
                Ok(Value::Nil)
            }
            Operation::Drop { object: Some(object) } => {
                let object = self.find(Some(*object), None)?;
                self.things[object.index()].held.pop().ok_or(Refusal::NotHeld)?;
                Ok(Value::Nil)
            }
            _ => Ok(Value::Nil), // of nil: done
        }
    }

    pub fn node(&self, object: Object) -> &Node {
        self.things[object.index()].handle.get(&self.heap)
    }

    fn node_mut(&mut self, object: Object) -> &mut Node {
        self.things[object.index()].handle.get_mut(&mut self.heap)
    }

    fn is_alive(&self, object: Object) -> bool {
        self.things[object.index()].lives
    }

    /// The object, if it can be called so.
    fn find(&self, object: Option<Object>, kind: Option<Kind>) -> Result<Object, Refusal> {
        let object = object.ok_or(Refusal::Nil)?;
        if !self.is_alive(object) {
            return Err(Refusal::Stale);
        }
        if kind.is_some_and(|kind| kind != self.node(object).kind) { Err(Refusal::Kind) } else { Ok(object) }
    }

    fn place(&self, table: Object, field: &Field) -> Option<usize> {
        self.node(table).fields.iter().position(|one| one == field)
    }

    /// A value as the program sees it: the number stands in the node to which the handle leads.
    pub fn shown(&self, value: &Value<Handle>) -> Value<Object> {
        self.with(value, |handle| handle.get(&self.heap).number)
    }

    /// A value as it is stored.
    fn stored(&self, value: &Value<Object>) -> Result<Value<Handle>, Refusal> {
        if value.reference().is_some_and(|object| !self.is_alive(object)) {
            return Err(Refusal::StaleValue);
        }
        Ok(self.with(value, |object| self.things[object.index()].handle))
    }

    fn with<A: Copy, B>(&self, value: &Value<A>, reference: impl Fn(A) -> B) -> Value<B> {
        match value {
            Value::Nil => Value::Nil,
            Value::Bool(value) => Value::Bool(*value),
            Value::Char(value) => Value::Char(*value),
            Value::Int(value) => Value::Int(*value),
            Value::Float(value) => Value::Float(*value),
            Value::Text(value) => Value::Text(value.clone()),
            Value::Reference(value) => Value::Reference(reference(*value)),
        }
    }

    fn make(&mut self, kind: Kind, function: u32, values: &[Value<Object>]) -> Reply {
        let values = values.iter().map(|value| self.stored(value)).collect::<Result<Vec<_>, _>>()?;
        let number = Object(self.things.len() as u32);
        // The allocation may collect before the node is there that holds them.
        let handles: Vec<Handle> = values.iter().filter_map(Value::reference).filter(|_| self.roots_values).collect();
        let _rooted: Vec<Held> = handles.iter().map(|handle| handle.root(&self.heap)).collect();
        let mut node = Node::new(number, kind, &self.deaths);
        (node.function, node.values) = (function, values);
        let held = Held::new(&mut self.heap, node);
        self.things.push(Thing { handle: held.handle(), held: vec![held], lives: true });
        Ok(Value::Reference(number))
    }

    /// Tables, each in the field `next` of the one before; only the first remains held.
    fn chain(&mut self, length: u32, is_ring: bool) -> Reply {
        let living = self.things.iter().filter(|thing| thing.lives).count();
        if living + length as usize > CAPACITY {
            return Err(Refusal::Capacity);
        }
        let first = Object(self.things.len() as u32);
        for number in first.0..first.0 + length {
            self.make(Kind::Table, 0, &[])?;
            if number > first.0 {
                self.append(Object(number - 1), Some(&Field::common(0)), &Value::Reference(Object(number)))?;
                self.things[number as usize].held.clear();
            }
        }
        if length == 0 {
            return Ok(Value::Nil);
        }
        if is_ring {
            let last = Object(first.0 + length - 1);
            self.append(last, Some(&Field::common(0)), &Value::Reference(first))?;
        }
        Ok(Value::Reference(first))
    }

    fn value(&self, object: Object, place: usize) -> Value<Object> {
        self.shown(&self.node(object).values[place])
    }

    fn read(&self, object: Option<Object>, kind: Kind, index: u32) -> Reply {
        let object = self.find(object, Some(kind))?;
        let value = self.node(object).values.get(index as usize).ok_or(Refusal::Index)?;
        Ok(self.shown(value))
    }

    fn write(&mut self, object: Option<Object>, kind: Kind, index: u32, value: &Value<Object>) -> Reply {
        let object = self.find(object, Some(kind))?;
        self.node(object).values.get(index as usize).ok_or(Refusal::Index)?;
        let value = self.stored(value)?;
        self.node_mut(object).values[index as usize] = value;
        Ok(Value::Nil)
    }

    /// Of two reasons to refuse it the first in their order counts.
    fn swap(&mut self, one: (Option<Object>, u32), other: (Option<Object>, u32)) -> Reply {
        let element = |(object, index): (Option<Object>, u32)| {
            let object = self.find(object, Some(Kind::Array))?;
            let value = self.node(object).values.get(index as usize).ok_or(Refusal::Index)?;
            Ok((object, index as usize, value.clone()))
        };
        let (one, other) = match (element(one), element(other)) {
            (Ok(one), Ok(other)) => (one, other),
            (one, other) => return Err(one.err().into_iter().chain(other.err()).min().unwrap_or(Refusal::Index)),
        };
        self.node_mut(one.0).values[one.1] = other.2;
        self.node_mut(other.0).values[other.1] = one.2;
        Ok(Value::Nil)
    }

    fn append(&mut self, object: Object, field: Option<&Field>, value: &Value<Object>) -> Reply {
        let value = self.stored(value)?;
        let node = self.node_mut(object);
        node.fields.extend(field.cloned());
        node.values.push(value);
        Ok(Value::Nil)
    }

    /// Takes a value out, which the mutator holds then.
    fn take_out(&mut self, object: Object, place: usize) -> Value<Object> {
        let value = self.value(object, place);
        let node = self.node_mut(object);
        node.values.remove(place);
        if node.kind == Kind::Table {
            node.fields.remove(place);
        }
        if let Some(target) = value.reference() {
            self.hold(target);
        }
        value
    }

    fn hold(&mut self, object: Object) {
        let held = self.things[object.index()].handle.root(&self.heap);
        self.things[object.index()].held.push(held);
    }
}
