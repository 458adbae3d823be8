//! `heapproof emit-test`: prints traces as tests, in Rust or as a file says.

use super::arguments::{Given, Input};
use super::files::Files;
use super::input::{self, Source};
use super::output::Output;
use super::progress::Progress;
use super::{Context, End, Trouble, say};
use crate::failure::emit::{self, function_name};
use crate::failure::failures::commented;
use crate::failure::heading::judged_by;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::subjects::Template;
use clap::Args;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Debug, Args)]
pub(super) struct EmitTest {
    /// The traces, or bytes of a fuzzer; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    given: Given,
    /// The name of the test; by default the name of the file
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Embed the trace, even if the test could call the subject's own functions
    #[arg(long)]
    embed: bool,
    /// Write a program in the language of the subject, as that file says how
    #[arg(long, value_name = "FILE", conflicts_with = "embed")]
    spelling: Option<PathBuf>,
    /// The output; by default standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn emit_test(context: &Context<'_>, arguments: &EmitTest, output: &mut Output) -> Result<End, Trouble> {
    input::once_from_standard_input(&arguments.files)?;
    let target = Files::reading(&arguments.files).target(arguments.output.as_deref())?;
    let template = arguments.spelling.as_deref().map(template).transpose()?;
    if template.is_none() {
        input::refuse_misleading_name(arguments.output.as_deref(), Input::Rust)?;
    } else if arguments.files.len() > 1 {
        return Err(Trouble::Usage(
            "with `--spelling` there is a program for each trace; give one at a time".to_owned(),
        ));
    }
    let mut taken = BTreeSet::new();
    let mut tests = Vec::new();
    let (count, start) = (arguments.files.len(), Instant::now());
    let bar = Progress::of(count as u64, "traces");
    for (done, path) in arguments.files.iter().enumerate() {
        bar.so_many(done, count, start.elapsed());
        let source = input::read(path, &arguments.given.reading)?;
        let (property, subject) = &source.claim(context, &arguments.given)?;
        let property = *property;
        let name = free_name(&mut taken, test_name(arguments, path)?);
        let trace = trace(&source, &arguments.given, (property, subject));
        if let Some(template) = &template {
            let spelled = emit::emit_spelled(subject, property, (&source.program, &trace), &name, template);
            tests.push(spelled.map_err(|why| Trouble::Usage(format!("{} can't be spelled: {why}", path.display())))?);
            continue;
        }
        let emitted = emit::emit(subject, property, &source.program, &trace, &name, arguments.embed);
        if let (Some(because), false) = (&emitted.embeds_because, arguments.embed) {
            bar.suspend(|| say(&format!("{}: the test embeds its trace, since {because}", path.display())));
        }
        tests.push(emitted.text);
    }
    bar.finish();
    target.write(tests.join("\n").as_bytes(), output)?;
    Ok(End::Passed)
}

/// The spelling in a file.
fn template(path: &Path) -> Result<Template, Trouble> {
    let read = std::fs::read_to_string(path).map_err(|error| error.to_string());
    let template = read.and_then(|text| Template::parse(&text));
    template.map_err(|error| Trouble::Usage(format!("can't read the spelling {}: {error}", path.display())))
}

/// The trace as the test shows it, with its heading. If the call names a property or a subject, the heading says so.
fn trace(source: &Source, given: &Given, (property, subject): (Property, &SubjectKind)) -> String {
    let heading = &source.heading;
    let says_so = heading.property == Some(property) && heading.subject.as_deref() == Some(&*subject.name);
    let comments = match says_so || (given.property.is_none() && given.subject.is_none()) {
        true => source.heading.comments.clone(),
        false => [judged_by(property, subject)].into_iter().chain(source.heading.others().map(str::to_owned)).collect(),
    };
    commented(&source.program, &comments.join("\n"))
}

fn test_name(arguments: &EmitTest, path: &Path) -> Result<String, Trouble> {
    if let Some(name) = &arguments.name {
        let can_be = match function_name(name) {
            Some(function) if function == *name => return Ok(function),
            Some(function) => format!("; it can be called `{function}`"),
            None => ", which has no letter and no digit".to_owned(),
        };
        return Err(Trouble::Usage(format!("a test can't be called `{name}`{can_be}")));
    }
    let stem = path.file_stem().and_then(|stem| function_name(&stem.to_string_lossy()));
    Ok(stem.unwrap_or_else(|| "trace".to_owned()))
}

/// Takes a name that is free: this one, or this one with a number.
fn free_name(taken: &mut BTreeSet<String>, name: String) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    let free = [name.clone()].into_iter().chain(numbered).find(|name| !taken.contains(name));
    let free = free.unwrap_or(name);
    taken.insert(free.clone());
    free
}
