//! A night: fuzzes every target for a time on a kept corpus, soaks, and tries whatever else there is time for; and writes a summary.
//!
//! An error with one target or part does not stop the others. The whole summary is rewritten after each, so a night that is killed
//! leaves its results so far. It also leaves the corpus, from which only what is not needed is removed. A failure fails every night
//! until it is corrected, or until someone lists its trace as known. At its end a night adds a line to a ledger.

mod corpus;
mod failure;
mod fuzzer;
mod ledger;
pub(crate) mod nightly;
mod object;
mod page;
mod parts;
mod plan;
mod plot;
mod results;
#[cfg(test)]
#[cfg(unix)]
mod stub;
mod summary;
mod targets;
#[cfg(test)]
#[cfg(unix)]
mod tests;
mod triage;

use crate::common::child::{self, Ended, How};
use crate::fuzzing::known::Known;
use anyhow::{Context, Result, ensure};
use fuzzer::{Fuzzer, Sanitizer};
use jiff::civil::Date;
use plan::{Part, Slot, plan};
use results::Results;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use targets::Targets;

/// The page of a night, in its folder.
const PAGE: &str = "night.html";

/// The parameters of a night.
pub(crate) struct Night<'a> {
    pub root: PathBuf,
    /// The cargo that finds cargo-fuzz, and the program of these commands.
    pub cargo: PathBuf,
    pub xtask: PathBuf,
    pub parts: Vec<Part>,
    /// The most important first.
    pub targets: Vec<String>,
    /// How long all of it may take, from when the targets are built.
    pub time: Duration,
    pub sanitizer: Sanitizer,
    /// The seed of libFuzzer, and of the soak.
    pub seed: u32,
    /// One folder for each target.
    pub corpus: PathBuf,
    /// The folder for the summary, traces and artifacts.
    pub out: PathBuf,
    pub known: &'a Known,
    /// Where those come from, and the day for which they are asked.
    pub known_folder: PathBuf,
    pub today: Date,
    pub stop: &'a AtomicBool,
}

impl Night<'_> {
    /// Runs the night. Fails only if the night can't begin, or its summary can't be written.
    fn run(&self) -> Result<Results> {
        self.empty_folders()?;
        let mut results = Results::default();
        self.write(&results)?;
        let plan = plan(self.time, &self.parts);
        let time = plan.iter().find_map(|(part, slot)| match (part, slot) {
            (Part::Targets, Slot::Time(time)) => Some(*time),
            _ => None,
        });
        // Building what is fuzzed takes as long as it takes.
        let targets = match time {
            Some(time) => Targets::build(self, time, &mut results)?,
            None => None,
        };
        let end = Instant::now() + self.time;
        for (part, slot) in plan {
            if self.is_stopped() {
                break;
            }
            match (&targets, self.time_for(slot, end)) {
                (_, Slot::LeftOut(why)) => results.left_out.push(format!("{}: {why}", part.name())),
                (Some(targets), Slot::Time(time)) if part == Part::Targets => {
                    targets.run(Instant::now() + time, &mut results)?;
                }
                (_, Slot::Time(time)) => {
                    if let Err(trouble) = parts::run(self, part, time, &mut results) {
                        results.trouble.push(format!("{}: {trouble:#}", part.name()));
                    }
                }
            }
            self.write(&results)?;
        }
        results.interrupted = self.is_stopped();
        results.over = true;
        self.write(&results)?;
        if let Err(trouble) = self.draw() {
            results.trouble.push(format!("page: {trouble:#}"));
            self.write(&results)?;
        }
        self.keep(&results)?;
        Ok(results)
    }

    /// What is left for a part, which is nothing if those before it took more than half of its time.
    fn time_for(&self, slot: Slot, end: Instant) -> Slot {
        let left = end.saturating_duration_since(Instant::now());
        match slot {
            Slot::Time(time) if left < time / 2 => Slot::LeftOut("what came before it took its time".to_owned()),
            Slot::Time(time) => Slot::Time(time.min(left)),
            Slot::LeftOut(why) => Slot::LeftOut(why),
        }
    }

    /// Draws the page of the night, if something was fuzzed or soaked, by the `heapproof` of these sources.
    fn draw(&self) -> Result<()> {
        if !self.parts.iter().any(|part| [Part::Targets, Part::Soak].contains(part)) {
            return Ok(());
        }
        let Some(heapproof) = (Fuzzer { night: self }).build_command_line()? else { return Ok(()) };
        let mut report = Command::new(heapproof);
        report.arg("report").arg("--output").arg(self.out.join(PAGE)).arg(self.out.join("night.json"));
        let Ended { how, stderr, .. } = child::run(&mut report, &self.out.join("work"), None, self.stop)?;
        ensure!(!matches!(how, How::Exited(status) if !status.success()), "heapproof report: {}", stderr.trim());
        Ok(())
    }

    /// Adds the night to the ledger, and draws the page of that.
    fn keep(&self, results: &Results) -> Result<()> {
        let path = self.corpus.join(ledger::FILE);
        ledger::append(&path, &ledger::Line::of(self, results))?;
        let (nights, bad) = ledger::read(&path)?;
        let page = self.out.join("ledger.html");
        fs::write(&page, page::page(&nights, bad, self.out.join(PAGE).exists().then_some(PAGE))?)
            .with_context(|| format!("can't write {}", page.display()))
    }

    fn empty_folders(&self) -> Result<()> {
        let page = self.out.join(PAGE);
        if page.exists() {
            fs::remove_file(&page).with_context(|| format!("can't remove {}", page.display()))?;
        }
        for folder in ["traces", "logs", "artifacts", "work", "soak"] {
            let folder = self.out.join(folder);
            // It may hold files of another night.
            if folder.exists() {
                fs::remove_dir_all(&folder).with_context(|| format!("can't empty {}", folder.display()))?;
            }
            fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
        }
        Ok(())
    }

    fn write(&self, results: &Results) -> Result<()> {
        self.write_whole("summary.md", &summary::markdown(self, results))?;
        self.write_whole("night.json", &format!("{}\n", object::object(self, results)?))
    }

    fn write_whole(&self, name: &str, text: &str) -> Result<()> {
        let path = self.out.join(name);
        let beside = self.out.join(format!(".{name}"));
        let write = || fs::write(&beside, text).and_then(|()| fs::rename(&beside, &path));
        write().with_context(|| format!("can't write {}", path.display()))
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(&self.cargo);
        cargo.env_remove("CARGO").current_dir(&self.root);
        cargo
    }

    /// The number of the day in its year: whose turn it is.
    fn day(&self) -> usize {
        usize::from(self.today.day_of_year().unsigned_abs())
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// The path from the root: programs run in other folders. The folder is made.
fn absolute(path: &Path) -> Result<PathBuf> {
    fs::create_dir_all(path).with_context(|| format!("can't make {}", path.display()))?;
    path.canonicalize().with_context(|| format!("can't find {}", path.display()))
}
