//! Arrays: what adds or takes out an element anywhere, and what changes several at once.
//!
//! Whatever the number of elements, it is one write. The array is in its final state before any of the old
//! references is given up, in order of index: what dies by that finds no half of a change. A value that goes
//! into many places is counted for all of them in one step, or not at all.
//!
//! Elements that move to other places are no news for counts and collections. A detection that may
//! stand in the array begins anew where they move to the front ([`Detection`](crate::cycles)); where
//! they move back, it reads at worst one of them twice, which changes nothing.

use crate::object::Content;
use crate::read::out_of_range;
use crate::write::LONGEST;
use crate::{Heap, HeapError, Host, Kind, ObjectId, Value};

impl<H: Host> Heap<H> {
    /// Adds an element in front of the one at the index, or behind the last if the index is the length.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`], [`HeapError::Index`] for the
    /// array, [`HeapError::Stale`] for the value, [`HeapError::Overflow`], [`HeapError::Capacity`].
    pub fn insert_element(&mut self, array: ObjectId, index: u32, value: Value) -> Result<(), HeapError> {
        let value = value.normalized();
        let (content, headers) = self.arena.split(array)?;
        let Content::Array(elements) = content else {
            return Err(content.mismatch(array, Kind::Array));
        };
        if index as usize > elements.len() {
            return Err(out_of_range(array, elements, index));
        }
        headers.retain(&value)?;
        if elements.len() >= LONGEST {
            headers.take_back([&value]);
            return Err(HeapError::Capacity);
        }
        let refers = value.reference().is_some();
        elements.insert(index as usize, value, &mut self.spare);
        self.written(array, refers, &Value::Nil);
        Ok(())
    }

    /// Takes the element at the index; those behind it move up. If it is a reference, the mutator
    /// holds it from now on.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`], [`HeapError::Index`],
    /// [`HeapError::Overflow`].
    pub fn remove_element(&mut self, array: ObjectId, index: u32) -> Result<Value, HeapError> {
        self.take_element(array, index, false)
    }

    /// Takes the element at the index, and puts the last one in its place: that takes the same time
    /// however many there are. If it is a reference, the mutator holds it from now on.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`], [`HeapError::Index`],
    /// [`HeapError::Overflow`].
    pub fn swap_remove(&mut self, array: ObjectId, index: u32) -> Result<Value, HeapError> {
        self.take_element(array, index, true)
    }

    fn take_element(&mut self, array: ObjectId, index: u32, swaps: bool) -> Result<Value, HeapError> {
        let (content, headers) = self.arena.split(array)?;
        let Content::Array(elements) = content else {
            return Err(content.mismatch(array, Kind::Array));
        };
        let Some(element) = elements.get(index as usize) else {
            return Err(out_of_range(array, elements, index));
        };
        headers.hand_out(element)?;
        if swaps {
            let last = elements.len() - 1;
            elements.swap(index as usize, last);
        } else {
            elements[index as usize..].rotate_left(1);
        }
        let element = elements.pop(&mut self.spare).unwrap_or_default();
        self.detection.moved(array.slot());
        self.written(array, element.reference().is_some(), &Value::Nil);
        Ok(element)
    }

    /// Cuts the elements from this index on, if there are so many, and gives them up in order.
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`].
    pub fn truncate(&mut self, array: ObjectId, length: u32) -> Result<(), HeapError> {
        let (content, _) = self.arena.split(array)?;
        let Content::Array(elements) = content else {
            return Err(content.mismatch(array, Kind::Array));
        };
        let cut = elements.cut(length as usize, &mut self.spare);
        self.rewritten(array, false, &cut);
        Ok(())
    }

    /// Stores a value in so many elements, from an index on, and then gives up what was there, in order.
    /// What it refers to needs room for as many references while the old ones still count. Of no
    /// elements it is done, whatever the value.
    ///
    /// ```
    /// # use heapproof_heap::{Heap, Value};
    /// # let mut heap = Heap::<()>::new();
    /// let board = heap.allocate_array(&[Value::Nil, Value::Nil, Value::Nil])?;
    /// let empty = heap.allocate_table()?;
    /// heap.fill(board, 0, heap.length(board)?, empty.into())?;
    /// assert_eq!(heap.counts(empty).map(|counts| counts.internal), Some(3));
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`], [`HeapError::Index`] for the
    /// array, [`HeapError::Stale`] for the value, [`HeapError::Overflow`].
    pub fn fill(&mut self, array: ObjectId, index: u32, count: u32, value: Value) -> Result<(), HeapError> {
        let value = value.normalized();
        let (content, headers) = self.arena.split(array)?;
        let Content::Array(elements) = content else {
            return Err(content.mismatch(array, Kind::Array));
        };
        let Some(places) = elements.get_mut(index as usize..).and_then(|rest| rest.get_mut(..count as usize)) else {
            return Err(out_of_range(array, elements, index.saturating_add(count.saturating_sub(1))));
        };
        headers.retain_times(&value, count)?;
        let refers = count > 0 && value.reference().is_some();
        let old: Vec<Value> = places.iter_mut().map(|place| std::mem::replace(place, value.clone())).collect();
        self.rewritten(array, refers, &old);
        Ok(())
    }

    /// Does what follows a write that replaced several values: `came` says whether a reference came to
    /// the object, `old` are the values that are given up.
    pub(crate) fn rewritten(&mut self, object: ObjectId, came: bool, old: &[Value]) {
        self.tuning.count_operation();
        if came || old.iter().any(|value| value.reference().is_some()) {
            self.changed(object);
        }
        old.iter().filter_map(Value::reference).for_each(|left| self.give_up(left));
        self.settle();
    }
}
