//! `heapproof minimize`: minimises one failing program.

use super::arguments::Given;
use super::certificate::Certificate;
use super::files::Files;
use super::isolate::Isolate;
use super::judging::Judge;
use super::output::Output;
use super::{Context, End, Trouble, input, say};
use crate::failure::failures::commented;
use crate::failure::heading::found_as;
use crate::failure::minimize::Options;
use crate::failure::proof::Counterexample;
use crate::judge::lockstep::Failure;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use clap::Args;
use heapproof_model::Program;
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
pub(super) struct Minimize {
    /// The failing program; `-` is standard input
    pub file: PathBuf,
    #[command(flatten)]
    pub given: Given,
    /// The file for the minimised trace; by default standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The most executions; after them the result is the simplest program so far
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub budget: Option<u64>,
    /// How many programs run at a time; the result does not depend on it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
    /// A file for every removal that was tried from the result, with what happened
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// A folder for programs that are found on the way and fail in other ways
    #[arg(long, value_name = "FOLDER")]
    pub others: Option<PathBuf>,
    #[command(flatten)]
    pub isolate: Isolate,
}

/// The least time between two writes of the simplest program so far.
const INTERVAL: Duration = Duration::from_millis(100);

/// The comment above a program that may still become simpler.
const NOT_YET: &str = "not yet minimal: the search goes on, or was killed";

/// Writes the trace to a file or to standard output, and the report to standard error.
pub(super) fn minimize(context: &Context<'_>, arguments: &Minimize, output: &mut Output) -> Result<End, Trouble> {
    let mut files = Files::reading([&arguments.file]);
    let target = files.target(arguments.output.as_deref())?;
    let certified = files.optional_target(arguments.certificate.as_ref())?;
    let source = input::read(&arguments.file, &arguments.given.reading)?;
    let (property, subject) = &source.claim(context, &arguments.given)?;
    let property = *property;
    let program = &source.program;
    context.catch_interrupts()?;
    let text = |program: &Program, failure: &Failure, more: Option<&str>| {
        let found = found_as(failure.signature(program).as_str(), property, subject);
        let others = source.heading.others().filter(|comment| *comment != NOT_YET);
        let comments: Vec<&str> = [found.as_str()].into_iter().chain(more).chain(others).collect();
        commented(program, &comments.join("\n"))
    };
    let due = Cell::new(None);
    // After a kill the file holds the simplest program so far. An error is ignored here: the last write will report it.
    let improved = |program: &Program, failure: &Failure| {
        if due.get().is_none_or(|due| Instant::now() >= due) {
            let _ = target.keep(text(program, failure, Some(NOT_YET)).as_bytes());
            due.set(Some(Instant::now() + INTERVAL));
        }
    };
    let options = Options {
        budget: arguments.budget,
        jobs: arguments.jobs.into(),
        stop: Some(&context.stop),
        improved: Some(&improved),
        ..Options::default()
    };
    let judge = Judge::after_trying(program, property, subject, &arguments.isolate)?;
    let found = judge.minimized(program, &options);
    judge.trouble()?;
    let Some(mut found) = found else {
        return Err(does_not_fail(&arguments.file, subject, property));
    };
    let result = text(&found.minimized.program, found.failure(), None);
    let written = context.save(|| target.write(result.as_bytes(), output));
    let others = arguments.others.as_ref().map(|folder| context.save(|| found.save_others(folder)));
    say(found.report(&context.name).trim_end());
    written?;
    others.transpose()?;
    if let Some(target) = certified {
        certificate(&found).write(&target, output)?;
    }
    let stopped = context.stop.load(Ordering::Relaxed);
    Ok(if stopped && !found.minimized.is_minimal { End::Interrupted } else { End::Violation })
}

fn certificate(found: &Counterexample) -> Certificate<'_> {
    Certificate {
        property: found.property.name(),
        subject: &found.subject.name,
        signature: &found.signature,
        program: &found.minimized.program,
        removals: &found.minimized.removals,
    }
}

/// The error for a program that passes.
pub(super) fn does_not_fail(file: &Path, subject: &SubjectKind, property: Property) -> Trouble {
    Trouble::Usage(format!(
        "{} does not fail: `{}` holds `{}` for it, so there is nothing to minimise",
        file.display(),
        subject.name,
        property.name()
    ))
}
