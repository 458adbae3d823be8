//! Why a call was refused. A refused call has changed nothing, save that an allocation has still
//! made the check that was due.

use std::error::Error;
use std::fmt;

use crate::{Kind, ObjectId};

/// The reason for which a call was refused.
///
/// Where several apply, the first of this order is returned: re-entrant; frame; then the object (nil,
/// stale, of the wrong kind); then index or field; then the values from left to right (stale, or
/// a reference where a scalar is wanted); then counts (overflow, not held); then capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeapError {
    /// The call is not allowed in the finalizer that runs: a collection while the finalizers of
    /// another one run, or anything that concerns frames.
    Reentrant,
    /// The call is for a frame that is open and none is, or the other way round.
    Frame,
    /// An object is needed, and nil was given.
    Nil,
    /// The object is gone.
    Stale {
        /// The id that outlived its object.
        object: ObjectId,
    },
    /// The object is of another kind than the call is for.
    Kind {
        /// The object.
        object: ObjectId,
        /// The kind that the call is for.
        expected: Kind,
        /// The kind that the object has.
        found: Kind,
    },
    /// There is no such element or capture, the array to pop from is empty, or there are not as many values as a table has fields.
    Index {
        /// The array or closure, or that table.
        object: ObjectId,
        /// The index that was asked for, or the number of values.
        index: u32,
        /// How many there are.
        length: u32,
    },
    /// There is no such field to remove.
    Field {
        /// The table.
        object: ObjectId,
    },
    /// A scalar can't hold a reference.
    ScalarReference {
        /// The object that the reference is to.
        object: ObjectId,
    },
    /// A count of the object is at its ceiling.
    Overflow {
        /// The object that has no room for a further reference.
        object: ObjectId,
    },
    /// The mutator gave up a reference that it does not hold.
    NotHeld {
        /// The object, whose external count is 0.
        object: ObjectId,
    },
    /// There is no room for a further object, element or field.
    Capacity,
    /// A configuration value was refused.
    Setting {
        /// Which one.
        name: &'static str,
        /// What it must be.
        rule: &'static str,
    },
    /// There is nothing that the fault could damage.
    Inapplicable,
}

impl fmt::Display for HeapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reentrant => f.write_str("the finalizer or callback that is running must not do that"),
            Self::Frame => f.write_str("that needs an open frame, or that there be none"),
            Self::Nil => f.write_str("nil is not an object"),
            Self::Stale { object } => write!(f, "object {object} is gone"),
            Self::Kind { object, expected, found } => write!(f, "object {object} is of kind {found}, not {expected}"),
            Self::Index { object, index, length } => {
                write!(f, "object {object} has no index {index}, its length is {length}")
            }
            Self::Field { object } => write!(f, "table {object} has no such field"),
            Self::ScalarReference { object } => {
                write!(f, "a scalar can't hold a reference to object {object}")
            }
            Self::Overflow { object } => {
                write!(f, "object {object} has no room for another reference")
            }
            Self::NotHeld { object } => write!(f, "object {object} is not held by the mutator"),
            Self::Capacity => f.write_str("the heap is full"),
            Self::Setting { name, rule } => write!(f, "{name} must be {rule}"),
            Self::Inapplicable => f.write_str("there is nothing that the fault could damage"),
        }
    }
}

impl Error for HeapError {}
