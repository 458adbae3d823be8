//! A command of `cargo xtask`: its fields are its arguments, and each way to end has an exit code.

use anyhow::Result;
use std::fmt;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A command of `cargo xtask`.
pub(crate) trait Command: clap::Args {
    /// Carries the command out. An error has exit code 3, or 2 if it is a [`Usage`] or [`Refused`].
    fn run(&self) -> Result<End>;
}

/// How a command ended, if not with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It did all its work, and all checks passed.
    Done,
    /// A check failed.
    Failed,
    /// Some of the work could not be done. The command has printed which.
    Incomplete,
    /// A signal stopped it.
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

/// The arguments are wrong.
#[derive(Debug)]
pub(crate) struct Usage(pub String);

impl fmt::Display for Usage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// An input is wrong, in one line, which begins with file, line and column. Its exit code is 2, as for arguments.
#[derive(Debug)]
pub(crate) struct Refused(pub String);

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// A flag that Ctrl-C and SIGTERM set.
pub(crate) fn stopped_by_signals() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))?;
    Ok(stop)
}
