//! The fields of a table that has no shape: names and values of its own.
//!
//! A removed field leaves a hole, so that removing costs the same wherever the field is, and the
//! holes are closed when they outnumber the fields. If there are more than a few places, holes
//! included, an index leads from names to places; else it is empty, and names are compared one by
//! one. So the number of places alone says whether there is an index.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::digest::{Digest, Parts};
use crate::footprint::{Reserved, texts};
use crate::object::next_reference;
use crate::shapes::FEW;
use crate::{ObjectId, Value};

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: Arc<str>,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    /// In order of insertion, with holes.
    pub(crate) fields: Vec<Option<Field>>,
    pub(crate) holes: usize,
    /// The place of each name, or nothing at all.
    pub(crate) index: HashMap<Arc<str>, usize>,
}

impl Directory {
    /// See [`crate::footprint`].
    pub(crate) fn reserved(&self) -> u64 {
        let Self { fields, holes: _, index } = self;
        let there = || fields.iter().flatten();
        let names = there().map(|field| field.name.reserved()).sum::<u64>();
        let values = texts(there().map(|field| &field.value));
        size_of::<Self>() as u64 + fields.reserved() + index.reserved() + names + values
    }

    /// One without fields, with room for so many; `None` where there is no memory for them.
    pub(crate) fn with_capacity(fields: usize) -> Option<Self> {
        let mut directory = Self::default();
        directory.fields.try_reserve_exact(fields).ok()?;
        directory.index.try_reserve(fields).ok()?;
        Some(directory)
    }

    /// One with the same names and other values, as many.
    pub(crate) fn with_values(&self, values: &[Value]) -> Self {
        let mut other = Self { fields: Vec::with_capacity(values.len()), ..Self::default() };
        for (field, value) in self.fields.iter().flatten().zip(values) {
            other.push(Arc::clone(&field.name), value.clone().normalized());
        }
        other
    }

    /// The number of fields.
    pub(crate) fn len(&self) -> usize {
        self.fields.len() - self.holes
    }

    /// The field at a place, if there is one.
    #[inline]
    pub(crate) fn at(&self, place: usize) -> Option<&Field> {
        self.fields.get(place)?.as_ref()
    }

    #[inline]
    pub(crate) fn at_mut(&mut self, place: usize) -> Option<&mut Field> {
        self.fields.get_mut(place)?.as_mut()
    }

    pub(crate) fn has_index(&self) -> bool {
        self.fields.len() > FEW
    }

    /// Where a name is.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        if self.has_index() {
            return self.index.get(name).copied();
        }
        let is_it = |field: &Option<Field>| field.as_ref().is_some_and(|field| *field.name == *name);
        self.fields.iter().position(is_it)
    }

    /// Adds a field, whose name must be a new one.
    pub(crate) fn push(&mut self, name: Arc<str>, value: Value) {
        let place = self.fields.len();
        self.fields.push(Some(Field { name: Arc::clone(&name), value }));
        if place == FEW {
            self.reindex();
        } else if self.has_index() {
            self.index.insert(name, place);
        }
    }

    /// Takes the field at a place out.
    pub(crate) fn remove(&mut self, place: usize) -> Option<Value> {
        let field = self.fields.get_mut(place)?.take()?;
        self.holes += 1;
        if self.fields.len() > 2 * self.len() {
            self.fields.retain(Option::is_some);
            self.fields.shrink_to(2 * self.fields.len());
            self.reindex();
        } else if self.has_index() {
            self.index.remove(&field.name);
        }
        Some(field.value)
    }

    /// Makes the index anew, from the fields, and counts the holes.
    pub(crate) fn reindex(&mut self) {
        self.holes = self.fields.iter().filter(|field| field.is_none()).count();
        self.index.clear();
        if self.has_index() {
            let places = self.fields.iter().zip(0..);
            let named = places.filter_map(|(field, place)| Some((Arc::clone(&field.as_ref()?.name), place)));
            self.index.extend(named);
        }
        self.index.shrink_to(self.fields.capacity());
    }

    /// The values, in order of insertion.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.fields.iter().flatten().map(|field| &field.value)
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self { fields, holes, index } = self;
        digest.part("directory.holes");
        digest.size(*holes);
        digest.part("directory.fields");
        digest.list(fields.iter(), |digest, field| {
            digest.list(field.iter(), |digest, Field { name, value }| {
                digest.text(name);
                digest.value(value);
            });
        });
        digest.part("directory.index");
        let in_order: BTreeMap<_, _> = index.iter().collect();
        digest.list(in_order.into_iter(), |digest, (name, place)| {
            digest.text(name);
            digest.size(*place);
        });
    }

    /// The first reference at a place or after it, and the place behind it.
    #[inline]
    pub(crate) fn next_reference(&self, place: usize) -> Option<(ObjectId, usize)> {
        next_reference(&self.fields, place, |field| field.as_ref()?.value.reference())
    }
}

#[cfg(test)]
mod tests {
    use super::{Directory, FEW};
    use crate::Value;

    fn directory(fields: usize) -> Directory {
        let mut directory = Directory::default();
        (0..fields).for_each(|number| directory.push(number.to_string().into(), Value::Int(number as i64)));
        directory
    }

    fn remove(directory: &mut Directory, name: usize) -> Option<Value> {
        let place = directory.place(&name.to_string())?;
        directory.remove(place)
    }

    fn assert_indexed(directory: &Directory) {
        let fields = || directory.fields.iter().enumerate().filter_map(|(place, it)| Some((place, it.as_ref()?)));
        assert_eq!(directory.len(), fields().count());
        let indexed = directory.fields.len() > FEW;
        assert_eq!(directory.index.len(), if indexed { directory.len() } else { 0 });
        for (place, field) in fields() {
            assert_eq!(directory.place(&field.name), Some(place));
            assert!(!indexed || directory.index[&field.name] == place);
        }
    }

    #[test]
    fn the_number_of_places_says_whether_there_is_an_index() {
        for size in 0..40 {
            let mut directory = directory(size);
            assert_indexed(&directory);
            for number in (0..size).step_by(2).chain((0..size).skip(1).step_by(2)) {
                assert_eq!(remove(&mut directory, number), Some(Value::Int(number as i64)));
                assert_eq!(remove(&mut directory, number), None);
                assert_indexed(&directory);
            }
            assert!(directory.fields.is_empty());
        }
    }

    #[test]
    fn a_large_directory_can_be_emptied_and_filled_again() {
        let mut directory = Directory::default();
        for round in 0..3 {
            for number in 0..20_000 {
                directory.push(format!("{number}").into(), Value::Int(number + round));
            }
            assert_indexed(&directory);
            for number in 0..20_000 {
                assert_eq!(remove(&mut directory, number as usize), Some(Value::Int(number + round)));
            }
            assert_eq!((directory.len(), directory.fields.len()), (0, 0));
        }
    }

    #[test]
    fn the_index_can_be_made_from_the_fields() {
        let mut directory = directory(20);
        remove(&mut directory, 3);
        directory.index.remove("7");
        directory.index.insert("nothing".into(), 3);
        directory.reindex();
        assert_indexed(&directory);
        assert_eq!(directory.place("nothing"), None);
    }
}
