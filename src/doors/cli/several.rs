//! Several files in one call: folders stand for the traces below them, one file that can't be read does not keep from the
//! others, and of many files a result is shown once, with how many have it.

use super::output::Output;
use super::{End, Trouble, say};
use crate::failure::corpus::below;
use crate::judge::signature::Signature;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Of more files than this, one file is shown for each result.
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
}

impl Several {
    /// Of so many files.
    pub fn of(count: usize) -> Several {
        Several { count, passed: 0, failed: BTreeMap::new(), unread: 0 }
    }

    /// Whether they are too many to show each.
    pub fn are_many(&self) -> bool {
        self.count > MANY
    }

    /// What was read. A file that can't be read ends the call if it is the only one; else it is told and counted.
    pub fn unless_unread<T>(&mut self, read: Result<T, Trouble>) -> Result<Option<T>, Trouble> {
        match read {
            Err(Trouble::Usage(message)) if self.count > 1 => {
                say(&message);
                self.unread += 1;
                Ok(None)
            }
            read => read.map(Some),
        }
    }

    /// Counts the result of a file. Returns whether it is shown.
    pub fn add(&mut self, path: &Path, signature: Option<&Signature>) -> bool {
        let Some(signature) = signature else {
            self.passed += 1;
            return !self.are_many();
        };
        let (count, _) = self.failed.entry(signature.clone()).or_insert_with(|| (0, path.to_owned()));
        *count += 1;
        *count == 1 || !self.are_many()
    }

    /// Prints the summary of many.
    pub fn print(&self, output: &mut Output) -> io::Result<()> {
        if !self.are_many() {
            return Ok(());
        }
        let unread = if self.unread == 0 { String::new() } else { format!(", {} not read", self.unread) };
        writeln!(output, "{} files: {} passed, {} failed{unread}", self.count, self.passed, self.failures())?;
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
        match self.unread {
            0 => Ok(if as_wanted { End::Passed } else { End::Violation }),
            1 => Err(Trouble::Usage("1 file could not be read; see above".to_owned())),
            unread => Err(Trouble::Usage(format!("{unread} files could not be read; see above"))),
        }
    }
}
