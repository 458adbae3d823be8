//! A failure in words: the trace with its failing line marked, and what model and subject say there.

use crate::lockstep::{Failure, Lockstep, supported};
use crate::panics;
use crate::signature::refusal;
use crate::subject::SubjectKind;
use crate::violation::{Violation, describe};
use heapproof_model::definitions::Graph;
use heapproof_model::{Contents, Counts, End, Event, Finding, Line, Machine, Object, Outcome, Program, Value, script};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

/// The parts of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The trace, a mark before the line that failed.
    pub trace: String,
    /// Where it failed: a line, or what follows the last.
    pub place: String,
    /// What the model says there.
    pub model: String,
    /// What the subject says there.
    pub subject: String,
}

/// Explains a failure of a program on that kind of subject.
pub fn explain(subject: &SubjectKind, program: &Program, failure: &Failure) -> Explanation {
    let names = Names::of(subject, program, failure.step);
    let (model, subject) = names.sides(&failure.violation);
    let place = match program.lines().get(failure.step) {
        Some(line) => format!("at line {}, `{}`", failure.step + 1, program.print(line)),
        None => "after the last line, where all is collected and dropped".to_owned(),
    };
    Explanation { trace: marked(program, failure.step), place, model, subject }
}

impl Explanation {
    /// The whole of it as text.
    pub fn text(&self) -> String {
        let Explanation { trace, place, model, subject } = self;
        format!("{trace}\n{place}:\n  the model says    {model}\n  the subject says  {subject}\n")
    }
}

fn marked(program: &Program, step: usize) -> String {
    let mut text = String::new();
    for (index, line) in program.lines().iter().enumerate() {
        let mark = if index == step { '>' } else { ' ' };
        let _ = writeln!(text, "{mark}{:4}  {}", index + 1, program.print(line));
    }
    if step >= program.len() {
        text.push_str(">      (the end)\n");
    }
    text
}

/// What objects are called in a trace.
struct Names {
    of: BTreeMap<Object, String>,
}

impl Names {
    /// The names as they stand for objects once the line `step` has been carried out. What objects there are can depend on
    /// what the subject chooses, so both are run again; on the failing line itself the model's word is taken.
    fn of(subject: &SubjectKind, program: &Program, step: usize) -> Names {
        let mut names = Names { of: BTreeMap::new() };
        let mut lockstep = Lockstep::new(subject);
        for (index, line) in program.lines().iter().enumerate().take(step) {
            let before = lockstep.model().bound();
            // It failed at no earlier line when it was run first.
            let _ = panics::catch(|| lockstep.step(line));
            names.number(before..lockstep.model().bound(), index);
            let object = line.bind.and_then(|name| lockstep.object(name));
            names.name(program, line, object);
        }
        if let Some(line) = program.lines().get(step).filter(|line| supported(&*subject.make(), line)) {
            let mut model = lockstep.model().clone();
            let before = model.bound();
            script::step(&mut model, line);
            names.number(before..model.bound(), step);
            let object = line.bind.and_then(|name| model.script().object(name));
            names.name(program, line, object);
        }
        names
    }

    /// Calls objects by their numbers, and says which line allocated them.
    fn number(&mut self, numbers: Range<usize>, line: usize) {
        for number in numbers {
            let text = format!("the object #{number} that line {} allocates", line + 1);
            self.of.insert(Object(number as u32), text);
        }
    }

    /// Calls an object by the first name that is bound to it.
    fn name(&mut self, program: &Program, line: &Line, object: Option<Object>) {
        let (Some(name), Some(object)) = (line.bind, object) else { return };
        if self.of.get(&object).is_none_or(|known| known.contains('#')) {
            self.of.insert(object, format!("`{}`", program.spell(name)));
        }
    }

    fn object(&self, object: Object) -> String {
        self.of.get(&object).cloned().unwrap_or_else(|| object.to_string())
    }

    fn objects<'a>(&self, objects: impl IntoIterator<Item = &'a Object>) -> String {
        objects.into_iter().map(|object| self.object(*object)).collect::<Vec<_>>().join(", ")
    }

    fn value(&self, value: &Value<Object>) -> String {
        match value {
            Value::Reference(object) => self.object(*object),
            plain => describe(plain),
        }
    }

    /// What each side says.
    fn sides(&self, violation: &Violation) -> (String, String) {
        match violation {
            Violation::Panicked { message } => {
                ("it returns".into(), format!("(panicked) {}", message.replace('\n', "\n    ")))
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
            Violation::Journal { model, subject } => (self.event(model.as_ref()), self.event(subject.as_ref())),
            Violation::Contents { object, model, subject } => {
                (self.contents(*object, model), self.contents(*object, subject))
            }
            Violation::Counts { object, model, subject } => {
                (self.counts(*object, *model), self.counts(*object, *subject))
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
            Violation::OverBudget { touched, budget } => {
                (format!("at most {budget} objects are touched here"), format!("{touched} objects are touched"))
            }
            Violation::Verification { found } => {
                ("the heap is in order, so verification finds nothing".into(), self.findings(&[*found]))
            }
            Violation::FaultMissed { fault, wanted, found } => (
                format!("the heap was damaged (`{}`), so {}", fault.word(), self.findings(&[*wanted])),
                self.findings(found),
            ),
            Violation::RoundTrip { form, back } => {
                (format!("the same program comes back from {form}"), format!("what comes back is\n{back}"))
            }
        }
    }

    fn outcome(&self, outcome: &Outcome) -> String {
        match outcome {
            Outcome::Done(Value::Nil) => "done".to_owned(),
            Outcome::Done(value) => format!("done, giving {}", self.value(value)),
            Outcome::Refused(reason) => format!("refused ({})", refusal(*reason).replace('_', " ")),
            Outcome::Skipped => "skipped".to_owned(),
        }
    }

    fn event(&self, event: Option<&Event>) -> String {
        match event {
            None => "nothing more happens".to_owned(),
            Some(Event::Began(object)) => format!("the finalizer of {} begins", self.object(*object)),
            Some(Event::Did(outcome)) => format!("the finalizer's operation: {}", self.outcome(outcome)),
            Some(Event::Ended(End::Returned)) => "the finalizer returns".to_owned(),
            Some(Event::Ended(End::Panicked)) => "the finalizer panics".to_owned(),
            Some(Event::Ended(End::OutOfFuel)) => "the finalizer is out of fuel".to_owned(),
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
        let values: Vec<String> = if fields.is_empty() {
            values.iter().map(|value| self.value(value)).collect()
        } else {
            let both = fields.iter().zip(values);
            both.map(|(field, value)| format!("{}: {}", field.as_str(), self.value(value))).collect()
        };
        let more = match (target, function) {
            (Some(target), _) => format!(", target {}", self.object(*target)),
            (None, 0) => String::new(),
            (None, function) => format!(", function {function}"),
        };
        format!("{name} is a {} holding [{}]{more}", format!("{kind:?}").to_lowercase(), values.join(", "))
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
