//! Explains a failure in words.
//!
//! An explanation is made from the program's `history`: the program is run once more, and both sides are read after
//! each call. Each part follows from the definitions of the contract and from this history: the trace, with marks at
//! the failing line and at the lines that matter; what each side says there; the chain of `facts` that shows why the
//! model is right; and the `graph` before and after. On request it adds what could be different without changing the
//! failure, and in which other contract it would be none.

mod code;
mod contracts;
mod facts;
mod graph;
pub(crate) mod history;
mod names;
mod sides;
pub(crate) mod state;
mod steps;
mod story;
mod text;
mod tried;
mod variations;
mod watched;

use crate::judge::lockstep::{Failure, Tried, interval};
use crate::judge::panics;
use crate::judge::subject::SubjectKind;
use crate::judge::violation::Violation;
pub use facts::Fact;
pub use graph::Row;
use heapproof_model::{Dialect, Line, Operation, Program};
use history::{History, When};
#[cfg(feature = "cli")]
pub(crate) use names::NONE;
pub use steps::{Step, steps, unbound};
use story::Story;
pub use text::Paint;
pub use variations::Variation;

/// How many lines before the failing one an explanation of a long program has.
const NEAR: usize = 50;

/// The parts of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Explanation {
    /// The lines of the trace; of a long one those that matter, and those near the failing one.
    pub trace: Vec<TraceLine>,
    /// What follows the last line, step by step, where it failed in that: as far as it came.
    pub end: Vec<EndStep>,
    /// Where it failed: at a line, or at the end.
    pub place: String,
    /// What the model says there.
    pub model: String,
    /// What the subject says there.
    pub subject: String,
    /// Whether it is the line itself that says so, and not the subject.
    #[cfg_attr(feature = "serde", serde(default))]
    pub expected: bool,
    /// Why the model is right.
    pub facts: Vec<Fact>,
    /// The objects around the failing call, before and after it.
    pub graph: Vec<Row>,
    /// How many more objects the call changes.
    pub left_out: usize,
    /// What could be different; empty unless [asked for](Explanation::vary).
    pub variations: Vec<Variation>,
    /// How many executions that took.
    pub trials: u32,
    /// The answers of a dialect under which it would not fail, in words; empty unless
    /// [asked for](Explanation::try_contracts).
    #[cfg_attr(feature = "serde", serde(default))]
    pub contracts: Vec<String>,
}

/// A line of the trace.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TraceLine {
    /// Its number, from 1.
    pub number: usize,
    /// Its text.
    pub text: String,
    /// Whether it is the failing line.
    pub fails: bool,
    /// Whether a fact depends on it.
    pub matters: bool,
}

/// A step of what follows the last line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EndStep {
    /// What is done, as a line would have it.
    pub text: String,
    /// Whether it is the one that fails.
    pub fails: bool,
}

/// Explains a failure of a program on that kind of subject.
pub fn explain(subject: &SubjectKind, program: &Program, failure: &Failure) -> Explanation {
    let history = History::of_failure(subject, program, failure);
    let dialect = subject.abilities().ok().and_then(|abilities| dialect(abilities.dialect()));
    let ends = failure.violation.ends_the_process();
    let (model, subject) = history.names.sides(&failure.violation);
    let expected = matches!(failure.violation, Violation::Expected { .. });
    let story = Story::new(&history);
    // A story that ends before the failure says nothing of its place.
    let mut place = match program.lines().get(failure.step) {
        Some(line) => at_line(program, failure.step, line),
        None if failure.tried.contains(&Tried::End) => "after the last line".to_owned(),
        None => place_at_end(story.as_ref().filter(|_| !ends)),
    };
    if !failure.tried.is_empty() {
        place.push_str(&format!("; on a copy, after {}", history.names.tried(program, &failure.tried)));
    }
    // What is counted over all calls is not known where only some are.
    let knows = !history.is_partial || expected || !failure.violation.objects().is_empty();
    // If this run differs at another place than the failure did, the history has gaps. An explanation must not panic
    // then.
    let told = panics::catch(|| facts::facts(story.as_ref(), program, failure, knows));
    let mut facts = told.unwrap_or_default();
    let story = story.filter(|_| !ends);
    let drawn = story.and_then(|story| panics::catch(|| drawn(&story, &failure.violation)).ok());
    let (graph, left_out) = drawn.unwrap_or_default();
    facts.extend(dialect);
    let trace = trace(program, failure.step, &facts);
    let end = end(&history, failure);
    let (variations, trials, contracts) = (Vec::new(), 0, Vec::new());
    Explanation { trace, end, place, model, subject, expected, facts, graph, left_out, variations, trials, contracts }
}

/// The contract by which the model is right, where that is not SPEC 1 to 10 alone.
fn dialect(dialect: &Dialect) -> Option<Fact> {
    let text = format!("the subject is held to the dialect {dialect} (SPEC 11)");
    (*dialect != Dialect::default()).then_some(Fact { text, lines: Vec::new() })
}

/// The little that is known of a failure without running its program, and what there is to say besides.
#[cfg(feature = "cli")]
pub(crate) fn outline(program: &Program, failure: &Failure, more: Option<&str>) -> Explanation {
    let (model, mut subject) = names::Names::default().sides(&failure.violation);
    if let Some(more) = more {
        subject = format!("{subject}; {more}");
    }
    let place = match program.lines().get(failure.step) {
        Some(line) => at_line(program, failure.step, line),
        None => place_at_end(None),
    };
    let trace = trace(program, failure.step, &[]);
    let (end, facts, graph, left_out) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let (variations, trials, contracts) = (Vec::new(), 0, Vec::new());
    let expected = matches!(failure.violation, Violation::Expected { .. });
    Explanation { trace, end, place, model, subject, expected, facts, graph, left_out, variations, trials, contracts }
}

/// A line, and where in a log it comes from.
fn at_line(program: &Program, step: usize, line: &Line) -> String {
    let text = format!("at line {}, `{}`{}", step + 1, program.print(line), in_text(program, step));
    match program.note(step).map(|note| note.split_once(' ').unwrap_or((note, ""))) {
        None => text,
        Some((number, "")) => format!("{text}, from line {number} of the log"),
        Some((number, what)) => format!("{text}, from line {number} of the log ({what})"),
    }
}

/// Of a text with blocks: which of its lines it is, and in which round (SPEC 10.22).
fn in_text(program: &Program, step: usize) -> String {
    let Some(place) = program.place(step) else { return String::new() };
    let rounds: Vec<String> = place.rounds().map(|round| round.to_string()).collect();
    match &rounds[..] {
        [] => format!(", line {} of the text", place.line()),
        [round] => format!(", line {} of the text in round {round}", place.line()),
        rounds => format!(", line {} of the text in rounds {}", place.line(), rounds.join(" and ")),
    }
}

fn place_at_end(story: Option<&Story<'_>>) -> String {
    let place = "after the last line, where all is collected and dropped";
    let now = story.map(Story::now).filter(|now| now.when == When::End);
    let call = now.and_then(|now| now.operation.as_ref());
    match (call, story) {
        (Some(Operation::Drop { object: Some(object) }), Some(story)) => {
            format!("{place}, when {} is dropped", story.name(*object))
        }
        (Some(call), _) => format!("{place}, at `{}`", call.code().text()),
        _ => place.to_owned(),
    }
}

/// The graph where a failure is, and how many objects are left out of it.
fn drawn(story: &Story<'_>, violation: &Violation) -> (Vec<Row>, usize) {
    let (mut rows, left_out) = graph::rows(story, &violation.objects());
    if matches!(violation, Violation::Expected { .. }) {
        // Subject and model do not differ.
        rows.iter_mut().for_each(|row| row.subject.clone_from(&row.model));
    }
    (rows, left_out)
}

/// The steps of the end, up to the failing one.
fn end(history: &History, failure: &Failure) -> Vec<EndStep> {
    let steps = history.moments.iter().filter(|moment| moment.when == When::End);
    let mut end: Vec<EndStep> = steps.map(|moment| EndStep { text: history.end_step(moment), fails: false }).collect();
    if let Some(last) = end.last_mut() {
        // A call in which the subject panicked is not among them.
        last.fails = !matches!(failure.violation, Violation::Panicked { .. });
    }
    end
}

fn trace(program: &Program, step: usize, facts: &[Fact]) -> Vec<TraceLine> {
    // Of a long program what led to the failure is enough.
    let is_long = interval(program).is_some();
    let is_near = |index: usize| index <= step && step - index < NEAR;
    let told = |index: usize| index <= step && facts.iter().any(|fact| fact.lines.contains(&(index + 1)));
    let lines = program.lines().iter().enumerate().filter(|(index, _)| !is_long || is_near(*index) || told(*index));
    let lines = lines.map(|(index, line)| {
        let note = program.note(index).map_or_else(String::new, |note| format!("  # log {note}"));
        let (number, text) = (index + 1, program.print(line) + &note);
        let matters = facts.iter().any(|fact| fact.lines.contains(&number));
        TraceLine { number, text, fails: index == step, matters }
    });
    lines.collect()
}
