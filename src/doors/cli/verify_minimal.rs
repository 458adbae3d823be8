//! `heapproof verify-minimal`: whether something can still go from a failing program, by running it anew.

use super::arguments::{Claim, Input};
use super::certificate::Certificate;
use super::isolate::{Isolate, Judge};
use super::output::Output;
use super::{Context, End, Trouble, input};
use crate::failure::minimize::{Removal, Without, removals};
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct VerifyMinimal {
    /// The failing program; `-` is standard input
    pub file: PathBuf,
    #[command(flatten)]
    pub claim: Claim,
    /// How the file is read: text if it is called `.trace` or begins with `heapproof`, else bytes, unless given
    #[arg(long, value_enum)]
    pub input: Option<Input>,
    /// Where every removal that is tried is written, and what comes of it
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
    let subject = context.subject(arguments.claim.subject.as_deref())?;
    let property = arguments.claim.property;
    let program = input::read(&arguments.file, arguments.input)?;
    let shown = arguments.file.display();
    let judge = Judge::after_trying(&program, property, subject, &arguments.isolate)?;
    let Some(failure) = judge.failure(&program) else {
        return Err(super::minimize::does_not_fail(&arguments.file, subject, property));
    };
    let signature = failure.violation.signature();
    let removals = removals(&program, &signature, &mut |program| judge.failure(program));
    judge.trouble()?;
    if let Some(path) = &arguments.certificate {
        let (property, subject) = (property.name(), &*subject.name);
        Certificate { property, subject, signature: &signature, program: &program, removals: &removals }.write(path)?;
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
