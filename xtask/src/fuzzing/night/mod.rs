//! A night of fuzzing: every target for a time on a kept corpus, and a summary of what it found.
//!
//! Nothing that goes wrong with one target keeps the others from their turn, and the summary is written anew after each,
//! whole: a night that is killed leaves what it had, and the corpus, which is only ever exchanged for a smaller one once
//! that is complete. A failure is known or new by its property and signature. Those of earlier nights are kept in a file
//! beside the corpus, so that a night fails once for a failure and not until it is corrected.

mod failure;
mod fuzzer;
mod known;
mod summary;
mod triage;

use super::seeds;
use anyhow::{Context, Result};
use failure::Failure;
use fuzzer::{Figures, Fuzzer};
use known::Known;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(crate) use fuzzer::Sanitizer;

/// What a night is to do.
pub(crate) struct Night<'a> {
    pub targets: Vec<String>,
    /// How long each target is fuzzed.
    pub time: Duration,
    pub sanitizer: Sanitizer,
    /// The number that libFuzzer's choices come from.
    pub seed: u32,
    /// A folder a target, and the known failures.
    pub corpus: PathBuf,
    /// Where the summary, traces and artifacts go.
    pub out: PathBuf,
    pub stop: &'a AtomicBool,
}

/// What came of it so far.
#[derive(Default)]
pub(crate) struct Results {
    pub targets: Vec<Outcome>,
    pub failures: Vec<Failure>,
    /// What could not be done.
    pub trouble: Vec<String>,
    pub interrupted: bool,
}

/// What came of a target.
pub(crate) struct Outcome {
    pub target: String,
    pub figures: Figures,
    /// How many inputs its corpus had before, and has now.
    pub inputs: (usize, usize),
}

impl Results {
    /// Whether a failure was found that no earlier night has found.
    pub fn has_news(&self) -> bool {
        self.failures.iter().any(|failure| failure.known.is_none())
    }
}

impl Night<'_> {
    /// Fuzzes. Fails only where the night could not even begin, or its summary not be written.
    pub fn run(&self, root: &Path) -> Result<Results> {
        // Programs are run in other folders.
        let (corpus, out) = (absolute(&self.corpus)?, absolute(&self.out)?);
        let night = Night { targets: self.targets.clone(), corpus, out, ..*self };
        for folder in ["traces", "logs", "artifacts", "work"] {
            let folder = night.out.join(folder);
            // Of another night.
            if folder.exists() {
                fs::remove_dir_all(&folder).with_context(|| format!("can't empty {}", folder.display()))?;
            }
            fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
        }
        let mut known = Known::load(root, &night.corpus)?;
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
            let done = night.target(&fuzzer, target, &heapproof, &mut known, &mut results);
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

    fn target(
        &self,
        fuzzer: &Fuzzer<'_>,
        target: &str,
        heapproof: &Path,
        known: &mut Known,
        results: &mut Results,
    ) -> Result<()> {
        seeds::write(&self.corpus, target)?;
        let before = fuzzer.inputs(target)?;
        let Some(binary) = fuzzer.build(target)? else { return Ok(()) };
        // Where it did not come to its end, what it found until then counts all the same.
        let run = fuzzer.run(&binary, target).map_err(|trouble| {
            results.trouble.push(format!("{target}: {trouble:#}"));
        });
        let figures = run.unwrap_or_default();
        let crashed = figures.crashes > 0;
        results.targets.push(Outcome { target: target.to_owned(), figures, inputs: (before, before) });
        if self.stop.load(Ordering::Relaxed) {
            let many = fs::read_dir(self.artifacts(target))?.count();
            if many > 0 {
                results
                    .trouble
                    .push(format!("{target}: {many} failing inputs were not looked at: artifacts/{target}/"));
            }
            return Ok(());
        }
        let found = triage::failures(self, heapproof, target, known)?;
        if crashed && found.is_empty() {
            results.trouble.push(format!("{target}: it crashed and left no input; see logs/{target}.log"));
        }
        for failure in found {
            eprintln!("  {}: {}", if failure.known.is_none() { "new" } else { "known" }, failure.signature);
            known.add(&failure)?;
            results.failures.push(failure);
        }
        self.write(results)?;
        if run.is_ok() {
            fuzzer.minimize_corpus(&binary, target)?;
        }
        let after = fuzzer.inputs(target)?;
        if let Some(outcome) = results.targets.last_mut() {
            outcome.inputs.1 = after;
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
