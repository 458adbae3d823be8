//! Several files in one call: folders stand for the traces below them, one file that can't be read does not keep from the
//! others, and of many files a result is shown once, with how many have it.

use super::arguments::Format;
use super::output::Output;
use super::{End, Trouble, say};
use crate::failure::corpus::below;
use crate::judge::signature::Signature;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Of more files than this, one file is shown for each result; of more results, the first of them.
const MANY: usize = 10;

/// The files, with the traces below each folder in order of their paths.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Trouble> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let unreadable =
            |(path, error): (PathBuf, io::Error)| Trouble::Usage(format!("can't read {}: {error}", path.display()));
        let before = files.len();
        let below = below(path, &|_| true).map_err(unreadable)?;
        files.extend(below.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "trace")));
        if files.len() == before {
            return Err(Trouble::Usage(format!("{} is a folder without a file `*.trace`", path.display())));
        }
    }
    Ok(files)
}

/// The results of several files.
#[derive(Debug)]
pub(super) struct Several {
    count: usize,
    passed: u64,
    failed: BTreeMap<Signature, (u64, PathBuf)>,
    unread: u64,
    /// Files of which nothing was compared.
    empty: u64,
}

impl Several {
    /// Of so many files.
    pub fn of(count: usize) -> Several {
        Several { count, passed: 0, failed: BTreeMap::new(), unread: 0, empty: 0 }
    }

    /// Whether they are too many to show each.
    pub fn are_many(&self) -> bool {
        self.count > MANY
    }

    /// What was read. A file that can't be read ends the call if it is the only one; else it is told and counted.
    pub fn unless_unread<T>(
        &mut self,
        path: &Path,
        read: Result<T, Trouble>,
        format: Format,
        output: &mut Output,
    ) -> Result<Option<T>, Trouble> {
        match read {
            Err(Trouble::Usage(message)) if self.count > 1 => {
                say(&message);
                self.unread += 1;
                if let Format::Json = format {
                    writeln!(output, "{}", json!({ "type": "not_read", "path": path, "message": message }))?;
                }
                Ok(None)
            }
            read => read.map(Some),
        }
    }

    /// Counts a file of which nothing was compared. Returns whether it is shown.
    pub fn add_empty(&mut self) -> bool {
        self.empty += 1;
        !self.are_many()
    }

    /// Counts the result of a file. Returns whether it is shown.
    pub fn add(&mut self, path: &Path, signature: Option<&Signature>) -> bool {
        let Some(signature) = signature else {
            self.passed += 1;
            return !self.are_many();
        };
        let is_full = self.failed.len() >= MANY;
        let (count, _) = self.failed.entry(signature.clone()).or_insert_with(|| (0, path.to_owned()));
        *count += 1;
        (*count == 1 && !is_full) || !self.are_many()
    }

    /// Prints the summary of many.
    pub fn print(&self, output: &mut Output) -> io::Result<()> {
        if !self.are_many() {
            return Ok(());
        }
        let some = |count: u64, what: &str| if count == 0 { String::new() } else { format!(", {count} {what}") };
        let (empty, unread) = (some(self.empty, "without a claim"), some(self.unread, "not read"));
        writeln!(output, "{} files: {} passed, {} failed{empty}{unread}", self.count, self.passed, self.failures())?;
        let width = self.failed.keys().map(|signature| signature.as_str().len()).max().unwrap_or(0);
        for (signature, (count, example)) in &self.failed {
            writeln!(output, "  {:width$}  {count:>6}, as {}", signature.as_str(), example.display())?;
        }
        Ok(())
    }

    /// The same as a JSON object.
    pub fn print_json(&self, output: &mut Output) -> io::Result<()> {
        if !self.are_many() {
            return Ok(());
        }
        let signatures = self.failed.iter().map(|(signature, (count, example))| {
            json!({ "signature": signature.as_str(), "files": count, "example": example })
        });
        let object = json!({
            "type": "files",
            "files": self.count,
            "passed": self.passed,
            "failed": self.failures(),
            "without_a_claim": self.empty,
            "not_read": self.unread,
            "signatures": signatures.collect::<Vec<_>>(),
        });
        writeln!(output, "{object}")
    }

    fn failures(&self) -> u64 {
        self.failed.values().map(|(count, _)| count).sum()
    }

    /// The end of the call, if all that was read is as wanted or not.
    pub fn end(&self, as_wanted: bool) -> Result<End, Trouble> {
        let files = |count: u64| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
        match (self.unread, self.empty) {
            (0, 0) => Ok(if as_wanted { End::Passed } else { End::Violation }),
            (0, empty) => Err(Trouble::Usage(format!(
                "nothing was compared in {}: no line `expect ...` stands there whose names are bound",
                files(empty)
            ))),
            (unread, _) => Err(Trouble::Usage(format!("{} could not be read; see above", files(unread)))),
        }
    }
}
