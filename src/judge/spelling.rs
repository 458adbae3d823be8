//! The trait with which a subject writes operations as Rust.

use super::story::Story;

/// Writes a subject's operations in Rust.
pub trait Spelling: Sync {
    /// A test of that name which makes the calls of the story, and asserts the story's claims.
    ///
    /// # Errors
    /// The part of the story that can't be spelled, worded as the end of "embeds its trace, since ..".
    fn test(&self, name: &str, story: &Story) -> Result<String, String>;
}

/// The comment above a test: what fails and how, and the trace.
pub(crate) fn heading(told: &[String], trace: &str) -> String {
    let told = told.iter().map(|line| format!("// {line}").trim_end().to_owned() + "\n");
    let trace = trace.lines().map(|line| format!("//     {line}\n"));
    told.chain(["//\n".to_owned()]).chain(trace).collect()
}
