//! What differs between a program and what comes back of it, or between an error and the text that it is about. No heap is
//! in this.

use super::Fact;
use crate::judge::violation::Violation;
use heapproof_model::Program;

/// The facts behind a violation of notation.
pub(super) fn facts(program: &Program, violation: &Violation) -> Vec<Fact> {
    match violation {
        Violation::RoundTrip { form, back } => vec![round_trip(program, form, back)],
        Violation::Misplaced { error, text } => {
            let (lines, longest) = (text.lines().count(), text.lines().map(|line| line.chars().count()).max());
            let text = format!(
                "the text has {lines} lines, the longest of {} characters; the error is `{error}`",
                longest.unwrap_or(0)
            );
            vec![Fact { text, lines: Vec::new() }]
        }
        _ => Vec::new(),
    }
}

fn round_trip(program: &Program, form: &str, back: &str) -> Fact {
    let written = program.to_string();
    let (mut before, mut after) = (written.lines(), back.lines());
    let mut at = 0;
    loop {
        let (one, other) = (before.next(), after.next());
        if one.is_none() && other.is_none() {
            let text = format!("as text both look alike; what differs is only seen in {form}");
            return Fact { text, lines: Vec::new() };
        }
        if one != other {
            let told = |line: Option<&str>| line.map_or_else(|| "nothing".to_owned(), |line| format!("`{line}`"));
            let text = format!("{} comes back from {form} as {}", told(one), told(other));
            // The first line of the text is its header.
            return Fact { text, lines: [at].into_iter().filter(|line| (1..=program.len()).contains(line)).collect() };
        }
        at += 1;
    }
}
