//! Prints the results of `enumerate`, for people or as JSON, one object per line (see `docs/output.md`).

use super::Enumerate;
use crate::doors::cli::arguments::Format;
use crate::doors::cli::json::{found_line, found_object, violation_object};
use crate::doors::cli::output::{Output, paint};
use crate::doors::cli::say;
use crate::failure::proof::Counterexample;
use crate::judge::signature::Signature;
use crate::judge::subject::SubjectKind;
use crate::runs::enumerate::{End, Found, Progress, Search, Space, Summary};
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::path::Path;

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

    pub fn subject(&self) -> &'a SubjectKind {
        self.subject
    }

    /// Prints what is searched, and what can't be checked.
    pub fn start(&mut self, spaces: &[Space]) -> io::Result<()> {
        let unchecked = self.subject.abilities().map_err(io::Error::other)?.unchecked();
        let names: Vec<&str> = spaces.iter().map(|space| space.name).collect();
        match self.format {
            Format::Human => {
                writeln!(self.output, "every program of {}: {}", self.subject.name, names.join(", "))?;
                if !unchecked.is_empty() {
                    let name = &self.subject.name;
                    writeln!(self.output, "unchecked, since `{name}` does not have it: {}", unchecked.join(", "))?;
                }
            }
            Format::Json => self.json(&json!({
                "type": "start",
                "subject": self.subject.name,
                "spaces": names,
                "signatures": Signature::VERSION,
                "unchecked": unchecked,
            }))?,
        }
        self.output.flush()
    }

    /// Prints a failure before its program is made simpler. `path` is the saved file.
    pub fn found(&mut self, found: &Found, signature: &Signature, path: Option<&Path>) -> io::Result<()> {
        let lines = found.program.len();
        match self.format {
            Format::Human => say(&found_line(signature, "a shortest program", lines, path)),
            Format::Json => self.json(&found_object(signature, &found.failure, lines, path))?,
        }
        self.output.flush()
    }

    /// Prints a space when its search begins.
    pub fn space(&mut self, search: &Search) -> io::Result<()> {
        match self.format {
            Format::Human => {
                writeln!(self.output, "\n{}", search.space())?;
                if !search.how().merges {
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
                "merged": search.how().merges,
                "made_of": made_of(search.space()),
            }))?,
        }
        self.output.flush()
    }

    /// Prints figures when all programs of one length are done.
    pub fn level(&mut self, progress: &Progress) -> io::Result<()> {
        let Progress { lines, states, transitions, memory, elapsed, .. } = *progress;
        let seconds = elapsed.as_secs_f64();
        let each_second = states as f64 / seconds.max(1e-9);
        match self.format {
            Format::Human => writeln!(
                self.output,
                "{lines:>5} {states:>12} {transitions:>12} {seconds:>9.1} {each_second:>10.0} {:>6} MB",
                memory / 1_000_000
            )?,
            Format::Json => self.json(&json!({
                "type": "progress",
                "lines": lines,
                "states": states,
                "transitions": transitions,
                "memory": memory,
                "seconds": seconds,
            }))?,
        }
        self.output.flush()
    }

    /// Prints a failure that is minimised and saved.
    pub fn violation(&mut self, counterexample: &Counterexample) -> io::Result<()> {
        match self.format {
            Format::Human => writeln!(self.output, "\n{}", counterexample.painted_report(self.name, paint()))?,
            Format::Json => {
                let object = violation_object(self.name, counterexample);
                self.json(&object)?;
            }
        }
        self.output.flush()
    }

    /// Prints what the search has proved so far.
    pub fn proved(&mut self, search: &Search) -> io::Result<()> {
        match self.format {
            Format::Human => self.statement(search)?,
            Format::Json => {
                let (summary, space, share) = (search.summary(), search.space(), search.how().share);
                let violations: Map<String, Value> =
                    summary.violations.iter().map(|(signature, lines)| (signature.to_string(), json!(lines))).collect();
                let known: Map<String, Value> =
                    summary.known.iter().map(|(signature, count)| (signature.to_string(), json!(count))).collect();
                self.json(&json!({
                    "type": match (known.is_empty(), self.has_choices()) {
                        (false, _) => "pruned",
                        (true, true) => "tried",
                        (true, false) => "proved",
                    },
                    "space": space.name,
                    "lines": summary.complete,
                    "of": space.lines,
                    "objects": space.objects,
                    "shard": format!("{}/{}", share.number, share.of),
                    "states": summary.states,
                    "transitions": summary.transitions(),
                    "done": summary.done,
                    "refused": summary.refused,
                    "seconds": summary.elapsed.as_secs_f64(),
                    "violations": violations,
                    "known": known,
                    "end": end(summary.end),
                    "made_of": made_of(space),
                }))?;
            }
        }
        self.output.flush()
    }

    /// Whether the subject may do something else the next time that a program is run.
    fn has_choices(&self) -> bool {
        self.subject.abilities().is_ok_and(|abilities| abilities.dialect().has_choices())
    }

    fn statement(&mut self, search: &Search) -> io::Result<()> {
        let (summary, space, share) = (search.summary(), search.space(), search.how().share);
        let Summary { states, done, refused, complete, violations, known, .. } = summary;
        let (name, has_choices) = (&self.subject.name, self.has_choices());
        let out = &mut self.output;
        let which = format!("program of at most {complete} lines on at most {} objects at once", space.objects);
        let what = match violations.is_empty() {
            true if !known.is_empty() => {
                format!(
                    "not proved of `{name}`: every {which} was tried, except those that go on after a known failure,"
                )
            }
            true if *complete > 0 && has_choices => {
                format!("tried of `{name}`, not proved, since its dialect leaves it choices: every {which},")
            }
            true if *complete > 0 => format!("proved of `{name}`: after every {which} it shows what the model says,"),
            true => format!("proved of `{name}`: nothing,"),
            false => format!("of `{name}`, every {which} was tried, up to where one fails,"),
        };
        writeln!(out, "{what}")?;
        let transitions = summary.transitions();
        writeln!(out, "in {states} states by {transitions} lines, {done} done and {refused} refused")?;
        if share.of > 1 {
            writeln!(out, "this is share {} of {}: only all shares together prove it", share.number, share.of)?;
        }
        if *complete < space.lines {
            writeln!(out, "not tried to the end: programs of {} lines", complete + 1)?;
        }
        for (title, text) in space.about() {
            writeln!(out, "  {title}: {text}")?;
        }
        for (signature, count) in known {
            writeln!(out, "known: {signature}, not gone on from in {count} programs")?;
        }
        for (signature, lines) in violations {
            writeln!(out, "violation: {signature}, first in a program of {lines} lines")?;
        }
        Ok(())
    }

    fn json(&mut self, object: &Value) -> io::Result<()> {
        writeln!(self.output, "{object}")
    }
}

/// The progress of a search, in one line.
pub(super) fn line(progress: &Progress) -> String {
    let Progress { lines, beginnings: (done, all), states, transitions, memory, elapsed } = *progress;
    let each_second = states as f64 / elapsed.as_secs_f64().max(1e-9);
    let memory = memory / 1_000_000;
    format!(
        "{lines} lines: {done} of {all} beginnings, {states} states, {transitions} transitions, {each_second:.0} states a second, {memory} MB"
    )
}

/// How a search ended, in one word.
fn end(end: End) -> &'static str {
    match end {
        End::UnderWay => "under_way",
        End::Done => "done",
        End::Failed => "failed",
        End::Stopped => "stopped",
        End::OutOfMemory => "out_of_memory",
    }
}

fn made_of(space: &Space) -> Map<String, Value> {
    space.about().into_iter().map(|(title, text)| (title.to_owned(), json!(text))).collect()
}
