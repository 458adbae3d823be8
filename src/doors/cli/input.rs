//! Reading programs from files.

use super::Trouble;
use super::arguments::Input;
use crate::failure::emit::traces_in;
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

/// The program in a file, or in standard input for `-`.
pub(super) fn read(path: &Path, input: Option<Input>) -> Result<Program, Trouble> {
    let shown = path.display();
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(path).map(|read| bytes = read)
    };
    read.map_err(|error| Trouble::Usage(format!("can't read {shown}: {error}")))?;
    let is_called = |wanted: &str| path.extension().is_some_and(|extension| extension == wanted);
    let input = input.unwrap_or_else(|| {
        let start = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        match () {
            () if is_called("rs") => Input::Rust,
            () if is_called("trace") || start.starts_with(b"heapproof") => Input::Trace,
            () => Input::Bytes,
        }
    });
    if bytes.is_empty() {
        return Err(Trouble::Usage(format!("{shown} is empty; a trace begins with `{HEADER}`")));
    }
    let shown = &shown.to_string();
    let program = match input {
        Input::Trace => parsed(shown, &text(shown, bytes)?)?,
        Input::Rust => embedded(shown, &text(shown, bytes)?)?,
        Input::Bytes => decoded(shown, &bytes)?,
    };
    if program.bulk() > MOST_BULK {
        let asked = program.bulk();
        return Err(Trouble::Usage(format!(
            "{shown}: its chains and rings have {asked} objects; at most {MOST_BULK} can be"
        )));
    }
    Ok(program)
}

/// Bytes of a fuzzer. Others would all be the empty program, which passes whatever it was meant to show.
fn decoded(shown: &str, bytes: &[u8]) -> Result<Program, Trouble> {
    match bytes.first() {
        Some(&VERSION) | None => Ok(Program::decode(bytes)),
        Some(_) => Err(Trouble::Usage(format!(
            "{shown}:1:1: neither a trace, which begins with `{HEADER}`, nor bytes of format {VERSION}; \
             with `--input trace` it is read as text"
        ))),
    }
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

fn parsed(shown: &str, text: &str) -> Result<Program, Trouble> {
    text.parse().map_err(|error| Trouble::Usage(format!("{shown}:{error}")))
}

/// The trace that a Rust source embeds.
fn embedded(shown: &str, source: &str) -> Result<Program, Trouble> {
    match &traces_in(source)[..] {
        [trace] => parsed(shown, trace),
        [] => Err(Trouble::Usage(format!("{shown}: no comment and no text in it has a line `{HEADER}`"))),
        several => {
            let count = several.len();
            Err(Trouble::Usage(format!("{shown}: there are {count} traces in it; leave the one that is meant")))
        }
    }
}
