//! Selects the seeded bugs for a command: those of `--only`, or else its default ones.

use super::bug::{Bug, load_all};
use crate::common::arguments::expect_known;
use crate::common::workspace::root;
use anyhow::Result;

/// Bugs of all classes that few programs are enough to find.
pub(crate) const DEFAULT_BUGS: [&str; 10] = [
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

/// The bugs with these ids, or all bugs if there are no ids.
pub(crate) fn chosen(only: &[String]) -> Result<Vec<Bug>> {
    let known = load_all(root())?;
    for id in only {
        expect_known("seeded bug", id, known.iter().map(|bug| &*bug.id))?;
    }
    Ok(known.into_iter().filter(|bug| only.is_empty() || only.contains(&bug.id)).collect())
}

/// The bugs with these ids, or those of `default` if there are no ids.
pub(crate) fn chosen_or(default: &[&str], only: &[String]) -> Result<Vec<Bug>> {
    let default: Vec<String> = default.iter().map(|&id| id.to_owned()).collect();
    chosen(if only.is_empty() { &default } else { only })
}
