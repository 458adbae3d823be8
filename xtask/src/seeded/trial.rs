//! One attempt to detect a bug: runs `heapproof check` with one seed.
//!
//! A violation that is printed proves nothing by itself. It counts if `check` exits with 1, if the explanation has facts, and if
//! the saved trace fails again on the same build.

use super::builds::Build;
use crate::common::child::{self, Ended, How};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// The usual time limit of a trial, since a bug may make the heap run for ever.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

/// The parameters of a trial.
pub(crate) struct Trial<'a> {
    /// More options of `check`.
    pub extra: &'a [&'a str],
    pub seed: u64,
    pub cases: u64,
    pub jobs: Option<u16>,
    /// How long it may take.
    pub limit: Duration,
    /// A folder for the files of the run.
    pub output: &'a Path,
    pub stop: &'a AtomicBool,
}

/// The result of a trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    Found(Found),
    /// The run itself died, by a stack overflow or a panic of the harness.
    Crashed(String),
    /// No random program failed, but a trace of the corpus did, with this signature.
    ByCorpus(String),
    /// There is a violation, and this is what it lacks to count as found.
    Unproved(Cow<'static, str>),
    Undetected {
        operations: u64,
    },
    TimedOut,
}

impl Outcome {
    /// Whether the bug was detected: found, or in another way.
    pub fn is_detection(&self) -> bool {
        matches!(self, Outcome::Found(_) | Outcome::Crashed(_) | Outcome::ByCorpus(_))
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Outcome::Found(found) => write!(out, "{} after {} operations", found.signature, found.operations),
            Outcome::Crashed(how) => write!(out, "crashed: {how}"),
            Outcome::ByCorpus(how) => write!(out, "only a trace of the corpus: {how}"),
            Outcome::Unproved(why) => write!(out, "a failure that does not count: {why}"),
            Outcome::Undetected { operations } => write!(out, "nothing in {operations} operations"),
            Outcome::TimedOut => out.write_str("timed out"),
        }
    }
}

/// A violation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    /// What the program was judged by.
    pub property: String,
    pub signature: String,
    /// The number of operations until then.
    pub operations: u64,
    /// The number of lines of the minimised trace.
    pub lines: usize,
    /// The file of that trace, on the machine that found it.
    #[serde(skip)]
    pub trace: PathBuf,
}

/// The operations after which trials found their bug, the fewest first.
pub(crate) fn operations(outcomes: &[Outcome]) -> Vec<u64> {
    let found = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Found(found) => Some(found.operations),
        _ => None,
    });
    let mut found: Vec<u64> = found.collect();
    found.sort_unstable();
    found
}

/// The lower median of these operations. Trials that found nothing count as the longest, so there may be none.
pub(crate) fn median(outcomes: &[Outcome]) -> Option<u64> {
    operations(outcomes).get(outcomes.len().checked_sub(1)? / 2).copied()
}

impl Trial<'_> {
    /// Runs the trial; `None` if interrupted.
    pub fn run(&self, heapproof: &Build) -> Result<Option<Outcome>> {
        let mut check = heapproof.command();
        check.args(["check", "--format", "json"]);
        check.args(["--seed", &self.seed.to_string(), "--cases", &self.cases.to_string()]);
        check.arg("--out").arg(self.output);
        check.args(self.extra);
        if let Some(jobs) = self.jobs {
            check.args(["--jobs", &jobs.to_string()]);
        }
        let Ended { how, stdout, stderr } = child::run(&mut check, self.output, Some(self.limit), self.stop)?;
        Ok(Some(match how {
            How::Interrupted => return Ok(None),
            How::TimedOut => Outcome::TimedOut,
            How::Exited(status) => match status.code() {
                Some(code @ (0 | 1)) => {
                    outcome(code, &stdout).with_context(|| format!("can't read the output of check:\n{stdout}"))?
                }
                // What is wrong may be what reads the arguments. Who counts this as detected has run the sound heap in the same way.
                Some(2) => Outcome::Crashed(format!("it refuses its arguments: {}", last_line(&stderr))),
                Some(3) => bail!("check failed: {}", stderr.trim()),
                _ => Outcome::Crashed(status.to_string()),
            },
        }))
    }
}

/// What came of a trace that was replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replayed {
    Passed,
    /// It failed, and the replay said so.
    Failed,
    /// The replay did not come to its end.
    Died,
}

/// Replays a trace on this build; `None` if interrupted.
pub(crate) fn replay(
    heapproof: &Build,
    extra: &[&str],
    trace: &Path,
    output: &Path,
    stop: &AtomicBool,
) -> Result<Option<Replayed>> {
    let mut replay = heapproof.command();
    replay.arg("replay").args(extra).arg(trace);
    let Ended { how, stderr, .. } = child::run(&mut replay, output, Some(LIMIT), stop)?;
    Ok(match how {
        How::Interrupted => None,
        How::TimedOut => Some(Replayed::Died),
        How::Exited(status) => Some(match status.code() {
            Some(0) => Replayed::Passed,
            Some(1) => Replayed::Failed,
            Some(2 | 3) => bail!("{} can't be replayed: {}", trace.display(), stderr.trim()),
            _ => Replayed::Died,
        }),
    })
}

/// The signature of a trace of the corpus that fails on this build, if one does; the outer option is `None` if interrupted.
/// Some bugs need more objects than random programs can have, since a run compares all objects after each line.
pub(crate) fn replay_corpus(
    heapproof: &Build,
    extra: &[&str],
    traces: &[PathBuf],
    output: &Path,
    stop: &AtomicBool,
) -> Result<Option<Option<String>>> {
    let mut replay = heapproof.command();
    replay.arg("replay").args(extra).args(traces);
    let Ended { how, stdout, stderr } = child::run(&mut replay, output, Some(LIMIT), stop)?;
    Ok(match how {
        How::Interrupted => None,
        How::TimedOut => Some(Some("timed out".to_owned())),
        How::Exited(status) => match status.code() {
            Some(0) => Some(None),
            Some(1) => {
                let failing = stdout.lines().filter_map(|line| line.split_once(".trace: "));
                let is_failure = |what: &&str| !["passed", "note"].iter().any(|other| what.starts_with(other));
                let signature = failing.map(|(_, what)| what).find(is_failure);
                Some(Some(signature.unwrap_or("fails").to_owned()))
            }
            Some(2) => Some(Some(format!("it can't be read: {}", last_line(&stderr)))),
            Some(3) => bail!("the corpus can't be replayed: {}", stderr.trim()),
            _ => Some(Some(format!("crashed: {status}"))),
        },
    })
}

fn last_line(text: &str) -> &str {
    text.trim().lines().last().unwrap_or_default()
}

/// Reads the output of a complete run, one object per line, which ended with that code.
fn outcome(code: i32, stdout: &str) -> Result<Outcome> {
    let objects: Vec<Value> = stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let of_type = |name: &str| objects.iter().find(|object| object["type"] == name);
    let operations = of_type("summary").and_then(|summary| summary["operations"].as_u64());
    let operations = operations.context("there is no number of operations")?;
    let violation = match (code, of_type("violation")) {
        (0, None) => return Ok(Outcome::Undetected { operations }),
        (0, Some(_)) => return Ok(Outcome::Unproved("check exited with 0".into())),
        (_, None) => return Ok(Outcome::Unproved("check exited with 1 and minimised nothing".into())),
        (_, Some(violation)) => violation,
    };
    if violation["explanation"]["facts"].as_array().is_none_or(Vec::is_empty) {
        return Ok(Outcome::Unproved("its explanation has no facts".into()));
    }
    let text = |name: &str| violation[name].as_str().with_context(|| format!("the violation has no {name}"));
    Ok(Outcome::Found(Found {
        property: text("property")?.to_owned(),
        signature: text("signature")?.to_owned(),
        operations,
        // The header does not count.
        lines: text("trace")?.lines().count().saturating_sub(1),
        trace: text("path")?.into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::{Found, Outcome, outcome};

    fn printed(facts: &str) -> String {
        format!(
            r#"{{"type":"start","seed":1}}
{{"type":"violation","property":"slices","signature":"not-freed","trace":"heapproof trace 1\na = table\ndrop a\n","path":"x.trace","explanation":{{"facts":[{facts}]}}}}
{{"type":"summary","operations":7}}"#
        )
    }

    #[test]
    fn a_violation_is_read() {
        let (property, signature) = ("slices".to_owned(), "not-freed".to_owned());
        let found = Found { property, signature, operations: 7, lines: 2, trace: "x.trace".into() };
        assert_eq!(outcome(1, &printed(r#"{"text":"so it is","lines":[1]}"#)).unwrap(), Outcome::Found(found));
    }

    #[test]
    fn a_violation_without_a_fact_or_without_its_exit_code_counts_for_nothing() {
        let unproved = |code, printed: &str| matches!(outcome(code, printed).unwrap(), Outcome::Unproved(_));
        assert!(unproved(1, &printed("")));
        assert!(unproved(1, &printed("").replace(r#","explanation":{"facts":[]}"#, "")));
        assert!(unproved(0, &printed(r#"{"text":"so it is","lines":[1]}"#)));
        assert!(unproved(1, "{\"type\":\"found\"}\n{\"type\":\"summary\",\"operations\":9}\n"));
    }

    #[test]
    fn a_run_without_a_violation_is_read() {
        let printed = "{\"type\":\"start\"}\n{\"type\":\"summary\",\"operations\":9}\n";
        assert_eq!(outcome(0, printed).unwrap(), Outcome::Undetected { operations: 9 });
    }

    #[test]
    fn what_is_no_result_is_an_error() {
        assert!(outcome(0, "").is_err());
        assert!(outcome(1, "Segmentation fault").is_err());
    }
}
