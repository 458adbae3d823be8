//! The keeper of the zoo: runs the programs that it needs, within a time, and until somebody asks to stop.

use crate::common::child::{self, How};
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Where the zoo keeps what it installs, and who may stop it.
pub(super) struct Keeper {
    /// The folder of everything that is installed.
    pub folder: PathBuf,
    pub stop: Arc<AtomicBool>,
}

/// What a program printed.
pub(super) struct Printed {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Keeper {
    /// Runs a program to its end. An error if it can't be run, or takes longer than that.
    pub fn run(&self, command: &mut Command, limit: Duration) -> Result<Printed> {
        // Several shares can be measured at once.
        let output = self.folder.join(format!("output-{}", std::process::id()));
        fs::create_dir_all(&output)?;
        let ended = child::run(command, &output, Some(limit), &self.stop)?;
        match ended.how {
            How::Exited(status) => Ok(Printed { status, stdout: ended.stdout, stderr: ended.stderr }),
            How::TimedOut => bail!("{} took longer than {}", name(command), humantime::format_duration(limit)),
            How::Interrupted => bail!("interrupted"),
        }
    }

    /// The same; an error too if it fails, with the first line that says so, or the last that it printed.
    pub fn succeed(&self, command: &mut Command, limit: Duration) -> Result<Printed> {
        let printed = self.run(command, limit)?;
        if printed.status.success() {
            return Ok(printed);
        }
        let lines = || printed.stderr.lines().chain(printed.stdout.lines()).filter(|line| !line.trim().is_empty());
        let told = lines().find(|line| line.to_lowercase().starts_with("error")).or_else(|| lines().next_back());
        bail!("{} failed: {}", name(command), told.unwrap_or("it printed nothing"))
    }

    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// The name of a command's program, without its folder.
fn name(command: &Command) -> String {
    Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned()
}
