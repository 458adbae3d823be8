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
    if arguments.files.iter().filter(|file| file.as_os_str() == "-").count() > 1 {
        return Err(Trouble::Usage("standard input can be read only once: give `-` one time".to_owned()));
    }
    let mut as_wanted = true;
    for path in &arguments.files {
        let program = input::read(path, arguments.input)?;
        let verdict = arguments.claim.property.check(subject, &program);
        let signature = verdict.failure.as_ref().map(|failure| failure.violation.signature());
        let total = verdict.tally.total();
        as_wanted &= signature == expected;
        let wanted = expected.as_ref().filter(|_| signature != expected);
        let wanted = wanted.map_or_else(String::new, |expected| format!(", not {expected} as expected"));
        let shown = path.display();
        match &verdict.failure {
            None => writeln!(
                output,
                "{shown}: passed{wanted}; {} operations done, {} refused, {} skipped",
                total.done, total.refused, total.skipped
            )?,
            Some(failure) => {
                let told = explain(subject, &program, failure).text();
                writeln!(output, "{shown}: {}{wanted}\n\n{told}", failure.violation.signature())?;
            }
        }
    }
    Ok(if as_wanted { End::Passed } else { End::Violation })
}

fn signature(text: &str) -> Result<Signature, Trouble> {
    let wrong = |nearest| Trouble::Usage(format!("there is no signature `{text}`; did you mean `{nearest}`?"));
    Signature::parse(text).map_err(wrong)
}
