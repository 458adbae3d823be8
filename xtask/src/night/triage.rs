//! What the failing inputs are that libFuzzer saved: each is run again, and those that fail again are minimised.
//!
//! Inputs with one signature may be several bugs, of which one is known. So not only the smallest is minimised: it goes on until there
//! are many inputs for each trace.

use super::Night;
use super::failure::{Failure, odd};
use crate::common::child::{self, Ended, How};
use crate::fuzzing::known::{Known, Standing};
use crate::fuzzing::libfuzzer::{Ending, LONGEST_INPUT};
use anyhow::{Context, Result};
use heapproof_model::Program;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The time limit to replay or minimise an input, since a heap may run for ever.
const LIMIT: Duration = Duration::from_secs(300);

/// With so many inputs for each trace of a signature, the others are only counted.
const ENOUGH: usize = 8;

/// What looks at the inputs of a target.
pub(super) struct Triage<'a> {
    pub night: &'a Night<'a>,
    pub heapproof: &'a Path,
    /// The fuzz target, and its binary.
    pub target: &'a str,
    pub binary: &'a Path,
    pub known: &'a Known,
    /// From then on no input is looked at but the first.
    pub end: Instant,
}

impl Triage<'_> {
    /// The failures of the inputs that the run has saved, and how many inputs there was no time for.
    pub fn failures(&self) -> Result<(Vec<Failure>, usize)> {
        let mut artifacts = Vec::new();
        for entry in fs::read_dir(self.night.artifacts(self.target))? {
            let entry = entry?;
            // libFuzzer also keeps inputs that are slow and no failure.
            if !entry.file_name().to_string_lossy().starts_with("slow-unit-") {
                artifacts.push((entry.metadata()?.len(), entry.path()));
            }
        }
        artifacts.sort();
        let mut failures = Vec::new();
        for (number, (_, artifact)) in artifacts.iter().enumerate() {
            let left = artifacts.len() - number;
            if number > 0 && Instant::now() >= self.end {
                return Ok((failures, left));
            }
            let Some(signature) = self.signature(artifact)? else { return Ok((failures, left)) };
            self.add(artifact, &signature, &mut failures)?;
        }
        Ok((failures, 0))
    }

    /// Adds an input to those that fail like it, or as a failure of its own.
    fn add(&self, artifact: &Path, signature: &str, failures: &mut Vec<Failure>) -> Result<()> {
        let mut alike: Vec<&mut Failure> = failures.iter_mut().filter(|one| one.signature == signature).collect();
        let (inputs, traces) = (alike.iter().map(|one| one.inputs).sum::<usize>(), alike.len());
        if inputs >= ENOUGH * traces.max(1) {
            alike[0].more += 1;
            return Ok(());
        }
        let path = self.minimize(artifact, signature, traces)?;
        let trace = path.as_ref().map(fs::read_to_string).transpose()?;
        let program = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Program>().ok());
        if let Some(same) = alike.iter_mut().find(|one| program(&one.trace) == program(&trace)) {
            same.inputs += 1;
            return path.map_or(Ok(()), fs::remove_file).context("can't remove a trace that is there already");
        }
        let standing = match signature {
            odd::FLAKY => Standing::Flaky,
            _ => self.known.of(signature, trace.as_deref()),
        };
        let told = path.as_ref().map(|path| self.told(path, signature)).transpose()?.flatten();
        let below = |path: &Path| path.strip_prefix(&self.night.out).map_or(path.to_owned(), Path::to_owned);
        failures.push(Failure {
            property: self.target.to_owned(),
            signature: signature.to_owned(),
            trace,
            path: path.as_deref().map(below),
            artifact: below(artifact),
            inputs: 1,
            more: 0,
            standing,
            told,
        });
        Ok(())
    }

    /// What `heapproof replay` says of a trace, with the picture of the step that fails.
    fn told(&self, trace: &Path, signature: &str) -> Result<Option<Value>> {
        let mut replay = Command::new(self.heapproof);
        replay.args(["replay", "--format", "json", "--property", self.target]).arg(trace);
        if [odd::CRASH, odd::HANG].contains(&signature) {
            replay.arg("--isolate");
        }
        let Ended { stdout, .. } = self.run(&mut replay)?;
        Ok(stdout.lines().next().and_then(|line| serde_json::from_str(line).ok()))
    }

    /// The signature of an input's failure, or what is odd about it; `None` if interrupted.
    fn signature(&self, artifact: &Path) -> Result<Option<String>> {
        let Some(again) = self.second_run(artifact)? else { return Ok(None) };
        let seldom = match again {
            Ending::Passed => return Ok(Some(odd::FLAKY.to_owned())),
            Ending::Interrupted => return Ok(None),
            Ending::TooSlow => odd::TOO_SLOW,
            Ending::TooLarge => odd::TOO_LARGE,
            Ending::Crashed => odd::ONLY_IN_THE_FUZZER,
        };
        let mut replay = self.command("replay");
        replay.args(["--format", "json"]).arg(artifact);
        let Ended { how, stdout, .. } = self.run(&mut replay)?;
        Ok(Some(match how {
            How::Interrupted => return Ok(None),
            How::TimedOut => odd::HANG.to_owned(),
            How::Exited(status) => match status.code() {
                Some(1) => read_signature(&stdout).with_context(|| format!("replay says: {stdout}"))?,
                Some(101) | None => odd::CRASH.to_owned(),
                Some(_) => seldom.to_owned(),
            },
        }))
    }

    /// Runs an input in the fuzz target once more; `None` if interrupted.
    fn second_run(&self, artifact: &Path) -> Result<Option<Ending>> {
        let mut again = Command::new(self.binary);
        again.arg(artifact).arg(format!("-timeout={LONGEST_INPUT}")).env("HEAPPROOF_REPORT", "off");
        again.arg(format!("-artifact_prefix={}/", self.night.out.join("work").display()));
        let Ended { how, stderr, .. } = self.run(&mut again)?;
        match how {
            How::Interrupted => Ok(None),
            How::TimedOut => Ok(Some(Ending::TooSlow)),
            How::Exited(status) => {
                let ending = Ending::of(status).with_context(|| format!("a second run ended with {status}: {stderr}"));
                ending.map(Some)
            }
        }
    }

    /// Minimises an input to a trace, the one with that number of its signature; `None` if that fails.
    fn minimize(&self, artifact: &Path, signature: &str, number: usize) -> Result<Option<PathBuf>> {
        if [odd::FLAKY, odd::ONLY_IN_THE_FUZZER, odd::TOO_SLOW, odd::TOO_LARGE].contains(&signature) {
            return Ok(None);
        }
        let number = if number == 0 { String::new() } else { format!("-{}", number + 1) };
        let name = format!("{}-{signature}{number}.trace", self.target);
        let path = self.night.out.join("traces").join(name);
        let mut minimize = self.command("minimize");
        self.run(minimize.arg("--output").arg(&path).arg(artifact))?;
        Ok(path.is_file().then_some(path))
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(self.heapproof);
        let input = if self.target == "text" { "trace" } else { "bytes" };
        command.args([what, "--property", self.target, "--input", input]);
        command
    }

    fn run(&self, command: &mut Command) -> Result<Ended> {
        child::run(command, &self.night.out.join("work"), Some(LIMIT), self.night.stop)
    }
}

/// Reads the signature from the JSON that `replay` prints for a failing file.
fn read_signature(stdout: &str) -> Option<String> {
    let replayed: Value = serde_json::from_str(stdout.lines().next()?).ok()?;
    replayed["signature"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::read_signature;

    #[test]
    fn the_signature_of_a_replay_is_read() {
        let failing = r#"{"type":"replay","path":"crash-1a","passed":false,"signature":"not-freed"}"#;
        assert_eq!(read_signature(failing).as_deref(), Some("not-freed"));
        assert_eq!(read_signature(r#"{"type":"replay","passed":true,"signature":null}"#), None);
        assert_eq!(read_signature("crash-1a: not-freed"), None);
    }
}
