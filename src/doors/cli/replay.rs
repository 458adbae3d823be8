//! `heapproof replay`: runs programs from files.

mod report;

use super::arguments::{Format, Given};
use super::files::Files;
use super::isolate::Isolate;
use super::judging::Judge;
use super::output::Output;
use super::pictures::Pictures;
use super::progress::Progress;
use super::several::{self, Several};
use super::{Context, End, Trouble, input};
use crate::failure::explain::{Step, steps};
use crate::judge::lockstep::Failure;
use crate::judge::signature::Signature;
use crate::judge::subject::SubjectKind;
use clap::Args;
use heapproof_model::Program;
use report::Replayed;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Debug, Args)]
pub(super) struct Replay {
    /// Files of programs, or folders of traces; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub given: Given,
    /// Exit with 0 if each program fails with this signature, or with this kind at any place, else with 1
    #[arg(long, value_name = "SIGNATURE")]
    pub expect: Option<String>,
    /// Print the outcome of every operation
    #[arg(long)]
    pub steps: bool,
    /// The form of the results
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    #[command(flatten)]
    pub isolate: Isolate,
    #[command(flatten)]
    pub pictures: Pictures,
}

pub(super) fn replay(context: &Context<'_>, arguments: &Replay, output: &mut Output) -> Result<End, Trouble> {
    let expected = arguments.expect.as_deref().map(signature).transpose()?;
    input::once_from_standard_input(&arguments.files)?;
    let paths = several::files(&arguments.files)?;
    if arguments.pictures.any() && paths.len() > 1 {
        return Err(Trouble::Usage("pictures show one run: give one file".to_owned()));
    }
    let mut files = Files::reading(&paths);
    files.standard_output()?;
    let pictures = arguments.pictures.targets(&mut files)?;
    let mut results = Several::of(paths.len());
    let mut as_wanted = true;
    let (bar, start) = (Progress::of_programs(paths.len() as u64), Instant::now());
    for (done, path) in paths.iter().enumerate() {
        bar.so_many(done, paths.len(), start.elapsed());
        let read = input::read(path, &arguments.given.reading);
        let read = read.and_then(|source| Ok((source.claim(context, &arguments.given)?, source)));
        let Some(((property, subject), source)) =
            bar.suspend(|| results.unless_unread(path, read, arguments.format, output))?
        else {
            continue;
        };
        let subject = &subject;
        let program = source.program;
        let judge = Judge::new(property, subject, &arguments.isolate)?;
        let verdict = judge.verdict(&program);
        let signature = verdict.failure.as_ref().map(|failure| failure.signature(&program));
        as_wanted &= is_as(signature.as_ref(), expected.as_ref());
        let shown = results.add(path, signature.as_ref()) || arguments.steps;
        let failure = verdict.failure.as_ref().filter(|_| shown);
        let explanation = failure.map(|failure| judge.explanation(&program, failure));
        if arguments.pictures.any() {
            let failed = verdict.failure.as_ref().zip(explanation.as_ref());
            let title = path.display().to_string();
            let drawn = judge.drawn(&title, &program, failed, &arguments.pictures.wanted())?;
            pictures.write(&drawn, &mut files, output)?;
        }
        let drawn = failure.filter(|_| arguments.format == Format::Json);
        let picture = drawn.and_then(|failure| judge.picture(&program, failure));
        let skips = shown && verdict.failure.is_none() && verdict.tally.total().skipped > 0;
        let steps =
            if skips || arguments.steps { operations(subject, &program, verdict.failure.as_ref()) } else { Vec::new() };
        let all_steps = arguments.steps;
        judge.trouble()?;
        let expected = expected.as_ref();
        let subject = &*subject.name;
        let replayed = Replayed {
            path,
            property,
            subject,
            program,
            verdict,
            signature,
            expected,
            explanation,
            picture,
            steps,
            all_steps,
        };
        match arguments.format {
            Format::Human if shown => bar.suspend(|| replayed.print(output))?,
            Format::Human => {}
            Format::Json => bar.suspend(|| replayed.print_json(output))?,
        }
    }
    bar.finish();
    match arguments.format {
        Format::Human => results.print(output)?,
        Format::Json => results.print_json(output)?,
    }
    results.end(as_wanted)
}

/// Whether a program fails as expected. A kind without a place stands for every place.
fn is_as(signature: Option<&Signature>, expected: Option<&Signature>) -> bool {
    match (signature, expected) {
        (Some(signature), Some(expected)) => signature.is_a(expected),
        (signature, expected) => signature == expected,
    }
}

fn signature(text: &str) -> Result<Signature, Trouble> {
    let wrong = |nearest| Trouble::Usage(format!("there is no signature `{text}`; did you mean `{nearest}`?"));
    Signature::parse(text).map_err(wrong)
}

/// The outcomes of a program's operations up to the failing one. An operation that ends the process is left out.
fn operations(subject: &SubjectKind, program: &Program, failure: Option<&Failure>) -> Vec<Step> {
    let lines = failure.map_or(program.len(), |failure| match failure.violation.ends_the_process() {
        true => failure.step.min(program.len().saturating_sub(1)),
        false => failure.step.saturating_add(1),
    });
    steps(subject, program, lines)
}
