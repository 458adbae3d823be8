//! `heapproof import`: turns a log, or a snapshot of a heap, into a trace.

use super::files::Files;
use super::output::Output;
use super::progress::Progress;
use super::{End, Trouble, say};
use crate::failure::failures::commented;
use crate::programs::import::{Imported, Mapping, READY, Ready, import as imported};
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The log; `-` is standard input
    #[arg(required_unless_present = "show")]
    pub file: Option<PathBuf>,
    /// A mapping that comes with this program
    #[arg(long = "as", value_name = "NAME", value_parser = PossibleValuesParser::new(READY.iter().map(|ready| ready.name)))]
    pub ready: Option<String>,
    /// A file that says what the lines of the log mean; see docs/logs.md
    #[arg(long, value_name = "FILE", conflicts_with = "ready", required_unless_present = "ready")]
    pub mapping: Option<PathBuf>,
    /// Print the mapping, to write one of your own by it
    #[arg(long, conflicts_with_all = ["file", "output"])]
    pub show: bool,
    /// The file for the trace; by default standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

pub(super) fn import(arguments: &Import, output: &mut Output) -> Result<End, Trouble> {
    let mut files = Files::reading(arguments.file.iter().chain(&arguments.mapping));
    let target = files.target(arguments.output.as_deref())?;
    let (name, text) = mapping_text(arguments)?;
    let mapping = Mapping::parse(&text)
        .map_err(|wrong| Trouble::Usage(format!("{name}:{}:{}: {}", wrong.0, wrong.1, wrong.2)))?;
    let Some(file) = arguments.file.as_deref().filter(|_| !arguments.show) else {
        output.write_all(text.as_bytes())?;
        return Ok(End::Passed);
    };
    let shown = file.display();
    let log = read(file)?;
    let (lines, start) = (log.lines().count(), Instant::now());
    let bar = Progress::of(lines as u64, "lines");
    let imported = imported(&log, &mapping, &mut |line| bar.so_many(line, lines, start.elapsed()))
        .map_err(|wrong| Trouble::Usage(format!("{shown}:{}:1: {}", wrong.line, wrong.message)))?;
    bar.finish();
    if imported.mapped == 0 {
        let first = log.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let first: String = first.chars().take(80).collect();
        let see = mapping.documentation.first().map_or_else(String::new, |url| format!(" ({url})"));
        let about = &mapping.about;
        let cut = if imported.is_cut { "; the last line has no end, and is left out since it may be cut" } else { "" };
        return Err(Trouble::Usage(format!("{shown}:1:1: no line is of {about}{see}; it begins with `{first}`{cut}")));
    }
    let dialect = mapping.dialect.as_ref().map(|dialect| format!("dialect {}\n", dialect.replace(',', ";")));
    let comment = format!("{}From {shown}, read as {name}.", dialect.unwrap_or_default());
    target.write(commented(&imported.program, &comment).as_bytes(), output)?;
    say(&summary(&imported, &log, file));
    Ok(End::Passed)
}

/// What became of the lines of a log.
fn summary(imported: &Imported, log: &str, file: &Path) -> String {
    let (mapped, lines) = (imported.mapped, imported.program.len());
    let all = log.lines().filter(|line| !line.trim().is_empty()).count();
    let without = all.saturating_sub(mapped + usize::from(imported.is_cut));
    let unmapped = imported.unmapped.filter(|_| without > 0).map_or_else(String::new, |first| {
        format!("; {without} mean nothing to the mapping, the first is {}:{}", file.display(), first + 1)
    });
    let cut = if imported.is_cut { "; the last has no end, and is left out since it may be cut" } else { "" };
    let unsaid = imported.unsaid.map_or_else(String::new, |(count, first)| {
        let claims = if count == 1 { "claim is" } else { "claims are" };
        format!(
            "; {count} {claims} left out, as no line of user code expects, the first is {}:{}",
            file.display(),
            first + 1
        )
    });
    format!("{mapped} of {all} lines became {lines} lines of a trace{unmapped}{unsaid}{cut}")
}

/// The name of the mapping that is asked for, and its text.
fn mapping_text(arguments: &Import) -> Result<(String, String), Trouble> {
    if let Some(path) = &arguments.mapping {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path);
        return Ok((shown.clone(), text.map_err(|error| Trouble::Usage(format!("can't read {shown}: {error}")))?));
    }
    let wanted = arguments.ready.as_deref().unwrap_or_default();
    let found = READY.iter().find(|ready| ready.name == wanted);
    let Ready { name, text } = found.ok_or_else(|| Trouble::Usage(format!("there is no mapping `{wanted}`")))?;
    Ok(((*name).to_owned(), (*text).to_owned()))
}

/// A log as text. Logs hold what programs print, so what is no UTF-8 is no error.
fn read(file: &Path) -> Result<String, Trouble> {
    let shown = file.display();
    let mut bytes = Vec::new();
    let read = match file == Path::new("-") {
        true => std::io::stdin().read_to_end(&mut bytes).map(drop),
        false => std::fs::read(file).map(|read| bytes = read),
    };
    read.map_err(|error| Trouble::Usage(format!("can't read {shown}: {error}")))?;
    if bytes.is_empty() {
        return Err(Trouble::Usage(format!("{shown}:1:1: it is empty")));
    }
    let text = String::from_utf8(bytes).unwrap_or_else(|wrong| String::from_utf8_lossy(wrong.as_bytes()).into_owned());
    // Editors of Windows begin a file with a mark that belongs to no line.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
