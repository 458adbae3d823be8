//! Dialects: which of the answers that sensible heaps give a heap gives, clause by clause (SPEC 11).
//!
//! The first answer of each clause is that of SPEC 1 to 10. What an answer means in the model stands at the place of its
//! clause in [`mod@crate::reference`].

#[macro_use]
mod clauses;
mod same;
mod text;

pub use text::DialectError;

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
            /// The most passes of a collection, where `reach` is `n-passes`.
            pub passes: u32,
        }

        impl Default for Dialect {
            fn default() -> Dialect {
                Dialect { $($field: $type::ALL[0],)* depth: u32::MAX, passes: 3 }
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

impl From<Callbacks> for SetCallbacks {
    fn from(callbacks: Callbacks) -> SetCallbacks {
        match callbacks {
            Callbacks::WhenReleased => SetCallbacks::WhenReleased,
            Callbacks::AtDeath => SetCallbacks::AtDeath,
        }
    }
}

impl UserCode {
    /// Whether the code of a dying object runs as a finalizer, or as a destructor.
    pub fn runs_as(self, sort: UserCode) -> bool {
        self == sort || self == UserCode::Both && matches!(sort, UserCode::Finalizer | UserCode::Destructor)
    }
}

impl Dialect {
    /// Whether the lines of code stay when they have run, in a run of that sort.
    pub fn keeps_code(&self, sort: UserCode) -> bool {
        let has_both = self.code == UserCode::Both || self.set_code == UserCode::Both;
        self.again == Again::EachDeath || has_both && sort == UserCode::Finalizer
    }

    /// Whether the subject chooses, at least within a call, when an object has its turn or is given up.
    pub fn has_free_turns(&self) -> bool {
        let gives_up = self.release == Release::Nested && self.contents == ContentsOrder::Unordered;
        gives_up || matches!(self.release, Release::Unordered | Release::Deferred)
    }

    /// Whether programs have panics: a line may run in a release and in a set.
    pub fn has_panics(&self) -> bool {
        self.panics != Panics::Never && self.set_panics != SetPanics::Never
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
        let any_result = matches!(self.collect_gives, CollectGives::Number | CollectGives::Anything);
        let answers = self.upgrade == Upgrade::Either || any_result;
        let code = self.set_armed == SetArmed::Either || self.collects_partly();
        self.frees_when_it_likes() || orders || answers || code
    }

    /// Whether the subject chooses what a collection frees that code calls.
    pub fn collects_partly(&self) -> bool {
        self.collect_in_code == CollectInCode::Partly || self.collect_in_set == CollectInSet::Partly
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
