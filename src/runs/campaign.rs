//! Runs many programs on several threads. The result does not depend on the number of threads.
//!
//! Case n of a seed is always the same program, also with feedback (`feedback.rs`). Threads take blocks of cases in order
//! (`blocks.rs`), and blocks are merged in order. So programs, counts, digest and the first failure of a signature do not
//! depend on which thread is faster. A run that ends early has still run the first n cases of its seed, for some n.

use crate::judge::haste;
use crate::judge::lockstep::{Failure, Verdict};
use crate::judge::properties::Property;
use crate::judge::signature::Signature;
use crate::judge::subject::{Abilities, SubjectKind};
use crate::judge::tally::Tally;
use crate::judge::violation::NotMade;
use crate::programs::generate::{self, Recipe};
use crate::programs::mutate;
use crate::runs::blocks::{self, Blocks};
pub use crate::runs::case::Case;
use crate::runs::feedback::{self, Novelty, Pool, Pools, ROUND};
use crate::runs::mix::{Aim, Mix};
use crate::runs::share::Share;
use crate::runs::statistics::{self, Observed, Statistics};
use heapproof_model::{Code, Line, Program};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};
use xxhash_rust::xxh3::Xxh3;

/// Without feedback, one in this many cases is observed. By measurement this costs 4 % of the lockstep's time.
pub const OBSERVED: u64 = 8;

/// The parameters of a run.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// The properties to check, and the profiles of their programs.
    pub mix: Mix,
    /// The subject.
    pub subject: SubjectKind,
    /// The number that repeats the run.
    pub seed: u64,
    /// How programs are drawn; the profile is that of the case.
    pub recipe: Recipe,
    /// The operations that programs must not use.
    pub without: Vec<Code>,
    /// The signatures of known failures. These are counted, and do not end the run.
    pub known: BTreeSet<Signature>,
    /// How many programs to run, unless the time ends first; all shares together if there are several.
    pub cases: u64,
    /// The share of the cases that this run does.
    pub share: Share,
    /// How long new programs begin. Those that have begun by then are finished.
    pub time: Option<Duration>,
    /// How many threads.
    pub jobs: usize,
    /// Whether the run goes on after the first failure.
    pub keep_going: bool,
    /// Whether programs that reach something new are kept and mutated. Then all programs are observed.
    pub feedback: bool,
    /// How many programs, from the first of the share, are observed and told one by one.
    pub told: u64,
}

/// A program that failed.
#[derive(Debug, Clone)]
pub struct Found {
    /// The case's number.
    pub case: u64,
    /// What it was judged by.
    pub aim: Aim,
    /// The program.
    pub program: Program,
    /// Where and how it failed.
    pub failure: Failure,
}

/// The result of a run.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub struct Summary {
    /// How many programs were run.
    pub programs: u64,
    /// How many of them each property judged.
    pub by_property: BTreeMap<Property, u64>,
    /// The outcomes of their operations.
    pub tally: Tally,
    /// A digest of programs and verdicts.
    pub digest: u64,
    /// How many programs failed in an unknown way, by signature.
    pub violations: BTreeMap<Signature, u64>,
    /// How many programs failed in a known way, by signature.
    pub known: BTreeMap<Signature, u64>,
    /// The statistics of the observed programs; see [`Campaign::observed`].
    pub statistics: Statistics,
    /// How long the run took.
    pub elapsed: Duration,
    /// Whether `stop` ended it.
    pub interrupted: bool,
}

/// The result of one program.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Whether it passes.
    pub verdict: Verdict,
    /// What was observed, if it was asked for and the process lives.
    pub observed: Option<Observed>,
}

impl Judged {
    /// Runs a program in this process, and once more if it is observed.
    pub fn here(property: Property, subject: &SubjectKind, program: &Program, observes: bool) -> Judged {
        let verdict = property.seek(subject, program);
        Judged { verdict, observed: observes.then(|| statistics::observe(subject, program)) }
    }
}

/// The result of a block.
#[derive(Default)]
struct Block {
    /// Whether time ended it early. Then it is the last block.
    cut_short: bool,
    programs: u64,
    by_property: BTreeMap<Property, u64>,
    tally: Tally,
    digest: u64,
    /// What was observed, each with the number of its case.
    observed: Vec<(u64, Observed, Arc<Program>)>,
    found: Vec<Found>,
    known: Vec<Signature>,
    /// What is told one by one.
    told: Vec<Case>,
    /// Why there was no subject for one of its cases.
    not_made: Option<NotMade>,
}

impl Campaign {
    /// Runs it. `found` gets the first failure of each signature, in the order of cases. `progress` gets the result so
    /// far. The run ends early when `stop` is set.
    ///
    /// # Errors
    /// If a subject can't be made.
    pub fn run(
        &self,
        stop: &AtomicBool,
        found: &mut dyn FnMut(Found),
        progress: &mut dyn FnMut(&Summary),
    ) -> Result<Summary, NotMade> {
        self.run_by(
            &|property, program, observes| Judged::here(property, &self.subject, program, observes),
            stop,
            found,
            &mut |_| {},
            progress,
        )
    }

    /// Does the same with another judge. Its last argument says whether to observe the program. `told` gets the first programs
    /// in the order of cases, failures among them before `found` does.
    ///
    /// # Errors
    /// If a subject can't be made.
    pub fn run_by(
        &self,
        judge: &(dyn Fn(Property, &Program, bool) -> Judged + Sync),
        stop: &AtomicBool,
        found: &mut dyn FnMut(Found),
        told: &mut dyn FnMut(Case),
        progress: &mut dyn FnMut(&Summary),
    ) -> Result<Summary, NotMade> {
        let (start, abilities) = (Instant::now(), self.subject.abilities()?);
        let mut not_made = None;
        let mut summary = Summary::default();
        let cases = self.share.cases(self.cases);
        let first = cases.start;
        let blocks = Blocks::new(cases, self.time);
        let enough = AtomicBool::new(false);
        let (pools, mut novelty) = (Pools::default(), Novelty::default());
        std::thread::scope(|scope| {
            let (send, receive) = channel();
            for _ in 0..self.jobs.max(1) {
                let (send, blocks, enough, pools) = (send.clone(), &blocks, &enough, &pools);
                scope.spawn(move || self.work(judge, abilities, blocks, &[stop, enough], pools, &send));
            }
            drop(send);
            let mut waiting = BTreeMap::new();
            let mut merged = first;
            for (cases, block) in receive {
                waiting.insert(cases.start, (cases.end, block));
                while let Some((end, mut block)) = waiting.remove(&merged) {
                    merged = end;
                    if let Some(why) = block.not_made {
                        not_made.get_or_insert(why);
                        enough.store(true, Ordering::Relaxed);
                        continue;
                    }
                    if !enough.load(Ordering::Relaxed) {
                        // This is set before the failure is reported, since a report takes long and later cases do not count.
                        let failed = !self.keep_going && !block.found.is_empty();
                        enough.store(failed || block.cut_short, Ordering::Relaxed);
                        std::mem::take(&mut block.told).into_iter().for_each(&mut *told);
                        if self.feedback {
                            block.observed.iter().for_each(|(_, observed, program)| novelty.add(observed, program));
                            novelty.publish(merged, &pools);
                        }
                        self.merge(&mut summary, block, found);
                    }
                    summary.elapsed = start.elapsed();
                    progress(&summary);
                }
            }
        });
        summary.interrupted = stop.load(Ordering::Relaxed);
        summary.elapsed = start.elapsed();
        not_made.map_or(Ok(summary), Err)
    }

    /// Runs blocks until there are no more or one of `stops` is set.
    fn work(
        &self,
        judge: &dyn Fn(Property, &Program, bool) -> Judged,
        abilities: Abilities,
        blocks: &Blocks,
        stops: &[&AtomicBool],
        pools: &Pools,
        send: &Sender<(Range<u64>, Block)>,
    ) {
        let supports = |code| abilities.has(code) && !self.without.contains(&code);
        let not_in_code = Code::ALL.iter().copied().filter(|code| !abilities.has_in_code(*code)).collect();
        let mut recipe = Recipe { dialect: *abilities.dialect(), not_in_code, ..self.recipe.clone() };
        let stopped = || stops.iter().any(|stop| stop.load(Ordering::Relaxed));
        let mut pool = Pool::default();
        let mut length = 1;
        while !stopped() {
            let Some(cases) = blocks.begin(length) else { return };
            if self.feedback {
                let stopped = || stopped() || blocks.ends_before(cases.start, &cases);
                let Some(known) = pools.of(cases.start / ROUND, &stopped) else { return };
                pool = known;
            }
            let begun = Instant::now();
            let mut block = Block::default();
            for case in cases.clone() {
                if stopped() {
                    return;
                }
                if blocks.ends_before(case, &cases) {
                    block.cut_short = true;
                    break;
                }
                let made = feedback::made(self.seed, case, &pool, self.recipe.most_lines, &supports);
                let made = made.map(|program| mutate::said(&program, recipe.dialect));
                let aim = self.mix.of_case(self.seed, case);
                recipe.profile = aim.profile;
                let program = made.unwrap_or_else(|| generate::case(self.seed, case, &recipe, &supports));
                let program = self.without(program);
                if block.add(case, aim, program, self, judge) && (!self.keep_going || block.not_made.is_some()) {
                    break;
                }
            }
            length = blocks::length(block.programs, begun.elapsed());
            if send.send((cases, block)).is_err() {
                return;
            }
        }
    }

    /// Removes the lines with operations that are left out. They come from shapes, which use whatever they need.
    fn without(&self, program: Program) -> Program {
        if self.without.is_empty() {
            return program;
        }
        let has = |line: &&Line| !line.codes().iter().any(|code| self.without.contains(code));
        program.with_lines(program.lines().iter().filter(has).cloned().collect())
    }

    /// One in this many cases is observed.
    pub fn observed(&self) -> u64 {
        if self.feedback { 1 } else { OBSERVED }
    }

    /// Whether a case is told by itself.
    fn tells(&self, case: u64) -> bool {
        case - self.share.cases(self.cases).start < self.told
    }

    /// Adds a block's results.
    fn merge(&self, summary: &mut Summary, block: Block, found: &mut dyn FnMut(Found)) {
        summary.programs += block.programs;
        for (property, count) in block.by_property {
            *summary.by_property.entry(property).or_default() += count;
        }
        summary.tally.merge(&block.tally);
        for (case, observed, _) in &block.observed {
            let is_first = self.share.number == 1;
            summary.statistics.add(case / self.observed() + 1, is_first, observed);
        }
        summary.digest = summary.digest.wrapping_add(block.digest);
        for signature in block.known {
            *summary.known.entry(signature).or_default() += 1;
        }
        for one in block.found {
            let count = summary.violations.entry(one.failure.signature(&one.program)).or_default();
            *count += 1;
            if *count == 1 {
                found(one);
            }
        }
    }
}

impl Summary {
    /// Adds the result of the cases that follow, so that both together are as if one run had had them. Times are added up.
    pub fn join(&mut self, next: Summary) {
        self.programs += next.programs;
        for (property, count) in next.by_property {
            *self.by_property.entry(property).or_default() += count;
        }
        self.tally.merge(&next.tally);
        self.digest = self.digest.wrapping_add(next.digest);
        for (mine, theirs) in [(&mut self.violations, next.violations), (&mut self.known, next.known)] {
            theirs.into_iter().for_each(|(signature, count)| *mine.entry(signature).or_default() += count);
        }
        self.statistics.join(next.statistics);
        self.elapsed += next.elapsed;
        self.interrupted |= next.interrupted;
    }
}

impl Block {
    /// Runs a case. Returns whether the block must end: the case failed in an unknown way, or there is no subject.
    fn add(
        &mut self,
        case: u64,
        aim: Aim,
        program: Program,
        campaign: &Campaign,
        judge: &dyn Fn(Property, &Program, bool) -> Judged,
    ) -> bool {
        haste::begins(case);
        let (counts, is_told) = (case.is_multiple_of(campaign.observed()), campaign.tells(case));
        let begun = Instant::now();
        let Judged { verdict, observed } = judge(aim.property, &program, counts || is_told);
        let took = begun.elapsed();
        if let Some(not_made) = verdict.failure.as_ref().and_then(|failure| failure.violation.not_made()) {
            self.not_made = Some(not_made.clone());
            return true;
        }
        let program = Arc::new(program);
        if is_told {
            let failure = verdict.failure.as_ref().map(|failure| failure.signature(&program));
            let (outcomes, observed) = (verdict.tally.total(), observed.clone());
            self.told.push(Case {
                number: case,
                aim,
                program: Arc::clone(&program),
                outcomes,
                failure,
                observed,
                took,
            });
        }
        let observed = observed.filter(|_| counts);
        self.observed.extend(observed.map(|observed| (case, observed, Arc::clone(&program))));
        self.programs += 1;
        *self.by_property.entry(aim.property).or_default() += 1;
        self.tally.merge(&verdict.tally);
        let mut digest = Xxh3::new();
        digest.update(&case.to_le_bytes());
        digest.update(&program.encode());
        let total = verdict.tally.total();
        for count in [total.done, total.refused, total.skipped] {
            digest.update(&count.to_le_bytes());
        }
        let mut failed = false;
        if let Some(failure) = verdict.failure {
            let signature = failure.signature(&program);
            // Only the kind, since it is the same in all versions of signatures.
            digest.update(signature.kind().as_bytes());
            digest.update(&(failure.step as u64).to_le_bytes());
            failed = !campaign.known.contains(&signature);
            match failed {
                true => self.found.push(Found { case, aim, program: Arc::unwrap_or_clone(program), failure }),
                false => self.known.push(signature),
            }
        }
        // The digest is a sum, so it does not depend on how cases are divided into blocks.
        self.digest = self.digest.wrapping_add(digest.digest());
        failed
    }
}
