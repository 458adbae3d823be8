//! `heapproof convert`: one program as a trace, as bytes or in Rust.
//!
//! A program in Rust is a function that embeds its trace, which is how a program is made from text anywhere; a test is made
//! by `emit-test`. What is read as Rust may be either: the trace in it counts.

use super::arguments::Input;
use super::output::Output;
use super::{Context, End, Trouble, input};
use crate::failure::emit::function;
use crate::failure::failures::write_whole;
use clap::{Args, ValueEnum};
use heapproof_model::Program;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Convert {
    /// The program; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How the file is read: as Rust if it is called `.rs`, as text if it is called `.trace` or begins with `heapproof`,
    /// else as bytes, unless given
    #[arg(long, value_enum)]
    input: Option<Input>,
    /// What it becomes; as the output's name ends, or a trace, unless given
    #[arg(long, value_enum)]
    to: Option<Form>,
    /// Where it goes; standard output unless given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Text, a line an operation
    Trace,
    /// As fuzzers read and write them
    Bytes,
    /// A function in Rust that gives the program
    Rust,
}

pub(super) fn convert(_: &Context<'_>, arguments: &Convert, output: &mut Output) -> Result<End, Trouble> {
    let form = form(arguments)?;
    if form == Form::Bytes && arguments.output.is_none() && std::io::stdout().is_terminal() {
        let message = "bytes are not for a terminal: give `-o FILE`, or send them into a pipe";
        return Err(Trouble::Usage(message.to_owned()));
    }
    let program = input::read(&arguments.file, arguments.input)?;
    let bytes = converted(&program, form);
    match &arguments.output {
        None => output.write_all(&bytes)?,
        Some(path) => write_whole(path, &bytes)
            .map_err(|error| Trouble::Fault(format!("can't write {}: {error}", path.display())))?,
    }
    Ok(End::Passed)
}

fn form(arguments: &Convert) -> Result<Form, Trouble> {
    if let Some(form) = arguments.to {
        return Ok(form);
    }
    let Some(path) = &arguments.output else { return Ok(Form::Trace) };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("trace") => Ok(Form::Trace),
        Some("rs") => Ok(Form::Rust),
        Some("bytes" | "bin") => Ok(Form::Bytes),
        _ => Err(Trouble::Usage(format!(
            "the name {} does not say what to write: give `--to trace`, `--to bytes` or `--to rust`",
            path.display()
        ))),
    }
}

fn converted(program: &Program, form: Form) -> Vec<u8> {
    match form {
        Form::Trace => program.to_string().into_bytes(),
        Form::Bytes => program.encode(),
        Form::Rust => function(program, "program").into_bytes(),
    }
}
