//! The trait with which a subject writes operations as source text.

use super::story::Story;

/// Writes a subject's operations in a language.
pub trait Spelling: Sync {
    /// A test of that name which makes the calls of the story, and asserts the story's claims.
    ///
    /// # Errors
    /// The part of the story that can't be spelled, worded as the end of "embeds its trace, since ..".
    fn test(&self, name: &str, story: &Story) -> Result<String, String>;
}

/// The comment above a test, each line behind that sign: what fails and how, and the trace.
pub(crate) fn heading(sign: &str, told: &[String], trace: &str) -> String {
    let told = told.iter().map(|line| format!("{sign} {line}").trim_end().to_owned() + "\n");
    let trace = trace.lines().map(|line| format!("{sign}     {line}\n"));
    told.chain([format!("{sign}\n")]).chain(trace).collect()
}
