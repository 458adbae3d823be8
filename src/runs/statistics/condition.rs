//! What a run can have come across: conditions of the abstract kind, which any heap of this contract meets.
//!
//! Coverage of lines says which code has run; these say in which situations. Each is a sentence about the heap as the
//! model sees it, so it means the same for every subject.

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

            /// How output calls it.
            pub fn name(self) -> &'static str {
                match self { $(Condition::$condition => $name),* }
            }

            /// What it is, in words.
            pub fn words(self) -> &'static str {
                match self { $(Condition::$condition => $words),* }
            }
        }
    };
}

conditions! {
    // Release.
    Cascade "cascade" "an operation let four objects or more die one after the other"
    FinalizerRuns "finalizer-runs" "a finalizer ran"
    FinalizerResurrects "finalizer-resurrects" "an object lives on after its finalizer ran"
    FinalizerRefused "finalizer-refused" "an operation in a finalizer was refused"
    FinalizerPanics "finalizer-panics" "a finalizer panicked"
    FinalizerCollects "finalizer-collects" "a set was freed while a release ran a finalizer"
    FuelUsedUp "fuel-used-up" "a finalizer ended because the program's fuel was used up"
    SeveralFinalizers "several-finalizers" "an operation ran three finalizers or more"

    // Weak references.
    WeakCleared "weak-cleared" "a weak reference that lives was cleared"
    WeakDiesToo "weak-dies-too" "a weak object died in the same operation as its target"
    UpgradeGives "upgrade-gives" "an upgrade gave a reference"
    UpgradeFails "upgrade-fails" "an upgrade came too late"
    UpgradeSaves "upgrade-saves" "an upgrade made garbage live again"

    // Garbage.
    GarbageTaken "garbage-taken" "the mutator came to hold garbage again"
    GarbageStored "garbage-stored" "garbage was stored in what lives"
    GarbageWritten "garbage-written" "garbage was written to"
    GarbageOnGarbage "garbage-on-garbage" "a set was freed of which a part is in no cycle"
    GarbageReachesLive "garbage-reaches-live" "a set was freed that refers to what lives on"
    SeveralCycles "several-cycles" "a set was freed with two cycles or more"
    SetLivesOn "set-lives-on" "a set's finalizers saved all or part of it"
    StoredInItself "stored-in-itself" "an object was stored in itself"
    StoredAgain "stored-again" "a reference was stored where it was already"

    // Slices and checks.
    SlicePaused "slice-paused" "a slice of a collection ended with more to do"
    SliceInterrupted "slice-interrupted" "a change came between two slices of a collection"
    SliceCompletes "slice-completes" "a collection that had paused came to its end"
    TouchedUnderWay "touched-under-way" "an operation named garbage while a collection was under way"
    DetectionPaused "detection-paused" "a slice of a detection ended with more to do"
    DetectionInterrupted "detection-interrupted" "a change came between two slices of a detection"
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
    GenerationsRanOut "generations-ran-out" "a slot was retired, for its generations were used up"
    OverflowRefused "overflow-refused" "a count had no room for one more"
    CapacityRefused "capacity-refused" "the heap had no room for one more object"
    StaleRefused "stale-refused" "the id of a dead object was refused"
    StaleValueRefused "stale-value-refused" "a value that refers to a dead object was refused"
    ReentrantRefused "reentrant-refused" "a call was refused for the finalizer that it came from"
    ManyFields "many-fields" "a table had more than sixteen fields"
    FieldsRemoved "fields-removed" "a field was taken out of a table of more than twelve"

    // Damage.
    Damaged "damaged" "the heap was damaged"
    RecoveredWithRoots "recovered-with-roots" "a damaged heap was recovered with what the mutator holds"
    RecoveredWithout "recovered-without" "a damaged heap was recovered without"
    ReferenceLost "reference-lost" "a recovery lost a reference"
}

/// Some of the conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub struct Conditions(u64);

const _: () = assert!(Condition::ALL.len() <= u64::BITS as usize);

impl Conditions {
    /// Adds one.
    pub fn add(&mut self, condition: Condition) {
        self.0 |= 1 << condition as u32;
    }

    /// Adds one, if that is so.
    pub(super) fn add_if(&mut self, is_so: bool, condition: Condition) {
        if is_so {
            self.add(condition);
        }
    }

    /// Whether it is among them.
    pub fn has(self, condition: Condition) -> bool {
        self.0 & 1 << condition as u32 != 0
    }
}
