//! `heapproof convert`: one program as a trace, as bytes or in Rust.
//!
//! A program in Rust is a function that contains the trace and parses it. `emit-test` makes tests. This command reads
//! both: it takes the trace that the source contains.

use super::arguments::{Input, Reading};
use super::files::{Files, Target};
use super::output::Output;
use super::{Context, End, Trouble, input, say};
use crate::failure::emit::function_of;
use crate::failure::failures::commented;
use crate::failure::heading::Heading;
use clap::{Args, ValueEnum};
use heapproof_model::{Name, Program};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Convert {
    /// The program; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    reading: Reading,
    /// The new form; by default the one that the output's name says, or else a trace
    #[arg(long, value_enum)]
    to: Option<Form>,
    /// The output; by default standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Text, one line for each operation
    Trace,
    /// The format that fuzzers read and write
    Bytes,
    /// A function in Rust that returns the program
    Rust,
}

pub(super) fn convert(_: &Context<'_>, arguments: &Convert, output: &mut Output) -> Result<End, Trouble> {
    let form = form(arguments)?;
    let mut files = Files::reading([&arguments.file]);
    let target = files.target(arguments.output.as_deref())?;
    input::refuse_misleading_name(arguments.output.as_deref(), form.into())?;
    if form == Form::Bytes && matches!(target, Target::Standard) && std::io::stdout().is_terminal() {
        let message = "bytes can't be shown in a terminal: give `-o FILE`, or use a pipe";
        return Err(Trouble::Usage(message.to_owned()));
    }
    let source = input::read(&arguments.file, &arguments.reading)?;
    if form == Form::Bytes {
        tell_left_out(&source.program);
    }
    target.write(&converted(&source.program, &source.heading, form), output)?;
    Ok(End::Passed)
}

/// Says how many lines of a program bytes do not have.
fn tell_left_out(program: &Program) {
    let (all, lines) = (program.len(), program.in_bytes().len());
    if lines < all {
        let most = Name::MOST_IN_BYTES;
        say(&format!(
            "{} of {all} lines are left out: bytes have no expectations, no fields in quotes, and no more than {most} names",
            all - lines
        ));
    }
}

fn form(arguments: &Convert) -> Result<Form, Trouble> {
    if let Some(form) = arguments.to {
        return Ok(form);
    }
    let path = arguments.output.as_deref().filter(|path| *path != Path::new("-"));
    let Some(path) = path else { return Ok(Form::Trace) };
    match input::form_by_name(path) {
        Some(Input::Trace) => Ok(Form::Trace),
        Some(Input::Rust) => Ok(Form::Rust),
        Some(Input::Bytes) => Ok(Form::Bytes),
        None => Err(Trouble::Usage(format!(
            "the name {} does not say what to write: give `--to trace`, `--to bytes` or `--to rust`",
            path.display()
        ))),
    }
}

impl From<Form> for Input {
    fn from(form: Form) -> Input {
        match form {
            Form::Trace => Input::Trace,
            Form::Bytes => Input::Bytes,
            Form::Rust => Input::Rust,
        }
    }
}

/// The program in this form. The comments above its first line are kept, but bytes have none.
fn converted(program: &Program, heading: &Heading, form: Form) -> Vec<u8> {
    let trace = || commented(program, &heading.comments.join("\n"));
    match form {
        Form::Trace => trace().into_bytes(),
        Form::Bytes => program.encode(),
        Form::Rust => function_of(&trace(), "program").into_bytes(),
    }
}
