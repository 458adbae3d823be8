//! Running other programs, none of which outlives us or its time.

use anyhow::{Context, Result};
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long after its end a program may go unnoticed.
const POLL: Duration = Duration::from_millis(10);

/// How a program ended, and what it printed.
pub(crate) struct Ended {
    pub how: How,
    pub stdout: String,
    pub stderr: String,
}

pub(crate) enum How {
    Exited(ExitStatus),
    /// Killed, since it took too long.
    TimedOut,
    /// Killed, since we were asked to stop.
    Interrupted,
}

/// Runs a program to its end, to that of its time, or until `stop`. What it prints goes through files in `folder`: a
/// pipe that nobody empties would make it wait for ever.
pub(crate) fn run(command: &mut Command, folder: &Path, limit: Option<Duration>, stop: &AtomicBool) -> Result<Ended> {
    let name = command.get_program().to_owned();
    let (stdout, stderr) = (folder.join("stdout"), folder.join("stderr"));
    let how = (|| {
        command.stdin(Stdio::null()).stdout(File::create(&stdout)?).stderr(File::create(&stderr)?);
        wait(command, limit, stop)
    })();
    let how = how.with_context(|| format!("can't run {}", name.display()))?;
    let read = |path: &Path| Ok::<_, std::io::Error>(String::from_utf8_lossy(&fs::read(path)?).into_owned());
    Ok(Ended { how, stdout: read(&stdout)?, stderr: read(&stderr)? })
}

fn wait(command: &mut Command, limit: Option<Duration>, stop: &AtomicBool) -> std::io::Result<How> {
    let start = Instant::now();
    let mut child = command.spawn()?;
    let killed = loop {
        if let Some(status) = child.try_wait()? {
            return Ok(if stop.load(Ordering::Relaxed) { How::Interrupted } else { How::Exited(status) });
        }
        if stop.load(Ordering::Relaxed) {
            break How::Interrupted;
        }
        if limit.is_some_and(|limit| start.elapsed() >= limit) {
            break How::TimedOut;
        }
        sleep(POLL);
    };
    child.kill()?;
    child.wait()?;
    Ok(killed)
}
