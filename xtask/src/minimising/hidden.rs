//! `cargo xtask hidden`: builds the sources with two seeded bugs, and finds the bugs that a run keeps no trace of.
//!
//! A run keeps one trace for each signature. A bug is hidden by the other one if all these traces pass after the other one
//! is corrected, which means on a build with this bug alone.

use crate::common::child::{self, Ended, How};
use crate::common::command::{Command, End, stopped_by_signals};
use crate::common::workspace::root;
use crate::seeded::bug::Bug;
use crate::seeded::choice::chosen_or;
use crate::seeded::scratch::Scratch;
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::AtomicBool;

/// Bugs that share a kind of violation with another of them.
const BUGS: [&str; 6] = [
    "self-loop-ignored",
    "one-reference-is-no-cycle",
    "array-writes-not-tracked",
    "box-not-counted",
    "child-counted-once",
    "rollback-forgotten",
];

#[derive(Debug, clap::Args)]
pub(crate) struct Hidden {
    /// A bug to pair with the others that are given; may be given several times; by default six bugs that share kinds
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// The seed of the run that looks for both
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// How many programs this run has
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    cases: u64,
    /// How many threads build; by default one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

impl Command for Hidden {
    fn run(&self) -> Result<End> {
        let bugs = chosen_or(&BUGS, &self.only)?;
        let stop = stopped_by_signals()?;
        let scratch = Scratch::new(root(), self.jobs, &stop)?;
        let pairs = Pairs { scratch: &scratch, seed: self.seed, cases: self.cases, stop: &stop };
        Ok(if pairs.run(&bugs)? { End::Done } else { End::Interrupted })
    }
}

/// The parameters of the search.
struct Pairs<'a> {
    scratch: &'a Scratch<'a>,
    seed: u64,
    cases: u64,
    stop: &'a AtomicBool,
}

impl Pairs<'_> {
    /// Prints a row of a table for each pair; false if interrupted.
    fn run(&self, bugs: &[Bug]) -> Result<bool> {
        let mut alone = Vec::new();
        for bug in bugs {
            let Some(built) = self.scratch.build(&bug.edited(|file| self.scratch.read(file))?)? else {
                return Ok(false);
            };
            let kept = self.scratch.output.join(&bug.id);
            fs::copy(built, &kept)?;
            alone.push((bug, kept));
        }
        println!("| one | other | traces | hidden |\n|---|---|--:|---|");
        for (number, one) in alone.iter().enumerate() {
            for other in &alone[number + 1..] {
                let Ok(edited) = self.both(one.0, other.0) else {
                    println!("| {} | {} | | both change the same text |", one.0.id, other.0.id);
                    continue;
                };
                let Some(built) = self.scratch.build(&edited)? else { return Ok(false) };
                let Some(traces) = self.traces(&built)? else { return Ok(false) };
                let mut hidden = Vec::new();
                for (bug, built) in [one, other] {
                    match self.fails(built, &traces)? {
                        None => return Ok(false),
                        Some(false) => hidden.push(bug.id.as_str()),
                        Some(true) => {}
                    }
                }
                println!("| {} | {} | {} | {} |", one.0.id, other.0.id, traces.len(), hidden.join(", "));
            }
        }
        Ok(true)
    }

    /// The files that the two bugs change, with both changes.
    fn both(&self, one: &Bug, other: &Bug) -> Result<BTreeMap<PathBuf, String>> {
        let mut edited = one.edited(|file| self.scratch.read(file))?;
        let read = |file: &Path| edited.get(file).cloned().map_or_else(|| self.scratch.read(file), Ok);
        edited.extend(other.edited(read)?);
        Ok(edited)
    }

    /// The traces that a run keeps, one for each signature; `None` if interrupted.
    fn traces(&self, heapproof: &Path) -> Result<Option<Vec<PathBuf>>> {
        let out = self.scratch.output.join("found");
        if out.exists() {
            fs::remove_dir_all(&out)?;
        }
        let mut check = process::Command::new(heapproof);
        check.args(["check", "--keep-going", "--format", "json", "--seed", &self.seed.to_string()]);
        check.args(["--cases", &self.cases.to_string()]).arg("--out").arg(&out);
        let Some(()) = self.ended(&mut check)? else { return Ok(None) };
        let Ok(entries) = fs::read_dir(out.join("failures")) else { return Ok(Some(Vec::new())) };
        let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
        Ok(Some(paths.into_iter().filter(|path| path.is_file()).collect()))
    }

    /// Whether one of these traces fails; `None` if interrupted.
    fn fails(&self, heapproof: &Path, traces: &[PathBuf]) -> Result<Option<bool>> {
        for trace in traces {
            let mut replay = process::Command::new(heapproof);
            replay.arg("replay").arg(trace);
            let Ended { how, .. } = child::run(&mut replay, &self.scratch.output, None, self.stop)?;
            match how {
                How::Interrupted => return Ok(None),
                How::Exited(status) if status.success() => {}
                _ => return Ok(Some(true)),
            }
        }
        Ok(Some(false))
    }

    fn ended(&self, command: &mut process::Command) -> Result<Option<()>> {
        let Ended { how, stderr, .. } = child::run(command, &self.scratch.output, None, self.stop)?;
        match how {
            How::Interrupted => Ok(None),
            How::Exited(status) if matches!(status.code(), Some(0 | 1)) => Ok(Some(())),
            _ => bail!("check failed: {}", stderr.trim()),
        }
    }
}
