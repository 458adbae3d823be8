//! A soak: every property under every profile, round after round, each round with a seed that was never used.
//!
//! The same seeds find the same bugs. One seed may need two million programs for a bug that another finds in ten thousand.
//! So a soak takes its seeds from the clock, prints them, and runs for the given time.

use super::known::{Known, Standing};
use crate::common::arguments::{duration, today};
use crate::common::child::{self, Ended, How};
use crate::common::command::{self, End, stopped_by_signals};
use crate::common::workspace::{cargo, root};
use anyhow::{Context, Result};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
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

/// The file of the failures, an object in a line, for a page.
pub(crate) const FAILURES: &str = "failures.jsonl";

const EXIT_CODES: &str = "\
Below the output folder: summary.md, figures.json, failures.jsonl, failures/ (minimised traces).

Exit codes:
  0    no failure was found
  1    a failure was found that is not known, or whose day has passed
  2    wrong arguments, or a known failure is not written as it has to be
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
    /// The known failures, as of `cargo xtask nightly`
    #[arg(long, value_name = "DIR", default_value = "fuzz/known")]
    known: PathBuf,
    /// The day for which they are asked; by default this one
    #[arg(long, value_name = "DAY")]
    today: Option<Date>,
    /// The folder for failures and the summary
    #[arg(long, value_name = "DIR", default_value = "heapproof.out/soak")]
    out: PathBuf,
}

impl command::Command for Soak {
    fn run(&self) -> Result<End> {
        let known = Known::load(&self.known, today(self.today))?;
        let stop = stopped_by_signals()?;
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seed = self.seed.unwrap_or(clock.as_secs());
        println!("seed {seed}");
        let soaked = self.soak(seed, &known, &stop)?;
        let summary = self.out.join("summary.md");
        fs::write(self.out.join("figures.json"), serde_json::to_string(&soaked.tally())?)?;
        let failures = soaked.failures.iter().map(|failure| format!("{}\n", failure.told)).collect::<String>();
        fs::write(self.out.join(FAILURES), failures)?;
        fs::write(&summary, soaked.markdown(self.cases, seed))?;
        println!("{}\n{}", soaked.verdict(), summary.display());
        Ok(match soaked {
            soaked if soaked.interrupted => End::Interrupted,
            soaked if soaked.has_news() => End::Failed,
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
    failures: Vec<Failure>,
    /// Runs that did not end, in words.
    trouble: Vec<String>,
    /// Whether a signal stopped it.
    interrupted: bool,
}

/// The failures with one property, signature and trace.
#[derive(Debug)]
struct Failure {
    property: String,
    signature: String,
    trace: String,
    /// The command that replays it.
    replay: String,
    standing: Standing,
    /// The object that told it, and how it stands.
    told: Value,
}

/// How much was run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Figures {
    programs: u64,
    operations: u64,
    states: u64,
}

/// A soak in figures, as it is written beside its summary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub programs: u64,
    pub operations: u64,
    /// Different heaps of the programs that were observed; each property, profile and seed is counted by itself.
    pub states: u64,
    /// Failures that someone has to look at, and others.
    pub new: usize,
    pub known: usize,
}

/// One property under one profile with one seed.
struct Piece<'a> {
    property: &'a str,
    profile: &'a str,
    seed: u64,
}

impl Soak {
    /// Runs until the time or the rounds are used up, or until it is interrupted.
    fn soak(&self, seed: u64, known: &Known, stop: &AtomicBool) -> Result<Soaked> {
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
                if !self.piece(&Piece { property, profile, seed }, &mut soaked, known, stop)? {
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
    fn piece(&self, piece: &Piece<'_>, soaked: &mut Soaked, known: &Known, stop: &AtomicBool) -> Result<bool> {
        let Piece { property, profile, seed } = *piece;
        let how = format!("--property {property} --profile {profile} --seed {seed} --cases {}", self.cases);
        let mut check = self.heapproof();
        check.args(["check", "--keep-going", "--format", "json", "--out"]).arg(std::path::absolute(&self.out)?);
        check.args(how.split(' ')).args(self.jobs.map(|jobs| format!("--jobs={jobs}")));
        let Ended { how: ended, stdout, stderr } = child::run(&mut check, &self.out, Some(LIMIT), stop)?;
        let what = match ended {
            How::Interrupted => return Ok(false),
            How::Exited(status) if matches!(status.code(), Some(0 | 1)) => {
                soaked.add(property, &stdout, known)?;
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
    /// Whether there is a failure that someone has to look at.
    fn has_news(&self) -> bool {
        self.failures.iter().any(|failure| failure.standing.is_news())
    }

    /// Adds the output of a run, one object per line.
    fn add(&mut self, property: &str, stdout: &str, known: &Known) -> Result<()> {
        let mut reached = 0;
        for line in stdout.lines() {
            let object: Value = serde_json::from_str(line).with_context(|| format!("can't read {line}"))?;
            let text = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
            match object["type"].as_str() {
                Some("violation") => {
                    let (signature, trace) = (text("signature"), text("trace"));
                    let is_there = |one: &Failure| one.property == property && one.trace == trace;
                    if !self.failures.iter().any(|one| is_there(one) && one.signature == signature) {
                        let standing = known.of(&signature, Some(&trace));
                        let (property, replay) = (property.to_owned(), text("replay"));
                        let mut told = object;
                        standing.tell(&mut told);
                        self.failures.push(Failure { property, signature, trace, replay, standing, told });
                    }
                }
                // Several lines of a run say how many there were until then.
                Some("statistics") => {
                    let last = object["growth"].as_array().and_then(|growth| growth.last());
                    reached = last.and_then(|now| now["states"].as_u64()).unwrap_or(0);
                }
                Some("summary") => {
                    let figures = self.by_property.entry(property.to_owned()).or_default();
                    figures.programs += object["programs"].as_u64().unwrap_or(0);
                    figures.operations += object["operations"].as_u64().unwrap_or(0);
                    figures.states += reached;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn tally(&self) -> Tally {
        let sum = |of: fn(&Figures) -> u64| self.by_property.values().map(of).sum();
        let new = self.failures.iter().filter(|failure| failure.standing.is_news()).count();
        Tally {
            programs: sum(|figures| figures.programs),
            operations: sum(|figures| figures.operations),
            states: sum(|figures| figures.states),
            new,
            known: self.failures.len() - new,
        }
    }

    /// The result in a few words.
    fn verdict(&self) -> String {
        let Tally { programs, operations, new, known, .. } = self.tally();
        let found = match (new, known) {
            (0, 0) => "nothing found".to_owned(),
            (new, known) => format!("{new} new, {known} known failures"),
        };
        let trouble = if self.trouble.is_empty() { "" } else { ", trouble" };
        format!("{programs} programs, {operations} operations: {found}{trouble}")
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
            let failures = self.failures.iter().filter(|failure| failure.property == *property).count();
            let _ = writeln!(text, "| {property} | {} | {} | {failures} |", figures.programs, figures.operations);
        }
        for Failure { property, signature, trace, replay, standing, .. } in &self.failures {
            let known = match standing {
                Standing::Known(entry) => format!(", known until {}", entry.until),
                Standing::Expired(entry) => format!(", was known until {}, which has passed", entry.until),
                Standing::New | Standing::Flaky => String::new(),
            };
            let _ = write!(text, "\n- {property}: {signature}{known}: `{replay}`\n");
            let _ = write!(text, "\n  ```text\n{}  ```\n", indented(trace));
        }
        for trouble in &self.trouble {
            let _ = write!(text, "\n- {trouble}");
        }
        text.push('\n');
        text
    }
}

/// Lines as they stand in an item of a list.
fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Figures, Known, Soaked, Standing};
    use jiff::civil::date;
    use serde_json::json;

    fn known(entry: &str) -> Known {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.trace"), entry).unwrap();
        Known::load(folder.path(), date(2026, 1, 1)).unwrap()
    }

    fn violation(trace: &str) -> String {
        json!({"type": "violation", "signature": "not-freed", "trace": trace, "replay": "heapproof replay x.trace"})
            .to_string()
    }

    #[test]
    fn runs_add_up_and_each_failure_is_told_once() {
        let known = known("# signature counts-weak\n# known until 2026-01-01\na = table\n");
        let statistics = r#"{"type":"statistics","growth":[{"observed":1,"states":5},{"observed":2,"states":7}]}"#;
        let summary = r#"{"type":"summary","programs":3,"operations":70}"#;
        let printed = [statistics, &violation("a = table\n"), summary].join("\n");
        let mut soaked = Soaked::default();
        soaked.add("cycles", &printed, &known).unwrap();
        soaked.add("cycles", &printed, &known).unwrap();
        soaked.add("slices", r#"{"type":"summary","programs":1,"operations":5}"#, &known).unwrap();
        assert_eq!(soaked.by_property["cycles"], Figures { programs: 6, operations: 140, states: 14 });
        assert_eq!(soaked.verdict(), "7 programs, 145 operations: 1 new, 0 known failures");
        assert!(soaked.markdown(3, 1).contains("  ```text\n  a = table\n  ```\n"), "{}", soaked.markdown(3, 1));
    }

    #[test]
    fn a_known_failure_is_no_news_and_another_trace_with_its_signature_is() {
        let known = known("# signature not-freed\n# known until 2026-01-01\nb = table\n");
        let mut soaked = Soaked::default();
        soaked.add("cycles", &violation("a = table\n"), &known).unwrap();
        assert!(matches!(soaked.failures[0].standing, Standing::Known(_)) && !soaked.has_news());
        assert!(soaked.markdown(3, 1).contains("cycles: not-freed, known until 2026-01-01: `heapproof replay"));
        soaked.add("cycles", &violation("a = table\ndrop a\n"), &known).unwrap();
        assert!(soaked.has_news() && soaked.verdict().ends_with("1 new, 1 known failures"), "{}", soaked.verdict());
    }

    #[test]
    fn what_is_no_result_is_an_error() {
        let known = known("# signature not-freed\n# known until 2026-01-01\nb = table\n");
        assert!(Soaked::default().add("cycles", "Segmentation fault", &known).is_err());
    }
}
