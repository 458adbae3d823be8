//! Transfer: a reference that the mutator holds becomes one that is stored, in one call.
//!
//! To store a reference and then to give it up moves its count up and down, and makes a candidate of it: the
//! mutator has let go of something to which contents refer, so garbage may hang there. For an object that
//! was made a moment ago that is never so, and these are most of what is ever stored.
//!
//! **When it is no candidate.** Let `g` be the object and `h` the one that refers to it now. If the mutator holds
//! `h`, then `g` is reached from a root. If `g` refers to nothing, and is no key, it can't be what keeps `h`, or anything, alive:
//! should it be garbage, then so was `h` before, and whatever leads a search to `h` leads it on to `g`. In both
//! cases nothing has become garbage that a search can't find. Otherwise `g` may lead back to `h`, and what the mutator
//! held may have been the last that kept both: then it is a candidate as after
//! [`dec_ref`](Heap::dec_ref).

use crate::fields::FieldsMut;
use crate::header::Mark;
use crate::object::Content;
use crate::read::out_of_range;
use crate::shapes::Shapes;
use crate::spare::Spare;
use crate::symbols::FieldName;
use crate::write::LONGEST;
use crate::{FieldSite, Heap, HeapError, Host, Kind, ObjectId, Value};

/// An object with more values than this is not looked through for references.
const FEW: usize = 16;

/// The place where [`Heap::transfer`] stores. The errors are those of the write of the same name.
#[derive(Debug)]
pub enum To<'a> {
    /// A field of a table, as [`Heap::set_field`] stores in it.
    Field(FieldName<'a>),
    /// A field that a site remembers, see [`Heap::set_field_at`].
    FieldAt(&'a mut FieldSite),
    /// An element that the array has, see [`Heap::set_element`].
    Element(u32),
    /// In front of an element of an array, see [`Heap::insert_element`].
    Before(u32),
    /// Behind the last element of an array, see [`Heap::push`].
    End,
    /// A capture that the closure has, see [`Heap::set_capture`].
    Capture(u32),
    /// What a box holds, see [`Heap::set_box`].
    Box,
}

impl To<'_> {
    /// The error if an object has no such place.
    fn find_in(&self, holder: ObjectId, content: &Content) -> Result<(), HeapError> {
        let (list, index): (&[Value], Option<u32>) = match (self, content) {
            (To::Field(_) | To::FieldAt(_), Content::Table { .. }) | (To::Box, Content::Box(_)) => return Ok(()),
            (To::End, Content::Array(_)) => return Ok(()),
            (To::Before(index), Content::Array(elements)) => (elements, index.checked_sub(1)),
            (To::Element(index), Content::Array(elements)) => (elements, Some(*index)),
            (To::Capture(index), Content::Closure { captures, .. }) => (captures, Some(*index)),
            (to, content) => return Err(content.mismatch(holder, to.kind())),
        };
        match index {
            Some(index) if index as usize >= list.len() => {
                let asked = index + u32::from(matches!(self, To::Before(_)));
                Err(out_of_range(holder, list, asked))
            }
            _ => Ok(()),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            To::Field(_) | To::FieldAt(_) => Kind::Table,
            To::Element(_) | To::Before(_) | To::End => Kind::Array,
            To::Capture(_) => Kind::Closure,
            To::Box => Kind::Box,
        }
    }
}

impl<H: Host> Heap<H> {
    /// Stores a value in an object, as the write for that place does, and gives up the mutator's reference to
    /// it, before what it replaces is given up. Plain values are stored.
    ///
    /// ```
    /// # use heapproof_heap::{Heap, To};
    /// # let mut heap = Heap::<()>::new();
    /// let list = heap.allocate_array(&[])?;
    /// let item = heap.allocate_table()?;
    /// heap.transfer(list, To::End, item.into())?;
    /// assert_eq!(heap.counts(item).map(|it| (it.external, it.internal)), Some((0, 1)));
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    ///
    /// # Errors
    /// Those of the write, then [`HeapError::NotHeld`] if the mutator does not hold the object, before
    /// [`HeapError::Capacity`].
    pub fn transfer(&mut self, holder: ObjectId, to: To<'_>, value: Value) -> Result<(), HeapError> {
        let value = value.normalized();
        let (content, headers) = self.arena.split(holder)?;
        to.find_in(holder, content)?;
        let Some(given) = value.reference() else {
            let old = put(content, (&mut self.shapes, &mut self.spare), holder, to, value)?;
            self.written(holder, false, &old);
            return Ok(());
        };
        let left = headers.hand_in(given)?;
        let old = match put(content, (&mut self.shapes, &mut self.spare), holder, to, value) {
            Ok(old) => old,
            Err(error) => {
                headers.hand_back(given);
                return Err(error);
            }
        };
        headers.disturb(given, left.marks);
        if !left.is_held() && self.may_lead_back(given, holder) {
            self.suspect(given);
        }
        self.written(holder, true, &old);
        Ok(())
    }

    /// Whether an object that the mutator has let go of may be what keeps its holder alive.
    fn may_lead_back(&self, given: ObjectId, holder: ObjectId) -> bool {
        if self.arena.headers.find(holder).is_ok_and(|header| header.is_held()) {
            return false;
        }
        let refers = |content: &Content| content.width() > FEW || content.references().next().is_some();
        let may_be_a_key = self.arena.headers.find(given).is_ok_and(|header| header.marks.has(Mark::Targeted));
        may_be_a_key || self.arena.content(given).is_ok_and(refers)
    }
}

/// Puts a value that is counted in a place that the object has, and gives what was there.
#[inline]
fn put(
    content: &mut Content,
    (shapes, spare): (&mut Shapes, &mut Spare),
    holder: ObjectId,
    to: To<'_>,
    value: Value,
) -> Result<Value, HeapError> {
    match (content, to) {
        (Content::Table { shape, values }, To::Field(name)) => {
            Ok(FieldsMut { shapes, spare, shape, values }.set(name, value)?.unwrap_or_default())
        }
        (Content::Table { shape, values }, To::FieldAt(site)) => {
            Ok(FieldsMut { shapes, spare, shape, values }.set_at(site, value)?.unwrap_or_default())
        }
        (Content::Array(elements), To::End | To::Before(_)) if elements.len() >= LONGEST => Err(HeapError::Capacity),
        (Content::Array(elements), To::End) => {
            elements.push(value, spare);
            Ok(Value::Nil)
        }
        (Content::Array(elements), To::Before(index)) => {
            elements.insert(index as usize, value, spare);
            Ok(Value::Nil)
        }
        (Content::Array(elements), To::Element(index)) => Ok(replaced(elements, index, value)),
        (Content::Closure { captures, .. }, To::Capture(index)) => Ok(replaced(captures, index, value)),
        (Content::Box(place), To::Box) => Ok(std::mem::replace(place, value)),
        (content, to) => Err(content.mismatch(holder, to.kind())),
    }
}

/// Puts a value in one of a list, and gives what was there.
fn replaced(list: &mut [Value], index: u32, value: Value) -> Value {
    list.get_mut(index as usize).map(|place| std::mem::replace(place, value)).unwrap_or_default()
}
