//! `cargo xtask emitted`: checks that emitted tests compile, and pass or fail as they should.

use super::{failing, passing};
use crate::common::command::{Command, End, stopped_by_signals};
use crate::common::workspace::root;
use crate::seeded::choice::{DEFAULT_BUGS, chosen_or};
use anyhow::Result;

#[derive(Debug, clap::Args)]
pub(crate) struct EmittedTests {
    /// Check the tests for traces of seeded bugs instead: they must fail with the bug and pass without it
    #[arg(long)]
    bugs: bool,
    /// Only the bug with this id; may be given several times; by default ten bugs that few programs are enough to find
    #[arg(long, value_name = "ID", requires = "bugs")]
    only: Vec<String>,
}

impl Command for EmittedTests {
    fn run(&self) -> Result<End> {
        if !self.bugs {
            println!("{} emitted tests pass", passing::check(root())?);
            return Ok(End::Done);
        }
        let bugs = chosen_or(&DEFAULT_BUGS, &self.only)?;
        let stop = stopped_by_signals()?;
        let Some(tests) = failing::check(root(), &bugs, &stop)? else { return Ok(End::Interrupted) };
        println!("{tests} emitted tests fail with their bug and pass without it");
        Ok(End::Done)
    }
}
