//! Conditions that a run can reach on any heap of this contract.
//!
//! Line coverage says which code has run; conditions say in which situations. Each is a statement about the model's
//! heap, so it means the same for every subject.

macro_rules! conditions {
    ($($condition:ident $name:literal $words:literal)*) => {
        /// A situation that a program can bring about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)] // the words are in the table
        pub enum Condition {
            $($condition,)*
        }

        impl Condition {
            /// All of them.
            pub const ALL: &[Condition] = &[$(Condition::$condition),*];

            /// Its name in output.
            pub fn name(self) -> &'static str {
                match self { $(Condition::$condition => $name),* }
            }

            /// Its meaning in words.
            pub fn words(self) -> &'static str {
                match self { $(Condition::$condition => $words),* }
            }
        }
    };
}

conditions! {
    // Release.
    Cascade "cascade" "four objects or more died one after the other in an operation"
    FinalizerRuns "finalizer-runs" "a finalizer ran"
    FinalizerResurrects "finalizer-resurrects" "an object lives on after its finalizer ran"
    FinalizerRefused "finalizer-refused" "an operation in a finalizer was refused"
    FinalizerPanics "finalizer-panics" "a finalizer panicked"
    FinalizerCollects "finalizer-collects" "a set was freed while a release ran a finalizer"
    FuelUsedUp "fuel-used-up" "a finalizer ended because the program's fuel was used up"
    SeveralFinalizers "several-finalizers" "an operation ran three finalizers or more"

    // Weak references.
    WeakCleared "weak-cleared" "a weak object was cleared while it lived"
    WeakDiesToo "weak-dies-too" "a weak object died in the same operation as its target"
    UpgradeGives "upgrade-gives" "an upgrade returned a reference"
    UpgradeFails "upgrade-fails" "an upgrade found that the target is dead"
    UpgradeSaves "upgrade-saves" "an upgrade resurrected garbage"
    CallbackRuns "callback-runs" "a callback ran"
    SeveralCallbacks "several-callbacks" "an operation ran two callbacks or more"
    CallbackReleases "callback-releases" "an object died behind a callback, by release"
    CallbackPanics "callback-panics" "a callback panicked"

    // Garbage.
    GarbageTaken "garbage-taken" "the mutator took a reference to garbage"
    GarbageStored "garbage-stored" "garbage was stored in a reachable object"
    GarbageWritten "garbage-written" "garbage was written to"
    GarbageOnGarbage "garbage-on-garbage" "a set was freed that has objects in no cycle"
    GarbageReachesLive "garbage-reaches-live" "a set was freed that refers to a surviving object"
    SeveralCycles "several-cycles" "a set was freed with two cycles or more"
    SetLivesOn "set-lives-on" "a set's finalizers saved all or part of it"
    PinSaves "pin-saves" "garbage was pinned"
    PinnedSpared "pinned-spared" "a collection spared a pinned object that nothing held reaches"
    PinnedDies "pinned-dies" "a pinned object died"
    UnpinLeavesGarbage "unpin-leaves-garbage" "an object was unpinned, and is garbage"
    EphemeronKeeps "ephemeron-keeps" "a collection spared an object to which an ephemeron alone refers"
    EphemeronLoses "ephemeron-loses" "a set was freed with a key and the value that a surviving ephemeron had for it"
    KeyGivesUp "key-gives-up" "a key died by release, and a surviving ephemeron had a value for it"
    StoredInItself "stored-in-itself" "an object was stored in itself"
    StoredAgain "stored-again" "a reference was stored where it was already"

    // Slices and checks.
    SlicePaused "slice-paused" "a slice of a collection ended with more to do"
    SliceInterrupted "slice-interrupted" "something changed between two slices of a collection"
    SliceCompletes "slice-completes" "a paused collection completed"
    TouchedUnderWay "touched-under-way" "an operation named garbage while a collection was paused"
    DetectionPaused "detection-paused" "a slice of a detection ended with more to do"
    DetectionInterrupted "detection-interrupted" "something changed between two slices of a detection"
    CheckCollected "check-collected" "an automatic check freed garbage"
    CheckFoundNothing "check-found-nothing" "an automatic check found nothing"
    CheckPaused "check-paused" "an automatic check ended with more to do"
    IntervalShrunk "interval-shrunk" "tuning made the interval shorter"
    IntervalGrown "interval-grown" "tuning made the interval longer"

    // Frames.
    FrameFreed "frame-freed" "the end of a frame freed a set"
    FrameLeft "frame-left" "a frame ended and left garbage, more than its budget or out of its reach"
    TemporaryOutlives "temporary-outlives" "a temporary outlived its frame"

    // Limits.
    GenerationsRanOut "generations-ran-out" "a slot was retired, since its generations were used up"
    OverflowRefused "overflow-refused" "a count had no room for one more"
    CapacityRefused "capacity-refused" "the heap had no room for one more object"
    StaleRefused "stale-refused" "the id of a dead object was refused"
    StaleValueRefused "stale-value-refused" "a value that refers to a dead object was refused"
    ReentrantRefused "reentrant-refused" "a call was refused since it came from a finalizer"
    ManyFields "many-fields" "a table had more than sixteen fields"
    FieldsRemoved "fields-removed" "a field was removed from a table of more than twelve"

    // Damage.
    Damaged "damaged" "the heap was damaged"
    RecoveredWithRoots "recovered-with-roots" "a damaged heap was recovered with roots"
    RecoveredWithout "recovered-without" "a damaged heap was recovered without roots"
    ReferenceLost "reference-lost" "a recovery lost a reference"
}

/// A set of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub struct Conditions(u64);

const _: () = assert!(Condition::ALL.len() <= u64::BITS as usize);

impl Conditions {
    /// Adds a condition.
    pub fn add(&mut self, condition: Condition) {
        self.0 |= 1 << condition as u32;
    }

    /// Adds a condition if `is_so`.
    pub(super) fn add_if(&mut self, is_so: bool, condition: Condition) {
        if is_so {
            self.add(condition);
        }
    }

    /// Whether the condition is in the set.
    pub fn has(self, condition: Condition) -> bool {
        self.0 & 1 << condition as u32 != 0
    }
}
