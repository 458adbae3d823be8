//! The words of traces, and the messages about unknown words.

use super::Token;
use crate::fault::Fault;
use crate::operation::Code;
use std::collections::BTreeSet;

/// Words that allocate.
pub(super) const ALLOCATES: &[&str] = &["table", "array", "closure", "box", "scalar", "weak", "chain", "ring"];

/// Words that allocate one object. The last can be a name too.
pub(super) const PLAIN_ALLOCATIONS: &[&str] = &["table", "array", "closure", "box", "scalar", "weak", "ephemeron"];

/// Words that begin operations or are values. They can't be names, so that no line has two meanings.
pub(super) const RESERVED: &[&str] = &[
    "nil",
    "true",
    "false",
    "inf",
    "nan",
    "self",
    "set",
    "on",
    "panic",
    "take",
    "drop",
    "upgrade",
    "push",
    "pop",
    "remove",
    "table",
    "array",
    "closure",
    "box",
    "scalar",
    "weak",
    "chain",
    "ring",
    "collect",
    "check",
    "detect",
    "verify",
    "begin",
    "end",
    "fault",
    "recover",
    "temp",
    "heapproof",
];

/// What a switch is set to.
pub(super) const SWITCH: [&str; 2] = ["off", "on"];

/// Every word that means something in a trace: those of the forms, of values, of faults, and those that no name can be.
/// Names and fields can be any other.
///
/// ```
/// let words = heapproof_model::text::words();
/// assert!(["expect", "table", "nil", "dangling_field"].iter().all(|word| words.contains(word)));
/// ```
pub fn words() -> BTreeSet<&'static str> {
    let of_forms = Code::EVERY.iter().flat_map(|code| code.text().split(|c: char| !c.is_alphabetic()));
    let of_faults = Fault::ALL.iter().map(|fault| fault.word());
    let all = of_forms.chain(of_faults).chain(SWITCH).chain(RESERVED.iter().copied()).chain(["repeat"]);
    all.filter(|word| !word.is_empty()).collect()
}

/// The message about a line that begins like no operation.
pub(super) fn unknown(token: &Token<'_>) -> String {
    let first_words =
        Code::EVERY.iter().filter_map(|code| code.text().split(' ').next()).filter(|word| !word.contains('$'));
    // How far two words are from one another takes memory by the length of both.
    let could_be = |word: &&str| token.text.len() <= word.len() * 4 + 4;
    let close = first_words.filter(could_be).map(|word| (strsim::damerau_levenshtein(word, token.text), word)).min();
    match close {
        Some((distance, word)) if distance <= 2 && distance < token.text.chars().count() => {
            format!("no operation begins with {token}; did you mean `{word}`?")
        }
        _ => format!("no operation begins with {token}: expected one like `take x`, `x = table` or `x.f = y`"),
    }
}
