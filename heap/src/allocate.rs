//! Allocation of every kind of object.

use crate::directory::Directory;
use crate::elements::Elements;
use crate::fields::Values;
use crate::object::Content;
use crate::shapes::{FEW, NO_SHAPE};
use crate::write::LONGEST;
use crate::{Heap, HeapError, Host, ObjectId, Value};

/// What an object is made of, see [`Heap::allocate_temporary`]. The errors are those of the
/// allocation of the same name.
#[derive(Clone, Debug, PartialEq)]
pub enum New<'a> {
    /// A table without fields, as [`Heap::allocate_table`] makes it.
    Table,
    /// A table with the fields of another one, see [`Heap::allocate_table_like`].
    TableLike {
        /// The other one.
        like: ObjectId,
        /// A value for each field.
        values: &'a [Value],
    },
    /// An array of these elements, see [`Heap::allocate_array`].
    Array(&'a [Value]),
    /// A closure, see [`Heap::allocate_closure`].
    Closure {
        /// The index of its function.
        function: u32,
        /// What it captures.
        captures: &'a [Value],
    },
    /// A box of this value, see [`Heap::allocate_box`].
    Box(Value),
    /// A scalar of this value, see [`Heap::allocate_scalar`].
    Scalar(Value),
    /// A weak object with this target, see [`Heap::allocate_weak`].
    Weak(ObjectId),
    /// An ephemeron, see [`Heap::allocate_ephemeron`].
    Ephemeron {
        /// Its key.
        key: ObjectId,
        /// Its value.
        value: Value,
    },
}

/// Allocations make the check that is due before they judge their arguments, see
/// [`maybe_check_cycles`](Self::maybe_check_cycles). The mutator holds a new object once.
impl<H: Host> Heap<H> {
    /// Allocates a table without fields.
    ///
    /// # Errors
    /// [`HeapError::Capacity`].
    #[inline]
    pub fn allocate_table(&mut self) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.insert(Content::empty_table(), false)
    }

    /// Allocates an array of these elements.
    ///
    /// # Errors
    /// [`HeapError::Stale`] for a reference among the elements, then [`HeapError::Overflow`],
    /// [`HeapError::Capacity`].
    #[inline]
    pub fn allocate_array(&mut self, elements: &[Value]) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.insert_array(elements)
    }

    /// Allocates an array without elements, with room for so many: to push them moves none. Room is given
    /// back when an element is taken out of an array that fills less than a quarter of it. To whoever looks at the
    /// heap it is like any other.
    ///
    /// # Errors
    /// [`HeapError::Capacity`], also if there is no memory for so many.
    pub fn allocate_array_with_capacity(&mut self, elements: u32) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.arena.room()?;
        let elements = Elements::with_capacity(elements as usize).ok_or(HeapError::Capacity)?;
        self.insert(Content::Array(elements), false)
    }

    /// Allocates a table without fields that will have so many. If these are more than share their names
    /// with other tables, it has room for them, and an index of its own, from the beginning. With fewer it is as
    /// [`allocate_table`](Self::allocate_table) makes it. To whoever looks at the heap it is like any other.
    ///
    /// # Errors
    /// [`HeapError::Capacity`], also if there is no memory for so many.
    pub fn allocate_table_with_capacity(&mut self, fields: u32) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.arena.room()?;
        if fields as usize <= FEW {
            return self.insert(Content::empty_table(), false);
        }
        let directory = Directory::with_capacity(fields as usize).ok_or(HeapError::Capacity)?;
        let values = Values::Directory(Box::new(directory));
        self.insert(Content::Table { shape: NO_SHAPE, values }, false)
    }

    /// Allocates a closure of a function, named by its index, and the values that it captures.
    ///
    /// # Errors
    /// [`HeapError::Stale`] for a reference among the captures, then [`HeapError::Overflow`],
    /// [`HeapError::Capacity`].
    pub fn allocate_closure(&mut self, function: u32, captures: &[Value]) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.allocate(New::Closure { function, captures })
    }

    /// Allocates a box that holds a value.
    ///
    /// # Errors
    /// [`HeapError::Stale`] for a reference, then [`HeapError::Overflow`],
    /// [`HeapError::Capacity`].
    #[inline]
    pub fn allocate_box(&mut self, value: Value) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.insert_box(value)
    }

    /// Allocates a scalar, which never changes.
    ///
    /// # Errors
    /// [`HeapError::Stale`] for a stale reference and [`HeapError::ScalarReference`] for a living
    /// one, then [`HeapError::Capacity`].
    pub fn allocate_scalar(&mut self, value: Value) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.allocate(New::Scalar(value))
    }

    /// Allocates a weak object. It is referred to strongly, as any object is, and refers to its
    /// target weakly: [`upgrade`](Self::upgrade) gives the target, or nil once that has died.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Overflow`], [`HeapError::Capacity`].
    #[inline]
    pub fn allocate_weak(&mut self, target: ObjectId) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.insert_weak(target)
    }

    #[inline]
    pub(crate) fn check_before_allocation(&mut self) {
        if self.tuning.is_allocation_interrupted() {
            self.interrupt_allocation();
        }
    }

    #[cold]
    #[inline(never)]
    fn interrupt_allocation(&mut self) {
        self.verify_if_due();
        if self.configuration().automatic_checks() {
            self.maybe_check_cycles();
        }
    }

    /// Allocates without a check.
    #[inline(never)]
    pub(crate) fn allocate(&mut self, new: New<'_>) -> Result<ObjectId, HeapError> {
        match new {
            New::Table => self.insert(Content::empty_table(), false),
            New::TableLike { like, values } => self.insert_table_like(like, values),
            New::Array(elements) => self.insert_array(elements),
            New::Closure { function, captures } => {
                let refers = self.count_contents(captures)?;
                let captures = self.spare.list_of(captures);
                self.insert(Content::Closure { function, captures }, refers)
            }
            New::Box(value) => self.insert_box(value),
            New::Scalar(value) => {
                if let Some(object) = value.reference() {
                    self.arena.headers.find(object)?;
                    return Err(HeapError::ScalarReference { object });
                }
                self.insert(Content::Scalar(value.normalized()), false)
            }
            New::Weak(target) => self.insert_weak(target),
            New::Ephemeron { key, value } => self.insert_ephemeron(key, value),
        }
    }

    #[inline]
    fn insert_array(&mut self, elements: &[Value]) -> Result<ObjectId, HeapError> {
        if elements.is_empty() {
            let object = self.insert_empty_array();
            return if object.is_nil() { Err(HeapError::Capacity) } else { Ok(object) };
        }
        let object = self.insert_nils(elements);
        if object.is_nil() { self.insert_elements(elements) } else { Ok(object) }
    }

    /// An array of these elements if all are nil, there is a spare list of so many, and room where it is looked for first. Nil
    /// if not, and then nothing is done.
    #[inline(never)]
    fn insert_nils(&mut self, elements: &[Value]) -> ObjectId {
        if self.slices.list_newborn() || !elements.iter().all(|value| matches!(value, Value::Nil)) {
            return ObjectId::NIL;
        }
        let Some(vacancy) = self.arena.vacancy() else {
            return ObjectId::NIL;
        };
        let Some(list) = self.spare.taken(elements.len()) else {
            return ObjectId::NIL;
        };
        self.count_birth();
        self.arena.fill(vacancy, || Content::Array(Elements::Few(list)))
    }

    /// An array without elements; nil if there is no room.
    #[inline(never)]
    fn insert_empty_array(&mut self) -> ObjectId {
        self.insert_now(Content::empty_array, false)
    }

    #[inline(never)]
    fn insert_elements(&mut self, elements: &[Value]) -> Result<ObjectId, HeapError> {
        let refers = self.count_contents(elements)?;
        let list = self.spare.list_of(elements);
        let object = self.insert_now(|| Content::Array(Elements::Few(list)), refers);
        if object.is_nil() { Err(HeapError::Capacity) } else { Ok(object) }
    }

    #[inline]
    fn insert_box(&mut self, value: Value) -> Result<ObjectId, HeapError> {
        let refers = self.count_contents(std::slice::from_ref(&value))?;
        self.insert(Content::Box(value.normalized()), refers)
    }

    /// Counts the references of an object that is about to be made, if there is room for it, and says
    /// whether there are any.
    #[inline(always)]
    pub(crate) fn count_contents(&mut self, values: &[Value]) -> Result<bool, HeapError> {
        if values.len() > LONGEST {
            self.arena.headers.find_all(values)?;
            return Err(HeapError::Capacity);
        }
        let refers = values.iter().any(|value| value.reference().is_some());
        if refers {
            self.count_references(values)?;
        }
        Ok(refers)
    }

    #[inline(never)]
    fn count_references(&mut self, values: &[Value]) -> Result<(), HeapError> {
        self.arena.headers.retain_all(values)?;
        if let Err(full) = self.arena.room() {
            self.arena.headers.take_back(values);
            return Err(full);
        }
        self.arena.headers.disturb_all(values);
        Ok(())
    }

    /// Makes an object; `refers` says whether it refers to others, which are counted.
    #[inline]
    pub(crate) fn insert(&mut self, content: Content, refers: bool) -> Result<ObjectId, HeapError> {
        let object = self.insert_or_nil(content, refers);
        if object.is_nil() { Err(HeapError::Capacity) } else { Ok(object) }
    }

    /// The same; nil if there is no room.
    #[inline(never)]
    fn insert_or_nil(&mut self, content: Content, refers: bool) -> ObjectId {
        self.insert_now(|| content, refers)
    }

    /// The same, where it is called.
    ///
    /// What is seldom is left to cold calls in the last place, so that nothing is saved for them.
    #[inline(always)]
    fn insert_now(&mut self, content: impl FnOnce() -> Content, refers: bool) -> ObjectId {
        let Some(vacancy) = self.arena.vacancy() else {
            return self.insert_in_new_slot(content, refers);
        };
        let object = self.arena.fill(vacancy, content);
        self.note_birth(object, refers)
    }

    /// The same in a new slot.
    #[cold]
    #[inline(never)]
    fn insert_in_new_slot(&mut self, content: impl FnOnce() -> Content, refers: bool) -> ObjectId {
        let Ok(object) = self.arena.append(content()) else {
            return ObjectId::NIL;
        };
        self.candidates.make_room(self.arena.slots());
        self.note_birth(object, refers)
    }

    /// Counts a new object, and lets those know of it who have to.
    #[inline(always)]
    fn note_birth(&mut self, object: ObjectId, refers: bool) -> ObjectId {
        self.count_birth();
        if refers {
            self.changed(object);
        }
        if self.slices.list_newborn() {
            return self.list_newborn(object);
        }
        object
    }

    #[inline(always)]
    pub(crate) fn count_birth(&mut self) {
        self.totals.allocations += 1;
        self.tuning.count_allocation();
    }

    /// Lets a collection know of a new object.
    #[cold]
    #[inline(never)]
    fn list_newborn(&mut self, object: ObjectId) -> ObjectId {
        self.slices.allocated(object.slot());
        object
    }
}
