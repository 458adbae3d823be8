//! Dialects: which of the answers that sensible heaps give a heap gives, clause by clause (SPEC 11).
//!
//! The first answer of each clause is that of SPEC 1 to 10. What an answer means in the model stands at the place of its
//! clause in [`mod@crate::reference`].

mod same;
mod text;

pub use text::DialectError;

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
                /// Something that is not compared.
                Anything "anything" [Nothing, Objects, Cycles, Sets];
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
            /// What an object is like that the code of a set allocates.
            born "born": Born {
                /// Like others.
                LikeOthers "like-others" [];
                /// Its code never runs.
                WithoutCode "without-code" [];
            }
            /// What a collection does that code calls in a release.
            collect_in_code "collect-in-code": CollectInCode {
                /// Its work.
                Works "works" [];
                /// Nothing.
                Nothing "nothing" [];
                /// It is refused.
                Refused "refused" [];
            }
            /// What a collection does that the code of a set calls.
            collect_in_set "collect-in-set": CollectInSet {
                /// It is refused.
                Refused "refused" [];
                /// Nothing.
                Nothing "nothing" [];
                /// Its work; members are roots meanwhile.
                Works "works" [];
            }
            /// What a panic in code does.
            panics "panics": Panics {
                /// It is contained, and counted.
                Counted "counted" [];
                /// It is contained.
                Contained "contained" [];
                /// It ends the outermost call at once.
                Passed "passed" [];
                /// It is the outcome of the outermost call, which has done all.
                PassedAfter "passed-after" [];
                /// It is contained; what is left of its set lives for ever.
                RestLost "rest-lost" [];
                /// Programs don't panic.
                Never "never" [Counted, Contained, Passed, PassedAfter, RestLost];
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
            /// What `upgrade` gives for a living object that no root reaches.
            upgrade "upgrade": Upgrade {
                /// The object.
                Gives "gives" [];
                /// Nil.
                Nil "nil" [];
                /// Either.
                Either "either" [Gives, Nil];
            }
        }
    };
}

/// An answer of a clause.
pub trait Answer: Copy + PartialEq + Sized + 'static {
    /// All answers of the clause; the first is that of SPEC 1 to 10.
    const ALL: &'static [Self];
    /// The word for it.
    fn word(self) -> &'static str;
    /// What it means.
    fn meaning(self) -> &'static str;
    /// The answers that allow less: a heap that gives one of these passes as one that gives this.
    fn stricter(self) -> &'static [Self];
}

macro_rules! defined {
    ($(#[doc = $asks:literal] $field:ident $name:literal: $type:ident $({ $($answers:tt)* })? $(;)?)*) => {
        $($(defined!(answers #[doc = $asks] $type { $($answers)* });)?)*

        /// What a heap answers where sensible heaps differ.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct Dialect {
            $(#[doc = $asks] pub $field: $type,)*
            /// The longest chain and ring that a line may make.
            pub depth: u32,
        }

        impl Default for Dialect {
            fn default() -> Dialect {
                Dialect { $($field: $type::ALL[0],)* depth: u32::MAX }
            }
        }

        /// The clauses that have words for answers, in the order of SPEC 11.
        pub const CLAUSES: &[Clause] = &[$(Clause {
            name: $name,
            asks: $asks,
            answers: || $type::ALL.iter().map(|answer| (answer.word(), answer.meaning())).collect(),
            stricter: |answer| {
                let place = |one: &$type| $type::ALL.iter().position(|answer| answer == one);
                $type::ALL[answer].stricter().iter().filter_map(place).collect()
            },
            get: |dialect| $type::ALL.iter().position(|answer| *answer == dialect.$field).unwrap_or_default(),
            set: |dialect, answer| dialect.$field = $type::ALL[answer],
        },)*];
    };
    (answers #[doc = $asks:literal] $type:ident {
        $(#[doc = $meaning:literal] $answer:ident $word:literal [$($stricter:ident),*];)*
    }) => {
        #[doc = $asks]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $type {
            $(#[doc = $meaning] $answer,)*
        }

        impl Answer for $type {
            const ALL: &'static [$type] = &[$($type::$answer),*];

            fn word(self) -> &'static str {
                match self { $($type::$answer => $word,)* }
            }

            fn meaning(self) -> &'static str {
                match self { $($type::$answer => $meaning,)* }
            }

            fn stricter(self) -> &'static [$type] {
                match self { $($type::$answer => &[$($type::$stricter),*],)* }
            }
        }
    };
}
clauses!(defined);

/// A clause, for those who go through all of them. An answer is given by its place among the clause's answers.
pub struct Clause {
    /// Its name.
    pub name: &'static str,
    asks: &'static str,
    answers: fn() -> Vec<(&'static str, &'static str)>,
    stricter: fn(usize) -> Vec<usize>,
    get: fn(&Dialect) -> usize,
    set: fn(&mut Dialect, usize),
}

impl Clause {
    /// What it asks.
    pub fn asks(&self) -> &'static str {
        self.asks.trim()
    }

    /// Its answers: the word and what it means.
    pub fn answers(&self) -> Vec<(&'static str, &'static str)> {
        (self.answers)().into_iter().map(|(word, meaning)| (word, meaning.trim())).collect()
    }

    /// The answers that allow less than that one.
    pub fn stricter(&self, answer: usize) -> Vec<usize> {
        (self.stricter)(answer)
    }

    /// The answer of a dialect.
    pub fn of(&self, dialect: &Dialect) -> usize {
        (self.get)(dialect)
    }

    /// That dialect with another answer.
    #[must_use]
    pub fn with(&self, dialect: &Dialect, answer: usize) -> Dialect {
        let mut other = *dialect;
        (self.set)(&mut other, answer);
        other
    }
}

impl Dialect {
    /// Whether the subject chooses, at least within a call, when an object has its turn or is given up.
    pub fn has_free_turns(&self) -> bool {
        let gives_up = self.release == Release::Nested && self.contents == ContentsOrder::Unordered;
        gives_up || matches!(self.release, Release::Unordered | Release::Deferred)
    }

    /// The dialect that allows most of what allows the first answers too: in each clause the answer that allows most.
    pub fn loosest() -> Dialect {
        CLAUSES.iter().fold(Dialect::default(), |dialect, clause| {
            let looser = (0..clause.answers().len()).filter(|answer| clause.stricter(*answer).contains(&0));
            let loosest = looser.max_by_key(|answer| (clause.stricter(*answer).len(), std::cmp::Reverse(*answer)));
            loosest.map_or(dialect, |answer| clause.with(&dialect, answer))
        })
    }

    /// Whether it leaves a heap choices, apart from the orders within sets that each has: repeated calls may go otherwise.
    pub fn has_choices(&self) -> bool {
        let orders = self.release == Release::Unordered || self.contents == ContentsOrder::Unordered;
        let answers = self.upgrade == Upgrade::Either || self.collect_gives == CollectGives::Anything;
        self.frees_when_it_likes() || orders || answers
    }

    /// Whether the moment is free at which something dies.
    pub fn frees_when_it_likes(&self) -> bool {
        self.release == Release::Deferred || matches!(self.garbage, Garbage::AnyTime | Garbage::Late)
    }

    /// The clauses that don't have their first answer, and their answers' words.
    pub fn differences(&self) -> Vec<(&'static str, &'static str)> {
        let differs = |clause: &&Clause| clause.of(self) != 0;
        CLAUSES.iter().filter(differs).map(|clause| (clause.name, clause.answers()[clause.of(self)].0)).collect()
    }
}
