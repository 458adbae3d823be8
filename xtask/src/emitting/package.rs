//! A package of emitted tests that needs only the heap.

use crate::common::workspace::{cargo, root};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MANIFEST: &str = r#"[package]
name = "emitted"
version = "0.0.0"
edition = "2024"

[dependencies]
heapproof-heap = { path = "HEAP", features = ["fault-injection"] }

[lints.rust]
warnings = "deny"

[lints.clippy]
all = { level = "deny", priority = -1 }
# Two finalizers may do the same.
if_same_then_else = "allow"

[workspace]
"#;

/// Cargo's exit code if a test fails or does not compile.
const FAILED: i32 = 101;

/// The package, in its folder.
pub(super) struct Package {
    folder: PathBuf,
}

impl Package {
    /// Makes the package. The path of the heap is relative to the folder.
    pub fn new(folder: PathBuf, heap: &str) -> Result<Package> {
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("Cargo.toml"), MANIFEST.replace("HEAP", heap))?;
        fs::write(folder.join("src/lib.rs"), "")?;
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        // Tests of an earlier run would be built too.
        let tests = folder.join("tests");
        if tests.exists() {
            fs::remove_dir_all(&tests)?;
        }
        fs::create_dir_all(&tests)?;
        Ok(Package { folder })
    }

    /// The file for the tests with this name.
    pub fn tests(&self, name: &str) -> PathBuf {
        self.folder.join("tests").join(name).with_extension("rs")
    }

    /// Checks that all tests compile.
    pub fn build(&self) -> Result<()> {
        run(self.test().arg("--no-run"), "an emitted test")
    }

    /// Checks that all tests pass.
    pub fn passes(&self, what: &str) -> Result<()> {
        run(&mut self.test(), what)
    }

    /// Whether a test fails. All of them must compile.
    pub fn fails(&self) -> Result<bool> {
        Ok(self.test().output().context("can't run cargo")?.status.code() == Some(FAILED))
    }

    /// Checks that clippy accepts the tests.
    pub fn lint(&self) -> Result<()> {
        run(&mut self.cargo("clippy"), "clippy")
    }

    fn test(&self) -> Command {
        self.cargo("test")
    }

    fn cargo(&self, what: &str) -> Command {
        let mut cargo = cargo(&self.folder);
        cargo.args([what, "--quiet", "--test", "*"]);
        cargo.env("CARGO_TARGET_DIR", self.folder.join("target")).env("CARGO_PROFILE_TEST_DEBUG", "none");
        cargo
    }
}

/// The number of tests in a file; an error if the file was not written.
pub(super) fn count(tests: &Path) -> Result<usize> {
    let text = fs::read_to_string(tests).with_context(|| format!("{} was not written", tests.display()))?;
    Ok(text.lines().filter(|line| *line == "#[test]").count())
}

/// Runs a program and checks that it succeeds.
pub(super) fn run(command: &mut Command, what: &str) -> Result<()> {
    let status = command.status().context("can't run cargo")?;
    ensure!(status.success(), "{what} failed");
    Ok(())
}
