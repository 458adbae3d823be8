//! Tables that are made with all their fields: by the example of another one.
//!
//! A constructor or a literal of a language makes object after object with the same names. Built field by field, each takes a step
//! from shape to shape and a longer list for each field. Made like one that is there, it has its shape from the beginning, its list is
//! cut to measure, and all its references are counted at once. (V8 does this with the *boilerplates* of literals.)

use crate::arena::Arena;
use crate::fields::Values;
use crate::object::Content;
use crate::{Heap, HeapError, Host, Kind, ObjectId, Value};

impl<H: Host> Heap<H> {
    /// Allocates a table with the fields of another one, in its order, and a value for each of them. What the other table has for
    /// values does not matter, nor what becomes of it: the new table is as if its fields had been stored one by one.
    ///
    /// ```
    /// # use heapproof_heap::{Heap, Value};
    /// let mut heap = Heap::<()>::new();
    /// let point = heap.allocate_table()?;
    /// heap.set_field(point, "x", Value::Nil)?;
    /// heap.set_field(point, "y", Value::Nil)?;
    /// let one = heap.allocate_table_like(point, &[Value::Int(3), Value::Int(4)])?;
    /// assert_eq!(heap.get_field(one, "y")?, Value::Int(4));
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`] for the other table, [`HeapError::Index`] if there are not as many
    /// values as it has fields, [`HeapError::Stale`] for a reference among the values, then [`HeapError::Overflow`],
    /// [`HeapError::Capacity`].
    pub fn allocate_table_like(&mut self, like: ObjectId, values: &[Value]) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        self.insert_table_like(like, values)
    }

    /// The same without a check.
    pub(crate) fn insert_table_like(&mut self, like: ObjectId, values: &[Value]) -> Result<ObjectId, HeapError> {
        let (shape, of_like) = table(&self.arena, like)?;
        if of_like.len() != values.len() {
            let [index, length] = [values.len(), of_like.len()].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
            return Err(HeapError::Index { object: like, index, length });
        }
        let refers = self.count_contents(values)?;
        let values = match table(&self.arena, like)?.1 {
            Values::Shaped(_) => Values::Shaped(self.spare.list_of(values)),
            Values::Directory(directory) => Values::Directory(Box::new(directory.with_values(values))),
        };
        self.insert(Content::Table { shape, values }, refers)
    }
}

/// The shape and the values of a table.
fn table(arena: &Arena, object: ObjectId) -> Result<(u32, &Values), HeapError> {
    match arena.content(object)? {
        Content::Table { shape, values } => Ok((*shape, values)),
        other => Err(other.mismatch(object, Kind::Table)),
    }
}
