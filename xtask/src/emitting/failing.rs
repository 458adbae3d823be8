//! Checks that the emitted test for a seeded bug fails on a heap with the bug and passes without it. The tests are in a
//! package beside the sources with the bug.

use super::package::{Package, run};
use crate::seeded::bug::Bug;
use crate::seeded::builds::Build;
use crate::seeded::scratch::Scratch;
use crate::seeded::trial::{LIMIT, Outcome, Trial};
use anyhow::{Result, bail, ensure};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// The most random programs that are tried until one fails by a bug.
const CASES: u64 = 60_000;

/// Builds each bug, emits a test for a trace that fails by it, and runs the test with the bug and without. Returns the number
/// of tests; `None` if interrupted.
pub(super) fn check(root: &Path, bugs: &[Bug], stop: &AtomicBool) -> Result<Option<usize>> {
    let scratch = Scratch::new(root, None, stop)?;
    let package = Package::new(root.join("target/bugs/emitted"), "../tree/heap")?;
    let tests = package.tests("emitted");
    for (number, bug) in bugs.iter().enumerate() {
        eprintln!("[{}/{}] {}/{}", number + 1, bugs.len(), bug.class, bug.id);
        let edited = bug.edited(|file| scratch.read(file))?;
        let Some(heapproof) = scratch.build(&edited)?.map(Build::plain) else { return Ok(None) };
        let (extra, output) = (bug.reach.options(), &*scratch.output);
        let trial = Trial { extra, seed: 1, cases: CASES, jobs: None, limit: LIMIT, output, stop };
        let trace = match trial.run(&heapproof)? {
            None => return Ok(None),
            Some(Outcome::Found(found)) => found.trace,
            Some(other) => bail!("{} has no trace: {other:?}", bug.id),
        };
        let mut emit = heapproof.command();
        emit.args(["emit-test", "--name", "it_fails", "-o"]).arg(&tests).arg(trace);
        run(&mut emit, "heapproof emit-test")?;
        package.build()?;
        ensure!(package.fails()?, "the test of {} passes with the bug", bug.id);
        scratch.write(&BTreeMap::new())?;
        package.passes("a test that was emitted for a bug")?;
    }
    Ok(Some(bugs.len()))
}
