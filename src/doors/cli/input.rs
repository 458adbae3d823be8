//! Reads programs from files.

use super::arguments::{Given, Input, Reading};
use super::{Context, Trouble};
use crate::failure::emit::traces_in;
use crate::failure::heading::Heading;
use crate::failure::proof::quoted;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::subjects::{MODEL, model};
use heapproof_model::Program;
use heapproof_model::bytes::VERSION;
use heapproof_model::text::HEADER;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The most objects of bulk lines. A program with more runs out of memory.
const MOST_BULK: u64 = 10_000_000;

/// Refuses to read standard input twice.
pub(super) fn once_from_standard_input(files: &[PathBuf]) -> Result<(), Trouble> {
    match files.iter().filter(|file| file.as_os_str() == "-").count() {
        0 | 1 => Ok(()),
        _ => Err(Trouble::Usage("standard input can be read only once: give `-` one time".to_owned())),
    }
}

/// A program that was read from a file.
pub(super) struct Source {
    pub program: Program,
    /// The heading of the trace. Bytes have none.
    pub heading: Heading,
    /// The name of the file.
    shown: String,
}

impl Source {
    /// The property and the subject: those of the arguments, else those that the file names.
    pub fn claim(&self, context: &Context<'_>, given: &Given) -> Result<(Property, SubjectKind), Trouble> {
        let claim = self.heading.claim(given.property, given.subject.as_deref(), context.subjects);
        let (property, subject) =
            claim.map_err(|_| match (given.subject.as_deref(), self.heading.subject.as_deref()) {
                (None, Some(name)) if name.starts_with("process:") => Trouble::Usage(format!(
                    "{} was found with the heap of another process, `{name}`; give the command that runs it: {} --subject \
                     'exec:COMMAND'",
                    self.shown,
                    std::env::args().map(|word| quoted(&word)).collect::<Vec<_>>().join(" ")
                )),
                (None, Some(name)) => Trouble::Usage(format!(
                    "{} names an unknown subject; give another one with `--subject`: {}",
                    self.shown,
                    context.unknown_subject(name)
                )),
                (name, _) => Trouble::Usage(context.unknown_subject(name.unwrap_or_default())),
            })?;
        // The model is made for the dialect that it is held to.
        let subject = match subject.is_held_to() {
            Some(dialect) if subject.name == MODEL => model(*dialect).held_to(*dialect),
            _ => subject,
        };
        subject.abilities()?;
        Ok((property, subject.careful()))
    }
}

/// Reads a program from a file, or from standard input for `-`.
pub(super) fn read(path: &Path, reading: &Reading) -> Result<Source, Trouble> {
    let shown = path.display().to_string();
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(path).map(|read| bytes = read)
    };
    read.map_err(|error| Trouble::Usage(format!("can't read {shown}: {error}")))?;
    if bytes.is_empty() {
        return Err(Trouble::Usage(format!("{shown} is empty; a trace begins with `{HEADER}`")));
    }
    let (program, heading) = match reading.input.unwrap_or_else(|| guessed(path, &bytes)) {
        Input::Bytes => (decoded(&shown, &bytes, reading)?, Heading::default()),
        Input::Trace => parsed(&shown, &text(&shown, bytes)?)?,
        Input::Rust => embedded(&shown, &text(&shown, bytes)?)?,
    };
    if program.bulk() > MOST_BULK {
        let asked = program.bulk();
        return Err(Trouble::Usage(format!(
            "{shown}: its chains and rings have {asked} objects; at most {MOST_BULK} are allowed"
        )));
    }
    Ok(Source { program, heading, shown })
}

/// The form that a file's name says, if it says one.
pub(super) fn form_by_name(path: &Path) -> Option<Input> {
    match path.extension()?.to_str()? {
        "trace" => Some(Input::Trace),
        "rs" => Some(Input::Rust),
        "bytes" | "bin" => Some(Input::Bytes),
        _ => None,
    }
}

/// Refuses an output file if its name says another form.
pub(super) fn refuse_misleading_name(path: Option<&Path>, written: Input) -> Result<(), Trouble> {
    match path.and_then(|path| Some((path, form_by_name(path)?))) {
        Some((path, name)) if name != written => Err(Trouble::Usage(format!(
            "the name {} is for {}, but the file would hold {}; give another name",
            path.display(),
            words(name),
            words(written)
        ))),
        _ => Ok(()),
    }
}

fn words(input: Input) -> &'static str {
    match input {
        Input::Trace => "a trace",
        Input::Bytes => "bytes",
        Input::Rust => "Rust",
    }
}

/// The form of a file, by its name or else by its first byte: no text begins with the first byte of the bytes' format.
fn guessed(path: &Path, bytes: &[u8]) -> Input {
    match bytes.first() {
        _ if form_by_name(path) == Some(Input::Rust) => Input::Rust,
        _ if form_by_name(path) == Some(Input::Trace) => Input::Trace,
        Some(first) if first.is_ascii_control() && !first.is_ascii_whitespace() => Input::Bytes,
        _ if std::str::from_utf8(bytes).is_err() => Input::Bytes,
        _ => Input::Trace,
    }
}

/// Decodes bytes of a fuzzer. It refuses other bytes: they decode to the empty program, which always passes.
fn decoded(shown: &str, bytes: &[u8], reading: &Reading) -> Result<Program, Trouble> {
    if bytes.first() != Some(&VERSION) {
        return Err(Trouble::Usage(format!(
            "{shown}:1:1: neither a trace, which is text and begins with `{HEADER}`, nor bytes of format {VERSION}"
        )));
    }
    let program = Program::decode(bytes);
    if program.is_empty() && reading.input.is_none() {
        return Err(Trouble::Usage(format!(
            "{shown} holds no operation; `--input bytes` reads it as the empty program"
        )));
    }
    Ok(program)
}

fn text(shown: &str, bytes: Vec<u8>) -> Result<String, Trouble> {
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        Trouble::Usage(format!("{shown}:{line}:{column}: a trace is UTF-8 text, and here it is not"))
    })
}

fn parsed(shown: &str, text: &str) -> Result<(Program, Heading), Trouble> {
    let both = text.parse().and_then(|program: Program| Ok((program, Heading::of(text)?)));
    match both {
        Ok((program, _)) if program.is_empty() && !text.contains(HEADER) => {
            Err(Trouble::Usage(format!("{shown} holds no operation; a trace begins with `{HEADER}`")))
        }
        both => both.map_err(|error| Trouble::Usage(format!("{shown}:{error}"))),
    }
}

/// Reads the trace that a Rust source contains.
fn embedded(shown: &str, source: &str) -> Result<(Program, Heading), Trouble> {
    match &traces_in(source)[..] {
        [trace] => parsed(shown, trace),
        [] => Err(Trouble::Usage(format!("{shown}: no comment and no text in it has a line `{HEADER}`"))),
        several => {
            let count = several.len();
            Err(Trouble::Usage(format!("{shown}: it contains {count} traces; keep only one")))
        }
    }
}
