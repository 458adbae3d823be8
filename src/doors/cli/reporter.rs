//! Prints the results of `check`, for people or as JSON, one object per line (see `docs/output.md`).

use super::figures;
use super::forms::{Ended, Findings, Form, REPEAT};
use super::json::{NO_RESULT, found_object, told, typed, violation_object};
use super::output::{Output, paint};
use super::run::Run;
use super::say;
use crate::failure::proof::{Counterexample, found_line, quoted};
use crate::judge::signature::Signature;
use crate::runs::campaign::{Case, Found, Summary};
use crate::runs::share::Share;
use heapproof_model::Dialect;
use heapproof_model::dialect::CLAUSES;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

pub(super) struct Reporter<'a> {
    name: &'a str,
    pub run: &'a Run,
    share: Option<Share>,
    form: Form,
    findings: Findings,
    output: &'a mut Output,
}

impl<'a> Reporter<'a> {
    /// For a run, or for its share if that is all that it does.
    pub fn new(name: &'a str, run: &'a Run, share: Option<Share>, form: Form, output: &'a mut Output) -> Reporter<'a> {
        let findings = Findings::new(form, "check", run.property().unwrap_or("all"), &run.subject);
        Reporter { name, run, share, form, findings, output }
    }

    /// Prints what the run checks, by which dialect, and what it can't check.
    pub fn start(&mut self) -> io::Result<()> {
        let Run { subject, seed, unchecked, .. } = self.run;
        match self.form {
            Form::Human => {
                let share = self.share.map_or_else(String::new, |share| format!(", shard {share}"));
                writeln!(self.output, "{} of {subject}, seed {seed}{share}", self.properties())?;
                self.dialect()?;
                if !unchecked.is_empty() {
                    let unchecked = unchecked.join(", ");
                    writeln!(self.output, "unchecked, since `{subject}` does not have it: {unchecked}")?;
                }
            }
            Form::Json => {
                let mut object = json!({
                    "type": "start",
                    "property": self.run.property(),
                    "properties": self.run.properties,
                    "subject": subject,
                    "profiles": self.run.profiles,
                    "seed": seed,
                    "signatures": self.run.signatures,
                    "dialect": self.run.dialect,
                    "unchecked": unchecked,
                    "version": self.run.version,
                });
                if let Some(share) = self.share {
                    let cases = share.cases(self.run.cases.unwrap_or_default());
                    object["shard"] = json!(share.to_string());
                    object["cases"] = json!([cases.start, cases.end]);
                    object["command"] = json!(typed());
                    object["run"] = json!(self.run);
                    object["run"]["command"] = json!("check");
                }
                self.json(&object)?;
            }
            _ => {}
        }
        self.output.flush()
    }

    /// Prints by which dialect the subject is judged, for people.
    fn dialect(&mut self) -> io::Result<()> {
        let Ok(dialect) = self.run.dialect.parse::<Dialect>() else { return Ok(()) };
        if dialect == Dialect::default() {
            return Ok(());
        }
        let (all, other) = (CLAUSES.len(), dialect.differences().len());
        writeln!(self.output, "dialect: {dialect}; {} of {all} clauses as in SPEC 1 to 10", all - other)
    }

    /// Prints a program that is told by itself.
    pub fn case(&mut self, case: &Case) -> io::Result<()> {
        self.findings.case(case, self.run, self.output)
    }

    /// Prints a failure before it is minimised, which may take long. `path` is the saved file.
    pub fn found(&mut self, found: &Found, signature: &Signature, path: Option<&Path>) -> io::Result<()> {
        match self.form {
            Form::Json => {
                let mut object = found_object(signature, &found.failure, found.program.len(), path);
                about_case(&mut object, found);
                self.json(&object)?;
            }
            _ => say(&found_line(signature, &format!("case {}", found.case), found.program.len(), path)),
        }
        self.output.flush()
    }

    /// Prints a failure that is minimised and saved. The picture is for what reads JSON.
    pub fn violation(
        &mut self,
        found: &Found,
        counterexample: &Counterexample,
        picture: Option<&str>,
    ) -> io::Result<()> {
        match self.form {
            Form::Human => writeln!(self.output, "\n{}", counterexample.painted_report(self.name, paint()))?,
            Form::Json => {
                let mut object = violation_object(self.name, counterexample);
                about_case(&mut object, found);
                object["picture"] = json!(picture);
                self.json(&object)?;
            }
            _ => {
                let mut object = violation_object(self.name, counterexample);
                about_case(&mut object, found);
                self.findings.add(&object, self.output)?;
            }
        }
        self.output.flush()
    }

    /// Prints what another run has found: an object as it has printed it.
    pub fn told(&mut self, object: &Value) -> io::Result<()> {
        match self.form {
            Form::Json => self.json(object),
            Form::Human if object["type"] == "violation" => writeln!(self.output, "\n{}", told(object)),
            _ if object["type"] == "violation" => self.findings.add(object, self.output),
            _ => Ok(()),
        }
    }

    /// Prints the statistics so far as JSON. People see them at the end.
    pub fn statistics(&mut self, statistics: &Value) -> io::Result<()> {
        if self.form == Form::Json {
            self.json(statistics)?;
            self.output.flush()?;
        }
        Ok(())
    }

    /// Prints what `heapproof merge` needs of a share: for people, that there is none of it.
    pub fn shard(&mut self, summary: &Summary) -> io::Result<()> {
        let Some(share) = self.share else { return Ok(()) };
        match self.form {
            Form::Json => self.json(&json!({ "type": "shard", "shard": share.to_string(), "result": summary })),
            _ => {
                say(NO_RESULT);
                Ok(())
            }
        }
    }

    /// Prints the result of the run.
    pub fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        match self.form {
            Form::Human => self.figures(summary),
            Form::Json => self.json(&self.summary_object(summary)),
            _ => self.findings.end(&self.ended(summary), self.output),
        }
    }

    /// The same for other tools.
    fn ended(&self, summary: &Summary) -> Ended {
        let counts = |counted: &BTreeMap<Signature, u64>| {
            counted.iter().map(|(signature, count)| (signature.to_string(), *count)).collect()
        };
        let total = summary.tally.total();
        let about = [
            ("seed", self.run.seed.to_string()),
            ("programs", summary.programs.to_string()),
            ("operations", format!("{} done, {} refused, {} skipped", total.done, total.refused, total.skipped)),
            ("digest", format!("{:016x}", summary.digest)),
            (REPEAT, self.repeat(summary)),
        ];
        Ended {
            verdict: self.verdict(summary),
            interrupted: summary.interrupted,
            seconds: summary.elapsed.as_secs_f64(),
            about: about.map(|(name, value)| (name.to_owned(), value)).into(),
            violations: counts(&summary.violations),
            known: counts(&summary.known),
        }
    }

    fn figures(&mut self, summary: &Summary) -> io::Result<()> {
        let (repeat, verdict) = (self.repeat(summary), self.verdict(summary));
        let total = summary.tally.total();
        let out = &mut self.output;
        if total.done + total.refused > 0 {
            writeln!(out, "{:16} {:>12} {:>10} {:>10}", "operation", "done", "refused", "skipped")?;
            for (code, outcomes) in summary.tally.by_operation().filter(|(_, outcomes)| *outcomes != Default::default())
            {
                let (done, refused, skipped) = (outcomes.done, outcomes.refused, outcomes.skipped);
                writeln!(out, "{:16} {done:>12} {refused:>10} {skipped:>10}", code.name())?;
            }
            writeln!(out, "{:16} {:>12} {:>10} {:>10}", "all", total.done, total.refused, total.skipped)?;
        }
        figures::print(self.run, summary, out)?;
        let seconds = summary.elapsed.as_secs_f64();
        let each_second = (total.done + total.refused) as f64 / seconds.max(1e-9);
        writeln!(out, "programs: {}{}", summary.programs, by_property(summary))?;
        writeln!(out, "seconds: {seconds:.1}, operations a second: {each_second:.0}")?;
        for (signature, count) in &summary.violations {
            writeln!(out, "violation: {signature} in {count} programs")?;
        }
        for (signature, count) in &summary.known {
            writeln!(out, "known: {signature} in {count} programs")?;
        }
        writeln!(out, "digest: {:016x}", summary.digest)?;
        writeln!(out, "repeat: {repeat}")?;
        writeln!(out, "{verdict}")
    }

    /// The last line: whether the property holds.
    fn verdict(&self, summary: &Summary) -> String {
        let subject = &self.run.subject;
        let (hold, do_not) = match self.run.property() {
            Some(property) => (format!("`{property}` holds"), format!("`{property}` does not hold")),
            None => (format!("{} hold", self.properties()), format!("the {} do not all hold", self.properties())),
        };
        let Summary { programs, violations, interrupted, .. } = summary;
        let failed: u64 = violations.values().sum();
        match (failed, interrupted) {
            (0, false) => format!("passed: {hold} for `{subject}` in all {programs} programs"),
            (0, true) => format!("interrupted: {hold} for `{subject}` in the {programs} programs so far"),
            (_, _) => format!("failed: {do_not} for `{subject}` in {failed} of {programs} programs"),
        }
    }

    /// The property, or how many there are.
    fn properties(&self) -> String {
        self.run.property().map_or_else(|| format!("{} properties", self.run.properties.len()), str::to_owned)
    }

    fn summary_object(&self, summary: &Summary) -> Value {
        let total = summary.tally.total();
        let by_operation: Map<String, Value> = summary
            .tally
            .by_operation()
            .map(|(code, one)| {
                let outcomes = json!({ "done": one.done, "refused": one.refused, "skipped": one.skipped });
                (code.name().to_owned(), outcomes)
            })
            .collect();
        let counts = |counted: &BTreeMap<Signature, u64>| -> Map<String, Value> {
            counted.iter().map(|(signature, count)| (signature.to_string(), json!(count))).collect()
        };
        json!({
            "type": "summary",
            "programs": summary.programs,
            "by_property": summary.by_property,
            "operations": total.done + total.refused,
            "done": total.done,
            "refused": total.refused,
            "skipped": total.skipped,
            "seconds": summary.elapsed.as_secs_f64(),
            "digest": format!("{:016x}", summary.digest),
            "seed": self.run.seed,
            "violations": counts(&summary.violations),
            "known": counts(&summary.known),
            "by_operation": by_operation,
            "passed": summary.violations.is_empty() && !summary.interrupted,
            "interrupted": summary.interrupted,
            "repeat": self.repeat(summary),
        })
    }

    /// The command that repeats the run, even if time or Ctrl-C ended it.
    fn repeat(&self, summary: &Summary) -> String {
        match (self.share, self.run.cases) {
            (Some(share), Some(cases)) => self.run.repeat(&quoted(self.name), cases, share),
            _ => self.run.repeat(&quoted(self.name), summary.programs.max(1), Share::WHOLE),
        }
    }

    pub fn json(&mut self, object: &Value) -> io::Result<()> {
        writeln!(self.output, "{object}")
    }
}

/// Adds which case failed, and what it was judged by.
fn about_case(object: &mut Value, found: &Found) {
    object["case"] = json!(found.case);
    object["property"] = json!(found.aim.property.name());
    object["profile"] = json!(found.aim.profile.name());
}

/// How many programs each property judged, if there is more than one.
fn by_property(summary: &Summary) -> String {
    let counts = summary.by_property.iter().map(|(property, count)| format!("{count} {}", property.name()));
    let counts: Vec<String> = counts.collect();
    if counts.len() > 1 { format!(" ({})", counts.join(", ")) } else { String::new() }
}
