//! A soak: every property under every profile, round after round, each round with a seed that was never used.
//!
//! The same seeds find the same bugs. What a fixed seed does not find in two million programs another may find in ten
//! thousand, so a soak takes its seeds from the clock, prints them, and goes on for as long as it is given.

use crate::child::{self, Ended, How};
use anyhow::{Context, Result};
use clap::Args;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// A piece that takes longer is given up, and told: a heap may run for ever.
const LIMIT: Duration = Duration::from_secs(300);

/// How a soak is made.
#[derive(Debug, Args)]
pub(crate) struct SoakArguments {
    /// For how long, as in `10min` or `1h`
    #[arg(long, value_name = "TIME", default_value = "10min", value_parser = crate::duration)]
    pub time: Duration,
    /// The most rounds
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub rounds: Option<u64>,
    /// The seed of the first round; the others have those that follow; a fresh one unless given
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// How many programs each property has under each profile in a round
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..))]
    pub cases: u64,
    /// How many threads build and check; as many as there are processors unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Where failures and the summary go
    #[arg(long, value_name = "DIR", default_value = "heapproof.out/soak")]
    pub out: PathBuf,
}

/// What came of a soak.
#[derive(Debug, Default)]
pub(crate) struct Soaked {
    /// Complete rounds.
    pub rounds: u64,
    /// What was run, by property.
    pub by_property: BTreeMap<String, Figures>,
    /// Each failure once: its signature under a property, and where the first one is.
    pub failures: BTreeMap<(String, String), String>,
    /// Runs that did not come to their end, in words.
    pub trouble: Vec<String>,
    /// Whether it was ended from outside.
    pub interrupted: bool,
}

/// How much was run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Figures {
    pub programs: u64,
    pub operations: u64,
}

/// One property under one profile with one seed.
struct Piece<'a> {
    property: &'a str,
    profile: &'a str,
    seed: u64,
}

/// Soaks until the time or the rounds are used up, a round is interrupted, or for ever if both are for ever.
pub(crate) fn run(root: &Path, arguments: &SoakArguments, seed: u64, stop: &AtomicBool) -> Result<Soaked> {
    let out = &arguments.out;
    fs::create_dir_all(out).with_context(|| format!("can't write into {}", out.display()))?;
    let mut soaked = Soaked::default();
    let soak = Soak { root, arguments, stop };
    let (Some(properties), Some(profiles)) = (soak.names("properties")?, soak.names("profiles")?) else {
        return Ok(Soaked { interrupted: true, ..soaked });
    };
    let end = Instant::now() + arguments.time;
    'rounds: while arguments.rounds.is_none_or(|rounds| soaked.rounds < rounds) {
        let seed = seed.wrapping_add(soaked.rounds);
        for (property, profile) in properties.iter().flat_map(|it| profiles.iter().map(move |profile| (it, profile))) {
            if Instant::now() >= end {
                break 'rounds;
            }
            if !soak.piece(&Piece { property, profile, seed }, &mut soaked)? {
                soaked.interrupted = true;
                break 'rounds;
            }
        }
        soaked.rounds += 1;
        eprintln!("round {}, seed {seed}: {}", soaked.rounds, soaked.verdict());
    }
    fs::write(out.join("summary.md"), soaked.markdown(arguments, seed))?;
    Ok(soaked)
}

struct Soak<'a> {
    root: &'a Path,
    arguments: &'a SoakArguments,
    stop: &'a AtomicBool,
}

impl Soak<'_> {
    /// The command line of these sources.
    fn heapproof(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(self.root).args(["run", "--quiet", "--release", "--bin", "heapproof"]);
        if let Some(jobs) = self.arguments.jobs {
            cargo.args(["--jobs", &jobs.to_string()]);
        }
        cargo.arg("--");
        cargo
    }

    /// The names of a list; none if interrupted. The first call builds.
    fn names(&self, list: &str) -> Result<Option<Vec<String>>> {
        let Ended { how, stdout, stderr } =
            child::run(self.heapproof().args(["list", list]), &self.arguments.out, None, self.stop)?;
        match how {
            How::Exited(status) if status.success() => {
                let first = |line: &str| line.split_whitespace().next().map(str::to_owned);
                Ok(Some(stdout.lines().filter_map(first).collect()))
            }
            How::Interrupted => Ok(None),
            _ => anyhow::bail!("can't list {list}: {}", stderr.trim()),
        }
    }

    /// Runs a piece and adds what came of it; false if interrupted.
    fn piece(&self, piece: &Piece<'_>, soaked: &mut Soaked) -> Result<bool> {
        let Piece { property, profile, seed } = *piece;
        let mut check = self.heapproof();
        check.args(["check", "--keep-going", "--format", "json", "--property", property, "--profile", profile]);
        check.args(["--seed", &seed.to_string(), "--cases", &self.arguments.cases.to_string()]);
        check.arg("--out").arg(std::path::absolute(&self.arguments.out)?);
        if let Some(jobs) = self.arguments.jobs {
            check.args(["--jobs", &jobs.to_string()]);
        }
        let Ended { how, stdout, stderr } = child::run(&mut check, &self.arguments.out, Some(LIMIT), self.stop)?;
        let what = match how {
            How::Interrupted => return Ok(false),
            How::Exited(status) if matches!(status.code(), Some(0 | 1)) => {
                soaked.add(property, &stdout)?;
                return Ok(true);
            }
            How::Exited(status) => status.to_string(),
            How::TimedOut => format!("no end after {} s", LIMIT.as_secs()),
        };
        let last = stderr.lines().last().unwrap_or("");
        let cases = self.arguments.cases;
        soaked.trouble.push(format!(
            "{what}: heapproof check --property {property} --profile {profile} --seed {seed} --cases {cases}: {last}"
        ));
        Ok(true)
    }
}

impl Soaked {
    /// Adds what a run printed, an object a line.
    fn add(&mut self, property: &str, stdout: &str) -> Result<()> {
        for line in stdout.lines() {
            let object: Value = serde_json::from_str(line).with_context(|| format!("can't make out {line}"))?;
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

    /// In a few words.
    pub(crate) fn verdict(&self) -> String {
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
    fn markdown(&self, arguments: &SoakArguments, seed: u64) -> String {
        let mut text = format!("# Soak: {}\n\n{} complete rounds from seed {seed} on", self.verdict(), self.rounds);
        let interrupted = if self.interrupted { ", interrupted" } else { "" };
        let (rounds, cases) = (self.rounds.max(1), arguments.cases);
        let _ = write!(text, "{interrupted}.\\\nAgain: `cargo xtask soak --seed {seed} --rounds {rounds} --cases {cases}`");
        text.push_str("\n\n| property | programs | operations | failures |\n|---|--:|--:|--:|\n");
        for (property, figures) in &self.by_property {
            let failures = self.failures.keys().filter(|(of, _)| of == property).count();
            let _ = writeln!(text, "| {property} | {} | {} | {failures} |", figures.programs, figures.operations);
        }
        for ((property, signature), replay) in &self.failures {
            let _ = write!(text, "\n- {property}: {signature}: `{replay}`");
        }
        self.trouble.iter().for_each(|trouble| drop(write!(text, "\n- {trouble}")));
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
