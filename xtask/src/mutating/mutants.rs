//! `cargo xtask mutants`: which mutants of the heap and of the model `heapproof check` sees.

use super::excuses::{Excuses, excuses};
use super::fate::Fate;
use super::kept::Kept;
use super::list::{Mutant, listed};
use super::page::{page, summary};
use super::trying::Trying;
use crate::common::arguments::shard;
use crate::common::command::{Command, End, Usage, stopped_by_signals};
use crate::common::pieces::is_in;
use crate::common::workspace::root;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

const PAGE: &str = "docs/mutants.md";

/// The crates whose mutants are tried.
const PACKAGES: [&str; 2] = ["heapproof-heap", "heapproof-model"];

const EXIT_CODES: &str = "\
`cargo install cargo-mutants --locked` installs the tool that lists the mutants. All files are below target/bugs/, and only one run at a
time can use them, this one or `bugs`. Shares of several machines are put together by joining their `--kept` files.

Exit codes:
  0    each mutant was seen, or is excused by tests/mutants/unseen.toml
  1    one was not, or one that is excused was seen
  2    wrong arguments
  3    a build or a tool failed, or the kept file is of other programs
  130  interrupted";

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Mutants {
    /// Only mutants whose name contains this text, as `heap/src/weak.rs`; may be given several times
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
    /// Only a share of the mutants, as in `1/10`: each tenth from the first
    #[arg(long, value_name = "K/N", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// A file that keeps what came of each mutant as soon as it is known; what it has is not tried again
    #[arg(long, value_name = "FILE")]
    kept: Option<PathBuf>,
    /// Write the results to docs/mutants.md too
    #[arg(long, conflicts_with = "only")]
    write: bool,
    /// The seed of the programs
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The most programs that a mutant is tried with
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..))]
    cases: u64,
    /// How many threads build and check; by default one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

impl Command for Mutants {
    fn run(&self) -> Result<End> {
        let mut mutants = listed(root(), &PACKAGES)?;
        mutants.retain(|mutant| self.only.is_empty() || self.only.iter().any(|text| mutant.name.contains(&**text)));
        if mutants.is_empty() {
            return Err(Usage(format!("no mutant's name contains `{}`", self.only.join("` or `"))).into());
        }
        let all = mutants.len();
        let mut indices = 0..;
        mutants.retain(|_| indices.next().is_some_and(|index| self.shard.is_none_or(|shard| is_in(shard, index))));
        let Mutants { seed, cases, jobs, .. } = *self;
        let stop = stopped_by_signals()?;
        let mut kept = Kept::open(self.kept.as_deref(), seed, cases)?;
        let is_whole =
            Trying { packages: &PACKAGES, seed, cases, jobs, stop: &stop }.run(root(), &mutants, &mut kept)?;
        let known = |mutant: Mutant| kept.fate(&mutant.name).cloned().map(|fate| (mutant.name, fate));
        let results: Vec<(String, Fate)> = mutants.into_iter().filter_map(known).collect();
        let excuses = excuses()?;
        print!("{}", summary(&results, &excuses));
        if !is_whole {
            return Ok(End::Interrupted);
        }
        if self.write {
            self.write(&results, &excuses, all)?;
        }
        let is_as_said =
            |(name, fate): &(String, Fate)| *fate == Fate::Unviable || fate.is_unseen() == excuses.contains_key(name);
        Ok(if results.iter().all(is_as_said) { End::Done } else { End::Failed })
    }
}

impl Mutants {
    /// Writes the results to the page; there are `all` mutants.
    fn write(&self, results: &[(String, Fate)], excuses: &Excuses, all: usize) -> Result<()> {
        let Mutants { seed, cases, .. } = self;
        let share = self.shard.map_or_else(String::new, |(k, n)| format!(" --shard {k}/{n}"));
        let tried = format!(
            "`cargo xtask mutants{share} --seed {seed} --cases {cases}` tried {} of {all} mutants.",
            results.len()
        );
        let path = root().join(PAGE);
        let text = fs::read_to_string(&path).context(PAGE)?;
        let text =
            page(&text, results, excuses, &tried).with_context(|| format!("{PAGE} has no place for the results"))?;
        fs::write(path, text).context(PAGE)
    }
}
