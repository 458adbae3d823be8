//! Takes all bugs, one after the other, and looks whether the harness detects it.

use crate::common::workspace::traces;
use crate::seeded::bug::{Bug, Reach, all_edited};
use crate::seeded::builds::{Build, Builds};
use crate::seeded::scratch::Scratch;
use crate::seeded::trial::{self, LIMIT, Outcome, Replayed, Trial};
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// The parameters of the search.
pub(crate) struct Hunt<'a> {
    /// One for each trial.
    pub seeds: Range<u64>,
    pub cases: u64,
    /// More arguments of each command that judges.
    pub extra: &'a [&'a str],
    pub jobs: Option<u16>,
    /// Each bug has a build of its own.
    pub alone: bool,
    pub stop: &'a AtomicBool,
}

/// The results of a bug's trials, in order of seeds, up to the first that timed out.
#[derive(Serialize, Deserialize)]
pub(crate) struct Trials(pub Vec<Outcome>);

impl Trials {
    /// How many trials have detected the bug.
    pub fn detections(&self) -> usize {
        self.0.iter().filter(|outcome| outcome.is_detection()).count()
    }

    /// Whether all have.
    pub fn is_detected(&self) -> bool {
        self.detections() == self.0.len()
    }
}

impl Hunt<'_> {
    /// Looks for these bugs. If interrupted, returns the results of the first ones.
    pub fn run(&self, root: &Path, bugs: &[Bug]) -> Result<Vec<Trials>> {
        let start = Instant::now();
        let scratch = Scratch::new(root, self.jobs, self.stop)?;
        let edited = all_edited(bugs, |file| scratch.read(file))?;
        let Some(builds) = Builds::new(&scratch, edited, self.alone)? else { return Ok(Vec::new()) };
        let mut results = Vec::new();
        for (index, bug) in bugs.iter().enumerate() {
            eprintln!("[{}/{}] {}/{}", index + 1, bugs.len(), bug.class, bug.id);
            let result = self.look_for(&scratch, &builds, index, bug.reach);
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
        builds: &Builds<'_>,
        index: usize,
        reach: Reach,
    ) -> Result<Option<Trials>> {
        let options = [self.extra, reach.options()].concat();
        let Some(heapproof) = builds.of(index)? else { return Ok(None) };
        let mut outcomes = Vec::new();
        for seed in self.seeds.clone() {
            let Some(mut outcome) = self.trial(scratch, &options, seed).run(&heapproof)? else { return Ok(None) };
            if let Outcome::Undetected { .. } = outcome {
                let traces = traces()?;
                match trial::replay_corpus(&heapproof, &options, &traces, &scratch.output, self.stop)? {
                    None => return Ok(None),
                    Some(None) => {}
                    Some(Some(how)) => outcome = Outcome::ByCorpus(how),
                }
            }
            let Some(outcome) = self.proved(&heapproof, &options, &scratch.output, outcome)? else { return Ok(None) };
            eprintln!("  seed {seed}: {outcome}");
            if !self.is_due_to_bug(scratch, &builds.sound, &options, seed, &outcome)? {
                return Ok(None);
            }
            outcomes.push(outcome);
            // One trial that timed out is enough, since it takes minutes. The corpus does not depend on the seed.
            if matches!(outcomes.last(), Some(Outcome::TimedOut | Outcome::ByCorpus(_))) {
                break;
            }
        }
        Ok(Some(Trials(outcomes)))
    }

    fn trial<'a>(&'a self, scratch: &'a Scratch<'_>, options: &'a [&str], seed: u64) -> Trial<'a> {
        let (cases, jobs, output, stop) = (self.cases, self.jobs, &*scratch.output, self.stop);
        Trial { extra: options, seed, cases, jobs, limit: LIMIT, output, stop }
    }

    /// The outcome, if the trace that was found fails again on the heap with the bug; `None` if interrupted.
    fn proved(&self, heapproof: &Build, options: &[&str], output: &Path, outcome: Outcome) -> Result<Option<Outcome>> {
        let Outcome::Found(found) = &outcome else { return Ok(Some(outcome)) };
        let again = trial::replay(heapproof, options, &found.trace, output, self.stop)?;
        Ok(again.map(|again| match again {
            Replayed::Failed => outcome,
            Replayed::Passed => Outcome::Unproved("its trace passes when it is replayed".into()),
            Replayed::Died => Outcome::Unproved("the replay of its trace does not come to its end".into()),
        }))
    }

    /// Checks that the failure does not happen without the bug; false if interrupted.
    fn is_due_to_bug(
        &self,
        scratch: &Scratch<'_>,
        sound: &Build,
        options: &[&str],
        seed: u64,
        outcome: &Outcome,
    ) -> Result<bool> {
        match outcome {
            Outcome::Found(found) => {
                let without = trial::replay(sound, options, &found.trace, &scratch.output, self.stop)?;
                let passes = without.is_none_or(|without| without == Replayed::Passed);
                ensure!(passes, "{} fails without the bug too", found.trace.display());
                Ok(without.is_some())
            }
            // There is no minimised trace, so the whole run must pass.
            Outcome::Crashed(_) => match self.trial(scratch, options, seed).run(sound)? {
                None => Ok(false),
                Some(Outcome::Undetected { .. }) => Ok(true),
                Some(_) => bail!("seed {seed} fails without the bug too"),
            },
            // `cargo test` replays the corpus on the sources without a bug.
            Outcome::ByCorpus(_) | Outcome::Unproved(_) | Outcome::Undetected { .. } | Outcome::TimedOut => Ok(true),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::{Hunt, Outcome};
    use crate::seeded::builds::Build;
    use crate::seeded::trial::Found;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn what_does_not_fail_again_counts_for_nothing() {
        let (folder, stop) = (tempfile::tempdir().unwrap(), AtomicBool::new(false));
        let hunt = Hunt { seeds: 1..2, cases: 1, extra: &[], jobs: None, alone: false, stop: &stop };
        let (property, signature) = ("lockstep".to_owned(), "counts".to_owned());
        let trace = folder.path().join("counts.trace");
        let found = Outcome::Found(Found { property, signature, operations: 7, lines: 2, trace });
        // These end with 1 and with 0, whatever they are given.
        let replayed = |by: &str| hunt.proved(&Build::plain(by.into()), &[], folder.path(), found.clone());
        assert_eq!(replayed("false").unwrap(), Some(found.clone()));
        assert!(matches!(replayed("true").unwrap(), Some(Outcome::Unproved(_))));
        assert!(replayed("no-such-program").is_err());
    }
}
