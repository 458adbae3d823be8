//! What a test has to tell: calls, what each must come to, and what must be so afterwards.

use super::signature::Signature;
use heapproof_model::{Contents, Counts, End, Event, Finding, Line, Name, Object, Operation, Outcome, Program};
use std::collections::{BTreeMap, BTreeSet};

/// A program as calls and claims.
#[derive(Debug, Clone)]
pub struct Story {
    /// The program.
    pub program: Program,
    /// How the test shows it: as its trace, comments and all.
    pub trace: String,
    /// How it fails, if it does.
    pub signature: Option<Signature>,
    /// What is to be said of that, a line each.
    pub told: Vec<String>,
    /// Calls and claims in their order.
    pub parts: Vec<Part>,
    /// The runs of finalizers, in the order in which they ended.
    pub runs: Vec<Run>,
}

/// A part of a story.
#[derive(Debug, Clone)]
pub enum Part {
    /// Something is called.
    Call(Telling),
    /// A line is skipped: what it names stands for nothing.
    Skipped(Line),
    /// Something must be so.
    Claim(Claim),
}

/// A call.
#[derive(Debug, Clone)]
pub struct Telling {
    /// The line that makes it; `None` where all is let go at the end.
    pub line: Option<Line>,
    /// The operation.
    pub operation: Operation<Object>,
    /// What the mutator holds before it, an entry for each reference.
    pub roots: Vec<Object>,
    /// What it must come to.
    pub outcome: Outcome,
    /// Whether subject and model part at it.
    pub fails: bool,
}

/// What must be so, by the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// Whether an object lives.
    Lives(Object, bool),
    /// How often it is referred to.
    Counts(Object, Counts),
    /// What it holds.
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
    /// Verification finds this, among whatever else, given these roots.
    Reports(Finding, Vec<Object>),
    /// Nothing lives.
    Empty,
}

/// A run of a finalizer.
#[derive(Debug, Clone)]
pub struct Run {
    /// Whose finalizer it was.
    pub object: Object,
    /// What it did, in order.
    pub steps: Vec<Step>,
    /// The objects whose references the run holds in the end, an entry for each, in the order in which they are dropped.
    pub left: Vec<Object>,
    /// How it ended.
    pub end: End,
}

/// A step of a run.
#[derive(Debug, Clone)]
pub struct Step {
    /// The line, as the program has it.
    pub line: Line,
    /// The operation on what its names stood for; `None` where one stood for nothing.
    pub operation: Option<Operation<Object>>,
    /// What it came to.
    pub outcome: Outcome,
}

impl Story {
    /// A name of the program as a variable in Rust.
    pub fn variable(&self, name: Name) -> String {
        let spelled = self.program.spell(name);
        let plain = spelled.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !spelled.starts_with('_');
        if plain { identifier(&spelled) } else { format!("name_{}", name.0) }
    }

    /// The variables of objects: for each the first that is bound to it by a line of the program.
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

/// Words that can't be variables in Rust.
const KEYWORDS: &str = " abstract as async await become box break const continue crate do dyn else enum extern false final fn \
    for gen if impl in let loop macro match mod move mut override priv pub ref return self static struct super trait true \
    try type typeof unsafe unsized use virtual where while yield ";

/// A word as a Rust identifier; one that can't be is followed by `_`.
pub(crate) fn identifier(word: &str) -> String {
    if KEYWORDS.contains(&format!(" {word} ")) { format!("{word}_") } else { word.to_owned() }
}
