//! Reading: an id that is read is counted nowhere, and nothing changes.

use crate::fields::Fields;
use crate::header::Mark;
use crate::headers::Strong;
use crate::object::Content;
use crate::symbols::FieldName;
use crate::{Counts, FieldSite, Heap, HeapError, Host, Kind, ObjectId, Value, View};

impl<H: Host> Heap<H> {
    /// The value of a field; nil if the table has no such field.
    ///
    /// A reference that is read is not counted for the reader, see [`inc_ref`](Self::inc_ref).
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`].
    #[inline]
    pub fn get_field<'n>(&self, table: ObjectId, name: impl Into<FieldName<'n>>) -> Result<Value, HeapError> {
        Ok(self.fields(table)?.get(name).cloned().unwrap_or_default())
    }

    /// As [`get_field`](Self::get_field), and remembers in the site where the field was.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`].
    #[inline]
    pub fn get_field_at(&self, table: ObjectId, site: &mut FieldSite) -> Result<Value, HeapError> {
        Ok(self.fields(table)?.get_at(site).cloned().unwrap_or_default())
    }

    #[inline]
    fn fields(&self, table: ObjectId) -> Result<Fields<'_>, HeapError> {
        match self.arena.content(table)? {
            Content::Table { shape, values } => Ok(Fields { shapes: &self.shapes, shape: *shape, values }),
            other => Err(other.mismatch(table, Kind::Table)),
        }
    }

    /// The element of an array at an index, from 0.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`], [`HeapError::Index`].
    pub fn get_element(&self, array: ObjectId, index: u32) -> Result<Value, HeapError> {
        match self.arena.content(array)? {
            Content::Array(elements) => at(array, elements, index),
            other => Err(other.mismatch(array, Kind::Array)),
        }
    }

    /// How many elements an array has.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`].
    pub fn length(&self, array: ObjectId) -> Result<u32, HeapError> {
        match self.arena.content(array)? {
            Content::Array(elements) => Ok(u32::try_from(elements.len()).unwrap_or(u32::MAX)),
            other => Err(other.mismatch(array, Kind::Array)),
        }
    }

    /// What a closure has captured, by index from 0.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`], [`HeapError::Index`].
    pub fn get_capture(&self, closure: ObjectId, index: u32) -> Result<Value, HeapError> {
        match self.arena.content(closure)? {
            Content::Closure { captures, .. } => at(closure, captures, index),
            other => Err(other.mismatch(closure, Kind::Closure)),
        }
    }

    /// The value in a box, or of an ephemeron.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`].
    pub fn get_box(&self, object: ObjectId) -> Result<Value, HeapError> {
        match self.arena.content(object)? {
            Content::Box(value) => Ok(value.clone()),
            Content::Ephemeron(it) => Ok(it.value.clone()),
            other => Err(other.mismatch(object, Kind::Box)),
        }
    }

    /// The value of a scalar.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`].
    pub fn get_scalar(&self, object: ObjectId) -> Result<Value, HeapError> {
        match self.arena.content(object)? {
            Content::Scalar(value) => Ok(value.clone()),
            other => Err(other.mismatch(object, Kind::Scalar)),
        }
    }

    /// Whether the object lives, held or not.
    #[must_use]
    pub fn contains(&self, object: ObjectId) -> bool {
        self.arena.headers.find(object).is_ok()
    }

    /// The kind of a living object.
    #[must_use]
    pub fn kind(&self, object: ObjectId) -> Option<Kind> {
        self.arena.content(object).ok()?.kind()
    }

    /// How often a living object is referred to.
    #[must_use]
    pub fn counts(&self, object: ObjectId) -> Option<Counts> {
        let header = self.arena.headers.find(object).ok()?;
        let Strong { external, internal } = self.arena.headers.strong(object.slot());
        let weak = match header.marks.has(Mark::Targeted) {
            true => self.arena.weak_index.count(object),
            false => 0,
        };
        Some(Counts { external, internal, weak })
    }

    /// What the heap has noted of a living object, in words: `dirty` (its references have changed
    /// since cycles were last detected), `candidate` (it may be where garbage hangs that only a
    /// collection finds), `queued` to be released, `temporary` of the frame.
    pub fn marks(&self, object: ObjectId) -> impl Iterator<Item = &'static str> + '_ {
        let header = self.arena.headers.find(object).ok();
        let marked = move |mark: &Mark| header.is_some_and(|header| header.marks.has(*mark));
        Mark::TOLD.into_iter().filter(move |(mark, _)| marked(mark)).map(|(_, word)| word)
    }

    /// The contents of a living object.
    #[must_use]
    pub fn object(&self, object: ObjectId) -> Option<View<'_>> {
        self.arena.content(object).ok()?.view(&self.shapes)
    }

    /// The living objects, held or not, in order of their slots.
    pub fn objects(&self) -> impl Iterator<Item = ObjectId> {
        self.arena.objects()
    }

    /// The number of living objects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.arena.live() as usize
    }

    /// Whether no object lives.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn at(object: ObjectId, values: &[Value], index: u32) -> Result<Value, HeapError> {
    let value = values.get(index as usize).cloned();
    value.ok_or_else(|| out_of_range(object, values, index))
}

/// The error for an index that a list of values has not.
#[cold]
pub(crate) fn out_of_range(object: ObjectId, values: &[Value], index: u32) -> HeapError {
    HeapError::Index { object, index, length: u32::try_from(values.len()).unwrap_or(u32::MAX) }
}
