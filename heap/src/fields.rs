//! The fields of a table: names and values, in the order in which they were first stored.
//!
//! A table of a few fields is a list, cut to measure and searched from its beginning: comparing
//! a handful of names is faster than any index. A table of many has an index from names to places.
//! There, a removed field leaves a hole, so that removing costs the same wherever the field is,
//! and the holes are closed when they outnumber the fields.

mod integrity;

use std::collections::HashMap;
use std::sync::Arc;

use crate::object::next_reference;
use crate::{ObjectId, Value};

pub(crate) use integrity::IndexFault;

/// The most fields that are searched without an index.
const FEW: usize = 12;

#[derive(Clone, Debug)]
pub(crate) struct Field {
    name: Arc<str>,
    value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Table {
    Few(Box<[Field]>),
    Many(Box<Directory>),
}

impl Table {
    pub(crate) fn new() -> Self {
        Self::Few(Box::default())
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Few(few) => few.len(),
            Self::Many(many) => many.places.len(),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Few(few) => few.iter().find(|field| *field.name == *name).map(|field| &field.value),
            Self::Many(many) => many.get(name),
        }
    }

    /// Stores a value and returns the one that was there, if the field was.
    pub(crate) fn set(&mut self, name: &str, value: Value) -> Option<Value> {
        match self {
            Self::Few(few) => {
                if let Some(field) = few.iter_mut().find(|field| *field.name == *name) {
                    return Some(std::mem::replace(&mut field.value, value));
                }
                let mut list = std::mem::take(few).into_vec();
                list.reserve_exact(1);
                list.push(Field { name: name.into(), value });
                *self = if list.len() > FEW {
                    Self::Many(Box::new(Directory::new(list)))
                } else {
                    Self::Few(list.into_boxed_slice())
                };
                None
            }
            Self::Many(many) => many.set(name, value),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<Value> {
        match self {
            Self::Few(few) => {
                let place = few.iter().position(|field| *field.name == *name)?;
                let mut list = std::mem::take(few).into_vec();
                let field = list.remove(place);
                *few = list.into_boxed_slice();
                Some(field.value)
            }
            Self::Many(many) => many.remove(name),
        }
    }

    /// The field at a place, if there is one; none beyond the last place.
    fn at(&self, place: usize) -> Option<&Field> {
        match self {
            Self::Few(few) => few.get(place),
            Self::Many(many) => many.fields.get(place)?.as_ref(),
        }
    }

    /// The number of places, holes included.
    fn places(&self) -> usize {
        match self {
            Self::Few(few) => few.len(),
            Self::Many(many) => many.fields.len(),
        }
    }

    /// The first reference at a place or after it, and the place behind it.
    #[inline]
    pub(crate) fn next_reference(&self, place: usize) -> Option<(ObjectId, usize)> {
        match self {
            Self::Few(few) => next_reference(few, place, |field| field.value.reference()),
            Self::Many(many) => next_reference(&many.fields, place, |field| field.as_ref()?.value.reference()),
        }
    }
}

/// A table of many fields.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    /// In order of insertion, with holes.
    fields: Vec<Option<Field>>,
    places: HashMap<Arc<str>, usize>,
}

impl Directory {
    fn new(fields: Vec<Field>) -> Self {
        let mut directory = Self { fields: fields.into_iter().map(Some).collect(), places: HashMap::new() };
        directory.index();
        directory
    }

    fn index(&mut self) {
        self.places =
            (self.fields.iter().flatten().enumerate()).map(|(place, field)| (Arc::clone(&field.name), place)).collect();
    }

    fn get(&self, name: &str) -> Option<&Value> {
        let field = self.fields.get(*self.places.get(name)?)?;
        field.as_ref().map(|field| &field.value)
    }

    fn set(&mut self, name: &str, value: Value) -> Option<Value> {
        let place = self.places.get(name).copied();
        let field = place.and_then(|place| self.fields.get_mut(place)?.as_mut());
        if let Some(field) = field {
            return Some(std::mem::replace(&mut field.value, value));
        }
        let name: Arc<str> = name.into();
        self.places.insert(Arc::clone(&name), self.fields.len());
        self.fields.push(Some(Field { name, value }));
        None
    }

    fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.places.remove(name)?;
        let field = self.fields.get_mut(place)?.take();
        if self.fields.len() > 2 * self.places.len() {
            self.fields.retain(Option::is_some);
            self.index();
        }
        field.map(|field| field.value)
    }
}

/// The fields of a table, to be looked at in order of insertion.
///
/// ```
/// use heapproof_heap::{Heap, Value, View};
///
/// let mut heap = Heap::<()>::new();
/// let point = heap.allocate_table()?;
/// heap.set_field(point, "x", Value::Int(3))?;
/// heap.set_field(point, "y", Value::Int(4))?;
/// let Some(View::Table(fields)) = heap.object(point) else { unreachable!() };
/// let names: Vec<&str> = fields.iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["x", "y"]);
/// # Ok::<(), heapproof_heap::HeapError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(&'a Table);

impl<'a> Fields<'a> {
    pub(crate) fn new(table: &'a Table) -> Self {
        Self(table)
    }

    /// The number of fields.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value of a field, or none if there is no such field.
    #[must_use]
    pub fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    /// Names and values, in order of insertion.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        (0..self.0.places()).filter_map(move |place| self.0.at(place)).map(|field| (&*field.name, &field.value))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, Table};
    use crate::Value;

    fn numbers(table: &Table) -> Vec<i64> {
        let number = |(_, value): (&str, &Value)| match value {
            Value::Int(number) => *number,
            _ => -1,
        };
        Fields::new(table).iter().map(number).collect()
    }

    #[test]
    fn fields_keep_their_order_in_small_and_large_tables() {
        for size in [1, 5, 12, 13, 40, 1000] {
            let mut table = Table::new();
            for number in 0..size {
                assert_eq!(table.set(&format!("f{number}"), Value::Int(number)), None);
            }
            assert_eq!(table.len(), size as usize);
            assert_eq!(numbers(&table), (0..size).collect::<Vec<_>>());
            for number in (0..size).step_by(2) {
                let removed = table.remove(&format!("f{number}"));
                assert_eq!(removed, Some(Value::Int(number)));
            }
            assert_eq!(table.remove("f0"), None);
            let odd: Vec<i64> = (0..size).filter(|number| number % 2 == 1).collect();
            assert_eq!(numbers(&table), odd);
            assert_eq!(table.set("f0", Value::Int(size)), None);
            assert_eq!(table.set("f0", Value::Int(0)), Some(Value::Int(size)));
            assert_eq!(numbers(&table).last(), Some(&0));
            assert_eq!(table.get("f0"), Some(&Value::Int(0)));
        }
    }

    #[test]
    fn a_large_table_can_be_emptied_and_filled_again() {
        let mut table = Table::new();
        for round in 0..3 {
            for number in 0..20_000 {
                table.set(&format!("{number}"), Value::Int(number + round));
            }
            assert_eq!(table.get("19999"), Some(&Value::Int(19_999 + round)));
            for number in 0..20_000 {
                assert_eq!(table.remove(&format!("{number}")), Some(Value::Int(number + round)));
            }
            assert_eq!(table.len(), 0);
            assert_eq!(table.get("0"), None);
        }
        assert_eq!(table.places(), 0);
    }
}
