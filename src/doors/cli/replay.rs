//! `heapproof replay`: programs from files.

use super::arguments::{Claim, Format, Input};
use super::isolate::{Isolate, Judge};
use super::output::{Output, paint};
use super::pictures::Pictures;
use super::{Context, End, Trouble, input};
use crate::failure::explain::Explanation;
use crate::judge::lockstep::Verdict;
use crate::judge::signature::Signature;
use clap::Args;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Replay {
    /// Files of programs; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub claim: Claim,
    /// How the files are read: text if they are called `.trace` or begin with `heapproof`, else bytes, unless given
    #[arg(long, value_enum)]
    pub input: Option<Input>,
    /// Exit with 0 where each program fails with just this signature, else with 1
    #[arg(long, value_name = "SIGNATURE")]
    pub expect: Option<String>,
    /// How the results are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    #[command(flatten)]
    pub isolate: Isolate,
    #[command(flatten)]
    pub pictures: Pictures,
}

pub(super) fn replay(context: &Context<'_>, arguments: &Replay, output: &mut Output) -> Result<End, Trouble> {
    let subject = context.subject(arguments.claim.subject.as_deref())?;
    let expected = arguments.expect.as_deref().map(signature).transpose()?;
    input::once_from_standard_input(&arguments.files)?;
    if arguments.pictures.any() && arguments.files.len() > 1 {
        return Err(Trouble::Usage("pictures are of one run: give one file".to_owned()));
    }
    let judge = Judge::new(arguments.claim.property, subject, &arguments.isolate)?;
    let mut as_wanted = true;
    for path in &arguments.files {
        let program = input::read(path, arguments.input)?;
        let verdict = judge.verdict(&program);
        let signature = verdict.failure.as_ref().map(|failure| failure.violation.signature());
        as_wanted &= signature == expected;
        let explanation = verdict.failure.as_ref().map(|failure| judge.explanation(&program, failure));
        if arguments.pictures.any() {
            let failed = verdict.failure.as_ref().zip(explanation.as_ref());
            let title = path.display().to_string();
            arguments.pictures.write(&judge.drawn(&title, &program, failed, &arguments.pictures.wanted())?)?;
        }
        let replayed = Replayed { path, verdict, signature, expected: expected.as_ref(), explanation };
        match arguments.format {
            Format::Human => replayed.tell(output)?,
            Format::Json => replayed.json(output)?,
        }
    }
    judge.trouble()?;
    Ok(if as_wanted { End::Passed } else { End::Violation })
}

fn signature(text: &str) -> Result<Signature, Trouble> {
    let wrong = |nearest| Trouble::Usage(format!("there is no signature `{text}`; did you mean `{nearest}`?"));
    Signature::parse(text).map_err(wrong)
}

/// What came of a file.
struct Replayed<'a> {
    path: &'a Path,
    verdict: Verdict,
    signature: Option<Signature>,
    expected: Option<&'a Signature>,
    explanation: Option<Explanation>,
}

impl Replayed<'_> {
    fn tell(&self, output: &mut Output) -> Result<(), Trouble> {
        let shown = self.path.display();
        let wanted = self.expected.filter(|expected| self.signature.as_ref() != Some(*expected));
        let wanted = wanted.map_or_else(String::new, |expected| format!(", not {expected} as expected"));
        let total = self.verdict.tally.total();
        match (&self.signature, &self.explanation) {
            (Some(signature), Some(explanation)) => {
                writeln!(output, "{shown}: {signature}{wanted}\n\n{}", explanation.painted(paint()))?;
            }
            _ => writeln!(
                output,
                "{shown}: passed{wanted}; {} operations done, {} refused, {} skipped",
                total.done, total.refused, total.skipped
            )?,
        }
        Ok(())
    }

    /// An object of its own line; `docs/output.md` says what is in it.
    fn json(&self, output: &mut Output) -> Result<(), Trouble> {
        let total = self.verdict.tally.total();
        let step = self.verdict.failure.as_ref().map(|failure| failure.step + 1);
        let object = json!({
            "type": "replay",
            "path": self.path,
            "passed": self.signature.is_none(),
            "signature": self.signature.as_ref().map(Signature::as_str),
            "expected": self.expected.map(Signature::as_str),
            "step": step,
            "done": total.done,
            "refused": total.refused,
            "skipped": total.skipped,
            "explanation": self.explanation,
        });
        writeln!(output, "{object}")?;
        Ok(())
    }
}
