//! The type of everything that can be wrong with a subject.

pub use super::lost::{Crash, Hang};

use super::expectation::Found;
use super::figure::Figure;
use super::lost::{Loss, Lost};
use heapproof_model::{Contents, Counts, Event, Fault, Finding, Object, Operation, Outcome, Value};
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::time::Duration;

/// Why there is no subject: it could not be made. That is no fault of a heap, so a run ends with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotMade {
    /// The name of its kind.
    pub subject: String,
    /// Why, in a line.
    pub why: String,
}

impl fmt::Display for NotMade {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` can't be made: {}", self.subject, self.why)
    }
}

impl Error for NotMade {}

/// What of an object was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visited {
    /// What it holds.
    Contents,
    /// What is noted of it.
    Headers,
}

impl Visited {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Visited::Contents => "contents",
            Visited::Headers => "headers",
        }
    }
}

/// How subject and model differ, or why that can't be known.
#[derive(Debug, Clone, PartialEq)]
pub enum Violation {
    /// The subject panicked.
    Panicked {
        /// The message of the panic.
        message: String,
        /// Where in its sources, as `file:line:column`, where that is known.
        place: Option<String>,
    },
    /// The subject ended its process.
    Crashed {
        /// How it ended.
        how: Crash,
    },
    /// The subject did not return in time, and was killed.
    Hung {
        /// What it did all the while.
        how: Hang,
        /// After how long.
        limit: Duration,
    },
    /// Its process was lost, or did not keep to the protocol.
    Lost(Box<Lost>),
    /// It was seen in another process, and what is known of it here is what tells it apart.
    Told {
        /// The text of its signature.
        signature: String,
        /// The objects that it is about.
        objects: Vec<Object>,
    },
    /// The subject needed more memory than its limit.
    OutOfMemory {
        /// The limit, in mebibytes.
        limit: u64,
    },
    /// There was no subject to judge, or no further one where the property takes several.
    NotMade(NotMade),
    /// One carried out what the other refused, or their reasons or their results differ.
    Outcome {
        /// What the model says.
        model: Outcome,
        /// What the subject says.
        subject: Outcome,
    },
    /// The subject freed an object that must live.
    FreedTooEarly {
        /// The object.
        object: Object,
    },
    /// The subject keeps an object that must be freed.
    NotFreed {
        /// The object.
        object: Object,
    },
    /// The subject has no collection, and keeps an object that only a cycle keeps alive.
    LeaksCycle {
        /// The object.
        object: Object,
    },
    /// Deaths or finalizers differ, or their order.
    Journal {
        /// The next event in the model.
        model: Option<Event>,
        /// The next event in the subject.
        subject: Option<Event>,
    },
    /// The contents of an object differ.
    Contents {
        /// The object.
        object: Object,
        /// By the model.
        model: Box<Contents>,
        /// In the subject.
        subject: Box<Contents>,
    },
    /// The counts of an object differ.
    Counts {
        /// The object.
        object: Object,
        /// As counted by the model.
        model: Counts,
        /// In the subject.
        subject: Counts,
    },
    /// The sum of an object's external and internal counts differs.
    Strong {
        /// The object.
        object: Object,
        /// As counted by the model.
        model: u64,
        /// In the subject.
        subject: u64,
    },
    /// A statistic differs.
    Statistics {
        /// Which one.
        which: &'static str,
        /// By the model.
        model: u64,
        /// In the subject.
        subject: u64,
    },
    /// The cycles known since the last detection differ.
    Cycles {
        /// By the model.
        model: Vec<BTreeSet<Object>>,
        /// In the subject.
        subject: Vec<BTreeSet<Object>>,
    },
    /// The cycles that a detection would find differ.
    Detection {
        /// By mutual reachability in the model.
        model: Vec<BTreeSet<Object>>,
        /// In the subject.
        subject: Vec<BTreeSet<Object>>,
    },
    /// A collection would free an object that must survive it.
    CollectsLive {
        /// The object.
        object: Object,
    },
    /// A collection would leave an object that must not survive it.
    LeavesGarbage {
        /// The object.
        object: Object,
    },
    /// A call returned another number beside its value.
    Returned {
        /// Which.
        figure: Figure,
        /// In the model.
        model: u64,
        /// In the subject.
        subject: u64,
    },
    /// The memory that the subject has reserved grew each time that a program was run on it, and it was emptied.
    Footprint {
        /// The most bytes after the first times.
        early: u64,
        /// The most bytes after the last times.
        late: u64,
        /// How often the program was run.
        rounds: u64,
    },
    /// A heap that was emptied and told to give memory back had more left of a high peak than of a low one.
    Peak {
        /// The bytes that it had reserved after a low peak.
        low: u64,
        /// The bytes that it had reserved after a high one.
        high: u64,
    },
    /// An operation touched more objects than its budget allows.
    OverBudget {
        /// How many objects it touched.
        touched: u64,
        /// How many it was allowed to touch.
        budget: u64,
    },
    /// Garbage to which no candidate leads.
    NoCandidate {
        /// The garbage.
        object: Object,
    },
    /// A candidate that is dead.
    DeadCandidate {
        /// The candidate.
        object: Object,
    },
    /// As the heap goes away with objects alive, code begins that must not, or does not that must.
    AtEnd {
        /// Whose code.
        object: Object,
        /// Whether it begins, by the model.
        begins: bool,
    },
    /// What the subject shows in several ways is not the same.
    Contradiction {
        /// In which, in words.
        told: String,
    },
    /// An operation reached objects more often than there was a reason for, whatever it says that it touched.
    Visits {
        /// What was reached.
        what: Visited,
        /// How often.
        times: u64,
        /// How often it might have been.
        most: u64,
        /// How many objects it says that it touched.
        touched: u64,
    },
    /// A line expects what is not so by the model.
    Expected {
        /// What it expects.
        expected: Operation<Object>,
        /// What is so.
        found: Found,
    },
    /// Verification finds something in a heap that was not damaged.
    Verification {
        /// Its first finding.
        found: Finding,
    },
    /// Verification misses the damage.
    FaultMissed {
        /// How the heap was damaged.
        fault: Fault,
        /// What verification must find.
        wanted: Finding,
        /// What it finds.
        found: Vec<Finding>,
    },
    /// Verification returns a score that does not follow from its findings.
    Score {
        /// What it finds.
        found: Vec<Finding>,
        /// The score that follows.
        wanted: f64,
        /// The score that it gives.
        score: f64,
    },
    /// A recovery right after another still repaired something.
    RepairedAgain {
        /// How many repairs it made.
        repairs: u64,
    },
    /// The same program behaved differently when it was carried out again.
    Undetermined {
        /// Where it was carried out again.
        which: &'static str,
        /// How that run differs from the first, which stands for the model.
        difference: Box<Violation>,
    },
    /// The parser reports an error at a place that the text does not have.
    Misplaced {
        /// The error.
        error: String,
        /// The text.
        text: String,
    },
    /// A program changed when it was written and read again.
    RoundTrip {
        /// `text` or `bytes`.
        form: &'static str,
        /// The program that was read.
        back: String,
    },
}

impl Violation {
    /// Whether it is about the notation of programs, and so not about a heap.
    pub fn is_of_notation(&self) -> bool {
        matches!(self, Violation::RoundTrip { .. } | Violation::Misplaced { .. })
    }

    /// The objects that it names.
    pub fn objects(&self) -> Vec<Object> {
        let parted = |model: &[BTreeSet<Object>], subject: &[BTreeSet<Object>]| {
            let only_one = |one: &&BTreeSet<Object>| model.contains(one) != subject.contains(one);
            model.iter().chain(subject).filter(only_one).flatten().copied().collect()
        };
        match self {
            Violation::Told { objects, .. } => objects.clone(),
            Violation::FreedTooEarly { object }
            | Violation::NotFreed { object }
            | Violation::NoCandidate { object }
            | Violation::DeadCandidate { object }
            | Violation::AtEnd { object, .. }
            | Violation::LeaksCycle { object }
            | Violation::Contents { object, .. }
            | Violation::Counts { object, .. }
            | Violation::Strong { object, .. }
            | Violation::CollectsLive { object }
            | Violation::LeavesGarbage { object } => vec![*object],
            Violation::Undetermined { difference, .. } => difference.objects(),
            Violation::Expected { expected, .. } => expected.objects(),
            Violation::Verification { found } => found.object.into_iter().collect(),
            Violation::FaultMissed { wanted, .. } => wanted.object.into_iter().collect(),
            Violation::Cycles { model, subject } | Violation::Detection { model, subject } => parted(model, subject),
            Violation::Journal { model, subject } => {
                let of = |event: &Event| match event {
                    Event::Began(object) | Event::Called(object) => vec![*object],
                    Event::Died(object) | Event::Damaged(Some(object)) => vec![*object],
                    Event::Took(set) => set.iter().copied().collect(),
                    _ => Vec::new(),
                };
                model.iter().chain(subject).flat_map(of).collect()
            }
            Violation::Outcome { model, subject } => {
                let of = |outcome: &Outcome| match outcome {
                    Outcome::Done(Value::Reference(object)) => Some(*object),
                    _ => None,
                };
                [model, subject].into_iter().filter_map(of).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Why there was no subject, if there was none: then nothing is wrong with it, and there is no use in going on.
    pub fn not_made(&self) -> Option<&NotMade> {
        if let Violation::NotMade(not_made) = self { Some(not_made) } else { None }
    }

    /// Whether a call did not return.
    pub fn hangs(&self) -> bool {
        match self {
            Violation::Hung { .. } => true,
            Violation::Lost(lost) => matches!(lost.how, Loss::Hung(..)),
            _ => false,
        }
    }

    /// Whether the process does not survive it, so that only another process can see it.
    pub fn ends_the_process(&self) -> bool {
        matches!(self, Violation::Crashed { .. } | Violation::Hung { .. } | Violation::OutOfMemory { .. })
    }
}

impl From<NotMade> for Violation {
    fn from(not_made: NotMade) -> Violation {
        Violation::NotMade(not_made)
    }
}

/// A value in a few words; objects by their number.
pub fn describe(value: &Value<Object>) -> String {
    match value {
        Value::Nil => "nil".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Char(value) => format!("{value:?}"),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => format!("{value:?}"),
        Value::Text(value) => format!("{value:?}"),
        Value::Reference(object) => object.to_string(),
    }
}
