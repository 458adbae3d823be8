//! Guards one child process: sends it a program, reads its answer, and kills it when its time is up.

pub(crate) mod protocol;

use crate::judge::violation::{Crash, Violation};
use heapproof_model::Program;
use protocol::{FAILED, FIRST, NEXT, PASSED};
use std::io::{self, Read};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How many bytes of a child's standard error are kept.
const MOST_TEXT: usize = 1 << 16;

/// The limits of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it may run.
    pub time: Duration,
    /// How much memory its process may have, in mebibytes. Only Unix enforces this.
    pub memory: u64,
}

/// A child process and its output.
pub(crate) struct Guard {
    child: Child,
    limits: Limits,
    input: Option<ChildStdin>,
    said: Receiver<u8>,
    errors: Option<JoinHandle<String>>,
}

/// The result of a program.
pub(crate) enum Ending {
    Passed,
    Failed,
    /// It ended its process at that line, or its process had to be killed there.
    Ended {
        step: usize,
        violation: Violation,
    },
}

impl Guard {
    /// Starts a child.
    pub fn begin(mut command: Command, limits: Limits) -> io::Result<Guard> {
        // Ctrl-C must reach only this process, which then reports what it has.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        // A backtrace of a failed allocation takes seconds, and nobody reads it.
        command.env("RUST_BACKTRACE", "0");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (send, said) = channel();
        if let Some(mut output) = child.stdout.take() {
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(count @ 1..) = output.read(&mut bytes) {
                    let told = bytes[..count].iter().filter(|byte| (FIRST..=FAILED).contains(*byte));
                    if told.copied().any(|byte| send.send(byte).is_err()) {
                        return;
                    }
                }
            });
        }
        let errors = child.stderr.take().map(|errors| std::thread::spawn(move || beginning(errors)));
        let input = child.stdin.take();
        Ok(Guard { child, limits, input, said, errors })
    }

    /// Runs a program. A child that has ended can't run another.
    pub fn run(&mut self, program: &Program) -> io::Result<Ending> {
        if let Some(input) = &mut self.input {
            // If the program can't be sent, the child has ended; the code below notices that.
            let _ = protocol::send(input, program);
        }
        let until = Instant::now() + self.limits.time;
        let mut step = 0;
        loop {
            match self.said.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(PASSED) => return Ok(Ending::Passed),
                Ok(FAILED) => return Ok(Ending::Failed),
                Ok(FIRST) => step = 0,
                Ok(NEXT) => step += 1,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => {
                    let violation = Violation::Hung { limit: self.limits.time };
                    return Ok(Ending::Ended { step, violation });
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let violation = self.crash()?;
                    return Ok(Ending::Ended { step, violation });
                }
            }
        }
    }

    /// How a child ended that was not killed.
    fn crash(&mut self) -> io::Result<Violation> {
        let status = self.child.wait()?;
        let errors = self.errors.take().and_then(|errors| errors.join().ok()).unwrap_or_default();
        if errors.contains("memory allocation of") {
            return Ok(Violation::OutOfMemory { limit: self.limits.memory });
        }
        if errors.contains("overflowed its stack") {
            return Ok(Violation::Crashed { how: Crash::StackOverflow });
        }
        Ok(Violation::Crashed { how: of_status(status) })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The beginning of a text. The rest is read and dropped, so that its writer does not block.
fn beginning(mut from: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = from.by_ref().take(MOST_TEXT as u64).read_to_end(&mut bytes);
    let _ = io::copy(&mut from, &mut io::sink());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(unix)]
fn of_status(status: ExitStatus) -> Crash {
    use std::os::unix::process::ExitStatusExt;
    /// The signal of an abort, the same on every Unix.
    const ABORT: i32 = 6;
    match (status.signal(), status.code()) {
        (Some(ABORT), _) => Crash::Aborted,
        (Some(signal), _) => Crash::Signal(signal),
        (None, code) => Crash::Exited(code.unwrap_or(0)),
    }
}

#[cfg(not(unix))]
fn of_status(status: ExitStatus) -> Crash {
    Crash::Exited(status.code().unwrap_or(0))
}
