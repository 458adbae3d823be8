//! How a subject spells operations.

use super::Story;

/// How a subject's operations are written in Rust.
pub trait Spelling: Sync {
    /// The path of the subject's kind in Rust, as in `my_heap::proof::KIND`: what a test that embeds its trace names.
    fn subject(&self) -> &'static str;

    /// A test of that name which calls the subject as the story has it, and asserts the story's claims.
    ///
    /// # Errors
    /// What of the story can't be spelled, as the end of "embeds its trace, since ..".
    fn test(&self, _name: &str, _story: &Story) -> Result<String, String> {
        Err("the subject does not say how it spells operations".to_owned())
    }
}

/// Words that can't be variables in Rust.
const KEYWORDS: &str = " abstract as async await become box break const continue crate do dyn else enum extern false final fn \
    for gen if impl in let loop macro match mod move mut override priv pub ref return self static struct super trait true \
    try type typeof unsafe unsized use virtual where while yield ";

/// A word as a Rust identifier; one that can't be is followed by `_`.
pub(crate) fn identifier(word: &str) -> String {
    if KEYWORDS.contains(&format!(" {word} ")) { format!("{word}_") } else { word.to_owned() }
}
