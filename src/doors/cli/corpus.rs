//! `heapproof corpus`: traces that are kept.

use super::arguments::{Claim, Input};
use super::output::Output;
use super::{Context, End, Trouble, input};
use crate::failure::corpus::{self, CorpusError, Kept, REGRESSIONS};
use crate::failure::failures::write_whole;
use crate::failure::proof::Counterexample;
use clap::{Args, Subcommand};
use heapproof_model::Program;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Corpus {
    #[command(subcommand)]
    command: Command,
    /// The folder of the corpus
    #[arg(long, value_name = "DIR", default_value = "corpus", global = true)]
    corpus: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// File a failing trace, minimised, among the regressions
    Add(Add),
    /// Say what is kept, and what each trace is about
    List,
    /// Replay everything that is kept, and see that each trace says what it is about and is there once
    Check(Check),
}

#[derive(Debug, Args)]
struct Add {
    /// The trace, or bytes of a fuzzer; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What it is about, in a line
    #[arg(long, value_name = "TEXT", value_parser = note)]
    note: String,
    #[command(flatten)]
    claim: Claim,
    /// How the file is read: text if it is called `.trace` or begins with `heapproof`, else bytes, unless given
    #[arg(long, value_enum)]
    input: Option<Input>,
    /// File a trace that does not fail, as it is
    #[arg(long)]
    passing: bool,
}

#[derive(Debug, Args)]
struct Check {
    #[command(flatten)]
    claim: Claim,
}

fn note(text: &str) -> Result<String, String> {
    match text.trim() {
        text if !text.chars().any(char::is_alphanumeric) => Err("say in words what the trace is about".to_owned()),
        text if text.chars().any(char::is_control) => Err("a note is one line".to_owned()),
        text => Ok(text.to_owned()),
    }
}

pub(super) fn corpus(context: &Context<'_>, arguments: &Corpus, output: &mut Output) -> Result<End, Trouble> {
    let folder = &arguments.corpus;
    if !folder.is_dir() {
        let shown = folder.display();
        return Err(Trouble::Usage(format!("there is no folder {shown}; make it, or say where with `--corpus DIR`")));
    }
    match &arguments.command {
        Command::Add(add) => self::add(context, folder, add, output),
        Command::List => list(folder, output),
        Command::Check(check) => self::check(context, folder, check, output),
    }
}

impl From<CorpusError> for Trouble {
    fn from(error: CorpusError) -> Trouble {
        Trouble::Usage(error.to_string())
    }
}

/// What is filed, and how it came to be.
struct Filed {
    program: Program,
    /// The comment behind the note.
    found: Option<String>,
    name: String,
    /// What there is to say of it.
    said: String,
}

fn add(context: &Context<'_>, folder: &Path, arguments: &Add, output: &mut Output) -> Result<End, Trouble> {
    let program = input::read(&arguments.file, arguments.input)?;
    let kept = corpus::load(folder)?;
    refuse_known(&kept, &program)?;
    let regressions = folder.join(REGRESSIONS);
    let filed = filed(context, arguments, program, &regressions)?;
    refuse_known(&kept, &filed.program)?;
    let path = regressions.join(&filed.name);
    let text = corpus::text(&filed.program, &arguments.note, filed.found.as_deref());
    let written = std::fs::create_dir_all(&regressions).and_then(|()| write_whole(&path, &text));
    written.map_err(|error| Trouble::Fault(format!("can't write {}: {error}", path.display())))?;
    writeln!(output, "filed as {}: {}", path.display(), filed.said)?;
    Ok(End::Passed)
}

fn refuse_known(kept: &[Kept], program: &Program) -> Result<(), Trouble> {
    match corpus::known(kept, program) {
        None => Ok(()),
        Some(known) => Err(Trouble::Usage(format!("nothing is filed: {} is the same program", known.path.display()))),
    }
}

fn filed(context: &Context<'_>, arguments: &Add, program: Program, folder: &Path) -> Result<Filed, Trouble> {
    let subject = context.subject(arguments.claim.subject.as_deref())?;
    let property = arguments.claim.property;
    match Counterexample::of(property, subject, &program) {
        Some(found) => {
            let before = program.len();
            let program = found.minimized.program.canonical();
            let name = corpus::file_name(&arguments.note, Some(&found.signature), &program, folder);
            let (signature, after) = (&found.signature, program.len());
            let property = property.name();
            let comment = format!("found as {signature} by property {property} on subject {}", subject.name);
            let said = format!("{signature}, cut from {before} lines to {after}; it fails until the heap is corrected");
            Ok(Filed { program, found: Some(comment), name, said })
        }
        None if arguments.passing => {
            let name = corpus::file_name(&arguments.note, None, &program, folder);
            let said = "it passes, and is as it was given".to_owned();
            Ok(Filed { program, found: None, name, said })
        }
        None => {
            let (shown, subject, property) = (arguments.file.display(), &subject.name, property.name());
            Err(Trouble::Usage(format!(
                "nothing is filed: {shown} does not fail, `{subject}` holds `{property}` for it; \
                 file it before the heap is corrected, or with `--passing` as it is"
            )))
        }
    }
}

fn list(folder: &Path, output: &mut Output) -> Result<End, Trouble> {
    for kept in corpus::load(folder)? {
        writeln!(output, "{}: {}", kept.path.display(), kept.note)?;
    }
    Ok(End::Passed)
}

fn check(context: &Context<'_>, folder: &Path, arguments: &Check, output: &mut Output) -> Result<End, Trouble> {
    let subject = context.subject(arguments.claim.subject.as_deref())?;
    let kept = corpus::load(folder)?;
    let mut wrong = 0;
    for (index, one) in kept.iter().enumerate() {
        let mut complaints = Vec::new();
        if one.note.is_empty() {
            complaints.push("its second line does not say what it is about".to_owned());
        }
        if let Some(same) = corpus::known(&kept[..index], &one.program) {
            complaints.push(format!("the same program as {}", same.path.display()));
        }
        if let Some(failure) = arguments.claim.property.check(subject, &one.program).failure {
            if let Some(not_made) = failure.violation.not_made() {
                return Err(not_made.clone().into());
            }
            complaints.push(failure.violation.signature().to_string());
        }
        wrong += complaints.len();
        for complaint in complaints {
            writeln!(output, "{}: {complaint}", one.path.display())?;
        }
    }
    let property = arguments.claim.property.name();
    writeln!(output, "traces: {}, complaints: {wrong}, property {property}", kept.len())?;
    Ok(if wrong == 0 { End::Passed } else { End::Violation })
}
