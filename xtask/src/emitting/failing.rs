//! Whether an emitted test fails on a heap with the bug that it is of, and passes without: for traces of seeded bugs, in a
//! package beside the sources that have the bug.

use super::package::{Package, run};
use crate::seeded::bug::Bug;
use crate::seeded::scratch::Scratch;
use crate::seeded::trial::{Outcome, Trial};
use anyhow::{Result, bail, ensure};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;

/// The most random programs that are run for one that fails by a bug.
const CASES: u64 = 60_000;

/// Builds each bug, emits a test of a trace that fails by it, and runs that with the bug and without; gives how many fail and
/// pass as they should. None if interrupted.
pub(super) fn check(root: &Path, bugs: &[Bug], stop: &AtomicBool) -> Result<Option<usize>> {
    let scratch = Scratch::new(root, None, stop)?;
    let package = Package::new(root.join("target/bugs/emitted"), "../tree/heap")?;
    let tests = package.tests("emitted");
    for (number, bug) in bugs.iter().enumerate() {
        eprintln!("[{}/{}] {}/{}", number + 1, bugs.len(), bug.class, bug.id);
        let edited = bug.edited(|file| scratch.read(file))?;
        let Some(heapproof) = scratch.build(&edited)? else { return Ok(None) };
        let (property, output) = (&*bug.property, &*scratch.output);
        let trial = Trial { property, extra: &[], seed: 1, cases: CASES, jobs: None, output, stop };
        let trace = match trial.run(&heapproof)? {
            None => return Ok(None),
            Some(Outcome::Found(found)) => found.trace,
            Some(other) => bail!("{} has no trace: {other:?}", bug.id),
        };
        let mut emit = Command::new(&heapproof);
        emit.args(["emit-test", "--property", property, "--name", "it_fails", "-o"]).arg(&tests).arg(trace);
        run(&mut emit, "heapproof emit-test")?;
        package.build()?;
        ensure!(package.fails()?, "the test of {} passes with the bug", bug.id);
        scratch.write(&BTreeMap::new())?;
        package.passes("a test that was emitted for a bug")?;
    }
    Ok(Some(bugs.len()))
}
