//! Writing: the new reference is counted, then stored, and only then is the old one given up.
//!
//! In this order `a.x = a.x` never leaves a moment in which nothing refers to the object, and when
//! the old object's finalizer runs, it finds the new value in place. It follows that there must be
//! room to count the new reference while the old one is still counted.

use crate::fields::{FieldsMut, Values};
use crate::object::Content;
use crate::read::out_of_range;
use crate::shapes::Shapes;
use crate::symbols::FieldName;
use crate::{FieldSite, Heap, HeapError, Host, Kind, ObjectId, Value};

/// The most elements or fields that an object can have.
pub(crate) const LONGEST: usize = u32::MAX as usize;

impl<H: Host> Heap<H> {
    /// Stores a value in a field, which is added behind the others if there is no such field.
    /// Nil is stored like any value; the field stays.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`] for the table,
    /// [`HeapError::Stale`] for the value, [`HeapError::Overflow`], [`HeapError::Capacity`].
    #[inline]
    pub fn set_field<'n>(
        &mut self,
        table: ObjectId,
        name: impl Into<FieldName<'n>>,
        value: Value,
    ) -> Result<(), HeapError> {
        let name = name.into();
        let done = self.set_simply(table, value, |shapes, content| match content {
            Content::Table { shape, values: Values::Shaped(values) } => values.get_mut(shapes.place(*shape, name)?),
            _ => None,
        });
        done.or_else(|value| self.set_any_field(table, name, value))
    }

    #[inline(never)]
    fn set_any_field(&mut self, table: ObjectId, name: FieldName<'_>, value: Value) -> Result<(), HeapError> {
        self.store(table, value, |fields, value| fields.set(name, value))
    }

    /// As [`set_field`](Self::set_field), and remembers in the site where the field is.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`] for the table,
    /// [`HeapError::Stale`] for the value, [`HeapError::Overflow`], [`HeapError::Capacity`].
    #[inline]
    pub fn set_field_at(&mut self, table: ObjectId, site: &mut FieldSite, value: Value) -> Result<(), HeapError> {
        let done = self.set_simply(table, value, |shapes, content| match content {
            Content::Table { shape, values: Values::Shaped(values) } => {
                values.get_mut(site.known_place(shapes.id(), *shape)?)
            }
            _ => None,
        });
        done.or_else(|value| self.set_any_field_at(table, site, value))
    }

    #[inline(never)]
    fn set_any_field_at(&mut self, table: ObjectId, site: &mut FieldSite, value: Value) -> Result<(), HeapError> {
        self.store(table, value, |fields, value| fields.set_at(site, value))
    }

    /// Stores a value in a field of a table, once it is counted.
    #[inline]
    fn store(
        &mut self,
        table: ObjectId,
        value: Value,
        set: impl FnOnce(&mut FieldsMut<'_>, Value) -> Result<Option<Value>, HeapError>,
    ) -> Result<(), HeapError> {
        let value = value.normalized();
        let (content, headers) = self.arena.split(table)?;
        let Content::Table { shape, values } = content else {
            return Err(content.mismatch(table, Kind::Table));
        };
        headers.retain(&value)?;
        let target = value.reference();
        let mut fields = FieldsMut { shapes: &mut self.shapes, spare: &mut self.spare, shape, values };
        match set(&mut fields, value) {
            Ok(old) => {
                self.written(table, target.is_some(), &old.unwrap_or_default());
                Ok(())
            }
            Err(error) => {
                headers.take_back([&Value::from(target.unwrap_or_default())]);
                Err(error)
            }
        }
    }

    /// Stores a value in an element that the array has.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`], [`HeapError::Index`] for the
    /// array, [`HeapError::Stale`] for the value, [`HeapError::Overflow`].
    #[inline]
    pub fn set_element(&mut self, array: ObjectId, index: u32, value: Value) -> Result<(), HeapError> {
        let done = self.set_simply(array, value, |_, content| match content {
            Content::Array(elements) => elements.get_mut(index as usize),
            _ => None,
        });
        done.or_else(|value| self.set_any_element(array, index, value))
    }

    #[inline(never)]
    fn set_any_element(&mut self, array: ObjectId, index: u32, value: Value) -> Result<(), HeapError> {
        let value = value.normalized();
        let (content, headers) = self.arena.split(array)?;
        let Content::Array(elements) = content else {
            return Err(content.mismatch(array, Kind::Array));
        };
        let Some(place) = elements.get_mut(index as usize) else {
            return Err(out_of_range(array, elements, index));
        };
        headers.retain(&value)?;
        let refers = value.reference().is_some();
        let old = std::mem::replace(place, value);
        self.written(array, refers, &old);
        Ok(())
    }

    /// Stores a value in a capture that the closure has.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`], [`HeapError::Index`] for the
    /// closure, [`HeapError::Stale`] for the value, [`HeapError::Overflow`].
    #[inline]
    pub fn set_capture(&mut self, closure: ObjectId, index: u32, value: Value) -> Result<(), HeapError> {
        let value = value.normalized();
        let (content, headers) = self.arena.split(closure)?;
        let Content::Closure { captures, .. } = content else {
            return Err(content.mismatch(closure, Kind::Closure));
        };
        let Some(place) = captures.get_mut(index as usize) else {
            return Err(out_of_range(closure, captures, index));
        };
        headers.retain(&value)?;
        let refers = value.reference().is_some();
        let old = std::mem::replace(place, value);
        self.written(closure, refers, &old);
        Ok(())
    }

    /// Stores a value in a box.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`] for the box,
    /// [`HeapError::Stale`] for the value, [`HeapError::Overflow`].
    #[inline]
    pub fn set_box(&mut self, object: ObjectId, value: Value) -> Result<(), HeapError> {
        let done = self.set_simply(object, value, |_, content| match content {
            Content::Box(place) => Some(place),
            _ => None,
        });
        done.or_else(|value| self.set_any_box(object, value))
    }

    #[inline(never)]
    fn set_any_box(&mut self, object: ObjectId, value: Value) -> Result<(), HeapError> {
        let value = value.normalized();
        let (content, headers) = self.arena.split(object)?;
        let Content::Box(place) = content else {
            return Err(content.mismatch(object, Kind::Box));
        };
        headers.retain(&value)?;
        let refers = value.reference().is_some();
        let old = std::mem::replace(place, value);
        self.written(object, refers, &old);
        Ok(())
    }

    /// Adds an element behind the last.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`] for the array,
    /// [`HeapError::Stale`] for the value, [`HeapError::Overflow`], [`HeapError::Capacity`].
    #[inline]
    pub fn push(&mut self, array: ObjectId, value: Value) -> Result<(), HeapError> {
        let value = value.normalized();
        let (content, headers) = self.arena.split(array)?;
        let Content::Array(elements) = content else {
            return Err(content.mismatch(array, Kind::Array));
        };
        headers.retain(&value)?;
        if elements.len() >= LONGEST {
            headers.take_back([&value]);
            return Err(HeapError::Capacity);
        }
        let refers = value.reference().is_some();
        elements.push(value, &mut self.spare);
        self.written(array, refers, &Value::Nil);
        Ok(())
    }

    /// Takes the last element. If it is a reference, the mutator holds it from now on.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`], [`HeapError::Index`] if
    /// there is none, [`HeapError::Overflow`].
    pub fn pop(&mut self, array: ObjectId) -> Result<Value, HeapError> {
        let (content, headers) = self.arena.split(array)?;
        let Content::Array(elements) = content else {
            return Err(content.mismatch(array, Kind::Array));
        };
        let Some(last) = elements.last() else {
            return Err(out_of_range(array, elements, 0));
        };
        headers.hand_out(last)?;
        let last = elements.pop(&mut self.spare).unwrap_or_default();
        self.written(array, last.reference().is_some(), &Value::Nil);
        Ok(last)
    }

    /// Takes a field out of a table; the others keep their order. If its value is a reference,
    /// the mutator holds it from now on.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`], [`HeapError::Field`] if
    /// there is none, [`HeapError::Overflow`].
    pub fn remove_field<'n>(&mut self, table: ObjectId, name: impl Into<FieldName<'n>>) -> Result<Value, HeapError> {
        self.remove_named(table, name.into())
    }

    fn remove_named(&mut self, table: ObjectId, name: FieldName<'_>) -> Result<Value, HeapError> {
        let (content, headers) = self.arena.split(table)?;
        let Content::Table { shape, values } = content else {
            return Err(content.mismatch(table, Kind::Table));
        };
        let mut fields = FieldsMut { shapes: &mut self.shapes, spare: &mut self.spare, shape, values };
        let Some(value) = fields.view().get(name) else {
            return Err(HeapError::Field { object: table });
        };
        headers.hand_out(value)?;
        let value = fields.remove(name).unwrap_or_default();
        self.detection.moved(table.slot());
        self.written(table, value.reference().is_some(), &Value::Nil);
        Ok(value)
    }

    /// Stores a value in the place that an object has for it, if nothing is in the way of that: whatever there is to refuse,
    /// to tell or to drop is left to others. If there is something, nothing is done, and the value given back.
    #[inline(always)]
    fn set_simply(
        &mut self,
        object: ObjectId,
        value: Value,
        place: impl for<'a> FnOnce(&Shapes, &'a mut Content) -> Option<&'a mut Value>,
    ) -> Result<(), Value> {
        let Ok((content, headers)) = self.arena.split(object) else {
            return Err(value);
        };
        let Some(place) = place(&self.shapes, content) else {
            return Err(value);
        };
        let left = match place {
            Value::Reference(left) => *left,
            Value::Text(_) => return Err(value),
            _ => ObjectId::NIL,
        };
        let refers = matches!(value, Value::Reference(_));
        if let Value::Reference(to) = value
            && !headers.retain_simply(to)
        {
            return Err(value);
        }
        // What was there has nothing to drop, which the compiler can't see.
        std::mem::forget(std::mem::replace(place, value));
        self.replaced(object, refers, left);
        Ok(())
    }

    /// Does what follows a write: `moved` says whether a reference
    /// came to the object or left it to the mutator, `old` is the value that is given up.
    #[inline(always)]
    pub(crate) fn written(&mut self, object: ObjectId, moved: bool, old: &Value) {
        self.replaced(object, moved, if let Value::Reference(left) = old { *left } else { ObjectId::NIL });
    }

    /// The same, given the object to which a reference is given up, or nil.
    #[inline(always)]
    fn replaced(&mut self, object: ObjectId, moved: bool, left: ObjectId) {
        self.tuning.count_operation();
        if !moved && left.is_nil() {
            return;
        }
        let is_noted = self.changes_are_followed();
        if is_noted || !self.arena.headers.forget_if_held(left) {
            self.settle_write(object, is_noted, left);
        }
    }

    /// Does the rest of that: notes which object it was, and gives up the reference that was there.
    #[inline(never)]
    fn settle_write(&mut self, object: ObjectId, is_noted: bool, left: ObjectId) {
        if is_noted {
            self.note_change(object);
        }
        if !self.arena.headers.forget_if_held(left) {
            self.give_up_and_settle(left);
        }
    }
}
