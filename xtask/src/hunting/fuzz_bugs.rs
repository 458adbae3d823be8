//! `cargo xtask fuzz-bugs`: measures the worth of the structure-aware mutator: a fuzz target looks for seeded bugs with it
//! and without.
//!
//! Both searches begin with an empty corpus and the same seeds. The figures are the executions until a bug is found, which
//! do not depend on the speed of the machine, and the coverage.

use crate::common::arguments::{duration, expect_known};
use crate::common::child::{self, Ended, How};
use crate::common::command::{self, End, stopped_by_signals};
use crate::common::workspace::root;
use crate::fuzzing::libfuzzer::Ending;
use crate::fuzzing::targets::targets;
use crate::seeded::bug::{Bug, all_edited};
use crate::seeded::choice::chosen;
use crate::seeded::scratch::Scratch;
use anyhow::{Context, Result, bail};
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

#[derive(Debug, clap::Args)]
#[command(after_help = "HEAPPROOF_MUTATOR=off turns the mutator off in any fuzz target.")]
pub(crate) struct FuzzBugs {
    /// Only the bug with this id; may be given several times
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// The fuzz target
    #[arg(long, value_name = "NAME", default_value = "lockstep")]
    target: String,
    /// How often to look for each bug, each time with another seed
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    trials: u32,
    /// The seed of the first trial; later trials use the next numbers
    #[arg(long, value_name = "S", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000_000))]
    seed: u32,
    /// The most executions of a trial
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    runs: u64,
    /// The longest time of a trial
    #[arg(long, value_name = "TIME", default_value = "5min", value_parser = duration)]
    time: Duration,
}

impl command::Command for FuzzBugs {
    fn run(&self) -> Result<End> {
        let root = root();
        let bugs = chosen(&self.only)?;
        expect_known("target", &self.target, targets(root)?.iter().map(|target| &**target))?;
        let stop = stopped_by_signals()?;
        let hunt = Hunt {
            target: &self.target,
            seeds: self.seed..self.seed + self.trials,
            runs: self.runs,
            time: self.time,
            stop: &stop,
        };
        Ok(if hunt.run(root, &bugs)? { End::Done } else { End::Interrupted })
    }
}

/// The parameters of the search.
struct Hunt<'a> {
    pub target: &'a str,
    /// One for each trial.
    pub seeds: Range<u32>,
    /// The most executions and the longest time of a trial.
    pub runs: u64,
    pub time: Duration,
    pub stop: &'a AtomicBool,
}

/// The result of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    found: bool,
    executions: u64,
    coverage: u64,
    features: u64,
}

impl Hunt<'_> {
    /// Looks for these bugs and prints two rows of a table for each; false if interrupted.
    pub fn run(&self, root: &Path, bugs: &[Bug]) -> Result<bool> {
        let scratch = Scratch::new(root, None, self.stop)?;
        let edited = all_edited(bugs, |file| scratch.read(file))?;
        println!("| bug | mutator | found | executions until then | executions | coverage | features |");
        println!("|---|---|--:|---|--:|--:|--:|");
        for (bug, edited) in bugs.iter().zip(edited) {
            let place = || format!("seeded bug {}/{}", bug.class, bug.id);
            let Some(binary) = scratch.build_target(&edited, self.target).with_context(place)? else {
                return Ok(false);
            };
            for mutator in ["on", "off"] {
                let mut runs = Vec::new();
                for seed in self.seeds.clone() {
                    match self.trial(&scratch, &binary, mutator, seed).with_context(place)? {
                        Some(run) => runs.push(run),
                        None => return Ok(false),
                    }
                }
                println!("| {} | {mutator} | {}", bug.id, row(&runs));
            }
        }
        Ok(true)
    }

    fn trial(&self, scratch: &Scratch<'_>, binary: &Path, mutator: &str, seed: u32) -> Result<Option<Run>> {
        let folder = scratch.output.join("fuzz");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let corpus = folder.join("corpus");
        fs::create_dir_all(&corpus)?;
        let mut fuzz = Command::new(binary);
        fuzz.arg(&corpus).arg(format!("-seed={seed}")).arg(format!("-runs={}", self.runs));
        fuzz.arg(format!("-max_total_time={}", self.time.as_secs().max(1)));
        fuzz.args(["-print_final_stats=1", "-max_len=4096", "-timeout=60"]);
        fuzz.env("HEAPPROOF_MUTATOR", mutator).current_dir(&folder);
        let limit = self.time + Duration::from_secs(300);
        let Ended { how, stderr, .. } = child::run(&mut fuzz, &scratch.output, Some(limit), self.stop)?;
        let found = match how {
            How::Interrupted => return Ok(None),
            How::Exited(status) => match Ending::of(status) {
                Some(Ending::Passed) => false,
                Some(Ending::Crashed) => true,
                _ => bail!("the fuzz target ended with {status}"),
            },
            How::TimedOut => bail!("the fuzz target does not end"),
        };
        read(&stderr, found).map(Some).context("the fuzz target does not print its number of executions")
    }
}

/// Reads the final statistics of libFuzzer, and the coverage from its last status line.
fn read(stderr: &str, found: bool) -> Option<Run> {
    let executions = stderr.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
    let status = stderr.lines().rfind(|line| line.starts_with('#') && line.contains("cov: "))?;
    let number = |word: &str| status.split_once(word)?.1.split_whitespace().next()?.parse().ok();
    Some(Run {
        found,
        executions: executions.trim().parse().ok()?,
        coverage: number(" cov: ")?,
        features: number(" ft: ")?,
    })
}

/// How many trials found the bug and after how many executions, the sum of all executions, and the medians of the coverage.
fn row(runs: &[Run]) -> String {
    let until: Vec<String> = runs.iter().filter(|run| run.found).map(|run| run.executions.to_string()).collect();
    let median = |of: fn(&Run) -> u64| {
        let mut all: Vec<u64> = runs.iter().map(of).collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied().unwrap_or(0)
    };
    let executions: u64 = runs.iter().map(|run| run.executions).sum();
    let (coverage, features) = (median(|run| run.coverage), median(|run| run.features));
    let (found, all, until) = (until.len(), runs.len(), until.join(", "));
    format!("{found} of {all} | {until} | {executions} | {coverage} | {features} |")
}

#[cfg(test)]
mod tests {
    use super::{Run, read, row};

    #[test]
    fn what_libfuzzer_says_is_read_and_told() {
        let said = "#2\tINITED cov: 9 ft: 9 corp: 1/1b\n#70\tNEW    cov: 50 ft: 60 corp: 2/9b lim: 4\n\
            ==1== ERROR: libFuzzer: deadly signal\nstat::number_of_executed_units: 71\n";
        let run = read(said, true).unwrap();
        assert_eq!(run, Run { found: true, executions: 71, coverage: 50, features: 60 });
        let missed = Run { found: false, executions: 1_000, coverage: 70, features: 90 };
        assert_eq!(row(&[run, missed, missed]), "1 of 3 | 71 | 2071 | 70 | 90 |");
        assert_eq!(read("ERROR: no such file", false), None);
    }
}
