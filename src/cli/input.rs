//! Reading programs from files.

use super::Trouble;
use super::arguments::Input;
use heapproof_model::Program;
use std::io::Read;
use std::path::Path;

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
    let is_text = match input {
        Some(input) => input == Input::Trace,
        None => path.extension().is_some_and(|extension| extension == "trace") || bytes.starts_with(b"heapproof"),
    };
    if !is_text {
        return Ok(Program::decode(&bytes));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        Trouble::Usage(format!("{shown}:{line}:{column}: a trace is UTF-8 text, and here it is not"))
    })?;
    text.parse().map_err(|error| Trouble::Usage(format!("{shown}:{error}")))
}
