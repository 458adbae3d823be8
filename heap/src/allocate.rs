//! Allocation of every kind but weak objects.

use crate::fields::Table;
use crate::object::Content;
use crate::{Heap, HeapError, Host, ObjectId, Value};

/// Allocations make the check that is due before they judge their arguments, see
/// [`maybe_check_cycles`](Self::maybe_check_cycles). The mutator holds a new object once.
impl<H: Host> Heap<H> {
    /// Allocates a table without fields.
    ///
    /// # Errors
    /// [`HeapError::Capacity`].
    pub fn allocate_table(&mut self) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.insert(Content::Table(Table::new()))
    }

    /// Allocates an array of these elements.
    ///
    /// # Errors
    /// [`HeapError::Stale`] for a reference among the elements, then [`HeapError::Overflow`],
    /// [`HeapError::Capacity`].
    pub fn allocate_array(&mut self, elements: &[Value]) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.count_contents(elements)?;
        self.insert(Content::Array(stored(elements).collect()))
    }

    /// Allocates a closure of a function, named by its index, and the values that it captures.
    ///
    /// # Errors
    /// [`HeapError::Stale`] for a reference among the captures, then [`HeapError::Overflow`],
    /// [`HeapError::Capacity`].
    pub fn allocate_closure(&mut self, function: u32, captures: &[Value]) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.count_contents(captures)?;
        let captures = stored(captures).collect();
        self.insert(Content::Closure { function, captures })
    }

    /// Allocates a box that holds a value.
    ///
    /// # Errors
    /// [`HeapError::Stale`] for a reference, then [`HeapError::Overflow`],
    /// [`HeapError::Capacity`].
    pub fn allocate_box(&mut self, value: Value) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.count_contents(std::slice::from_ref(&value))?;
        self.insert(Content::Box(value.normalized()))
    }

    /// Allocates a scalar, which never changes.
    ///
    /// # Errors
    /// [`HeapError::Stale`] for a stale reference and [`HeapError::ScalarReference`] for a living
    /// one, then [`HeapError::Capacity`].
    pub fn allocate_scalar(&mut self, value: Value) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        if let Some(object) = value.reference() {
            self.arena.headers.find(object)?;
            return Err(HeapError::ScalarReference { object });
        }
        self.insert(Content::Scalar(value.normalized()))
    }

    #[inline]
    pub(crate) fn check_before_allocation(&mut self) {
        if self.tuning.is_allocation_interrupted() {
            self.interrupt_allocation();
        }
    }

    #[cold]
    fn interrupt_allocation(&mut self) {
        self.verify_if_due();
        if self.configuration().automatic_checks() {
            self.maybe_check_cycles();
        }
    }

    /// Counts the references of an object that is about to be made, if there is room for it.
    fn count_contents(&mut self, values: &[Value]) -> Result<(), HeapError> {
        self.arena.headers.retain_all(values)?;
        let full = self.arena.room().is_err() || values.len() > u32::MAX as usize;
        if full {
            self.arena.headers.take_back(values);
            return Err(HeapError::Capacity);
        }
        Ok(())
    }

    pub(crate) fn insert(&mut self, content: Content) -> Result<ObjectId, HeapError> {
        let refers = content.next_reference(0).is_some();
        let object = self.arena.insert(content)?;
        self.dirty.make_room(self.arena.slots());
        self.candidates.make_room(self.arena.slots());
        if refers {
            self.changed(object);
        }
        self.totals.allocations += 1;
        self.tuning.count_allocation();
        Ok(object)
    }
}

fn stored(values: &[Value]) -> impl Iterator<Item = Value> {
    values.iter().cloned().map(Value::normalized)
}
