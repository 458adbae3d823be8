//! Prints the result of one file, for people and as JSON.

use super::is_as;
use crate::doors::cli::Trouble;
use crate::doors::cli::output::{Output, paint};
use crate::doors::cli::unbound::notes;
use crate::failure::explain::{Explanation, Paint, Step};
use crate::failure::proof::headed;
use crate::judge::lockstep::{LONG, Verdict, interval};
use crate::judge::properties::Property;
use crate::judge::signature::Signature;
use heapproof_model::Program;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

/// How many skipped lines are printed.
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
    /// The step that fails, as SVG.
    pub picture: Option<String>,
    /// The outcomes of the operations, if some are printed.
    pub steps: Vec<Step>,
    /// Whether all of them are printed, or only those that were skipped.
    pub all_steps: bool,
}

impl Replayed<'_> {
    /// Prints the result.
    pub fn print(&self, output: &mut Output) -> Result<(), Trouble> {
        self.show(output)?;
        for note in notes(&self.program) {
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
                "{shown}: passed{wanted}; {} operations done, {} refused, {} skipped{}",
                total.done,
                total.refused,
                total.skipped,
                expectations(self.verdict.tally.asked())
            )?,
        }
        if let Some(every) = self.interval() {
            let lines = self.program.len();
            writeln!(
                output,
                "  it has {lines} lines, more than {LONG}: looked at after every {every} operations, and after each of the \
                 last {every} before a failure; outcomes and deaths are compared after each"
            )?;
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

    /// How many operations lie between two looks, if it is a long program of which not all states are looked at.
    fn interval(&self) -> Option<usize> {
        let looks = !matches!(self.property, Property::Text | Property::Bytes);
        interval(&self.program).filter(|_| looks)
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

    /// Prints one JSON object on its own line; see `docs/output.md`.
    pub fn print_json(&self, output: &mut Output) -> Result<(), Trouble> {
        let total = self.verdict.tally.total();
        let step = self.verdict.failure.as_ref().map(|failure| failure.step + 1);
        let steps = if self.all_steps { json!(self.steps) } else { Value::Null };
        let skipped: Vec<&Step> = self.steps.iter().filter(|step| step.skipped).collect();
        let told = self.signature.as_ref().zip(self.explanation.as_ref());
        let report = told.map(|(signature, told)| headed(signature, self.property, self.subject, told, Paint::Plain));
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
            "expectations": self.verdict.tally.asked(),
            "looked_every": self.interval().unwrap_or(1),
            "skipped_lines": skipped,
            "notes": notes(&self.program),
            "steps": steps,
            "explanation": self.explanation,
            "report": report,
            "picture": self.picture,
        });
        writeln!(output, "{object}")?;
        Ok(())
    }
}

/// How many expectations were asked, if any.
fn expectations(asked: u64) -> String {
    match asked {
        0 => String::new(),
        1 => ", 1 expectation holds".to_owned(),
        asked => format!(", {asked} expectations hold"),
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
