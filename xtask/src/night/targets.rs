//! The part of a night that fuzzes: every target for its share of the time.

use super::Night;
use super::fuzzer::Fuzzer;
use super::plan::turns;
use super::results::{Outcome, Results};
use super::triage::Triage;
use crate::fuzzing::known::Standing;
use crate::fuzzing::seeds;
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The least time to fuzz a target; with less left it is left out.
const LEAST: Duration = Duration::from_secs(5);

/// What a target has found is looked at for so long at least, even if the time of the night is over: without that there is no verdict.
const LOOK: Duration = Duration::from_secs(60);

/// How often the inputs of a corpus are run before and after the fuzzing: to find those that fail, and to cut it, with room for new ones.
const CORPUS_RUNS: u32 = 5;

/// The targets that are fuzzed, each with its binary.
pub(super) struct Targets<'a> {
    night: &'a Night<'a>,
    fuzzer: Fuzzer<'a>,
    heapproof: PathBuf,
    built: Vec<(String, PathBuf)>,
}

impl<'a> Targets<'a> {
    /// Builds what there is time for; `None` if interrupted.
    pub fn build(night: &'a Night<'a>, time: Duration, results: &mut Results) -> Result<Option<Targets<'a>>> {
        let fuzzer = Fuzzer { night };
        let (chosen, left_out) = turns(time, &night.targets, night.day());
        if !left_out.is_empty() {
            results.left_out.push(format!("targets: no time for {}", left_out.join(", ")));
        }
        let Some(heapproof) = fuzzer.build_command_line()? else { return Ok(None) };
        let mut built = Vec::new();
        for target in chosen {
            eprintln!("building {target}");
            match fuzzer.build(&target) {
                Ok(Some(binary)) => built.push((target, binary)),
                Ok(None) => return Ok(None),
                Err(trouble) => results.trouble.push(format!("{target}: {trouble:#}")),
            }
        }
        Ok(Some(Targets { night, fuzzer, heapproof, built }))
    }

    /// Fuzzes one after the other until that moment.
    pub fn run(&self, end: Instant, results: &mut Results) -> Result<()> {
        for (number, (target, binary)) in self.built.iter().enumerate() {
            let left = end.saturating_duration_since(Instant::now());
            if number > 0 && left < LEAST {
                results.left_out.push(format!("targets: no time was left for {target}"));
                continue;
            }
            eprintln!("[{}/{}] {target}", number + 1, self.built.len());
            let share = left / (self.built.len() - number) as u32;
            if let Err(trouble) = self.target(target, binary, share, end, results) {
                results.trouble.push(format!("{target}: {trouble:#}"));
            }
            self.night.write(results)?;
            if self.night.is_stopped() {
                break;
            }
        }
        Ok(())
    }

    /// Fuzzes a target for its share, less what its corpus will need at the end, which is run and merged twice.
    fn target(&self, target: &str, binary: &Path, share: Duration, end: Instant, results: &mut Results) -> Result<()> {
        let night = self.night;
        seeds::write(&night.corpus, target)?;
        let corpus = self.fuzzer.corpus(binary, target);
        for folder in [&night.artifacts(target), &corpus.scratch] {
            fs::create_dir_all(folder)?;
        }
        let begun = Instant::now();
        let before = corpus.len()?;
        let Some(failing) = corpus.set_aside()? else { return Ok(()) };
        for input in &failing {
            fs::copy(input, night.artifacts(target).join(input.file_name().unwrap_or_default()))?;
        }
        let time = share.saturating_sub(begun.elapsed() * CORPUS_RUNS).max(share / 2);
        // If the run did not end normally, the failures found until then still count.
        let run = self.fuzzer.run(binary, target, time).map_err(|trouble| {
            results.trouble.push(format!("{target}: {trouble:#}"));
        });
        let figures = run.unwrap_or_default();
        results.targets.push(Outcome {
            target: target.to_owned(),
            figures,
            inputs: (before, before),
            failing: failing.len(),
        });
        let look = end.max(Instant::now() + LOOK);
        let triage = Triage { night, heapproof: &self.heapproof, target, binary, known: night.known, end: look };
        let (found, left) = triage.failures()?;
        if left > 0 {
            results.trouble.push(format!("{target}: {left} failing inputs were not minimised: artifacts/{target}/"));
        } else if figures.crashes > 0 && found.is_empty() {
            results.trouble.push(format!("{target}: it crashed and left no input; see logs/{target}.run.log"));
        }
        for failure in found {
            eprintln!("  {}: {}", in_a_word(&failure.standing), failure.signature);
            corpus.keep_failing(&night.out.join(&failure.artifact))?;
            results.failures.push(failure);
        }
        night.write(results)?;
        if run.is_err() || night.is_stopped() {
            return Ok(());
        }
        if end.saturating_duration_since(Instant::now()).is_zero() && begun.elapsed() > share {
            results.left_out.push(format!("targets: no time was left to cut the corpus of {target}"));
        } else if corpus.set_aside()?.is_some() {
            // The run may have kept inputs that fail now and then: those that fail now leave before the cut.
            corpus.cut()?;
        }
        let after = corpus.len()?;
        eprintln!("  {before} inputs before, {after} after, {} that fail", failing.len());
        if let Some(outcome) = results.targets.last_mut() {
            outcome.inputs.1 = after;
        }
        Ok(())
    }
}

fn in_a_word(standing: &Standing) -> &'static str {
    match standing {
        Standing::Known(_) => "known",
        Standing::Expired(_) => "known no longer",
        Standing::New => "new",
        Standing::Flaky => "does not fail again",
    }
}
