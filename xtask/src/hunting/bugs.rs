//! `cargo xtask bugs`: whether `heapproof check` detects each seeded bug.

use super::hunt::{Hunt, Trials};
use super::table::table;
use crate::common::command::{Command, End, stopped_by_signals};
use crate::common::workspace::root;
use crate::seeded::choice::chosen;
use anyhow::Result;

const EXIT_CODES: &str = "\
Everything happens below target/bugs/, one run at a time.

Exit codes:
  0    all were detected, in every trial
  1    one was not
  2    bad usage
  3    a build or a tool failed, or the sources fail without a bug
  130  interrupted";

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Bugs {
    /// Only the bug of this id; may be given several times
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// How often each bug is looked for, each time with a seed of its own
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    trials: u64,
    /// The seed of the first trial; the others have those that follow
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The most programs of a trial
    #[arg(long, value_name = "N", default_value_t = 60_000, value_parser = clap::value_parser!(u64).range(1..))]
    cases: u64,
    /// Hold the heap to that dialect, as `loosest`: how much a subject with a loose dialect still shows
    #[arg(long, value_name = "DIALECT")]
    dialect: Option<String>,
    /// How many threads build and check; as many as there are processors unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

impl Command for Bugs {
    fn run(&self) -> Result<End> {
        let bugs = chosen(&self.only)?;
        let stop = stopped_by_signals()?;
        let seeds = self.seed..self.seed.saturating_add(self.trials);
        let extra: Vec<&str> = self.dialect.iter().flat_map(|dialect| ["--dialect", dialect]).collect();
        let hunt = Hunt { seeds, cases: self.cases, extra: &extra, jobs: self.jobs, stop: &stop };
        let results = hunt.run(root(), &bugs)?;
        print!("{}", table(&bugs, &results));
        Ok(match results {
            results if results.len() < bugs.len() => End::Interrupted,
            results if results.iter().all(Trials::is_detected) => End::Done,
            _ => End::Failed,
        })
    }
}
