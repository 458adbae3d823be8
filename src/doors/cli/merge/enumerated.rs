//! The shards of `enumerate` as the result of one search.
//!
//! All shards print the same about the levels before the last one. That one is put together from what each has kept of it.

use super::Merge;
use super::piece::{PROVED, Piece};
use super::saved::save;
use crate::doors::cli::forms::{Ended, Findings, Form};
use crate::doors::cli::json::told;
use crate::doors::cli::output::Output;
use crate::doors::cli::proved::{Kind, Proved};
use crate::doors::cli::{End, Trouble};
use crate::judge::properties::Property;
use crate::judge::signature::Signature;
use crate::runs::enumerate::{Failed, Tail};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// What shards were asked to do.
#[derive(Debug, Deserialize)]
struct Asked {
    subject: String,
    judged_by: String,
    has_choices: bool,
    known: BTreeSet<Signature>,
}

/// What a shard printed about a space: what happened, its part of the last level, and its result.
struct Part<'p> {
    events: Vec<&'p Value>,
    tail: Tail,
    proved: Proved,
}

/// Prints the result of all shards, which are in their order, and saves a trace for each signature.
pub(super) fn merge(arguments: &Merge, pieces: &[Piece], output: &mut Output) -> Result<End, Trouble> {
    let Some(first) = pieces.first() else { return Ok(End::Passed) };
    let asked: Asked = read(first, &Value::Object(first.run.clone()))?;
    let mut shards = pieces.iter().map(|piece| Ok(parts(piece)?.into_iter())).collect::<Result<Vec<_>, Trouble>>()?;
    let form = arguments.format;
    let findings = Findings::new(form, "enumerate", Property::Lockstep.name(), &asked.subject);
    let mut printer = Printer { asked: &asked, form, findings, ended: Ended::default(), output };
    printer.start(first)?;
    let mut end = End::Passed;
    loop {
        let of_space: Vec<Part<'_>> = shards.iter_mut().filter_map(Iterator::next).collect();
        if of_space.is_empty() {
            printer.end()?;
            return Ok(end);
        }
        let (events, proved) = joined(&of_space, &asked);
        for mut event in events {
            match event["type"].as_str() {
                Some("violation") => save(&mut event, &asked.judged_by, &arguments.out)?,
                // The file is where the shard ran.
                Some("found") => event["path"] = Value::Null,
                _ => {}
            }
            printer.event(&event)?;
        }
        printer.proved(&proved)?;
        if !proved.violations.is_empty() || proved.parted.is_some() {
            end = End::Violation;
        }
    }
}

/// Prints the result of the shards in one form.
struct Printer<'a> {
    asked: &'a Asked,
    form: Form,
    findings: Findings,
    ended: Ended,
    output: &'a mut Output,
}

impl Printer<'_> {
    fn start(&mut self, first: &Piece) -> io::Result<()> {
        let Some(start) = first.objects.first().and_then(Value::as_object) else { return Ok(()) };
        match self.form {
            Form::Json => {
                let mut start = start.clone();
                start.retain(|key, _| !["shard", "command", "run"].contains(&key.as_str()));
                writeln!(self.output, "{}", Value::Object(start))
            }
            Form::Human => {
                let spaces = start.get("spaces").and_then(Value::as_array).into_iter().flatten();
                let spaces: Vec<&str> = spaces.filter_map(Value::as_str).collect();
                writeln!(self.output, "every program of {}: {}", self.asked.subject, spaces.join(", "))
            }
            _ => Ok(()),
        }
    }

    fn event(&mut self, event: &Value) -> io::Result<()> {
        let is_violation = event["type"] == "violation";
        match self.form {
            Form::Json => writeln!(self.output, "{event}"),
            Form::Human if is_violation => writeln!(self.output, "\n{}", told(event)),
            Form::Human if event["type"] == "space" => writeln!(self.output),
            _ if is_violation => self.findings.add(event, self.output),
            _ => Ok(()),
        }
    }

    fn proved(&mut self, proved: &Proved) -> io::Result<()> {
        match self.form {
            Form::Json => writeln!(self.output, "{}", json!(proved)),
            Form::Human => {
                let about = proved.made_of.iter();
                let about = about.map(|(title, text)| (title.as_str(), text.as_str().unwrap_or_default()));
                proved.print(&self.asked.subject, about, self.output)
            }
            _ => {
                self.ended.add(proved);
                Ok(())
            }
        }
    }

    fn end(mut self) -> io::Result<()> {
        self.ended.close(false, &self.asked.subject);
        self.findings.end(&self.ended, self.output)
    }
}

/// What a shard printed, by space.
fn parts(piece: &Piece) -> Result<Vec<Part<'_>>, Trouble> {
    let (mut parts, mut events, mut tail) = (Vec::new(), Vec::new(), Tail::default());
    for object in &piece.objects {
        match object["type"].as_str() {
            Some("start") => {}
            Some("shard") => tail = read(piece, &object["result"])?,
            Some(name) if PROVED.contains(&name) => parts.push(Part {
                events: std::mem::take(&mut events),
                tail: std::mem::take(&mut tail),
                proved: read(piece, object)?,
            }),
            _ => events.push(object),
        }
    }
    Ok(parts)
}

fn read<T: for<'de> Deserialize<'de>>(piece: &Piece, value: &Value) -> Result<T, Trouble> {
    T::deserialize(value).map_err(|error| Trouble::Usage(format!("{}: {error}", piece.path.display())))
}

/// The parts of a space as one search prints them: what happens, and the result.
fn joined(parts: &[Part<'_>], asked: &Asked) -> (Vec<Value>, Proved) {
    let Some(first) = parts.first() else { return (Vec::new(), Proved::default()) };
    let (before, mut proved) = (first.tail.before.clone(), first.proved.clone());
    let mut tail = Tail::default();
    (proved.done, proved.refused, proved.seconds) = (before.done, before.refused, 0.0);
    for part in parts {
        // A search that ended before its last level is the same in all shards, so these add nothing.
        proved.done += part.proved.done.saturating_sub(before.done);
        proved.refused += part.proved.refused.saturating_sub(before.refused);
        proved.seconds += part.proved.seconds;
        // Shares draw the same pairs up to the last level.
        proved.pairs = proved.pairs.max(part.proved.pairs);
        proved.parted = proved.parted.or_else(|| part.proved.parted.clone());
        tail.join(part.tail.clone());
    }
    proved.states = before.states + tail.states.len() as u64 + tail.unmerged;
    proved.transitions = proved.done + proved.refused;
    proved.violations = before.violations.iter().cloned().collect();
    proved.known = before.known;
    let mut first_ones: Vec<Failed> = Vec::new();
    for failed in tail.met() {
        if asked.known.contains(&failed.signature) {
            *proved.known.entry(failed.signature.clone()).or_default() += 1;
        } else if !proved.violations.contains_key(&failed.signature) {
            proved.violations.insert(failed.signature.clone(), proved.of);
            first_ones.push(failed.clone());
        }
    }
    proved.kind = match &proved.parted {
        Some(_) => Kind::Unsound,
        None => Kind::new(!proved.known.is_empty(), asked.has_choices),
    };
    proved.shard = "1/1".to_owned();
    (events(parts, &first_ones, &proved), proved)
}

/// What one search prints: all before the last level, the first failures in it, and its end.
fn events(parts: &[Part<'_>], first_ones: &[Failed], proved: &Proved) -> Vec<Value> {
    let is_progress = |event: &Value, lines: usize| event["type"] == "progress" && event["lines"] == lines;
    let last = |part: &Part<'_>| match proved.of {
        1 => part.events.iter().position(|event| event["type"] != "space"),
        lines => part.events.iter().position(|event| is_progress(event, lines - 1)).map(|at| at + 1),
    };
    let Some(first) = parts.first() else { return Vec::new() };
    let before = last(first).unwrap_or(first.events.len());
    let mut events: Vec<Value> = first.events[..before].iter().map(|event| (*event).clone()).collect();
    for failed in first_ones {
        let Some(part) = parts.iter().find(|part| part.tail.failed.contains(failed)) else { continue };
        let of_last = &part.events[last(part).unwrap_or(part.events.len())..];
        let is_it = |event: &&&Value| event["signature"] == failed.signature.as_str();
        events.extend(of_last.iter().filter(is_it).map(|event| (*event).clone()));
    }
    if let Some(end) = first.events.iter().find(|event| is_progress(event, proved.of)) {
        let mut end = (*end).clone();
        (end["states"], end["transitions"]) = (json!(proved.states), json!(proved.transitions));
        end["seconds"] = json!(proved.seconds);
        events.push(end);
    }
    events
}
