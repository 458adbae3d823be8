//! Workflow commands of GitHub Actions, which become annotations.
//!
//! Nothing else is printed: a line of a subject's own words could be a command too.

use super::{Ended, Finding, Findings};
use std::io::{self, Write};
use std::path::Path;

/// Prints a failure at the line of its trace.
pub(super) fn failure(finding: &Finding, out: &mut impl Write) -> io::Result<()> {
    let place = finding.place.as_ref().map_or_else(String::new, |(path, line)| {
        let file = property(&in_workspace(path));
        format!("file={file},line={line},")
    });
    let (title, report) = (property(&finding.signature), message(&finding.report));
    let replay = message(&format!("\nreplay it: {}", finding.replay));
    writeln!(out, "::error {place}title={title}::{report}{replay}")
}

/// Prints the failures that have no trace, and how the run ended.
pub(super) fn end(findings: &Findings, ended: &Ended, out: &mut impl Write) -> io::Result<()> {
    for signature in findings.unminimised(ended) {
        writeln!(out, "::error title={}::not minimised", property(signature))?;
    }
    for (signature, count) in &ended.known {
        writeln!(out, "::notice title={}::known, in {count} programs", property(signature))?;
    }
    let kind = if ended.interrupted { "warning" } else { "notice" };
    let about: String = ended.about.iter().map(|(name, value)| format!("\n{name}: {value}")).collect();
    writeln!(out, "::{kind} title=heapproof::{}", message(&format!("{}{about}", ended.verdict)))
}

/// The path from the folder of the repository, as annotations want it.
fn in_workspace(path: &str) -> String {
    let workspace = std::env::var_os("GITHUB_WORKSPACE").and_then(|folder| Path::new(&folder).canonicalize().ok());
    let full = Path::new(path).canonicalize().ok();
    let within = full.as_ref().zip(workspace).and_then(|(full, workspace)| full.strip_prefix(workspace).ok());
    within.map_or_else(|| path.to_owned(), |within| within.display().to_string())
}

/// A text as a command's message.
fn message(text: &str) -> String {
    text.trim_end().replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text as a command's property.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
