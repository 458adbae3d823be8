//! Swap: two elements change places, and no count changes.
//!
//! Nothing dies by it and nothing is refused for a count. But who holds an object changes, and that is news for both
//! who look for garbage and who look for cycles. What any other write says by moving a count has to be said here:
//!
//! - Each array has lost a reference and got one: it is [changed](crate::cycles).
//! - Each object has lost a reference. What referred to it may have been what kept it, and what refers to it now may be
//!   garbage, or the object itself; so it is a candidate, as after any reference that is given up. Within one array
//!   nothing has changed hands.
//! - Each object was given a reference, perhaps by an array that a mark under way has looked through, and lost one in
//!   an array that it has not: it is noted as [disturbed](crate::headers). Within one array too, where the mark may stand between the two.

use crate::object::Content;
use crate::{Heap, HeapError, Host, ObjectId, Value};

impl<H: Host> Heap<H> {
    /// Exchanges an element of an array with an element of another one, or of the same. It takes the same time whatever they are.
    ///
    /// ```
    /// # use heapproof_heap::{Heap, Value};
    /// # let mut heap = Heap::<()>::new();
    /// let full = heap.allocate_array(&[Value::Int(1), Value::Int(2)])?;
    /// let empty = heap.allocate_array(&[Value::Nil])?;
    /// heap.swap(full, 1, empty, 0)?;
    /// assert_eq!((heap.get_element(full, 1)?, heap.get_element(empty, 0)?), (Value::Nil, Value::Int(2)));
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`], [`HeapError::Index`], in this order whichever of the two
    /// it is about.
    pub fn swap(&mut self, array: ObjectId, index: u32, other: ObjectId, place: u32) -> Result<(), HeapError> {
        let (one, two) = match (self.get_element(array, index), self.get_element(other, place)) {
            (Ok(one), Ok(two)) => (one, two),
            (Err(one), Err(two)) => return Err(if rank(&two) < rank(&one) { two } else { one }),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => return Err(error),
        };
        let moved = [one.reference(), two.reference()];
        let values = [one, two];
        self.arena.headers.disturb_all(&values);
        let [one, two] = values;
        self.put_element(array, index, two);
        self.put_element(other, place, one);
        self.tuning.count_operation();
        if moved == [None, None] {
            return Ok(());
        }
        self.changed(array);
        self.changed(other);
        if array != other {
            moved.into_iter().flatten().for_each(|moved| self.suspect(moved));
        }
        Ok(())
    }

    /// Puts a value in an element that an array has, and counts nothing.
    fn put_element(&mut self, array: ObjectId, index: u32, value: Value) {
        if let Ok((Content::Array(elements), _)) = self.arena.split(array)
            && let Some(element) = elements.get_mut(index as usize)
        {
            *element = value;
        }
    }
}

/// Where the reason of an error stands among those that an element can be refused for.
fn rank(error: &HeapError) -> usize {
    match error {
        HeapError::Nil => 0,
        HeapError::Stale { .. } => 1,
        HeapError::Kind { .. } => 2,
        _ => 3,
    }
}
