//! Mistakes, at least one for each answer of each clause.

/// A mistake of a twin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mistake {
    DropsTheDead,
    SkipsTakes,
    PopsNothing,
    CeilingIgnored,
    SaturatedDies,
    AbsentOtherwise,
    SharesOtherwise,
    BlursNumbers,
    ForgetsTexts,
    ForgetsReferences,
    ReleaseLastFirst,
    ReleaseWaits,
    ReleaseForgets,
    FlushLeavesOne,
    ReleaseFreesAtOnce,
    ContentsOtherWay,
    ContentsForgotten,
    FreesUnasked,
    FreesWhatIsHeld,
    LeavesGarbage,
    LaterStill,
    FreesRings,
    OnePassOnly,
    OnePassMore,
    PassesGoOn,
    GivesOneMore,
    GivesNoNumber,
    ResurrectionIgnored,
    CodeForgotten,
    DestructorForgotten,
    JobLost,
    CodeRunsThough,
    SetCodeForgotten,
    SetCodeRunsThough,
    CodeRunsAgain,
    CodeRunsOnce,
    SetRunsOtherwise,
    ArmedOtherwise,
    OwnOtherwise,
    SetOtherOrder,
    ViewOtherwise,
    NeighboursLive,
    SavesOtherwise,
    BornOtherwise,
    SetBornOtherwise,
    CollectsNothing,
    CollectsAnyway,
    CollectsItself,
    PanicNotCounted,
    PanicCounted,
    SetPanicNotCounted,
    SetPanicCounted,
    PanicSwallowed,
    RestNotLost,
    EndsOtherwise,
    EndsTwice,
    WeakOtherwise,
    UpgradeOtherwise,
    UpgradeUncounted,
    CallbacksForgotten,
    CalledOtherwise,
    SetCalledOtherwise,
    KeysOtherwise,
}

/// A heap that claims an answer and is wrong about it.
pub(super) struct Wrong {
    pub clause: &'static str,
    pub answer: &'static str,
    pub mistake: Mistake,
    pub about: &'static str,
    /// The other clauses of its dialect, without which the mistake can't show.
    pub with: &'static str,
}

macro_rules! wrong {
    ($($clause:literal $answer:literal $mistake:ident $about:literal $(with $with:literal)?;)*) => {
        pub(super) const WRONG: &[Wrong] = &[$(Wrong {
            clause: $clause,
            answer: $answer,
            mistake: Mistake::$mistake,
            about: $about,
            with: concat!($($with)?),
        }),*];
    };
}

wrong! {
    "names" "any" DropsTheDead "gives up references to dead objects, without a refusal";
    "names" "held" SkipsTakes "can't take references in code";
    "wrong-calls" "refused" PopsNothing "pops nil from an empty array";
    "wrong-calls" "skipped" SkipsTakes "can't take references in code";
    "ceiling" "refused" CeilingIgnored "counts on beyond the ceiling";
    "ceiling" "saturates" SaturatedDies "lets objects die whose counts are saturated";
    "ceiling" "panics" SkipsTakes "can't take references in code";
    "absent-fields" "nil" AbsentOtherwise "refuses to read a field that is not there";
    "absent-fields" "refused" AbsentOtherwise "gives nil for a field that is not there";
    "weak-objects" "own" SharesOtherwise "gives one weak object to all who ask";
    "weak-objects" "shared" SharesOtherwise "makes a weak object for each who asks";
    "plain-values" "exact" BlursNumbers "stores whole numbers as floating ones";
    "plain-values" "numbers-alike" ForgetsTexts "stores nil for a text";
    "plain-values" "references" ForgetsReferences "reads nil where a reference is";
    "release" "queued" ReleaseLastFirst "releases the last lost first";
    "release" "nested" ReleaseWaits "waits with releases until code has run";
    "release" "unordered" ReleaseForgets "forgets an object that waits";
    "release" "deferred" FlushLeavesOne "leaves one object when it collects";
    "release" "traced" ReleaseFreesAtOnce "releases by counts";
    "contents" "in-order" ContentsOtherWay "gives up contents from the last" with "release nested";
    "contents" "reversed" ContentsOtherWay "gives up contents from the first" with "release nested";
    "contents" "unordered" ContentsForgotten "does not give up the last of three references" with "release nested";
    "garbage" "asked" FreesUnasked "collects by itself";
    "garbage" "any-time" FreesWhatIsHeld "collects what a held object refers to";
    "garbage" "late" LaterStill "never collects what was garbage before";
    "garbage" "never" FreesRings "collects";
    "reach" "until-none" OnePassOnly "makes one pass";
    "reach" "one-pass" PassesGoOn "makes passes until there is no garbage";
    "reach" "two-passes" OnePassOnly "makes one pass";
    "reach" "n-passes" OnePassMore "makes one pass more" with "passes 1";
    "collect-gives" "nothing" GivesOneMore "gives a number";
    "collect-gives" "objects" GivesOneMore "gives one more than died";
    "collect-gives" "cycles" GivesOneMore "gives one more than died";
    "collect-gives" "sets" GivesOneMore "gives one more than died";
    "collect-gives" "number" GivesNoNumber "gives nothing";
    "collect-gives" "anything" LeavesGarbage "leaves some garbage";
    "code" "finalizer" ResurrectionIgnored "frees what its finalizer has saved";
    "code" "destructor" CodeForgotten "runs no destructor";
    "code" "job" JobLost "runs no job";
    "code" "none" CodeRunsThough "runs code" with "code none";
    "code" "both" DestructorForgotten "runs no destructor";
    "set-code" "finalizer" SetCodeForgotten "runs no finalizer of garbage";
    "set-code" "destructor" SetCodeForgotten "runs no destructor of garbage";
    "set-code" "job" JobLost "runs no job";
    "set-code" "none" SetCodeRunsThough "runs code of garbage";
    "set-code" "both" DestructorForgotten "runs no destructor of garbage";
    "again" "once" CodeRunsAgain "runs code at each death";
    "again" "each-death" CodeRunsOnce "runs code once";
    "set-runs" "members" SetRunsOtherwise "runs no code of members that others have saved";
    "set-runs" "dying" SetRunsOtherwise "runs code of members that others have saved";
    "set-armed" "in-time" ArmedOtherwise "runs no code that code of the set has given";
    "set-armed" "too-late" ArmedOtherwise "runs code that code of the set has given";
    "set-armed" "either" SetCodeForgotten "runs no finalizer of garbage";
    "set-own" "released" OwnOtherwise "holds a member while its code runs" with "release nested";
    "set-own" "held" OwnOtherwise "lets a member die while its code runs" with "release nested";
    "set-order" "all-first" SetOtherOrder "lets each member die when its code has run" with "set-code destructor";
    "set-order" "one-by-one" SetOtherOrder "runs all code first" with "set-code destructor";
    "set-view" "whole" ViewOtherwise "has torn members' contents when their code runs";
    "set-view" "nil" ViewOtherwise "has members whole when their code runs";
    "set-view" "dead" NeighboursLive "lets code use its dead neighbours" with "set-code destructor";
    "saved" "reached" SavesOtherwise "lets the whole set live if one member is saved";
    "saved" "whole-set" SavesOtherwise "lets the rest die if one member is saved";
    "born" "like-others" BornOtherwise "runs no code of what code has made";
    "born" "without-code" BornOtherwise "runs the code of what code has made";
    "set-born" "like-others" SetBornOtherwise "runs no code of what code of a set has made";
    "set-born" "without-code" SetBornOtherwise "runs the code of what code of a set has made";
    "collect-in-code" "works" CollectsNothing "collects nothing in code";
    "collect-in-code" "nothing" CollectsAnyway "collects in code";
    "collect-in-code" "refused" CollectsAnyway "collects in code";
    "collect-in-code" "partly" CollectsItself "collects what its code belongs to";
    "collect-in-set" "refused" CollectsAnyway "collects in the code of a set";
    "collect-in-set" "nothing" CollectsAnyway "collects in the code of a set";
    "collect-in-set" "works" CollectsNothing "collects nothing in code";
    "collect-in-set" "partly" CollectsItself "collects what its code belongs to";
    "panics" "counted" PanicNotCounted "counts no panic";
    "panics" "contained" PanicCounted "counts panics";
    "panics" "passed" PanicSwallowed "lets no panic out";
    "panics" "passed-after" PanicSwallowed "lets no panic out";
    "panics" "own-lost" RestNotLost "frees what panicked";
    "panics" "never" SkipsTakes "can't take references in code";
    "set-panics" "counted" SetPanicNotCounted "counts no panic of a set";
    "set-panics" "contained" SetPanicCounted "counts panics of a set";
    "set-panics" "passed" PanicSwallowed "lets no panic out";
    "set-panics" "passed-after" PanicSwallowed "lets no panic out";
    "set-panics" "rest-lost" RestNotLost "frees the rest of a set";
    "set-panics" "others-lost" RestNotLost "frees the rest of a set";
    "set-panics" "never" SkipsTakes "can't take references in code";
    "at-end" "nothing" EndsOtherwise "runs code as it goes away";
    "at-end" "finalized" EndsOtherwise "runs no code as it goes away";
    "at-end" "some" EndsTwice "runs code twice as it goes away";
    "weak" "at-death" WeakOtherwise "gives nil for an object whose code runs";
    "weak" "before-code" WeakOtherwise "gives an object whose code runs";
    "weak" "for-good" WeakOtherwise "gives a saved object by weak references that were there before";
    "set-weak" "at-death" WeakOtherwise "gives nil for a member whose code runs";
    "set-weak" "before-code" WeakOtherwise "gives a member whose code runs";
    "set-weak" "for-good" WeakOtherwise "gives a saved member by weak references that were there before";
    "callbacks" "when-released" CalledOtherwise "calls back before contents are given up";
    "callbacks" "at-death" CallbacksForgotten "calls nobody back";
    "set-callbacks" "when-released" SetCalledOtherwise "calls back before contents are given up";
    "set-callbacks" "at-death" SetCalledOtherwise "calls back when all is released";
    "set-callbacks" "when-cleared" SetCalledOtherwise "calls nobody back" with "set-weak for-good";
    "upgrade" "gives" UpgradeOtherwise "gives nil for garbage";
    "upgrade" "nil" UpgradeOtherwise "gives garbage";
    "upgrade" "either" UpgradeUncounted "does not count what an upgrade gives";
    "ephemerons" "both" KeysOtherwise "keeps a value whose key is garbage";
    "ephemerons" "ephemeron" KeysOtherwise "frees a value whose key is garbage";
}
