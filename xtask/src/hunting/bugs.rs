//! `cargo xtask bugs`: checks that `heapproof check` detects each seeded bug.

use super::hunt::{Hunt, Trials};
use super::strength::page;
use super::table::table;
use crate::common::arguments::{expect_known, shard};
use crate::common::command::{Command, End, stopped_by_signals};
use crate::common::workspace::root;
use crate::seeded::bug::{Bug, load_all};
use crate::seeded::choice::chosen;
use anyhow::{Context, Result};
use std::fs;

const EXIT_CODES: &str = "\
All files are below target/bugs/, and only one run at a time can use them.

Exit codes:
  0    every trial detected its bug
  1    a trial did not
  2    wrong arguments
  3    a build or a tool failed, or the sources fail without a bug
  130  interrupted";

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Bugs {
    /// Only the bug with this id; may be given several times
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// Only the bugs of this class; may be given several times
    #[arg(long, value_name = "CLASS")]
    class: Vec<String>,
    /// Only a share of the bugs, as in `1/4`
    #[arg(long, value_name = "K/N", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// Write the results to docs/strength.md, instead of printing them
    #[arg(long, conflicts_with_all = ["only", "class", "shard", "dialect"])]
    write: bool,
    /// How often to look for each bug, each time with another seed
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    trials: u64,
    /// The seed of the first trial; later trials use the next numbers
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The most programs of a trial
    #[arg(long, value_name = "N", default_value_t = 60_000, value_parser = clap::value_parser!(u64).range(1..))]
    cases: u64,
    /// Hold the heap to that dialect, as `loosest`: how much a subject with a loose dialect still shows
    #[arg(long, value_name = "DIALECT")]
    dialect: Option<String>,
    /// Build each bug by itself, instead of all behind switches: slow
    #[arg(long)]
    alone: bool,
    /// How many threads build and check; by default one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

/// The page of the results.
const PAGE: &str = "docs/strength.md";

impl Bugs {
    fn chosen(&self) -> Result<Vec<Bug>> {
        let known = load_all(root())?;
        for class in &self.class {
            expect_known("class", class, known.iter().map(|bug| &*bug.class))?;
        }
        let mut bugs = chosen(&self.only)?;
        bugs.retain(|bug| self.class.is_empty() || self.class.contains(&bug.class));
        if let Some((share, of)) = self.shard {
            let numbered = bugs.into_iter().enumerate();
            bugs = numbered.filter(|(number, _)| number % of == share - 1).map(|(_, bug)| bug).collect();
        }
        Ok(bugs)
    }

    /// The command that repeats the whole.
    fn command(&self) -> String {
        let Bugs { trials, seed, cases, .. } = self;
        format!("cargo xtask bugs --write --trials {trials} --seed {seed} --cases {cases}")
    }
}

impl Command for Bugs {
    fn run(&self) -> Result<End> {
        let bugs = self.chosen()?;
        let stop = stopped_by_signals()?;
        let seeds = self.seed..self.seed.saturating_add(self.trials);
        let extra: Vec<&str> = self.dialect.iter().flat_map(|dialect| ["--dialect", dialect]).collect();
        let hunt = Hunt { seeds, cases: self.cases, extra: &extra, jobs: self.jobs, alone: self.alone, stop: &stop };
        let results = hunt.run(root(), &bugs)?;
        let is_whole = results.len() == bugs.len();
        match self.write && is_whole {
            true => fs::write(root().join(PAGE), page(&bugs, &results, &self.command())).context(PAGE)?,
            false => print!("{}", table(&bugs, &results)),
        }
        Ok(match results {
            results if results.len() < bugs.len() => End::Interrupted,
            results if results.iter().all(Trials::is_detected) => End::Done,
            _ => End::Failed,
        })
    }
}
