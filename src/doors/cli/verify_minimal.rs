//! `heapproof verify-minimal`: checks by new runs that nothing can be removed from a failing program.

use super::arguments::Given;
use super::certificate::Certificate;
use super::files::Files;
use super::isolate::Isolate;
use super::judging::Judge;
use super::output::Output;
use super::progress::Progress;
use super::{Context, End, Trouble, input};
use crate::failure::minimize::{Removal, Without, removals};
use clap::Args;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Debug, Args)]
pub(super) struct VerifyMinimal {
    /// The failing program; `-` is standard input
    pub file: PathBuf,
    #[command(flatten)]
    pub given: Given,
    /// A file for every removal that is tried, with what happened
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    #[command(flatten)]
    pub isolate: Isolate,
}

/// Tries to remove every line, and every object with all lines that name it.
pub(super) fn verify_minimal(
    context: &Context<'_>,
    arguments: &VerifyMinimal,
    output: &mut Output,
) -> Result<End, Trouble> {
    let mut files = Files::reading([&arguments.file]);
    files.standard_output()?;
    let target = files.optional_target(arguments.certificate.as_ref())?;
    let source = input::read(&arguments.file, &arguments.given.reading)?;
    let (property, subject) = &source.claim(context, &arguments.given)?;
    let property = *property;
    let program = source.program;
    let shown = arguments.file.display();
    let judge = Judge::after_trying(&program, property, subject, &arguments.isolate)?;
    let Some(failure) = judge.failure(&program) else {
        return Err(super::minimize::does_not_fail(&arguments.file, subject, property));
    };
    let signature = failure.signature(&program);
    let (all, start, mut done) = (Removal::all(&program).len(), Instant::now(), 0);
    let bar = Progress::of(all as u64, "removals");
    let removals = removals(&program, &failure, &mut |program| {
        bar.so_many(done, all, start.elapsed());
        done += 1;
        judge.failure(program)
    });
    bar.finish();
    judge.trouble()?;
    if let Some(target) = target {
        let (property, subject) = (property.name(), &*subject.name);
        let certificate =
            Certificate { property, subject, signature: &signature, program: &program, removals: &removals };
        certificate.write(&target, output)?;
    }
    let mut minimal = true;
    for tried in removals.iter().filter(|tried| tried.without == Without::FailsAlike) {
        minimal = false;
        match tried.removal {
            Removal::Line(index) => {
                let text = program.print(&program.lines()[index]);
                writeln!(output, "{shown}: line {}, `{text}`, can go", index + 1)?;
            }
            Removal::Object(name) => {
                writeln!(output, "{shown}: `{}` can go, with all lines that name it", program.spell(name))?;
            }
        }
    }
    if minimal {
        let tried = removals.len();
        writeln!(output, "{shown}: minimal: {signature} needs every line and every object; {tried} removals tried")?;
    }
    Ok(if minimal { End::Passed } else { End::Violation })
}
