//! What `enumerate` prints, for people or as JSON, an object a line (`docs/output.md` says what is in them).

use super::Enumerate;
use crate::cli::arguments::Format;
use crate::cli::output::Output;
use crate::enumerate::{Progress, Search, Space};
use crate::proof::Counterexample;
use crate::subject::SubjectKind;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

pub(super) struct Reporter<'a> {
    name: &'a str,
    subject: &'a SubjectKind,
    format: Format,
    output: &'a mut Output,
}

impl<'a> Reporter<'a> {
    pub fn new(name: &'a str, subject: &'a SubjectKind, arguments: &Enumerate, output: &'a mut Output) -> Reporter<'a> {
        Reporter { name, subject, format: arguments.format, output }
    }

    /// What is about to be searched, and what of it can't be checked.
    pub fn start(&mut self, spaces: &[Space]) -> io::Result<()> {
        let unchecked = self.subject.unchecked();
        let names: Vec<&str> = spaces.iter().map(|space| space.name).collect();
        match self.format {
            Format::Human => {
                writeln!(self.output, "every program of {}: {}", self.subject.name, names.join(", "))?;
                if !unchecked.is_empty() {
                    let name = self.subject.name;
                    writeln!(self.output, "unchecked, since `{name}` does not have it: {}", unchecked.join(", "))?;
                }
            }
            Format::Json => self.json(&json!({
                "type": "start",
                "subject": self.subject.name,
                "spaces": names,
                "unchecked": unchecked,
            }))?,
        }
        self.output.flush()
    }

    /// A space whose search begins.
    pub fn space(&mut self, search: &Search) -> io::Result<()> {
        match self.format {
            Format::Human => {
                writeln!(self.output, "\n{}", search.space())?;
                if !search.merges() {
                    writeln!(self.output, "each program is tried by itself: states are not merged")?;
                }
                writeln!(
                    self.output,
                    "{:>5} {:>12} {:>12} {:>9} {:>10} {:>9}",
                    "lines", "states", "transitions", "seconds", "states/s", "memory"
                )?;
            }
            Format::Json => self.json(&json!({
                "type": "space",
                "space": search.space().name,
                "lines": search.space().lines,
                "objects": search.space().objects,
                "merged": search.merges(),
                "made_of": made_of(search.space()),
            }))?,
        }
        self.output.flush()
    }

    /// All programs of one length are done.
    pub fn level(&mut self, progress: &Progress) -> io::Result<()> {
        let Progress { depth, states, transitions, memory, elapsed, .. } = *progress;
        let seconds = elapsed.as_secs_f64();
        let each_second = states as f64 / seconds.max(1e-9);
        match self.format {
            Format::Human => writeln!(
                self.output,
                "{depth:>5} {states:>12} {transitions:>12} {seconds:>9.1} {each_second:>10.0} {:>6} MB",
                memory / 1_000_000
            )?,
            Format::Json => self.json(&json!({
                "type": "progress",
                "lines": depth,
                "states": states,
                "transitions": transitions,
                "memory": memory,
                "seconds": seconds,
            }))?,
        }
        self.output.flush()
    }

    /// A failure, minimised and saved.
    pub fn violation(&mut self, counterexample: &Counterexample) -> io::Result<()> {
        match self.format {
            Format::Human => writeln!(self.output, "\n{}", counterexample.report(self.name))?,
            Format::Json => {
                let explanation = counterexample.explanation();
                self.json(&json!({
                    "type": "violation",
                    "signature": counterexample.signature.as_str(),
                    "step": counterexample.failure().step + 1,
                    "trace": counterexample.minimized.program.to_string(),
                    "place": explanation.place,
                    "model": explanation.model,
                    "subject": explanation.subject,
                    "found_lines": counterexample.found_length,
                    "executions": counterexample.minimized.executions,
                    "path": counterexample.path,
                    "replay": counterexample.replay_command(self.name),
                }))?;
            }
        }
        self.output.flush()
    }

    /// What the search has proved, as far as it came.
    pub fn proved(&mut self, search: &Search) -> io::Result<()> {
        match self.format {
            Format::Human => self.statement(search)?,
            Format::Json => {
                let summary = search.summary();
                let violations: Map<String, Value> =
                    summary.violations.iter().map(|(signature, lines)| (signature.to_string(), json!(lines))).collect();
                let total = summary.tally.total();
                self.json(&json!({
                    "type": "proved",
                    "space": search.space().name,
                    "lines": summary.complete,
                    "of": search.space().lines,
                    "objects": search.space().objects,
                    "states": summary.states,
                    "transitions": summary.transitions,
                    "done": total.done,
                    "refused": total.refused,
                    "seconds": summary.elapsed.as_secs_f64(),
                    "violations": violations,
                    "interrupted": summary.stopped && summary.violations.is_empty(),
                    "made_of": made_of(search.space()),
                }))?;
            }
        }
        self.output.flush()
    }

    fn statement(&mut self, search: &Search) -> io::Result<()> {
        let (summary, space) = (search.summary(), search.space());
        let out = &mut self.output;
        let (name, lines, objects) = (self.subject.name, summary.complete, space.objects);
        let total = summary.tally.total();
        let which = format!("program of at most {lines} lines on at most {objects} objects at once");
        match summary.violations.is_empty() {
            true if lines > 0 => writeln!(out, "proved of `{name}`: every {which} does what the model says,")?,
            true => writeln!(out, "proved of `{name}`: nothing,")?,
            false => writeln!(out, "of `{name}`, every {which} was tried,")?,
        }
        let (done, refused) = (total.done, total.refused);
        writeln!(
            out,
            "in {} states by {} lines, {done} done and {refused} refused",
            summary.states, summary.transitions
        )?;
        if summary.complete < space.lines {
            writeln!(out, "not tried to the end: programs of {} lines", summary.complete + 1)?;
        }
        for (title, text) in space.about() {
            writeln!(out, "  {title}: {text}")?;
        }
        for (signature, lines) in &summary.violations {
            writeln!(out, "violation: {signature}, first in a program of {lines} lines")?;
        }
        Ok(())
    }

    fn json(&mut self, object: &Value) -> io::Result<()> {
        writeln!(self.output, "{object}")
    }
}

/// How far a search is, in a line.
pub(super) fn line(progress: &Progress) -> String {
    let Progress { depth, from: (done, all), states, transitions, memory, elapsed } = *progress;
    let each_second = states as f64 / elapsed.as_secs_f64().max(1e-9);
    let memory = memory / 1_000_000;
    format!(
        "{depth} lines: {done} of {all}, {states} states, {transitions} transitions, {each_second:.0} states a second, {memory} MB"
    )
}

fn made_of(space: &Space) -> Map<String, Value> {
    space.about().into_iter().map(|(title, text)| (title.to_owned(), json!(text))).collect()
}
