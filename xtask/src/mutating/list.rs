//! The mutants of the heap and of the model, as cargo-mutants lists them.

use crate::common::workspace::cargo_of_the_path;
use crate::seeded::bug::Edited;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A part of a file, and what is wrong in its place.
#[derive(Debug, Clone)]
pub(crate) struct Mutant {
    /// The file, what is replaced by what in which function, and which of several alike: the same until the function changes.
    pub name: String,
    file: PathBuf,
    span: Span,
    replacement: String,
}

/// A mutant as it is listed.
#[derive(Deserialize)]
struct Listed {
    file: PathBuf,
    name: String,
    replacement: String,
    span: Span,
}

/// From a place to before another.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Span {
    start: Place,
    end: Place,
}

/// A line and a character in it, both from 1.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Place {
    line: usize,
    column: usize,
}

/// All mutants of these packages, in the order of the list.
pub(crate) fn listed(root: &Path, packages: &[&str]) -> Result<Vec<Mutant>> {
    let mut list = cargo_of_the_path(root);
    list.args(["mutants", "--list", "--json", "--no-config"]);
    list.args(packages.iter().flat_map(|package| ["--package", package]));
    let output = list.output().context("can't run cargo")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}\n`cargo install cargo-mutants --locked` installs the tool", told.trim());
    read(&String::from_utf8(output.stdout)?)
}

fn read(json: &str) -> Result<Vec<Mutant>> {
    let listed: Vec<Listed> = serde_json::from_str(json).context("cargo-mutants lists mutants in another form")?;
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    let name = |listed: &Listed| {
        // The tool's names begin with the place, which any change above it moves.
        let what = listed.name.splitn(4, ':').nth(3).unwrap_or(&listed.name).trim();
        let name = format!("{}: {what}", listed.file.display());
        let times = alike.entry(name.clone()).and_modify(|times| *times += 1).or_insert(1);
        if *times == 1 { name } else { format!("{name}, number {times}") }
    };
    let names: Vec<String> = listed.iter().map(name).collect();
    let mutant =
        |(name, Listed { file, span, replacement, .. }): (String, Listed)| Mutant { name, file, span, replacement };
    Ok(names.into_iter().zip(listed).map(mutant).collect())
}

impl Mutant {
    /// The line in the sources, from 1.
    pub fn line(&self) -> usize {
        self.span.start.line
    }

    /// The file with the mutant in it; `read` returns the correct text.
    pub fn edited(&self, read: impl Fn(&Path) -> Result<String>) -> Result<Edited> {
        let text = read(&self.file)?;
        let wrong = self.applied(&text).with_context(|| format!("{}: it is not in the sources", self.name))?;
        Ok([(self.file.clone(), wrong)].into())
    }

    fn applied(&self, text: &str) -> Option<String> {
        let (from, to) = (offset(text, self.span.start)?, offset(text, self.span.end)?);
        Some([text.get(..from)?, &self.replacement, text.get(to..)?].concat())
    }
}

/// Where a place is in a text, in bytes.
fn offset(text: &str, place: Place) -> Option<usize> {
    let start = text.split_inclusive('\n').take(place.line.checked_sub(1)?).map(str::len).sum::<usize>();
    let line = text.get(start..)?;
    let column = line.char_indices().map(|(at, _)| at).chain([line.len()]).nth(place.column.checked_sub(1)?)?;
    Some(start + column)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_mutant_replaces_its_place_alone_and_is_named_without_it() {
        let one = |line: usize| {
            format!(
                r#"{{"file":"heap/src/a.rs","name":"heap/src/a.rs:{line}:6: replace + with - in f","replacement":"-",
                    "span":{{"start":{{"line":{line},"column":6}},"end":{{"line":{line},"column":7}}}},"genre":"BinaryOperator"}}"#
            )
        };
        let mutants = read(&format!("[{},{}]", one(1), one(2))).unwrap();
        assert_eq!(mutants[0].name, "heap/src/a.rs: replace + with - in f");
        assert_eq!(mutants[1].name, "heap/src/a.rs: replace + with - in f, number 2");
        let text = "let é+1\nlet b+1\n";
        assert_eq!(mutants[0].applied(text).unwrap(), "let é-1\nlet b+1\n");
        assert_eq!(mutants[1].applied(text).unwrap(), "let é+1\nlet b-1\n");
        assert_eq!(mutants[1].applied("let a+1"), None);
    }
}
