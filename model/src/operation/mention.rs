//! Finds the objects that the operands of a call name.

use super::{Line, Operation, Store};
use crate::fault::Fault;
use crate::value::{Field, Object, Value};

/// An operand whose names have become objects.
pub(crate) trait Mention {
    /// Calls `each` with every object that it names.
    fn mention(&self, _each: &mut dyn FnMut(Object)) {}
}

impl Mention for u32 {}
impl Mention for bool {}
impl Mention for i64 {}
impl Mention for Field {}
impl Mention for Fault {}
/// A finalizer's line names no objects before it runs.
impl Mention for Box<Line> {}

impl Mention for Option<Object> {
    fn mention(&self, each: &mut dyn FnMut(Object)) {
        self.iter().copied().for_each(each);
    }
}

impl Mention for Value<Object> {
    fn mention(&self, each: &mut dyn FnMut(Object)) {
        self.reference().mention(each);
    }
}

impl Mention for Vec<Value<Object>> {
    fn mention(&self, each: &mut dyn FnMut(Object)) {
        self.iter().for_each(|value| value.mention(each));
    }
}

impl Mention for Box<Operation<Object>> {
    fn mention(&self, each: &mut dyn FnMut(Object)) {
        self.objects().into_iter().for_each(each);
    }
}

impl Mention for Store<Object> {
    fn mention(&self, each: &mut dyn FnMut(Object)) {
        self.0.objects().into_iter().for_each(each);
    }
}
