//! What is put under proof.
//!
//! A [`Subject`] carries out operations and lets itself be looked at. It says which operations it has and what can be
//! observed of it: generators make only those operations, the lockstep compares only those observations, and a run says
//! what went unchecked. The least that is of use: some way to allocate and store, [`Take`](Operation::Take),
//! [`Drop`](Operation::Drop), and [`Subject::lives`].

mod abilities;
mod kind;
mod visits;
pub(crate) mod watch;

pub use crate::judge::figure::Figure;
pub use abilities::Abilities;
pub use kind::SubjectKind;
#[cfg(feature = "cli")]
pub(crate) use kind::Use;
pub use visits::Visits;

use super::violation::Violation;
use heapproof_model::{
    Code, Contents, Counts, Dialect, Event, Finding, Name, Object, Operation, Refusal, Statistics, Value,
};
use std::any::Any;

/// Something that can be seen of a subject, besides whether an object lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Observation {
    /// Why it refuses a call; without, only that it does.
    Refusals,
    /// What an object holds.
    Contents,
    /// How often an object is referred to: external, internal and weak references apart.
    Counts,
    /// External and internal references of an object in one sum.
    Strong,
    /// Deaths and runs of finalizers, in their order.
    Journal,
    /// Which sets are freed together, and where slices pause, in the journal too; without, each set must be all garbage
    /// and what comes in slices must be done in one.
    Sets,
    /// Its counters.
    Statistics,
    /// What calls return beside their values.
    Returned,
    /// The cycles that its last detection found.
    Cycles,
    /// What a detection and a collection would do, on a copy.
    Fork,
    /// What verification finds.
    Verification,
    /// How much memory it has reserved.
    Footprint,
    /// How often it reaches objects.
    Visits,
    /// From which objects it looks for garbage.
    Candidates,
    /// Whose code begins as it goes away with objects alive.
    Closing,
}

/// What is asked next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coming {
    /// That operation is called.
    Call(Operation<Object>),
    /// All objects are looked at.
    Look,
}

/// What it costs to look at contents and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Looks {
    /// Next to nothing.
    Free,
    /// As much as many calls. Then a run looks once, where its program ends; if it fails, it is run again with a look after
    /// each line.
    Dear,
    /// It changes what happens next, as in a heap that counts references of who looks. Then a run of its own looks, once, and
    /// ends there.
    Disturbing,
}

impl Observation {
    /// All of them.
    pub const ALL: &[Observation] = &[
        Observation::Refusals,
        Observation::Contents,
        Observation::Counts,
        Observation::Strong,
        Observation::Journal,
        Observation::Sets,
        Observation::Statistics,
        Observation::Returned,
        Observation::Cycles,
        Observation::Fork,
        Observation::Verification,
        Observation::Footprint,
        Observation::Visits,
        Observation::Candidates,
        Observation::Closing,
    ];

    /// What it is called where a run says what it did not check.
    pub fn name(self) -> &'static str {
        match self {
            Observation::Refusals => "reasons of refusals",
            Observation::Contents => "contents",
            Observation::Counts => "counts",
            Observation::Strong => "sums of external and internal counts",
            Observation::Journal => "order of deaths and finalizers",
            Observation::Sets => "which sets are freed together",
            Observation::Statistics => "statistics",
            Observation::Returned => "what calls return beside their values",
            Observation::Cycles => "cycles",
            Observation::Fork => "detection and collection on a copy after each operation",
            Observation::Verification => "what verification finds",
            Observation::Footprint => "memory that it has reserved",
            Observation::Visits => "how often it reaches objects",
            Observation::Candidates => "from which objects it looks for garbage",
            Observation::Closing => "whose code begins as it goes away",
        }
    }
}

/// A heap under proof.
///
/// Objects are numbered by the order of their allocation, from 0; a bulk line allocates as many as it says.
/// Everything that takes `&self` only looks: it must change nothing.
///
/// Several subjects live at once, in one thread and in several: runs beside each other, copies, threads of a run. So each
/// keeps all its state in itself, and not in a `static` or a `thread_local`. `docs/your-heap.md` says which operations
/// belong to what a heap has, and what is done at the end of a program.
pub trait Subject: Any {
    /// Whether it has that operation; without, programs do without.
    fn supports(&self, code: Code) -> bool;

    /// Whether code of the dying can ask for that operation too, of those that it has.
    fn supports_in_code(&self, _code: Code) -> bool {
        true
    }

    /// Whether that can be seen of it.
    fn observes(&self, observation: Observation) -> bool;

    /// What it answers where sensible heaps differ (`SPEC.md`, section 11). It is the same for all subjects of a kind, and the
    /// least that allows what the heap does: what is too loose hides mistakes.
    fn dialect(&self) -> Dialect {
        Dialect::default()
    }

    /// Carries out an operation: what it gives, nil where it gives nothing, or why it is refused.
    ///
    /// Operations come as they are, on nil, on dead objects, on objects of another kind: those are refused, and change
    /// nothing. `take nil` and `drop nil` are done. What [`Observation::Refusals`] does not show is whether the reason is
    /// the contract's; whether there is one is always compared.
    ///
    /// # Errors
    /// The refusal that the contract names (`SPEC.md`, section 1).
    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal>;

    /// Learns what is asked next, in that order. It is a hint, for a subject in another process: so all of it is under way
    /// before the first is answered. An operation is announced only if it is called as it is whatever the subject answers before,
    /// as long as that is right.
    fn announce(&mut self, _coming: &[Coming]) {}

    /// Learns that it has failed. What serves one program after the other must not go on to the next: who knows what is left in it.
    fn retire(&mut self) {}

    /// What it costs to look at it.
    fn looks(&self) -> Looks {
        Looks::Free
    }

    /// Whether two runs of a program do the same also where the contract leaves the heap a choice: in which order the members of a
    /// set have their user code run and die. A heap that goes by addresses, or by hashes with random keys, need not. Then
    /// `determinism` compares only what depends on no choice.
    fn repeats(&self) -> bool {
        true
    }

    /// Whether the subject is lost, and how: its process has ended, or does not answer. It is asked after each call, and
    /// behind one look or many; what a lost subject has answered counts for nothing, and a subject has no other way to say so. Once it is
    /// lost it answers further looks at once, with anything.
    fn broken(&self) -> Option<Violation> {
        None
    }

    /// Whether an object lives.
    fn lives(&self, object: Object) -> bool;

    /// Whether it can say whether an object lives. If not, nothing is asked of the object while no root reaches it.
    fn knows(&self, _object: Object) -> bool {
        true
    }

    /// Learns that a name of the program stands for an object from now on; only finalizers need it.
    ///
    /// A subject with finalizers has a [`Finalizers`](crate::code::Finalizers), to which it passes this on. It appends the line
    /// of an [`On`](Operation::On) there, passes on an [`Inherit`](Operation::Inherit), and runs an object's finalizer by [`run`](crate::code::run), a callback by
    /// [`call_back`](crate::code::call_back), which calls it for each
    /// line as [`Runs`](crate::code::Runs). Then it looks whether the object has references again.
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

    /// How many strong references there are to a living object, from the mutator and from contents together
    /// ([`Observation::Strong`]). Where [`Subject::counts`] tells them apart, this need not be there.
    fn strong(&self, object: Object) -> u64 {
        let counts = self.counts(object);
        u64::from(counts.external) + u64::from(counts.internal)
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

    /// Takes what the last call has returned beside its value, for [`Observation::Returned`]: as much of it as the heap
    /// returns. Calls that user code makes within it don't count.
    fn take_returned(&mut self) -> Vec<(Figure, u64)> {
        Vec::new()
    }

    /// The cycles that its last detection found, less those of which an object has died ([`Observation::Cycles`]): the objects of
    /// each, in any order.
    fn cycles(&self) -> Vec<Vec<Object>> {
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

    /// How many bytes of memory it has reserved, for objects and for what it notes about them ([`Observation::Footprint`]). It need
    /// not be exact, but it must grow with whatever can grow.
    fn footprint(&self) -> u64 {
        0
    }

    /// How many objects its collections and detections have touched so far.
    fn touched(&self) -> u64 {
        0
    }

    /// How often it has reached objects so far ([`Observation::Visits`]), counted where it comes to them, so that a collection that
    /// touches more than it says shows. Only differences count, and only within one thread.
    fn visits(&self) -> Visits {
        Visits::default()
    }

    /// The objects from which it looks for garbage, in any order ([`Observation::Candidates`]). A collector by trial has such: together
    /// they lead to all garbage (SPEC 3.7). `None` where it has none.
    fn candidates(&self) -> Option<Vec<Object>> {
        None
    }

    /// Where what it shows in several ways is not the same, in words: a picture, a quick check, a report that it keeps. It is asked
    /// now and then, and not while the heap is damaged.
    fn contradiction(&self) -> Option<String> {
        None
    }

    /// Lets the heap go away as it does where a program ends with objects alive ([`Observation::Closing`]), and returns what happens
    /// then, user code that begins above all (SPEC 2.14). A copy is asked, or a subject to which the program was told again, and nothing
    /// after that. `None` where that is not known, and then it is not judged.
    fn close(&mut self) -> Option<Vec<Event>> {
        None
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

    /// The same copy, in the memory of a former one of a subject of this kind, of which nothing else may be left. A run copies its
    /// subject after each operation: a subject that is asked for this reserves nothing then.
    fn fork_into(&self, _former: Box<dyn Subject>) -> Option<Box<dyn Subject>> {
        self.fork()
    }
}
