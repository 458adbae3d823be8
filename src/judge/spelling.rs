//! How a subject spells operations.

use super::story::Story;

/// How a subject's operations are written in Rust.
pub trait Spelling: Sync {
    /// A test of that name which calls the subject as the story has it, and asserts the story's claims.
    ///
    /// # Errors
    /// What of the story can't be spelled, as the end of "embeds its trace, since ..".
    fn test(&self, name: &str, story: &Story) -> Result<String, String>;
}

/// What stands over a test: what fails and how, and the trace as a comment.
pub(crate) fn heading(told: &[String], trace: &str) -> String {
    let told = told.iter().map(|line| format!("// {line}").trim_end().to_owned() + "\n");
    let trace = trace.lines().map(|line| format!("//     {line}\n"));
    told.chain(["//\n".to_owned()]).chain(trace).collect()
}
