//! `heapproof replay`: programs from files.

use super::arguments;
use super::output::Output;
use super::{Context, End, Trouble, input};
use crate::explain::explain;
use crate::signature::Signature;
use std::io::Write;

pub(super) fn replay(
    context: &Context<'_>,
    arguments: &arguments::Replay,
    output: &mut Output,
) -> Result<End, Trouble> {
    let subject = context.subject(arguments.claim.subject.as_deref())?;
    let expected = arguments.expect.as_deref().map(signature).transpose()?;
    let mut as_wanted = true;
    for path in &arguments.files {
        let program = input::read(path, arguments.input)?;
        let verdict = arguments.claim.property.check(subject, &program);
        let signature = verdict.failure.as_ref().map(|failure| failure.violation.signature());
        let total = verdict.tally.total();
        as_wanted &= signature == expected;
        let shown = path.display();
        match &verdict.failure {
            None => writeln!(
                output,
                "{shown}: passed; {} operations done, {} refused, {} skipped",
                total.done, total.refused, total.skipped
            )?,
            Some(failure) => {
                writeln!(
                    output,
                    "{shown}: {}\n\n{}",
                    failure.violation.signature(),
                    explain(&program, failure).text()
                )?;
            }
        }
    }
    Ok(if as_wanted { End::Passed } else { End::Violation })
}

fn signature(text: &str) -> Result<Signature, Trouble> {
    let wrong = |nearest| Trouble::Usage(format!("there is no signature `{text}`; did you mean `{nearest}`?"));
    Signature::parse(text).map_err(wrong)
}
