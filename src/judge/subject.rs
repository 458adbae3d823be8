//! What is put under proof.
//!
//! A [`Subject`] carries out operations and lets itself be looked at. It says which operations it has and what can be
//! observed of it: generators make only those operations, the lockstep compares only those observations, and a run says
//! what went unchecked. The least that is of use: some way to allocate and store, [`Take`](Operation::Take),
//! [`Drop`](Operation::Drop), and [`Subject::lives`].

pub(crate) mod watch;

use super::spelling::Spelling;
use heapproof_model::{Code, Contents, Counts, Event, Finding, Name, Object, Operation, Refusal, Statistics, Value};
use std::collections::BTreeSet;
use std::fmt;

/// Something that can be seen of a subject, besides whether an object lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Observation {
    /// Why it refuses a call; without, only that it does.
    Refusals,
    /// What an object holds.
    Contents,
    /// How often an object is referred to.
    Counts,
    /// Deaths and runs of finalizers, in their order.
    Journal,
    /// Which sets are freed together, and where slices pause, in the journal too; without, each set must be all garbage
    /// and what comes in slices must be done in one.
    Sets,
    /// Its counters.
    Statistics,
    /// The cycles that its last detection found.
    Cycles,
    /// What a detection and a collection would do, on a copy.
    Fork,
    /// What verification finds.
    Verification,
}

impl Observation {
    /// All of them.
    pub const ALL: &[Observation] = &[
        Observation::Refusals,
        Observation::Contents,
        Observation::Counts,
        Observation::Journal,
        Observation::Sets,
        Observation::Statistics,
        Observation::Cycles,
        Observation::Fork,
        Observation::Verification,
    ];

    /// What it is called where a run says what it did not check.
    pub fn name(self) -> &'static str {
        match self {
            Observation::Refusals => "reasons of refusals",
            Observation::Contents => "contents",
            Observation::Counts => "counts",
            Observation::Journal => "order of deaths and finalizers",
            Observation::Sets => "which sets are freed together",
            Observation::Statistics => "statistics",
            Observation::Cycles => "cycles",
            Observation::Fork => "detection and collection on a copy after each operation",
            Observation::Verification => "what verification finds",
        }
    }
}

/// A heap under proof.
///
/// Objects are numbered by the order of their allocation, from 0; a bulk line allocates as many as it says.
/// Everything that takes `&self` only looks: it must change nothing.
pub trait Subject {
    /// Whether it has that operation; without, programs do without.
    fn supports(&self, code: Code) -> bool;

    /// Whether that can be seen of it.
    fn observes(&self, observation: Observation) -> bool;

    /// Carries out an operation: what it gives, nil where it gives nothing, or why it is refused.
    ///
    /// # Errors
    /// The refusal that the contract names (`SPEC.md`, section 1).
    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal>;

    /// Whether an object lives.
    fn lives(&self, object: Object) -> bool;

    /// Learns that a name of the program stands for an object from now on; only finalizers need it.
    fn bind(&mut self, _name: Name, _object: Object) {}

    /// What has happened inside the heap since this was last called ([`Observation::Journal`]).
    fn take_journal(&mut self) -> Vec<Event> {
        Vec::new()
    }

    /// Writes what a living object holds into `contents`, which is of another object before
    /// ([`Observation::Contents`]).
    fn look(&self, _object: Object, _contents: &mut Contents) {}

    /// How often a living object is referred to ([`Observation::Counts`]).
    fn counts(&self, _object: Object) -> Counts {
        Counts::default()
    }

    /// What the heap has noted of a living object, in words, as `dirty` or `candidate`. It is compared with nothing, and
    /// shown with explanations and in pictures.
    fn marks(&self, _object: Object) -> Vec<&'static str> {
        Vec::new()
    }

    /// Its counters ([`Observation::Statistics`]).
    fn statistics(&self) -> Statistics {
        Statistics::default()
    }

    /// The cycles that its last detection found, less those of which an object has died ([`Observation::Cycles`]).
    fn cycles(&self) -> Vec<BTreeSet<Object>> {
        Vec::new()
    }

    /// What verification finds, given all references that the mutator holds, an entry each, or without them
    /// ([`Observation::Verification`]).
    fn verify(&self, _roots: Option<&[Object]>) -> Vec<Finding> {
        Vec::new()
    }

    /// The score that verification gives the heap, with roots or without ([`Observation::Verification`]); `None` where it
    /// gives none.
    fn score(&self, _roots: Option<&[Object]>) -> Option<f64> {
        None
    }

    /// Recovers, given all references that the mutator holds, an entry each, or without them. What became of references
    /// and external counts stands in the journal, as [`Event::Recovered`]. Within finalizers recovery is called as other
    /// operations are, and refused.
    fn recover(&mut self, _roots: Option<&[Object]>) {}

    /// How many things its recoveries have repaired so far, what they ended that was under way not counted; `None` where it
    /// does not say.
    fn repairs(&self) -> Option<u64> {
        None
    }

    /// How many objects its collections and detections have touched so far.
    fn touched(&self) -> u64 {
        0
    }

    /// A digest of all that its future depends on, so that a search through all programs does not go on twice from one
    /// state: two subjects with equal digests, whose models are in equal states too, answer whatever follows alike, but for
    /// the numbers of objects and for counters that nothing reads back. [`crate::digest::of`] makes one. Without digests
    /// the search tries each program by itself.
    ///
    /// It has 128 bits because a collision would be a state that is silently not tried: among 2^32 states there is one
    /// with a probability of 2^-65; with 64 bits it would be even odds.
    fn digest(&self) -> Option<u128> {
        None
    }

    /// Where an object is, or was: two dead objects of one place can't be told apart by what is called with their ids.
    fn place(&self, object: Object) -> u64 {
        object.0.into()
    }

    /// A copy with an empty journal ([`Observation::Fork`]).
    fn fork(&self) -> Option<Box<dyn Subject>> {
        None
    }
}

/// A kind of subject: its name, and how to make an empty one.
#[derive(Clone)]
pub struct SubjectKind {
    /// How the command line calls it.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    make: fn() -> Box<dyn Subject>,
    rust: Option<&'static str>,
    spelling: Option<&'static dyn Spelling>,
}

impl SubjectKind {
    /// The kind of subject that `make` makes.
    pub const fn new(name: &'static str, about: &'static str, make: fn() -> Box<dyn Subject>) -> SubjectKind {
        SubjectKind { name, about, make, rust: None, spelling: None }
    }

    /// The same, which says what Rust calls it: a path or another expression that gives it, as `my_heap::proof::KIND`.
    /// Tests that embed their trace name it.
    #[must_use]
    pub const fn in_rust(self, rust: &'static str) -> SubjectKind {
        SubjectKind { rust: Some(rust), ..self }
    }

    /// What Rust calls it, if it says so.
    pub fn rust(&self) -> Option<&'static str> {
        self.rust
    }

    /// The same, which says how tests in Rust spell its operations.
    #[must_use]
    pub const fn spelled(self, spelling: &'static dyn Spelling) -> SubjectKind {
        SubjectKind { spelling: Some(spelling), ..self }
    }

    /// How tests in Rust spell its operations, if it says so.
    pub fn spelling(&self) -> Option<&'static dyn Spelling> {
        self.spelling
    }

    /// What its name begins with, where a `:` divides it: it is one of several that belong together.
    pub fn family(&self) -> Option<&'static str> {
        self.name.split_once(':').map(|(family, _)| family)
    }

    /// An empty one.
    pub fn make(&self) -> Box<dyn Subject> {
        watch::made(|| (self.make)())
    }

    /// What can't be checked of it, each in words; empty where everything can.
    pub fn unchecked(&self) -> Vec<String> {
        let subject = self.make();
        let operations = Code::ALL.iter().filter(|code| !subject.supports(**code)).map(|code| code.name().to_owned());
        let observations =
            Observation::ALL.iter().filter(|one| !subject.observes(**one)).map(|one| one.name().to_owned());
        observations.chain(operations).collect()
    }
}

impl fmt::Debug for SubjectKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SubjectKind({})", self.name)
    }
}
