//! A soak: every property under every profile, round after round, each round with a seed that was never used.
//!
//! The same seeds find the same bugs. One seed may need two million programs for a bug that another finds in ten thousand.
//! So a soak takes its seeds from the clock, prints them, and runs for the given time.

use crate::common::arguments::duration;
use crate::common::child::{self, Ended, How};
use crate::common::command::{self, End, stopped_by_signals};
use crate::common::workspace::{cargo, root};
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A piece that takes longer is stopped and reported, since a heap may run for ever.
const LIMIT: Duration = Duration::from_secs(300);

const EXIT_CODES: &str = "\
Below the output folder: summary.md, failures/ (minimised traces).

Exit codes:
  0    no failure was found
  1    a failure was found
  2    wrong arguments
  3    a run did not end, and no failure was found
  130  interrupted; the summary covers the work until then";

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Soak {
    /// How long to run, as in `10min` or `1h`
    #[arg(long, value_name = "TIME", default_value = "10min", value_parser = duration)]
    time: Duration,
    /// The most rounds, even if time is left
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    rounds: Option<u64>,
    /// The seed of the first round; later rounds use the next numbers; by default a new one
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// How many programs to run for each property and profile in a round
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    cases: u64,
    /// How many threads build and check; by default one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// The folder for failures and the summary
    #[arg(long, value_name = "DIR", default_value = "heapproof.out/soak")]
    out: PathBuf,
}

impl command::Command for Soak {
    fn run(&self) -> Result<End> {
        let stop = stopped_by_signals()?;
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seed = self.seed.unwrap_or(clock.as_secs());
        println!("seed {seed}");
        let soaked = self.soak(seed, &stop)?;
        let summary = self.out.join("summary.md");
        fs::write(&summary, soaked.markdown(self.cases, seed))?;
        println!("{}\n{}", soaked.verdict(), summary.display());
        Ok(match soaked {
            soaked if soaked.interrupted => End::Interrupted,
            soaked if !soaked.failures.is_empty() => End::Failed,
            soaked if !soaked.trouble.is_empty() => End::Incomplete,
            _ => End::Done,
        })
    }
}

/// The result of a soak.
#[derive(Debug, Default)]
struct Soaked {
    /// Complete rounds.
    rounds: u64,
    /// How much was run, by property.
    by_property: BTreeMap<String, Figures>,
    /// The command that replays the first failure, by property and signature.
    failures: BTreeMap<(String, String), String>,
    /// Runs that did not end, in words.
    trouble: Vec<String>,
    /// Whether a signal stopped it.
    interrupted: bool,
}

/// How much was run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Figures {
    programs: u64,
    operations: u64,
}

/// One property under one profile with one seed.
struct Piece<'a> {
    property: &'a str,
    profile: &'a str,
    seed: u64,
}

impl Soak {
    /// Runs until the time or the rounds are used up, or until it is interrupted.
    fn soak(&self, seed: u64, stop: &AtomicBool) -> Result<Soaked> {
        fs::create_dir_all(&self.out).with_context(|| format!("can't write into {}", self.out.display()))?;
        let mut soaked = Soaked::default();
        let (Some(properties), Some(profiles)) = (self.names("properties", stop)?, self.names("profiles", stop)?)
        else {
            return Ok(Soaked { interrupted: true, ..soaked });
        };
        let end = Instant::now() + self.time;
        let each = |property| profiles.iter().map(move |profile| (property, profile));
        while self.rounds.is_none_or(|rounds| soaked.rounds < rounds) {
            let seed = seed.wrapping_add(soaked.rounds);
            for (property, profile) in properties.iter().flat_map(each) {
                if Instant::now() >= end {
                    return Ok(soaked);
                }
                if !self.piece(&Piece { property, profile, seed }, &mut soaked, stop)? {
                    return Ok(Soaked { interrupted: true, ..soaked });
                }
            }
            soaked.rounds += 1;
            eprintln!("round {}, seed {seed}: {}", soaked.rounds, soaked.verdict());
        }
        Ok(soaked)
    }

    /// The `heapproof` of these sources.
    fn heapproof(&self) -> Command {
        let mut cargo = cargo(root());
        cargo.args(["run", "--quiet", "--profile", "night", "--package", "heapproof", "--bin", "heapproof"]);
        cargo.args(self.jobs.map(|jobs| format!("--jobs={jobs}"))).arg("--");
        cargo
    }

    /// The names that `heapproof list` prints; `None` if interrupted. The first call builds.
    fn names(&self, list: &str, stop: &AtomicBool) -> Result<Option<Vec<String>>> {
        let Ended { how, stdout, stderr } = child::run(self.heapproof().args(["list", list]), &self.out, None, stop)?;
        match how {
            How::Exited(status) if status.success() => {
                let first = |line: &str| line.split_whitespace().next().map(str::to_owned);
                Ok(Some(stdout.lines().filter_map(first).collect()))
            }
            How::Interrupted => Ok(None),
            _ => anyhow::bail!("can't list {list}: {}", stderr.trim()),
        }
    }

    /// Runs a piece and adds its result; false if interrupted.
    fn piece(&self, piece: &Piece<'_>, soaked: &mut Soaked, stop: &AtomicBool) -> Result<bool> {
        let Piece { property, profile, seed } = *piece;
        let how = format!("--property {property} --profile {profile} --seed {seed} --cases {}", self.cases);
        let mut check = self.heapproof();
        check.args(["check", "--keep-going", "--format", "json", "--out"]).arg(std::path::absolute(&self.out)?);
        check.args(how.split(' ')).args(self.jobs.map(|jobs| format!("--jobs={jobs}")));
        let Ended { how: ended, stdout, stderr } = child::run(&mut check, &self.out, Some(LIMIT), stop)?;
        let what = match ended {
            How::Interrupted => return Ok(false),
            How::Exited(status) if matches!(status.code(), Some(0 | 1)) => {
                soaked.add(property, &stdout)?;
                return Ok(true);
            }
            How::Exited(status) => status.to_string(),
            How::TimedOut => format!("no end after {} s", LIMIT.as_secs()),
        };
        let last = stderr.lines().last().unwrap_or("");
        soaked.trouble.push(format!("{what}: heapproof check {how}: {last}"));
        Ok(true)
    }
}

impl Soaked {
    /// Adds the output of a run, one object per line.
    fn add(&mut self, property: &str, stdout: &str) -> Result<()> {
        for line in stdout.lines() {
            let object: Value = serde_json::from_str(line).with_context(|| format!("can't read {line}"))?;
            let text = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
            match object["type"].as_str() {
                Some("violation") => {
                    let failure = (property.to_owned(), text("signature"));
                    self.failures.entry(failure).or_insert_with(|| text("replay"));
                }
                Some("summary") => {
                    let figures = self.by_property.entry(property.to_owned()).or_default();
                    figures.programs += object["programs"].as_u64().unwrap_or(0);
                    figures.operations += object["operations"].as_u64().unwrap_or(0);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The result in a few words.
    fn verdict(&self) -> String {
        let all = self.by_property.values().fold(Figures::default(), |sum, one| Figures {
            programs: sum.programs + one.programs,
            operations: sum.operations + one.operations,
        });
        let found = match self.failures.len() {
            0 => "nothing found".to_owned(),
            many => format!("{many} failing signatures"),
        };
        let trouble = if self.trouble.is_empty() { "" } else { ", trouble" };
        format!("{} programs, {} operations: {found}{trouble}", all.programs, all.operations)
    }

    /// The summary as Markdown.
    fn markdown(&self, cases: u64, seed: u64) -> String {
        let mut text = format!("# Soak: {}\n\n{} complete rounds from seed {seed} on", self.verdict(), self.rounds);
        let interrupted = if self.interrupted { ", interrupted" } else { "" };
        let rounds = self.rounds.max(1);
        let _ =
            write!(text, "{interrupted}.\\\nAgain: `cargo xtask soak --seed {seed} --rounds {rounds} --cases {cases}`");
        text.push_str("\n\n| property | programs | operations | failures |\n|---|--:|--:|--:|\n");
        for (property, figures) in &self.by_property {
            let failures = self.failures.keys().filter(|(of, _)| of == property).count();
            let _ = writeln!(text, "| {property} | {} | {} | {failures} |", figures.programs, figures.operations);
        }
        for ((property, signature), replay) in &self.failures {
            let _ = write!(text, "\n- {property}: {signature}: `{replay}`");
        }
        for trouble in &self.trouble {
            let _ = write!(text, "\n- {trouble}");
        }
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Figures, Soaked};

    #[test]
    fn runs_add_up_and_each_failure_is_told_once() {
        let printed = r#"{"type":"start"}
{"type":"violation","signature":"not-freed","replay":"heapproof replay x.trace"}
{"type":"summary","programs":3,"operations":70}"#;
        let mut soaked = Soaked::default();
        soaked.add("cycles", printed).unwrap();
        soaked.add("cycles", printed).unwrap();
        soaked.add("slices", r#"{"type":"summary","programs":1,"operations":5}"#).unwrap();
        assert_eq!(soaked.by_property["cycles"], Figures { programs: 6, operations: 140 });
        assert_eq!(soaked.verdict(), "7 programs, 145 operations: 1 failing signatures");
    }

    #[test]
    fn what_is_no_result_is_an_error() {
        assert!(Soaked::default().add("cycles", "Segmentation fault").is_err());
    }
}
