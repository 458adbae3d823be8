//! Finds the traces in Rust sources: those of emitted tests, as comments or as string literals.

use heapproof_model::text::HEADER;

/// The traces in a Rust source. Each has empty lines before it, so that its lines have the same numbers as in the
/// source.
///
/// A trace begins where a comment or a string has the header on a line. It ends with the comment, or at a line that
/// begins with a quote.
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
        // A test that embeds its trace also has it as a comment.
        if traces.iter().all(|known| known.trim() != trace.trim()) {
            traces.push(trace);
        }
    }
    traces
}
