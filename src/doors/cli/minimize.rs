//! `heapproof minimize`: one failing program cut down.

use super::arguments::{Claim, Input};
use super::certificate::Certificate;
use super::isolate::{Isolate, Judge};
use super::output::Output;
use super::{Context, End, Trouble, input, say};
use crate::failure::failures::{commented, write_whole};
use crate::failure::minimize::Options;
use crate::failure::proof::Counterexample;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

#[derive(Debug, Args)]
pub(super) struct Minimize {
    /// The failing program; `-` is standard input
    pub file: PathBuf,
    #[command(flatten)]
    pub claim: Claim,
    /// How the file is read: text if it is called `.trace` or begins with `heapproof`, else bytes, unless given
    #[arg(long, value_enum)]
    pub input: Option<Input>,
    /// Where the minimised trace goes; standard output unless given
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The most executions; the simplest program until then is the result
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub budget: Option<u64>,
    /// How many programs are run at a time; the result does not depend on it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
    /// Where every removal that was tried from the result is written, and what came of it
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    #[command(flatten)]
    pub isolate: Isolate,
}

/// The trace goes to a file or to standard output, what there is to say of it to standard error.
pub(super) fn minimize(context: &Context<'_>, arguments: &Minimize, output: &mut Output) -> Result<End, Trouble> {
    let subject = context.subject(arguments.claim.subject.as_deref())?;
    let property = arguments.claim.property;
    let program = input::read(&arguments.file, arguments.input)?;
    context.catch_interrupts()?;
    let options = Options { budget: arguments.budget, jobs: arguments.jobs.into(), stop: Some(&context.stop) };
    let judge = Judge::after_trying(&program, property, subject, &arguments.isolate)?;
    let found = judge.minimized(&program, &options);
    judge.trouble()?;
    let Some(found) = found else {
        return Err(does_not_fail(&arguments.file, subject, property));
    };
    let note = format!("signature {}, property {}, subject {}", found.signature, property.name(), subject.name);
    let text = commented(&found.minimized.program, &note);
    match &arguments.output {
        None => output.write_all(text.as_bytes())?,
        Some(path) => {
            let written = context.save(|| write_whole(path, &text));
            written.map_err(|error| Trouble::Fault(format!("can't write {}: {error}", path.display())))?;
        }
    }
    if let Some(path) = &arguments.certificate {
        certificate(&found).write(path)?;
    }
    say(found.report(&context.name).trim_end());
    let stopped = context.stop.load(Ordering::Relaxed);
    Ok(if stopped && !found.minimized.is_minimal { End::Interrupted } else { End::Violation })
}

fn certificate(found: &Counterexample) -> Certificate<'_> {
    Certificate {
        property: found.property.name(),
        subject: found.subject.name,
        signature: &found.signature,
        program: &found.minimized.program,
        removals: &found.minimized.removals,
    }
}

/// Nothing can be said of the trace of a failure that there is not.
pub(super) fn does_not_fail(file: &Path, subject: &SubjectKind, property: Property) -> Trouble {
    Trouble::Usage(format!(
        "{} does not fail: `{}` holds `{}` for it, so there is nothing to minimise",
        file.display(),
        subject.name,
        property.name()
    ))
}
