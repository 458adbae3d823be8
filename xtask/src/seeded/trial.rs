//! One attempt to detect a bug: `heapproof check` with one seed.

use crate::common::child::{self, Ended, How};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// After this a trial is given up: a bug may make the heap run for ever.
const LIMIT: Duration = Duration::from_secs(120);

/// What is to be tried.
pub(crate) struct Trial<'a> {
    /// The property that is to notice the bug.
    pub property: &'a str,
    /// How its programs are drawn, unless as usual.
    pub extra: &'a [&'a str],
    pub seed: u64,
    pub cases: u64,
    pub jobs: Option<u16>,
    /// Where the run may write.
    pub output: &'a Path,
    pub stop: &'a AtomicBool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Found(Found),
    /// The run itself died, of a stack overflow or of a panic of the harness.
    Crashed(String),
    /// No random program, but a trace of the corpus: how it fails.
    ByCorpus(String),
    Undetected {
        operations: u64,
    },
    TimedOut,
}

/// A violation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub signature: String,
    /// How many operations were carried out until then.
    pub operations: u64,
    /// How many lines the minimised trace has.
    pub lines: usize,
    /// Where that trace is.
    pub trace: PathBuf,
}

impl Trial<'_> {
    /// Runs the trial; none if interrupted.
    pub fn run(&self, heapproof: &Path) -> Result<Option<Outcome>> {
        let mut check = Command::new(heapproof);
        check.args(["check", "--format", "json", "--property", self.property]);
        check.args(["--seed", &self.seed.to_string(), "--cases", &self.cases.to_string()]);
        check.arg("--out").arg(self.output);
        check.args(self.extra);
        if let Some(jobs) = self.jobs {
            check.args(["--jobs", &jobs.to_string()]);
        }
        let Ended { how, stdout, stderr } = child::run(&mut check, self.output, Some(LIMIT), self.stop)?;
        Ok(Some(match how {
            How::Interrupted => return Ok(None),
            How::TimedOut => Outcome::TimedOut,
            How::Exited(status) => match status.code() {
                Some(0 | 1) => {
                    outcome(&stdout).with_context(|| format!("can't make out what check printed:\n{stdout}"))?
                }
                Some(2 | 3) => bail!("check failed: {}", stderr.trim()),
                _ => Outcome::Crashed(status.to_string()),
            },
        }))
    }
}

/// Whether a trace fails on that build too; none if interrupted.
pub(crate) fn fails(
    heapproof: &Path,
    property: &str,
    extra: &[&str],
    trace: &Path,
    output: &Path,
    stop: &AtomicBool,
) -> Result<Option<bool>> {
    let mut replay = Command::new(heapproof);
    replay.args(["replay", "--property", property]).args(extra).arg(trace);
    let ended = child::run(&mut replay, output, Some(LIMIT), stop)?;
    Ok(match ended.how {
        How::Interrupted => None,
        How::TimedOut => Some(true),
        How::Exited(status) => Some(!status.success()),
    })
}

/// How a trace of the corpus fails on that build, if one does; the outer none if interrupted. Some bugs show only at sizes
/// that random programs, which are looked at whole after each line, can't afford.
pub(crate) fn replay_corpus(
    heapproof: &Path,
    property: &str,
    extra: &[&str],
    traces: &[PathBuf],
    output: &Path,
    stop: &AtomicBool,
) -> Result<Option<Option<String>>> {
    let mut replay = Command::new(heapproof);
    replay.args(["replay", "--property", property]).args(extra).args(traces);
    let Ended { how, stdout, stderr } = child::run(&mut replay, output, Some(LIMIT), stop)?;
    Ok(match how {
        How::Interrupted => None,
        How::TimedOut => Some(Some("timed out".to_owned())),
        How::Exited(status) => match status.code() {
            Some(0) => Some(None),
            Some(1) => {
                let failing = stdout.lines().filter_map(|line| line.split_once(".trace: "));
                let signature = failing.map(|(_, what)| what).find(|what| !what.starts_with("passed"));
                Some(Some(signature.unwrap_or("fails").to_owned()))
            }
            Some(2 | 3) => bail!("the corpus can't be replayed: {}", stderr.trim()),
            _ => Some(Some(format!("crashed: {status}"))),
        },
    })
}

/// What a run that came to its end printed, an object a line.
fn outcome(stdout: &str) -> Result<Outcome> {
    let objects: Vec<Value> = stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let of_type = |name: &str| objects.iter().find(|object| object["type"] == name);
    let operations = of_type("summary").and_then(|summary| summary["operations"].as_u64());
    let operations = operations.context("there is no number of operations")?;
    let Some(violation) = of_type("violation") else {
        return Ok(Outcome::Undetected { operations });
    };
    let text = |name: &str| violation[name].as_str().with_context(|| format!("the violation has no {name}"));
    Ok(Outcome::Found(Found {
        signature: text("signature")?.to_owned(),
        operations,
        // All but the header.
        lines: text("trace")?.lines().count().saturating_sub(1),
        trace: text("path")?.into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::{Found, Outcome, outcome};

    #[test]
    fn a_violation_is_read() {
        let printed = r#"{"type":"start","seed":1}
{"type":"violation","signature":"not-freed","trace":"heapproof trace 1\na = table\ndrop a\n","path":"x.trace"}
{"type":"summary","operations":7}"#;
        let found = Found { signature: "not-freed".to_owned(), operations: 7, lines: 2, trace: "x.trace".into() };
        assert_eq!(outcome(printed).unwrap(), Outcome::Found(found));
    }

    #[test]
    fn a_run_without_a_violation_is_read() {
        let printed = "{\"type\":\"start\"}\n{\"type\":\"summary\",\"operations\":9}\n";
        assert_eq!(outcome(printed).unwrap(), Outcome::Undetected { operations: 9 });
    }

    #[test]
    fn what_is_no_result_is_an_error() {
        assert!(outcome("").is_err());
        assert!(outcome("Segmentation fault").is_err());
    }
}
