//! Running other programs, none of which outlives us or its time.

use anyhow::{Context, Result};
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
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
    let mut child = in_a_group(command).spawn()?;
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
    kill(&mut child)?;
    child.wait()?;
    Ok(killed)
}

/// A program that starts others is ended with all of them, so it is made the first of a group. Ctrl-C in a terminal does
/// not reach the group then: we do that, by `stop`.
#[cfg(unix)]
fn in_a_group(command: &mut Command) -> &mut Command {
    use std::os::unix::process::CommandExt;
    command.process_group(0)
}

#[cfg(unix)]
fn kill(child: &mut Child) -> std::io::Result<()> {
    use nix::sys::signal::{Signal, killpg};
    killpg(nix::unistd::Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL).map_err(Into::into)
}

#[cfg(not(unix))]
fn in_a_group(command: &mut Command) -> &mut Command {
    command
}

#[cfg(not(unix))]
fn kill(child: &mut Child) -> std::io::Result<()> {
    child.kill()
}
