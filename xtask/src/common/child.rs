//! Runs other programs. None of them outlives this process or its time limit.

use anyhow::{Context, Result};
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often to look whether a program has ended.
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

/// Runs a program until it ends, its time limit passes, or `stop` is set. Its output goes through files in `folder`, since
/// a program blocks on a pipe that nobody reads.
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

/// Puts a program into its own process group, so that it is killed together with the programs that it starts. Ctrl-C in a
/// terminal does not reach this group; `stop` does.
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
