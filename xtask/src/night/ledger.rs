//! The ledger: a line of JSON for each night, kept with the corpus.

use super::Night;
use super::results::{Kills, Results};
use crate::common::command::End;
use crate::common::workspace::commit;
use crate::fuzzing::known::Standing;
use crate::fuzzing::soak::Tally;
use anyhow::{Context, Result};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

/// The file within the corpus.
pub(super) const FILE: &str = "ledger.jsonl";

/// A night.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    pub date: Date,
    /// What git calls the sources, if they are a checkout; `-dirty` if they were changed.
    pub commit: Option<String>,
    /// How long it was allowed to last.
    pub seconds: u64,
    pub seed: u32,
    pub sanitizer: String,
    pub targets: BTreeMap<String, Fuzzed>,
    pub soak: Option<Tally>,
    pub kills: Option<Kills>,
    /// The other parts, and how they ended.
    pub parts: BTreeMap<String, String>,
    pub failures: Vec<Found>,
    pub left_out: usize,
    /// `passed`, `failed`, `incomplete` or `interrupted`.
    pub end: String,
}

/// What a target did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fuzzed {
    pub executions: u64,
    pub seconds: u64,
    pub coverage: u64,
    pub features: u64,
    pub inputs: usize,
    pub failing: usize,
}

/// A failure: `new`, `known`, `expired` or `flaky`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Found {
    pub property: String,
    pub signature: String,
    pub standing: String,
}

impl Line {
    pub fn of(night: &Night<'_>, results: &Results) -> Line {
        let fuzzed = results.targets.iter().map(|outcome| {
            let figures = outcome.figures;
            let fuzzed = Fuzzed {
                executions: figures.executions,
                seconds: figures.seconds,
                coverage: figures.coverage,
                features: figures.features,
                inputs: outcome.inputs.1,
                failing: outcome.failing,
            };
            (outcome.target.clone(), fuzzed)
        });
        let found = results.failures.iter().map(|failure| Found {
            property: failure.property.clone(),
            signature: failure.signature.clone(),
            standing: match failure.standing {
                Standing::New => "new",
                Standing::Known(_) => "known",
                Standing::Expired(_) => "expired",
                Standing::Flaky => "flaky",
            }
            .to_owned(),
        });
        let end = match results.end() {
            End::Done => "passed",
            End::Failed => "failed",
            End::Incomplete => "incomplete",
            End::Interrupted => "interrupted",
        };
        Line {
            date: night.today,
            commit: commit(&night.root),
            seconds: night.time.as_secs(),
            seed: night.seed,
            sanitizer: night.sanitizer.name().to_owned(),
            targets: fuzzed.collect(),
            soak: results.soak.as_ref().map(|soak| soak.tally.clone()),
            kills: results.kills.clone(),
            parts: results
                .parts
                .iter()
                .map(|(part, ended)| (part.name().to_owned(), ended.verdict.name().to_owned()))
                .collect(),
            failures: found.collect(),
            left_out: results.left_out.len(),
            end: end.to_owned(),
        }
    }

    /// How many failures stand like that.
    pub fn failures(&self, standing: &str) -> usize {
        self.failures.iter().filter(|found| found.standing == standing).count()
    }
}

/// Adds a night. A line that a killed night has left unfinished stays by itself.
pub(super) fn append(path: &Path, line: &Line) -> Result<()> {
    let write = || {
        let there = if path.exists() { fs::read(path)? } else { Vec::new() };
        let unfinished = there.last().is_some_and(|last| *last != b'\n');
        let line = format!("{}{}\n", if unfinished { "\n" } else { "" }, serde_json::to_string(line)?);
        OpenOptions::new().create(true).append(true).open(path)?.write_all(line.as_bytes())
    };
    write().with_context(|| format!("can't write {}", path.display()))
}

/// All nights, and how many lines are none.
pub(super) fn read(path: &Path) -> Result<(Vec<Line>, usize)> {
    let text = fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
    let lines: Vec<Option<Line>> = text.lines().map(|line| serde_json::from_str(line).ok()).collect();
    let bad = lines.iter().filter(|line| line.is_none()).count();
    Ok((lines.into_iter().flatten().collect(), bad))
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Found, Fuzzed, Kills, Line, Tally, append, read};
    use jiff::civil::date;

    /// A night on that day of a month.
    pub fn line(day: i8) -> Line {
        let step = u64::from(day.unsigned_abs());
        let fuzzed = |scale: u64| Fuzzed {
            executions: 40_000 + 997 * step * scale,
            seconds: 60,
            coverage: 7_000 + 50 * step * scale,
            features: 9_000,
            inputs: 300,
            failing: 1,
        };
        let found = Found {
            property: "text".to_owned(),
            signature: "not-freed".to_owned(),
            standing: if day % 3 == 0 { "new" } else { "known" }.to_owned(),
        };
        Line {
            date: date(2026, 11, day),
            commit: Some("0123456789ab".to_owned()),
            seconds: 7_200,
            seed: 7,
            sanitizer: "none".to_owned(),
            targets: [("lockstep".to_owned(), fuzzed(1)), ("text".to_owned(), fuzzed(2))].into(),
            soak: Some(Tally { programs: 5, operations: 70, states: 90_000 + 321 * step, new: 0, known: 0 }),
            kills: Some(Kills { found: 9 + step as usize % 2, of: 10 }),
            parts: [("bugs".to_owned(), "passed".to_owned())].into(),
            failures: vec![found; 1],
            left_out: 1,
            end: if day % 3 == 0 { "failed" } else { "passed" }.to_owned(),
        }
    }

    #[test]
    fn a_night_is_read_as_it_was_written_and_a_broken_line_breaks_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        append(&path, &line(1)).unwrap();
        append(&path, &line(2)).unwrap();
        assert_eq!(read(&path).unwrap(), (vec![line(1), line(2)], 0));
        let cut = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &cut[..cut.len() - 9]).unwrap();
        append(&path, &line(3)).unwrap();
        assert_eq!(read(&path).unwrap(), (vec![line(1), line(3)], 1));
    }
}
