//! Tries mutants: by random programs, then by the corpus, and where both pass, by the tests of the mutated crates themselves; at last by
//! those tests of the harness that have wrong heaps and heaps of other dialects.
//!
//! The last are for the model: one that only allows more than it should is seen by no right heap, and what it says of other dialects by
//! none that has the contract's own.
//!
//! Random programs come first, since they are what a user's heap is judged by. What only a crate's own tests see is counted apart: much of
//! it is what no program can show, as how a value is printed or how many bytes a structure has.

use super::fate::Fate;
use super::kept::Kept;
use super::list::Mutant;
use super::viable::without_unviable;
use crate::common::workspace::traces;
use crate::seeded::bug::Edited;
use crate::seeded::builds::{Build, Builds};
use crate::seeded::scratch::{Scratch, Tested, Tests};
use crate::seeded::trial::{self, Outcome, Trial};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// How long a trial may take. A right heap runs the programs in a third of that on a slow machine; a mutant may have a loop without end.
const LIMIT: Duration = Duration::from_secs(60);

/// The tests of the harness in which wrong heaps have to fail, those of other dialects have to pass as what they are, and states that
/// differ must have other digests.
const HARNESS: Tests<'static> = Tests {
    packages: &["heapproof"],
    modules: &["dialects::", "digests::", "ahead::"],
    limit: Duration::from_secs(600),
};

/// The tests that fail without a mutant.
struct AlwaysFail {
    own: BTreeSet<String>,
    /// Known only once they are needed.
    harness: Option<BTreeSet<String>>,
}

/// What mutants are tried with.
pub(super) struct Trying<'a> {
    pub packages: &'a [&'a str],
    pub seed: u64,
    pub cases: u64,
    pub jobs: Option<u16>,
    pub stop: &'a AtomicBool,
}

impl Trying<'_> {
    /// Tries those of the mutants of the sources below `root` whose fate is not kept; false if interrupted.
    pub fn run(&self, root: &Path, mutants: &[Mutant], kept: &mut Kept) -> Result<bool> {
        let left: Vec<&Mutant> = mutants.iter().filter(|mutant| kept.fate(&mutant.name).is_none()).collect();
        if left.is_empty() {
            return Ok(true);
        }
        let scratch = Scratch::new(root, self.jobs, self.stop)?;
        let mut edited: Vec<Edited> =
            left.iter().map(|mutant| mutant.edited(|file| scratch.read(file))).collect::<Result<_>>()?;
        let Some(unviable) = without_unviable(&scratch, &mut edited)? else { return Ok(false) };
        for index in unviable {
            kept.add(&left[index].name, Fate::Unviable)?;
        }
        let mut order: Vec<usize> = (0..left.len()).filter(|index| !edited[*index].is_empty()).collect();
        let Some(builds) = Builds::new(&scratch, edited, false)? else { return Ok(false) };
        let Some(mut always_fail) = self.without_a_mutant(&scratch, &builds)? else { return Ok(false) };
        // Those behind switches come first: their tests take one build.
        order.sort_by_key(|index| !builds.is_switched(*index));
        for (number, index) in (1..).zip(&order) {
            let mutant = left[*index];
            eprintln!("[{number}/{}] line {}, {}", order.len(), mutant.line(), mutant.name);
            let fate = self.fate(&scratch, &builds, *index, &mut always_fail).with_context(|| mutant.name.clone())?;
            let Some(fate) = fate else { return Ok(false) };
            eprintln!("  {fate}");
            kept.add(&mutant.name, fate)?;
        }
        Ok(true)
    }

    /// Tries the sources without a mutant, which must pass, and gives the tests that fail all the same, since they read the sources and
    /// find a copy with switches; `None` if interrupted.
    fn without_a_mutant(&self, scratch: &Scratch<'_>, builds: &Builds<'_>) -> Result<Option<AlwaysFail>> {
        match self.by_programs(scratch, &builds.sound.clone().bounded())? {
            None => return Ok(None),
            Some(Outcome::Undetected { .. }) => {}
            Some(outcome) => bail!("the sources without a mutant fail: {outcome}"),
        }
        let own = failing(scratch, builds, &self.own())?;
        Ok(own.map(|own| AlwaysFail { own, harness: None }))
    }

    /// The tests of the mutated crates.
    fn own(&self) -> Tests<'_> {
        Tests { packages: self.packages, modules: &[], limit: LIMIT }
    }

    /// What comes of a mutant; `None` if interrupted.
    fn fate(
        &self,
        scratch: &Scratch<'_>,
        builds: &Builds<'_>,
        index: usize,
        always_fail: &mut AlwaysFail,
    ) -> Result<Option<Fate>> {
        let (files, switch) = builds.sources(index);
        // What is behind a switch has been compiled.
        if switch == 0 {
            match scratch.faults(files)? {
                None => return Ok(None),
                Some(faults) if !faults.is_empty() => return Ok(Some(Fate::Unviable)),
                Some(_) => {}
            }
        }
        let Some(build) = builds.of(index)? else { return Ok(None) };
        let Some(outcome) = self.by_programs(scratch, &build.bounded())? else { return Ok(None) };
        if !matches!(outcome, Outcome::Undetected { .. }) {
            return Ok(Some(Fate::Tried(outcome)));
        }
        let failed = match scratch.test(files, switch, &self.own())? {
            Tested::Interrupted => return Ok(None),
            Tested::TimedOut => return Ok(Some(Fate::Tried(Outcome::TimedOut))),
            Tested::Failed(failed) => failed,
        };
        if let Some(test) = failed.difference(&always_fail.own).next() {
            return Ok(Some(Fate::ByTests(test.clone())));
        }
        if always_fail.harness.is_none() {
            always_fail.harness = failing(scratch, builds, &HARNESS)?;
        }
        let Some(always) = &always_fail.harness else { return Ok(None) };
        Ok(match scratch.test(files, switch, &HARNESS)? {
            Tested::Interrupted => None,
            Tested::TimedOut => Some(Fate::Tried(Outcome::TimedOut)),
            Tested::Failed(failed) => {
                let test = failed.difference(always).next();
                Some(test.map_or(Fate::Tried(outcome), |test| Fate::ByHarness(test.clone())))
            }
        })
    }

    fn by_programs(&self, scratch: &Scratch<'_>, build: &Build) -> Result<Option<Outcome>> {
        let (cases, jobs, output, stop) = (self.cases, self.jobs, &*scratch.output, self.stop);
        let trial = Trial { extra: &[], seed: self.seed, cases, jobs, limit: LIMIT, output, stop };
        let outcome = trial.run(build)?;
        if !matches!(outcome, Some(Outcome::Undetected { .. })) {
            return Ok(outcome);
        }
        let by_corpus = trial::replay_corpus(build, &[], &traces()?, output, stop)?;
        Ok(by_corpus.and_then(|how| how.map_or(outcome, |how| Some(Outcome::ByCorpus(how)))))
    }
}

/// Which of these tests fail without a mutant; `None` if interrupted.
fn failing(scratch: &Scratch<'_>, builds: &Builds<'_>, tests: &Tests<'_>) -> Result<Option<BTreeSet<String>>> {
    match scratch.test(&builds.copy, 0, tests)? {
        Tested::Failed(failed) => Ok(Some(failed)),
        Tested::Interrupted => Ok(None),
        Tested::TimedOut => bail!("the tests of the sources without a mutant take too long"),
    }
}
