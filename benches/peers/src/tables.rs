//! The command that measures and prints the tables.

use std::collections::BTreeSet;

use clap::Args;

use crate::measure::Programs;
use crate::page;
use crate::results::Measured;
use crate::row;
use crate::workload::Work;

/// Measures, and prints the tables.
#[derive(Args, Debug)]
pub struct Tables {
    /// Only this row, and those of its workload; may be repeated
    #[arg(long, value_name = "ROW", value_parser = row::names(), hide_possible_values = true)]
    only: Vec<String>,
    /// How often each is measured
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Keeps what was measured in `results/`, and writes `docs/peers.md` from all that is kept
    #[arg(long)]
    pub write: bool,
}

impl Tables {
    /// Measures workload by workload.
    ///
    /// # Errors
    /// A program that can't be built, or a file that can't be written. A peer that fails is a result.
    pub fn run(&self) -> Result<(), String> {
        let works: BTreeSet<Work> = row::select(&self.only).iter().map(|row| row.work).collect();
        let programs = Programs::build()?;
        let mut measured = Measured::new();
        for work in works {
            let results = programs.measure(work, self.rounds as usize);
            if self.write {
                results.write(work)?;
            }
            measured.insert(work, results);
        }
        print!("{}", page::tables(&measured));
        Ok(())
    }
}
