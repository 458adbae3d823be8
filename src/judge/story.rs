//! The story of a test: calls, the outcome that each must have, and what must hold afterwards.

use super::code::Sort;
use super::signature::Signature;
use heapproof_model::{Contents, Counts, End, Event, Finding, Line, Name, Object, Operation, Outcome, Program};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A program as calls and claims.
#[derive(Debug, Clone)]
pub struct Story {
    /// The program.
    pub program: Program,
    /// How the test shows it: as its trace, comments and all.
    pub trace: String,
    /// How it fails, if it does.
    pub signature: Option<Signature>,
    /// The comments about the failure, a line each.
    pub told: Vec<String>,
    /// Calls and claims in their order.
    pub parts: Vec<Part>,
    /// The runs of finalizers, in the order in which they ended.
    pub runs: Vec<Run>,
}

/// A part of a story.
#[derive(Debug, Clone)]
pub enum Part {
    /// A call.
    Call(Telling),
    /// A line that is skipped, since it uses an unbound name.
    Skipped(Line),
    /// Something that must hold.
    Claim(Claim),
}

/// A call.
#[derive(Debug, Clone)]
pub struct Telling {
    /// The line that makes it; `None` where everything is collected and dropped at the end.
    pub line: Option<Line>,
    /// The operation.
    pub operation: Operation<Object>,
    /// The references that the mutator holds before the call, an entry for each.
    pub roots: Vec<Object>,
    /// The outcome that it must have.
    pub outcome: Outcome,
    /// What must happen in it.
    pub events: Vec<Event>,
    /// Whether the heap chooses in which order that happens; `events` has the order of this time.
    pub unordered: bool,
    /// Those of the story's runs that end in it.
    pub runs: Range<usize>,
    /// Whether subject and model differ at it.
    pub fails: bool,
    /// Whether it is the model's alone, which collects at the end also where the subject can't.
    pub is_models: bool,
}

/// What must hold, by the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// Whether an object lives.
    Lives(Object, bool),
    /// The counts of an object.
    Counts(Object, Counts),
    /// The contents of an object.
    Holds(Object, Box<Contents>),
    /// Runs of finalizers and deaths of the last call, in order.
    Happened(Vec<Event>),
    /// A counter.
    Statistic(&'static str, u64),
    /// The cycles known since the last detection.
    Knows(Vec<BTreeSet<Object>>),
    /// The cycles that a detection would find.
    Finds(Vec<BTreeSet<Object>>),
    /// Whether an object would survive a collection.
    Survives(Object, bool),
    /// The last call touched no more objects than this.
    Touched(u64),
    /// A detection right after another would touch nothing.
    Rests,
    /// Verification finds nothing, given these roots, or none.
    Sound(Option<Vec<Object>>),
    /// Verification finds this and possibly more, given these roots.
    Reports(Finding, Vec<Object>),
    /// Nothing lives.
    Empty,
}

/// A run of a finalizer or callback.
#[derive(Debug, Clone)]
pub struct Run {
    /// What code it is.
    pub sort: Sort,
    /// The object whose code ran.
    pub object: Object,
    /// What it did, in order.
    pub steps: Vec<Step>,
    /// The references that the run holds at its end, an entry for each, in the order in which they are dropped.
    pub left: Vec<Left>,
    /// How it ended.
    pub end: End,
}

/// A reference that a run holds at its end by one of its names.
#[derive(Debug, Clone, Copy)]
pub struct Left {
    /// The object.
    pub object: Object,
    /// Whether some other name has given up a reference to it. Then it may be held no more, and the drop is refused and passed over
    /// (SPEC 2.10).
    pub given_up_elsewhere: bool,
}

/// A step of a run.
#[derive(Debug, Clone)]
pub struct Step {
    /// The line in the program.
    pub line: Line,
    /// The operation with objects for names; `None` where a name was unbound.
    pub operation: Option<Operation<Object>>,
    /// Its outcome.
    pub outcome: Outcome,
}

impl Story {
    /// A name of the program as a variable in Rust.
    pub fn variable(&self, name: Name) -> String {
        let spelled = self.program.spell(name);
        let plain = spelled.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !spelled.starts_with('_');
        if plain { identifier(&spelled) } else { format!("name_{}", name.0) }
    }

    /// The variable of each object: the first name that a line of the program binds to it.
    pub fn variables(&self) -> BTreeMap<Object, String> {
        let mut variables = BTreeMap::new();
        for part in &self.parts {
            if let Part::Call(Telling { line: Some(line), outcome: Outcome::Done(value), .. }) = part
                && let (Some(name), Some(object)) = (line.bind, value.reference())
            {
                variables.entry(object).or_insert_with(|| self.variable(name));
            }
        }
        variables
    }
}

/// Words that Rust does not allow as variables.
const KEYWORDS: &str = " abstract as async await become box break const continue crate do dyn else enum extern false final fn \
    for gen if impl in let loop macro match mod move mut override priv pub ref return self static struct super trait true \
    try type typeof unsafe unsized use virtual where while yield ";

/// A word as a Rust identifier; a keyword gets a `_` at its end.
pub(crate) fn identifier(word: &str) -> String {
    if KEYWORDS.contains(&format!(" {word} ")) { format!("{word}_") } else { word.to_owned() }
}
