//! The operands of an operation one by one, for code that changes programs.

use super::{Code, Line, Operation, Store};
use crate::fault::Fault;
use crate::value::{Field, Name, Value};

/// An operand of a program's operation, by its kind.
#[derive(Debug)]
pub enum Part<'a> {
    /// An index, a length, a budget, a setting.
    Number(&'a mut u32),
    /// A count that is expected; a log can have one below zero.
    Count(&'a mut i64),
    /// On or off.
    Switch(&'a mut bool),
    /// The field of a table.
    Field(&'a mut Field),
    /// The object that the operation is done to; `None` is nil.
    Object(&'a mut Option<Name>),
    /// A value to be stored.
    Value(&'a mut Value<Name>),
    /// The values of a new array or closure.
    Values(&'a mut Vec<Value<Name>>),
    /// A line of a finalizer.
    Line(&'a mut Line),
    /// The allocation of a temporary.
    Allocation(&'a mut Operation<Name>),
    /// The write of a `transfer`.
    Store(&'a mut Operation<Name>),
    /// A way to damage the heap.
    Fault(&'a mut Fault),
}

/// An operand as a part.
pub(crate) trait AsPart {
    /// The simplest operand of its kind.
    fn simplest() -> Self;
    fn part(&mut self) -> Part<'_>;
}

macro_rules! as_part {
    ($($type:ty: $part:ident, $simplest:expr;)*) => {
        $(impl AsPart for $type {
            fn simplest() -> Self {
                $simplest
            }

            fn part(&mut self) -> Part<'_> {
                Part::$part(self)
            }
        })*
    };
}

as_part! {
    u32: Number, 0;
    i64: Count, 0;
    bool: Switch, false;
    Field: Field, Field::common(0);
    Option<Name>: Object, None;
    Value<Name>: Value, Value::Nil;
    Vec<Value<Name>>: Values, Vec::new();
    Box<Line>: Line, Box::new(Line { bind: None, operation: Operation::Collect {} });
    Box<Operation<Name>>: Allocation, Box::new(Operation::Table {});
    Fault: Fault, Fault::ExternalHigh;
}

impl AsPart for Store<Name> {
    fn simplest() -> Self {
        Store(Box::new(Operation::simplest(Code::WriteField)))
    }

    fn part(&mut self) -> Part<'_> {
        Part::Store(&mut self.0)
    }
}
