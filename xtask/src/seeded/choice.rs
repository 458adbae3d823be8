//! Which seeded bugs a command takes: those that are asked for by `--only`, else those that it takes as usual.

use super::bug::{Bug, load_all};
use crate::common::arguments::expect_known;
use crate::common::workspace::root;
use anyhow::Result;

/// Bugs of all classes that fail in few programs.
pub(crate) const USUAL: [&str; 10] = [
    "old-value-first",
    "child-counted-once",
    "self-loop-ignored",
    "dirty-mark-kept",
    "drop-makes-no-candidate",
    "restore-nothing",
    "resurrection-ignored",
    "generation-kept",
    "temporary-not-given-up",
    "removed-field-keeps-its-place",
];

/// The bugs that are asked for; all unless some are.
pub(crate) fn chosen(only: &[String]) -> Result<Vec<Bug>> {
    let known = load_all(root())?;
    for id in only {
        expect_known("seeded bug", id, known.iter().map(|bug| &*bug.id))?;
    }
    Ok(known.into_iter().filter(|bug| only.is_empty() || only.contains(&bug.id)).collect())
}

/// The bugs that are asked for; those of `usual` unless some are.
pub(crate) fn chosen_or(usual: &[&str], only: &[String]) -> Result<Vec<Bug>> {
    let usual: Vec<String> = usual.iter().map(|&id| id.to_owned()).collect();
    chosen(if only.is_empty() { &usual } else { only })
}
