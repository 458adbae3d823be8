//! What a subject can come across at all.
//!
//! A heap without weak objects never clears a weak reference. To list that as missing would hide what is missing in
//! earnest. So each condition says which operations it takes: one of each list. What happens all
//! the same is counted all the same.

use super::condition::Condition;
use super::meanwhile::{Encounter, Kept};
use crate::judge::subject::{Abilities, Observation};
use heapproof_model::Code::{self, *};
use heapproof_model::dialect::{Ephemerons, Names, Release, WrongCalls};

/// What writes contents.
const WRITES: &[Code] = &[WriteField, WriteElement, WriteCapture, WriteBox, Push, Insert, Fill, Transfer];
/// What has a target.
const WEAK: &[Code] = &[Weak, Ephemeron];
/// What makes an object refer to another.
const STORES: &[Code] = &[
    WriteField,
    WriteElement,
    WriteCapture,
    WriteBox,
    Push,
    Insert,
    Fill,
    Transfer,
    Array,
    Closure,
    Box,
    TableLike,
    Chain,
    Ring,
];
/// What makes a cycle.
const CYCLES: &[Code] = &[WriteField, WriteElement, WriteCapture, WriteBox, Push, Insert, Fill, Transfer, Ring];
/// What frees sets.
const COLLECTS: &[Code] = &[Collect, CollectSlice, Check, End, SetInterval, SetDebt];
/// By default a check is due after more operations than a program has.
const CHECKS: &[Code] = &[Check, SetInterval, SetDebt];
/// What finalizers save an object with.
const SAVES: &[Code] = &[
    Take,
    WriteField,
    WriteElement,
    WriteCapture,
    WriteBox,
    Push,
    Insert,
    Fill,
    Transfer,
    Array,
    Closure,
    Box,
    TableLike,
    Upgrade,
    Weak,
];

/// What programs for a subject can come across.
pub struct Reach<'a> {
    abilities: Abilities,
    drawn: &'a dyn Fn(Code) -> bool,
}

impl<'a> Reach<'a> {
    /// For a subject that can do that, in programs of the operations that are `drawn`.
    pub fn new(abilities: Abilities, drawn: &'a dyn Fn(Code) -> bool) -> Reach<'a> {
        Reach { abilities, drawn }
    }

    /// Whether programs can come across a condition.
    pub fn condition(&self, condition: Condition) -> bool {
        let dialect = self.abilities.dialect();
        self.have(takes(condition))
            && (!condition.pauses() || self.pauses())
            && (!condition.takes_sets() || self.pauses())
            && (!condition.refuses() || dialect.wrong_calls == WrongCalls::Refused)
            && (!condition.names_garbage() || dialect.names == Names::Any)
            && (condition != Condition::KeyGivesUp || dialect.release != Release::Traced)
            && (condition != Condition::EphemeronLoses || dialect.ephemerons == Ephemerons::Both)
    }

    /// Whether an operation can be done while that is kept.
    pub fn encounter(&self, encounter: Encounter) -> bool {
        let kept = match encounter.kept {
            Kept::Collection => self.have(&[&[CollectSlice, Check], CYCLES]) && self.pauses(),
            Kept::Detection => self.have(&[&[DetectSlice]]) && self.pauses(),
            Kept::Frame => self.have(&[&[Begin]]),
            Kept::Cycles => self.have(&[&[Detect, DetectFull, DetectSlice], CYCLES]),
        };
        kept && self.has(encounter.code)
    }

    fn have(&self, lists: &[&[Code]]) -> bool {
        lists.iter().all(|list| list.iter().any(|code| self.has(*code)))
    }

    fn has(&self, code: Code) -> bool {
        (self.drawn)(code) && self.abilities.supports(code)
    }

    /// Whether what it does in slices may pause: what does not show where it pauses must be done in one.
    fn pauses(&self) -> bool {
        self.abilities.shows(Observation::Journal) && self.abilities.shows(Observation::Sets)
    }
}

impl Condition {
    /// Whether it comes about only where something pauses.
    fn pauses(self) -> bool {
        use Condition as C;
        let slices = matches!(self, C::SlicePaused | C::SliceInterrupted | C::SliceCompletes | C::TouchedUnderWay);
        slices || matches!(self, C::DetectionPaused | C::DetectionInterrupted | C::CheckPaused)
    }

    /// Whether it is seen only where the journal says which sets are freed.
    fn takes_sets(self) -> bool {
        use Condition as C;
        let freed = matches!(self, C::GarbageOnGarbage | C::GarbageReachesLive | C::SeveralCycles | C::SetLivesOn);
        let freed = freed || matches!(self, C::EphemeronLoses | C::KeyGivesUp);
        freed || matches!(self, C::FinalizerCollects | C::FrameFreed)
    }

    /// Whether it is a call that is refused.
    fn refuses(self) -> bool {
        use Condition as C;
        let refused = matches!(self, C::OverflowRefused | C::CapacityRefused | C::StaleRefused | C::StaleValueRefused);
        refused || matches!(self, C::FinalizerRefused | C::ReentrantRefused)
    }

    /// Whether a program names garbage for it.
    fn names_garbage(self) -> bool {
        use Condition as C;
        matches!(self, C::GarbageTaken | C::GarbageStored | C::GarbageWritten | C::PinSaves)
    }
}

/// The operations that a condition takes, one of each list.
fn takes(condition: Condition) -> &'static [&'static [Code]] {
    use Condition as C;
    match condition {
        C::Cascade => &[STORES],
        C::FinalizerRuns | C::SeveralFinalizers => &[&[On]],
        // Callbacks have fuel and are refused too.
        C::FuelUsedUp | C::FinalizerRefused => &[&[On, When]],
        C::FinalizerResurrects => &[&[On], SAVES],
        C::FinalizerPanics => &[&[On], &[Panic]],
        C::FinalizerCollects => &[&[On], COLLECTS, CYCLES],
        C::WeakCleared | C::WeakDiesToo => &[WEAK],
        C::UpgradeGives | C::UpgradeFails => &[WEAK, &[Upgrade]],
        C::CallbackRuns | C::SeveralCallbacks | C::CallbackReleases => &[WEAK, &[When]],
        C::CallbackPanics => &[WEAK, &[When], &[Panic]],
        C::UpgradeSaves => &[WEAK, &[Upgrade], CYCLES],
        C::GarbageTaken => &[&[Take, TryTake], CYCLES],
        C::GarbageStored | C::GarbageWritten => &[WRITES, CYCLES],
        C::GarbageOnGarbage | C::GarbageReachesLive | C::SeveralCycles => &[COLLECTS, CYCLES],
        C::SetLivesOn => &[&[On], SAVES, COLLECTS, CYCLES],
        C::PinSaves => &[&[Pin], CYCLES],
        C::PinnedSpared => &[&[Pin], &[Collect], STORES],
        C::PinnedDies => &[&[Pin]],
        C::UnpinLeavesGarbage => &[&[Pin], &[Unpin], CYCLES],
        C::EphemeronKeeps => &[&[Ephemeron], &[Collect]],
        C::EphemeronLoses => &[&[Ephemeron], COLLECTS, STORES],
        C::KeyGivesUp => &[&[Ephemeron], &[Drop, Transfer, End]],
        C::StoredInItself => &[WRITES],
        C::StoredAgain => &[&[WriteField, WriteElement, WriteCapture, WriteBox, Fill, Transfer]],
        C::SlicePaused | C::SliceInterrupted | C::SliceCompletes => &[&[CollectSlice], CYCLES],
        C::TouchedUnderWay => &[&[CollectSlice, Check], CYCLES],
        C::DetectionPaused | C::DetectionInterrupted => &[&[DetectSlice]],
        C::CheckCollected => &[CHECKS, CYCLES],
        C::CheckFoundNothing | C::IntervalShrunk | C::IntervalGrown => &[CHECKS],
        C::CheckPaused => &[CHECKS, CYCLES],
        C::FrameFreed | C::FrameLeft => &[&[Begin], &[End], &[Temp], STORES],
        C::TemporaryOutlives => &[&[Begin], &[End], &[Temp]],
        C::GenerationsRanOut => &[&[SetGenerations]],
        C::OverflowRefused => &[&[SetCounts]],
        C::CapacityRefused => &[&[SetCapacity]],
        C::StaleRefused => &[],
        C::StaleValueRefused => &[STORES],
        C::ReentrantRefused => &[&[On, When], &[Begin, End, Temp, Recover, RecoverRoots, Collect, CollectSlice]],
        C::ManyFields => &[&[WriteField]],
        C::FieldsRemoved => &[&[WriteField], &[Remove]],
        C::Damaged => &[&[Fault]],
        C::RecoveredWithRoots => &[&[Fault], &[RecoverRoots]],
        C::RecoveredWithout => &[&[Fault], &[Recover]],
        C::ReferenceLost => &[&[Fault], &[Recover, RecoverRoots]],
    }
}
