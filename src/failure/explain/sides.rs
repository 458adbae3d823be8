//! What model and subject say where they differ, in words.

use super::names::Names;
use crate::judge::expectation::Found;
use crate::judge::lost::hung;
use crate::judge::signature::refusal;
use crate::judge::violation::Violation;
use heapproof_model::{Contents, Counts, End, Event, Finding, Kind, Object, Operation, Outcome, Value};
use std::collections::BTreeSet;

impl Names {
    /// What each side says.
    pub fn sides(&self, violation: &Violation) -> (String, String) {
        match violation {
            Violation::Panicked { message, .. } => {
                ("it returns".into(), format!("(panicked) {}", message.replace('\n', "\n    ")))
            }
            Violation::Crashed { how } => ("it returns".into(), how.to_string()),
            Violation::Told { signature, .. } => ("something else".into(), signature.clone()),
            Violation::Hung { how, limit } => ("it returns".into(), hung(*how, *limit)),
            Violation::Lost(lost) => ("it answers".into(), lost.to_string()),
            Violation::OutOfMemory { limit } => {
                ("it returns".into(), format!("it wants more memory than the {limit} MiB that it may have"))
            }
            Violation::NotMade(not_made) => ("it is there".into(), not_made.to_string()),
            // Where only the value differs, nil is one too.
            Violation::Outcome { model: Outcome::Done(model), subject: Outcome::Done(subject) } => {
                let gives = |value: &Value<Object>| format!("done, giving {}", self.value(value));
                (gives(model), gives(subject))
            }
            Violation::Outcome { model, subject } => (self.outcome(model), self.outcome(subject)),
            Violation::FreedTooEarly { object } => {
                let name = self.object(*object);
                (format!("{name} lives"), format!("{name} is gone"))
            }
            Violation::NotFreed { object } | Violation::LeaksCycle { object } => {
                let name = self.object(*object);
                (format!("{name} is gone"), format!("{name} lives"))
            }
            Violation::Journal {
                model: Some(Event::Did(Outcome::Done(model))),
                subject: Some(Event::Did(Outcome::Done(subject))),
            } => {
                let gives = |value: &Value<Object>| format!("the code's operation: done, giving {}", self.value(value));
                (gives(model), gives(subject))
            }
            Violation::Journal { model, subject } => (self.event(model.as_ref()), self.event(subject.as_ref())),
            Violation::Contents { object, model, subject } => {
                (self.contents(*object, model), self.contents(*object, subject))
            }
            Violation::Counts { object, model, subject } => {
                (self.counts(*object, *model), self.counts(*object, *subject))
            }
            Violation::Strong { object, model, subject } => {
                let name = self.object(*object);
                (format!("{name}: {model} strong references"), format!("{name}: {subject} strong references"))
            }
            Violation::Statistics { which, model, subject } => {
                let which = which.replace('_', " ");
                (format!("{which}: {model}"), format!("{which}: {subject}"))
            }
            Violation::Cycles { model, subject } => (self.cycles("known", model), self.cycles("known", subject)),
            Violation::Detection { model, subject } => {
                (self.cycles("that a detection finds", model), self.cycles("that a detection finds", subject))
            }
            Violation::CollectsLive { object } => {
                let name = self.object(*object);
                (format!("{name} survives a collection"), format!("a collection now frees {name}"))
            }
            Violation::LeavesGarbage { object } => {
                let name = self.object(*object);
                (format!("a collection frees {name}"), format!("{name} survives a collection now"))
            }
            Violation::Returned { figure, model, subject } => {
                let figure = figure.name();
                (format!("{figure} returned: {model}"), format!("{figure} returned: {subject}"))
            }
            Violation::Footprint { early, late, rounds } => (
                format!(
                    "a heap that is emptied each time goes on with the {early} bytes that it had after the first times"
                ),
                format!("after the program was run {rounds} times it has reserved {late} bytes"),
            ),
            Violation::Peak { low, high } => (
                format!("emptied and shrunk, a heap has the {low} bytes reserved that a peak of few objects leaves"),
                format!("a peak of many objects leaves {high} bytes"),
            ),
            Violation::OverBudget { touched, budget } => {
                (format!("at most {budget} objects are touched here"), format!("{touched} objects are touched"))
            }
            Violation::NoCandidate { object } => {
                let name = self.object(*object);
                (format!("{name} is garbage, so a candidate leads to it"), "none does".to_owned())
            }
            Violation::DeadCandidate { object } => {
                let name = self.object(*object);
                (format!("{name} is dead, and no candidate"), "it is a candidate".to_owned())
            }
            Violation::AtEnd { object, begins } => {
                let name = self.object(*object);
                let says = [format!("the code of {name} does not begin"), format!("the code of {name} begins")];
                let [does_not, does] = says;
                if *begins { (does, does_not) } else { (does_not, does) }
            }
            Violation::Contradiction { told } => {
                ("all ways to look at the heap show the same".to_owned(), told.clone())
            }
            Violation::Visits { what, times, most, .. } => (
                format!("the {} of objects are reached {most} times at most", what.word()),
                format!("they are reached {times} times"),
            ),
            Violation::Expected { expected, found } => (self.found(expected, found), self.expected(expected)),
            Violation::Verification { found } => {
                ("the heap is in order, so verification finds nothing".into(), self.findings(&[*found]))
            }
            Violation::FaultMissed { fault, wanted, found } => (
                format!("the heap was damaged (`{}`), so {}", fault.word(), self.findings(&[*wanted])),
                self.findings(found),
            ),
            Violation::RepairedAgain { repairs } => {
                ("nothing is left to repair".into(), format!("{repairs} more repairs are made"))
            }
            Violation::Score { found, wanted, score } => {
                (format!("{}, which scores {wanted}", self.findings(found)), format!("the score is {score}"))
            }
            Violation::Undetermined { which, difference } => {
                let (first, second) = self.sides(difference);
                (format!("it does the same in {which}; at first {first}"), format!("in {which} {second}"))
            }
            Violation::Misplaced { error, text } => (
                "a text that is wrong is wrong at some place in it".into(),
                format!("it is wrong at `{error}` of\n{text}"),
            ),
            Violation::RoundTrip { form, back } => {
                (format!("the same program comes back from {form}"), format!("what comes back is\n{back}"))
            }
        }
    }

    /// What an expectation says.
    fn expected(&self, expected: &Operation<Object>) -> String {
        let name = self.nameable(expected);
        match expected {
            Operation::ExpectLive { objects } => living(i64::from(*objects)),
            Operation::ExpectDead { .. } => format!("{name} is gone"),
            Operation::ExpectExternal { count, .. } => format!("{name}: {count} {}", references(*count, true)),
            Operation::ExpectStrong { count, .. } => format!("{name}: {count} {}", references(*count, false)),
            Operation::ExpectField { field, value, .. } => {
                format!("field `{field}` of {name} has {}", self.value(value))
            }
            other => other.to_string(),
        }
    }

    /// What is so instead.
    fn found(&self, expected: &Operation<Object>, found: &Found) -> String {
        let name = self.nameable(expected);
        match (found, expected) {
            (Found::Number { found, .. }, Operation::ExpectLive { .. }) => living(*found),
            (Found::Number { found, .. }, Operation::ExpectExternal { .. }) => {
                format!("{name}: {found} {}", references(*found, true))
            }
            (Found::Number { found, .. }, _) => format!("{name}: {found} {}", references(*found, false)),
            (Found::Dead, _) => format!("{name} is gone"),
            (Found::Lives(..), _) => format!("{name} lives"),
            (Found::Value(value), Operation::ExpectField { field, .. }) => {
                format!("field `{field}` of {name} has {}", self.value(value))
            }
            (Found::Value(value), _) => self.value(value),
            (Found::OtherKind(kind), _) => format!("{name} is {}", kind_in_words(*kind)),
        }
    }

    fn nameable(&self, expected: &Operation<Object>) -> String {
        expected.objects().first().map_or_else(|| "nil".to_owned(), |object| self.object(*object))
    }

    /// The outcome of a call.
    pub fn outcome(&self, outcome: &Outcome) -> String {
        match outcome {
            Outcome::Done(Value::Nil) => "done".to_owned(),
            Outcome::Done(value) => format!("done, giving {}", self.value(value)),
            Outcome::Refused(reason) => format!("refused ({})", refusal(*reason).replace('_', " ")),
            Outcome::Skipped => "skipped".to_owned(),
        }
    }

    /// An event.
    pub fn event(&self, event: Option<&Event>) -> String {
        match event {
            None => "nothing more happens".to_owned(),
            Some(Event::Began(object)) => format!("the finalizer of {} begins", self.object(*object)),
            Some(Event::Called(weak)) => format!("the callback of {} begins", self.object(*weak)),
            Some(Event::Did(outcome)) => format!("the code's operation: {}", self.outcome(outcome)),
            Some(Event::Ended(End::Returned)) => "the code returns".to_owned(),
            Some(Event::Ended(End::Panicked)) => "the code panics".to_owned(),
            Some(Event::Ended(End::OutOfFuel)) => "the code is out of fuel".to_owned(),
            Some(Event::Died(object)) => format!("{} dies", self.object(*object)),
            Some(Event::Took(set)) => format!("{{{}}} is found to be garbage and begins to die", self.objects(set)),
            Some(Event::Paused) => "it pauses, with more to do".to_owned(),
            Some(Event::Damaged(Some(object))) => format!("the heap is damaged at {}", self.object(*object)),
            Some(Event::Damaged(None)) => "the heap is damaged as a whole".to_owned(),
            Some(Event::Recovered { lost, externals }) => self.recovered(lost, externals),
        }
    }

    fn recovered(&self, lost: &[(Object, usize)], externals: &[(Object, u32)]) -> String {
        let lost = lost.iter().map(|(object, place)| format!("value {place} of {}", self.object(*object)));
        let held = externals.iter().map(|(object, external)| format!("{} {external}", self.object(*object)));
        let (lost, held) = (lost.collect::<Vec<_>>().join(", "), held.collect::<Vec<_>>().join(", "));
        let lost = if lost.is_empty() { "nothing".to_owned() } else { lost };
        if held.is_empty() {
            format!("the heap is recovered, losing {lost}")
        } else {
            format!("the heap is recovered, losing {lost}; references held from outside: {held}")
        }
    }

    fn contents(&self, object: Object, contents: &Contents) -> String {
        let name = self.object(object);
        let Contents { kind, function, fields, values, target } = contents;
        if *kind == Kind::Weak {
            let target = target.map_or_else(|| "nil".to_owned(), |target| self.object(target));
            return match values.first() {
                Some(value) => format!("{name} is an ephemeron, its key {target}, its value {}", self.value(value)),
                None => format!("{name} is a weak object, its target {target}"),
            };
        }
        let values: Vec<String> = if fields.is_empty() {
            values.iter().map(|value| self.value(value)).collect()
        } else {
            let both = fields.iter().zip(values);
            both.map(|(field, value)| format!("{field}: {}", self.value(value))).collect()
        };
        let function = if *kind == Kind::Closure { format!(" of function {function}") } else { String::new() };
        format!("{name} is {}{function} holding [{}]", kind_in_words(*kind), values.join(", "))
    }

    fn counts(&self, object: Object, counts: Counts) -> String {
        let Counts { external, internal, weak } = counts;
        format!("{}: external {external}, internal {internal}, weak {weak}", self.object(object))
    }

    fn findings(&self, findings: &[Finding]) -> String {
        let place = |object: Option<Object>| match object {
            Some(object) => format!("at {}", self.object(object)),
            None => "in the heap as a whole".to_owned(),
        };
        let one = |found: &Finding| format!("{} {}", found.kind.word().replace('_', " "), place(found.object));
        let each = findings.iter().map(one).collect::<Vec<_>>().join(", ");
        format!("verification finds: {}", if each.is_empty() { "nothing" } else { &each })
    }

    fn cycles(&self, which: &str, cycles: &[BTreeSet<Object>]) -> String {
        let each = cycles.iter().map(|cycle| format!("{{{}}}", self.objects(cycle))).collect::<Vec<_>>().join(" ");
        format!("the cycles {which}: {}", if each.is_empty() { "none" } else { &each })
    }
}

fn living(objects: i64) -> String {
    if objects == 1 { "1 object lives".to_owned() } else { format!("{objects} objects live") }
}

fn references(count: i64, held: bool) -> String {
    let kind = if held { "references from outside" } else { "strong references" };
    if count == 1 { kind.replacen("references", "reference", 1) } else { kind.to_owned() }
}

/// A kind of object with its article.
pub fn kind_in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Table => "a table",
        Kind::Array => "an array",
        Kind::Closure => "a closure",
        Kind::Box => "a box",
        Kind::Scalar => "a scalar",
        Kind::Weak => "a weak object",
    }
}
