//! Results in the forms that other tools read: what a run has found, and how it ended.

mod github;
mod junit;
mod markdown;
mod observations;
mod sarif;

use super::json::typed;
use super::proved::Proved;
use super::run::Run;
use crate::runs::campaign::Case;
use clap::ValueEnum;
use heapproof_model::text::HEADER;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

/// The form of the results of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people
    Human,
    /// JSON, one object per line
    Json,
    /// JUnit XML, for test reports
    Junit,
    /// Workflow commands of GitHub Actions: an annotation for each failure
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Markdown, for the summary of a step or a comment on a pull request
    Markdown,
    /// Observations as Hypothesis publishes them: one JSON line for each program, of the first 10,000
    Observations,
}

impl Form {
    /// How many programs have a line of their own. A viewer reads all lines at once, and compares each with all others.
    pub fn tells(self) -> u64 {
        if self == Form::Observations { 10_000 } else { 0 }
    }
}

/// A minimised failure.
#[derive(Debug, Clone)]
struct Finding {
    signature: String,
    /// What it was judged by, where programs of a run are judged by several properties.
    property: Option<String>,
    /// The report for people.
    report: String,
    trace: String,
    /// The file of the trace, and the line of the file where it fails.
    place: Option<(String, usize)>,
    replay: String,
}

/// What a run has found, for those tools.
#[derive(Debug)]
pub(super) struct Findings {
    form: Form,
    /// The command, as in `check`.
    command: &'static str,
    property: String,
    subject: String,
    found: Vec<Finding>,
    /// When the run began.
    start: SystemTime,
}

/// The name under which a run says how it is repeated.
pub(super) const REPEAT: &str = "repeat";

/// How a run ended.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// The last line for people.
    pub verdict: String,
    pub interrupted: bool,
    pub seconds: f64,
    /// What else there is to say of the run, by name.
    pub about: Vec<(String, String)>,
    /// How many programs failed in an unknown and in a known way, by signature.
    pub violations: BTreeMap<String, u64>,
    pub known: BTreeMap<String, u64>,
}

impl Ended {
    /// Adds the search of a space.
    pub fn add(&mut self, proved: &Proved) {
        let Proved { space, lines, states, transitions, .. } = proved;
        let space = space.clone();
        self.about.push((space, format!("{states} states by {transitions} lines, in programs of up to {lines} lines")));
        self.seconds += proved.seconds;
        proved.violations.keys().for_each(|signature| *self.violations.entry(signature.to_string()).or_default() += 1);
        if proved.parted.is_some() {
            *self.violations.entry("two different states have the same digest".to_owned()).or_default() += 1;
        }
        for (signature, count) in &proved.known {
            *self.known.entry(signature.to_string()).or_default() += count;
        }
    }

    /// Says how the searches of this subject ended.
    pub fn close(&mut self, is_interrupted: bool, subject: &str) {
        self.interrupted = is_interrupted;
        let spaces: Vec<&str> = self.about.iter().map(|(space, _)| space.as_str()).collect();
        let programs = format!("programs of {}", spaces.join(", "));
        self.verdict = match (self.violations.is_empty(), is_interrupted) {
            (false, _) => format!("failed: `lockstep` does not hold for `{subject}` in {programs}"),
            (true, true) => format!("interrupted: `lockstep` holds for `{subject}` in what was tried of {programs}"),
            (true, false) => format!("passed: `lockstep` holds for `{subject}` in {programs}"),
        };
    }
}

impl Findings {
    pub fn new(form: Form, command: &'static str, property: &str, subject: &str) -> Findings {
        let (property, subject) = (property.to_owned(), subject.to_owned());
        Findings { form, command, property, subject, found: Vec::new(), start: SystemTime::now() }
    }

    /// Adds a failure, an object `violation`; prints it if the form has something for each.
    pub fn add(&mut self, violation: &Value, out: &mut impl Write) -> io::Result<()> {
        let text = |field: &str| violation[field].as_str().unwrap_or_default().to_owned();
        let path = violation["path"].as_str().map(str::to_owned);
        let step = violation["step"].as_u64().unwrap_or(1) as usize;
        let finding = Finding {
            signature: text("signature"),
            property: violation["property"].as_str().map(str::to_owned),
            report: text("report"),
            trace: text("trace"),
            place: path.map(|path| (path.clone(), line_of(Path::new(&path), step))),
            replay: text("replay"),
        };
        match self.form {
            Form::Github => github::failure(&finding, out)?,
            Form::Observations => observations::failure(self, &finding, out)?,
            _ => {}
        }
        self.found.push(finding);
        Ok(())
    }

    /// Prints what is printed when the run has ended.
    pub fn end(&self, ended: &Ended, out: &mut impl Write) -> io::Result<()> {
        match self.form {
            Form::Human | Form::Json => Ok(()),
            Form::Junit => junit::print(self, ended, out),
            Form::Github => github::end(self, ended, out),
            Form::Sarif => sarif::print(self, ended, out),
            Form::Markdown => markdown::print(self, ended, out),
            Form::Observations => observations::end(self, ended, out),
        }
    }

    /// Prints a program of a run, if the form has something for each.
    pub fn case(&self, case: &Case, run: &Run, out: &mut impl Write) -> io::Result<()> {
        match self.form {
            Form::Observations => observations::case(self, case, run, out),
            _ => Ok(()),
        }
    }

    /// The command that gives these results again: the one that the run names, or this one.
    fn repeat(&self, ended: &Ended) -> String {
        let named = ended.about.iter().find(|(name, _)| name == REPEAT);
        named.map_or_else(typed, |(_, command)| command.clone())
    }

    /// The signatures of failures that have no minimised trace: the run was stopped before, or they did not come again.
    fn unminimised<'e>(&self, ended: &'e Ended) -> impl Iterator<Item = &'e str> {
        let is_found = |signature: &str| self.found.iter().any(|finding| finding.signature == signature);
        ended.violations.keys().map(String::as_str).filter(move |signature| !is_found(signature))
    }
}

/// The line of a trace's file at which a step is, from 1; the last line where it is after all of them.
fn line_of(path: &Path, step: usize) -> usize {
    let Ok(text) = std::fs::read_to_string(path) else { return 1 };
    let is_heading = |line: &&str| line.starts_with('#') || line.starts_with(HEADER);
    let heading = text.lines().take_while(is_heading).count();
    (heading + step).clamp(1, text.lines().count().max(1))
}
