//! Clear: an array or a table is emptied in one write.
//!
//! It is empty before any of the old references is given up, in order of index or of insertion: what dies by that finds
//! nothing in it. A table has the empty shape again, also where it had a [directory](crate::directory), whose memory is given back.

use crate::object::Content;
use crate::shapes::Shapes;
use crate::{Heap, HeapError, Host, Kind, ObjectId};

impl<H: Host> Heap<H> {
    /// Removes all elements of an array, or all fields of a table, and gives them up in order. A field that is
    /// stored again later is a new one, behind those that are there by then.
    ///
    /// ```
    /// # use heapproof_heap::{Heap, Value};
    /// # let mut heap = Heap::<()>::new();
    /// let table = heap.allocate_table()?;
    /// heap.set_field(table, "me", table.into())?;
    /// heap.clear(table)?;
    /// assert_eq!(heap.get_field(table, "me")?, Value::Nil);
    /// assert_eq!(heap.counts(table).map(|counts| counts.internal), Some(0));
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`].
    pub fn clear(&mut self, object: ObjectId) -> Result<(), HeapError> {
        let (content, _) = self.arena.split(object)?;
        let removed = match content {
            Content::Array(elements) => elements.cut(0, &mut self.spare),
            Content::Table { shape, values } => {
                *shape = Shapes::EMPTY;
                std::mem::take(values).into_list()
            }
            _ => return Err(content.mismatch(object, Kind::Table)),
        };
        self.rewritten(object, false, &removed);
        Ok(())
    }
}
