//! Another heap under proof: tables on `std::rc`, which never frees a cycle.
//!
//! `cargo run --example your_heap -- check` finds this.

use heapproof::model::{Code, Field, Object, Operation, Refusal, Value};
use heapproof::subject::{Observation, Subject, SubjectKind};
use std::cell::RefCell;
use std::process::ExitCode;
use std::rc::{Rc, Weak};

/// Its name on the command line, and a function that makes an empty heap.
pub const RC: SubjectKind = SubjectKind::new("rc", "tables on std::rc", || Box::new(RcHeap::default()));

/// A table. It contains its number, so that a read can return the number.
struct Table {
    number: Object,
    fields: RefCell<Vec<(Field, Slot)>>,
}

enum Slot {
    Plain(Value<Object>),
    Reference(Rc<Table>),
}

/// All tables by number, to see which are dead, and the references to each table that the mutator holds.
#[derive(Default)]
struct RcHeap {
    tables: Vec<Weak<Table>>,
    held: Vec<Vec<Rc<Table>>>,
}

impl RcHeap {
    fn table(&self, object: Option<Object>) -> Result<Rc<Table>, Refusal> {
        let object = object.ok_or(Refusal::Nil)?;
        self.tables[object.index()].upgrade().ok_or(Refusal::Stale)
    }

    fn slot(&self, value: &Value<Object>) -> Result<Slot, Refusal> {
        match value {
            Value::Reference(object) => {
                Ok(Slot::Reference(self.table(Some(*object)).map_err(|_| Refusal::StaleValue)?))
            }
            plain => Ok(Slot::Plain(plain.clone())),
        }
    }
}

impl Subject for RcHeap {
    fn supports(&self, code: Code) -> bool {
        matches!(code, Code::Table | Code::ReadField | Code::WriteField | Code::Take | Code::Drop)
    }

    fn observes(&self, observation: Observation) -> bool {
        observation == Observation::Refusals
    }

    fn lives(&self, object: Object) -> bool {
        self.table(Some(object)).is_ok()
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        match operation {
            Operation::Table {} => {
                let number = Object(self.tables.len() as u32);
                let table = Rc::new(Table { number, fields: RefCell::default() });
                self.tables.push(Rc::downgrade(&table));
                self.held.push(vec![table]);
                return Ok(Value::Reference(number));
            }
            Operation::ReadField { object, field } => {
                let table = self.table(*object)?;
                return Ok(match table.fields.borrow().iter().find(|(have, _)| have == field) {
                    Some((_, Slot::Reference(target))) => Value::Reference(target.number),
                    Some((_, Slot::Plain(value))) => value.clone(),
                    None => Value::Nil,
                });
            }
            Operation::WriteField { object, field, value } => {
                let (table, slot) = (self.table(*object)?, self.slot(value)?);
                let mut fields = table.fields.borrow_mut();
                match fields.iter_mut().find(|(have, _)| have == field) {
                    Some((_, old)) => *old = slot,
                    None => fields.push((field.clone(), slot)),
                }
            }
            Operation::Take { object: Some(object) } => {
                let table = self.table(Some(*object))?;
                self.held[object.index()].push(table);
            }
            Operation::Drop { object: Some(object) } => {
                self.table(Some(*object))?;
                self.held[object.index()].pop().ok_or(Refusal::NotHeld)?;
            }
            _ => {}
        }
        Ok(Value::Nil)
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[RC])
}
