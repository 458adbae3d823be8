//! Traces out of Rust: those of tests that were emitted, as a comment or as a text.

use heapproof_model::text::HEADER;

/// The traces in a Rust source, each with empty lines before it, so that its lines have the numbers of the source's.
///
/// A trace begins where a comment or a text has its header on a line, and ends with the comment, or at the quote that a line
/// begins with.
pub fn traces_in(source: &str) -> Vec<String> {
    let mut traces: Vec<String> = Vec::new();
    let mut lines = source.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let Some((before, HEADER)) = line.find(HEADER).map(|at| (&line[..at], line[at..].trim_end())) else { continue };
        let is_comment = before.trim() == "//";
        if !is_comment && !before.trim().is_empty() && !before.ends_with('"') {
            continue;
        }
        let mut trace = "\n".repeat(index) + HEADER + "\n";
        for (_, line) in lines.by_ref() {
            let line = match (is_comment, line.trim_start()) {
                (true, line) => line.strip_prefix("//"),
                (false, line) => (!line.starts_with('"')).then_some(line),
            };
            let Some(line) = line else { break };
            trace.push_str(line.trim());
            trace.push('\n');
        }
        // A test that embeds its trace has it as a comment too.
        if traces.iter().all(|known| known.trim() != trace.trim()) {
            traces.push(trace);
        }
    }
    traces
}
