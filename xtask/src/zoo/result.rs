//! What is kept of a heap's measurement: a file `zoo/results/NAME.json`, written by the command alone.

use crate::common::workspace::root;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::PathBuf;

/// What was measured of a heap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Measured {
    /// The dialect that it declares, in words, and the answer of each clause.
    pub dialect: String,
    /// The run of random programs by that dialect.
    pub run: Run,
    /// The heap held to each other answer of each clause; of an old version none.
    pub answers: Vec<Answer>,
    /// Clauses of which no program tells stricter answers apart, and these answers.
    pub not_told: Vec<(String, Vec<String>)>,
    /// Runs that look for the known bug of an old version.
    pub hunts: Vec<Hunt>,
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

/// Keeps what was measured of that heap.
pub(super) fn keep(name: &str, measured: &Measured) -> Result<()> {
    let path = path(name);
    fs::create_dir_all(root().join("zoo/results"))?;
    fs::write(&path, serde_json::to_string_pretty(measured)? + "\n")
        .with_context(|| format!("can't write {}", path.display()))
}
