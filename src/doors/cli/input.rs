//! Reading programs from files.

use super::arguments::{Given, Input, Reading};
use super::{Context, Trouble};
use crate::failure::emit::traces_in;
use crate::failure::heading::Heading;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use heapproof_model::Program;
use heapproof_model::bytes::VERSION;
use heapproof_model::text::HEADER;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The most objects of bulk lines: beyond that memory ends before the program does.
const MOST_BULK: u64 = 10_000_000;

/// Refuses to read standard input twice.
pub(super) fn once_from_standard_input(files: &[PathBuf]) -> Result<(), Trouble> {
    match files.iter().filter(|file| file.as_os_str() == "-").count() {
        0 | 1 => Ok(()),
        _ => Err(Trouble::Usage("standard input can be read only once: give `-` one time".to_owned())),
    }
}

/// What a file holds.
pub(super) struct Source {
    pub program: Program,
    /// What stands over the program, if that is text.
    pub heading: Heading,
    /// How the file is called.
    shown: String,
}

impl Source {
    /// What is claimed of which subject: what is asked for, else what the file says.
    pub fn claim<'a>(&self, context: &Context<'a>, given: &Given) -> Result<(Property, &'a SubjectKind), Trouble> {
        let claim = self.heading.claim(given.property, given.subject.as_deref(), context.subjects);
        let (property, subject) =
            claim.map_err(|_| match (given.subject.as_deref(), self.heading.subject.as_deref()) {
                (None, Some(name)) => Trouble::Usage(format!(
                    "{} is about a subject that is not here; `--subject` says which is meant: {}",
                    self.shown,
                    context.no_subject(name)
                )),
                (name, _) => Trouble::Usage(context.no_subject(name.unwrap_or_default())),
            })?;
        subject.abilities()?;
        Ok((property, subject))
    }
}

/// What is in a file, or in standard input for `-`.
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
            "{shown}: its chains and rings have {asked} objects; at most {MOST_BULK} can be"
        )));
    }
    Ok(Source { program, heading, shown })
}

/// What a name says of what is in a file.
pub(super) fn named(path: &Path) -> Option<Input> {
    match path.extension()?.to_str()? {
        "trace" => Some(Input::Trace),
        "rs" => Some(Input::Rust),
        "bytes" | "bin" => Some(Input::Bytes),
        _ => None,
    }
}

/// Refuses to write what would be read as something else, by the name that it has.
pub(super) fn as_named(path: Option<&Path>, written: Input) -> Result<(), Trouble> {
    match path.and_then(|path| Some((path, named(path)?))) {
        Some((path, name)) if name != written => Err(Trouble::Usage(format!(
            "by its name {} would be read as {}, and is to hold {}; give another name",
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

/// How a file is read, by its name or else by its first byte: no text begins with that of the bytes' format.
fn guessed(path: &Path, bytes: &[u8]) -> Input {
    match bytes.first() {
        _ if named(path) == Some(Input::Rust) => Input::Rust,
        _ if named(path) == Some(Input::Trace) => Input::Trace,
        Some(first) if first.is_ascii_control() && !first.is_ascii_whitespace() => Input::Bytes,
        _ if std::str::from_utf8(bytes).is_err() => Input::Bytes,
        _ => Input::Trace,
    }
}

/// Bytes of a fuzzer. Others would all be the empty program, which passes whatever it was meant to show.
fn decoded(shown: &str, bytes: &[u8], reading: &Reading) -> Result<Program, Trouble> {
    if bytes.first() != Some(&VERSION) {
        return Err(Trouble::Usage(format!(
            "{shown}:1:1: neither a trace, which is text and begins with `{HEADER}`, nor bytes of format {VERSION}"
        )));
    }
    let program = Program::decode(bytes);
    if program.is_empty() && reading.input.is_none() {
        return Err(Trouble::Usage(format!(
            "{shown} holds no operation; with `--input bytes` it is read as the empty program all the same"
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

/// The trace that a Rust source embeds.
fn embedded(shown: &str, source: &str) -> Result<(Program, Heading), Trouble> {
    match &traces_in(source)[..] {
        [trace] => parsed(shown, trace),
        [] => Err(Trouble::Usage(format!("{shown}: no comment and no text in it has a line `{HEADER}`"))),
        several => {
            let count = several.len();
            Err(Trouble::Usage(format!("{shown}: there are {count} traces in it; leave the one that is meant")))
        }
    }
}
