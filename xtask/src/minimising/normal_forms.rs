//! `cargo xtask normal-forms`: counts how many programs that fail by one mistake are minimised to one trace.

use super::culprit::Culprit;
use super::forms::{self, Forms};
use crate::common::arguments::expect_known;
use crate::common::command::{Command, End, stopped_by_signals};
use crate::common::workspace::root;
use crate::seeded::bug::load_all;
use crate::seeded::choice::DEFAULT_BUGS;
use anyhow::Result;
use std::path::Path;
use std::sync::atomic::Ordering;

#[derive(Debug, clap::Args)]
pub(crate) struct NormalForms {
    /// Only the bug with this id or the canary with this name; may be given several times; by default ten bugs that few
    /// programs are enough to find
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// Every canary and every seeded bug, which takes hours
    #[arg(long, conflicts_with = "only")]
    all: bool,
    /// How many seeds to use for each bug
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// How many threads build; by default one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

impl Command for NormalForms {
    fn run(&self) -> Result<End> {
        let culprits = self.culprits(root())?;
        let stop = stopped_by_signals()?;
        let all = forms::run(root(), &culprits, self.seeds, self.jobs, &stop)?;
        print!("{}", table(&all));
        let broken: Vec<&String> = all.iter().flat_map(|forms| &forms.broken).collect();
        broken.iter().for_each(|promise| println!("broken: {promise}"));
        Ok(match (stop.load(Ordering::Relaxed), broken.is_empty()) {
            (true, _) => End::Interrupted,
            (false, true) => End::Done,
            (false, false) => End::Failed,
        })
    }
}

impl NormalForms {
    fn culprits(&self, root: &Path) -> Result<Vec<Culprit>> {
        let mut known = Culprit::canaries(root)?;
        known.extend(load_all(root)?.into_iter().map(Culprit::Seeded));
        let default: Vec<String> = DEFAULT_BUGS.map(str::to_owned).into();
        let only = if self.only.is_empty() { &default } else { &self.only };
        for id in only {
            expect_known("seeded bug or canary", id, known.iter().map(Culprit::id))?;
        }
        known.retain(|culprit| self.all || only.iter().any(|id| id == culprit.id()));
        Ok(known)
    }
}

/// The results as a Markdown table.
fn table(all: &[Forms]) -> String {
    let mut table = String::from(
        "| bug | signature | programs | to one trace | traces | lines | lines found | executions | signatures |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for forms in all {
        let Forms { id, signature, signatures, programs, alike, distinct, lines, found, executions, .. } = forms;
        table += &format!(
            "| `{id}` | `{signature}` | {programs} | {alike} | {distinct} | {lines} | {found} | {executions} | {signatures} |\n"
        );
    }
    table
}
