//! How `heapproof dialect` says what it has found: for people, or as JSON.

use super::super::Trouble;
use super::super::arguments::Format;
use super::super::files::Files;
use super::super::output::Output;
use super::verdict::{Shown, Verdict};
use super::{Advice, Strictness};
use crate::failure::failures::commented;
use crate::failure::heading::found_as;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use heapproof_model::Dialect;
use heapproof_model::dialect::Clause;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

pub(super) struct Reporter<'a> {
    arguments: &'a Strictness,
    output: &'a mut Output,
}

impl<'a> Reporter<'a> {
    pub fn new(arguments: &'a Strictness, output: &'a mut Output) -> Result<Reporter<'a>, Trouble> {
        if let Some(folder) = &arguments.save {
            Files::folder(folder)?;
        }
        Ok(Reporter { arguments, output })
    }

    pub fn start(&mut self, subject: &SubjectKind, declared: &Dialect) -> Result<(), Trouble> {
        let object = json!({
            "type": "start",
            "subject": subject.name,
            "dialect": declared.to_string(),
            "seed": self.arguments.seed,
        });
        self.say(&object, &format!("`{}` declares: {declared}", subject.name))
    }

    pub fn as_declared(&mut self, subject: &SubjectKind, verdict: &Verdict) -> Result<(), Trouble> {
        let text = match verdict {
            Verdict::Fails { programs, shown } => format!("it fails as what it declares, {}", how(*programs, shown)),
            Verdict::Passes { programs } => format!("it passes {programs} programs as what it declares"),
            Verdict::Interrupted => return Ok(()),
        };
        let path = self.save("declared", subject, verdict)?;
        let mut object = object(verdict, path.as_deref());
        object["type"] = "declared".into();
        self.say(&object, &text)
    }

    pub fn answer(
        &mut self,
        clause: &Clause,
        (answer, is_stricter): (usize, bool),
        held: &SubjectKind,
        verdict: &Verdict,
    ) -> Result<(), Trouble> {
        let word = word(clause, answer);
        let text = match verdict {
            Verdict::Fails { programs, shown } => format!("{} {word}: fails {}", clause.name, how(*programs, shown)),
            Verdict::Passes { .. } | Verdict::Interrupted => format!("{} {word}: passes", clause.name),
        };
        let path = self.save(&format!("{}-{word}", clause.name), held, verdict)?;
        let mut object = object(verdict, path.as_deref());
        object["type"] = "answer".into();
        object["clause"] = clause.name.into();
        object["answer"] = word.into();
        object["stricter"] = is_stricter.into();
        self.say(&object, &text)
    }

    pub fn advice(&mut self, clause: &Clause, advice: &Advice) -> Result<(), Trouble> {
        let words = |answers: &[usize]| answers.iter().map(|answer| word(clause, *answer)).collect::<Vec<_>>();
        let (text, declare, not_told) = match advice {
            Advice::Keep => return Ok(()),
            Advice::Declare(answer) => {
                let word = word(clause, *answer);
                (format!("`{} {word}` is what the heap has to declare", clause.name), Some(word), Vec::new())
            }
            Advice::NotTold(answers) => {
                let words = words(answers);
                let names = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" and ");
                (format!("{}: no program tells {names} apart on this heap", clause.name), None, words)
            }
        };
        let object = json!({ "type": "advice", "clause": clause.name, "declare": declare, "not_told": not_told });
        self.say(&object, &text)
    }

    pub fn end(&mut self, passed: bool) -> Result<(), Trouble> {
        let text = if passed { "it declares no more than it needs" } else { "it declares more than it needs" };
        self.say(&json!({ "type": "summary", "passed": passed }), text)
    }

    /// Writes what is said at once, since the next programs may take long.
    fn say(&mut self, object: &Value, text: &str) -> Result<(), Trouble> {
        match self.arguments.format {
            Format::Json => writeln!(self.output, "{object}")?,
            Format::Human => writeln!(self.output, "{text}")?,
        }
        Ok(self.output.flush()?)
    }

    /// Saves the trace of a failure, if there is a folder for it.
    fn save(&self, name: &str, subject: &SubjectKind, verdict: &Verdict) -> Result<Option<PathBuf>, Trouble> {
        let (Some(folder), Verdict::Fails { shown, .. }) = (&self.arguments.save, verdict) else { return Ok(None) };
        let signature = shown.signature.as_ref().map_or("none", |signature| signature.as_str());
        let trace = commented(&shown.program, &found_as(signature, Property::Lockstep, subject));
        Files::keep_in(folder, &format!("{name}.trace"), &trace).map(Some)
    }
}

fn word(clause: &Clause, answer: usize) -> &'static str {
    clause.answers().get(answer).map_or("", |(word, _)| word)
}

/// After how many programs, with which signature, and the trace.
fn how(programs: u64, Shown { signature, program }: &Shown) -> String {
    let signature = signature.as_ref().map_or("but not always", |signature| signature.as_str());
    format!("in {programs} programs, {signature}\n{program}")
}

fn object(verdict: &Verdict, path: Option<&Path>) -> Value {
    match verdict {
        Verdict::Fails { programs, shown } => json!({
            "passes": false,
            "programs": programs,
            "signature": shown.signature.as_ref().map(|signature| signature.as_str()),
            "lines": shown.program.len(),
            "trace": shown.program.to_string(),
            "path": path,
        }),
        Verdict::Passes { programs } => json!({ "passes": true, "programs": programs }),
        Verdict::Interrupted => json!({}),
    }
}
