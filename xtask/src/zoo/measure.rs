//! Measures a heap: random programs by its dialect, the heap held to every other answer, and the hunt for a known bug.

use super::heap::{Bug, Heap};
use super::install::Installed;
use super::keeper::Keeper;
use super::result::{Answer, Hunt, Measured, Run};
use anyhow::{Context, Result, bail};
use heapproof_model::Dialect;
use heapproof_model::dialect::{CLAUSES, Clause};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The seed of the long run, and the seeds of the hunts.
const SEED: u64 = 1;
const SEEDS: std::ops::RangeInclusive<u64> = 1..=6;
/// A hunt ends after so many programs: well over a hundred thousand operations.
const HUNT: &str = "6000";
/// How long each other answer is tried, at most.
const ANSWER: &str = "2s";
/// What is added to the time of a run: to start, to minimise, to save.
const SLACK: Duration = Duration::from_secs(15 * 60);
/// Failures that end the heap's process, keep it busy, or unwind through it: their traces stay out of the repository.
const CRASHES: [&str; 4] = ["crashed", "hung", "out-of-memory", "panicked"];

/// The traces that show what was measured, each with its name.
pub(super) type Traces = Vec<(String, String)>;

/// What is to be measured, and how long.
pub(super) struct Measuring<'a> {
    pub keeper: &'a Keeper,
    pub heap: &'a Heap,
    pub installed: &'a Installed,
    pub time: Duration,
}

impl Measuring<'_> {
    /// Measures all of it. Returns the traces that show it too, each with its name.
    pub fn all(&self) -> Result<(Measured, Traces)> {
        let mut traces = Traces::new();
        let mut measured = self.as_declared(&mut traces)?;
        if measured.run.failure.is_none() && self.heap.bugs.is_empty() {
            self.other_answers(&mut measured, &mut traces)?;
            self.show(&mut measured, &mut traces)?;
        }
        Ok((measured, traces))
    }

    /// Looks for the traces that are missing: of each clause that programs tell one, of the first other answer as which the heap
    /// fails. Then runs all as programs of its own language.
    fn show(&self, measured: &mut Measured, traces: &mut Traces) -> Result<()> {
        for clause in CLAUSES.iter().filter(|_| !self.heap.slow) {
            let is_shown = traces.iter().any(|(name, _)| is_of(name, clause));
            let mut failing =
                measured.answers.iter_mut().filter(|answer| answer.clause == clause.name && !answer.passes);
            if let Some(answer) = failing.next().filter(|_| !is_shown) {
                traces.extend(self.minimised(&measured.dialect, answer)?);
            }
        }
        measured.programs = self.alone(&measured.dialect, traces)?;
        Ok(())
    }

    /// What was measured, with the traces that it lacks.
    pub fn shown(&self, mut measured: Measured, mut traces: Traces) -> Result<(Measured, Traces)> {
        self.show(&mut measured, &mut traces)?;
        Ok((measured, traces))
    }

    /// Measures it as what it declares alone.
    pub fn declared(&self) -> Result<Measured> {
        self.as_declared(&mut Traces::new())
    }

    fn as_declared(&self, traces: &mut Traces) -> Result<Measured> {
        let (hunts, time) = match self.heap.bugs.as_slice() {
            [] => (Vec::new(), self.time),
            bugs => (SEEDS.map(|seed| self.hunt(bugs, seed, traces)).collect::<Result<_>>()?, Duration::from_secs(1)),
        };
        let (dialect, run) = self.random(time)?;
        Ok(Measured { dialect, run, answers: Vec::new(), not_told: Vec::new(), hunts, programs: None })
    }

    /// Random programs by the heap's own dialect.
    fn random(&self, time: Duration) -> Result<(String, Run)> {
        let spelled = humantime::format_duration(time).to_string().replace(' ', "");
        let objects =
            self.lines(self.heapproof("check").args(["--time", &spelled, "--seed", &SEED.to_string()]), time + SLACK)?;
        let start = of_type(&objects, "start").context("the run said nothing")?;
        let summary = of_type(&objects, "summary").context("the run did not end")?;
        let failure = of_type(&objects, "found").and_then(|found| found["signature"].as_str());
        let unchecked = start["unchecked"].as_array().into_iter().flatten();
        let run = Run {
            seed: SEED,
            programs: summary["programs"].as_u64().unwrap_or(0),
            operations: summary["operations"].as_u64().unwrap_or(0),
            seconds: summary["seconds"].as_f64().unwrap_or(0.0).round() as u64,
            unchecked: unchecked.filter_map(|one| one.as_str().map(str::to_owned)).collect(),
            failure: failure.map(str::to_owned),
        };
        Ok((start["dialect"].as_str().unwrap_or("default").to_owned(), run))
    }

    /// The heap held to each other answer. The traces of those that are stricter, or were guessed, are minimised and kept.
    fn other_answers(&self, measured: &mut Measured, traces: &mut Traces) -> Result<()> {
        let mut command = self.heapproof("dialect");
        command.args(["--all", "--brief", "--cases", "20000", "--time", ANSWER, "--seed", &SEED.to_string()]);
        let limit = if self.heap.slow { 4 * SLACK } else { SLACK };
        let objects = self.lines(&mut command, limit)?;
        of_type(&objects, "summary").context("its dialect was not tried to the end")?;
        for object in &objects {
            let text = |key: &str| object[key].as_str().map(str::to_owned);
            match object["type"].as_str() {
                Some("answer") => {
                    let mut answer = Answer {
                        clause: text("clause").unwrap_or_default(),
                        answer: text("answer").unwrap_or_default(),
                        passes: object["passes"].as_bool().unwrap_or(false),
                        signature: text("signature"),
                        lines: None,
                    };
                    let is_guess = self.heap.guess.get(&answer.clause) == Some(&answer.answer);
                    if !answer.passes && !self.heap.slow && (is_guess || object["stricter"] == true) {
                        traces.extend(self.minimised(&measured.dialect, &mut answer)?);
                    }
                    measured.answers.push(answer);
                }
                Some("advice") if object["declare"].is_null() => {
                    let words = object["not_told"].as_array().into_iter().flatten();
                    let words = words.filter_map(|word| word.as_str().map(str::to_owned)).collect();
                    measured.not_told.push((text("clause").unwrap_or_default(), words));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The minimised trace that shows that the heap does not give an answer, unless it crashes or hangs the heap.
    fn minimised(&self, declared: &str, answer: &mut Answer) -> Result<Option<(String, String)>> {
        let declared: Dialect = declared.parse()?;
        let clause = CLAUSES.iter().find(|clause| clause.name == answer.clause).context("there is no such clause")?;
        let number = clause.answers().iter().position(|(word, _)| *word == answer.answer);
        let dialect = clause.with(&declared, number.context("there is no such answer")?).to_string();
        let mut check = self.heapproof("check");
        check.args(["--cases", "20000", "--seed", &SEED.to_string(), "--dialect", &dialect]);
        let objects = self.lines(&mut check, SLACK)?;
        let Some(violation) = of_type(&objects, "violation") else { return Ok(None) };
        answer.signature = violation["signature"].as_str().map(str::to_owned);
        answer.lines = violation["trace"].as_str().map(length);
        let path = violation["path"].as_str().filter(|_| !answer.signature.as_deref().is_none_or(crashes));
        path.map(|path| Ok((format!("{}-{}", answer.clause, answer.answer), self.trace(path)?))).transpose()
    }

    /// Looks for known bugs until the first report. Of each bug the first trace as short as the shortest is kept, unless that
    /// crashes or hangs the heap.
    fn hunt(&self, bugs: &[Bug], seed: u64, traces: &mut Traces) -> Result<Hunt> {
        let mut check = self.heapproof("check");
        check.args(["--cases", HUNT, "--seed", &seed.to_string(), "--jobs", "1"]);
        let objects = self.lines(&mut check, SLACK)?;
        let summary = of_type(&objects, "summary").context("the run did not end")?;
        let violation = of_type(&objects, "violation");
        let found = of_type(&objects, "found").and_then(|found| found["signature"].as_str());
        let lines = violation.and_then(|violation| violation["trace"].as_str()).map(length);
        let operations = summary["operations"].as_u64().unwrap_or(0);
        let hunt = Hunt { seed, operations, signature: found.map(str::to_owned), lines };
        let is_shown = |bug: &&Bug| hunt.finds(bug) && lines.is_some_and(|lines| lines <= bug.shortest);
        if let Some(bug) = bugs.iter().find(is_shown)
            && let Some(path) = violation.and_then(|violation| violation["path"].as_str())
            && !traces.iter().any(|(name, _)| *name == bug.trace())
            && !bug.crashes
            && !found.is_none_or(crashes)
        {
            traces.push((bug.trace(), self.trace(path)?));
        }
        Ok(hunt)
    }

    /// A command of the program that has the heap.
    fn heapproof(&self, name: &str) -> Command {
        let mut command = Command::new(&self.installed.program);
        command.args([name, "--format", "json", "--subject", &self.installed.subject]);
        if self.heap.isolate {
            command.arg("--isolate");
        }
        for operation in &self.heap.without {
            command.args(["--without", operation]);
        }
        if let Some(ops) = self.heap.ops {
            command.args(["--ops", &ops.to_string()]);
        }
        command.current_dir(self.folder());
        command
    }

    /// The objects that it prints, one for each line.
    fn lines(&self, command: &mut Command, limit: Duration) -> Result<Vec<Value>> {
        let printed = self.keeper.run(command, limit)?;
        if printed.status.code().is_none_or(|code| code > 1) {
            bail!("{}", printed.stderr.lines().last().unwrap_or("it ended without a word"));
        }
        printed.stdout.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    /// The text of a trace that a run has kept.
    fn trace(&self, path: &str) -> Result<String> {
        fs::read_to_string(self.folder().join(path)).with_context(|| format!("can't read {path}"))
    }

    /// The folder of its install.
    pub(super) fn folder(&self) -> PathBuf {
        self.keeper.folder.join(&self.heap.name)
    }
}

/// Whether a trace of that name shows an answer of that clause.
fn is_of(name: &str, clause: &Clause) -> bool {
    let answer = name.strip_prefix(clause.name).and_then(|rest| rest.strip_prefix('-'));
    answer.is_some_and(|answer| clause.answers().iter().any(|(word, _)| *word == answer))
}

/// The lines of a trace.
fn length(trace: &str) -> usize {
    trace.lines().skip(1).filter(|line| !line.is_empty()).count()
}

fn crashes(signature: &str) -> bool {
    CRASHES.iter().any(|crash| signature.starts_with(crash))
}

/// The first object of that type.
fn of_type<'a>(objects: &'a [Value], kind: &str) -> Option<&'a Value> {
    objects.iter().find(|object| object["type"] == kind)
}
