//! `cargo xtask emitted`: whether emitted tests compile, and pass or fail as they should.

use super::{failing, passing};
use crate::common::command::{Command, End, stopped_by_signals};
use crate::common::workspace::root;
use crate::seeded::choice::{USUAL, chosen_or};
use anyhow::Result;

#[derive(Debug, clap::Args)]
pub(crate) struct EmittedTests {
    /// See instead that those which are printed for traces of seeded bugs fail with the bug and pass without it
    #[arg(long)]
    bugs: bool,
    /// Only the bug of this id; may be given several times; ten that fail in few programs unless given
    #[arg(long, value_name = "ID", requires = "bugs")]
    only: Vec<String>,
}

impl Command for EmittedTests {
    fn run(&self) -> Result<End> {
        if !self.bugs {
            println!("{} emitted tests pass", passing::check(root())?);
            return Ok(End::Done);
        }
        let bugs = chosen_or(&USUAL, &self.only)?;
        let stop = stopped_by_signals()?;
        let Some(tests) = failing::check(root(), &bugs, &stop)? else { return Ok(End::Interrupted) };
        println!("{tests} emitted tests fail with the bug that they are of, and pass without it");
        Ok(End::Done)
    }
}
