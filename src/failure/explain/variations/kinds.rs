//! Finds objects that may be of another kind.
//!
//! The kind of an object is changed by replacing its allocation and every read and write of it. A place in it becomes a
//! field, an element, a capture, or the value of a box. An object that is pushed to, popped from or upgraded keeps its
//! kind.

use super::Trial;
use crate::failure::explain::sides::kind_in_words;
use heapproof_model::{Field, Kind, Line, Name, Operation, Store, Value};

/// The kinds that hold references, and scalars.
const KINDS: [Kind; 5] = [Kind::Table, Kind::Box, Kind::Array, Kind::Closure, Kind::Scalar];

impl Trial<'_> {
    /// Whether the object that a line allocates may be of other kinds.
    pub(super) fn kind(&mut self, index: usize) -> Option<String> {
        let line = &self.program.lines()[index];
        let name = line.bind?;
        let (kind, initial) = allocated(&line.operation)?;
        let (mut tried, mut free) = (0, Vec::new());
        for other in KINDS.into_iter().filter(|other| *other != kind) {
            let Some(lines) = with_kind(self.program.lines(), index, name, &initial, other) else { continue };
            tried += 1;
            if self.fails(lines) {
                free.push(kind_in_words(other));
            }
        }
        match free.len() {
            0 => None,
            free if free == tried && tried == KINDS.len() - 1 => Some("any kind".to_owned()),
            free if free == tried && tried > 1 => Some("any kind that holds as much".to_owned()),
            _ => Some(format!("also {}", free.join(" or "))),
        }
    }
}

/// The kind and the values of an allocation; `None` for weak objects.
fn allocated(operation: &Operation<Name>) -> Option<(Kind, Vec<Value<Name>>)> {
    Some(match operation {
        Operation::Table {} => (Kind::Table, Vec::new()),
        Operation::Box { value } => (Kind::Box, vec![value.clone()]),
        Operation::Array { values } => (Kind::Array, values.clone()),
        Operation::Closure { values, .. } => (Kind::Closure, values.clone()),
        Operation::Scalar { value } => (Kind::Scalar, vec![value.clone()]),
        Operation::Temp { allocation } => return allocated(allocation),
        _ => return None,
    })
}

/// The lines with that object of another kind; `None` where that is not possible.
fn with_kind(lines: &[Line], index: usize, name: Name, initial: &[Value<Name>], kind: Kind) -> Option<Vec<Line>> {
    let mut places = Places { name, kind, fields: Vec::new(), most: initial.len() };
    let mut lines = lines.to_vec();
    for line in &mut lines {
        places.replace(&mut line.operation)?;
    }
    let mut values = initial.to_vec();
    values.resize(places.most.max(values.len()), Value::Nil);
    let plain = values.iter().all(|value| value.reference().is_none());
    let allocation = match kind {
        Kind::Table if values.iter().all(|value| *value == Value::Nil) => Operation::Table {},
        Kind::Array => Operation::Array { values },
        Kind::Closure => Operation::Closure { function: 0, values },
        Kind::Box if values.len() <= 1 => Operation::Box { value: values.pop().unwrap_or(Value::Nil) },
        Kind::Scalar if plain && values.len() <= 1 => Operation::Scalar { value: values.pop().unwrap_or(Value::Nil) },
        _ => return None,
    };
    match &mut lines[index].operation {
        Operation::Temp { allocation: temporary } => **temporary = allocation,
        plain => *plain = allocation,
    }
    Some(lines)
}

/// The places of an object that are read and written.
struct Places {
    name: Name,
    kind: Kind,
    /// The fields that stand for places, in order of appearance.
    fields: Vec<Field>,
    /// How many places it has.
    most: usize,
}

impl Places {
    /// Replaces a read or write of the object by that of the other kind; `None` where there is none.
    fn replace(&mut self, operation: &mut Operation<Name>) -> Option<()> {
        let replaced = match &*operation {
            Operation::On { .. } | Operation::When { .. } => {
                return operation.armed_mut().and_then(|line| self.replace(&mut line.operation));
            }
            Operation::Transfer { store } => {
                let mut inner = (*store.0).clone();
                self.replace(&mut inner)?;
                Operation::Transfer { store: Store(Box::new(inner)) }
            }
            Operation::ReadField { object, field } if self.is(*object) => {
                let place = self.place_of(field);
                self.read(place)?
            }
            Operation::ReadElement { object, index } | Operation::ReadCapture { object, index } if self.is(*object) => {
                self.read(*index as usize)?
            }
            Operation::ReadBox { object } if self.is(*object) => self.read(0)?,
            Operation::WriteField { object, field, value } if self.is(*object) => {
                let place = self.place_of(field);
                self.write(place, value.clone())?
            }
            Operation::WriteElement { object, index, value } | Operation::WriteCapture { object, index, value }
                if self.is(*object) =>
            {
                self.write(*index as usize, value.clone())?
            }
            Operation::WriteBox { object, value } if self.is(*object) => self.write(0, value.clone())?,
            Operation::Push { object, .. }
            | Operation::Pop { object }
            | Operation::Remove { object, .. }
            | Operation::Length { object }
            | Operation::RemoveElement { object, .. }
            | Operation::SwapRemove { object, .. }
            | Operation::Insert { object, .. }
            | Operation::Truncate { object, .. }
            | Operation::Fill { object, .. }
            | Operation::Clear { object }
                if self.is(*object) =>
            {
                return None;
            }
            Operation::Swap { object, other, .. } if self.is(*object) || self.is(*other) => return None,
            Operation::TableLike { like, .. } if self.is(*like) => return None,
            _ => return Some(()),
        };
        *operation = replaced;
        Some(())
    }

    fn is(&self, object: Option<Name>) -> bool {
        object == Some(self.name)
    }

    fn place_of(&mut self, field: &Field) -> usize {
        self.fields.iter().position(|known| known == field).unwrap_or_else(|| {
            self.fields.push(field.clone());
            self.fields.len() - 1
        })
    }

    fn count(&mut self, place: usize) -> Option<u32> {
        self.most = self.most.max(place + 1);
        let fits = place < 8 && (self.kind != Kind::Box || place == 0) && self.kind != Kind::Scalar;
        fits.then_some(place as u32)
    }

    fn read(&mut self, place: usize) -> Option<Operation<Name>> {
        let (object, index) = (Some(self.name), self.count(place)?);
        Some(match self.kind {
            Kind::Table => Operation::ReadField { object, field: Field::common(place) },
            Kind::Array => Operation::ReadElement { object, index },
            Kind::Closure => Operation::ReadCapture { object, index },
            _ => Operation::ReadBox { object },
        })
    }

    fn write(&mut self, place: usize, value: Value<Name>) -> Option<Operation<Name>> {
        let (object, index) = (Some(self.name), self.count(place)?);
        Some(match self.kind {
            Kind::Table => Operation::WriteField { object, field: Field::common(place), value },
            Kind::Array => Operation::WriteElement { object, index, value },
            Kind::Closure => Operation::WriteCapture { object, index, value },
            _ => Operation::WriteBox { object, value },
        })
    }
}
