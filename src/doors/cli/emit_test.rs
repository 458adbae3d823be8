//! `heapproof emit-test`: traces as Rust tests.

use super::arguments::{Claim, Input};
use super::output::Output;
use super::{Context, End, Trouble, input, say};
use crate::failure::emit::{self, function_name};
use crate::failure::failures::write_whole;
use clap::Args;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct EmitTest {
    /// The traces, or bytes of a fuzzer; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    claim: Claim,
    /// How the files are read: text if they are called `.trace` or begin with `heapproof`, else bytes, unless given
    #[arg(long, value_enum)]
    input: Option<Input>,
    /// What the test is called; after its file unless given
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Embed the trace, also where the subject's own functions could be called
    #[arg(long)]
    embed: bool,
    /// Where the tests go; standard output unless given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn emit_test(context: &Context<'_>, arguments: &EmitTest, output: &mut Output) -> Result<End, Trouble> {
    let subject = context.subject(arguments.claim.subject.as_deref())?;
    input::once_from_standard_input(&arguments.files)?;
    let mut taken = BTreeSet::new();
    let mut tests = Vec::new();
    for path in &arguments.files {
        let program = input::read(path, arguments.input)?;
        let name = unlike(&mut taken, test_name(arguments, path)?);
        let property = arguments.claim.property;
        let emitted = match arguments.embed {
            true => emit::emit_embedding(subject, property, &program, &name),
            false => emit::emit_test(subject, property, &program, &name),
        };
        if let (Some(because), false) = (&emitted.embeds_because, arguments.embed) {
            say(&format!("{}: the test embeds its trace, since {because}", path.display()));
        }
        tests.push(emitted.text);
    }
    let text = tests.join("\n");
    match &arguments.output {
        None => output.write_all(text.as_bytes())?,
        Some(path) => write_whole(path, &text)
            .map_err(|error| Trouble::Fault(format!("can't write {}: {error}", path.display())))?,
    }
    Ok(End::Passed)
}

fn test_name(arguments: &EmitTest, path: &Path) -> Result<String, Trouble> {
    if let Some(name) = &arguments.name {
        let same = function_name(name).filter(|function| function == name);
        let wrong =
            || format!("a test can't be called `{name}`; it takes small letters, digits and `_`, a letter first");
        return same.ok_or_else(|| Trouble::Usage(wrong()));
    }
    let stem = path.file_stem().and_then(|stem| function_name(&stem.to_string_lossy()));
    Ok(stem.unwrap_or_else(|| "trace".to_owned()))
}

/// A name that was not taken, which is now.
fn unlike(taken: &mut BTreeSet<String>, name: String) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    let free = [name.clone()].into_iter().chain(numbered).find(|name| !taken.contains(name));
    let free = free.unwrap_or(name);
    taken.insert(free.clone());
    free
}
