//! Writes a story as a program.
//!
//! Each line of the trace becomes a comment and what its entry says. Where something has happened, and where the heap is
//! wrong, `events` compares what the program has noted since with what the model says.

use super::entries::Template;
use super::marks::{Mark, filled, quoted};
use crate::judge::code::Sort;
use crate::judge::spelling::heading;
use crate::judge::story::{Claim, Part, Run, Story, Telling};
use heapproof_model::{End, Event, Object, Operation, Outcome, Refusal, Value};

/// The line of a frame in whose place the heading stands, where a program can't begin with a comment.
const HEADING: &str = "{heading}";

/// The program of that name.
pub(super) fn program(template: &Template, name: &str, story: &Story) -> Result<String, String> {
    let mut writer = Writer { template, story, body: Vec::new() };
    let last = story.parts.iter().rposition(|part| matches!(part, Part::Call(_)));
    for (index, part) in story.parts.iter().enumerate() {
        match part {
            Part::Skipped(line) => writer.comment(&format!("no call: {}", story.program.print(line))),
            Part::Call(call) => writer.call(call, Some(index) == last)?,
            Part::Claim(claim) => writer.claim(claim)?,
        }
    }
    // What stands in the body is a program's own, and has no marks: in some languages `{name}` is one of its fields.
    let frame = filled(template.entry("program")?, &[("name", name.to_owned())]);
    let frame = with_body(&frame, "{body}", &writer.body);
    let heading = heading(template.entry("comment")?, &story.told, &story.trace);
    Ok(match frame.lines().any(|line| line == HEADING) {
        true => with_body(&frame, HEADING, &heading.lines().map(str::to_owned).collect::<Vec<_>>()),
        false => heading + &frame,
    })
}

/// A text whose line that is this mark is replaced by these lines, as far in as that is.
pub(in crate::subjects) fn with_body(text: &str, mark: &str, body: &[String]) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        match line.strip_suffix(mark) {
            Some(margin) if margin.trim().is_empty() => lines.extend(body.iter().map(|line| format!("{margin}{line}"))),
            _ => lines.push(line.to_owned()),
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

struct Writer<'s> {
    template: &'s Template,
    story: &'s Story,
    body: Vec<String>,
}

impl Writer<'_> {
    fn call(&mut self, call: &Telling, is_last: bool) -> Result<(), String> {
        self.comment(&match &call.line {
            Some(line) => self.story.program.print(line),
            None => format!("at the end: {}", call.operation),
        });
        for run in &self.story.runs[call.runs.clone()] {
            self.code(run)?;
        }
        if call.fails && matches!(call.outcome, Outcome::Refused(reason) if reason != Refusal::Panicked) {
            return Err("no line of a program shows that a call has to be refused".to_owned());
        }
        if !call.is_models {
            let statement = self.statement(&call.operation, &call.outcome)?;
            self.body.extend(statement);
        }
        if call.fails || is_last || !call.events.is_empty() {
            let events: Vec<String> = call.events.iter().filter_map(happened).collect();
            let unordered = self.template.get("unordered").filter(|_| call.unordered);
            let entry = unordered.map_or_else(|| self.template.entry("events"), Ok)?;
            let text = filled(entry, &[("events", events.join(", "))]);
            self.body.extend(text.lines().map(str::to_owned));
        }
        Ok(())
    }

    /// The lines for an operation that was done. One that was not has none: what is refused changes nothing.
    fn statement(&self, operation: &Operation<Object>, outcome: &Outcome) -> Result<Vec<String>, String> {
        let gives = match outcome {
            Outcome::Done(value) => value.clone(),
            Outcome::Refused(Refusal::Panicked) => Value::Nil,
            Outcome::Refused(_) | Outcome::Skipped => return Ok(vec![self.commented("refused")]),
        };
        if let Operation::Take { object: None } | Operation::Drop { object: None } = operation {
            return Ok(Vec::new());
        }
        let word = operation.code().name();
        let text = match (self.template.get(word), operation) {
            (None, Operation::On { .. } | Operation::When { .. }) => return Ok(Vec::new()),
            (text, _) => text.ok_or_else(|| format!("the spelling has no `{word}`"))?,
        };
        let mut marks: Vec<Mark> = self.template.marks(operation)?;
        marks.push(("gives", quoted(&gives.to_string())));
        let new = gives.reference().filter(|_| operation.allocated().is_some());
        marks.extend(new.map(|new| ("new", new.0.to_string())));
        Ok(filled(text, &marks).lines().map(str::to_owned).collect())
    }

    /// The code that an object runs in the next call.
    fn code(&mut self, run: &Run) -> Result<(), String> {
        let mut body = Vec::new();
        for step in &run.steps {
            body.push(self.commented(&self.story.program.print(&step.line)));
            match &step.operation {
                Some(operation) if step.outcome != Outcome::Skipped => {
                    body.extend(self.statement(operation, &step.outcome)?);
                }
                _ => body.push(self.commented("skipped")),
            }
        }
        for left in &run.left {
            if left.given_up_elsewhere {
                return Err(
                    "what a finalizer leaves may be held no more at its end, and no spelling says that".to_owned()
                );
            }
            let drop = Operation::Drop { object: Some(left.object) };
            body.push(self.commented("at the end of the code"));
            body.extend(self.statement(&drop, &Outcome::Done(Value::Nil))?);
        }
        if run.end == End::Panicked {
            body.extend(self.statement(&Operation::Panic {}, &Outcome::Done(Value::Nil))?);
        }
        let entry = match run.sort {
            Sort::Finalizer => "code",
            Sort::Callback => "callback",
        };
        let text = with_body(self.template.entry(entry)?, "{body}", &body);
        let text = filled(&text, &[("object", run.object.0.to_string())]);
        self.body.extend(text.lines().map(str::to_owned));
        Ok(())
    }

    /// What the model claims where the heap is wrong: is it seen in results and events?
    fn claim(&self, claim: &Claim) -> Result<(), String> {
        let Some(signature) = &self.story.signature else { return Ok(()) };
        match claim {
            Claim::Lives(..) | Claim::Happened(_) => Ok(()),
            _ if signature.kind() == "panicked" => Ok(()),
            _ => Err(format!("a program that notes results and deaths does not see `{signature}`")),
        }
    }

    fn comment(&mut self, text: &str) {
        let line = self.commented(text);
        self.body.push(line);
    }

    fn commented(&self, text: &str) -> String {
        format!("{} {text}", self.template.get("comment").unwrap_or_default())
    }
}

/// An event as a program notes it.
fn happened(event: &Event) -> Option<String> {
    match event {
        Event::Began(object) => Some(format!("\"began {}\"", object.0)),
        Event::Called(weak) => Some(format!("\"called {}\"", weak.0)),
        Event::Died(object) => Some(format!("\"died {}\"", object.0)),
        _ => None,
    }
}
