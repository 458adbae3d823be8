//! `heapproof minimize`: one failing program cut down.

use super::arguments;
use super::output::Output;
use super::{Context, End, Trouble, input, say};
use crate::failures::{commented, write_whole};
use crate::proof::Counterexample;
use std::io::Write;

/// The trace goes to a file or to standard output, what there is to say of it to standard error.
pub(super) fn minimize(
    context: &Context<'_>,
    arguments: &arguments::Minimize,
    output: &mut Output,
) -> Result<End, Trouble> {
    let subject = context.subject(arguments.claim.subject.as_deref())?;
    let property = arguments.claim.property;
    let program = input::read(&arguments.file, arguments.input)?;
    let Some(found) = Counterexample::of(property, subject, &program) else {
        let shown = arguments.file.display();
        return Err(Trouble::Usage(format!(
            "{shown} does not fail: `{}` holds `{}` for it, so there is nothing to minimise",
            subject.name,
            property.name()
        )));
    };
    let note = format!("signature {}, property {}, subject {}", found.signature, property.name(), subject.name);
    let text = commented(&found.minimized.program, &note);
    match &arguments.output {
        None => output.write_all(text.as_bytes())?,
        Some(path) => {
            let written = write_whole(path, &text);
            written.map_err(|error| Trouble::Fault(format!("can't write {}: {error}", path.display())))?;
        }
    }
    say(found.report(&context.name).trim_end());
    Ok(End::Violation)
}
