//! Prints the result of one file, for people and as JSON.

use super::is_as;
use crate::doors::cli::Trouble;
use crate::doors::cli::output::{Output, paint};
use crate::failure::explain::{Explanation, Step, unbound};
use crate::judge::lockstep::Verdict;
use crate::judge::properties::Property;
use crate::judge::signature::Signature;
use heapproof_model::{Line, Program};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

/// How many skipped lines, and how many unbound names, are printed.
const MOST_PRINTED: usize = 10;

/// The widest column of lines beside their outcomes.
const WIDEST: usize = 40;

/// The result of one file.
pub(super) struct Replayed<'a> {
    pub path: &'a Path,
    pub property: Property,
    pub subject: &'a str,
    pub program: Program,
    pub verdict: Verdict,
    pub signature: Option<Signature>,
    pub expected: Option<&'a Signature>,
    pub explanation: Option<Explanation>,
    /// The outcomes of the operations, if some are printed.
    pub steps: Vec<Step>,
    /// Whether all of them are printed, or only those that were skipped.
    pub all_steps: bool,
}

impl Replayed<'_> {
    /// Prints the result, or only the notes about its names unless `shown`.
    pub fn print(&self, shown: bool, output: &mut Output) -> Result<(), Trouble> {
        if shown {
            self.show(output)?;
        }
        for note in self.notes() {
            writeln!(output, "{}: note: {note}", self.path.display())?;
        }
        Ok(())
    }

    fn show(&self, output: &mut Output) -> io::Result<()> {
        let shown = self.path.display();
        let wanted = self.expected.filter(|expected| !is_as(self.signature.as_ref(), Some(expected)));
        let wanted = wanted.map_or_else(String::new, |expected| format!(", not {expected} as expected"));
        let total = self.verdict.tally.total();
        match &self.signature {
            Some(signature) => writeln!(output, "{shown}: {signature}{wanted}\n")?,
            None if total.done + total.refused + total.skipped == 0 => {
                writeln!(output, "{shown}: passed{wanted}; it has no operation, only the end was run")?;
            }
            None => writeln!(
                output,
                "{shown}: passed{wanted}; {} operations done, {} refused, {} skipped",
                total.done, total.refused, total.skipped
            )?,
        }
        if self.all_steps {
            print_steps(&self.steps, output)?;
        } else {
            self.print_skipped(output)?;
        }
        match &self.explanation {
            Some(explanation) => writeln!(output, "{}", explanation.painted(paint())),
            None => Ok(()),
        }
    }

    /// Prints the lines that were skipped, and why.
    fn print_skipped(&self, output: &mut Output) -> io::Result<()> {
        let skipped: Vec<&Step> = self.steps.iter().filter(|step| step.skipped).collect();
        for step in skipped.iter().take(MOST_PRINTED) {
            let number = step.line.unwrap_or(0);
            writeln!(output, "  line {number}, `{}`, is {}", step.text, step.outcome)?;
        }
        match skipped.len().saturating_sub(MOST_PRINTED) {
            0 => Ok(()),
            more => writeln!(output, "  and {more} more (`--steps` prints all)"),
        }
    }

    /// A note for each name that no line binds. Most of them are misspelt.
    fn notes(&self) -> Vec<String> {
        let lines = self.program.lines();
        let bound: BTreeSet<String> = lines.iter().flat_map(Line::bound).map(|name| self.program.spell(name)).collect();
        let unbound = unbound(&self.program);
        let note = |(line, name): &(usize, String)| {
            let distance = |other: &&String| strsim::damerau_levenshtein(other, name);
            let near = bound.iter().min_by_key(distance).filter(|other| distance(other) <= 2);
            let meant = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("line {line}: name `{name}` is bound by no line{meant}")
        };
        let mut notes: Vec<String> = unbound.iter().take(MOST_PRINTED).map(note).collect();
        if unbound.len() > MOST_PRINTED {
            notes.push(format!("{} more names are bound by no line", unbound.len() - MOST_PRINTED));
        }
        notes
    }

    /// Prints one JSON object on its own line; see `docs/output.md`.
    pub fn print_json(&self, output: &mut Output) -> Result<(), Trouble> {
        let total = self.verdict.tally.total();
        let step = self.verdict.failure.as_ref().map(|failure| failure.step + 1);
        let steps = if self.all_steps { json!(self.steps) } else { Value::Null };
        let skipped: Vec<&Step> = self.steps.iter().filter(|step| step.skipped).collect();
        let object = json!({
            "type": "replay",
            "path": self.path,
            "property": self.property.name(),
            "subject": self.subject,
            "passed": self.signature.is_none(),
            "signature": self.signature.as_ref().map(Signature::as_str),
            "expected": self.expected.map(Signature::as_str),
            "step": step,
            "done": total.done,
            "refused": total.refused,
            "skipped": total.skipped,
            "skipped_lines": skipped,
            "notes": self.notes(),
            "steps": steps,
            "explanation": self.explanation,
        });
        writeln!(output, "{object}")?;
        Ok(())
    }
}

/// Prints every operation with its outcome and its events.
fn print_steps(steps: &[Step], output: &mut Output) -> io::Result<()> {
    let width = steps.iter().map(|step| step.text.chars().count()).max().unwrap_or(0).min(WIDEST);
    let mut ended = false;
    for step in steps {
        if step.line.is_none() && !std::mem::replace(&mut ended, true) {
            writeln!(output, "      (the end)")?;
        }
        let number = step.line.map_or_else(String::new, |number| number.to_string());
        writeln!(output, "{number:>4}  {:width$}  {}", step.text, step.outcome)?;
        for event in &step.events {
            writeln!(output, "      {:width$}    {event}", "")?;
        }
    }
    writeln!(output)
}
