//! Whether emitted tests pass on our heap: those of every trace of the corpus that is not large, all in one package in
//! `target/emitted/`.

use super::package::{Package, count, run};
use crate::common::workspace::{cargo, traces};
use anyhow::{Context, Result};
use heapproof_model::Program;
use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of a trace.
const MOST_LINES: usize = 200;
/// The most objects of its bulk lines.
const MOST_BULK: u64 = 200;

/// Emits, builds and runs them; gives how many there are.
pub(super) fn check(root: &Path) -> Result<usize> {
    let package = Package::new(root.join("target/emitted"), "../../heap")?;
    let corpus = package.tests("corpus");
    let mut emit = cargo(root);
    emit.args(["run", "--locked", "--release", "--quiet", "--package", "heapproof", "--", "emit-test", "-o"]);
    emit.arg(&corpus).args(small_traces()?);
    run(&mut emit, "heapproof emit-test")?;
    package.passes("an emitted test")?;
    count(&corpus)
}

fn small_traces() -> Result<Vec<PathBuf>> {
    let mut small = Vec::new();
    for path in traces()? {
        let text = fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))?;
        let program: Program = text.parse().with_context(|| format!("{} is no trace", path.display()))?;
        if program.len() <= MOST_LINES && program.bulk() <= MOST_BULK {
            small.push(path);
        }
    }
    Ok(small)
}
