//! A command: its fields are its arguments, and it ends in one of five ways, each with its exit code.

use anyhow::Result;
use std::fmt;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A command of `cargo xtask`.
pub(crate) trait Command: clap::Args {
    /// Carries the command out. An error ends with code 3; with code 2 where it is a [`Usage`].
    fn run(&self) -> Result<End>;
}

/// How a command ended that could be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// All is well.
    Done,
    /// What it was to see is not so.
    Failed,
    /// A part could not be carried out, as it has said.
    Incomplete,
    /// It was asked to stop.
    Interrupted,
}

impl From<End> for ExitCode {
    fn from(end: End) -> ExitCode {
        ExitCode::from(match end {
            End::Done => 0,
            End::Failed => 1,
            End::Incomplete => 3,
            End::Interrupted => 130,
        })
    }
}

/// What was asked for makes no sense.
#[derive(Debug)]
pub(crate) struct Usage(pub String);

impl fmt::Display for Usage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Is true once we are asked to stop.
pub(crate) fn stopped_by_signals() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))?;
    Ok(stop)
}
