//! A night of fuzzing: runs every target for a time on a kept corpus, and writes a summary.
//!
//! An error with one target does not stop the others. The whole summary is rewritten after each target, so a night that is
//! killed leaves its results so far. It also leaves the corpus, which is replaced only by a complete smaller one. A failure
//! fails every night until it is corrected, or until someone lists its trace as known.

mod corpus;
mod failure;
mod fuzzer;
pub(crate) mod nightly;
#[cfg(test)]
#[cfg(unix)]
mod stub;
mod summary;
mod triage;

use crate::fuzzing::known::{Known, Standing};
use crate::fuzzing::seeds;
use anyhow::{Context, Result};
use failure::Failure;
use fuzzer::{Figures, Fuzzer};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use triage::Triage;

pub(crate) use fuzzer::Sanitizer;

/// The parameters of a night.
pub(crate) struct Night<'a> {
    pub targets: Vec<String>,
    /// How long each target is fuzzed.
    pub time: Duration,
    pub sanitizer: Sanitizer,
    /// The seed of libFuzzer.
    pub seed: u32,
    /// One folder for each target.
    pub corpus: PathBuf,
    /// The folder for the summary, traces and artifacts.
    pub out: PathBuf,
    pub known: &'a Known,
    pub stop: &'a AtomicBool,
}

/// The results so far.
#[derive(Default)]
pub(crate) struct Results {
    pub targets: Vec<Outcome>,
    pub failures: Vec<Failure>,
    /// Errors, in words.
    pub trouble: Vec<String>,
    pub interrupted: bool,
}

/// The result of a target.
pub(crate) struct Outcome {
    pub target: String,
    pub figures: Figures,
    /// The number of inputs in its corpus, before and after.
    pub inputs: (usize, usize),
    /// How many of them fail, those of the nights before included.
    pub failing: usize,
}

impl Results {
    /// Whether there is a failure that someone has to look at.
    pub fn has_news(&self) -> bool {
        self.failures.iter().any(|failure| failure.standing.is_news())
    }
}

impl Night<'_> {
    /// Runs the night. Fails only if the night can't begin, or its summary can't be written.
    pub fn run(&self, root: &Path) -> Result<Results> {
        // Programs run in other folders, so paths must be absolute.
        let (corpus, out) = (absolute(&self.corpus)?, absolute(&self.out)?);
        let night = Night { targets: self.targets.clone(), corpus, out, ..*self };
        for folder in ["traces", "logs", "artifacts", "work"] {
            let folder = night.out.join(folder);
            // It may hold files of another night.
            if folder.exists() {
                fs::remove_dir_all(&folder).with_context(|| format!("can't empty {}", folder.display()))?;
            }
            fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
        }
        let mut results = Results::default();
        night.write(&results)?;
        let Some(heapproof) = fuzzer::build_command_line(root, &night.out.join("work"), night.stop)? else {
            results.interrupted = true;
            night.write(&results)?;
            return Ok(results);
        };
        let fuzzer = Fuzzer { root, night: &night };
        for (number, target) in night.targets.iter().enumerate() {
            eprintln!("[{}/{}] {target}", number + 1, night.targets.len());
            let done = night.target(&fuzzer, target, &heapproof, &mut results);
            if let Err(trouble) = done {
                results.trouble.push(format!("{target}: {trouble:#}"));
            }
            results.interrupted = night.stop.load(Ordering::Relaxed);
            night.write(&results)?;
            if results.interrupted {
                break;
            }
        }
        Ok(results)
    }

    fn target(&self, fuzzer: &Fuzzer<'_>, target: &str, heapproof: &Path, results: &mut Results) -> Result<()> {
        seeds::write(&self.corpus, target)?;
        let Some(binary) = fuzzer.build(target)? else { return Ok(()) };
        let corpus = fuzzer.corpus(&binary, target);
        for folder in [&self.artifacts(target), &corpus.scratch] {
            fs::create_dir_all(folder)?;
        }
        let before = corpus.len()?;
        let Some(failing) = corpus.set_aside()? else { return Ok(()) };
        for input in &failing {
            fs::copy(input, self.artifacts(target).join(input.file_name().unwrap_or_default()))?;
        }
        // If the run did not end normally, the failures found until then still count.
        let run = fuzzer.run(&binary, target).map_err(|trouble| {
            results.trouble.push(format!("{target}: {trouble:#}"));
        });
        let figures = run.unwrap_or_default();
        let crashed = figures.crashes > 0;
        results.targets.push(Outcome {
            target: target.to_owned(),
            figures,
            inputs: (before, before),
            failing: failing.len(),
        });
        let (found, left) = Triage { night: self, heapproof, target, binary: &binary, known: self.known }.failures()?;
        if left > 0 {
            results.trouble.push(format!("{target}: {left} failing inputs were not minimised: artifacts/{target}/"));
        } else if crashed && found.is_empty() {
            results.trouble.push(format!("{target}: it crashed and left no input; see logs/{target}.run.log"));
        }
        for failure in found {
            let standing = match failure.standing {
                Standing::Known(_) => "known",
                Standing::Expired(_) => "known no longer",
                Standing::New => "new",
                Standing::Flaky => "does not fail again",
            };
            eprintln!("  {standing}: {}", failure.signature);
            corpus.keep_failing(&self.out.join(&failure.artifact))?;
            results.failures.push(failure);
        }
        self.write(results)?;
        if self.stop.load(Ordering::Relaxed) {
            return Ok(());
        }
        // The run may have found inputs that fail now and then; those that fail now leave before the cut.
        if run.is_ok() && corpus.set_aside()?.is_some() {
            let after = corpus.cut()?.unwrap_or(before);
            eprintln!("  {before} inputs before, {after} after, {} of them fail", failing.len());
        }
        if let Some(outcome) = results.targets.last_mut() {
            outcome.inputs.1 = corpus.len()?;
        }
        Ok(())
    }

    fn write(&self, results: &Results) -> Result<()> {
        let path = self.out.join("summary.md");
        let beside = self.out.join(".summary.md");
        let write = || fs::write(&beside, summary::markdown(self, results)).and_then(|()| fs::rename(&beside, &path));
        write().with_context(|| format!("can't write {}", path.display()))
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    fs::create_dir_all(path).with_context(|| format!("can't make {}", path.display()))?;
    path.canonicalize().with_context(|| format!("can't find {}", path.display()))
}
