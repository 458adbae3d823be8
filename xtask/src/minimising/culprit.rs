//! The cause of failures: a seeded bug, or a subject that is wrong on purpose.

use crate::common::workspace::cargo;
use crate::seeded::bug::Bug;
use anyhow::{Context, Result, ensure};
use std::path::Path;

/// The cause of failures.
pub(crate) enum Culprit {
    Seeded(Bug),
    /// A subject that is wrong on purpose.
    Canary(String),
}

impl Culprit {
    /// All canaries.
    pub fn canaries(root: &Path) -> Result<Vec<Culprit>> {
        let mut list = cargo(root);
        list.args(["run", "--quiet", "--release", "--package", "heapproof", "--", "list", "subjects"]);
        let listed = list.output().context("can't run cargo")?;
        ensure!(listed.status.success(), "the subjects can't be listed: {}", String::from_utf8_lossy(&listed.stderr));
        let listed = String::from_utf8(listed.stdout)?;
        let names = listed.lines().filter_map(|line| line.split_whitespace().next());
        Ok(names.filter(|name| name.starts_with("canary")).map(|name| Culprit::Canary(name.to_owned())).collect())
    }

    /// The name of the bug or the subject.
    pub fn id(&self) -> &str {
        match self {
            Culprit::Seeded(bug) => &bug.id,
            Culprit::Canary(name) => name,
        }
    }

    pub fn subject(&self) -> &str {
        match self {
            Culprit::Seeded(_) => "heap",
            Culprit::Canary(name) => name,
        }
    }

    /// The most random programs that are tried until one fails. Each canary fails in few programs, as a test checks.
    pub fn cases(&self) -> u64 {
        match self {
            Culprit::Seeded(_) => 60_000,
            Culprit::Canary(_) => 3_000,
        }
    }

    /// The options of `check` and `minimize` with which it may be detected, in the order to try them.
    pub fn options(&self) -> Vec<Vec<&str>> {
        match self {
            Culprit::Seeded(bug) => vec![bug.reach.options().to_vec()],
            Culprit::Canary(_) => {
                ["lockstep", "determinism", "verify", "recover"].map(|property| vec!["--property", property]).to_vec()
            }
        }
    }
}
