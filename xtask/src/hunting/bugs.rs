//! `cargo xtask bugs`: checks that `heapproof check` detects each seeded bug.
//!
//! Several machines can take a share of the bugs each. What they write to `--result` is put together by `--merge`.

use super::hunt::{Hunt, Trials};
use super::strength::{Row, page, rows};
use super::table::table;
use crate::common::arguments::{expect_known, shard};
use crate::common::command::{Command, End, Usage, stopped_by_signals};
use crate::common::pieces::{Asked, Piece, is_in, joined};
use crate::common::workspace::{commit, root};
use crate::seeded::bug::{Bug, load_all};
use crate::seeded::choice::chosen;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

const EXIT_CODES: &str = "\
All files are below target/bugs/, and only one run at a time can use them.

Exit codes:
  0    every trial detected its bug
  1    a trial did not
  2    wrong arguments
  3    a build or a tool failed, or the sources fail without a bug, or results are not all shards of one run
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
    /// A file for the results of a shard
    #[arg(long, value_name = "FILE", requires = "shard")]
    result: Option<PathBuf>,
    /// Look for nothing: put the results of all shards together, in any order
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["only", "class", "shard", "dialect", "alone"])]
    merge: Vec<PathBuf>,
    /// Only the bugs that docs/strength.md has no row of
    #[arg(long, conflicts_with_all = ["only", "class", "merge"])]
    missing: bool,
    /// Write the results into docs/strength.md, instead of printing them; rows of other bugs stay
    #[arg(long, conflicts_with = "dialect")]
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
        if self.missing {
            let kept = kept(&command(self.trials, self.seed, self.cases))?;
            bugs.retain(|bug| !kept.contains_key(&bug.id));
        }
        Ok(bugs)
    }

    /// What is asked, the same for all shards.
    fn asked(&self, bugs: &[Bug]) -> Asked {
        let Bugs { only, class, trials, seed, cases, dialect, .. } = self;
        let options = json!({
            "only": only, "class": class, "trials": trials, "seed": seed, "cases": cases, "dialect": dialect,
        });
        Asked::new("bugs", options, bugs.iter().map(|bug| bug.id.clone()).collect())
    }

    /// Puts the results of shards together.
    fn merged(&self) -> Result<End> {
        let (asked, results) = joined::<Trials>("bugs", &self.merge)?;
        let mut known = load_all(root())?;
        known.retain(|bug| asked.items.contains(&bug.id));
        if !known.iter().map(|bug| &bug.id).eq(&asked.items) {
            bail!("these are results of other sources: `tests/bugs/` has not the same bugs");
        }
        if self.write && !matches!(&asked.options["dialect"], Value::Null) {
            return Err(
                Usage("`--write` is for the default dialect, and these results are of `--dialect`".to_owned()).into()
            );
        }
        if self.write {
            expect_whole_or_same(known.len(), &commanded(&asked))?;
        }
        let results: Vec<Trials> = results.into_iter().map(|(_, trials)| trials).collect();
        self.tell(&known, &results, &asked)?;
        Ok(end(&results))
    }

    /// Writes or prints the results, of the first bugs if it was interrupted.
    fn tell(&self, bugs: &[Bug], results: &[Trials], asked: &Asked) -> Result<()> {
        if !self.write {
            print!("{}", table(bugs, results));
            return Ok(());
        }
        let command = commanded(asked);
        let mut rows = kept(&command)?;
        let commit = commit(root()).context("git does not tell the commit of these sources")?;
        rows.extend(bugs.iter().zip(results).map(|(bug, trials)| (bug.id.clone(), Row::new(bug, trials, &commit))));
        fs::write(root().join(PAGE), page(&load_all(root())?, rows, &command)).context(PAGE)
    }
}

/// The rows of the page, if it is of that command.
fn kept(command: &str) -> Result<BTreeMap<String, Row>> {
    let page = fs::read_to_string(root().join(PAGE)).context(PAGE)?;
    Ok(if page.lines().any(|line| line.trim() == command) { rows(&page) } else { BTreeMap::new() })
}

/// Refuses to write a part of the page if its other rows are of another command.
fn expect_whole_or_same(bugs: usize, command: &str) -> Result<()> {
    if bugs < load_all(root())?.len() && kept(command)?.is_empty() {
        let wrong = format!("{PAGE} is not of `{command}`: `--write` of some bugs needs the options that it names");
        return Err(Usage(wrong).into());
    }
    Ok(())
}

/// The command that repeats the whole.
fn command(trials: u64, seed: u64, cases: u64) -> String {
    format!("cargo xtask bugs --write --trials {trials} --seed {seed} --cases {cases}")
}

/// The command that was asked.
fn commanded(asked: &Asked) -> String {
    let number = |name: &str| asked.options[name].as_u64().unwrap_or_default();
    command(number("trials"), number("seed"), number("cases"))
}

fn end(results: &[Trials]) -> End {
    if results.iter().all(Trials::is_detected) { End::Done } else { End::Failed }
}

impl Command for Bugs {
    fn run(&self) -> Result<End> {
        if !self.merge.is_empty() {
            return self.merged();
        }
        let mut bugs = self.chosen()?;
        let asked = self.asked(&bugs);
        if let Some(shard) = self.shard {
            let mut indices = 0..;
            bugs.retain(|_| indices.next().is_some_and(|index| is_in(shard, index)));
        }
        if self.write {
            expect_whole_or_same(bugs.len(), &commanded(&asked))?;
        }
        let stop = stopped_by_signals()?;
        let seeds = self.seed..self.seed.saturating_add(self.trials);
        let extra: Vec<&str> = self.dialect.iter().flat_map(|dialect| ["--dialect", dialect]).collect();
        let hunt = Hunt { seeds, cases: self.cases, extra: &extra, jobs: self.jobs, alone: self.alone, stop: &stop };
        let results = hunt.run(root(), &bugs)?;
        self.tell(&bugs, &results, &asked)?;
        if results.len() < bugs.len() {
            return Ok(End::Interrupted);
        }
        let end = end(&results);
        if let (Some(path), Some(shard)) = (&self.result, self.shard) {
            let results = bugs.iter().map(|bug| bug.id.clone()).zip(results).collect();
            Piece { asked, shard, results }.write(path)?;
        }
        Ok(end)
    }
}
