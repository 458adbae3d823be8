//! What is kept of a heap's measurement: a file `zoo/results/NAME.json`, written by the command alone.

use super::heap::Bug;
use crate::common::workspace::root;
use anyhow::{Context, Result};
use heapproof_model::Dialect;
use heapproof_model::dialect::{CLAUSES, Clause};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// What was measured of a heap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Measured {
    /// The dialect that it declares, in words, and the answer of each clause.
    pub dialect: String,
    /// The run of random programs by that dialect.
    pub run: Run,
    /// The heap held to each other answer of each clause; none if it fails as what it declares, or has a known bug.
    pub answers: Vec<Answer>,
    /// Clauses of which no program tells stricter answers apart, and these answers.
    pub not_told: Vec<(String, Vec<String>)>,
    /// Runs that look for its known bug.
    pub hunts: Vec<Hunt>,
    /// The traces as programs in its own language, if its file says how.
    #[serde(default)]
    pub programs: Option<Programs>,
}

/// What became of the traces as programs of the heap alone, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Programs {
    /// How many did as the model says.
    pub right: usize,
    pub wrong: Vec<String>,
    /// What can't be spelled.
    pub not_spelled: Vec<String>,
}

/// A heap's measurement, and the traces that show it, each with its name.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub measured: Measured,
    pub traces: Vec<(String, String)>,
}

/// A run of random programs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Run {
    pub seed: u64,
    pub programs: u64,
    pub operations: u64,
    pub seconds: u64,
    /// What the heap does not have, in words.
    pub unchecked: Vec<String>,
    /// How it failed, if it did.
    pub failure: Option<String>,
}

/// A heap that is held to another answer than it declares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Answer {
    pub clause: String,
    pub answer: String,
    pub passes: bool,
    /// How it fails, in how many lines.
    pub signature: Option<String>,
    pub lines: Option<usize>,
}

/// A run that looks for a known bug.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Hunt {
    pub seed: u64,
    /// Operations until the first report, that one included.
    pub operations: u64,
    /// The first report, if there was one.
    pub signature: Option<String>,
    pub lines: Option<usize>,
}

/// The most operations in which a known bug has to be found, and how much longer than the shortest its trace may be.
const OPERATIONS: u64 = 100_000;
const LONGER: usize = 2;

impl Hunt {
    /// Whether the first report is the bug, soon enough and short enough.
    pub fn finds(&self, bug: &Bug) -> bool {
        let is_the_bug = |signature: &String| bug.signatures.iter().any(|beginning| signature.starts_with(beginning));
        self.signature.as_ref().is_some_and(is_the_bug)
            && self.operations <= OPERATIONS
            && self.lines.is_some_and(|lines| lines <= bug.shortest + LONGER)
    }
}

impl Measured {
    /// The stricter answers as which it passes too, and which no other one contradicts.
    pub fn stricter(&self, declared: &Dialect) -> Vec<(&'static str, &str)> {
        let is_told = |clause: &&Clause| !self.not_told.iter().any(|(name, _)| name == clause.name);
        let of = |clause: &'static Clause| {
            let passing = self.answers.iter().filter(|answer| answer.clause == clause.name && answer.passes);
            let is_stricter = |answer: &&Answer| {
                let words = clause.answers();
                let number = words.iter().position(|(word, _)| *word == answer.answer);
                number.is_some_and(|number| clause.stricter(clause.of(declared)).contains(&number))
            };
            passing.filter(is_stricter).map(|answer| (clause.name, answer.answer.as_str()))
        };
        CLAUSES.iter().filter(is_told).flat_map(of).collect()
    }
}

fn path(name: &str) -> PathBuf {
    root().join("zoo/results").join(format!("{name}.json"))
}

/// What is kept of that heap, if anything is.
pub(super) fn kept(name: &str) -> Result<Option<Measured>> {
    let path = path(name);
    if !path.is_file() {
        return Ok(None);
    }
    let read = || anyhow::Ok(serde_json::from_str(&fs::read_to_string(&path)?)?);
    read().map(Some).with_context(|| format!("can't read {}", path.display()))
}

/// Keeps what was measured of that heap. Its traces take the place of older ones.
pub(super) fn keep(name: &str, kept: &Kept) -> Result<()> {
    let Kept { measured, traces } = kept;
    write_whole(&path(name), &(serde_json::to_string_pretty(measured)? + "\n"))?;
    let folder = root().join("corpus/zoo").join(name);
    let replace = || {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        for (name, text) in traces {
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(format!("{name}.trace")), text)?;
        }
        std::io::Result::Ok(())
    };
    replace().with_context(|| format!("can't keep traces in {}", folder.display()))
}

/// The traces that are kept of that heap, by name.
pub(super) fn traces(name: &str) -> Result<Vec<(String, String)>> {
    let folder = root().join("corpus/zoo").join(name);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let read = || {
        let mut traces = Vec::new();
        for file in fs::read_dir(&folder)? {
            let path = file?.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            traces.push((name, fs::read_to_string(path)?));
        }
        traces.sort();
        std::io::Result::Ok(traces)
    };
    read().with_context(|| format!("can't read the traces in {}", folder.display()))
}

/// Writes a file completely or not at all.
pub(super) fn write_whole(path: &Path, text: &str) -> Result<()> {
    let write = || {
        fs::create_dir_all(path.parent().unwrap_or(root()))?;
        let beside = path.with_extension(format!("{}.tmp", std::process::id()));
        fs::write(&beside, text)?;
        fs::rename(&beside, path)
    };
    write().with_context(|| format!("can't write {}", path.display()))
}
