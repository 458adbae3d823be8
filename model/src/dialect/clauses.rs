//! The table: every clause and every answer, in the order of SPEC 11.

/// Calls a macro with the table: a clause, its type and what it asks; each answer with the answers that allow less.
macro_rules! clauses {
    ($with:ident) => {
        $with! {
            /// Which objects a line may name.
            names "names": Names {
                /// Every object that its name was ever bound to.
                Any "any" [];
                /// What held references reach, and in code what its own object reaches.
                Held "held" [Any];
            }
            /// What becomes of a call that the contract refuses.
            wrong_calls "wrong-calls": WrongCalls {
                /// It is refused.
                Refused "refused" [];
                /// The line is skipped, since it can't be written.
                Skipped "skipped" [Refused];
            }
            /// What happens at the ceiling of a count.
            ceiling "ceiling": Ceiling {
                /// The call is refused.
                Refused "refused" [];
                /// The object lives for ever, and its counts are not compared.
                Saturates "saturates" [];
                /// The line is skipped, since no program survives it.
                Panics "panics" [Refused];
            }
            /// What reading a field gives that the table has not.
            absent_fields "absent-fields": AbsentFields {
                /// Nil.
                Nil "nil" [];
                /// It is refused.
                Refused "refused" [];
            }
            /// Whether several weak objects have one target.
            weak_objects "weak-objects": WeakObjects {
                /// Each `weak X` allocates one.
                Own "own" [];
                /// All who ask for one get the same.
                Shared "shared" [];
            }
            /// Which plain values are told apart.
            plain_values "plain-values": PlainValues {
                /// All.
                Exact "exact" [];
                /// A whole number is equal to the same floating one.
                NumbersAlike "numbers-alike" [Exact];
                /// None.
                References "references" [Exact, NumbersAlike];
            }
            /// When an object dies that has lost its last reference, and in which order.
            release "release": Release {
                /// Before the outermost call returns, first in first out.
                Queued "queued" [];
                /// At once, depth first, in code too.
                Nested "nested" [];
                /// Before the outermost call returns, in the subject's order.
                Unordered "unordered" [Queued, Nested];
                /// At any time, at the latest when a collection begins.
                Deferred "deferred" [Queued, Nested, Unordered];
                /// As other garbage does.
                Traced "traced" [];
            }
            /// In which order a dead object's references are given up.
            contents "contents": ContentsOrder {
                /// From the first.
                InOrder "in-order" [];
                /// From the last.
                Reversed "reversed" [];
                /// In the subject's order.
                Unordered "unordered" [InOrder, Reversed];
            }
            /// When garbage dies.
            garbage "garbage": Garbage {
                /// In collections, checks and at the end of frames.
                Asked "asked" [];
                /// In any call; a collection frees all.
                AnyTime "any-time" [Asked];
                /// When asked; a collection may leave what is garbage only since the last.
                Late "late" [Asked];
                /// Never.
                Never "never" [];
            }
            /// How far a collection goes.
            reach "reach": Reach {
                /// Until nothing is garbage.
                UntilNone "until-none" [];
                /// One pass.
                OnePass "one-pass" [];
                /// Two passes at most.
                TwoPasses "two-passes" [];
                /// At most as many passes as `passes` says, 3 unless it does.
                NPasses "n-passes" [];
            }
            /// What `collect` gives.
            collect_gives "collect-gives": CollectGives {
                /// Nil.
                Nothing "nothing" [];
                /// How many members of its sets died.
                Objects "objects" [];
                /// How many cycles died.
                Cycles "cycles" [];
                /// How many of its sets had a death.
                Sets "sets" [];
                /// A number that is not compared.
                Number "number" [Objects, Cycles, Sets];
                /// Something that is not compared.
                Anything "anything" [Nothing, Objects, Cycles, Sets, Number];
            }
            /// What the code of an object is that dies in a release.
            code "code": UserCode {
                /// A finalizer: it runs before the death, and can save its object.
                Finalizer "finalizer" [];
                /// A destructor: nothing saves its object.
                Destructor "destructor" [];
                /// A job: it runs when its object is dead.
                Job "job" [];
                /// It does not run.
                None "none" [];
                /// A finalizer, and then, as the object dies, a destructor with the same lines.
                Both "both" [];
            }
            /// What the code of an object is that dies in a set.
            set_code "set-code": UserCode;
            /// How often an object's code runs.
            again "again": Again {
                /// Once in its life.
                Once "once" [];
                /// Each time it would die.
                EachDeath "each-death" [];
            }
            /// Whose code runs in a set.
            set_runs "set-runs": SetRuns {
                /// That of all members.
                Members "members" [];
                /// That of members which no other's code has saved before.
                Dying "dying" [];
            }
            /// Whether code runs in a set that a member is given while others' code runs.
            set_armed "set-armed": SetArmed {
                /// It runs in the same pass.
                InTime "in-time" [];
                /// Not in this pass.
                TooLate "too-late" [];
                /// In this pass or not, as the subject chooses.
                Either "either" [InTime, TooLate];
            }
            /// What becomes of a member that loses its last reference while its own code runs.
            set_own "set-own": SetOwn {
                /// It is released like others.
                Released "released" [];
                /// It is held until its code has ended.
                Held "held" [];
            }
            /// In which order the members of a set die and have their code run.
            set_order "set-order": SetOrder {
                /// All code first.
                AllFirst "all-first" [];
                /// Each member's code right before its death.
                OneByOne "one-by-one" [];
            }
            /// What the code of a set sees in members' contents.
            set_view "set-view": SetView {
                /// What is there.
                Whole "whole" [];
                /// No reference: all are nil already.
                Nil "nil" [];
                /// References to members that are dead to every call.
                Dead "dead" [];
            }
            /// What a saved member of a set saves.
            saved "saved": Saved {
                /// Itself and what it reaches.
                Reached "reached" [];
                /// The whole set.
                WholeSet "whole-set" [];
            }
            /// What an object is like that code allocates in a release.
            born "born": Born {
                /// Like others.
                LikeOthers "like-others" [];
                /// Its code never runs.
                WithoutCode "without-code" [];
            }
            /// What an object is like that the code of a set allocates.
            set_born "set-born": Born;
            /// What a collection does that code calls in a release.
            collect_in_code "collect-in-code": CollectInCode {
                /// Its work.
                Works "works" [];
                /// Nothing.
                Nothing "nothing" [];
                /// It is refused.
                Refused "refused" [];
                /// Some of its work, as the subject chooses.
                Partly "partly" [Works, Nothing];
            }
            /// What a collection does that the code of a set calls.
            collect_in_set "collect-in-set": CollectInSet {
                /// It is refused.
                Refused "refused" [];
                /// Nothing.
                Nothing "nothing" [];
                /// Its work; members are roots meanwhile.
                Works "works" [];
                /// Some of that, as the subject chooses.
                Partly "partly" [Nothing, Works];
            }
            /// What a panic does in the code of a release.
            panics "panics": Panics {
                /// It is contained, and counted.
                Counted "counted" [];
                /// It is contained.
                Contained "contained" [];
                /// It ends the outermost call at once.
                Passed "passed" [];
                /// It is the outcome of the outermost call, which has done all.
                PassedAfter "passed-after" [];
                /// It is contained; if its object lives, it lives for ever.
                OwnLost "own-lost" [];
                /// Programs don't panic.
                Never "never" [Counted, Contained, Passed, PassedAfter, OwnLost];
            }
            /// What a panic does in the code of a set.
            set_panics "set-panics": SetPanics {
                /// It is contained, and counted.
                Counted "counted" [];
                /// It is contained.
                Contained "contained" [];
                /// It ends the outermost call at once, and the set lives on.
                Passed "passed" [];
                /// It is the outcome of the outermost call, which has done all.
                PassedAfter "passed-after" [];
                /// It is contained; what is left of the set lives for ever.
                RestLost "rest-lost" [];
                /// It is contained; the others that are left of the set live for ever.
                OthersLost "others-lost" [];
                /// Programs don't panic.
                Never "never" [Counted, Contained, Passed, PassedAfter, RestLost, OthersLost];
            }
            /// Whose code begins as the heap goes away with objects alive.
            at_end "at-end": AtEnd {
                /// Nobody's.
                Nothing "nothing" [];
                /// That of all who have code that is still to run.
                Finalized "finalized" [];
                /// That of some of them.
                Some "some" [Nothing, Finalized];
            }
            /// When weak references to an object are cleared whose code runs in a release.
            weak "weak": Cleared {
                /// When it dies.
                AtDeath "at-death" [];
                /// While its code runs; if it lives on they work again.
                BeforeCode "before-code" [];
                /// Before its code runs, for good.
                ForGood "for-good" [];
            }
            /// When weak references to members of a set are cleared.
            set_weak "set-weak": Cleared;
            /// When the callback of a weak object runs whose target has died in a release.
            callbacks "callbacks": Callbacks {
                /// When nothing more is to be released.
                WhenReleased "when-released" [];
                /// At once, before the dead object gives up its contents, in code too.
                AtDeath "at-death" [];
            }
            /// When callbacks run for members of a set.
            set_callbacks "set-callbacks": SetCallbacks {
                /// When nothing more is to be released.
                WhenReleased "when-released" [];
                /// When the members have died, before any gives up its contents.
                AtDeath "at-death" [];
                /// Before code of the set, as its weak references are cleared for good; without that, never.
                WhenCleared "when-cleared" [];
            }
            /// What `upgrade` gives for a living object that no root reaches.
            upgrade "upgrade": Upgrade {
                /// The object.
                Gives "gives" [];
                /// Nil.
                Nil "nil" [];
                /// Either.
                Either "either" [Gives, Nil];
            }
            /// What reaches the value of an ephemeron.
            ephemerons "ephemerons": Ephemerons {
                /// The ephemeron and the key together.
                Both "both" [];
                /// The ephemeron.
                Ephemeron "ephemeron" [];
            }
        }
    };
}
