//! The results of many files, by signature, with an example of each.

use crate::doors::cli::output::Output;
use crate::judge::signature::Signature;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How many files had each result, and the first file of each.
#[derive(Debug, Default)]
pub(super) struct Summary {
    passed: u64,
    failed: BTreeMap<Signature, (u64, PathBuf)>,
}

impl Summary {
    /// Counts a file. Returns whether it is the first with this result.
    pub fn add(&mut self, path: &Path, signature: Option<&Signature>) -> bool {
        let Some(signature) = signature else {
            self.passed += 1;
            return self.passed == 1;
        };
        let (count, _) = self.failed.entry(signature.clone()).or_insert_with(|| (0, path.to_owned()));
        *count += 1;
        *count == 1
    }

    pub fn print(&self, output: &mut Output) -> io::Result<()> {
        let failed: u64 = self.failed.values().map(|(count, _)| count).sum();
        writeln!(output, "{} files: {} passed, {failed} failed", self.passed + failed, self.passed)?;
        let width = self.failed.keys().map(|signature| signature.as_str().len()).max().unwrap_or(0);
        for (signature, (count, example)) in &self.failed {
            writeln!(output, "  {:width$}  {count:>6}, as {}", signature.as_str(), example.display())?;
        }
        Ok(())
    }
}
