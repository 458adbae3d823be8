//! The words of traces, and the messages about unknown words.

use super::Token;
use crate::operation::Code;

/// Words that allocate.
pub(super) const ALLOCATES: &[&str] = &["table", "array", "closure", "box", "scalar", "weak", "chain", "ring"];

/// Of these, the words that allocate one object.
pub(super) const PLAIN_ALLOCATIONS: &[&str] = ALLOCATES.split_at(6).0;

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
