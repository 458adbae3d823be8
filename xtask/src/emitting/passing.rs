//! Checks that emitted tests pass on our heap and that clippy accepts them, in one package in `target/emitted/`. The tests
//! are for every trace of the corpus that is not large, and for a failure of each wrong heap, emitted as if our heap had it.

use super::package::{Package, count, run};
use crate::common::workspace::{cargo, traces};
use anyhow::{Context, Result, ensure};
use heapproof_model::Program;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The most lines of a trace.
const MOST_LINES: usize = 200;
/// The most objects of its bulk lines.
const MOST_BULK: u64 = 1_000;
/// The test of the harness that writes the tests for wrong heaps, since it knows their failures.
const OF_WRONG_HEAPS: &str = "emit::tests_of_wrong_heaps_are_written";
/// The least number of tests that it writes.
const WRONG_HEAPS: usize = 50;

/// Emits, builds and runs the tests. Returns their number.
pub(super) fn check(root: &Path) -> Result<usize> {
    let package = Package::new(root.join("target/emitted"), "../../heap")?;
    let (corpus, wrong) = (package.tests("corpus"), package.tests("wrong_heaps"));
    let mut emit = heapproof(root);
    emit.args(["emit-test", "-o"]).arg(&corpus).args(small_traces()?);
    run(&mut emit, "heapproof emit-test")?;
    let mut emit = cargo(root);
    emit.args(["test", "--locked", "--quiet", "--test", "heapproof", "--", "--ignored", "--exact", OF_WRONG_HEAPS]);
    emit.env("HEAPPROOF_EMITTED", &wrong);
    run(&mut emit, OF_WRONG_HEAPS)?;
    let (corpus, wrong) = (count(&corpus)?, count(&wrong)?);
    ensure!(wrong >= WRONG_HEAPS, "only {wrong} tests of wrong heaps are emitted");
    package.lint()?;
    package.passes("an emitted test")?;
    Ok(corpus + wrong)
}

/// The build that `HEAPPROOF` names, as `.ci/check` does; else that of a release.
fn heapproof(root: &Path) -> Command {
    if let Some(named) = env::var_os("HEAPPROOF") {
        let mut heapproof = Command::new(root.join(named));
        heapproof.current_dir(root);
        return heapproof;
    }
    let mut heapproof = cargo(root);
    heapproof.args(["run", "--locked", "--release", "--quiet", "--package", "heapproof", "--"]);
    heapproof
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
