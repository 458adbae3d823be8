//! Markdown, for the summary of a step and for a comment on a pull request.
//!
//! What a run or a subject says stands in spans and blocks of code, whose fences are longer than what is in them. So it is neither a
//! link nor a heading nor a call of somebody's name.

use super::{Ended, Finding, Findings, REPEAT};
use std::io::{self, Write};

/// The most bytes of reports. GitHub takes 65,536 characters as a comment, and the rest of the document is short.
const MOST: usize = 56_000;

pub(super) fn print(findings: &Findings, ended: &Ended, out: &mut impl Write) -> io::Result<()> {
    let (word, verdict) = ended.verdict.split_once(": ").unwrap_or(("ended", &ended.verdict));
    writeln!(out, "## heapproof {}: {word}\n\n{}\n", findings.command, span(verdict))?;
    for (name, value) in ended.about.iter().filter(|(name, _)| name != REPEAT) {
        writeln!(out, "- {name}: {}", span(value))?;
    }
    for signature in findings.unminimised(ended) {
        writeln!(out, "- {}: not minimised", span(signature))?;
    }
    for (signature, count) in &ended.known {
        writeln!(out, "- {}: known, in {count} programs", span(signature))?;
    }
    let mut left = MOST;
    for finding in &findings.found {
        let text = told(finding);
        match left.checked_sub(text.len()) {
            Some(rest) => {
                left = rest;
                write!(out, "{text}")?;
            }
            None => write!(out, "{}The report is too long to stand here.\n{}", heading(finding), after(finding))?,
        }
    }
    write!(out, "\nAgain:\n\n{}", block("sh", &findings.repeat(ended)))
}

/// A failure: the report with the trace and why it fails, the trace as its file has it, and the command that replays it.
fn told(finding: &Finding) -> String {
    let trace =
        format!("<details><summary>The trace as a file</summary>\n\n{}\n</details>\n", block("", &finding.trace));
    format!("{}{}\n{trace}{}", heading(finding), block("", &finding.report), after(finding))
}

fn heading(finding: &Finding) -> String {
    format!("\n### {}\n\n", span(&finding.signature))
}

/// Where the trace is, and how it is replayed.
fn after(finding: &Finding) -> String {
    let Some((path, line)) = &finding.place else { return String::new() };
    format!("\nSaved as {}, where line {line} fails. Replay it:\n\n{}", span(path), block("sh", &finding.replay))
}

/// A text in one line of code.
fn span(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fence = "`".repeat(longest_run(&text) + 1);
    // A span that begins or ends with its own sign needs a space there, which is not shown.
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A block of code.
fn block(language: &str, text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end())
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
