//! The heap as heapproof sees it: an adapter between its operations and the heap's own functions.

use heapproof::model::{Code, Contents, Counts, Field, Kind, Object, Operation, Refusal, Value};
use heapproof::subject::{Observation, Subject, SubjectKind};
use my_heap::{Heap, Id, Refused};

/// Its name on the command line, and a function that makes an empty heap.
pub const MY_HEAP: SubjectKind =
    SubjectKind::new("my-heap", "tables, counted references, a collection of cycles", || Box::new(Adapter::default()));

/// The heap, and the ids of its tables by the numbers that the harness gives them.
#[derive(Default)]
struct Adapter {
    heap: Heap<Value<Object>>,
    ids: Vec<Id>,
}

impl Adapter {
    fn id(&self, object: Option<Object>) -> Result<Id, Refusal> {
        object.map(|object| self.ids[object.index()]).ok_or(Refusal::Nil)
    }

    fn inward(&self, value: &Value<Object>) -> my_heap::Value<Value<Object>> {
        match value {
            Value::Reference(object) => my_heap::Value::Reference(self.ids[object.index()]),
            plain => my_heap::Value::Plain(plain.clone()),
        }
    }

    fn outward(&self, value: &my_heap::Value<Value<Object>>) -> Value<Object> {
        match value {
            my_heap::Value::Plain(plain) => plain.clone(),
            // Ids rise with the numbers.
            my_heap::Value::Reference(id) => {
                self.ids.binary_search(id).map_or(Value::Nil, |number| Value::Reference(Object(number as u32)))
            }
        }
    }
}

fn refusal(refused: Refused) -> Refusal {
    match refused {
        Refused::Dead => Refusal::Stale,
        Refused::DeadValue => Refusal::StaleValue,
        Refused::NoField => Refusal::Field,
        Refused::NotHeld => Refusal::NotHeld,
    }
}

impl Subject for Adapter {
    fn supports(&self, code: Code) -> bool {
        matches!(
            code,
            Code::Table | Code::ReadField | Code::WriteField | Code::Remove | Code::Take | Code::Drop | Code::Collect
        )
    }

    fn observes(&self, observation: Observation) -> bool {
        matches!(observation, Observation::Refusals | Observation::Contents | Observation::Counts)
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        match operation {
            Operation::Table {} => {
                self.ids.push(self.heap.table());
                return Ok(Value::Reference(Object(self.ids.len() as u32 - 1)));
            }
            Operation::ReadField { object, field } => {
                let found = self.heap.get(self.id(*object)?, field.as_str()).map_err(refusal)?;
                return Ok(found.map_or(Value::Nil, |value| self.outward(value)));
            }
            Operation::WriteField { object, field, value } => {
                let (id, value) = (self.id(*object)?, self.inward(value));
                self.heap.set(id, field.as_str(), value).map_err(refusal)?;
            }
            Operation::Remove { object, field } => {
                let removed = self.heap.remove(self.id(*object)?, field.as_str()).map_err(refusal)?;
                return Ok(self.outward(&removed));
            }
            // `take nil` and `drop nil` are done, not refused.
            Operation::Take { object: Some(object) } => self.heap.hold(self.id(Some(*object))?).map_err(refusal)?,
            Operation::Drop { object: Some(object) } => self.heap.release(self.id(Some(*object))?).map_err(refusal)?,
            Operation::Collect {} => {
                self.heap.collect();
            }
            _ => {}
        }
        Ok(Value::Nil)
    }

    fn lives(&self, object: Object) -> bool {
        self.heap.lives(self.ids[object.index()])
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        let fields = self.heap.fields(self.ids[object.index()]).unwrap_or_default();
        *contents = Contents {
            kind: Kind::Table,
            function: 0,
            fields: fields.iter().filter_map(|(name, _)| Field::new(name)).collect(),
            values: fields.iter().map(|(_, value)| self.outward(value)).collect(),
            target: None,
        };
    }

    fn counts(&self, object: Object) -> Counts {
        let counts = self.heap.counts(self.ids[object.index()]);
        counts.map_or_else(
            |_| Counts::default(),
            |counts| Counts { external: counts.external, internal: counts.internal, weak: 0 },
        )
    }
}
