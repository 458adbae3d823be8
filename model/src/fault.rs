//! The ways in which a heap can be damaged on purpose, and what verification must report for each (SPEC 7).
//!
//! The order of the faults never changes: the index of a fault is its byte.

use crate::value::Object;

/// More characters than the word of any fault has.
const LONGEST_COMPARED: usize = 64;

macro_rules! faults {
    ($($(#[$doc:meta])* $fault:ident $word:literal $kind:ident)*) => {
        /// A way to damage a heap.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fault {
            $($(#[$doc])* $fault,)*
        }

        impl Fault {
            /// All of them, in the order of their bytes.
            pub const ALL: &[Fault] = &[$(Fault::$fault),*];

            /// Its word in a trace.
            pub fn word(self) -> &'static str {
                match self { $(Fault::$fault => $word),* }
            }

            /// The kind of finding that reports it, unless the fault makes the object orphaned.
            pub fn kind(self) -> FindingKind {
                match self { $(Fault::$fault => FindingKind::$kind),* }
            }
        }
    };
}

faults! {
    /// The external count is higher than it should be.
    ExternalHigh "external_high" CountMismatch
    /// The external count is lower.
    ExternalLow "external_low" CountMismatch
    /// The internal count is lower.
    InternalLow "internal_low" CountMismatch
    /// The weak count is higher.
    WeakHigh "weak_high" CountMismatch
    /// The weak count is lower.
    WeakLow "weak_low" CountMismatch
    /// The number of living objects is higher.
    LiveHigh "live_high" CountMismatch
    /// The number of living objects is lower.
    LiveLow "live_low" CountMismatch
    /// The internal count is higher.
    InternalHigh "internal_high" CountMismatch
    /// The external count went below zero.
    ExternalWrapped "external_wrapped" Negative
    /// The internal count went below zero.
    InternalWrapped "internal_wrapped" Negative
    /// The weak count went below zero.
    WeakWrapped "weak_wrapped" Negative
    /// The number of living objects went below zero.
    LiveWrapped "live_wrapped" Negative
    /// A field refers to no object.
    DanglingField "dangling_field" Dangling
    /// An element refers to no object.
    DanglingElement "dangling_element" Dangling
    /// A capture refers to no object.
    DanglingCapture "dangling_capture" Dangling
    /// A box refers to no object.
    DanglingBox "dangling_box" Dangling
    /// A weak object targets no object.
    DanglingWeak "dangling_weak" WeakCorruption
    /// The list of weak objects lacks one.
    WeakEntryMissing "weak_entry_missing" WeakCorruption
    /// The list of weak objects has an object that is not weak.
    WeakEntryExtra "weak_entry_extra" WeakCorruption
    /// The mark of a changed object is wrong.
    DirtyFlag "dirty_flag" Dirty
    /// The list of changed objects is wrong.
    DirtyEntry "dirty_entry" Dirty
    /// A living object's slot is listed as free.
    FreeLive "free_live" DoubleFreed
    /// A free slot is listed twice.
    FreeTwice "free_twice" DoubleFreed
    /// A slot is listed as free that does not exist.
    FreeBeyond "free_beyond" ReferenceMismatch
    /// A free slot is not listed.
    FreeMissing "free_missing" Leak
    /// The mark of a candidate for collection is wrong.
    CandidateFlag "candidate_flag" ReferenceMismatch
    /// The list of candidates is wrong.
    CandidateEntry "candidate_entry" ReferenceMismatch
    /// An index of fields lacks one.
    IndexMissing "index_missing" ReferenceMismatch
    /// An index of fields has one too many.
    IndexExtra "index_extra" ReferenceMismatch
    /// A link between layouts of tables is missing.
    ShapeLinkMissing "shape_link_missing" ReferenceMismatch
    /// There is one link too many between layouts of tables.
    ShapeLinkExtra "shape_link_extra" ReferenceMismatch
    /// The known cycles lack an object.
    CycleEntryMissing "cycle_entry_missing" ReferenceMismatch
    /// The known cycles have an object too many.
    CycleEntryExtra "cycle_entry_extra" ReferenceMismatch
    /// A paused detection or collection lacks an object.
    PassEntryMissing "pass_entry_missing" ReferenceMismatch
    /// A paused detection or collection has an object too many.
    PassEntryExtra "pass_entry_extra" ReferenceMismatch
    /// The mark of a temporary is wrong.
    TemporaryFlag "temporary_flag" ReferenceMismatch
    /// The list of temporaries is wrong.
    TemporaryEntry "temporary_entry" ReferenceMismatch
    /// The mark of a queued object is wrong.
    QueueFlag "queue_flag" ReferenceMismatch
    /// The queue has an object that must not be released.
    QueueEntry "queue_entry" ReferenceMismatch
    /// A callback is listed as due that is not.
    CallbackEntry "callback_entry" ReferenceMismatch
}

impl Fault {
    /// The fault of that word.
    pub fn from_word(word: &str) -> Option<Fault> {
        Fault::ALL.iter().copied().find(|fault| fault.word() == word)
    }

    /// The fault whose word is most similar to a text.
    pub(crate) fn nearest(text: &str) -> Option<Fault> {
        // How far two words are from one another takes memory by the length of both.
        let text: String = text.chars().take(LONGEST_COMPARED).collect();
        let distance = |fault: &Fault| strsim::damerau_levenshtein(fault.word(), &text);
        Fault::ALL.iter().copied().min_by_key(distance)
    }

    /// Its byte.
    pub fn byte(self) -> u8 {
        self as u8
    }

    /// The fault of that byte.
    pub fn from_byte(byte: u8) -> Option<Fault> {
        Fault::ALL.get(usize::from(byte)).copied()
    }

    /// Whether it damages an external count.
    pub fn is_external(self) -> bool {
        matches!(self, Fault::ExternalHigh | Fault::ExternalLow | Fault::ExternalWrapped)
    }

    /// Whether it damages the number of living objects, and so no object.
    pub fn is_of_the_heap(self) -> bool {
        matches!(self, Fault::LiveHigh | Fault::LiveLow | Fault::LiveWrapped)
    }

    /// Whether it damages the list of free slots, so that no living object is reported.
    pub fn is_of_free_slots(self) -> bool {
        matches!(self, Fault::FreeTwice | Fault::FreeBeyond | Fault::FreeMissing)
    }

    /// Whether a fault at another object may undo it, since it damages something that all objects share.
    pub fn can_be_undone(self) -> bool {
        self.is_of_the_heap() || self.is_of_free_slots() || self == Fault::FreeLive
    }

    /// Whether it puts an id of no object in place of a reference or target.
    pub fn dangles(self) -> bool {
        (Fault::DanglingField..=Fault::DanglingWeak).contains(&self)
    }
}

/// What kind of error verification found (SPEC 7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    /// A count differs from the number of references.
    CountMismatch,
    /// A reference to no object.
    Dangling,
    /// References are recorded that do not exist.
    Orphaned,
    /// The records of changed objects are wrong.
    Dirty,
    /// The records of references differ from the contents of objects.
    ReferenceMismatch,
    /// A weak object's target or the list of weak objects is wrong.
    WeakCorruption,
    /// Nothing refers to something any more.
    Leak,
    /// A slot is freed more than once, or is freed and alive.
    DoubleFreed,
    /// A count went below zero.
    Negative,
}

impl FindingKind {
    /// All of them.
    pub const ALL: &[FindingKind] = &[
        FindingKind::CountMismatch,
        FindingKind::Dangling,
        FindingKind::Orphaned,
        FindingKind::Dirty,
        FindingKind::ReferenceMismatch,
        FindingKind::WeakCorruption,
        FindingKind::Leak,
        FindingKind::DoubleFreed,
        FindingKind::Negative,
    ];

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            FindingKind::CountMismatch => "count_mismatch",
            FindingKind::Dangling => "dangling",
            FindingKind::Orphaned => "orphaned",
            FindingKind::Dirty => "dirty",
            FindingKind::ReferenceMismatch => "reference_mismatch",
            FindingKind::WeakCorruption => "weak_corruption",
            FindingKind::Leak => "leak",
            FindingKind::DoubleFreed => "double_freed",
            FindingKind::Negative => "negative",
        }
    }
}

/// An error that verification found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Finding {
    /// What kind of error it is.
    pub kind: FindingKind,
    /// Its object. `None` if the error is in the heap as a whole, or at a slot without an object.
    pub object: Option<Object>,
}
