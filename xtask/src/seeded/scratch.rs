//! A copy of the sources that can be edited, built and tested.
//!
//! All bugs use one copy and one target folder, and only files that change are written. So cargo rebuilds only what a bug
//! and the one before it have changed.

use super::switched::VARIABLE;
use crate::common::child::{self, Ended, How};
use crate::common::workspace::{cargo, cargo_of_the_path};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// These builds need to be ready soon, not to run fast.
const PROFILE: [(&str, &str); 5] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "2"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "none"),
    ("CARGO_PROFILE_RELEASE_INCREMENTAL", "true"),
];

/// The binaries of `benches/rivals`.
pub(crate) struct Minimizers {
    /// The minimisers that run within a process.
    pub within: PathBuf,
    /// The fuzz target for libFuzzer's minimiser.
    pub fuzzed: PathBuf,
}

/// The copy, and the text of the sources when it was made.
pub(crate) struct Scratch<'a> {
    sources: BTreeMap<PathBuf, Vec<u8>>,
    tree: PathBuf,
    target: PathBuf,
    /// A folder for the files of programs that run in it.
    pub output: PathBuf,
    jobs: Option<u16>,
    stop: &'a AtomicBool,
    /// Held until the end: otherwise two runs would build each other's sources.
    _alone: lock::Lock,
}

impl<'a> Scratch<'a> {
    /// Reads all files that git tracks or would track, and removes all others from the copy.
    pub fn new(root: &Path, jobs: Option<u16>, stop: &'a AtomicBool) -> Result<Scratch<'a>> {
        let folder = root.join("target/bugs");
        let (tree, target, output) = (folder.join("tree"), folder.join("target"), folder.join("output"));
        let sources = sources(root)?;
        let _alone = lock::alone(&folder)?;
        for path in files(&tree).unwrap_or_default() {
            if !path.strip_prefix(&tree).is_ok_and(|path| sources.contains_key(path)) {
                fs::remove_file(path)?;
            }
        }
        if output.exists() {
            fs::remove_dir_all(&output)?;
        }
        fs::create_dir_all(&output)?;
        Ok(Scratch { sources, tree, target, output, jobs, stop, _alone })
    }

    /// The text of a file when the copy was made.
    pub fn read(&self, path: &Path) -> Result<String> {
        let bytes = self.sources.get(path).context("there is no such source")?;
        Ok(String::from_utf8(bytes.clone())?)
    }

    /// Builds `heapproof` from the sources with these changes; `None` if interrupted.
    pub fn build(&self, changed: &BTreeMap<PathBuf, String>) -> Result<Option<PathBuf>> {
        self.write(changed)?;
        let mut cargo = cargo(&self.tree);
        cargo.args(["build", "--quiet", "--release", "--package", "heapproof", "--bin", "heapproof"]);
        if let Some(jobs) = self.jobs {
            cargo.args(["--jobs", &jobs.to_string()]);
        }
        cargo.env("CARGO_TARGET_DIR", &self.target).envs(PROFILE);
        let name = format!("heapproof{}", std::env::consts::EXE_SUFFIX);
        Ok(self.run(&mut cargo)?.then(|| self.target.join("release").join(name)))
    }

    /// The errors of the compiler in the sources with these changes; `None` if interrupted.
    pub fn faults(&self, changed: &BTreeMap<PathBuf, String>) -> Result<Option<Vec<Fault>>> {
        self.write(changed)?;
        let mut cargo = cargo(&self.tree);
        cargo.args(["check", "--quiet", "--release", "--package", "heapproof", "--bin", "heapproof"]);
        cargo.args(["--message-format", "json"]).env("CARGO_TARGET_DIR", &self.target).envs(PROFILE);
        let Ended { how, stdout, stderr } = child::run(&mut cargo, &self.output, None, self.stop)?;
        let faults: Vec<Fault> = stdout.lines().filter_map(Fault::read).collect();
        match how {
            How::Interrupted => Ok(None),
            How::Exited(status) if !status.success() && faults.is_empty() => {
                bail!("the check failed:\n{}", errors(&stderr))
            }
            _ => Ok(Some(faults)),
        }
    }

    /// Runs these tests with these changes, and with that switch on. Time is limited only once they are built.
    pub fn test(&self, changed: &BTreeMap<PathBuf, String>, switch: usize, tests: &Tests<'_>) -> Result<Tested> {
        self.write(changed)?;
        let command = |how: &str| {
            let mut cargo = cargo(&self.tree);
            cargo.args(["test", "--quiet", "--all-features", "--lib", "--tests", how]);
            cargo.args(tests.packages.iter().flat_map(|package| ["--package", package]));
            cargo.env("CARGO_TARGET_DIR", &self.target).env(VARIABLE, switch.to_string());
            cargo
        };
        if !self.run(&mut command("--no-run"))? {
            return Ok(Tested::Interrupted);
        }
        let mut run = command("--no-fail-fast");
        run.arg("--").args(tests.modules);
        let Ended { how, stdout, .. } = child::run(&mut run, &self.output, Some(tests.limit), self.stop)?;
        let failed = |line: &str| Some(line.strip_prefix("---- ")?.strip_suffix(" stdout ----")?.to_owned());
        Ok(match how {
            How::Interrupted => Tested::Interrupted,
            How::TimedOut => Tested::TimedOut,
            How::Exited(status) => {
                let mut failed: BTreeSet<String> = stdout.lines().filter_map(failed).collect();
                if failed.is_empty() && !status.success() {
                    failed.insert("a test that ended its process".to_owned());
                }
                Tested::Failed(failed)
            }
        })
    }

    /// Builds a fuzz target in the same way.
    pub fn build_target(&self, changed: &BTreeMap<PathBuf, String>, target: &str) -> Result<Option<PathBuf>> {
        self.write(changed)?;
        let folder = self.target.with_file_name("fuzz");
        let mut cargo = cargo_of_the_path(&self.tree);
        cargo.args(["fuzz", "build", "--sanitizer", "none", target, "--target-dir"]).arg(&folder);
        cargo.envs(PROFILE);
        if !self.run(&mut cargo)? {
            return Ok(None);
        }
        let places = fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path().join("release").join(target)));
        places.into_iter().find(|path| path.is_file()).map(Some).context("the target was not built")
    }

    /// Builds `benches/rivals` in the same way.
    pub fn build_minimizers(&self, changed: &BTreeMap<PathBuf, String>) -> Result<Option<Minimizers>> {
        self.write(changed)?;
        let folder = self.target.with_file_name("rivals");
        let mut cargo = cargo(&self.tree);
        cargo.args(["build", "--quiet", "--release", "--manifest-path", "benches/rivals/Cargo.toml"]);
        cargo.env("CARGO_TARGET_DIR", &folder).envs(PROFILE);
        // Little optimisation is enough: executions are counted, and times are compared only within one build.
        cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        let built = |name: &str| folder.join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        Ok(self.run(&mut cargo)?.then(|| Minimizers { within: built("rivals"), fuzzed: built("minimize_crash") }))
    }

    /// Writes the copy: these files as given, which may be new ones, and all others as they are in the sources.
    pub fn write(&self, changed: &BTreeMap<PathBuf, String>) -> Result<()> {
        let sources = self.sources.iter().map(|(path, bytes)| (path, &**bytes));
        let new = changed.iter().map(|(path, text)| (path, text.as_bytes()));
        let new = new.filter(|(path, _)| !self.sources.contains_key(*path));
        for (path, bytes) in sources.chain(new) {
            let bytes = changed.get(path).map_or(bytes, String::as_bytes);
            let path = self.tree.join(path);
            if !fs::read(&path).is_ok_and(|there| there == bytes) {
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::write(&path, bytes).with_context(|| format!("can't write {}", path.display()))?;
            }
        }
        Ok(())
    }

    /// Runs a build; false if interrupted.
    fn run(&self, build: &mut Command) -> Result<bool> {
        let Ended { how, stderr, .. } = child::run(build, &self.output, None, self.stop)?;
        match how {
            How::Exited(status) if status.success() => Ok(true),
            How::Interrupted => Ok(false),
            _ => bail!("the build failed:\n{}", errors(&stderr)),
        }
    }
}

/// Tests to run.
pub(crate) struct Tests<'a> {
    pub packages: &'a [&'a str],
    /// Those of them whose names contain one of these; without any, all.
    pub modules: &'a [&'a str],
    pub limit: Duration,
}

/// What came of tests.
pub(crate) enum Tested {
    /// These failed, perhaps none.
    Failed(BTreeSet<String>),
    TimedOut,
    Interrupted,
}

/// An error of the compiler.
pub(crate) struct Fault {
    pub text: String,
    /// The files and the lines that it is about.
    pub places: Vec<(PathBuf, usize)>,
}

impl Fault {
    /// Reads a message of cargo, if it is an error.
    fn read(line: &str) -> Option<Fault> {
        let message = serde_json::from_str::<Value>(line).ok()?["message"].take();
        if message["level"] != "error" {
            return None;
        }
        let place = |span: &Value| Some((span["file_name"].as_str()?.into(), span["line_start"].as_u64()? as usize));
        let spans = message["spans"].as_array().into_iter().flatten().filter(|span| span["is_primary"] == true);
        Some(Fault { text: message["rendered"].as_str()?.to_owned(), places: spans.filter_map(place).collect() })
    }
}

/// Locks the folder against other runs, on systems whose locks end with the process.
#[cfg(unix)]
mod lock {
    use anyhow::{Result, anyhow};
    use nix::errno::Errno;
    use nix::fcntl::{Flock, FlockArg};
    use std::fs;
    use std::path::Path;

    pub(super) type Lock = Flock<fs::File>;

    pub(super) fn alone(folder: &Path) -> Result<Lock> {
        fs::create_dir_all(folder)?;
        let file = fs::File::create(folder.join("lock"))?;
        Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, why)| match why {
            Errno::EWOULDBLOCK => anyhow!("another run uses {}; wait for its end", folder.display()),
            why => anyhow!(why).context(format!("can't lock {}", folder.display())),
        })
    }
}

#[cfg(not(unix))]
mod lock {
    pub(super) type Lock = ();

    pub(super) fn alone(_folder: &std::path::Path) -> anyhow::Result<Lock> {
        Ok(())
    }
}

/// The compiler's output from the first error on.
fn errors(stderr: &str) -> &str {
    let starts = [stderr.starts_with("error").then_some(0), stderr.find("\nerror").map(|at| at + 1)];
    stderr.get(starts.into_iter().flatten().next().unwrap_or(0)..).unwrap_or(stderr).trim_end()
}

/// The current content of the files that git tracks or would track.
fn sources(root: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let listed = git.output().context("can't run git")?;
    ensure!(listed.status.success(), "git can't list the sources: {}", String::from_utf8_lossy(&listed.stderr).trim());
    let mut sources = BTreeMap::new();
    for path in String::from_utf8(listed.stdout)?.split_terminator('\0') {
        // git also lists files that are tracked but deleted.
        if root.join(path).is_file() {
            let bytes = fs::read(root.join(path)).with_context(|| format!("can't read {path}"))?;
            sources.insert(PathBuf::from(path), bytes);
        }
    }
    Ok(sources)
}

/// All files below a folder.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    Ok(found)
}
