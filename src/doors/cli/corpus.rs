//! `heapproof corpus`: keeps traces in a folder.

use super::arguments::{Given, property};
use super::files::Files;
use super::input::{self, Source};
use super::output::Output;
use super::progress::Progress;
use super::{Context, End, Trouble, say};
use crate::failure::corpus::{self, CorpusError, Kept, REGRESSIONS};
use crate::failure::heading::{found_as, judged_by};
use crate::failure::proof::Counterexample;
use crate::judge::properties::Property;
use crate::judge::signature::Signature;
use clap::{Args, Subcommand};
use heapproof_model::Program;
use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

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
    /// Minimise a failing trace and file it among the regressions; makes the folder if there is none
    Add(Add),
    /// List all traces with their notes
    List,
    /// Replay all traces, and check that each has a note and that none is there twice
    Check(Check),
}

#[derive(Debug, Args)]
struct Add {
    /// The trace, or bytes of a fuzzer; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the trace shows, in one line
    #[arg(long, value_name = "TEXT", value_parser = note)]
    note: String,
    #[command(flatten)]
    given: Given,
    /// File a trace that passes, without a change
    #[arg(long)]
    passing: bool,
}

#[derive(Debug, Args)]
struct Check {
    /// The heap under proof; by default the one that each trace names, or else the first of `list subjects`
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,
    /// The property to check; by default the one that each trace names, or else `lockstep`; see `list properties`
    #[arg(long, value_name = "NAME", value_parser = property)]
    property: Option<Property>,
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
    match &arguments.command {
        // The first trace makes the folder.
        Command::Add(add) => self::add(context, folder, add, output),
        _ if !folder.is_dir() => {
            let shown = folder.display();
            Err(Trouble::Usage(format!("there is no folder {shown}; say where it is with `--corpus DIR`")))
        }
        Command::List => list(folder, output),
        Command::Check(check) => self::check(context, folder, check, output),
    }
}

impl From<CorpusError> for Trouble {
    fn from(error: CorpusError) -> Trouble {
        Trouble::Usage(error.to_string())
    }
}

/// A program that is to be filed.
struct Filed {
    program: Program,
    /// The comment after the note: how the program fails, or how it was judged.
    origin: String,
    name: String,
    /// The message for the user.
    message: String,
}

fn add(context: &Context<'_>, folder: &Path, arguments: &Add, output: &mut Output) -> Result<End, Trouble> {
    let mut files = Files::reading([&arguments.file]);
    files.standard_output()?;
    let regressions = folder.join(REGRESSIONS);
    Files::folder(&regressions)?;
    let source = input::read(&arguments.file, &arguments.given.reading)?;
    let kept = if folder.is_dir() { readable(folder)? } else { Vec::new() };
    refuse_known(&kept, &source.program)?;
    let filed = filed(context, arguments, source, &regressions)?;
    refuse_known(&kept, &filed.program)?;
    let path = regressions.join(&filed.name);
    let text = corpus::text(&filed.program, &arguments.note, Some(&filed.origin));
    if !arguments.passing && fails_as_filed(context, &text)?.is_none() {
        return Err(Trouble::Usage(format!(
            "nothing is filed: {} failed, but passes when it is replayed as `corpus check` does",
            arguments.file.display()
        )));
    }
    let made = std::fs::create_dir_all(&regressions);
    made.map_err(|error| Trouble::Fault(format!("can't make the folder {}: {error}", regressions.display())))?;
    files.target(Some(&path))?.keep(text.as_bytes())?;
    writeln!(output, "filed as {}: {}", path.display(), filed.message)?;
    Ok(End::Passed)
}

/// Replays a trace as `corpus check` does, with the property and the subject that it names.
fn fails_as_filed(context: &Context<'_>, text: &str) -> Result<Option<Signature>, Trouble> {
    let wrong = |error: &dyn Display| Trouble::Fault(format!("the trace to be filed can't be read: {error}\n{text}"));
    let kept = Kept::new(PathBuf::new(), text).map_err(|error| wrong(&error))?;
    let (property, subject) = kept.heading.claim(None, None, context.subjects).map_err(|error| wrong(&error))?;
    Ok(property.check(&subject, &kept.program).failure.map(|failure| failure.signature(&kept.program)))
}

fn refuse_known(kept: &[Kept], program: &Program) -> Result<(), Trouble> {
    match corpus::known(kept, program) {
        None => Ok(()),
        Some(known) => Err(Trouble::Usage(format!("nothing is filed: {} is the same program", known.path.display()))),
    }
}

fn filed(context: &Context<'_>, arguments: &Add, source: Source, folder: &Path) -> Result<Filed, Trouble> {
    let (property, subject) = &source.claim(context, &arguments.given)?;
    let property = *property;
    let program = source.program;
    match Counterexample::of(property, subject, &program) {
        Some(found) => {
            let before = program.len();
            let program = found.minimized.program.canonical();
            let name = corpus::file_name(&arguments.note, Some(&found.signature), &program, folder);
            let (signature, after) = (&found.signature, program.len());
            let origin = found_as(signature.as_str(), property, subject);
            let message =
                format!("{signature}, cut from {before} lines to {after}; it fails until the heap is corrected");
            Ok(Filed { program, origin, name, message })
        }
        None if arguments.passing => {
            let name = corpus::file_name(&arguments.note, None, &program, folder);
            let message = "it passes, and is unchanged".to_owned();
            let origin = judged_by(property, subject);
            Ok(Filed { program, origin, name, message })
        }
        None => {
            let (shown, subject, property) = (arguments.file.display(), &subject.name, property.name());
            Err(Trouble::Usage(format!(
                "nothing is filed: {shown} does not fail, `{subject}` holds `{property}` for it; \
                 file it before the heap is corrected, or unchanged with `--passing`"
            )))
        }
    }
}

/// The traces that can be read. A message names each of the others.
fn readable(folder: &Path) -> Result<Vec<Kept>, Trouble> {
    let tell = |one: Result<Kept, CorpusError>| one.map_err(|error| say(&format!("left out: {error}"))).ok();
    Ok(corpus::each(folder)?.into_iter().filter_map(tell).collect())
}

fn list(folder: &Path, output: &mut Output) -> Result<End, Trouble> {
    for kept in readable(folder)? {
        writeln!(output, "{}: {}", kept.path.display(), kept.note)?;
    }
    Ok(End::Passed)
}

fn check(context: &Context<'_>, folder: &Path, arguments: &Check, output: &mut Output) -> Result<End, Trouble> {
    context.subject(arguments.subject.as_deref())?;
    let mut kept: Vec<Kept> = Vec::new();
    let mut wrong = 0;
    let all = corpus::each(folder)?;
    let (bar, start, count) = (Progress::of_programs(all.len() as u64), Instant::now(), all.len());
    for (done, one) in all.into_iter().enumerate() {
        bar.so_many(done, count, start.elapsed());
        let complaints: Vec<String> = match one {
            Err(error) => vec![error.to_string()],
            Ok(one) => {
                let complaints = complaints(context, arguments, &kept, &one)?;
                let shown = one.path.display().to_string();
                kept.push(one);
                complaints.into_iter().map(|complaint| format!("{shown}: {complaint}")).collect()
            }
        };
        wrong += complaints.len();
        bar.suspend(|| complaints.iter().try_for_each(|complaint| writeln!(output, "{complaint}")))?;
    }
    bar.finish();
    let property = arguments.property.map_or_else(String::new, |property| format!(", property {}", property.name()));
    writeln!(output, "traces: {}, complaints: {wrong}{property}", kept.len())?;
    Ok(if wrong == 0 { End::Passed } else { End::Violation })
}

/// What is wrong with a trace, given the traces before it.
fn complaints(context: &Context<'_>, arguments: &Check, before: &[Kept], one: &Kept) -> Result<Vec<String>, Trouble> {
    let mut complaints = Vec::new();
    if one.note.is_empty() {
        complaints.push("its second line does not say what it is about".to_owned());
    }
    if let Some(same) = corpus::known(before, &one.program) {
        complaints.push(format!("the same program as {}", same.path.display()));
    }
    match one.heading.claim(arguments.property, arguments.subject.as_deref(), context.subjects) {
        Err(error) => complaints.push(error),
        Ok((property, subject)) => {
            let failure = property.check(&subject.careful(), &one.program).failure;
            if let Some(not_made) = failure.as_ref().and_then(|failure| failure.violation.not_made()) {
                return Err(not_made.clone().into());
            }
            complaints.extend(failure.map(|failure| failure.signature(&one.program).to_string()));
        }
    }
    Ok(complaints)
}
