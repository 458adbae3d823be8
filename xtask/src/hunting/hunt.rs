//! All bugs, one after the other: make the sources wrong, build them, and see whether the harness notices.

use crate::common::workspace::traces;
use crate::seeded::bug::Bug;
use crate::seeded::scratch::Scratch;
use crate::seeded::trial::{self, Outcome, Trial};
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// How the bugs are looked for.
pub(crate) struct Hunt<'a> {
    /// One for each trial.
    pub seeds: Range<u64>,
    pub cases: u64,
    /// More arguments of each command that judges.
    pub extra: &'a [&'a str],
    pub jobs: Option<u16>,
    pub stop: &'a AtomicBool,
}

/// What came of a bug's trials, in order of seeds, up to one that timed out.
pub(crate) struct Trials(pub Vec<Outcome>);

impl Trials {
    /// How many trials have noticed that something is wrong.
    pub fn detections(&self) -> usize {
        self.0
            .iter()
            .filter(|outcome| matches!(outcome, Outcome::Found(_) | Outcome::Crashed(_) | Outcome::ByCorpus(_)))
            .count()
    }

    /// Whether all have.
    pub fn is_detected(&self) -> bool {
        self.detections() == self.0.len()
    }
}

impl Hunt<'_> {
    /// Looks for those bugs. Where it is interrupted, the results of the first ones.
    pub fn run(&self, root: &Path, bugs: &[Bug]) -> Result<Vec<Trials>> {
        let start = Instant::now();
        let scratch = Scratch::new(root, self.jobs, self.stop)?;
        // Before anything is built: a text that is no longer there is known at once.
        let edited: Vec<_> = bugs.iter().map(|bug| bug.edited(|file| scratch.read(file))).collect::<Result<_>>()?;
        eprintln!("building without a bug");
        let Some(sound) = sound(&scratch)? else { return Ok(Vec::new()) };
        let mut results = Vec::new();
        for (number, (bug, edited)) in bugs.iter().zip(edited).enumerate() {
            eprintln!("[{}/{}] {}/{}", number + 1, bugs.len(), bug.class, bug.id);
            let result = self.look_for(&scratch, &sound, &bug.property, &edited);
            match result.with_context(|| format!("seeded bug {}/{}", bug.class, bug.id))? {
                Some(result) => results.push(result),
                None => break,
            }
        }
        eprintln!("{} of {} bugs in {:.0} s", results.len(), bugs.len(), start.elapsed().as_secs_f64());
        Ok(results)
    }

    fn look_for(
        &self,
        scratch: &Scratch<'_>,
        sound: &Path,
        property: &str,
        edited: &BTreeMap<PathBuf, String>,
    ) -> Result<Option<Trials>> {
        let Some(heapproof) = scratch.build(edited)? else { return Ok(None) };
        let mut outcomes = Vec::new();
        for seed in self.seeds.clone() {
            let Some(mut outcome) = self.trial(scratch, property, seed).run(&heapproof)? else { return Ok(None) };
            if let Outcome::Undetected { .. } = outcome {
                let traces = traces()?;
                match trial::replay_corpus(&heapproof, property, self.extra, &traces, &scratch.output, self.stop)? {
                    None => return Ok(None),
                    Some(None) => {}
                    Some(Some(how)) => outcome = Outcome::ByCorpus(how),
                }
            }
            eprintln!("  seed {seed}: {}", describe(&outcome));
            if !self.is_the_bugs(scratch, sound, property, seed, &outcome)? {
                return Ok(None);
            }
            outcomes.push(outcome);
            // A trial that timed out is enough not to count as detected, and takes minutes; the corpus has no seed.
            if matches!(outcomes.last(), Some(Outcome::TimedOut | Outcome::ByCorpus(_))) {
                break;
            }
        }
        Ok(Some(Trials(outcomes)))
    }

    fn trial<'a>(&'a self, scratch: &'a Scratch<'_>, property: &'a str, seed: u64) -> Trial<'a> {
        let (cases, jobs, output, stop) = (self.cases, self.jobs, &*scratch.output, self.stop);
        Trial { property, extra: self.extra, seed, cases, jobs, output, stop }
    }

    /// What fails must pass on the sound build, else some other bug was found; false if interrupted.
    fn is_the_bugs(
        &self,
        scratch: &Scratch<'_>,
        sound: &Path,
        property: &str,
        seed: u64,
        outcome: &Outcome,
    ) -> Result<bool> {
        match outcome {
            Outcome::Found(found) => {
                let fails = trial::fails(sound, property, self.extra, &found.trace, &scratch.output, self.stop)?;
                ensure!(fails != Some(true), "{} fails without the bug too", found.trace.display());
                Ok(fails.is_some())
            }
            // Nothing was minimised, so the whole run must pass.
            Outcome::Crashed(_) => match self.trial(scratch, property, seed).run(sound)? {
                None => Ok(false),
                Some(Outcome::Undetected { .. }) => Ok(true),
                Some(_) => bail!("seed {seed} fails without the bug too"),
            },
            // The tests replay the corpus on the sound sources.
            Outcome::ByCorpus(_) | Outcome::Undetected { .. } | Outcome::TimedOut => Ok(true),
        }
    }
}

/// A build without a bug, kept from being overwritten; none if interrupted.
fn sound(scratch: &Scratch<'_>) -> Result<Option<PathBuf>> {
    let Some(built) = scratch.build(&BTreeMap::new())? else { return Ok(None) };
    let kept = scratch.output.join("heapproof-without-a-bug");
    fs::copy(built, &kept)?;
    Ok(Some(kept))
}

fn describe(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Found(found) => format!("{} after {} operations", found.signature, found.operations),
        Outcome::Crashed(how) => format!("crashed: {how}"),
        Outcome::ByCorpus(how) => format!("nothing, but a trace of the corpus: {how}"),
        Outcome::Undetected { operations } => format!("nothing in {operations} operations"),
        Outcome::TimedOut => "timed out".to_owned(),
    }
}
