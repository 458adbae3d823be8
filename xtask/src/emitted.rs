//! Whether tests that `heapproof emit-test` prints compile, and pass on the heap of this project: for every trace of the
//! corpus that is not large, all in one crate that needs the heap alone. And whether they fail on a heap with the bug that
//! they are of: for traces of seeded bugs, in a crate beside the sources that have the bug.

use crate::scratch::Scratch;
use crate::trial::{Outcome, Trial};
use anyhow::{Context, Result, bail, ensure};
use heapproof_model::Program;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use xtask::bugs::Bug;

/// The most lines of a trace, and the most objects of its bulk lines.
const MOST: u64 = 200;

const MANIFEST: &str = r#"[package]
name = "emitted"
version = "0.0.0"
edition = "2024"

[dependencies]
heapproof-heap = { path = "HEAP", features = ["fault-injection"] }

[lints.rust]
warnings = "deny"

[workspace]
"#;

/// The most random programs that are run for one that fails by a bug.
const CASES: u64 = 60_000;
/// By which cargo says that a test fails, or does not compile.
const FAILED: i32 = 101;

/// Emits, builds and runs them in `target/emitted/`; gives how many there are.
pub(crate) fn check(root: &Path) -> Result<usize> {
    let folder = root.join("target/emitted");
    let tests = package(root, &folder, "../../heap")?;
    let traces = small_traces()?;
    let mut emit = cargo(root);
    emit.args(["run", "--locked", "--release", "--quiet", "--package", "heapproof", "--", "emit-test", "-o"]);
    emit.arg(tests).args(&traces);
    run(&mut emit, "heapproof emit-test")?;
    run(&mut test(&folder), "an emitted test")?;
    Ok(traces.len())
}

/// Builds each bug, emits a test of a trace that fails by it, and runs that with the bug and without; gives how many fail and
/// pass as they should. None if interrupted.
pub(crate) fn check_with_bugs(root: &Path, bugs: &[Bug], stop: &AtomicBool) -> Result<Option<usize>> {
    let scratch = Scratch::new(root, None, stop)?;
    let folder = root.join("target/bugs/emitted");
    let tests = package(root, &folder, "../tree/heap")?;
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
        run(test(&folder).arg("--no-run"), "an emitted test")?;
        let failed = test(&folder).output().context("can't run cargo")?.status;
        ensure!(failed.code() == Some(FAILED), "the test of {} passes with the bug", bug.id);
        scratch.write(&BTreeMap::new())?;
        run(&mut test(&folder), "a test that was emitted for a bug")?;
    }
    Ok(Some(bugs.len()))
}

/// A package for emitted tests, and the file where they go.
fn package(root: &Path, folder: &Path, heap: &str) -> Result<PathBuf> {
    fs::create_dir_all(folder.join("tests"))?;
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), MANIFEST.replace("HEAP", heap))?;
    fs::write(folder.join("src/lib.rs"), "")?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(folder.join("tests/emitted.rs"))
}

/// Builds and runs the tests of such a package.
fn test(folder: &Path) -> Command {
    let mut test = cargo(folder);
    test.args(["test", "--quiet", "--test", "emitted"])
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_PROFILE_TEST_DEBUG", "none");
    test
}

fn small_traces() -> Result<Vec<PathBuf>> {
    let mut small = Vec::new();
    for path in xtask::traces()? {
        let text = fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))?;
        let program: Program = text.parse().with_context(|| format!("{} is no trace", path.display()))?;
        if program.len() as u64 <= MOST && program.bulk() <= MOST {
            small.push(path);
        }
    }
    Ok(small)
}

fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder);
    cargo
}

fn run(command: &mut Command, what: &str) -> Result<()> {
    let status = command.status().context("can't run cargo")?;
    ensure!(status.success(), "{what} failed");
    Ok(())
}
