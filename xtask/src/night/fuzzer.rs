//! Runs cargo-fuzz and libFuzzer.

use super::Night;
use super::corpus::Corpus;
use crate::common::child::{self, Ended, How};
use crate::fuzzing::libfuzzer::{Ending, LARGEST_INPUT, LONGEST_INPUT};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

/// Whoever takes longer to run the inputs of a corpus, or to merge them, is stuck.
const LONGEST_CUT: Duration = Duration::from_secs(1_200);

/// The folder within the corpus for inputs that fail.
const FAILING: &str = "failing";

/// The errors to look for besides wrong answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Sanitizer {
    /// Nothing; stable Rust
    None,
    /// Wrong uses of memory, by AddressSanitizer; nightly Rust
    Address,
}

impl Sanitizer {
    pub fn name(self) -> &'static str {
        match self {
            Sanitizer::None => "none",
            Sanitizer::Address => "address",
        }
    }
}

/// The figures that libFuzzer prints at the end of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub executions: u64,
    pub seconds: u64,
    /// Edges that were reached, and edges together with how often they were reached.
    pub coverage: u64,
    pub features: u64,
    /// Executions that failed, took too long, or took too much memory.
    pub crashes: u64,
}

pub(super) struct Fuzzer<'a> {
    pub night: &'a Night<'a>,
}

impl Fuzzer<'_> {
    /// Builds a target; `None` if interrupted.
    pub fn build(&self, target: &str) -> Result<Option<PathBuf>> {
        let sanitizer = self.night.sanitizer.name();
        let folder = self.night.root.join("fuzz/target").join(sanitizer);
        let mut cargo = self.night.cargo();
        cargo.args(["fuzz", "build", "--sanitizer", sanitizer, "--target-dir"]).arg(&folder).arg(target);
        if self.night.sanitizer == Sanitizer::Address {
            cargo.env("RUSTUP_TOOLCHAIN", "nightly");
        }
        let Some(status) = self.run_logged(&mut cargo, target, "build", None)? else { return Ok(None) };
        ensure!(status.success(), "build failed ({status}); {}", self.shown(target, "build"));
        let places = fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path().join("release").join(target)));
        places.into_iter().find(|path| path.is_file()).map(Some).with_context(|| format!("{target} was not built"))
    }

    /// Builds `heapproof`, which will minimise; `None` if interrupted.
    pub fn build_command_line(&self) -> Result<Option<PathBuf>> {
        let mut cargo = self.night.cargo();
        cargo.args(["build", "--release", "--package", "heapproof", "--bin", "heapproof", "--message-format", "json"]);
        let scratch = self.night.out.join("work");
        let Ended { how, stdout, stderr } = child::run(&mut cargo, &scratch, None, self.night.stop)?;
        let executable = |line: &str| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            message["executable"].as_str().map(PathBuf::from)
        };
        match how {
            How::Interrupted => Ok(None),
            How::Exited(status) if status.success() => {
                stdout.lines().find_map(executable).map(Some).context("cargo does not say where heapproof is")
            }
            _ => bail!("heapproof does not build:\n{}", last_lines(&stderr)),
        }
    }

    /// Fuzzes a target for that time, and goes on after failures. This is libFuzzer's fork mode: a parent gives parts of the
    /// corpus to children and collects their new inputs.
    pub fn run(&self, binary: &Path, target: &str, time: Duration) -> Result<Figures> {
        let artifacts = self.night.artifacts(target);
        let folder = self.night.out.join("work").join(target);
        let seconds = time.as_secs().max(1);
        let mut run = Command::new(binary);
        run.arg(self.night.corpus.join(target));
        run.args(["-fork=1", "-ignore_crashes=1", "-ignore_timeouts=1", "-ignore_ooms=1"]);
        run.arg(format!("-max_total_time={seconds}")).arg(format!("-seed={}", self.night.seed));
        run.arg(format!("-timeout={LONGEST_INPUT}")).arg(format!("-max_len={LARGEST_INPUT}"));
        run.arg(format!("-artifact_prefix={}/", artifacts.display()));
        // Failures are minimised afterwards. The files for the children are in the folder of the night.
        run.current_dir(&folder).env("HEAPPROOF_REPORT", "off").env("TMPDIR", &folder);
        // libFuzzer runs the whole corpus before it begins, and the last child needs time to end.
        let limit = time * 2 + Duration::from_secs(600);
        let ended = self.run_logged(&mut run, target, "run", Some(limit))?;
        let figures = figures(&fs::read_to_string(self.night.log(target, "run"))?);
        let Some(status) = ended else { return Ok(figures.unwrap_or_default()) };
        // The parent ends as its last child did, whose input is saved.
        match Ending::of(status) {
            Some(Ending::Interrupted) => bail!("run was interrupted by a signal; {}", self.shown(target, "run")),
            Some(_) => figures.with_context(|| format!("it did not run; {}", self.shown(target, "run"))),
            None => bail!("run failed ({status}); {}", self.shown(target, "run")),
        }
    }

    /// The corpus of a target.
    pub fn corpus<'a>(&'a self, binary: &'a Path, target: &str) -> Corpus<'a> {
        Corpus {
            binary,
            inputs: self.night.corpus.join(target),
            failing: self.night.corpus.join(FAILING).join(target),
            scratch: self.night.out.join("work").join(target),
            log: self.night.log(target, "corpus"),
            limit: LONGEST_CUT,
            stop: self.night.stop,
        }
    }

    /// Runs a program and writes its output to a log; `None` if interrupted.
    fn run_logged(
        &self,
        command: &mut Command,
        target: &str,
        what: &str,
        limit: Option<Duration>,
    ) -> Result<Option<ExitStatus>> {
        let scratch = self.night.out.join("work");
        fs::create_dir_all(&scratch)?;
        let Ended { how, stdout, stderr } = child::run(command, &scratch, limit, self.night.stop)?;
        let log = self.night.log(target, what);
        fs::write(&log, stdout + &stderr).with_context(|| format!("can't write {}", log.display()))?;
        match how {
            How::Exited(status) => Ok(Some(status)),
            How::Interrupted => Ok(None),
            How::TimedOut => bail!("{what} took too long; {}", self.shown(target, what)),
        }
    }

    /// Where the log is, and its end.
    fn shown(&self, target: &str, what: &str) -> String {
        let log = fs::read_to_string(self.night.log(target, what)).unwrap_or_default();
        format!("see logs/{target}.{what}.log:\n{}", last_lines(&log))
    }
}

impl Night<'_> {
    pub(super) fn artifacts(&self, target: &str) -> PathBuf {
        self.out.join("artifacts").join(target)
    }

    fn log(&self, target: &str, what: &str) -> PathBuf {
        self.out.join("logs").join(format!("{target}.{what}.log"))
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

/// Reads the last status line: `#123: cov: 7 ft: 9 corp: 3 exec/s: 5 oom/timeout/crash: 0/0/1 time: 8s ..`.
fn figures(log: &str) -> Option<Figures> {
    let line = log.lines().rfind(|line| line.starts_with('#') && line.contains(" oom/timeout/crash: "))?;
    let after = |word: &str| line.split_once(word)?.1.split_whitespace().next();
    let number = |word: &str| after(word)?.trim_end_matches('s').parse().ok();
    Some(Figures {
        executions: line.trim_start_matches('#').split(':').next()?.parse().ok()?,
        seconds: number(" time: ")?,
        coverage: number(" cov: ")?,
        features: number(" ft: ")?,
        crashes: after(" oom/timeout/crash: ")?.split('/').map(|many| many.parse::<u64>().unwrap_or(0)).sum(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Figures, figures};

    #[test]
    fn the_last_status_of_a_run_is_read() {
        let log = "INFO: -fork=1: fuzzing in separate process(s)\n\
            #12: cov: 5 ft: 6 corp: 2 exec/s: 12 oom/timeout/crash: 0/0/0 time: 1s job: 1 dft_time: 0\n\
            #1234: cov: 50 ft: 60 corp: 20 exec/s: 120 oom/timeout/crash: 1/2/3 time: 31s job: 8 dft_time: 0\n\
            INFO: fuzzed for 31 seconds, wrapping up soon\n";
        let read = Figures { executions: 1_234, seconds: 31, coverage: 50, features: 60, crashes: 6 };
        assert_eq!(figures(log), Some(read));
    }

    #[test]
    fn a_run_that_did_not_begin_has_no_figures() {
        assert_eq!(figures("INFO: Seed: 1\n==7== ERROR: libFuzzer: deadly signal\n"), None);
    }
}
