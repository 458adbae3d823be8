//! What verification can find.

use std::fmt;

use crate::ObjectId;

/// The kinds of errors that verification finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum VerificationErrorKind {
    /// A recorded count is not what it should be.
    RefCountMismatch,
    /// A strong reference is to no object.
    DanglingReference,
    /// References are recorded, and there is none.
    OrphanedObject,
    /// The bookkeeping of changed objects contradicts itself.
    DirtyInconsistency,
    /// A structure that is derived from the contents of objects differs from them.
    FieldRefMismatch,
    /// A weak object targets no object, or the list of a target's weak objects is wrong.
    WeakRefCorruption,
    /// Garbage that no collection will find, or a slot that no allocation will.
    MemoryLeak,
    /// A slot is vacant twice, or vacant and in use.
    DoubleFreed,
    /// A recorded count is wrong and so high that it must have been counted down below 0.
    NegativeRefCount,
}

/// How bad an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ErrorSeverity {
    /// Something takes longer or more memory than it should.
    Warning,
    /// The heap may do what it should not: free too early, or never.
    Error,
    /// The heap will reach objects that are none, or use the memory of some twice.
    Critical,
}

impl VerificationErrorKind {
    /// How bad errors of this kind are.
    #[must_use]
    pub fn severity(self) -> ErrorSeverity {
        match self {
            Self::DanglingReference | Self::DoubleFreed | Self::NegativeRefCount => ErrorSeverity::Critical,
            Self::DirtyInconsistency | Self::MemoryLeak => ErrorSeverity::Warning,
            Self::RefCountMismatch | Self::OrphanedObject | Self::FieldRefMismatch | Self::WeakRefCorruption => {
                ErrorSeverity::Error
            }
        }
    }
}

impl fmt::Display for VerificationErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RefCountMismatch => "count mismatch",
            Self::DanglingReference => "dangling reference",
            Self::OrphanedObject => "orphaned object",
            Self::DirtyInconsistency => "dirty inconsistency",
            Self::FieldRefMismatch => "reference mismatch",
            Self::WeakRefCorruption => "weak reference corruption",
            Self::MemoryLeak => "memory leak",
            Self::DoubleFreed => "double-freed",
            Self::NegativeRefCount => "negative count",
        })
    }
}

impl fmt::Display for ErrorSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        })
    }
}

/// One thing that is wrong with a heap.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct VerificationError {
    /// What kind of error it is.
    pub kind: VerificationErrorKind,
    /// The object that is wrong; [`ObjectId::NIL`] for the heap as a whole. For vacant slots it is
    /// the last object that the slot has had.
    pub object: ObjectId,
    /// What exactly is wrong with it.
    pub detail: VerificationDetail,
}

impl VerificationError {
    pub(crate) fn new(kind: VerificationErrorKind, object: ObjectId, detail: VerificationDetail) -> Self {
        Self { kind, object, detail }
    }
}

impl fmt::Display for VerificationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.object.is_nil() {
            true => write!(f, "{} of the heap: {}", self.kind, self.detail),
            false => write!(f, "{} at {}: {}", self.kind, self.object, self.detail),
        }
    }
}

/// The counts that are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum CountKind {
    /// Strong references that the mutator holds.
    External,
    /// Strong references in the contents of objects.
    Internal,
    /// Weak objects that target an object.
    Weak,
    /// Living objects of the heap.
    Live,
}

impl fmt::Display for CountKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::External => "external",
            Self::Internal => "internal",
            Self::Weak => "weak",
            Self::Live => "live",
        })
    }
}

/// Where in an object a value lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Place {
    /// The field of this name.
    Field(String),
    /// The element at this index.
    Element(usize),
    /// The capture at this index.
    Capture(usize),
    /// The value of a box.
    Box,
    /// The target of a weak object.
    Target,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, "field {name:?}"),
            Self::Element(index) => write!(f, "element {index}"),
            Self::Capture(index) => write!(f, "capture {index}"),
            Self::Box => f.write_str("the value"),
            Self::Target => f.write_str("the target"),
        }
    }
}

/// The structures that note objects, or what is shared among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Structure {
    /// Objects whose references have changed since cycles were detected.
    Dirty,
    /// Objects from which a collection looks for garbage.
    Candidates,
    /// Objects that wait to be released.
    Queue,
    /// Targets of weak objects.
    WeakIndex,
    /// The cycles of the last detection.
    KnownCycles,
    /// Objects that the mark of the collection under way has come to.
    Colours,
    /// Objects that the open frame gives up at its end.
    Temporaries,
    /// Lists of names that tables share.
    Shapes,
    /// What counts have beyond the bytes in headers.
    Counts,
    /// Weak objects whose callbacks are due.
    Callbacks,
}

impl fmt::Display for Structure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dirty => "changed objects",
            Self::Candidates => "candidates",
            Self::Queue => "the release queue",
            Self::WeakIndex => "targets of weak objects",
            Self::KnownCycles => "members of known cycles",
            Self::Colours => "what the mark under way has come to",
            Self::Temporaries => "temporaries",
            Self::Shapes => "shapes",
            Self::Counts => "parts of counts beside headers",
            Self::Callbacks => "weak objects whose callbacks are due",
        })
    }
}

/// What exactly is wrong: what is recorded, and what is so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum VerificationDetail {
    /// A count.
    Count {
        /// Which one.
        count: CountKind,
        /// What is recorded.
        recorded: u32,
        /// What it should be; none if that can't be known without roots.
        actual: Option<u32>,
    },
    /// A value refers to an object that is gone.
    Dangling {
        /// Where the value lies.
        place: Place,
        /// The id that it has.
        target: ObjectId,
    },
    /// The mutator says that it holds this object, and it is gone.
    DanglingRoot,
    /// The object is marked and has no entry.
    MarkWithoutEntry(Structure),
    /// The object has an entry and is not marked.
    EntryWithoutMark(Structure),
    /// The object has more than one entry.
    EntryTwice(Structure),
    /// An entry is where it can't be found when it is looked for.
    EntryMisplaced(Structure),
    /// There is an entry for a slot that has no object.
    EntryOfNoObject {
        /// Where it is.
        structure: Structure,
        /// The number of the slot.
        slot: u32,
    },
    /// The weak object is not in its target's list.
    NotListed {
        /// Its target.
        target: ObjectId,
    },
    /// The weak object is in the list of another object than its target.
    ListedElsewhere {
        /// The object in whose list it is.
        list: ObjectId,
    },
    /// The weak object does not know the one before it in the list.
    WrongNeighbour,
    /// The list of the object's weak objects leads to something that is none.
    BrokenList,
    /// The list of the object's weak objects runs in a circle.
    CircularList,
    /// The table's index does not lead to this field.
    NotIndexed {
        /// The name of the field.
        name: String,
    },
    /// A table counts another number of holes among its fields than there are.
    HolesMiscounted {
        /// How many it counts.
        recorded: usize,
    },
    /// The table's index has names that no field has.
    IndexedTooMuch {
        /// How many.
        names: usize,
    },
    /// The table has neither a shape nor names of its own.
    NoShape,
    /// The table has a shape and names of its own.
    ShapeAndNames,
    /// The table has a shape with more names than it has values, or fewer.
    ShapeMisfit {
        /// How many names the shape has.
        names: usize,
        /// How many values the table has.
        values: usize,
    },
    /// The table's shape is not found from the one with a name less.
    ShapeNotLinked {
        /// The number of the shape.
        shape: u32,
    },
    /// The table's shape is found from another than the one with a name less.
    ShapeLinkedElsewhere {
        /// The number of the shape.
        shape: u32,
    },
    /// The object is taken for a member of another known cycle than it is in.
    WrongCycle {
        /// The number of the cycle that it is taken to be in, if any.
        recorded: Option<u32>,
        /// The number of the cycle that it is in, if any.
        actual: Option<u32>,
    },
    /// A known cycle is taken for one whose members all live and is none, or the other way round.
    CycleMisnoted {
        /// The number of the cycle.
        cycle: u32,
        /// What it is taken for.
        whole: bool,
    },
    /// The structure's own figures contradict what is in it.
    Miscounted(Structure),
    /// Nothing refers to the object, and it does not wait to be released.
    NotQueued,
    /// No root reaches the object, and no candidate does.
    Unreachable,
    /// The slot of a living object is in the list of vacant slots.
    LiveSlotListed,
    /// A living object is in a slot that has no contents.
    WithoutContents,
    /// The vacant slot is in the list of vacant slots twice.
    SlotTwice,
    /// The vacant slot is in the list, but has no generation left.
    RetiredSlotListed,
    /// The list of vacant slots leads out of the heap.
    ListBeyond {
        /// To this slot.
        slot: u32,
    },
    /// The vacant slot is not in the list of vacant slots.
    SlotMissing,
    /// The slot has contents but no object, and is not vacant.
    LostSlot {
        /// The number of the slot.
        slot: u32,
    },
}

impl fmt::Display for VerificationDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { count, recorded, actual: Some(actual) } => {
                write!(f, "the {count} count is recorded as {recorded} and should be {actual}")
            }
            Self::Count { count, recorded, actual: None } => {
                write!(f, "the {count} count is recorded as {recorded}, which can't be")
            }
            Self::Dangling { place, target } => write!(f, "{place} refers to {target}, which is gone"),
            Self::DanglingRoot => f.write_str("a root refers to it, and it is gone"),
            Self::MarkWithoutEntry(structure) => write!(f, "marked, but not among {structure}"),
            Self::EntryWithoutMark(structure) => write!(f, "among {structure}, but not marked"),
            Self::EntryTwice(structure) => write!(f, "among {structure} more than once"),
            Self::EntryMisplaced(structure) => write!(f, "among {structure}, but not found there"),
            Self::EntryOfNoObject { structure, slot } => write!(f, "slot {slot} is among {structure}, without object"),
            Self::NotListed { target } => write!(f, "not in the list of weak objects of its target {target}"),
            Self::ListedElsewhere { list } => write!(f, "in the list of weak objects of {list}, not its target"),
            Self::WrongNeighbour => f.write_str("the list of weak objects leads to it from elsewhere than it knows"),
            Self::BrokenList => f.write_str("its list of weak objects leads to something else"),
            Self::CircularList => f.write_str("its list of weak objects runs in a circle"),
            Self::NotIndexed { name } => write!(f, "the index does not lead to field {name:?}"),
            Self::HolesMiscounted { recorded } => write!(f, "{recorded} holes are counted among the fields"),
            Self::IndexedTooMuch { names } => write!(f, "the index has {names} names that no field has"),
            Self::NoShape => f.write_str("it has neither a shape nor names of its own"),
            Self::ShapeAndNames => f.write_str("it has a shape and names of its own"),
            Self::ShapeMisfit { names, values } => write!(f, "its shape has {names} names for {values} values"),
            Self::ShapeNotLinked { shape } => write!(f, "shape {shape} is not found from the one with a name less"),
            Self::ShapeLinkedElsewhere { shape } => write!(f, "shape {shape} is found where it does not belong"),
            Self::WrongCycle { recorded, actual } => {
                let name = |cycle: &Option<u32>| cycle.map_or_else(|| "none".to_owned(), |it| it.to_string());
                write!(f, "taken for a member of cycle {}, it is in {}", name(recorded), name(actual))
            }
            Self::CycleMisnoted { cycle, whole: true } => write!(f, "cycle {cycle} has lost a member unnoticed"),
            Self::CycleMisnoted { cycle, whole: false } => write!(f, "cycle {cycle} is noted as broken, and is whole"),
            Self::Miscounted(structure) => write!(f, "the {structure} are other than is counted"),
            Self::NotQueued => f.write_str("nothing refers to it, and it does not wait to be released"),
            Self::Unreachable => f.write_str("garbage that no candidate reaches"),
            Self::LiveSlotListed => f.write_str("alive, but its slot is in the list of vacant ones"),
            Self::WithoutContents => f.write_str("alive, but its slot is vacant"),
            Self::SlotTwice => f.write_str("its slot is in the list of vacant ones twice"),
            Self::RetiredSlotListed => f.write_str("its slot is in the list of vacant ones, without generations left"),
            Self::ListBeyond { slot } => write!(f, "the list of vacant slots leads to {slot}, beyond the heap"),
            Self::SlotMissing => f.write_str("its slot is not in the list of vacant ones"),
            Self::LostSlot { slot } => write!(f, "slot {slot} has neither an object nor is it vacant"),
        }
    }
}
