//! The kinds of operands. Resolves and renames the names in each.

use super::{Line, Operation};
use crate::fault::Fault;
use crate::value::{Field, Name, Object, Value};

/// What every kind of operand can do.
pub(crate) trait Operand: Sized {
    /// The operand with objects for names.
    type Resolved;
    fn resolve(&self, look_up: &dyn Fn(Name) -> Option<Object>) -> Option<Self::Resolved>;
    fn rename(&mut self, _each: &mut dyn FnMut(&mut Name)) {}
}

impl Operand for u32 {
    type Resolved = u32;

    fn resolve(&self, _: &dyn Fn(Name) -> Option<Object>) -> Option<u32> {
        Some(*self)
    }
}

impl Operand for i64 {
    type Resolved = i64;

    fn resolve(&self, _: &dyn Fn(Name) -> Option<Object>) -> Option<i64> {
        Some(*self)
    }
}

impl Operand for bool {
    type Resolved = bool;

    fn resolve(&self, _: &dyn Fn(Name) -> Option<Object>) -> Option<bool> {
        Some(*self)
    }
}

impl Operand for Field {
    type Resolved = Field;

    fn resolve(&self, _: &dyn Fn(Name) -> Option<Object>) -> Option<Field> {
        Some(self.clone())
    }
}

impl Operand for Option<Name> {
    type Resolved = Option<Object>;

    fn resolve(&self, look_up: &dyn Fn(Name) -> Option<Object>) -> Option<Option<Object>> {
        match self {
            Some(name) => look_up(*name).map(Some),
            None => Some(None),
        }
    }

    fn rename(&mut self, each: &mut dyn FnMut(&mut Name)) {
        if let Some(name) = self {
            each(name);
        }
    }
}

impl Operand for Value<Name> {
    type Resolved = Value<Object>;

    fn resolve(&self, look_up: &dyn Fn(Name) -> Option<Object>) -> Option<Value<Object>> {
        Some(match self {
            Value::Reference(name) => Value::Reference(look_up(*name)?),
            Value::Nil => Value::Nil,
            Value::Bool(value) => Value::Bool(*value),
            Value::Char(value) => Value::Char(*value),
            Value::Int(value) => Value::Int(*value),
            Value::Float(value) => Value::Float(*value),
            Value::Text(value) => Value::Text(value.clone()),
        })
    }

    fn rename(&mut self, each: &mut dyn FnMut(&mut Name)) {
        if let Value::Reference(name) = self {
            each(name);
        }
    }
}

impl Operand for Vec<Value<Name>> {
    type Resolved = Vec<Value<Object>>;

    fn resolve(&self, look_up: &dyn Fn(Name) -> Option<Object>) -> Option<Vec<Value<Object>>> {
        self.iter().map(|value| value.resolve(look_up)).collect()
    }

    fn rename(&mut self, each: &mut dyn FnMut(&mut Name)) {
        self.iter_mut().for_each(|value| value.rename(each));
    }
}

impl Operand for Box<Line> {
    type Resolved = Box<Line>;

    fn resolve(&self, _: &dyn Fn(Name) -> Option<Object>) -> Option<Box<Line>> {
        Some(self.clone())
    }

    fn rename(&mut self, each: &mut dyn FnMut(&mut Name)) {
        Line::rename(self, each);
    }
}

impl Operand for Box<Operation<Name>> {
    type Resolved = Box<Operation<Object>>;

    fn resolve(&self, look_up: &dyn Fn(Name) -> Option<Object>) -> Option<Self::Resolved> {
        Operation::resolve(self, look_up).map(Box::new)
    }

    fn rename(&mut self, each: &mut dyn FnMut(&mut Name)) {
        Operation::rename(self, each);
    }
}

/// An operation that [stores](super::Code::stores), as the operand of another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Store<R>(pub Box<Operation<R>>);

impl Operand for Store<Name> {
    type Resolved = Store<Object>;

    fn resolve(&self, look_up: &dyn Fn(Name) -> Option<Object>) -> Option<Self::Resolved> {
        self.0.resolve(look_up).map(Store)
    }

    fn rename(&mut self, each: &mut dyn FnMut(&mut Name)) {
        self.0.rename(each);
    }
}

impl Operand for Fault {
    type Resolved = Fault;

    fn resolve(&self, _: &dyn Fn(Name) -> Option<Object>) -> Option<Fault> {
        Some(*self)
    }
}
