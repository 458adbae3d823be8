//! The fields of a table: names and values, in the order in which they were first stored.
//!
//! A table of a few fields has a shape, which says their names, and a list of their values, cut to
//! measure. One that fits no [shape](crate::shapes), for it has many fields or because there are
//! too many shapes already, has a [directory](crate::directory) until it dies or is cleared.

use std::fmt;
use std::sync::Arc;

use crate::digest::{Digest, Parts};
use crate::directory::Directory;
use crate::object::next_reference;
use crate::shapes::{NO_SHAPE, Shapes};
use crate::spare::Spare;
use crate::symbols::FieldName;
use crate::write::LONGEST;
use crate::{FieldSite, HeapError, ObjectId, Value};

/// The values of a table, by place.
#[derive(Debug)]
pub(crate) enum Values {
    /// As many as the table's shape has names, in the same order.
    Shaped(Box<[Value]>),
    /// The table's shape is [`NO_SHAPE`].
    Directory(Box<Directory>),
}

impl Clone for Values {
    fn clone(&self) -> Self {
        match self {
            Self::Shaped(values) => Self::Shaped(values.clone()),
            Self::Directory(directory) => Self::Directory(directory.clone()),
        }
    }

    fn clone_from(&mut self, source: &Self) {
        match (&mut *self, source) {
            (Self::Shaped(values), Self::Shaped(others)) => values.clone_from(others),
            _ => *self = source.clone(),
        }
    }
}

impl Default for Values {
    fn default() -> Self {
        Self::Shaped(Box::default())
    }
}

impl Values {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Shaped(values) => values.len(),
            Self::Directory(directory) => directory.len(),
        }
    }

    /// The number of places, holes included.
    pub(crate) fn places(&self) -> usize {
        match self {
            Self::Shaped(values) => values.len(),
            Self::Directory(directory) => directory.fields.len(),
        }
    }

    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<&Value> {
        match self {
            Self::Shaped(values) => values.get(place),
            Self::Directory(directory) => directory.at(place).map(|field| &field.value),
        }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut Value> {
        match self {
            Self::Shaped(values) => values.get_mut(place),
            Self::Directory(directory) => directory.at_mut(place).map(|field| &mut field.value),
        }
    }

    /// The values, in order of insertion.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let (shaped, directory) = match self {
            Self::Shaped(values) => (Some(values.iter_mut()), None),
            Self::Directory(directory) => (None, Some(directory.fields.iter_mut().flatten())),
        };
        let listed = directory.into_iter().flatten().map(|field| &mut field.value);
        shaped.into_iter().flatten().chain(listed)
    }

    /// The values by themselves, in order of insertion.
    pub(crate) fn into_list(self) -> Vec<Value> {
        match self {
            Self::Shaped(values) => values.into_vec(),
            Self::Directory(directory) => directory.fields.into_iter().flatten().map(|field| field.value).collect(),
        }
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        match self {
            Self::Shaped(values) => digest.list(values.iter(), |digest, value| digest.value(value)),
            Self::Directory(directory) => directory.digest(digest),
        }
    }

    /// The first reference at a place or after it, and the place behind it.
    #[inline]
    pub(crate) fn next_reference(&self, place: usize) -> Option<(ObjectId, usize)> {
        match self {
            Self::Shaped(values) => next_reference(values, place, Value::reference),
            Self::Directory(directory) => directory.next_reference(place),
        }
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
#[derive(Clone, Copy)]
pub struct Fields<'a> {
    pub(crate) shapes: &'a Shapes,
    pub(crate) shape: u32,
    pub(crate) values: &'a Values,
}

impl<'a> Fields<'a> {
    /// The number of fields.
    #[must_use]
    pub fn len(self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value of a field, or none if there is no such field.
    #[must_use]
    pub fn get<'n>(self, name: impl Into<FieldName<'n>>) -> Option<&'a Value> {
        self.values.get(self.place(name.into())?)
    }

    /// As [`get`](Self::get), by the name of a site.
    #[inline]
    pub(crate) fn get_at(self, site: &mut FieldSite) -> Option<&'a Value> {
        self.values.get(site.place(self)?)
    }

    /// Where a name is.
    #[inline(always)]
    pub(crate) fn place(self, name: FieldName<'_>) -> Option<usize> {
        match self.values {
            Values::Shaped(_) => self.shapes.place(self.shape, name),
            Values::Directory(directory) => directory.place(name.as_str()),
        }
    }

    /// The field at a place; none in a hole.
    fn at(self, place: usize) -> Option<(&'a str, &'a Value)> {
        match self.values {
            Values::Shaped(values) => Some((self.shapes.names(self.shape).get(place)?.as_str(), values.get(place)?)),
            Values::Directory(directory) => directory.at(place).map(|field| (&*field.name, &field.value)),
        }
    }

    /// Names and values, in order of insertion.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        (0..self.values.places()).filter_map(move |place| self.at(place))
    }
}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// The fields of a table, to be changed.
pub(crate) struct FieldsMut<'a> {
    pub(crate) shapes: &'a mut Shapes,
    pub(crate) spare: &'a mut Spare,
    pub(crate) shape: &'a mut u32,
    pub(crate) values: &'a mut Values,
}

impl FieldsMut<'_> {
    #[inline]
    pub(crate) fn view(&self) -> Fields<'_> {
        Fields { shapes: self.shapes, shape: *self.shape, values: self.values }
    }

    /// Stores a value and returns the one that was there, if the field was; refused if there is
    /// no room for a new field.
    pub(crate) fn set(&mut self, name: FieldName<'_>, value: Value) -> Result<Option<Value>, HeapError> {
        let place = self.view().place(name);
        if let Some(field) = place.and_then(|place| self.values.get_mut(place)) {
            return Ok(Some(std::mem::replace(field, value)));
        }
        self.add(name.as_str(), value)?;
        Ok(None)
    }

    /// As [`set`](Self::set), by the name of a site.
    #[inline]
    pub(crate) fn set_at(&mut self, site: &mut FieldSite, value: Value) -> Result<Option<Value>, HeapError> {
        let place = site.place(self.view());
        if let Some(field) = place.and_then(|place| self.values.get_mut(place)) {
            return Ok(Some(std::mem::replace(field, value)));
        }
        self.add_at(site, value)?;
        Ok(None)
    }

    /// Adds the field of a site, which the table has not.
    fn add_at(&mut self, site: &mut FieldSite, value: Value) -> Result<(), HeapError> {
        if let Values::Shaped(values) = self.values
            && let Some(grown) = site.growth(self.shapes, *self.shape)
        {
            self.spare.append(values, value);
            *self.shape = grown;
            return Ok(());
        }
        let before = *self.shape;
        self.add(site.shared_name(), value)?;
        site.learn_growth(self.shapes, before, *self.shape);
        Ok(())
    }

    /// Adds a field, whose name must be a new one.
    fn add(&mut self, name: impl AsRef<str> + Into<Arc<str>>, value: Value) -> Result<(), HeapError> {
        match self.values {
            Values::Shaped(values) => match self.shapes.grow(*self.shape, name.as_ref()) {
                Some(grown) => {
                    self.spare.append(values, value);
                    *self.shape = grown;
                }
                None => self.become_directory(|directory| directory.push(name.into(), value)),
            },
            Values::Directory(directory) if directory.len() >= LONGEST => return Err(HeapError::Capacity),
            Values::Directory(directory) => directory.push(name.into(), value),
        }
        Ok(())
    }

    /// Takes a field out and returns its value.
    pub(crate) fn remove(&mut self, name: FieldName<'_>) -> Option<Value> {
        let place = self.view().place(name)?;
        match self.values {
            Values::Shaped(values) if place < values.len() => match self.shapes.without(*self.shape, place) {
                Some(rest) => {
                    *self.shape = rest;
                    self.spare.take_out(values, place)
                }
                None => self.become_directory(|directory| directory.remove(place)),
            },
            Values::Shaped(_) => None,
            Values::Directory(directory) => directory.remove(place),
        }
    }

    /// Gives up the shape, and changes the directory that takes its place.
    #[cold]
    fn become_directory<T>(&mut self, change: impl FnOnce(&mut Directory) -> T) -> T {
        let mut directory = Directory::default();
        if let Values::Shaped(values) = self.values {
            for (name, value) in self.shapes.names(*self.shape).iter().zip(std::mem::take(values)) {
                directory.push(Arc::clone(name.name()), value);
            }
        }
        let result = change(&mut directory);
        *self.shape = NO_SHAPE;
        *self.values = Values::Directory(Box::new(directory));
        result
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, FieldsMut, Values};
    use crate::shapes::{FEW, LONGEST_NAME, MOST_SHAPES, NO_SHAPE, Shapes};
    use crate::spare::Spare;
    use crate::{FieldSite, Value};

    struct Table {
        shapes: Shapes,
        spare: Spare,
        shape: u32,
        values: Values,
    }

    impl Table {
        fn new() -> Self {
            Self { shapes: Shapes::default(), spare: Spare::default(), shape: Shapes::EMPTY, values: Values::default() }
        }

        fn view(&self) -> Fields<'_> {
            Fields { shapes: &self.shapes, shape: self.shape, values: &self.values }
        }

        fn edit(&mut self) -> FieldsMut<'_> {
            FieldsMut {
                shapes: &mut self.shapes,
                spare: &mut self.spare,
                shape: &mut self.shape,
                values: &mut self.values,
            }
        }

        fn numbers(&self) -> Vec<i64> {
            let number = |(_, value): (&str, &Value)| match value {
                Value::Int(number) => *number,
                _ => -1,
            };
            self.view().iter().map(number).collect()
        }

        fn is_shaped(&self) -> bool {
            let shaped = matches!(self.values, Values::Shaped(_));
            assert_eq!(self.shape != NO_SHAPE, shaped);
            shaped
        }
    }

    #[test]
    fn a_table_is_empty_until_it_has_a_field() {
        let mut table = Table::new();
        assert!(table.view().is_empty());
        table.edit().set("x".into(), Value::Int(1)).unwrap();
        assert!(!table.view().is_empty());
    }

    #[test]
    fn fields_keep_their_order_in_small_and_large_tables() {
        for size in [1, 5, 12, 13, 40, 1000] {
            let mut table = Table::new();
            for number in 0..size {
                assert_eq!(table.edit().set((&format!("f{number}")).into(), Value::Int(number)), Ok(None));
            }
            assert_eq!(table.view().len(), size as usize);
            assert_eq!(table.numbers(), (0..size).collect::<Vec<_>>());
            for number in (0..size).step_by(2) {
                let removed = table.edit().remove((&format!("f{number}")).into());
                assert_eq!(removed, Some(Value::Int(number)));
            }
            assert_eq!(table.edit().remove("f0".into()), None);
            let odd: Vec<i64> = (0..size).filter(|number| number % 2 == 1).collect();
            assert_eq!(table.numbers(), odd);
            assert_eq!(table.edit().set("f0".into(), Value::Int(size)), Ok(None));
            assert_eq!(table.edit().set("f0".into(), Value::Int(0)), Ok(Some(Value::Int(size))));
            assert_eq!(table.numbers().last(), Some(&0));
            assert_eq!(table.view().get("f0"), Some(&Value::Int(0)));
        }
    }

    #[test]
    fn a_table_of_few_fields_takes_16_bytes_for_each() {
        let mut table = Table::new();
        for fields in 0..=FEW {
            let Values::Shaped(values) = &table.values else { panic!("{fields} fields have a shape") };
            println!("{fields} fields: {} bytes", size_of_val::<[Value]>(values));
            assert_eq!(size_of_val::<[Value]>(values), 16 * fields);
            table.edit().set((&fields.to_string()).into(), Value::Nil).unwrap();
        }
        assert!(!table.is_shaped());
    }

    #[test]
    fn a_table_without_a_shape_is_like_any_other() {
        let mut table = Table::new();
        table.edit().set("a".into(), Value::Int(1)).unwrap();
        table.edit().set((&"n".repeat(LONGEST_NAME + 1)).into(), Value::Int(2)).unwrap();
        assert!(!table.is_shaped());
        let mut site = FieldSite::new("a");
        assert_eq!(table.edit().set_at(&mut site, Value::Int(3)), Ok(Some(Value::Int(1))));
        assert_eq!(table.numbers(), [3, 2]);
        assert_eq!(table.edit().remove("a".into()), Some(Value::Int(3)));
        assert_eq!(table.view().get_at(&mut site), None);
        assert_eq!(table.edit().set_at(&mut site, Value::Int(4)), Ok(None));
        assert_eq!(table.numbers(), [2, 4]);
    }

    #[test]
    fn a_removal_for_which_no_shape_is_left_makes_a_directory() {
        let mut table = Table::new();
        table.edit().set("a".into(), Value::Int(1)).unwrap();
        table.edit().set("b".into(), Value::Int(2)).unwrap();
        for number in 0..MOST_SHAPES {
            table.shapes.grow(Shapes::EMPTY, &number.to_string());
        }
        assert!(table.is_shaped());
        assert_eq!(table.edit().remove("a".into()), Some(Value::Int(1)));
        assert!(!table.is_shaped());
        assert_eq!(table.numbers(), [2]);
    }

    #[test]
    fn fields_are_shown_as_a_map() {
        let mut table = Table::new();
        table.edit().set("x".into(), Value::Int(1)).unwrap();
        assert_eq!(format!("{:?}", table.view()), r#"{"x": Int(1)}"#);
    }
}
