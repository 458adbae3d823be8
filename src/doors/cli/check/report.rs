//! Prints the results of `check`, for people or as JSON, one object per line (see `docs/output.md`).

use super::Check;
use crate::doors::cli::arguments::Format;
use crate::doors::cli::figures;
use crate::doors::cli::json::{found_line, found_object, violation_object};
use crate::doors::cli::output::{Output, paint};
use crate::doors::cli::say;
use crate::failure::failures::OUT;
use crate::failure::proof::{Counterexample, quoted};
use crate::judge::properties::Property;
use crate::judge::signature::Signature;
use crate::judge::subject::Abilities;
use crate::programs::generate::MOST_LINES;
use crate::runs::campaign::{Campaign, Found, Summary};
use crate::subjects::shown_by;
use heapproof_model::Dialect;
use heapproof_model::dialect::CLAUSES;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

pub(super) struct Reporter<'a> {
    name: &'a str,
    pub campaign: &'a Campaign,
    arguments: &'a Check,
    output: &'a mut Output,
}

impl<'a> Reporter<'a> {
    pub fn new(name: &'a str, campaign: &'a Campaign, arguments: &'a Check, output: &'a mut Output) -> Reporter<'a> {
        Reporter { name, campaign, arguments, output }
    }

    /// Prints what the run checks, by which dialect, and what it can't check.
    pub fn start(&mut self, abilities: &Abilities) -> io::Result<()> {
        let (unchecked, dialect) = (abilities.unchecked(), abilities.dialect());
        let Campaign { mix, subject, seed, .. } = self.campaign;
        match self.arguments.format {
            Format::Human => {
                writeln!(self.output, "{} of {}, seed {seed}", self.properties(), subject.name)?;
                if *dialect != Dialect::default() {
                    let (all, other) = (CLAUSES.len(), dialect.differences().len());
                    writeln!(self.output, "dialect: {dialect}; {} of {all} clauses as in SPEC 1 to 10", all - other)?;
                }
                if !unchecked.is_empty() {
                    writeln!(
                        self.output,
                        "unchecked, since `{}` does not have it: {}",
                        subject.name,
                        unchecked.join(", ")
                    )?;
                }
            }
            Format::Json => self.json(&json!({
                "type": "start",
                "property": mix.property().map(Property::name),
                "properties": mix.properties().iter().map(|property| property.name()).collect::<Vec<_>>(),
                "subject": subject.name,
                "profiles": mix.profiles().iter().map(|profile| profile.name()).collect::<Vec<_>>(),
                "seed": seed,
                "signatures": Signature::VERSION,
                "dialect": dialect.to_string(),
                "unchecked": unchecked,
            }))?,
        }
        self.output.flush()
    }

    /// Prints a failure before it is minimised, which may take long. `path` is the saved file.
    pub fn found(&mut self, found: &Found, signature: &Signature, path: Option<&Path>) -> io::Result<()> {
        match self.arguments.format {
            Format::Human => say(&found_line(signature, &format!("case {}", found.case), found.program.len(), path)),
            Format::Json => {
                let mut object = found_object(signature, &found.failure, found.program.len(), path);
                about_case(&mut object, found);
                self.json(&object)?;
            }
        }
        self.output.flush()
    }

    /// Prints a failure that is minimised and saved.
    pub fn violation(&mut self, found: &Found, counterexample: &Counterexample) -> io::Result<()> {
        match self.arguments.format {
            Format::Human => writeln!(self.output, "\n{}", counterexample.painted_report(self.name, paint()))?,
            Format::Json => {
                let mut object = violation_object(self.name, counterexample);
                about_case(&mut object, found);
                self.json(&object)?;
            }
        }
        self.output.flush()
    }

    /// Prints the statistics so far as JSON. People see them at the end.
    pub fn statistics(&mut self, statistics: &Value) -> io::Result<()> {
        if self.arguments.format == Format::Json {
            self.json(statistics)?;
            self.output.flush()?;
        }
        Ok(())
    }

    /// Prints the result of the run.
    pub fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        match self.arguments.format {
            Format::Human => self.figures(summary),
            Format::Json => self.json(&self.summary_object(summary)),
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
        figures::print(self.campaign, summary, out)?;
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
        let Campaign { mix, subject, .. } = self.campaign;
        let subject = &subject.name;
        let (hold, do_not) = match mix.property() {
            Some(property) => (format!("`{}` holds", property.name()), format!("`{}` does not hold", property.name())),
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
        let mix = &self.campaign.mix;
        mix.property().map_or_else(|| format!("{} properties", mix.properties().len()), |one| one.name().to_owned())
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
            "by_property": summary.by_property.iter().map(|(property, count)| (property.name(), count)).collect::<BTreeMap<_, _>>(),
            "operations": total.done + total.refused,
            "done": total.done,
            "refused": total.refused,
            "skipped": total.skipped,
            "seconds": summary.elapsed.as_secs_f64(),
            "digest": format!("{:016x}", summary.digest),
            "seed": self.campaign.seed,
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
        let Campaign { subject, seed, recipe, keep_going, .. } = self.campaign;
        let mut line = format!("{} check --seed {seed} --cases {}", quoted(self.name), summary.programs.max(1));
        if recipe.most_lines != MOST_LINES {
            line += &format!(" --ops {}", recipe.most_lines);
        }
        if let Some(profile) = self.arguments.profile {
            line += &format!(" --profile {}", profile.name());
        }
        if !recipe.without.is_empty() {
            let names: Vec<&str> = recipe.without.iter().map(|bias| bias.name()).collect();
            line += &format!(" --without-bias {}", names.join(","));
        }
        line += &format!(" --subject {}{}", quoted(subject.typed()), subject.options());
        if let Some(property) = self.arguments.property.filter(|property| shown_by(subject) != Some(*property)) {
            line += &format!(" --property {}", property.name());
        }
        if let Some(dialect) = subject.is_held_to() {
            line += &format!(" --dialect {}", quoted(&dialect.to_string()));
        }
        if self.campaign.feedback {
            line += " --feedback";
        }
        if *keep_going {
            line += " --keep-going";
        }
        line += &self.arguments.except.repeat();
        line += &self.arguments.isolate.repeat();
        if self.arguments.out != Path::new(OUT) {
            line += &format!(" --out {}", quoted(&self.arguments.out.to_string_lossy()));
        }
        line
    }

    fn json(&mut self, object: &Value) -> io::Result<()> {
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
