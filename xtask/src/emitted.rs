//! Whether tests that `heapproof emit-test` prints compile, and pass on the heap of this project: for every trace of the
//! corpus that is not large, all in one crate that needs the heap alone.

use anyhow::{Context, Result, ensure};
use heapproof_model::Program;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The most lines of a trace, and the most objects of its bulk lines.
const MOST: u64 = 200;

const MANIFEST: &str = r#"[package]
name = "emitted"
version = "0.0.0"
edition = "2024"

[dependencies]
heapproof-heap = { path = "../../heap", features = ["fault-injection"] }

[workspace]
"#;

/// Emits, builds and runs them in `target/emitted/`; gives how many there are.
pub(crate) fn check(root: &Path) -> Result<usize> {
    let folder = root.join("target/emitted");
    fs::create_dir_all(folder.join("tests"))?;
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), MANIFEST)?;
    fs::write(folder.join("src/lib.rs"), "")?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let traces = small_traces()?;
    let mut emit = cargo(root);
    emit.args(["run", "--locked", "--release", "--quiet", "--package", "heapproof", "--", "emit-test", "-o"]);
    emit.arg(folder.join("tests/emitted.rs")).args(&traces);
    run(&mut emit, "heapproof emit-test")?;
    let mut test = cargo(&folder);
    test.args(["test", "--quiet", "--test", "emitted"]).env("RUSTFLAGS", "-D warnings");
    test.env("CARGO_TARGET_DIR", folder.join("target")).env("CARGO_PROFILE_TEST_DEBUG", "none");
    run(&mut test, "an emitted test")?;
    Ok(traces.len())
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
