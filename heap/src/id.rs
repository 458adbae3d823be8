//! How objects are named: a slot, and which of the slot's tenants is meant.
//!
//! A slot is used again after its object has died; its generation is not. So an id that is kept
//! too long is recognised, and never reaches the slot's next tenant.

use std::fmt;

/// The name of an object, or [`NIL`](Self::NIL).
///
/// It is as cheap as an integer and holds nothing: an object lives as long as its counts say, and
/// an id whose object is gone is refused with [`HeapError::Stale`](crate::HeapError::Stale).
/// An id belongs to the heap that gave it, and to the clones of that heap in which it is alive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId {
    slot: u32,
    generation: u32,
}

impl ObjectId {
    /// The id of no object.
    // It is in no slot that there can be: who looks for its object finds none without asking whether it is nil.
    pub const NIL: Self = Self { slot: u32::MAX, generation: 0 };

    /// The id of a tenant of a slot; a slot has none of generation 0.
    #[inline]
    pub(crate) const fn new(slot: u32, generation: u32) -> Self {
        if generation == 0 {
            return Self::NIL;
        }
        Self { slot, generation }
    }

    /// The id of a tenant, whose generation is not 0.
    #[inline]
    pub(crate) const fn of_tenant(slot: u32, generation: u32) -> Self {
        Self { slot, generation }
    }

    /// Whether this is [`NIL`](Self::NIL).
    #[inline]
    #[must_use]
    pub const fn is_nil(self) -> bool {
        self.generation == 0
    }

    /// The place in the heap, from 0; for nil [`u32::MAX`], which is no place.
    #[inline]
    #[must_use]
    pub const fn slot(self) -> u32 {
        self.slot
    }

    /// Which of the slot's tenants, from 1; 0 for nil.
    #[inline]
    #[must_use]
    pub const fn generation(self) -> u32 {
        self.generation
    }

    /// The id as one integer, for a virtual machine that packs its values; nil is 0.
    ///
    /// ```
    /// # use heapproof_heap::{Heap, ObjectId};
    /// let mut heap = Heap::<()>::new();
    /// let table = heap.allocate_table()?;
    /// assert_eq!(ObjectId::from_bits(table.to_bits()), table);
    /// assert_eq!(ObjectId::NIL.to_bits(), 0);
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    #[inline]
    #[must_use]
    pub const fn to_bits(self) -> u64 {
        if self.is_nil() {
            return 0;
        }
        (self.generation as u64) << 32 | self.slot as u64
    }

    /// The id that [`to_bits`](Self::to_bits) packed. Bits that no object ever had give an id
    /// that is refused like any other whose object is gone.
    #[inline]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self::new(bits as u32, (bits >> 32) as u32)
    }
}

impl Default for ObjectId {
    fn default() -> Self {
        Self::NIL
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_nil() {
            return f.write_str("nil");
        }
        write!(f, "{}.{}", self.slot, self.generation)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// As it is written: the slot, a dot and the generation, or `nil`.
#[cfg(feature = "serde")]
impl serde::Serialize for ObjectId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::ObjectId;

    #[test]
    fn bits_without_a_generation_are_nil() {
        assert_eq!(ObjectId::from_bits(7), ObjectId::NIL);
        assert_eq!(ObjectId::default(), ObjectId::NIL);
    }

    #[test]
    fn bits_have_the_slot_below_the_generation_and_give_the_id_again() {
        let id = ObjectId::new(12, 3);
        assert_eq!(id.to_bits(), 3 << 32 | 12);
        assert_eq!(ObjectId::from_bits(id.to_bits()), id);
    }

    #[test]
    fn an_id_is_written_as_slot_and_generation() {
        assert_eq!(ObjectId::new(12, 3).to_string(), "12.3");
        assert_eq!(format!("{:?}", ObjectId::NIL), "nil");
    }
}
