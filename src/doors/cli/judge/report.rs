//! Prints the judgement of one file, for people and as JSON.

use crate::doors::cli::output::{Output, paint};
use crate::doors::cli::unbound::notes;
use crate::failure::explain::Explanation;
use crate::judge::alone::Judged;
use crate::judge::signature::{Signature, refusal};
use heapproof_model::{Outcome, Program};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

/// The judgement of one file.
pub(super) struct Report<'a> {
    pub path: &'a Path,
    pub program: &'a Program,
    pub judged: &'a Judged,
    pub signature: Option<&'a Signature>,
    pub explanation: Option<Explanation>,
}

impl Report<'_> {
    pub fn print(&self, output: &mut Output) -> io::Result<()> {
        let (shown, tally) = (self.path.display(), &self.judged.verdict.tally);
        let total = tally.total();
        let operations =
            format!("{} operations done, {} refused, {} skipped", total.done, total.refused, total.skipped);
        match (self.signature, tally.asked()) {
            (Some(signature), _) => writeln!(output, "{shown}: {signature}\n")?,
            (None, 0) => writeln!(output, "{shown}: nothing was compared; {operations}")?,
            (None, 1) => writeln!(output, "{shown}: passed, 1 expectation holds; {operations}")?,
            (None, asked) => writeln!(output, "{shown}: passed, {asked} expectations hold; {operations}")?,
        }
        for (step, outcome) in &self.judged.odd {
            writeln!(output, "  line {}, `{}`, is {}", step + 1, self.text(*step), told(outcome))?;
        }
        let more = (total.refused + total.skipped).saturating_sub(self.judged.odd.len() as u64);
        if more > 0 {
            writeln!(output, "  and {more} more")?;
        }
        for note in notes(self.program) {
            writeln!(output, "{shown}: note: {note}")?;
        }
        if let Some(explanation) = &self.explanation {
            if total.refused + total.skipped > 0 {
                writeln!(output)?;
            }
            writeln!(output, "{}", explanation.painted(paint()))?;
        }
        Ok(())
    }

    /// Prints one JSON object on its own line; see `docs/output.md`.
    pub fn print_json(&self, output: &mut Output) -> io::Result<()> {
        let tally = &self.judged.verdict.tally;
        let total = tally.total();
        let odd = self
            .judged
            .odd
            .iter()
            .map(|(step, outcome)| json!({ "line": step + 1, "text": self.text(*step), "outcome": told(outcome) }));
        let object = json!({
            "type": "judge",
            "path": self.path,
            "passed": self.signature.is_none() && tally.asked() > 0,
            "signature": self.signature.map(Signature::as_str),
            "step": self.judged.verdict.failure.as_ref().map(|failure| failure.step + 1),
            "expectations": tally.asked(),
            "done": total.done,
            "refused": total.refused,
            "skipped": total.skipped,
            "odd_lines": odd.collect::<Vec<Value>>(),
            "notes": notes(self.program),
            "explanation": self.explanation,
        });
        writeln!(output, "{object}")
    }

    fn text(&self, step: usize) -> String {
        self.program.lines().get(step).map_or_else(String::new, |line| self.program.print(line))
    }
}

fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Refused(reason) => format!("refused ({})", refusal(*reason).replace('_', " ")),
        _ => "skipped: a name in it stands for nothing".to_owned(),
    }
}
