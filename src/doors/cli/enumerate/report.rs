//! Prints the results of `enumerate`, for people or as JSON, one object per line (see `docs/output.md`).

use super::Enumerate;
use crate::doors::cli::forms::{Ended, Findings, Form};
use crate::doors::cli::json::{NO_RESULT, found_object, typed, violation_object};
use crate::doors::cli::output::{Output, paint};
use crate::doors::cli::proved::Proved;
use crate::doors::cli::say;
use crate::failure::heading::judged_by;
use crate::failure::known::Known;
use crate::failure::proof::{Counterexample, found_line};
use crate::judge::properties::Property;
use crate::judge::signature::Signature;
use crate::judge::subject::SubjectKind;
use crate::runs::enumerate::{Found, Progress, Search, Space};
use crate::runs::share::Share;
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::path::Path;

pub(super) struct Reporter<'a> {
    name: &'a str,
    subject: &'a SubjectKind,
    form: Form,
    /// Whether the results are to be put together with those of other shares.
    is_shard: bool,
    /// The failures that are no news.
    known: &'a Known,
    share: Share,
    findings: Findings,
    /// What came of the spaces so far.
    ended: Ended,
    output: &'a mut Output,
}

impl<'a> Reporter<'a> {
    pub fn new(
        name: &'a str,
        subject: &'a SubjectKind,
        arguments: &Enumerate,
        known: &'a Known,
        output: &'a mut Output,
    ) -> Reporter<'a> {
        let (form, share) = (arguments.format, arguments.shard.unwrap_or(Share::WHOLE));
        let findings = Findings::new(form, "enumerate", Property::Lockstep.name(), &subject.name);
        let (is_shard, ended) = (arguments.shard.is_some(), Ended::default());
        Reporter { name, subject, form, is_shard, known, share, findings, ended, output }
    }

    pub fn subject(&self) -> &'a SubjectKind {
        self.subject
    }

    /// Prints what is searched, and what can't be checked.
    pub fn start(&mut self, spaces: &[Space], is_merged: bool) -> io::Result<()> {
        let unchecked = self.subject.abilities().map_err(io::Error::other)?.unchecked();
        let names: Vec<&str> = spaces.iter().map(|space| space.name).collect();
        match self.form {
            Form::Human => {
                writeln!(self.output, "every program of {}: {}", self.subject.name, names.join(", "))?;
                if !unchecked.is_empty() {
                    let name = &self.subject.name;
                    writeln!(self.output, "unchecked, since `{name}` does not have it: {}", unchecked.join(", "))?;
                }
            }
            Form::Json => {
                let mut object = json!({
                    "type": "start",
                    "subject": self.subject.name,
                    "spaces": names,
                    "signatures": Signature::VERSION,
                    "unchecked": unchecked,
                    "version": env!("CARGO_PKG_VERSION"),
                });
                if self.is_shard {
                    object["shard"] = json!(self.share.to_string());
                    object["command"] = json!(typed());
                    object["run"] = self.asked(spaces, is_merged);
                }
                self.json(&object)?;
            }
            _ => {}
        }
        if self.is_shard && self.form != Form::Json {
            say(NO_RESULT);
        }
        self.output.flush()
    }

    /// Prints a failure before its program is made simpler. `path` is the saved file.
    pub fn found(&mut self, found: &Found, signature: &Signature, path: Option<&Path>) -> io::Result<()> {
        let lines = found.program.len();
        match self.form {
            Form::Json => self.json(&found_object(signature, &found.failure, lines, path))?,
            _ => say(&found_line(signature, "a shortest program", lines, path)),
        }
        self.output.flush()
    }

    /// Prints a space when its search begins.
    pub fn space(&mut self, search: &Search) -> io::Result<()> {
        match self.form {
            Form::Human => {
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
            Form::Json => self.json(&json!({
                "type": "space",
                "space": search.space().name,
                "lines": search.space().lines,
                "objects": search.space().objects,
                "merged": search.how().merges,
                "made_of": made_of(search.space()),
            }))?,
            _ => {}
        }
        self.output.flush()
    }

    /// Prints figures when all programs of one length are done.
    pub fn level(&mut self, progress: &Progress) -> io::Result<()> {
        let Progress { lines, states, transitions, memory, elapsed, .. } = *progress;
        let seconds = elapsed.as_secs_f64();
        let each_second = states as f64 / seconds.max(1e-9);
        match self.form {
            Form::Human => writeln!(
                self.output,
                "{lines:>5} {states:>12} {transitions:>12} {seconds:>9.1} {each_second:>10.0} {:>6} MB",
                memory / 1_000_000
            )?,
            Form::Json => self.json(&json!({
                "type": "progress",
                "lines": lines,
                "states": states,
                "transitions": transitions,
                "memory": memory,
                "seconds": seconds,
            }))?,
            _ => {}
        }
        self.output.flush()
    }

    /// Prints a failure that is minimised and saved. The picture is for what reads JSON.
    pub fn violation(&mut self, counterexample: &Counterexample, picture: Option<&str>) -> io::Result<()> {
        match self.form {
            Form::Human => writeln!(self.output, "\n{}", counterexample.painted_report(self.name, paint()))?,
            Form::Json => {
                let mut object = violation_object(self.name, counterexample);
                object["picture"] = json!(picture);
                self.json(&object)?;
            }
            _ => self.findings.add(&violation_object(self.name, counterexample), self.output)?,
        }
        self.output.flush()
    }

    /// Prints what the search has proved so far.
    pub fn proved(&mut self, search: &Search) -> io::Result<()> {
        let proved = Proved::of(search, self.has_choices());
        match self.form {
            Form::Human => {
                let about = search.space().about();
                let about = about.iter().map(|(title, text)| (*title, text.as_str()));
                proved.print(&self.subject.name, about, self.output)?;
            }
            Form::Json => {
                if self.is_shard {
                    let (space, share) = (search.space().name, search.how().share.to_string());
                    let tail = search.tail();
                    self.json(&json!({ "type": "shard", "space": space, "shard": share, "result": tail }))?;
                }
                self.json(&json!(proved))?;
            }
            _ => self.ended.add(&proved),
        }
        self.output.flush()
    }

    /// Prints the end for other tools.
    pub fn end(&mut self, is_interrupted: bool) -> io::Result<()> {
        self.ended.close(is_interrupted, &self.subject.name);
        self.findings.end(&self.ended, self.output)?;
        self.output.flush()
    }

    /// What the run is asked to do, which must be the same for all shares.
    fn asked(&self, spaces: &[Space], is_merged: bool) -> Value {
        let spaces = spaces.iter().map(|space| {
            let Space { name, lines, objects, .. } = space;
            json!({ "space": name, "lines": lines, "objects": objects, "made_of": made_of(space) })
        });
        json!({
            "command": "enumerate",
            "version": env!("CARGO_PKG_VERSION"),
            "subject": self.subject.name,
            "judged_by": judged_by(Property::Lockstep, self.subject),
            "has_choices": self.has_choices(),
            "merged": is_merged,
            "known": self.known.signatures,
            "spaces": spaces.collect::<Vec<_>>(),
        })
    }

    /// Whether the subject may do something else the next time that a program is run.
    fn has_choices(&self) -> bool {
        self.subject.abilities().is_ok_and(|abilities| !abilities.repeats())
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

fn made_of(space: &Space) -> Map<String, Value> {
    space.about().into_iter().map(|(title, text)| (title.to_owned(), json!(text))).collect()
}
