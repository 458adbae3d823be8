//! Faults that a test makes on purpose, to see that verification finds them and recovery repairs
//! them. Only with the feature `fault-injection`, which adds functions and nothing else: neither a
//! field nor a branch, so that what is tested with it is what runs without.

mod inject;
mod structures;

use std::fmt;

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// The ways in which [`Heap::inject`](crate::Heap::inject) can damage a heap.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fault {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Fault {
            /// All faults. Their order, and so the number of each, never changes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The fault as one word.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }
    };
}

faults! {
    /// The external count is one too high.
    ExternalHigh = "external_high",
    /// The external count is one too low.
    ExternalLow = "external_low",
    /// The internal count is one too low.
    InternalLow = "internal_low",
    /// The weak count is one too high.
    WeakHigh = "weak_high",
    /// The weak count is one too low.
    WeakLow = "weak_low",
    /// The number of living objects is one too high.
    LiveHigh = "live_high",
    /// The number of living objects is one too low.
    LiveLow = "live_low",
    /// The internal count is one too high.
    InternalHigh = "internal_high",
    /// The external count has been counted down below 0.
    ExternalWrapped = "external_wrapped",
    /// The internal count has been counted down below 0.
    InternalWrapped = "internal_wrapped",
    /// The weak count has been counted down below 0.
    WeakWrapped = "weak_wrapped",
    /// The number of living objects has been counted down below 0.
    LiveWrapped = "live_wrapped",
    /// A field refers to no object.
    DanglingField = "dangling_field",
    /// An element refers to no object.
    DanglingElement = "dangling_element",
    /// A capture refers to no object.
    DanglingCapture = "dangling_capture",
    /// A box refers to no object.
    DanglingBox = "dangling_box",
    /// A weak object targets no object.
    DanglingWeak = "dangling_weak",
    /// A weak object is not in its target's list.
    WeakEntryMissing = "weak_entry_missing",
    /// A weak object is in the list of another object than its target.
    WeakEntryExtra = "weak_entry_extra",
    /// The object is marked as changed, and has no entry.
    DirtyFlag = "dirty_flag",
    /// The object has an entry as changed, and is not marked.
    DirtyEntry = "dirty_entry",
    /// The object's slot is in the list of vacant slots.
    FreeLive = "free_live",
    /// A vacant slot is in the list of vacant slots twice.
    FreeTwice = "free_twice",
    /// The list of vacant slots leads out of the heap.
    FreeBeyond = "free_beyond",
    /// A vacant slot is not in the list of vacant slots.
    FreeMissing = "free_missing",
    /// The object is marked as a candidate, and has no entry.
    CandidateFlag = "candidate_flag",
    /// The object has an entry as a candidate, and is not marked.
    CandidateEntry = "candidate_entry",
    /// The index of a table does not lead to one of its fields.
    IndexMissing = "index_missing",
    /// The index of a table has a name that no field has.
    IndexExtra = "index_extra",
    /// A shape is not among the children of its parent.
    ShapeLinkMissing = "shape_link_missing",
    /// A shape is among the children of another than its parent.
    ShapeLinkExtra = "shape_link_extra",
    /// A member of a known cycle does not know of it.
    CycleEntryMissing = "cycle_entry_missing",
    /// An object is taken for a member of a known cycle.
    CycleEntryExtra = "cycle_entry_extra",
    /// An object that the mark under way has come to seems to be one that it has not, though something shows that it has.
    PassEntryMissing = "pass_entry_missing",
    /// An object that the mark under way has not come to is noted to be gone on from; or, if none is under way, an object has
    /// another colour than all others.
    PassEntryExtra = "pass_entry_extra",
    /// The object is marked as a temporary, and has no entry.
    TemporaryFlag = "temporary_flag",
    /// The object has an entry as a temporary, and is not marked.
    TemporaryEntry = "temporary_entry",
    /// The object is marked as waiting for its release, and has no entry.
    QueueFlag = "queue_flag",
    /// The object has an entry as waiting for its release, and is not marked.
    QueueEntry = "queue_entry",
    /// The object is listed as a weak object whose callback is due, and it is none.
    CallbackEntry = "callback_entry",
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
