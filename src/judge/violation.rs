//! What can be wrong with a subject, typed.

use heapproof_model::{Contents, Counts, Event, Fault, Finding, Object, Outcome, Value};
use std::collections::BTreeSet;
use std::time::Duration;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub enum Crash {
    /// By an abort.
    Aborted,
    /// By a stack that overflowed.
    StackOverflow,
    /// By that signal.
    Signal(i32),
    /// By itself, with that exit code.
    Exited(i32),
}

/// What a subject does that does not return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub enum Hang {
    /// One call uses the processor.
    Busy,
    /// Nothing: no thread of it uses a processor, or wants to.
    Still,
}

/// Where subject and model part.
#[derive(Debug, Clone, PartialEq)]
pub enum Violation {
    /// The subject panicked.
    Panicked {
        /// What it said.
        message: String,
    },
    /// The subject ended its process.
    Crashed {
        /// In which way.
        how: Crash,
    },
    /// The subject did not come to an end, and was ended.
    Hung {
        /// What it did all the while.
        how: Hang,
        /// After how long.
        limit: Duration,
    },
    /// It was seen in another process, and what is known of it here is what tells it apart.
    Told {
        /// The text of its signature.
        signature: String,
        /// The objects that it is about.
        objects: Vec<Object>,
    },
    /// The subject wanted more memory than there was for it.
    OutOfMemory {
        /// How much there was, in mebibytes.
        limit: u64,
    },
    /// One did what the other refused, or the reasons differ, or what was given.
    Outcome {
        /// What the model says.
        model: Outcome,
        /// What the subject did.
        subject: Outcome,
    },
    /// The subject freed an object that must live.
    FreedTooEarly {
        /// The object.
        object: Object,
    },
    /// The subject keeps an object that must be gone.
    NotFreed {
        /// The object.
        object: Object,
    },
    /// The subject has no collection, and keeps an object that only a cycle keeps.
    LeaksCycle {
        /// The object.
        object: Object,
    },
    /// Deaths or finalizers, or their order.
    Journal {
        /// What happened next, by the model.
        model: Option<Event>,
        /// What happened next in the subject.
        subject: Option<Event>,
    },
    /// What an object holds.
    Contents {
        /// The object.
        object: Object,
        /// By the model.
        model: Box<Contents>,
        /// In the subject.
        subject: Box<Contents>,
    },
    /// How often an object is referred to.
    Counts {
        /// The object.
        object: Object,
        /// By counting.
        model: Counts,
        /// In the subject.
        subject: Counts,
    },
    /// A counter.
    Statistics {
        /// Which one.
        which: &'static str,
        /// By the model.
        model: u64,
        /// In the subject.
        subject: u64,
    },
    /// The cycles that are known since the last detection.
    Cycles {
        /// By the model.
        model: Vec<BTreeSet<Object>>,
        /// In the subject.
        subject: Vec<BTreeSet<Object>>,
    },
    /// The cycles that a detection finds.
    Detection {
        /// By mutual reachability.
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
    /// An operation touched more objects than it may.
    OverBudget {
        /// How many objects it touched.
        touched: u64,
        /// How many it may touch.
        budget: u64,
    },
    /// Verification finds something in a heap that was not damaged.
    Verification {
        /// What it finds first.
        found: Finding,
    },
    /// Verification does not find what was damaged.
    FaultMissed {
        /// How the heap was damaged.
        fault: Fault,
        /// What verification must find.
        wanted: Finding,
        /// What it finds.
        found: Vec<Finding>,
    },
    /// Verification gives a heap another score than follows from what it finds.
    Score {
        /// What it finds.
        found: Vec<Finding>,
        /// The score that follows.
        wanted: f64,
        /// The score that it gives.
        score: f64,
    },
    /// A recovery right after a recovery found something to do.
    RepairedAgain {
        /// How many things it did.
        repairs: u64,
    },
    /// The same program did something else when it was carried out again.
    Undetermined {
        /// On what it was carried out again.
        which: &'static str,
        /// What differs.
        what: &'static str,
        /// What the line came to at first.
        first: Outcome,
        /// What it came to then.
        second: Outcome,
    },
    /// A text is told to be wrong at a place that it does not have.
    Misplaced {
        /// What is told.
        error: String,
        /// The text.
        text: String,
    },
    /// A program is not what it was after it was written down and read again.
    RoundTrip {
        /// `text` or `bytes`.
        form: &'static str,
        /// What came back.
        back: String,
    },
}

impl Violation {
    /// Whether it is about how programs are written down, and so about no heap.
    pub fn is_of_notation(&self) -> bool {
        matches!(self, Violation::RoundTrip { .. } | Violation::Misplaced { .. })
    }

    /// The objects that it is about.
    pub fn objects(&self) -> Vec<Object> {
        let parted = |model: &[BTreeSet<Object>], subject: &[BTreeSet<Object>]| {
            let only_one = |one: &&BTreeSet<Object>| model.contains(one) != subject.contains(one);
            model.iter().chain(subject).filter(only_one).flatten().copied().collect()
        };
        match self {
            Violation::Told { objects, .. } => objects.clone(),
            Violation::FreedTooEarly { object }
            | Violation::NotFreed { object }
            | Violation::LeaksCycle { object }
            | Violation::Contents { object, .. }
            | Violation::Counts { object, .. }
            | Violation::CollectsLive { object }
            | Violation::LeavesGarbage { object } => vec![*object],
            Violation::Verification { found } => found.object.into_iter().collect(),
            Violation::FaultMissed { wanted, .. } => wanted.object.into_iter().collect(),
            Violation::Cycles { model, subject } | Violation::Detection { model, subject } => parted(model, subject),
            Violation::Journal { model, subject } => {
                let of = |event: &Event| match event {
                    Event::Began(object) | Event::Died(object) | Event::Damaged(Some(object)) => vec![*object],
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

    /// Whether the process does not survive it, so that it can only be seen from outside.
    pub fn ends_the_process(&self) -> bool {
        matches!(self, Violation::Crashed { .. } | Violation::Hung { .. } | Violation::OutOfMemory { .. })
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
